"""Rows that belong together: variances by linearisation over units, and how much wider than by rows an interval becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from analytics.measure.counts import Counts, slice_keys
from analytics.measure.gradients import COUNTED, gradient_of, mean_weight, row_variance
from analytics.measure.intervals import FloatArray, Interval, normal_quantile, ratio, wilson

_SUMMED = ("label_sum", "log_loss_sum", "score_pos_sum", "score_sq_sum", "score_sum")
LEAST_EFFECT = 0.25
"""Design effects are not taken to be smaller: among few units a smaller one is chance. Rows of one unit that differ more than
others do, so that the effect is below 1, are rare; halving every standard error is the most that is believed."""
_LEAST_LEFT = 0.5
"""Units of the seldom outcome less one, in the correction for few of them: one unit alone would make it endless. By hand."""
_NO_EXCESS = 1e-9
"""Share of a variance, squared, below which it is that of independent rows."""


@dataclass(frozen=True)
class Clusters:
    """Products over units of what is counted in slices.

    Attributes
    ----------
    names : tuple of str
        What is counted, in the order of the products.
    n_units, n_inside : numpy.ndarray of shape (slices,)
        Units with a row in the slice, and those with no row elsewhere.
    own : numpy.ndarray of shape (slices, d, d)
        Of the numbers in the slice.
    cross : numpy.ndarray of shape (slices, d, d)
        Of the numbers in the slice (rows) and in the whole unit (columns).
    is_of_rows : bool
        Whether each row is a unit of its own, as where rows stand for many and do not belong together.
    """

    names: tuple[str, ...]
    n_units: FloatArray
    n_inside: FloatArray
    own: FloatArray
    cross: FloatArray
    is_of_rows: bool = False

    @classmethod
    def of(cls, table: pl.DataFrame) -> Clusters:
        """Take the products out of a table that has a row per slice; without slices the whole is one."""
        names = (*COUNTED, *(name for name in _SUMMED if f"own:{name}:{name}" in table.columns))

        def matrix(kind: str, *, is_symmetric: bool) -> FloatArray:
            found = np.empty((table.height, len(names), len(names)))
            for i, first in enumerate(names):
                for j, second in enumerate(names):
                    name = f"{kind}:{first}:{second}"
                    name = f"{kind}:{second}:{first}" if is_symmetric and name not in table.columns else name
                    found[:, i, j] = table[name].to_numpy()
            return found

        own = matrix("own", is_symmetric=True)
        cross = matrix("cross", is_symmetric=False) if "cross:tp:tp" in table.columns else own
        is_of_rows = "n_rows" in table.columns
        counted = ("n_rows" if is_of_rows else "n_units", "n_units_inside")
        n_units, n_inside = (table[name].to_numpy().astype(np.float64) for name in counted)
        return cls(names, n_units, n_inside, own, cross, is_of_rows)

    @classmethod
    def of_slices(cls, table: pl.DataFrame, slices: pl.DataFrame, by: Sequence[str]) -> tuple[Clusters, Clusters]:
        """Return the products of slices in the order of ``slices``, and those of all rows together."""
        if not by:
            found = cls.of(table)
            whole = found if table.height == 1 else found._total(table)
            return whole, whole
        keys, wanted = slice_keys(table, by), slice_keys(slices, by)
        ordered = wanted.join(table.hstack(keys), on=keys.columns, how="left", nulls_equal=True, maintain_order="left")
        found = cls.of(ordered)
        return found, found._total(table)

    def _total(self, table: pl.DataFrame) -> Clusters:
        """Return the products of all slices together, of which each row is in one."""
        n_all, whole = np.array([table["unit_share"].sum()]), self.cross.sum(axis=0, keepdims=True)
        return Clusters(self.names, n_all, n_all, whole, whole, self.is_of_rows)

    def __getitem__(self, key: slice) -> Clusters:
        n_units, n_inside, own, cross = (part[key] for part in (self.n_units, self.n_inside, self.own, self.cross))
        return Clusters(self.names, n_units, n_inside, own, cross, self.is_of_rows)

    def __sub__(self, part: Clusters) -> Clusters:
        """Return the products of the rest of the units' rows."""
        turned = np.swapaxes(part.cross, -1, -2)
        own = self.own - part.cross - turned + part.own
        n_units = np.maximum(self.n_units - part.n_inside, 0.0)
        return Clusters(part.names, n_units, self.n_units - part.n_units, own, self.own - turned, part.is_of_rows)

    @property
    def with_rest(self) -> FloatArray:
        """The products of the numbers in the slice and in the rest of each unit."""
        return self.cross - self.own

    def number(self, weights: FloatArray, total: FloatArray) -> FloatArray:
        """Return how many units of equal size a weighted count is worth (Kish); ``weights`` is its gradient."""
        return ratio(np.asarray(total) ** 2, _quadratic(weights, self.own))

    def variance_of(self, weights: FloatArray) -> FloatArray:
        """Return the variance of sums over units of linear functions of what is counted, shape (slices, d)."""
        return np.asarray(
            ratio(self.n_units, self.n_units - 1) * _quadratic(weights, self.own).clip(min=0), dtype=float
        )

    def row(self, weights: Mapping[str, float]) -> FloatArray:
        """Lay a linear function of what is counted out in the order of the products."""
        return np.array([[weights.get(name, 0.0) for name in self.names]])

    def padded(self, gradient: FloatArray) -> FloatArray:
        """Lay the gradient of a function of the counts out in the order of the products."""
        return np.pad(gradient, ((0, 0), (0, len(self.names) - gradient.shape[1])))


@dataclass(frozen=True)
class Spread:
    """How sure an estimate is whose rows belong together.

    Attributes
    ----------
    variance : numpy.ndarray of shape (slices,)
        By linearisation over units; NaN with a single one.
    effect : numpy.ndarray of shape (slices,)
        The design effect: that variance over the one of independent rows; NaN where that is 0.
    n_units : numpy.ndarray of shape (slices,)
        How many units of equal size the rows are worth.
    gradient : numpy.ndarray of shape (slices, d)
        Of the estimate, in the order of the products.
    of_sample : numpy.ndarray of shape (slices,), optional
        Where rows stand for many, the variance that as many rows would give of which each stands for as many. `effect` is held
        against rows of which those of one kind do: only what weights vary within a kind is in it.
    """

    variance: FloatArray
    effect: FloatArray
    n_units: FloatArray
    gradient: FloatArray
    of_sample: FloatArray | None = None

    @property
    def design_effect(self) -> FloatArray:
        """How many times the variance of as many independent rows that stand for as many each the variance is."""
        return self.effect if self.of_sample is None else ratio(self.variance, self.of_sample)

    @property
    def freedom(self) -> FloatArray:
        """Degrees of freedom of Student's t."""
        return np.nan_to_num(self.n_units - 1, nan=1.0).clip(min=1.0)


def _quadratic(first: FloatArray, matrix: FloatArray, second: FloatArray | None = None) -> FloatArray:
    """Return the quadratic form of vectors (slices, d) in matrices (slices, d, d)."""
    return np.asarray(np.einsum("...i,...ij,...j", first, matrix, first if second is None else second), dtype=float)


def _unit_variance(gradient: FloatArray, clusters: Clusters, n_units: FloatArray) -> FloatArray:
    """Return the variance by linearisation over units, of which there are as many as ``n_units`` says.

    That number in place of the units counted makes the correction for few units, C / (C - 1), right for units of unequal size.
    """
    correction = ratio(n_units, n_units - 1)
    return np.asarray(correction * _quadratic(gradient, clusters.own).clip(min=0), dtype=float)


def spread_of(
    gradient: FloatArray,
    clusters: Clusters,
    n_units: FloatArray,
    of_rows: FloatArray,
    of_sample: FloatArray | None = None,
) -> Spread:
    """Gather how sure an estimate is, from its gradient and from its variance were its rows independent."""
    variance = _unit_variance(gradient, clusters, n_units)
    return Spread(variance, ratio(variance, of_rows), n_units, gradient, of_sample)


def proportion_interval(
    successes: FloatArray, trials: FloatArray, effect: FloatArray, n_units: tuple[FloatArray, ...], level: float
) -> Interval:
    """Bound a proportion of rows that belong together: Wilson's interval of the rows that it is worth, with Student's t.

    Parameters
    ----------
    successes, trials : numpy.ndarray of shape (slices,)
    effect : numpy.ndarray of shape (slices,)
        The design effect; NaN where the proportion is 0 or 1 or there is one unit.
    n_units : three numpy.ndarray of shape (slices,)
        Units of equal size that all trials, the successes and the failures are worth.
    level : float
        Confidence level.

    Notes
    -----
    Where the proportion is 0 or 1, nothing says how alike the rows of a unit are: each unit then counts as one row. Of the
    variance only what exceeds that of independent rows is estimated from the units that hold the seldom outcome; the degrees
    of freedom follow them, and so does the correction for few units of that part, n / (n - 1). In simulation (4,000 logs each; 30
    and 300 units of equal and of lognormal size, ICC 0, .1 and .5, rates of 20 % and 50 %) the 95 % intervals cover in
    94.2-96.5 %; with a rate of 5 % in 93.8-96 %, but for 30 units with ICC .5, of which few have an event at all: 92 %.

    References
    ----------
    Korn and Graubard (1998), Survey Methodology 24:193-201, on rows that a proportion is worth; Kish (1965), Survey Sampling.
    """
    of_all, *of_parts = n_units
    is_open = np.isnan(effect) | (successes <= 0) | (successes >= trials)
    known = np.where(is_open, 1.0, effect).clip(min=LEAST_EFFECT)
    excess = (1 - 1 / known.clip(min=1.0)) ** 2
    seldom = np.fmin(*of_parts)
    worth = seldom - excess
    freedom = np.fmin(of_all - 1, worth / excess.clip(min=_NO_EXCESS))
    quantile = np.where(is_open, normal_quantile(level), t_quantile(freedom, level))
    few = ratio(seldom * (of_all - 1), (seldom - 1).clip(min=_LEAST_LEFT) * of_all).clip(min=1.0)
    known = np.where(is_open, np.fmax(ratio(trials, of_all), 1.0), known * (1 + excess * (few - 1)))
    return wilson(successes / known, trials / known, level, quantile)


def t_quantile(freedom: FloatArray, level: float) -> FloatArray:
    """Give the number of standard errors on either side of an interval with Student's t; at least one degree of freedom."""
    normal_quantile(level)
    return np.asarray(special.stdtrit(np.nan_to_num(freedom, nan=1.0).clip(1.0, 1e9), (1 + level) / 2), dtype=float)


def t_tail(standardised: FloatArray, freedom: float | None) -> FloatArray:
    """Give the two-sided p-value of numbers of standard errors, with Student's t; normal without degrees of freedom."""
    low = -np.abs(standardised)
    return np.asarray(2 * (special.ndtr(low) if freedom is None else special.stdtr(freedom, low)), dtype=float)


@dataclass(frozen=True)
class Effect:
    """How many times the variance of independent rows a variance is, and the degrees of freedom that it has.

    `least` is what it is not taken to be smaller than.
    """

    value: FloatArray
    freedom: FloatArray
    least: float | FloatArray = LEAST_EFFECT


def effect_between(
    function: Callable[[Counts, Counts], FloatArray],
    first: tuple[Counts, Clusters],
    second: tuple[Counts, Clusters],
    behind: tuple[Counts, Counts] | tuple[None, None] = (None, None),
) -> Effect:
    """Return the design effect of what is computed from slices and from the rest of the rows; a unit may have rows in both.

    Where every judged row of a slice is right, or every one wrong, nothing says how alike the rows of its units are: each unit
    then counts as one row. Where counts are weighted, ``behind`` are the rows behind both: the effect is then over the variance
    of as many rows of which each stands for as many.
    """
    (own, units), (rest, others) = first, second
    by_own = gradient_of(lambda counts: function(counts, rest), own, behind[0])
    by_rest = gradient_of(lambda counts: function(own, counts), rest, behind[1])
    judged = units.row(dict.fromkeys(("tp", "fp", "fn", "tn"), 1.0))
    n_units = [clusters.number(judged, counts.judged) for counts, clusters in (first, second)]
    gradients = units.padded(by_own), others.padded(by_rest)
    parts = [
        np.nan_to_num(_unit_variance(gradient, clusters, number))
        for gradient, clusters, number in zip(gradients, (units, others), n_units, strict=True)
    ]
    both = np.nan_to_num(_quadratic(gradients[0], units.with_rest, gradients[1]))
    either = (by_own, own, behind[0]), (by_rest, rest, behind[1])
    of_rows = sum(row_variance(gradient, counts) * mean_weight(counts, rows) for gradient, counts, rows in either)
    effect = ratio(parts[0] + parts[1] + 2 * both, of_rows)
    n = own if behind[0] is None else behind[0]
    is_open = (n.errors == 0) | (n.errors == n.judged) | ~(n_units[0] > 1)
    effect = np.where(is_open, np.fmax(effect, ratio(n.judged, n_units[0])), effect)
    freedom = _satterthwaite(parts, [number - 1 for number in n_units])
    if behind[0] is None:
        return Effect(effect, freedom)
    by_kind = sum(row_variance(gradient, counts, rows) for gradient, counts, rows in either)
    return Effect(effect, freedom, LEAST_EFFECT * np.nan_to_num(ratio(by_kind, of_rows), nan=1.0))


def _satterthwaite(variances: Sequence[FloatArray], freedoms: Sequence[FloatArray]) -> FloatArray:
    """Return the degrees of freedom of a sum of variances; at least one."""
    (first, second), (own, other) = variances, [np.nan_to_num(each, nan=1.0).clip(min=1.0) for each in freedoms]
    return np.nan_to_num(ratio((first + second) ** 2, first**2 / own + second**2 / other), nan=1.0).clip(min=1.0)


def widened(rows: Interval, effect: Effect, level: float, bounds: tuple[float, float] = (-np.inf, np.inf)) -> Interval:
    """Widen an interval that independent rows would give by the root of the design effect, with Student's t, within bounds."""
    by = np.sqrt(np.nan_to_num(effect.value, nan=1.0).clip(min=effect.least)) * t_quantile(effect.freedom, level)
    by = by / normal_quantile(level)
    low, high = rows.value - by * (rows.value - rows.low), rows.value + by * (rows.high - rows.value)
    return Interval(rows.value, low.clip(min=bounds[0]), high.clip(max=bounds[1]))


def joint_effect(own: Spread, other: Spread, correlation: FloatArray | None) -> FloatArray:
    """Return the design effect of a difference; NaN where one side has no variance."""
    both = 0.0 if correlation is None else 2 * correlation * np.sqrt(own.variance * other.variance)
    rows = own.variance / own.effect + other.variance / other.effect
    return ratio(own.variance + other.variance - both, rows)


def together(units: Clusters, own: Spread, other: Spread) -> tuple[FloatArray, FloatArray]:
    """Return how estimates of slices and of the rest move together, and the degrees of freedom of their difference.

    A unit may have rows on both sides; the degrees are those of Satterthwaite.
    """
    both = _quadratic(own.gradient, units.with_rest, other.gradient)
    correlation = np.nan_to_num(ratio(both, np.sqrt(own.variance * other.variance))).clip(-1.0, 1.0)
    variances = [np.nan_to_num(each.variance) for each in (own, other)]
    return correlation, _satterthwaite(variances, [each.n_units - 1 for each in (own, other)])
