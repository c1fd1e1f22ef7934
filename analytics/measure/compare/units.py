"""How sure differences are where rows belong together or stand for many, from what units add to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan, sqrt

from analytics.measure.compare.difference import Spread
from analytics.measure.compare.joint import SIDES, Joint
from analytics.measure.estimators import CountRatio
from analytics.measure.gradients import gradient_of
from analytics.measure.metrics import METRICS

_COUNTED = 6
"""Counts of a side that a pair can be in: tp, fp, fn, tn, flagged and scored, the first of `measure.gradients.COUNTED`."""


def count_influences(joint: Joint, metrics: Sequence[str]) -> dict[str, list[float]]:
    """Return what a pair in each count of the live side, then of the candidate, adds to the difference of a metric of counts."""
    found = {}
    for name in metrics:
        estimator = METRICS[name].estimator if name in METRICS else None
        if isinstance(estimator, CountRatio):
            gradients = [gradient_of(estimator.value, joint.counts(side))[0, :_COUNTED] for side in SIDES]
            found[name] = [*(-gradients[0]).tolist(), *gradients[1].tolist()]
    return {name: parts for name, parts in found.items() if all(part == part for part in parts)}


def mean_differences(joint: Joint) -> dict[str, tuple[float, float]]:
    """Return the mean difference of each mean over rows, and its pairs."""
    return {name: ((sums.candidate - sums.live) / sums.n, sums.n) for name, sums in joint.means.items() if sums.n}


def unit_spreads(n_units: int, squares: Mapping[str, float]) -> dict[str, Spread]:
    """Return standard errors from sums over units of the squares of what each adds, which are about a mean of 0.

    Examples
    --------
    >>> unit_spreads(5, {"recall": 0.04})["recall"].standard_error.__round__(4)
    0.2236
    """
    by = n_units / (n_units - 1) if n_units > 1 else nan
    return {name: Spread(sqrt(by * total), n_units - 1) for name, total in squares.items()}
