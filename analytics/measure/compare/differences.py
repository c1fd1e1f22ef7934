"""Every metric on both sides of the same pairs, and its difference with an interval that knows that they are the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from analytics.measure.compare.areas import auroc_difference, average_precision_difference, ece_draws
from analytics.measure.compare.joint import SIDES, Joint, RowSums, changed
from analytics.measure.compare.proportions import bonett_price, mcnemar_mid_p
from analytics.measure.curves import auroc, average_precision
from analytics.measure.discovery.cube import Sums
from analytics.measure.discovery.skewness import skewed_mean
from analytics.measure.estimators import CountRatio, Proportion
from analytics.measure.intervals import REPLICATES, normal_quantile
from analytics.measure.metrics import METRICS
from analytics.measure.reliability import ece

COST = "cost"
"""The name of the cost per row, which is no metric of the registry."""
SAME_ON_BOTH = ("prevalence", "corrected_prevalence")
"""Metrics of labels alone: over the same rows both sides have one value."""
_NOT_OF_UNITS = "not told where rows belong together"
_NOT_OF_WEIGHTS = "not told where rows stand for many"


@dataclass(frozen=True)
class Spread:
    """How sure a difference is by linearisation over units, or over rows that stand for many.

    Attributes
    ----------
    standard_error, freedom : float
        NaN and 0 where it is not known.
    """

    standard_error: float
    freedom: float


@dataclass(frozen=True)
class Difference:
    """One metric on both sides.

    Attributes
    ----------
    metric : str
    live, candidate : float
    difference, low, high : float
        The candidate's value less the live one, with its interval.
    standard_error, p_value : float
    n : float
        Pairs that it is about.
    method : str
        How the interval was found, or why there is none.
    """

    metric: str
    live: float
    candidate: float
    difference: float
    low: float
    high: float
    standard_error: float
    p_value: float
    n: float
    method: str

    @property
    def improvement(self) -> tuple[float, float, float]:
        """How much better the candidate is, with its interval: the difference, turned where lower is better."""
        if direction_of(self.metric) == "lower":
            return -self.difference, -self.high, -self.low
        return self.difference, self.low, self.high


def direction_of(metric: str) -> str:
    """Say which way a metric is better.

    >>> direction_of("recall"), direction_of("cost")
    ('higher', 'lower')
    """
    return "lower" if metric == COST else METRICS[metric].direction


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
        if name in joint.means or name == "rmse":
            found.append(_of_means(joint, name, spreads, level))
        elif name in ("auroc", "average_precision"):
            found.append(_of_area(joint, name, level, has_units=has_units))
        elif name == "ece":
            found.append(_of_ece(joint, level, rng, is_plain=spreads is None))
        elif isinstance(METRICS[name].estimator, CountRatio):
            if drawn is None and spreads is None:
                drawn = _drawn(joint, rng)
            found.append(_of_counts(joint, name, spreads, drawn, level))
    return found


def difference_table(found: Sequence[Difference]) -> pl.DataFrame:
    """Return differences as a table, one row per metric, with the fields of `Difference` as columns."""
    names = list(Difference.__dataclass_fields__)
    rows = [[getattr(each, name) for name in names] for each in found]
    kinds = {name: pl.String if name in ("metric", "method") else pl.Float64 for name in names}
    return pl.DataFrame(rows, schema=kinds, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))


def same_rows(joint: Joint, name: str) -> NDArray[np.bool_] | None:
    """Return the cells that a proportion is of where both sides are asked about the same rows; None for other metrics."""
    label = joint.label["live"]
    rows: dict[str, NDArray[np.bool_]] = {
        "error_rate": joint.is_judged,
        "accuracy": joint.is_judged,
        "recall": joint.is_judged & (label == 1),
        "fnr": joint.is_judged & (label == 1),
        "specificity": joint.is_judged & (label == 0),
        "fpr": joint.is_judged & (label == 0),
        "selection_rate": joint.is_scored,
    }
    return rows.get(name)


def _of_counts(
    joint: Joint, name: str, spreads: Mapping[str, Spread] | None, drawn: tuple[Joint, np.ndarray] | None, level: float  # type: ignore[type-arg]
) -> Difference:
    """Compare a ratio of counts."""
    estimator = METRICS[name].estimator
    assert isinstance(estimator, CountRatio)
    counts = [joint.counts(side) for side in SIDES]
    live, candidate = (float(estimator.value(each)[0]) for each in counts)
    n = float(max(estimator.support(each)[0] for each in counts))
    value = candidate - live
    if spreads is not None:
        return _linearised(name, live, candidate, n, spreads.get(name), level)
    rows = same_rows(joint, name)
    if rows is not None and isinstance(estimator, Proportion):
        success = {side: joint.flag[side] == 1 if name == "selection_rate" else joint.right(side) for side in SIDES}
        gained, lost, pairs = changed(joint, rows, success)
        if name in ("error_rate", "fnr", "fpr"):
            gained, lost = lost, gained
        bound, p = bonett_price(gained, lost, pairs, level), float(mcnemar_mid_p(gained, lost))
        error = sqrt(max(gained + lost - (gained - lost) ** 2 / pairs, 0.0) / (pairs * (pairs - 1))) if pairs > 1 else nan
        ends = (float(bound.low), float(bound.high))
        return Difference(name, live, candidate, value, *ends, error, p if pairs else nan, float(pairs), "Bonett and Price; McNemar mid-p")
    assert drawn is not None
    cells, draws = drawn
    each = [estimator.value(cells.counts(side, draws)) for side in SIDES]
    return _from_draws(name, live, candidate, n, each[1] - each[0], level)


def _from_draws(name: str, live: float, candidate: float, n: float, draws: np.ndarray, level: float) -> Difference:  # type: ignore[type-arg]
    """Read an interval off replicates of a difference."""
    known, value = draws[~np.isnan(draws)], candidate - live
    if len(known) < 2 or np.isnan(value):
        return Difference(name, live, candidate, value, nan, nan, nan, nan, n, "undefined")
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    beyond = min(np.mean(known <= 0), np.mean(known >= 0))
    p = float(min(1.0, 2 * max(beyond, 1 / (len(known) + 1))))
    ends = (min(float(low), value), max(float(high), value))
    return Difference(name, live, candidate, value, *ends, float(known.std(ddof=1)), p, n, "paired Poisson bootstrap")


def _drawn(joint: Joint, rng: np.random.Generator) -> tuple[Joint, np.ndarray]:  # type: ignore[type-arg]
    """Draw replicates of the cells of flags and labels: scores make no difference to counts."""
    keys = np.stack([joint.flag["live"], joint.flag["candidate"], joint.label["live"], joint.label["candidate"]], axis=1)
    cells, of = np.unique(keys, axis=0, return_inverse=True)
    n = np.bincount(of.ravel(), joint.n, len(cells)).astype(float)
    none = np.zeros(len(cells), dtype=np.int64)
    merged = Joint(
        n,
        n,
        {"live": none, "candidate": none},
        {"live": n, "candidate": n},
        {"live": cells[:, 0], "candidate": cells[:, 1]},
        {"live": cells[:, 2], "candidate": cells[:, 3]},
        {},
        joint.is_right_or_wrong,
    )
    return merged, rng.poisson(n[:, None], (len(n), REPLICATES)).astype(float)


def _linearised(name: str, live: float, candidate: float, n: float, spread: Spread | None, level: float) -> Difference:
    """Bound a difference by its linearised standard error and Student's t."""
    value = candidate - live
    if spread is None or not spread.freedom > 0 or np.isnan(spread.standard_error) or np.isnan(value):
        return Difference(name, live, candidate, value, nan, nan, nan, nan, n, "undefined")
    reach = float(special.stdtrit(spread.freedom, (1 + level) / 2)) * spread.standard_error
    p = 1.0 if value == 0 else 0.0
    if spread.standard_error > 0:
        p = 2 * float(special.stdtr(spread.freedom, -abs(value) / spread.standard_error))
    return Difference(name, live, candidate, value, value - reach, value + reach, spread.standard_error, p, n, "linearised over units")


def _of_area(joint: Joint, name: str, level: float, *, has_units: bool) -> Difference:
    """Compare an area under a curve."""
    area: Callable[..., object] = auroc if name == "auroc" else average_precision
    values = [float(area(*joint.by_slot(side)).value) for side in SIDES]  # type: ignore[attr-defined]
    n = float(joint.n[joint.is_judged].sum())
    value = values[1] - values[0]
    if has_units or np.isnan(value):
        return Difference(name, *values, value, nan, nan, nan, nan, n, _NOT_OF_UNITS if has_units else "undefined")
    found = auroc_difference(joint) if name == "auroc" else average_precision_difference(joint)
    error = float(found.standard_error[0])
    reach = normal_quantile(level) * error
    p = (2 * float(special.ndtr(-abs(value) / error))) if error > 0 else 1.0 if value == 0 else nan
    method = "paired DeLong" if name == "auroc" else "paired, to first order"
    return Difference(name, *values, value, value - reach, value + reach, error, p, n, method)


def _of_ece(joint: Joint, level: float, rng: np.random.Generator, *, is_plain: bool) -> Difference:
    """Compare the expected calibration error."""
    n = float(joint.n[joint.is_judged].sum())
    values = [float(ece(joint.bins(side)).value[0]) if n else nan for side in SIDES]
    value = values[1] - values[0]
    if not is_plain or np.isnan(value):
        return Difference("ece", *values, value, nan, nan, nan, nan, n, "undefined" if is_plain else _NOT_OF_WEIGHTS)
    return _from_draws("ece", *values, n, value + ece_draws(joint, rng), level)


def _of_means(joint: Joint, name: str, spreads: Mapping[str, Spread] | None, level: float) -> Difference:
    """Compare a mean over rows, or the root of the mean squared error."""
    sums = joint.means["mse" if name == "rmse" else name]
    if not sums.n:
        return Difference(name, nan, nan, nan, nan, nan, nan, nan, 0.0, "undefined")
    live, candidate = sums.live / sums.n, sums.candidate / sums.n
    if name == "rmse":
        return _of_roots(sums, spreads, level)
    if spreads is not None:
        return _linearised(name, live, candidate, sums.n, spreads.get(name), level)
    parts = (sums.n, sums.n, sums.candidate - sums.live, sums.squares)
    one = Sums(*(np.array([each]) for each in parts), cubes=np.array([sums.cubes]))
    value = candidate - live
    if sums.n < 2:
        return Difference(name, live, candidate, value, nan, nan, nan, nan, sums.n, "undefined")
    bound = skewed_mean(one, one, level)
    error = sqrt(max(sums.squares - sums.n * value**2, 0.0) / (sums.n * (sums.n - 1)))
    p = 2 * float(special.stdtr(sums.n - 1, -abs(value) / error)) if error > 0 else 1.0 if value == 0 else 0.0
    return Difference(name, live, candidate, value, float(bound.low[0]), float(bound.high[0]), error, p, sums.n, "paired differences")


def _of_roots(sums: RowSums, spreads: Mapping[str, Spread] | None, level: float) -> Difference:
    """Compare roots of mean squares, by the delta method."""
    n = sums.n
    means = sums.live / n, sums.candidate / n
    live, candidate = (sqrt(mean) for mean in means)
    if spreads is not None or not live or not candidate or n < 2:
        return Difference("rmse", live, candidate, candidate - live, nan, nan, nan, nan, n, _NOT_OF_WEIGHTS if spreads else "undefined")
    own = [square - n * mean**2 for square, mean in zip((sums.live_sq, sums.candidate_sq), means, strict=True)]
    cross = (sums.live_sq + sums.candidate_sq - sums.squares) / 2 - n * means[0] * means[1]
    parts = own[0] / (4 * means[0]), own[1] / (4 * means[1]), cross / (2 * live * candidate)
    error = sqrt(max(parts[0] + parts[1] - parts[2], 0.0) / (n * (n - 1)))
    return _linearised("rmse", live, candidate, n, Spread(error, n - 1), level)
