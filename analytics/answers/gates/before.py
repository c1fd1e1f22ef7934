"""What a gate on a change is held against: the slices of a reference, or what they were last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.answers.gates.measured import Measured, measured
from analytics.answers.gates.statement import Gate
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.kept.gates import LastValue
from analytics.measure.gates.outcome import Bounds
from analytics.measure.intervals import FloatArray, Interval, normal_quantile
from analytics.query.engine import Engine


@dataclass(frozen=True)
class Before:
    """What each slice is held against, in the order of the slices."""

    bounds: Bounds

    def standard_error(self, level: float) -> FloatArray:
        """Return the standard errors, which further rows do not shrink."""
        found = self.bounds(level)
        return np.nan_to_num((found.high - found.low) / 2 / normal_quantile(level))


def before_of(
    engine: Engine, own: Measured, gate: Gate, reference: Question | None, last: Sequence[LastValue] | None
) -> Before | None:
    """Return what a gate is held against, None where it is a limit alone."""
    if gate.against == "limit":
        return None
    if gate.against == "reference":
        if reference is None:
            raise QuestionError("Expected a reference, found none. Say in [reference] which rows or which log it is.")
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
