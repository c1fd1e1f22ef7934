"""What a gate on a change is held against: the slices of a reference, or what they were last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import nan

import numpy as np

from analytics.answers.gates.measured import Measured, measured
from analytics.answers.gates.statement import Gate
from analytics.answers.question import Question
from analytics.errors import EmptyCohort, QuestionError
from analytics.log.kept.gates import LastValue
from analytics.measure.gates.outcome import Bounds, as_arrays
from analytics.measure.intervals import FloatArray, Interval, normal_quantile
from analytics.query.cohort import slice_clauses
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
    clauses = slice_clauses(question.log, str(gate.by), slice_)
    try:
        return measured(
            engine, replace(reference, cohort=reference.cohort.with_clauses(clauses)), replace(gate, by=None), None
        )
    except EmptyCohort:
        return None


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
