"""What a gate on a change is held against: the slices of a reference, or what they were last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import nan

import numpy as np

from analytics.answers.gates.measured import Measured, measured
from analytics.answers.gates.result import GatePart
from analytics.answers.gates.statement import Gate
from analytics.answers.question import Question
from analytics.errors import EmptyCohort, QuestionError
from analytics.log.kept.gates import LastValue
from analytics.measure.gates.outcome import Bounds, as_arrays
from analytics.measure.intervals import FloatArray, Interval, normal_quantile
from analytics.query.cohort import Clause, slice_clauses
from analytics.query.engine import Engine

MISSING = "(missing)"
"""How an exception names the slice of missing values, as the pages do."""
_FIRST_TIME = "There is no last time yet: this is the first, and it is kept for the next export."


@dataclass(frozen=True)
class Before:
    """What each slice is held against, in the order of the slices."""

    bounds: Bounds

    def standard_error(self, level: float) -> FloatArray:
        """Return the standard errors, which further rows do not shrink."""
        found = self.bounds(level)
        return np.nan_to_num((found.high - found.low) / 2 / normal_quantile(level))


def before_of(
    engine: Engine,
    question: Question,
    own: Measured,
    gate: Gate,
    reference: Question | None,
    last: Sequence[LastValue] | None,
) -> Before | None:
    """Return what a gate is held against, None where it is a limit alone; a slice that is not there has no value."""
    if gate.against == "limit":
        return None
    if gate.against == "reference":
        if reference is None:
            raise QuestionError("Expected a reference, found none. Say in [reference] which rows or which log it is.")
        if gate.by is not None and question.log.bins.get(gate.by) != reference.log.bins.get(gate.by):
            return Before(_in_own_bins(engine, question, own, gate, reference))
        other = measured(engine, reference, gate, None)
        places = [other.slices.index(slice_) if slice_ in other.slices else -1 for slice_ in own.slices]

        def of_reference(level: float) -> Interval:
            found = other.bounds(level)
            ends = (np.append(end, np.nan) for end in (found.value, found.low, found.high))
            return Interval(*(end[places] for end in ends))

        return Before(of_reference)
    known = {value.slice: value for value in last or ()}
    values = [known.get(slice_, LastValue(slice_, np.nan, np.nan, np.nan)) for slice_ in own.slices]
    kept = Interval(*(np.array([getattr(value, end) for value in values]) for end in ("value", "low", "high")))
    return Before(lambda _: kept)


def _in_own_bins(engine: Engine, question: Question, own: Measured, gate: Gate, reference: Question) -> Bounds:
    """Measure a reference that is another log in the slices of the log that is judged: either has cut its numbers for itself."""
    parts = [_one_slice(engine, question, gate, reference, slice_) for slice_ in own.slices]
    nothing = as_arrays(nan, nan, nan)

    def bounds(level: float) -> Interval:
        found = [nothing if part is None else part.bounds(level) for part in parts]
        return Interval(*(np.concatenate([getattr(each, end) for each in found]) for end in ("value", "low", "high")))

    return bounds


def _one_slice(
    engine: Engine, question: Question, gate: Gate, reference: Question, slice_: str | None
) -> Measured | None:
    """Measure one slice of the log that is judged on a reference; None where it has no such row."""
    return _measured_in(engine, reference, gate, slice_clauses(question.log, str(gate.by), slice_))


def cut_as_before(engine: Engine, question: Question, gate: Gate, last: Sequence[LastValue] | None) -> Measured | None:
    """Measure a log in the slices that a column's numbers were cut into last time; None where it cuts them so itself.

    The first slice takes what lies below it too, and the last what lies above: another export has other ends.
    """
    bins = question.log.bins.get(gate.by) if gate.by else None
    cut = sorted((each for each in last or () if each.edges), key=lambda each: each.edges or ())
    if gate.against != "last" or bins is None or {each.edges for each in cut} <= {*pairwise(bins.edges)}:
        return None
    name = str(gate.by)
    parts: list[tuple[str | None, tuple[Clause, ...]]] = [(None, (Clause(name, "missing"),))]
    for place, each in enumerate(cut):
        low, high = each.edges or (nan, nan)
        lower = (Clause(name, "ge", (repr(low),)),) if place else ()
        upper = (Clause(name, "lt", (repr(high),)),) if place < len(cut) - 1 else ()
        parts.append((each.slice, lower + upper or (Clause(name, "present"),)))
    found = [(slice_, part) for slice_, own in parts if (part := _measured_in(engine, question, gate, own)) is not None]
    if not found:
        return None

    def bounds(level: float) -> Interval:
        every = [part.bounds(level) for _, part in found]
        return Interval(*(np.concatenate([getattr(each, end) for each in every]) for end in ("value", "low", "high")))

    n = np.concatenate([part.n for _, part in found])
    return replace(found[0][1], slices=tuple(slice_ for slice_, _ in found), n=n, bounds=bounds)


def _measured_in(engine: Engine, question: Question, gate: Gate, clauses: tuple[Clause, ...]) -> Measured | None:
    """Measure the rows that clauses keep; None where there are none."""
    asked = replace(question, cohort=question.cohort.with_clauses(clauses))
    try:
        return measured(engine, asked, replace(gate, by=None), None)
    except EmptyCohort:
        return None


def with_edges(
    parts: tuple[GatePart, ...], question: Question, gate: Gate, last: Sequence[LastValue] | None
) -> tuple[GatePart, ...]:
    """Give what is kept of slices of numbers their ends: as they were last time, else as this log cuts them."""
    bins = question.log.bins.get(gate.by) if gate.by else None
    if bins is None or gate.against != "last":
        return parts
    known = {bins.label(code): edges for code, edges in enumerate(pairwise(bins.edges))}
    known |= {each.slice: each.edges for each in last or () if each.edges}
    return tuple(replace(part, own=replace(part.own, edges=known.get(part.slice))) for part in parts)


def nothing_before(
    question: Question, gate: Gate, last: Sequence[LastValue] | None, lacking: Sequence[str | None]
) -> str:
    """Say why nothing can be decided, whatever rows come: there is nothing to hold a value against; empty where there is.

    ``lacking`` are the slices without a counterpart.
    """
    if gate.against == "last" and last is None:
        return _FIRST_TIME
    if not lacking:
        return ""
    if gate.against == "last" and gate.by in question.log.bins:
        return f"Last time the numbers of {gate.by} were cut otherwise. Hold it against a reference, which is cut as this log."
    where = "The reference has" if gate.against == "reference" else "Last time had"
    if gate.by is None:
        return f"{where} no row that can be judged."
    more = f", nor in {len(lacking) - 1} further slices" if len(lacking) > 1 else ""
    return f"{where} no row where {gate.by} is {MISSING if lacking[0] is None else lacking[0]}{more}."
