"""The reading of the time lines."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from analytics.measure.comparisons import benjamini_hochberg, proportion_p_value
from analytics.measure.course import MIN_JUDGED, MOVED, may_be_undone
from analytics.measure.headline import OTHER_KIND
from analytics.measure.intervals import newcombe, normal_quantile
from analytics.present import words
from analytics.present.marks.slices import SIGNIFICANT
from analytics.present.readings.overview_lead import judged_words, missed_words, wrong_words
from analytics.present.selective import selective_caution

if TYPE_CHECKING:
    from analytics.answers.overview import Overview
    from analytics.answers.question import Question
    from analytics.measure.labels.selective import Selective

_MANY_UNLABELLED = 0.2
"""Share of a bucket's rows without a label from which its error rate may still move; the sentence calls it a fifth. A
judgement."""

_RATES = {
    **dict.fromkeys(("error_rate", "accuracy"), "error_rate"),
    **dict.fromkeys(("recall", "fnr", "precision"), "fnr"),
    **dict.fromkeys(("specificity", "fpr"), "fpr"),
}
"""The rate of errors that the first sentence says, by the metric that leads."""


def trend_reading(
    trend: pl.DataFrame | None, every: str | None, *, are_late: bool = True, selective: Selective | None = None
) -> str:
    """Say whether the error rate moved, when it was highest and lowest, and whether late labels blur the end.

    Parameters
    ----------
    trend : DataFrame or None
        As `Overview.trend`.
    every : str or None
        1h, 1d, 1w or 1mo.
    are_late : bool
        Whether labels that are missing may still come; else the end is no less known than the rest.
    selective : Selective or None
        What is known where labels hang on the decision: the course is then that of the labelled rows alone.
    """
    if trend is None or every is None:
        return "The log has no times."
    dated = trend.drop_nulls("bucket")
    table = dated.drop_nulls(["error_rate", "error_rate_low", "error_rate_high"])
    unit = words.BUCKETS[every]
    if table.is_empty():
        return "No row with a time can be judged." if len(dated) else "No row has a time."
    late = _late_part(dated, every) if are_late else ""
    if len(table) == 1:
        ends = (table.item(0, f"error_rate{end}") for end in ("", "_low", "_high"))
        only = f"Only one {unit} can be judged: its error rate is {words.metric_interval('error_rate', *ends)}."
        return " ".join(filter(None, [only, late]))
    errors, n = _errors_of(table)
    caution = "" if selective is None else f"{selective_caution(selective)} Of the rows with a label alone:"
    return " ".join(
        filter(
            None,
            [caution, _halves_part(table, errors, n, are_late=are_late), _extremes_part(table, errors, n, every), late],
        )
    )


ONE_DAY = "whether it is so every day, one day does not tell"
"""Behind what shifted within a day."""


def since_first(overview: Overview, question: Question, metric: str, lead: str) -> str:
    """Put what holds since the last lasting shift before what is true of the whole period, which is of no day."""
    whats = {
        "error_rate": f"of {judged_words(question.log)} {wrong_words(question.log)}",
        "fnr": missed_words(question.log),
        "fpr": "of negative rows are false alarms",
    }
    rate = _RATES.get(metric)
    since = _since_part(overview, rate, whats[rate]) if rate else ""
    since = " ".join(filter(None, (since, _other_part(overview, rate, whats))))
    return f"{since} Over the whole period {lead}" if since else lead


def _other_part(overview: Overview, rate: str | None, whats: dict[str, str]) -> str:
    """Say that the other kind of error is more frequent now, which the one that leads hides: flagging more misses less."""
    other = OTHER_KIND.get(rate or "")
    if other is None or other not in overview.shifts:
        return ""
    shift = overview.shifts[other].shift
    if not shift.after > shift.before:
        return ""
    if rate not in overview.shifts or overview.shifts[rate].since != overview.shifts[other].since:
        return _since_part(overview, other, whats[other])
    rows = "False alarms" if other == "fpr" else "Misses"
    of = "the negative rows" if other == "fpr" else "the positive rows"
    return f"{rows} rose then, from {words.share(shift.before)} to {words.share(shift.after)} of {of}."


def _since_part(overview: Overview, rate: str, what: str) -> str:
    """Say what is true now and since when, where a rate shifted for good within the period; else nothing.

    ``8.4 % of judged rows are wrong since 1 Apr 2019, against 5.6 % before.``
    """
    if rate not in overview.shifts or overview.every is None:
        return ""
    found = overview.shifts[rate]
    shift = found.shift
    since = f"{'the ' if overview.every == '1w' else ''}{words.bucket_label(found.since, overview.every)}"
    before, when = shift.before, "just before" if shift.start else "before"
    # Of several shifts the whole way counts unless it leads back: 22 % are little beside 18 % and much beside 8 % at first.
    if shift.start and shift.first is not None:
        ends = sorted((shift.first, shift.after))
        before, when = (shift.first, "at first") if ends[1] >= MOVED * ends[0] else (before, when)
    said = f"{words.share(shift.after)} {what} since {since}, against {words.share(before)} {when}"
    return f"{said}{f'; {ONE_DAY}' if found.is_of_one_day else ''}."


def moved_part(overview: Overview) -> str:
    """Say that the error rate of all rows hides a change within the period.

    Empty where it is not clear, or small, or labels to come may undo it. Rows that stand for many are not counted by it.
    """
    if overview.trend is None or overview.rows is not None:
        return ""
    table = overview.trend.drop_nulls(["bucket", "error_rate", "error_rate_low", "error_rate_high"])
    if len(table) < 2:
        return ""
    errors, n = _errors_of(table)
    half = len(n) // 2
    s1, n1, s2, n2 = errors[:half].sum(), n[:half].sum(), errors[half:].sum(), n[half:].sum()
    if min(n1, n2) < MIN_JUDGED or not float(proportion_p_value(s1, n1, s2, n2)) < SIGNIFICANT:
        return ""
    if overview.may_labels_come and may_be_undone(errors, n, table["share_unlabelled"].to_numpy(), half):
        return ""
    first, second = s1 / n1, s2 / n2
    if max(first, second) < MOVED * min(first, second):
        return ""
    rose = "rose" if second > first else "fell"
    return (
        f"It {rose} from {words.share(first)} in the first half of the period to {words.share(second)} in the second."
    )


def _errors_of(table: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the errors and the judged rows of every bucket."""
    rates = zip(*(table[f"error_rate{end}"] for end in ("", "_low", "_high")), strict=True)
    n = np.array([_n_judged(*row) for row in rates])
    return np.round(table["error_rate"].to_numpy() * n), n


def _n_judged(rate: float, low: float, high: float) -> float:
    """Return the rows behind a proportion and its 95 % Wilson interval.

    >>> from analytics.measure.intervals import wilson
    >>> bounds = wilson(27, 100)
    >>> _n_judged(0.27, float(bounds.low), float(bounds.high))
    100.0
    """
    z2, half2 = normal_quantile(0.95) ** 2, ((high - low) / 2) ** 2
    a, b, c = half2 * z2**2 - z2**2 / 4, 2 * half2 * z2 - z2 * rate * (1 - rate), half2
    return round((sqrt(b * b - 4 * a * c) - b) / (2 * c), 0)


def _halves_part(table: pl.DataFrame, errors: np.ndarray, n: np.ndarray, *, are_late: bool) -> str:
    """Compare the first half of the buckets with the second."""
    half = len(n) // 2
    s1, n1, s2, n2 = errors[:half].sum(), n[:half].sum(), errors[half:].sum(), n[half:].sum()
    change = newcombe(s2, n2, s1, n1)
    p = float(proportion_p_value(s2, n2, s1, n1))
    rates = f"from {words.share(s1 / n1)} in the first half of the period to {words.share(s2 / n2)} in the second"
    size = words.points(float(change.value), float(change.low), float(change.high))
    if not p < SIGNIFICANT:
        return f"The error rate shows no clear change {rates}, {size}."
    moved = f"{'rose' if change.value > 0 else 'fell'} {rates}, {size}"
    if are_late and may_be_undone(errors, n, table["share_unlabelled"].to_numpy(), half):
        return f"By the labels that are there the error rate {moved}; those still to come may undo it."
    return f"The error rate {moved}."


def _extremes_part(table: pl.DataFrame, errors: np.ndarray, n: np.ndarray, every: str) -> str:
    """Name the worst and the best bucket among those that differ from the rest, adjusted for looking at all."""
    p = benjamini_hochberg(proportion_p_value(errors, n, errors.sum() - errors, n.sum() - n))
    overall = errors.sum() / n.sum()
    stands_out = (p < SIGNIFICANT) & (n >= MIN_JUDGED)
    looked = words.plural(len(n), words.BUCKETS[every])
    if not stands_out.any():
        return f"None of {looked} stands out from the others after adjusting for looking at all of them."
    rates = errors / n
    parts = []
    for word, is_side, place in (
        ("highest", rates > overall, np.argmax(np.where(stands_out, rates, -1.0))),
        ("lowest", rates < overall, np.argmin(np.where(stands_out, rates, 2.0))),
    ):
        if (stands_out & is_side).any():
            row = table.row(int(place), named=True)
            text = words.metric_interval("error_rate", *(row[f"error_rate{end}"] for end in ("", "_low", "_high")))
            label = words.bucket_label(row["bucket"], every)
            parts.append(f"{word} in {'the ' if every == '1w' else ''}{label}, {text}, n {words.count(n[place])}")
    verb = "differs" if stands_out.sum() == 1 else "differ"
    return f"{words.count(stands_out.sum())} of {looked} {verb} from the others: {'; '.join(parts)}."


def _late_part(dated: pl.DataFrame, every: str) -> str:
    """Say how many of the last buckets wait for labels."""
    waiting = 0
    for part in reversed(dated["share_unlabelled"].to_list()):
        if part is None or part < _MANY_UNLABELLED:
            break
        waiting += 1
    if not waiting:
        return ""
    unit, last = words.BUCKETS[every], words.share(dated["share_unlabelled"][-1])
    if dated["share_unlabelled"][-1] == 1 and waiting == 1:
        return f"The last {unit} has no label yet and cannot be judged."
    if waiting == 1:
        return f"In the last {unit} {last} of the rows have no label yet: its error rate may still move."
    return (
        f"In the last {words.plural(waiting, unit)} a fifth or more of the rows have no label yet ({last} in the last "
        "one): their error rates may still move."
    )
