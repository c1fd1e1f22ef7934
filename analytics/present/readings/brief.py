"""The sentences of the brief: its change, each finding with its size and certainty, and what was not looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analytics.answers.brief.answer import waits_for
from analytics.answers.brief.finding import (
    CompareParts,
    CourseParts,
    Finding,
    FoundParts,
    GapParts,
    LabelParts,
    PreflightParts,
    SliceParts,
    TurningParts,
)
from analytics.answers.brief.line_parts import HandoverParts, LineParts, ThresholdParts
from analytics.measure.calibration.told import CalibrationParts
from analytics.measure.gap.metric import COST
from analytics.measure.metrics import METRICS
from analytics.measure.overruled import WhoWasRight
from analytics.measure.slices import compared_by
from analytics.present import words
from analytics.present.discovery import spoken_slice
from analytics.present.moments import moment_label
from analytics.present.readings.brief_overruled import overruled_details, overruled_reading
from analytics.present.readings.brief_parts import (
    MAX_NAME,
    amount,
    calibration_certainty,
    calibration_sentence,
    course_certainty,
    handover_certainty,
    handover_sentence,
    is_class_never_predicted,
    label_sentence,
    line_sentence,
    short_name,
    sized,
    turning_sentence,
    versions_words,
    where_words,
)
from analytics.present.readings.compare import compare_reading, interval_part, money_part
from analytics.present.readings.compare_judged import corrected_details, judged_reading
from analytics.present.readings.compare_slices import losing_reading
from analytics.present.readings.gap_parts import PART_WORDS
from analytics.present.readings.overview_lead import missed_words, wrong_words
from analytics.present.readings.overview_unjudged import lacking
from analytics.present.readings.thresholds_deciding import deciding_words

if TYPE_CHECKING:
    from analytics.answers.brief.answer import Brief
    from analytics.answers.brief.registry import Source
    from analytics.log.receipt import CheckResult
    from analytics.log.schema import Log
    from analytics.measure.intervals import Interval

_DAYS_OF_A_WEEK = 7.0
"""Sizes are told by the week where a log spans two of them."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")


def change_reading(metric: str, change: Interval | None, sides: tuple[str, str]) -> str:
    """Say by how much production is better or worse than the reference; empty where the metric has no value on a side."""
    if change is None:
        return ""
    phrase, names = words.metric_phrase(metric), [short_name(side) for side in sides]
    start = f"{phrase[:1].upper()}{phrase[1:]}"
    if float(change.low) <= 0 <= float(change.high):
        return f"{start} differs by no more than chance where {names[1]} from where {names[0]}."
    ends = (float(end) for end in (change.value, change.low, change.high))
    side = "higher" if float(change.value) > 0 else "lower"
    verdict = _verdict_of(metric, float(change.value))
    size = words.metric_difference(metric, *ends)
    return f"{start} is {side}{verdict} where {names[1]} than where {names[0]}: {size}."


def _verdict_of(metric: str, change: float) -> str:
    """Say whether a change is for the worse, in brackets; nothing where neither direction is better.

    >>> _verdict_of("recall", -0.1), _verdict_of("prevalence", 0.1)
    (' (worse)', '')
    """
    direction = METRICS[metric].direction
    if direction == "neither":
        return ""
    return " (worse)" if (direction == "higher") == (change < 0) else " (better)"


def finding_sentence(finding: Finding, log: Log) -> str:
    """Say what is wrong, in one sentence."""
    match finding.parts:
        case SliceParts() as parts:
            if is_class_never_predicted(parts, log):
                n = words.plural(parts.n, "row")
                return f"The class {short_name(str(parts.value))!r} is never predicted: it is what {n} truly are."
            where = where_words(parts, log)
            of, rest = "", "elsewhere"
            if parts.versions:
                of, rest = f" in rows of {versions_words(parts)}", "where it arrives"
            return f"Where {where}{of}, {_rates(parts.metric, parts.rate, parts.rate_rest, log, rest)}."
        case FoundParts() as parts:
            where = words.shortened(spoken_slice(parts.slice), 3 * MAX_NAME)
            rest = "that its base rate explains" if parts.is_explained else "elsewhere"
            return f"Where {where}, {_rates(parts.metric, parts.rate, parts.rate_rest, log, rest)}."
        case CalibrationParts() as parts:
            return calibration_sentence(parts, log)
        case ThresholdParts() as parts:
            best = "above the top score" if parts.best is None else f"to {words.threshold_text(parts.best)}"
            rows = f", by the rows {deciding_words(parts.since, parts.until)}" if parts.since or parts.until else ""
            return f"Move the threshold from {words.threshold_text(parts.present)} {best}{rows}."
        case HandoverParts() as parts:
            return handover_sentence(parts)
        case LineParts() as parts:
            return line_sentence(parts, log)
        case LabelParts() as parts:
            return label_sentence(parts)
        case TurningParts() as parts:
            return turning_sentence(parts.turning)
        case PreflightParts() as parts:
            return _found_sentence(parts.found)
        case GapParts() as parts:
            return _gap_sentence(parts)
        case CourseParts() as parts:
            day = moment_label(parts.since)
            if parts.until is not None:
                rates = _rates(parts.metric, parts.after, parts.before, log, "on other days")
                return f"From {day} to {moment_label(parts.until)} {rates}."
            begun = f", when version {short_name(parts.began)} began," if parts.began else ""
            return f"Since {day}{begun} {_rates(parts.metric, parts.after, parts.before, log, 'before')}."
        case WhoWasRight() as parts:
            return overruled_reading(parts)
        case CompareParts() as parts:
            if parts.corrected is not None and parts.corrected.is_known:
                return _SENTENCE.split(judged_reading(parts.corrected))[0]
            return compare_reading(parts.answer).partition("\n")[0]


def _found_sentence(found: CheckResult) -> str:
    """Say what preflight found, with the column that it is about."""
    text = words.one_line(_SENTENCE.split(found.message)[0])
    if found.column is None or words.one_line(found.column) in text:
        return text
    return f"{short_name(found.column)!r}: {text[:1].lower()}{text[1:]}"


def _rates(metric: str, rate: float, rest: float, log: Log, where: str = "elsewhere") -> str:
    """Compare a rate with that of the rest, or of the time before."""
    if log.is_right_or_wrong and metric in ("fpr", "error_rate"):
        return f"{words.share(rate)} of the {_judged_many(log)} {wrong_words(log)}, against {words.share(rest)} {where}"
    if metric not in ("fnr", "fpr", "error_rate"):
        value, other = words.metric_text(metric, rate), words.metric_text(metric, rest)
        is_beyond = compared_by(metric)[0].endswith("_beyond")
        against = f"and the errors of the rest would give {other}" if is_beyond else f"against {other} elsewhere"
        return f"{words.metric_phrase(metric)} is {value}, {against}"
    said = {
        "fnr": missed_words(log),
        "fpr": "of the negative rows are flagged",
        "error_rate": "of the decisions are wrong",
    }[metric]
    return f"{words.share(rate)} {said}, against {words.share(rest)} {where}"


def _judged_one(log: Log) -> str:
    """Name what is right or wrong: a row, which is a query where rows are ranked."""
    return "query" if log.mapping.kind == "rankings" else "row"


def _judged_many(log: Log) -> str:
    return "queries" if log.mapping.kind == "rankings" else "rows"


def _gap_sentence(parts: GapParts) -> str:
    """Say by how much it is worse than the reference, and what leads."""
    phrase = "the cost per 1,000 rows" if parts.metric == COST else words.metric_phrase(parts.metric)
    size, part = (
        words.number(value, 1) if parts.metric == COST else words.points(value).removeprefix("+")
        for value in (abs(parts.change.value), parts.part.value)
    )
    by, (before, after) = PART_WORDS[parts.name], map(short_name, parts.sides)
    if parts.columns:
        by = f"{by} ({words.listed([short_name(words.column_words(column)) for column in parts.columns])})"
    if parts.change.is_clear:
        return f"{phrase[:1].upper()}{phrase[1:]} where {after} is {size} worse than where {before}: most by {by}."
    whole = f"is {size} better" if parts.change.high < 0 else "has not changed beyond chance"
    return (
        f"{by[:1].upper()}{by[1:]}: {phrase} where {after} is {part} worse by that than where {before}. Other parts hide it: "
        f"on the whole it {whole}."
    )


def finding_worth(finding: Finding, brief: Brief) -> str:
    """Say what mending it would win, by week where there are times; empty where that is not counted."""
    size = finding.size
    if size is None:
        return ""
    unit = brief.asking.policy.unit if brief.asking.policy is not None and brief.asking.has_costs else None
    if isinstance(finding.parts, HandoverParts):
        size, unit = finding.parts.saved, finding.parts.unit
    days = getattr(finding.parts, "days", None) or brief.days
    by_week = size.value * _DAYS_OF_A_WEEK / days if days else 0.0
    is_told = bool(days and days >= 2 * _DAYS_OF_A_WEEK and by_week >= 1)
    log = brief.asking.question.log
    wrong = f"more wrong {_judged_one(log)}" if log.is_right_or_wrong else "more wrong decision"
    saved = " saved" if isinstance(finding.parts, ThresholdParts | HandoverParts) else ""
    return f"{sized(size, unit, wrong)}{saved}{f', {amount(by_week, unit)} a week' if is_told else ''}"


def finding_certainty(finding: Finding, brief: Brief) -> str:
    """Say how sure it is, and on how many rows."""
    log = brief.asking.question.log
    is_right_or_wrong = log.is_right_or_wrong
    than = "More than elsewhere" if is_right_or_wrong else "More than its base rate explains"
    match finding.parts:
        case SliceParts() as parts:
            rows = f"{words.share(parts.share)} of the rows{f' of {versions_words(parts)}' if parts.versions else ''}"
            return f"{than}, at 95 % adjusted for {words.plural(parts.n_compared, 'slice')}; {rows}."
        case FoundParts() as parts:
            n = words.plural(parts.n_sent, "slice")
            unseen = f"the {words.count(parts.n_confirming)} of these rows that the search did not see"
            return f"{than}, confirmed on {unseen}, which the rates are of; adjusted for {n}."
        case CalibrationParts() as parts:
            return calibration_certainty(parts, log)
        case ThresholdParts() as parts:
            return f"{_traded(parts, brief)} Saved on rows that did not choose the threshold."
        case HandoverParts() as parts:
            return handover_certainty(parts, brief.days)
        case LineParts() as parts:
            flagged = f"{words.count(parts.n_flagged)} of {words.plural(parts.n_scored, 'scored row')} flagged"
            kind = "negative" if parts.flags_all else "positive"
            wrong = words.metric_interval("fnr", parts.wrong, parts.low, parts.high)
            return f"{flagged}; wrong on {wrong} of {words.plural(parts.n_label, f'{kind} row')}."
        case TurningParts() as parts:
            young = f"{words.count(parts.turning.n_young)} of {words.plural(parts.turning.n, 'row')}"
            return f"{young} are too young to tell."
        case LabelParts() as parts:
            is_since = parts.since is not None and parts.stopped is None
            late, of = (parts.n_unlabelled_since, parts.n_since) if is_since else (parts.n_unlabelled, parts.n)
            yet, what = " yet" if parts.is_late else "", lacking(parts.unanswered)
            return (
                f"{words.count(late)} of {words.plural(of, 'row')} {'since then ' if is_since else ''}have {what}{yet}."
            )
        case PreflightParts() as parts:
            more = f" {words.plural(parts.n_more, 'more finding')} of preflight." if parts.n_more else ""
            rows = f"{words.plural(parts.found.rows, 'row')}." if parts.found.rows else ""
            return f"{rows}{more}".strip()
        case GapParts() as parts:
            scale = 1.0 if parts.metric == COST else 100.0
            ends = words.between(*(words.plain(scale * end, 1) for end in (parts.part.low, parts.part.high)))
            value = words.plain(scale * parts.part.value, 1)
            return f"This part is {value}{'' if parts.metric == COST else ' points'} ({ends}) of it, at 95 %."
        case CourseParts() as parts:
            return course_certainty(parts)
        case WhoWasRight() as parts:
            return overruled_details(parts, log)
        case CompareParts() as parts:
            return _paired(parts)


def _paired(parts: CompareParts) -> str:
    """Say the difference on the same pairs with its interval, what it is worth, and for whom the candidate is worse."""
    answer = parts.answer
    slices = "" if parts.slices is None else losing_reading(parts.slices)
    pairs = f"{words.plural(answer.account.judged, 'pair')} judged on both sides."
    both = corrected_details(parts.corrected, compare_reading(answer))
    return " ".join(filter(None, [*both, interval_part(answer), money_part(answer), slices, pairs]))


def _traded(parts: ThresholdParts, brief: Brief) -> str:
    """Say what becomes of recall, precision and flagged rows."""
    days = parts.days or brief.days
    factor, span = (_DAYS_OF_A_WEEK / days, "a week") if days else (1.0, "on this cohort")
    said = [
        f"{name} goes from {words.share(before)} to {words.share(after)}"
        for name, (before, after) in (("recall", parts.recall), ("precision", parts.precision))
    ]
    now, then = (words.count(value * factor) for value in parts.flagged)
    text = f"{said[0]}, {said[1].replace(' goes', '', 1)}, flagged rows from {now} to {then} {span}."
    return f"{text[:1].upper()}{text[1:]}"


def brief_reading(brief: Brief) -> str:
    """Say that nothing was found where that is so, or could be; empty where findings speak of more than of open labels."""
    if any(finding.source != "labels" for finding in brief.findings) or brief.asking.is_chosen:
        return ""
    if not brief.asking.question.log.n_labelled:
        return "Nothing can be found before rows have a label: attach labels on Logs, or with --labels."
    if not brief.is_on_enough:
        n = words.plural(brief.asking.question.log.n_labelled, "labelled row")
        return f"On {n} nothing can be told from chance: that nothing was found says nothing of the model."
    if brief.findings:
        return "Nothing stands out beyond chance in what was looked at, on the rows that have a label."
    looked = "the log, its slices, what its scores mean (to a point), and its labels"
    return f"Nothing stands out beyond chance in what was looked at: {looked}."


_HANDOVER = "Which answers a person should see"
"""What is open of the threshold where rows are right or wrong."""


def open_sentence(source: Source, brief: Brief) -> str:
    """Say what was not looked at yet, or what it waits for."""
    awaits = waits_for(source, brief.asking)
    is_handover = source.name == "thresholds" and brief.asking.question.log.is_right_or_wrong
    what = _HANDOVER if is_handover else f"{source.what[:1].upper()}{source.what[1:]}"
    return f"{what}: not known {awaits}." if awaits else f"{what}: not looked at yet."
