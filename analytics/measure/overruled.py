"""Decisions of a model that people overruled: how many, in which direction, and who was right."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analytics.measure.intervals import Interval, normal_quantile, wilson

EVEN = 0.5
"""Share of the rows on which two differ in which either is right where neither is better."""
_LEVEL = 0.95
"""Convention of the house."""


@dataclass(frozen=True)
class Overruled:
    """Decisions of one kind, and what became of them.

    Attributes
    ----------
    n_decided, n : float
        Decisions of the model of this kind, and those of them that people overruled.
    n_labelled, n_positive : float
        Overruled ones with a label, and those of them whose label is positive.
    """

    n_decided: float
    n: float
    n_labelled: float
    n_positive: float


@dataclass(frozen=True)
class WhoWasRight:
    """Who was right where people overruled a model, with the errors that they added.

    Attributes
    ----------
    flagged, passed : Overruled
        Decisions that the model flagged and people let pass, and the other way round.
    n_labelled : float
        Overruled decisions with a label.
    people : Interval
        Share of them in which people were right.
    added : Interval
        What people's decisions cost more than the model's, in the unit of the weights; negative where they save.
    """

    flagged: Overruled
    passed: Overruled
    n_labelled: float
    people: Interval
    added: Interval

    @property
    def n(self) -> float:
        """Overruled decisions."""
        return self.flagged.n + self.passed.n

    @property
    def most(self) -> Overruled:
        """The decisions of the kind that is overruled more often, the flagged ones where both are alike."""
        return self.flagged if self.flagged.n >= self.passed.n else self.passed

    @property
    def n_decided(self) -> float:
        """Decisions of both kinds."""
        return self.flagged.n_decided + self.passed.n_decided


def who_was_right(
    flagged: Overruled, passed: Overruled, weights: tuple[float, float] = (1.0, 1.0), effect: float = 1.0
) -> WhoWasRight:
    """Compare people with the model on the rows on which they differ.

    Parameters
    ----------
    flagged, passed : Overruled
        Decisions that the model flagged and people let pass, and the other way round.
    weights : (float, float)
        What a miss and what a false alarm counts.
    effect : float
        How many times the variance of as many rows that stand alone that of these is.

    Notes
    -----
    The rows on which both agree cancel (McNemar). The share has Wilson's interval; of the weighted sum each direction varies by
    itself, as a proportion with Wilson's centre, so that no direction of few rows is taken to be certain.

    Examples
    --------
    >>> found = who_was_right(Overruled(900, 300, 300, 180), Overruled(9_000, 100, 100, 10))
    >>> print(found.n_labelled, f"{found.people.value:.3f}", float(found.added.value), bool(found.added.low > 0))
    400 0.325 140.0 True
    """
    n_labelled = flagged.n_labelled + passed.n_labelled
    n_right = flagged.n_labelled - flagged.n_positive + passed.n_positive
    value = variance = 0.0
    miss, alarm = weights
    z = normal_quantile(_LEVEL)
    for part, positive, negative in ((flagged, miss, -alarm), (passed, -miss, alarm)):
        if not part.n_labelled:
            continue
        value += part.n_positive * positive + (part.n_labelled - part.n_positive) * negative
        worth = part.n_labelled / effect
        share = (part.n_positive / effect + z * z / 2) / (worth + z * z)
        variance += (positive - negative) ** 2 * share * (1 - share) * part.n_labelled * effect
    half = z * math.sqrt(variance)
    added = Interval(*(np.asarray(end) for end in (value, value - half, value + half)))
    people = wilson(n_right / effect, n_labelled / effect, _LEVEL)
    return WhoWasRight(flagged, passed, n_labelled, people, added)
