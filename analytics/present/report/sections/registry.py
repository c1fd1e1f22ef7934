"""The sections of a report, one entry each: the outline, the command, README's table and the tests follow from it.

Whoever adds a question that belongs into the meeting adds an entry; what the first page says of it is its section's ``glance``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics.present.report.sections import (
    calibration,
    compare,
    discovery,
    gap,
    gates,
    labels,
    overview,
    review,
    slices,
    thresholds,
    whose,
)

if TYPE_CHECKING:
    from analytics.answers.report.asking import ReportAsking
    from analytics.present.report.parts import Section
    from analytics.query.engine import Engine


def _nothing(_: ReportAsking) -> str:
    return ""


def _ask_nothing(_: Engine, __: ReportAsking) -> None:
    return None


def _scores(asking: ReportAsking) -> str:
    return "" if asking.question.log.mapping.has_score else "scores"


def _columns(asking: ReportAsking) -> str:
    return "" if asking.by else "a segment column"


def _reference(asking: ReportAsking) -> str:
    return "" if asking.sides else "a reference (--reference and --production, or the sides of Gap)"


def _candidate(asking: ReportAsking) -> str:
    return "" if asking.compared else "a candidate (--live and --candidate, or Add to report on Compare)"


def _line(asking: ReportAsking) -> str:
    if asking.question.log.mapping.kind == "rankings":
        return "a log of one row per query that says how sure its ranking is"
    if asking.question.log.is_right_or_wrong:
        return "" if asking.question.log.mapping.has_score else "a column that says how sure each answer is"
    return _scores(asking)


def _times(asking: ReportAsking) -> str:
    log = asking.question.log
    return "" if log.time_low is not None and log.mapping.label_time is not None else "a column of label times"


def _verdicts(asking: ReportAsking) -> str:
    return "" if asking.verdicts else "verdicts, which are given on Review"


@dataclass(frozen=True)
class _SectionKind:
    """One section of a report.

    Attributes
    ----------
    name, title : str
        The word of its question, and what the outline calls it.
    what : str
        What it shows, as README says it.
    ask : callable
        Asks for its answer.
    build : callable
        Makes finished sections of the answer, none where there is nothing to say.
    awaits : callable
        What it needs and does not have, as a noun; empty where it can be asked.
    is_dear : bool
        Whether it takes long, so that the page asks it only when somebody turns it on.
    is_named : bool
        Whether it is about something that somebody named: where nobody did, no pack lacks it.
    is_of_all : bool
        Whether it asks nothing and is made of the answers of all others and the brief.
    """

    name: str
    title: str
    what: str
    ask: Callable[[Engine, ReportAsking], Any]
    build: Callable[[Any, ReportAsking], tuple[Section, ...]]
    awaits: Callable[[ReportAsking], str] = _nothing
    is_dear: bool = False
    is_named: bool = False
    is_of_all: bool = False


_ALL = (
    _SectionKind("overview", "How good it is", "Headline numbers, errors, scores, time", overview.ask, overview.build),
    _SectionKind(
        "slices",
        "Where it fails, by column",
        "Metrics by segment against the rest",
        slices.ask,
        slices.build,
        _columns,
    ),
    _SectionKind(
        "discovery",
        "Where it fails, discovered",
        "Slices of several conditions that a search confirmed, and those that were kept",
        discovery.ask,
        discovery.build,
        is_dear=True,
    ),
    _SectionKind(
        "gap",
        "Why production is worse",
        "The change since the reference in parts, by column, and what to mend",
        gap.ask,
        gap.build,
        _reference,
        is_dear=True,
    ),
    _SectionKind(
        "compare",
        "May the candidate go live",
        "The verdict on two answers to the same input, every metric on the same pairs, and where the candidate loses",
        compare.ask,
        compare.build,
        _candidate,
        is_named=True,
    ),
    _SectionKind(
        "review", "Why it fails, case by case", "Reasons and cases with verdicts", review.ask, review.build, _verdicts
    ),
    _SectionKind(
        "calibration",
        "What a score means",
        "Reliability diagram and numbers beside chance",
        calibration.ask,
        calibration.build,
        _scores,
    ),
    _SectionKind(
        "thresholds",
        "Where the threshold should be",
        "Cost by threshold and what a move does, or what to hand over, with costs that somebody gave; else what to give",
        thresholds.ask,
        thresholds.build,
        _line,
    ),
    _SectionKind(
        "labels",
        "Which days may be believed",
        "What all labels will say, and until when",
        labels.ask,
        labels.build,
        _times,
    ),
    _SectionKind(
        "gates",
        "May it go on",
        "The gates that are kept for the log: outcome, what was found, rows and day that would decide",
        gates.ask,
        gates.build,
    ),
    _SectionKind(
        "whose",
        "Whose failure it is",
        "Five gates, each with its state, evidence and what would settle it: data, model or system",
        _ask_nothing,
        whose.build,
        is_of_all=True,
    ),
)
SECTIONS = {kind.name: kind for kind in _ALL}
"""Name to section, in the order of an outline that nobody changed; method and bookkeeping stand behind them."""
