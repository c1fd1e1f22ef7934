"""The questions that the brief asks, one entry each, and the pages that have nothing to find.

Whoever adds a page that can have a finding adds an entry, and the sentence of its parts to `present.readings.brief`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from analytics.answers.brief.course import worse_since
from analytics.answers.brief.filled import filled_scores
from analytics.answers.brief.finding import Asking, Finding
from analytics.answers.brief.handover import better_handover, can_hand_over
from analytics.answers.brief.others import (
    better_threshold,
    idle_line,
    miscalibration,
    open_labels,
    preflight,
    young_labels,
)
from analytics.answers.brief.overruled import overruled_decisions
from analytics.answers.brief.searches import found_slice, largest_part, verdict_on_candidate
from analytics.answers.brief.slices import worst_slices
from analytics.query.engine import Engine

_Find = Callable[[Engine, Asking], tuple[Finding, ...]]


def _nothing(_: Asking) -> str:
    return ""


def _costs(asking: Asking) -> str:
    if asking.question.log.is_right_or_wrong:
        is_known = asking.handover is not None or not can_hand_over(asking.question)
        return "" if is_known else "until somebody says what a wrong answer costs compared with a person's look"
    return "" if asking.has_costs else "until somebody says what a miss costs compared with a false alarm"


def _better_line(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Ask for the threshold, or from which confidence on rows that are right or wrong should be answered."""
    find = better_handover if asking.question.log.is_right_or_wrong else better_threshold
    return find(engine, asking)


def _reference(asking: Asking) -> str:
    return "" if asking.sides else "until a reference is chosen"


def _candidate(asking: Asking) -> str:
    return "" if asking.compared else "until a live side and a candidate are named"


@dataclass(frozen=True)
class Source:
    """One question of the brief.

    Attributes
    ----------
    name, page : str
        What it is called, and the page that answers it.
    what : str
        What is looked at, within a sentence.
    find : callable
        Asks it: the findings that are beyond chance, the largest first; at most one of a kind.
    place : str
        Why its findings stand where they do.
    is_dear : bool
        Whether it takes seconds, so that it is asked only when somebody wants it.
    is_by_metric : bool
        Whether the metric that leads changes what it finds.
    awaits : callable
        Why it cannot be asked yet, within a sentence; empty where it can.
    is_named : bool
        Whether it is about two answers that somebody named: where nobody did, it is not open either.
    """

    name: str
    page: str
    what: str
    find: _Find
    place: str
    is_dear: bool = False
    is_by_metric: bool = False
    awaits: Callable[[Asking], str] = _nothing
    is_named: bool = False

    def asked(self, asking: Asking) -> Asking:
        """Return the part of what is asked that matters here, so that an answer serves for every metric where it can."""
        kept = asking if self.is_named else replace(asking, compared=None)
        return kept if self.is_by_metric else replace(kept, metric=None)


_ALL = (
    Source(
        "preflight",
        "logs",
        "whether the log is fit to be judged",
        preflight,
        "An error stands first, as do labels that are of one class from a day on: no other number holds before that is mended. "
        "Another warning stands last: what it costs is not known.",
    ),
    Source(
        "compare",
        "compare",
        "whether the candidate may replace what is live",
        verdict_on_candidate,
        "Behind an error of preflight and before all else: somebody named both, and the meeting decides on it.",
        awaits=_candidate,
        is_named=True,
    ),
    Source(
        "turning",
        "overview",
        "whether rows may still change their class",
        young_labels,
        "Behind an error of preflight and before all with a size: other numbers take these rows for what they are so far.",
    ),
    Source(
        "line",
        "thresholds",
        "whether the threshold decides anything",
        idle_line,
        "Behind an error of preflight and before all with a size: where hardly anyone or nearly everybody is flagged, no part of "
        "the rows is what is wrong.",
    ),
    Source(
        "slices",
        "slices",
        "where the model fails",
        worst_slices,
        "By size: wrong decisions, or cost, beyond what the FNR and FPR of the rest predict there; misses or false alarms alone "
        "where the metric that leads counts these. Last where a metric that leads has no such rows.",
        is_by_metric=True,
    ),
    Source(
        "filled",
        "review",
        "whether scores were filled in",
        filled_scores,
        "By size: errors, or cost, that decisions by a score that no model gave have beyond what those of the others predict.",
    ),
    Source(
        "overruled",
        "review",
        "where people overrule the model",
        overruled_decisions,
        "By size: errors, or cost, that people's decisions have beyond the model's on the rows on which both differ. Last where "
        "they have no more: it says what people know that the model does not.",
    ),
    Source(
        "course",
        "gap",
        "since when the model is worse",
        worse_since,
        "By size: errors since then beyond those that the rate of before would give, or what they cost. Before the move of the "
        "threshold however much that saves: it fits what broke, and is wrong once that is mended.",
        is_by_metric=True,
    ),
    Source(
        "thresholds",
        "thresholds",
        "where the threshold should be",
        _better_line,
        "By size: what the move saves on rows that did not choose it; where rows are right or wrong, counted in wrong answers. "
        "Without costs no threshold is better than another, and no confidence from which rows are answered.",
        awaits=_costs,
    ),
    Source(
        "calibration",
        "calibration",
        "what a score means",
        miscalibration,
        "Last: mending it changes what a score says and keeps the order of the rows, so by itself it avoids no wrong decision.",
    ),
    Source(
        "labels",
        "overview",
        "how far labels are known",
        open_labels,
        "Last: waiting mends it; it says how far the others can be believed. First where labels have stopped to come: no waiting "
        "mends that, and nobody sees whether the model still works.",
    ),
    Source(
        "discovery",
        "slices",
        "slices of several conditions",
        found_slice,
        "By size: wrong decisions, or what they cost, on rows that the search did not see.",
        is_dear=True,
    ),
    Source(
        "gap",
        "gap",
        "why production is worse than the reference",
        largest_part,
        "By size: the part of the change, on the rows of production. Other rows and labels to come have none, and stand last.",
        is_dear=True,
        awaits=_reference,
    ),
)
SOURCES = {source.name: source for source in _ALL}
"""Name to question, in the order in which they are asked; findings without a size keep it."""

WITHOUT = {
    "gates": "what it says of a log is held against limits that people wrote down, and is an answer to them",
    "labels": "how far labels are known is said with a link to the rows that are, and what all of them will say is no finding",
    "report": "it carries what the other pages found",
}
"""Pages that have no finding of their own, each with the reason."""
