"""Every metric on both sides of the same pairs, and its difference with an interval that knows that they are the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from analytics.measure.compare.areas import auroc_error, average_precision_error, ece_draws
from analytics.measure.compare.difference import Difference, Spread, normal, student, undefined
from analytics.measure.compare.joint import SIDES, Joint, changed
from analytics.measure.compare.means import ROOT, mean_difference
from analytics.measure.compare.proportions import bonett_price, mcnemar_mid_p
from analytics.measure.curves import auroc, average_precision
from analytics.measure.estimators import CountRatio, Proportion
from analytics.measure.intervals import REPLICATES, FloatArray
from analytics.measure.metrics import METRICS
from analytics.measure.reliability import ece

SAME_ON_BOTH = ("prevalence", "corrected_prevalence")
"""Metrics of labels alone: over the same rows both sides have one value."""
_AREAS = {"auroc": (auroc, auroc_error), "average_precision": (average_precision, average_precision_error)}
_ERRORS = ("error_rate", "fnr", "fpr")
"""Proportions of rows that are wrong."""


def differences(
    joint: Joint,
    metrics: Sequence[str],
    *,
    spreads: Mapping[str, Spread] | None = None,
    has_units: bool = False,
    level: float = 0.95,
    seed: int = 0,
) -> list[Difference]:
    """Compare both sides metric by metric.

    Parameters
    ----------
    joint : Joint
    metrics : sequence of str
        Names of the registry, and ``cost``.
    spreads : mapping of str to Spread, optional
        Where rows belong together or stand for many: how sure the differences of ratios and means are.
    has_units : bool
        Whether rows belong together.
    level : float
    seed : int
        Of the bootstrap.

    Notes
    -----
    Proportions over the same rows by Bonett and Price with McNemar's mid-p; AUROC by paired DeLong, average precision to first
    order; means by their differences with the third moment; other metrics of counts, and the ECE, by percentiles of Poisson
    replicates in which a pair counts as often on both sides.
    """
    rng = np.random.default_rng(seed)
    drawn = None
    found = []
    for name in metrics:
        if name in SAME_ON_BOTH:
            continue
        if name in joint.means or name == ROOT:
            found.append(mean_difference(name, joint.means, spreads, level))
        elif name in _AREAS:
            found.append(_of_area(joint, name, level, has_units=has_units))
        elif name == "ece":
            found.append(_of_ece(joint, level, rng, is_plain=spreads is None))
        elif isinstance(METRICS[name].estimator, CountRatio):
            if drawn is None and spreads is None:
                drawn = _drawn(joint, rng)
            found.append(_of_counts(joint, name, spreads, drawn, level))
    return found


def _rows_of(joint: Joint, name: str) -> NDArray[np.bool_] | None:
    """Return the cells that a proportion is of where both sides are asked about the same rows; None for other metrics."""
    judged, label = joint.is_judged, joint.label["live"]
    if name in ("error_rate", "accuracy"):
        return judged
    if name in ("recall", "fnr"):
        return np.asarray(judged & (label == 1))
    if name in ("specificity", "fpr"):
        return np.asarray(judged & (label == 0))
    return joint.is_scored if name == "selection_rate" else None


def _of_counts(
    joint: Joint,
    name: str,
    spreads: Mapping[str, Spread] | None,
    drawn: tuple[Joint, FloatArray] | None,
    level: float,
) -> Difference:
    """Compare a ratio of counts."""
    estimator = METRICS[name].estimator
    assert isinstance(estimator, CountRatio)
    counts = [joint.counts(side) for side in SIDES]
    live, candidate = (float(estimator.value(each)[0]) for each in counts)
    n = float(max(estimator.support(each)[0] for each in counts))
    if spreads is not None:
        return student(name, live, candidate, spreads.get(name), n, level)
    rows = _rows_of(joint, name)
    if rows is not None and isinstance(estimator, Proportion):
        return _of_same_rows(joint, name, rows, (live, candidate), level)
    assert drawn is not None
    cells, draws = drawn
    first, second = (estimator.value(cells.counts(side, draws)) for side in SIDES)
    return _from_draws(name, live, candidate, n, second - first, level)


def _of_same_rows(
    joint: Joint, name: str, rows: NDArray[np.bool_], values: tuple[float, float], level: float
) -> Difference:
    """Compare a proportion of the same rows by those that changed."""
    success = {side: joint.flag[side] == 1 if name == "selection_rate" else joint.right(side) for side in SIDES}
    gained, lost, n = changed(joint, rows, success)
    if name in _ERRORS:
        gained, lost = lost, gained
    bound, p = bonett_price(gained, lost, n, level), float(mcnemar_mid_p(gained, lost)) if n else nan
    error = sqrt(max(gained + lost - (gained - lost) ** 2 / n, 0.0) / (n * (n - 1))) if n > 1 else nan
    ends = float(bound.low), float(bound.high)
    how = "Bonett and Price; McNemar mid-p"
    return Difference(name, *values, values[1] - values[0], *ends, error, p, float(n), how)


def _from_draws(name: str, live: float, candidate: float, n: float, draws: FloatArray, level: float) -> Difference:
    """Read an interval off replicates of a difference."""
    known, value = draws[~np.isnan(draws)], candidate - live
    if len(known) < 2 or np.isnan(value):
        return undefined(name, live, candidate, n)
    low, high = (float(end) for end in np.quantile(known, [(1 - level) / 2, (1 + level) / 2]))
    by_error = normal(name, live, candidate, float(known.std(ddof=1)), n, "paired Poisson bootstrap", level)
    return replace(by_error, low=min(low, value), high=max(high, value))


def _drawn(joint: Joint, rng: np.random.Generator) -> tuple[Joint, FloatArray]:
    """Draw replicates of the cells of flags and labels."""
    n = joint.states.n
    return joint.states, rng.poisson(n[:, None], (len(n), REPLICATES)).astype(float)


def _of_area(joint: Joint, name: str, level: float, *, has_units: bool) -> Difference:
    """Compare an area under a curve."""
    area, apart = _AREAS[name]
    live, candidate = (float(area(*joint.by_slot(side)).value) for side in SIDES)
    n = float(joint.n[joint.is_judged].sum())
    if has_units or np.isnan(candidate - live):
        return undefined(name, live, candidate, n, "not told where rows belong together" if has_units else "undefined")
    method = "paired DeLong" if name == "auroc" else "paired, to first order"
    return normal(name, live, candidate, apart(joint), n, method, level)


def _of_ece(joint: Joint, level: float, rng: np.random.Generator, *, is_plain: bool) -> Difference:
    """Compare the expected calibration error."""
    n = float(joint.n[joint.is_judged].sum())
    live, candidate = (float(ece(joint.bins(side)).value[0]) if n else nan for side in SIDES)
    if not is_plain or np.isnan(candidate - live):
        why = "undefined" if is_plain else "not told where rows belong together or stand for many"
        return undefined("ece", live, candidate, n, why)
    return _from_draws("ece", live, candidate, n, candidate - live + ece_draws(joint, rng), level)
