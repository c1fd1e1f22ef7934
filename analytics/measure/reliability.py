"""Whether scores can be read as probabilities: reliability and ECE."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import special

from analytics.measure.counts import confusion_table, is_weighted, rows_of, segments, squared
from analytics.measure.intervals import FloatArray, Interval, normal_quantile, ratio, weighted_wilson, wilson
from analytics.measure.score_bins import BinnedSlices, ScoreBins, with_segments

GROUPS = 15
"""Equal-mass groups of ECE and of the reliability diagram: the number in use since Guo et al. (2017), ICML."""

_ROUNDING = 1e-9
"""Groups by which a sum of weights may lie below a whole number of them through rounding."""
_SAME_DIGITS = 12
"""Digits behind the point by which a mean score is held against the end of a bin: engines add its sum in any order."""

_IntArray = NDArray[np.int64]
Binning = Literal["equal_mass", "equal_width", "scores"]


def equal_mass_groups(judged: FloatArray, groups: int = GROUPS) -> _IntArray:
    """Assign score bins to groups of about equally many rows; ties are never split.

    A group is closed at the first score at which the cumulative share of rows reaches k / groups, so heavy ties give
    fewer groups. The numbers of the groups rise with the score but may have gaps.

    Parameters
    ----------
    judged : numpy.ndarray of shape (slices, bins)
    groups : int

    Examples
    --------
    >>> print(equal_mass_groups(np.array([[1.0, 1.0, 4.0, 1.0, 1.0]]), 4))
    [[0 0 1 3 3]]
    """
    rows = judged.astype(np.int64)
    if (rows != judged).any():  # weighted: what rounding leaves below a whole group belongs to the next
        below = np.cumsum(judged, axis=-1) - judged
        share = np.nan_to_num(ratio(below * groups, judged.sum(-1, keepdims=True)))
        return np.minimum(np.floor(share + _ROUNDING), groups - 1).astype(np.int64)
    before = np.cumsum(rows, axis=-1) - rows
    total = np.maximum(rows.sum(-1, keepdims=True), 1)
    return np.asarray(np.minimum(before * groups // total, groups - 1), dtype=np.int64)


def equal_width_groups(
    scores: FloatArray, groups: int = GROUPS, *, span: tuple[float, float] = (0.0, 1.0)
) -> _IntArray:
    """Assign scores to groups of equal width, closed on the right, as scikit-learn's ``calibration_curve`` does."""
    inner = np.linspace(*span, groups + 1)[1:-1]
    low, width = span[0], span[1] - span[0]
    at = np.searchsorted(((inner - low) / width).round(_SAME_DIGITS), ((scores - low) / width).round(_SAME_DIGITS))
    return at.astype(np.int64)


def group_bins(bins: ScoreBins, groups: int = GROUPS, binning: Binning = "equal_mass") -> tuple[_IntArray, int]:
    """Assign score bins of probabilities to the groups of a reliability diagram.

    Parameters
    ----------
    bins : ScoreBins
    groups : int
        How many groups to make at most; with "scores" every bin stands alone.
    binning : {"equal_mass", "equal_width", "scores"}
        As in `reliability_table`.

    Returns
    -------
    numpy.ndarray of shape (slices, bins), int
        The group of each bin, and how many groups there are; some may have no rows.
    """
    if binning == "equal_mass":
        return equal_mass_groups(bins.judged, groups), groups
    if binning == "equal_width":
        return equal_width_groups(bins.score, groups), groups
    n_bins = bins.judged.shape[-1]
    return np.broadcast_to(np.arange(n_bins), bins.judged.shape).astype(np.int64), n_bins


def group_sums(values: FloatArray, group: _IntArray, groups: int) -> FloatArray:
    """Add values of shape (slices, bins) up by group, to shape (slices, groups)."""
    slices = values.shape[0]
    cell = group + groups * np.arange(slices)[:, None]
    sums: FloatArray = np.bincount(cell.ravel(), values.ravel(), minlength=slices * groups).astype(np.float64)
    return sums.reshape(slices, groups)


def ece(
    bins: ScoreBins,
    *,
    groups: int = GROUPS,
    level: float = 0.95,
    binning: Binning = "equal_mass",
    effect: FloatArray | None = None,
) -> Interval:
    """Compute the expected calibration error over groups of similar scores, with an interval.

    Parameters
    ----------
    bins : ScoreBins
    groups : int
    level : float
    binning : {"equal_mass", "equal_width", "scores"}
        How the groups are made, see `group_bins`.
    effect : numpy.ndarray of shape (slices,), optional
        How many times the variance of independent rows the variance of a group is, where rows belong together.

    Returns
    -------
    Interval
        Arrays of shape (slices,); NaN without judged rows.

    Notes
    -----
    ECE is a sum of absolute values, so noise pushes it up: for calibrated scores it is above 0, and the percentiles of
    a bootstrap, which adds noise once more, leave the truth out. The interval therefore reaches down by the largest
    upward bias that the groups' deviations allow at this level, on top of the standard error. That standard error is
    the closed form of a Poisson bootstrap whose deviations are normal within each group.
    """
    group, groups = group_bins(bins, groups, binning)
    n = bins.judged.sum(-1)
    deviation = np.abs(group_sums(bins.score_sum - bins.pos, group, groups))
    squares = group_sums(bins.score_sq_sum - 2 * bins.score_pos_sum + bins.pos, group, groups).clip(min=0)
    if effect is not None:
        squares = squares * np.nan_to_num(effect, nan=1.0).clip(min=1.0)[:, None]
    spread = np.sqrt(squares)
    value = ratio(deviation.sum(-1), n)
    mean = _folded_mean(deviation, spread)
    variance = (deviation**2 + squares - mean**2).clip(min=0)
    covariance = deviation * (1 - 2 * special.ndtr(-_standardised(deviation, spread)))
    scatter = variance.sum(-1) - 2 * value * covariance.sum(-1) + value**2 * n
    z = normal_quantile(level)
    nearest = (deviation - z * spread).clip(min=0)
    bias = ratio((_folded_mean(nearest, spread) - nearest).sum(-1), n)
    reach = z * ratio(np.sqrt(scatter.clip(min=0)), n)
    return Interval(value, (value - bias - reach).clip(min=0), (value + reach).clip(max=1))


def _standardised(deviation: FloatArray, spread: FloatArray) -> FloatArray:
    return np.nan_to_num(ratio(deviation, spread))


def _folded_mean(deviation: FloatArray, spread: FloatArray) -> FloatArray:
    """Give the mean of the absolute value of a normal variable."""
    z = _standardised(deviation, spread)
    folded = spread * np.sqrt(2 / np.pi) * np.exp(-(z**2) / 2) + deviation * (1 - 2 * special.ndtr(-z))
    return np.where(spread > 0, folded, deviation)


def reliability_table(
    score_table: pl.DataFrame,
    edges: FloatArray,
    *,
    by: Sequence[str] = (),
    groups: int = GROUPS,
    binning: Binning = "equal_mass",
    level: float = 0.95,
) -> pl.DataFrame:
    """Compare the mean score with the observed rate in groups of similar scores.

    Parameters
    ----------
    score_table : polars.DataFrame
        One row per slice and score bin.
    edges : numpy.ndarray of shape (bins,)
        The score grid.
    by : sequence of str
        The segment columns; with none, slices are added up.
    groups : int
        How many bins to make at most.
    binning : {"equal_mass", "equal_width", "scores"}
        Equal-width bins divide 0 to 1, or the span of the grid where it is wider; a grid bin belongs to the bin that
        holds its mean score. With "scores" every bin of the score table stands alone.
    level : float
        Confidence level of the Wilson band.

    Returns
    -------
    polars.DataFrame
        by…, bin (from 0), low, high, n (judged rows; of a weighted table rounded weighted ones, and rows), mean_score,
        observed, observed_low, observed_high. Bins hold scores in
        [low, high), the last one is closed; equal-width bins, as in scikit-learn, hold (low, high], the first one is closed,
        and those without rows are kept, with n = 0 and nulls.

    Examples
    --------
    >>> counts = {"score_bin": [0, 1], "n": [4, 2], "n_pos": [1, 1], "n_unlabelled": [0, 0]}
    >>> sums = {"score_sum": [0.8, 1.6], "score_sq_sum": [0.16, 1.28], "score_pos_sum": [0.2, 0.8]}
    >>> table = pl.DataFrame({**counts, **sums, "log_loss_sum": [1.0, 2.0]})
    >>> reliability_table(table, np.array([0.2, 0.8])).select("bin", "n", "mean_score", "observed").rows()
    [(0, 4, 0.2, 0.25), (1, 2, 0.8, 0.5)]
    """
    slices = segments(confusion_table(score_table, by=by, threshold_bin=0), by)
    binned = BinnedSlices(score_table, slices, len(edges))
    grid = np.asarray(edges, dtype=float)
    n_slices = slices.height if slices.columns else 1
    behind = None
    if is_weighted(score_table):
        behind = tuple(BinnedSlices(each(score_table), slices, len(edges)) for each in (squared, rows_of))
    tables = [
        _slice_bins(*binned.alone(place), grid, groups, binning, level, _of_slice(behind, place))
        for place in range(n_slices)
    ]
    at = np.repeat(np.arange(n_slices), [table.height for table in tables])
    return with_segments(slices, at, pl.concat(tables).to_dict() if tables else _NO_BINS.to_dict())


def _of_slice(behind: tuple[BinnedSlices, ...] | None, place: int) -> tuple[ScoreBins, ...] | None:
    """Return the squared weights and the rows behind the bins of a slice, spread over all bins."""
    return None if behind is None else tuple(each.between(place, place + 1) for each in behind)


_NO_BINS = pl.DataFrame(
    schema={
        "bin": pl.Int64,
        "low": pl.Float64,
        "high": pl.Float64,
        "n": pl.Int64,
        **dict.fromkeys(("mean_score", "observed", "observed_low", "observed_high"), pl.Float64),
    }
)


def _slice_bins(
    held: _IntArray,
    bins: ScoreBins,
    edges: FloatArray,
    groups: int,
    binning: Binning,
    level: float,
    behind: tuple[ScoreBins, ...] | None = None,
) -> pl.DataFrame:
    """Give the bins of one slice."""
    above = np.append(edges[1:], edges[-1:])
    if binning == "equal_width":
        span = (min(0.0, float(edges[0])), max(1.0, float(edges[-1]))) if len(edges) else (0.0, 1.0)
        group = equal_width_groups(bins.score[0], groups, span=span)
        bounds = span[0] + (span[1] - span[0]) * np.arange(groups + 1) / groups
        low, high = bounds[:-1], bounds[1:]
    else:
        own = np.arange(len(held)) if binning == "scores" else equal_mass_groups(bins.judged, groups)[0]
        _, first, group = np.unique(own, return_index=True, return_inverse=True)
        groups = len(first)
        low = edges[held][first]
        high = above[held][np.append(first[1:], len(held)) - 1] if groups else low
    n, pos, score_sum = (
        np.bincount(group, values[0], groups).astype(float) for values in (bins.judged, bins.pos, bins.score_sum)
    )
    mean_score = ratio(score_sum, n)
    observed, rows = wilson(pos, n, level), {}
    if behind is not None:
        squares, of_rows = behind
        pos_sq, neg_sq, alone = (
            np.bincount(group, values[0, held], groups).astype(float)
            for values in (squares.pos, squares.neg, of_rows.judged)
        )
        observed, rows = weighted_wilson(pos, n, (pos_sq, neg_sq), level), {"rows": alone}
        n = np.rint(n)
    found = pl.DataFrame(
        {
            "bin": np.arange(groups),
            "low": low,
            "high": high,
            "n": n,
            **rows,
            "mean_score": mean_score,
            "observed": observed.value,
            "observed_low": observed.low,
            "observed_high": observed.high,
        }
    )
    found = found.with_columns(pl.col(name).cast(pl.Int64) for name in rows)
    return found.cast(_NO_BINS.schema).with_columns(pl.col(pl.Float64).fill_nan(None))
