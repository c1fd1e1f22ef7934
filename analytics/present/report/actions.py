"""What to do about a finding, and whose it is: the data's, the model's or the system's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from analytics.answers.brief.finding import (
    CompareParts,
    CourseParts,
    FoundParts,
    GapParts,
    LabelParts,
    PreflightParts,
    SliceParts,
    TurningParts,
)
from analytics.answers.brief.line_parts import HandoverParts, LineParts, ThresholdParts
from analytics.answers.labels_sites import given_by
from analytics.measure.calibration.told import CalibrationParts
from analytics.measure.labels.selective import AUDIT_ROWS
from analytics.measure.overruled import EVEN, WhoWasRight
from analytics.measure.slices import MIN_SUPPORT
from analytics.present import words
from analytics.present.discovery import slice_words, spoken_slice
from analytics.present.moments import moment_label
from analytics.present.readings.brief_parts import handover_sentence, is_class_never_predicted
from analytics.present.readings.compare_account import rounded
from analytics.present.readings.compare_operations import notable_part
from analytics.present.readings.compare_slices import losing_slices
from analytics.present.readings.gap_parts import PART_WORDS
from analytics.present.report.actions_preflight import DATA, MODEL, SYSTEM, name_of, preflight_action

if TYPE_CHECKING:
    from analytics.answers.brief.answer import Brief
    from analytics.answers.brief.finding import Finding

_UNTIL = "; until then a person decides these"


def _of_slice(parts: SliceParts) -> tuple[str, str]:
    name = name_of(parts.column)
    if parts.value is None:
        return f"Mend the source of {name}, or train with the field empty as it arrives.", DATA
    value = name_of(words.value_label(parts.value))
    if parts.filled_days is not None:
        return f"Find out what writes {value} where the model has no answer, and send these rows to a person.", SYSTEM
    return (
        f"Read the errors where {name} is {value} on Review, and train with more such rows{_UNTIL}.",
        MODEL,
    )


def _of_found(parts: FoundParts) -> tuple[str, str]:
    missing = [entry.property.name for entry in parts.slice if entry.value is None and parts.is_recorded]
    if missing:
        return f"Mend the source of {name_of(missing[0])}, or train with the field empty as it arrives.", DATA
    return (
        f"Read the errors where {name_of(spoken_slice(parts.slice))} on Review, and train with more such rows.",
        MODEL,
    )


def _of_threshold(parts: ThresholdParts | HandoverParts) -> tuple[str, str]:
    to = "Flag nothing" if parts.best is None else f"Move the threshold to {words.threshold_text(parts.best)}"
    if isinstance(parts, HandoverParts):
        to = handover_sentence(parts).partition(":")[0].rstrip(".")
    return f"{to}, and hold it against the costs again next week.", SYSTEM


def _of_line(parts: LineParts) -> tuple[str, str]:
    if parts.is_of_decisions:
        return "Find out which rule decides, before anything is made of single errors.", SYSTEM
    return (
        "Say on Thresholds what a miss costs compared with a false alarm, and move the threshold to where it decides.",
        SYSTEM,
    )


def _of_calibration(parts: CalibrationParts) -> tuple[str, str]:
    if parts.is_flat:  # calibrated it would say the same of every row
        return (
            "Choose no rows by this score, and ask for one that tells them apart: recalibrating does not help.",
            MODEL,
        )
    if parts.turn is not None:
        day = words.bucket_label(parts.turn.since, "1d")
        return f"Recalibrate on rows from {day} on alone: those before would turn scores the wrong way.", MODEL
    if parts.since is not None:
        day = moment_label(parts.since)
        return f"Recalibrate on rows from {day} on alone: errors were others before.", MODEL
    return "Recalibrate before anybody reads a score as a chance; by itself that changes no decision.", MODEL


def _of_labels(parts: LabelParts) -> tuple[str, str]:
    if parts.stopped is not None:
        return "Mend the feed of labels, and read the log again.", DATA
    if parts.since is not None or parts.is_late:
        return "Wait for the labels before the newest rows are judged.", DATA
    return "Find out who gets no label, and have some of these rows judged.", DATA


def _of_turning(parts: TurningParts) -> tuple[str, str]:
    if parts.turning.since is None:
        return "Ask again of a log that spans twice as long.", DATA
    return "Judge mature rows alone until the others are old enough.", DATA


_PARTS = {
    "coverage": ("Wait for the labels, or attach those that came later, before the two are compared.", DATA),
    "segments": ("Train on the mix of rows that comes in now, or decide the new rows on their own.", MODEL),
    "missingness": ("Mend the source of {columns}, or train with the field empty as it arrives.", DATA),
    "base_rate": ("See on Thresholds whether the line still fits the share of positives.", SYSTEM),
    "operating": (
        "Recalibrate: the scores are read on another scale; see on Thresholds what a move would do to recall and flagged rows.",
        SYSTEM,
    ),
    "concept": (
        "Read the errors of {columns} on Review, then train anew: the same inputs lead to other outcomes.",
        MODEL,
    ),
}
"""By part of the gap: what to do, and whose it is."""


def _of_gap(parts: GapParts) -> tuple[str, str]:
    text, owner = _PARTS[parts.name]
    columns = words.listed([name_of(column) for column in parts.columns]) or PART_WORDS[parts.name]
    return text.format(columns=columns), owner


def _of_comparison(parts: CompareParts) -> tuple[str, str]:
    answer, verdict = parts.answer, parts.verdict
    if answer.hanging is not None:
        return f"Have {AUDIT_ROWS} pairs judged, drawn at random, before either side is chosen.", DATA
    if not verdict.n or verdict.word == "unknown":
        return "Wait for the labels of these pairs before either side is chosen.", DATA
    if (
        verdict is answer.verdict
        and verdict.word == "better"
        and answer.other is not None
        and answer.other[1].word == "worse"
    ):
        return (
            "Say what a false positive and a false negative cost, and compare again, before anything is replaced.",
            MODEL,
        )
    told = {
        "better": "Put the candidate in the place of what is live",
        "no worse": "Replace what is live only if the candidate is wanted for another reason",
        "worse": "Keep what is live, and read the rows that flipped on Compare",
        "inconclusive": f"Keep what is live, and log both answers for about {words.count(rounded(verdict.more or 0))} "
        "pairs more",
    }[verdict.word]
    lost = [] if parts.slices is None else losing_slices(parts.slices)
    is_replaced = verdict.word in ("better", "no worse")
    where = f", and keep what is live where {name_of(spoken_slice(lost[0]))}" if lost and is_replaced else ""
    is_more, more = notable_part(answer.running)
    agreed = f", once it is agreed that it {more}" if is_more and is_replaced else ""
    return f"{told}{agreed}{where}.", MODEL


def _of_course(parts: CourseParts) -> tuple[str, str]:
    day = moment_label(parts.since)
    if parts.until is not None:
        last = moment_label(parts.until)
        return (
            f"Find out what broke from {day} to {last}, an input or the join of the labels, and leave these days out of what "
            "judges the model if it was the join.",
            DATA,
        )
    if parts.began:
        return (
            f"See on Gap whether it is version {name_of(parts.began)} or what came in with it: go back to the version before "
            "where it is the version, and mend what arrives otherwise where it is not.",
            MODEL,
        )
    if ":" in parts.since:
        return (
            f"Find out what was released or broke around {day}, and go back to what ran before if it can be.",
            SYSTEM,
        )
    return (
        f"See on Gap what changed on {day}: mend what arrives otherwise, and train anew with rows since then where the same "
        "inputs lead to other outcomes.",
        MODEL,
    )


def _of_overruled(parts: WhoWasRight) -> tuple[str, str]:
    if parts.most.n_labelled < MIN_SUPPORT:
        return (
            "Have some of the overruled decisions judged, drawn at random: so far nobody knows who was right.",
            SYSTEM,
        )
    if float(parts.people.high) < EVEN:
        return "Read on Review what people overrule, and say with them when the model's decision stands.", SYSTEM
    if float(parts.people.low) > EVEN:
        return "Find out on Review what people see there, and give it to the model.", MODEL
    return "Read on Review what people overrule: on the whole it makes decisions no better.", SYSTEM


_BY_PARTS: dict[type, Callable[[Any], tuple[str, str]]] = {
    SliceParts: _of_slice,
    FoundParts: _of_found,
    ThresholdParts: _of_threshold,
    HandoverParts: _of_threshold,
    LineParts: _of_line,
    CalibrationParts: _of_calibration,
    LabelParts: _of_labels,
    TurningParts: _of_turning,
    PreflightParts: preflight_action,
    GapParts: _of_gap,
    CourseParts: _of_course,
    WhoWasRight: _of_overruled,
    CompareParts: _of_comparison,
}


def action_of(finding: Finding, brief: Brief | None = None) -> tuple[str, str]:
    """Return what to do about a finding, and whose it is: data, model or system; the others of a brief may say it better."""
    version = None if brief is None else brief.asking.question.log.mapping.model_version
    if isinstance(finding.parts, SliceParts) and finding.parts.column == version and finding.parts.value is not None:
        value = name_of(words.value_label(finding.parts.value))
        return (
            f"Hold {name_of(finding.parts.column)} {value} against the others on Compare before it decides more rows.",
            MODEL,
        )
    given = None if brief is None else given_by(brief.asking.question.log)
    if given is not None and given in _sliced_by(finding):
        return (
            f"Ask whether the label is defined alike for every {name_of(words.column_words(given))}, before the model is "
            "changed: Labels holds them against each other at equal scores.",
            DATA,
        )
    parts, log = finding.parts, None if brief is None else brief.asking.question.log
    if log is not None and isinstance(parts, SliceParts) and is_class_never_predicted(parts, log):
        value = name_of(str(parts.value))
        return f"Find out whether {value} is new or another name for a class: train with its rows, or map it.", MODEL
    right = None if brief is None else brief.asking.question.log.mapping.right
    if right is not None and isinstance(finding.parts, SliceParts) and finding.parts.column == right.true:
        return _of_slice(finding.parts)[0].partition(_UNTIL)[
            0
        ] + ".", MODEL  # nobody knows beforehand what will be true
    if brief is not None and isinstance(finding.parts, LineParts) and brief.asking.has_costs:
        moved = [each.parts for each in brief.findings if isinstance(each.parts, ThresholdParts)]
        if moved:
            return _of_threshold(moved[0])
        if not finding.parts.is_of_decisions:
            return "Keep the threshold: at these costs no other is clearly better. Ask whether the model pays.", SYSTEM
    others = () if brief is None else brief.findings
    if isinstance(finding.parts, CalibrationParts) and any(isinstance(each.parts, CourseParts) for each in others):
        return "Find out first why errors rose; then recalibrate on rows since, if scores are still off.", MODEL
    return _BY_PARTS[type(finding.parts)](finding.parts)


def _sliced_by(finding: Finding) -> list[str]:
    """Return the columns whose values make the slice that a finding is about."""
    if isinstance(finding.parts, SliceParts) and finding.parts.value is not None:
        return [finding.parts.column]
    if isinstance(finding.parts, FoundParts):
        return [entry.property.source for entry in finding.parts.slice if entry.value is not None]
    return []


def columns_of(finding: Finding) -> tuple[str, ...]:
    """Return the columns that a finding hangs on: without them it cannot be looked for again."""
    parts, own = finding.parts, [clause.column for clause in finding.clauses]
    named = [getattr(parts, "column", None), *(getattr(parts, "columns", None) or ())]
    return tuple(dict.fromkeys(name for name in (*own, *named) if isinstance(name, str) and name))


def key_of(finding: Finding) -> str:
    """Name a finding so that it is found again on another export: its question, and the rows or the part that it is about.

    >>> from analytics.answers.brief.finding import Finding, PreflightParts
    >>> from analytics.log.receipt import CheckResult
    >>> key_of(Finding("preflight", "logs", PreflightParts(CheckResult("null-label", "warning", "y", 3, "…"), 0)))
    'preflight: null-label'
    """
    match finding.parts:
        case SliceParts() as parts:
            return f"{finding.source}: {rows_told(parts.column, parts.value)}"
        case FoundParts() as parts:
            told = slice_words(parts.slice)
        case GapParts() as parts:
            told = parts.name
        case PreflightParts() as parts:
            told = parts.found.code
        case _:
            return finding.source
    return f"{finding.source}: {words.shortened(words.one_line(told), 200)}"


def rows_told(column: str, value: object) -> str:
    """Name the rows of one value of a column, as a key does."""
    return words.shortened(words.one_line(f"{column} is {words.value_label(value)}"), 200)
