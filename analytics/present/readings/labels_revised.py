"""How many labels did not stay, which way they went, and what that did to a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.labels_revised import RevisedAnswer

_WORDS = {False: {0: "negative", 1: "positive", None: "not known"}, True: {0: "wrong", 1: "right", None: "not judged"}}
"""What a label says of a row, by whether rows are right or wrong."""
_MOST = 0.8
"""Share of the revisions of one direction from which on it is said as the direction. By hand."""


def label_word(label: int | None, *, is_right_or_wrong: bool) -> str:
    """Name what a label says of a row.

    >>> label_word(1, is_right_or_wrong=False), label_word(0, is_right_or_wrong=True)
    ('positive', 'wrong')
    """
    return _WORDS[is_right_or_wrong][label]


def revised_reading(answer: RevisedAnswer) -> str:
    """Say how many labels were revised and what the metric was before; then which way they went, and how long after."""
    if not answer.n_revised:
        return "No label of these rows was revised."
    rows = words.plural(answer.n_revised, "row")
    lead = (
        f"The labels of {rows} ({words.share(answer.n_revised / max(answer.n, 1))}) were revised after they were given"
    )
    return words.told(
        f"{lead}{_metric_part(answer)}.", _direction_part(answer), _after_part(answer), _back_part(answer)
    )


def _metric_part(answer: RevisedAnswer) -> str:
    """Say what the metric was by the labels as first given, and what it is."""
    found = answer.metrics.filter(pl.col("metric") == answer.metric)
    if found.is_empty():
        return ""
    row, phrase = found.row(0, named=True), words.metric_phrase(answer.metric)
    first, now = (words.metric_text(answer.metric, row[name]) for name in ("first", "now"))
    if first == now:
        return f"; {phrase} is {now} by the labels as first given and by those of now"
    return f"; {phrase} was {first} by the labels as first given and is {now}"


def _direction_part(answer: RevisedAnswer) -> str:
    """Say from what to what labels went."""
    if answer.steps.is_empty():
        return ""
    first, total = answer.steps.row(0, named=True), int(answer.steps["n"].sum())
    before, after = (
        label_word(first[name], is_right_or_wrong=answer.is_right_or_wrong) for name in ("before", "after")
    )
    way = f"from {before} to {after}"
    if first["n"] == total:
        return f"All went {way}."
    n = words.count(first["n"])
    if first["n"] < _MOST * total:
        return f"{n} of {words.plural(total, 'revision')} went {way}."
    return f"Most of {words.plural(total, 'revision')} went {way}: {n}."


def _after_part(answer: RevisedAnswer) -> str:
    """Say how long after the first label half of the revisions had come."""
    if answer.steps.is_empty():
        return ""
    timed = answer.steps.drop_nulls("days")
    if timed.is_empty():
        return "No file says when: name files after days, or give each label its time."
    days = int(timed.row(0, named=True)["days"])
    return f"Half of the most frequent ones came within {words.plural(days, 'day')}: younger labels may still change."


def _back_part(answer: RevisedAnswer) -> str:
    """Say how many labels are again what they were."""
    if answer.is_right_or_wrong:
        return ""  # a row may be as right as before by another true value
    back = answer.rows.filter(pl.col("first") == pl.col("now"))["n"].sum()
    return f"On {words.plural(int(back), 'row')} the label is again what it was first." if back else ""


def revised_time_reading(answer: RevisedAnswer) -> str:
    """Say in which bucket revisions moved the metric most."""
    if answer.buckets is None:
        return ""
    moved = answer.buckets.drop_nulls(["first", "now"]).with_columns(by=(pl.col("now") - pl.col("first")).abs())
    if moved.is_empty() or answer.every is None:
        return "No bucket of time has a label."
    row = moved.sort("by", descending=True).row(0, named=True)
    name, phrase = words.bucket_label(row["bucket"], answer.every), words.metric_phrase(answer.metric)
    first, now = (words.metric_text(answer.metric, row[side]) for side in ("first", "now"))
    rows = words.plural(row["n_revised"], "row")
    return f"Revisions moved {phrase} most for {name}: from {first} to {now}, with {rows} revised."


def revised_where_reading(found: pl.DataFrame) -> str:
    """Say which slice's labels are revised most often beyond the other rows."""
    if found.is_empty():
        return "No slice of a segment column has its labels revised more often than the other rows."
    first = found.row(0, named=True)
    name = f"{words.column_words(first['column'])} is {words.value_label(first['slice'])}"
    return (
        f"Where {name}, {words.share(first['share'])} of {words.plural(first['n'], 'label')} were revised, "
        f"{words.share(first['share_rest'])} of the others."
    )
