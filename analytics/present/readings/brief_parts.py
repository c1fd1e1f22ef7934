"""Sentences of the brief about what a score means, about a threshold that decides nothing, and about labels."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from analytics.log.right import fold
from analytics.present import words
from analytics.present.moments import moment_label
from analytics.present.money import money, money_interval
from analytics.present.readings.calibration import flat_reading
from analytics.present.readings.calibration_trend import turn_reading
from analytics.present.readings.overview_lead import missed_words
from analytics.present.readings.overview_time import ONE_DAY
from analytics.present.readings.overview_unjudged import lacking
from analytics.present.readings.thresholds_deciding import deciding_words

if TYPE_CHECKING:
    from analytics.answers.brief.finding import CourseParts, LabelParts, SliceParts
    from analytics.answers.brief.line_parts import HandoverParts, LineParts
    from analytics.answers.brief.size import Size
    from analytics.answers.labels_turning import Turning
    from analytics.log.schema import Log
    from analytics.measure.calibration.told import CalibrationParts

_DAYS_OF_A_WEEK = 7
MAX_NAME = 60
"""Characters of a column, a value or a side within a sentence. A judgement."""
_NEARLY = 0.9
"""Share of the scored rows that is nearly everybody; what is left is hardly anyone. A judgement."""
_MAX_VERSIONS, _MAX_VERSION = 3, 40
"""Model versions that a sentence names, and characters of a name. A judgement."""


def _value_words(parts: SliceParts, log: Log) -> str:
    """Name the value of a slice; of a bin that holds hardly anything but one value that is said, as of a default filled in."""
    name, bins = words.value_label(parts.value), log.bins.get(parts.column)
    top = () if bins is None else log.column(parts.column).top
    if bins is None or not top or top[0][1] < _NEARLY * parts.share * log.n_rows:
        return name
    code = next((code for code in range(len(bins.edges) - 1) if bins.label(code) == parts.value), None)
    if code is None or not bins.edges[code] <= float(top[0][0]) < bins.edges[code + 1]:
        return name
    return f"{name}, nearly always {top[0][0]}"


def calibration_sentence(parts: CalibrationParts, log: Log) -> str:
    """Say what a score means instead, or that it means nothing; by the rows since errors shifted where they did."""
    if parts.turn is not None and not parts.is_flat:
        return turn_reading(parts.turn, "confidences" if log.is_right_or_wrong else "scores")
    side = "too high" if parts.mean_score > parts.observed else "too low"
    told, observed = words.number(parts.mean_score, 2), words.share(parts.observed)
    if parts.is_flat:
        said = flat_reading(parts.base, is_right_or_wrong=log.is_right_or_wrong)
    elif log.is_right_or_wrong:
        said = f"A confidence of {told} is right in {observed}: it is {side}."
    else:
        said = f"A score of {told} means {observed}: it is {side}."
    return said if parts.since is None else f"Since {moment_label(parts.since)} {said[:1].lower()}{said[1:]}"


def calibration_certainty(parts: CalibrationParts, log: Log) -> str:
    """Say how far scores are off on average, and what chance would give."""
    off, chance = (words.points(value).removeprefix("+") for value in (parts.ece, parts.ece_by_chance))
    slope = "" if parts.slope is None else f" Slope {words.number(parts.slope, 2)}."
    what = "Confidences" if log.is_right_or_wrong else "Scores"
    return f"{what} are off by {off} on average; calibrated ones would be off by up to {chance}.{slope}"


def course_certainty(parts: CourseParts) -> str:
    """Say on how many rows it is, and what a day alone does not tell."""
    before, after = words.count(parts.n_before), words.count(parts.n_after)
    if parts.until is not None:
        return f"Of {after} rows then and {before} on other days, the stretch that stands out most, at 95 %."
    if parts.is_of_one_day:
        return f"Of {before} rows before and {after} since; {ONE_DAY}."
    return f"Of {before} rows before and {after} since, the day that parts them most clearly, at 95 %."


def line_sentence(parts: LineParts, log: Log) -> str:
    """Say that a threshold flags hardly anyone, or nearly everybody, and what that gets wrong."""
    by = (
        "The logged decisions flag"
        if parts.is_of_decisions
        else f"Threshold {words.threshold_text(parts.threshold)} flags"
    )
    few, many = (part * parts.n_scored for part in (1 - _NEARLY, _NEARLY))
    if parts.flags_all:
        whom = "nearly everybody" if parts.n_flagged > many else "nearly every negative row"
        whom = "everybody" if parts.n_flagged == parts.n_scored else whom
        return f"{by} {whom}: {words.share(parts.wrong)} of the negative rows are false alarms."
    whom = "hardly anyone" if parts.n_flagged < few else "hardly any positive row"
    whom = whom if parts.n_flagged else "nobody"
    return f"{by} {whom}: {words.share(parts.wrong)} {missed_words(log)}."


def turning_sentence(turning: Turning) -> str:
    """Say which rows are of one class only until something happens, or until the labels of the other have come."""
    own, other = ("positive", "negative") if turning.is_positive else ("negative", "positive")
    if turning.since is None:
        return f"Rows that count as {own} may still become {other}, and the log is too short to see the last of them."
    since = words.bucket_label(turning.since.date(), "1d")
    if turning.is_late:
        return f"Labels of rows from {since} on still come in, {other} ones last: judge those before."
    return f"Rows from {since} on that count as {own} may still become {other}: judge those before."


def stopped_sentence(day: date, n_missed: float) -> str:
    """Say since when no label has come, and how many should have."""
    since, due = words.bucket_label(day, "1d"), words.count(round(n_missed))
    return f"No label has come since {since}, although about {due} should have: their feed has stopped."


def label_sentence(parts: LabelParts) -> str:
    """Say how far labels are known."""
    if parts.stopped is not None:
        return stopped_sentence(date.fromisoformat(parts.stopped), parts.n_missed)
    if parts.since is not None:
        since = words.bucket_label(date.fromisoformat(parts.since), "1d")
        if parts.n_unlabelled_since == parts.n_since:
            return f"No row from {since} on has a label: the numbers are of the rows before."
        return f"Labels still come in from {since} on: Labels says up to which day the numbers may be believed."
    if parts.is_late:
        return "The newer the rows, the fewer have a label: what is known of them may not be typical."
    share = words.share(parts.n_unlabelled / parts.n)
    age = ", newer ones no less than old ones" if parts.is_late is False else ""
    return f"{share} of the rows have {lacking(parts.unanswered)}{age}: those with one may not be typical."


def versions_words(parts: SliceParts) -> str:
    """Name the model versions that a missing field is compared in."""
    named = [
        f"version {words.shortened(words.one_line(version), _MAX_VERSION)}"
        for version in parts.versions[:_MAX_VERSIONS]
    ]
    more = len(parts.versions) - len(named)
    return words.listed([*named, f"{more} more"] if more else named)


def amount(value: float, unit: str | None) -> str:
    """Write an amount of the currency, short."""
    return words.count(value) if unit is None else money(value, unit)


def sized(size: Size, unit: str | None, wrong: str) -> str:
    """Write a size with its interval: errors beyond what is usual are told as more, as they are not all that there are."""
    if unit is not None:
        return money_interval(size.value, size.low, size.high, unit)
    bounds = words.between(words.count(size.low), words.count(size.high))
    return f"{words.plural(round(size.value), wrong)} ({bounds})"


def handover_sentence(parts: HandoverParts) -> str:
    """Say from which confidence to answer.

    >>> from analytics.answers.brief.line_parts import HandoverParts
    >>> from analytics.answers.brief.size import Size
    >>> handover_sentence(HandoverParts(0.62, (0.12, 0.04), (0, 310), Size(900, 500, 1300), "€"))
    'Answer from a confidence of 0.62 on, and hand over the rest.'
    """
    rows = f" by the rows {deciding_words(parts.since, parts.until)}," if parts.since or parts.until else ""
    if parts.best is None:
        return f"Hand over every row{rows.rstrip(',')}: at these costs no confidence is worth an answer."
    if not parts.handed[1]:
        return f"Answer every row{',' if rows else ''}{rows} and hand over none."
    return f"Answer from a confidence of {words.threshold_text(parts.best)} on,{rows} and hand over the rest."


def handover_certainty(parts: HandoverParts, days: float | None) -> str:
    """Say what becomes of wrong answers and of what people look at."""
    days = parts.days or days
    factor, span = (_DAYS_OF_A_WEEK / days, "a week") if days else (1.0, "on this cohort")
    now, then = (words.count(value * factor) for value in parts.handed)
    looked = f"People look at {then} rows {span}, {now} before."
    answered = ""
    if parts.best is not None:
        wrong_now, wrong = (words.share(value) for value in parts.wrong)
        answered = f" Of the answers {wrong} are wrong, {wrong_now} before."
    return f"{looked}{answered} Saved on rows that did not choose the confidence."


def is_class_never_predicted(parts: SliceParts, log: Log) -> bool:
    """Whether the rows of a slice are those of a true class that no row is taken for: a new one, or another name for one."""
    right = log.mapping.right
    if (
        right is None
        or right.kind != "classes"
        or parts.column != right.true
        or right.predicted not in log.reading.names
    ):
        return False
    predicted = log.reading.column(str(right.predicted))
    known = {fold(value, right) for value, _ in predicted.top}
    return (
        predicted.n_distinct == len(predicted.top)
        and isinstance(parts.value, str)
        and fold(parts.value, right) not in known
    )


def where_words(parts: SliceParts, log: Log) -> str:
    """Name the rows of a slice: the value of a column, none, or one that looks filled in, with its days where these are few."""
    column = _column_of(parts.column, log)
    if parts.value is None:
        return f"{column} arrives empty"
    if parts.filled_days is None:
        return f"{column} is {short_name(_value_words(parts, log))}"
    ends = [moment_label(day) for day in parts.filled_days]
    when = f", from {ends[0]} to {ends[1]}" if len(set(ends)) > 1 else f", on {ends[0]}" if ends else ""
    return f"{column} is {short_name(str(parts.value))} as if filled in{when}"


def _column_of(column: str, log: Log) -> str:
    """Name a column within a sentence: what a class truly is, and what it was taken for, by that, else by its words."""
    right = log.mapping.right
    if right is not None and right.kind == "classes" and column in (right.true, right.predicted):
        return "the true class" if column == right.true else "the predicted class"
    return short_name(words.column_words(column))


def short_name(text: str) -> str:
    """Cut a name, a value or a side so that it fits into a sentence."""
    return words.shortened(words.one_line(text), MAX_NAME)
