"""The brief: the findings of all questions in their order, and what was not looked at yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from analytics.answers.brief.finding import Asking, CourseParts, Finding, SliceParts
from analytics.answers.brief.registry import SOURCES, Source
from analytics.answers.gap.sides import proposed_sides
from analytics.answers.question import Question
from analytics.measure.slices import MIN_SUPPORT
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine

MOST = 5
"""Findings that are shown: what a meeting takes up. A choice."""
_ERRORS = "wrong decisions"
_BOUNDS = ("lt", "le", "gt", "ge")
_REMEDIES = ("thresholds",)
"""Questions whose findings are remedies for the state that errors shifted into."""
_DATE = len("2026-01-01")
_PLACES = ("first", "by size", "last")


@dataclass(frozen=True)
class Brief:
    """What matters first.

    Attributes
    ----------
    asking : Asking
    findings : tuple of Finding
        In their order, all of them; pages show the first `MOST`.
    open : tuple of Source
        Questions that were not asked: they take long, or wait for something to be said.
    days : float or None
        That the cohort spans, None without times.
    """

    asking: Asking
    findings: tuple[Finding, ...]
    open: tuple[Source, ...]
    days: float | None = None

    @property
    def unit(self) -> str:
        """What sizes are counted in."""
        return self.asking.policy.unit if self.asking.policy is not None and self.asking.has_costs else _ERRORS

    @property
    def is_on_enough(self) -> bool:
        """Whether so many rows are labelled that something could be found: twice what a slice, or its rest, needs."""
        return self.asking.question.log.n_labelled >= 2 * MIN_SUPPORT

    @property
    def leading(self) -> tuple[Finding, ...]:
        """Those that are shown."""
        return self.findings[:MOST]


def brief(
    engine: Engine, asking: Asking, look: Collection[str] = (), known: Mapping[str, tuple[Finding, ...]] | None = None
) -> Brief:
    """Ask every question that is cheap, and those that are named.

    Parameters
    ----------
    engine, asking
    look : collection of str
        Names of `SOURCES` that take long and are asked all the same.
    known : mapping of str to tuple of Finding, optional
        What was found already, by name: these are not asked again.
    """
    known = known or {}
    named = {*look, *known}
    asked = [
        source
        for source in SOURCES.values()
        if can_ask(source, asking) and (not source.is_dear or source.name in named)
    ]
    found = [
        finding
        for source in asked
        for finding in (known[source.name] if source.name in known else source.find(engine, source.asked(asking)))
    ]
    return composed(asking, asked, found, days_of(engine, asking.question))


def days_of(engine: Engine, question: Question) -> float | None:
    """Count the calendar days from the first to the last row of a cohort, both included; None without times."""
    if question.log.time_low is None:
        return None
    days = engine.time_table(question.log, question.cohort, question.threshold, "1d")["bucket"].drop_nulls()
    return float((days[-1] - days[0]).days + 1) if len(days) else None


def waits_for(source: Source, asking: Asking) -> str:
    """Say why a question cannot be asked yet, within a sentence; empty where it can."""
    return "while rows are chosen by their outcome" if asking.is_chosen else source.awaits(asking)


def can_ask(source: Source, asking: Asking) -> bool:
    """Whether a question waits for nothing to be said."""
    return not waits_for(source, asking)


def composed(asking: Asking, asked: Sequence[Source], findings: Iterable[Finding], days: float | None = None) -> Brief:
    """Put findings into their order; of two about the same rows the larger one stays.

    What is going on now stands before what is done about it: a threshold that is chosen from the rows since errors shifted
    fits whatever broke, saves for as long as that lasts, and is wrong again once it is mended. So the shift comes just before
    the move, however much the move saves, and the move keeps its own place.
    """
    found = list(findings)
    sizes = {id(each): each.size.value if each.size else 0.0 for each in found}
    moves = [sizes[id(each)] for each in found if each.source in _REMEDIES]
    for each in found:
        if isinstance(each.parts, CourseParts) and each.parts.until is None and moves:
            sizes[id(each)] = max(sizes[id(each)], *moves)
    ranked = sorted(found, key=lambda each: (_PLACES.index(each.place), -sizes[id(each)], each.source in _REMEDIES))
    kept: list[Finding] = []
    for each in ranked:
        if any(_is_of_filled(each, other) for other in ranked):
            continue
        if not any(_is_within(each, other) or _is_within(other, each) for other in kept):
            kept.append(each)
    open_ = (source for source in SOURCES.values() if source not in asked)
    missed = tuple(source for source in open_ if not (source.is_named and source.awaits(asking)))
    return Brief(asking, tuple(kept), missed, days)


def _is_within(inner: Finding, outer: Finding) -> bool:
    """Whether a finding is about a part of the rows of another one; a remedy is no part of what happened to its rows."""
    if inner.source in _REMEDIES or outer.source in _REMEDIES:
        return False
    is_of_rows = bool(outer.clauses) and inner.size is not None and outer.size is not None
    return is_of_rows and set(outer.clauses) <= set(inner.clauses)


def _is_of_filled(course: Finding, other: Finding) -> bool:
    """Whether some bad days are those on which scores were filled in, which is why."""
    days = other.parts.filled_days if isinstance(other.parts, SliceParts) else None
    if not days or not isinstance(course.parts, CourseParts) or course.parts.until is None:
        return False
    return bool(days[0] <= course.parts.until[:_DATE] and course.parts.since[:_DATE] <= days[-1])


def address_of(finding: Finding, cohort: Cohort) -> tuple[tuple[str, str], ...]:
    """Return what the address of a finding's page says besides log, version and threshold: its rows within a cohort.

    A name may stand there more than once.
    """
    bounds = tuple(clause for clause in finding.clauses if clause.op in _BOUNDS)
    kept = cohort if bounds else cohort.with_clauses(finding.clauses)
    where = Cohort((*kept.clauses, *bounds), kept.outcomes) if bounds else kept
    # A page of slices compares the slice with the rest: the rows stay those of the cohort.
    is_of_page = finding.asked and finding.page == "slices"
    text = (cohort.with_clauses(finding.within) if is_of_page else where).to_text()
    return (*((("where", text),) if text else ()), *finding.asked)


def side_names(sides: tuple[Question, Question]) -> tuple[str, str]:
    """Say what two sides of one log are, without what they have in common."""
    if sides[0].log.key != sides[1].log.key:
        return f"the log is {sides[0].log.name}", f"the log is {sides[1].log.name}"
    first, second = (side.cohort for side in sides)
    shared = set(first.clauses) & set(second.clauses)
    own = (Cohort(tuple(clause for clause in cohort.clauses if clause not in shared)) for cohort in (first, second))
    before, after = (cohort.to_words() for cohort in own)
    return before, after


def evaluated_sides(engine: Engine, question: Question) -> tuple[Question, Question] | None:
    """Return an evaluation and production of the same model versions, where values of a column are called so; else None."""
    found = proposed_sides(engine, question)
    if found is None:
        return None
    rest = question.cohort.without(found[0])
    reference, production = (
        replace(question, cohort=Cohort((*rest.clauses, Clause(found[0], "in", (value,))), rest.outcomes))
        for value in found[1:]
    )
    return reference, production
