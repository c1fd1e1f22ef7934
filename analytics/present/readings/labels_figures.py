"""What the figures and tables of labels say: what was matured, how soon labels come, and whose come late or never."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.labels_answer import LabelsAnswer

FEW_PAST = 4
"""Ripe buckets below which the width of an interval is a guess; as in `measure.labels.maturing`."""
HALF = 0.5
"""Share of the labels by whose age the classes are compared."""
RESTS = (("negative", "positive"), ("positive", "negative"))
"""By the class that rows are of until something happens: what it is called, and what they may still become. By definition."""


def matured_reading(answer: LabelsAnswer) -> str:
    """Say how to read the figure, and how wide its band is by what such estimates missed before."""
    unit = words.BUCKETS[answer.every]
    open_ = answer.buckets.filter(answer.buckets["to_come"] >= 1)
    since = answer.one_class
    if open_.is_empty() and since is not None and not answer.buckets.filter(pl.col("bucket") >= since).is_empty():
        return f"No {unit} waits for labels, but from {day_words(since, answer)} on they are of one class."
    if open_.is_empty():
        return f"Every {unit} has all the labels that it will get."
    lead = f"{words.plural(open_.height, unit)} {'waits' if open_.height == 1 else 'wait'} for labels"
    past = open_.filter(open_["n_past"] >= FEW_PAST)
    if past.is_empty():
        return f"{lead}."
    widest = words.plain(float(past["spread"].max() or 1.0), 1)  # type: ignore[arg-type]
    return (
        f"{lead}. The band covers what all labels will say about 95 times in 100: it is drawn from what the same estimate missed "
        f"by on ripe {unit}s at the same age, up to {widest} times the variance of chance alone."
    )


def expected_reading(answer: LabelsAnswer) -> str:
    """Say what scores alone say is worth: what it assumes, and by how much it missed before; empty where it says nothing."""
    found = answer.expectation
    if found is None or found.values["expected"].drop_nulls().is_empty():
        return ""
    unit = words.BUCKETS[answer.every]
    miss = f"{words.plain(100 * found.miss, 1)} points" if METRICS[answer.metric].is_share else words.number(found.miss)
    past = words.plural(found.n_past, unit)
    return (
        f"Dotted: what the scores alone say, if a score means what it meant on ripe {unit}s. On {past} before it missed by "
        f"{miss} on average."
    )


def arrival_reading(answer: LabelsAnswer) -> str:
    """Say how soon half of the labels are there, and which class comes later."""
    curve, unit = answer.curve, words.BUCKETS[answer.unit]
    if curve is None or curve.is_empty():
        return "No label says when it came."
    halves = {name: int((curve[name] < HALF).sum()) for name in ("positive", "negative")}
    if answer.rest is not None:
        own, other = RESTS[answer.rest]
        age = after_words(halves[other], unit)
        return f"Half of the {other} labels that come are there {age}; until then their rows count as {own}."
    late, early = ("positive", "negative") if halves["positive"] >= halves["negative"] else ("negative", "positive")
    if halves[late] == halves[early]:
        return f"Half of the labels of either class are there {after_words(halves[late], unit)}."
    ages = f"{after_words(halves[early], unit)}, half of the {late} ones {after_words(halves[late], unit)}"
    return f"Half of the {early} labels are there {ages}: the newest rows look more {early} than they are."


def never_reading(found: pl.DataFrame) -> str:
    """Say which slice lacks a label most often beyond the other rows."""
    if found.is_empty():
        return "No slice of a segment column lacks labels more often than the other rows."
    first = found.row(0, named=True)
    name = f"{words.column_words(first['column'])} is {words.value_label(first['slice'])}"
    return (
        f"Where {name}, {words.share(first['share'])} of {words.plural(first['n'], 'ripe row')} have no label, "
        f"{words.share(first['share_rest'])} of the others. What is said of the model leaves these rows out."
    )


def late_reading(found: pl.DataFrame, age: int, unit: str) -> str:
    """Say whose labels come late most often beyond the other rows."""
    if found.is_empty():
        return "No slice of a segment column waits longer for its labels than the other rows."
    first = found.row(0, named=True)
    name = f"{words.column_words(first['column'])} is {words.value_label(first['slice'])}"
    return (
        f"Where {name}, {words.share(first['share'])} of the rows had no label {after_words(age, words.BUCKETS[unit])}, "
        f"{words.share(first['share_rest'])} of the others: its newest rows are judged by fewer labels."
    )


def unripe_reading(trend: pl.DataFrame, unripe_from: datetime | None) -> str:
    """Say from when on a time line is not ripe, before another sentence; empty where all of it is.

    >>> days = pl.DataFrame({"bucket": [datetime(2024, 3, 1), datetime(2024, 3, 8)]})
    >>> unripe_reading(days, datetime(2024, 3, 5)), unripe_reading(days, None)
    ('From 5 March on, shaded, labels are still to come: Labels says what all of them will say. ', '')
    """
    last = trend["bucket"].drop_nulls().max()
    if unripe_from is None or not isinstance(last, datetime) or last < unripe_from:
        return ""
    day = f"{unripe_from.day} {unripe_from:%B}"
    return f"From {day} on, shaded, labels are still to come: Labels says what all of them will say. "


def after_words(age: int, unit: str) -> str:
    """Say an age.

    >>> after_words(0, "day"), after_words(3, "day")
    ('on the same day', 'after 3 days')
    """
    return f"after {words.plural(age, unit)}" if age else f"on the same {unit}"


def day_words(moment: datetime, answer: LabelsAnswer) -> str:
    """Write a day in words, an hour where labels come within hours."""
    day = f"{moment.day} {moment:%B}"
    return f"{day}, {moment:%H:%M}" if answer.unit == "1h" else day
