"""The change of a metric by slices of one column: what their shares did, and what happened within them."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import special

from analytics.measure.clusters import t_tail
from analytics.measure.gap.cells import SideCells
from analytics.measure.gap.constants import DRAWS, FEW_ROWS, LONE_TIMES, MIN_SUPPORT, SEED
from analytics.measure.gap.metric import GapMetric
from analytics.measure.gap.replicates import freedom_of, rates_effect, reach_of, resampled
from analytics.measure.intervals import FloatArray, normal_quantile, ratio, scatter


def slice_sums(side: SideCells, metric: GapMetric) -> tuple[FloatArray, FloatArray]:
    """Give numerator and denominator of a metric over the judged rows of each cell, shape (..., cells)."""
    joint = side.judged
    flagged = (np.arange(joint.shape[-2]) >= side.threshold_bin).astype(int)
    if metric.is_loss:
        return (joint * side.loss).sum((-1, -2)), joint.sum((-1, -2))
    amount = np.where(metric.is_by_amount[flagged], side.amount, 1.0)
    return (joint * metric.top[flagged] * amount).sum((-1, -2)), (joint * metric.bottom[flagged]).sum((-1, -2))


def mix_and_within(
    reference: tuple[FloatArray, FloatArray], production: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Split the change of a ratio of sums by slice; both parts together add up to it.

    Parameters
    ----------
    reference, production : pair of numpy.ndarray of shape (..., slices)
        Numerators and denominators.

    Returns
    -------
    tuple of numpy.ndarray of shape (..., slices)
        *Mix*: the change of a slice's share times what its mean rate differs from that of both sides. *Within*: the change
        of its rate times its mean share. A slice that one side does not have is all mix.

    References
    ----------
    Kitagawa (1955), J. Am. Stat. Assoc. 50:1168-1194.

    Examples
    --------
    >>> ten = np.array([10.0, 10.0])
    >>> mix, within = mix_and_within((np.array([2.0, 6.0]), ten), (np.array([4.0, 3.0]), ten))
    >>> print(abs(mix), within)
    [0. 0.] [ 0.1  -0.15]
    """
    shares = [ratio(bottom, bottom.sum(-1, keepdims=True)) for _, bottom in (reference, production)]
    rates = [ratio(top, bottom) for top, bottom in (reference, production)]
    known = [np.where(np.isnan(rates[side]), rates[1 - side], rates[side]) for side in (0, 1)]
    overall = [
        ratio(top.sum(-1, keepdims=True), bottom.sum(-1, keepdims=True)) for top, bottom in (reference, production)
    ]
    middle = (overall[0] + overall[1]) / 2
    mix = (shares[1] - shares[0]) * (np.nan_to_num((known[0] + known[1]) / 2) - middle)
    within = np.nan_to_num(known[1] - known[0]) * (shares[0] + shares[1]) / 2
    return mix, within


def _lone_slices(reference: SideCells, production: SideCells) -> np.ndarray:
    """Return the slices of which one side has a handful of rows, whose rate says nothing, and the other far more."""
    rows = [side.n_judged for side in (reference, production)]
    shares = [ratio(n, n.sum()) for n in (side.judged.sum((-1, -2)) for side in (reference, production))]
    return np.asarray(
        np.any([(rows[k] < FEW_ROWS) & (LONE_TIMES * shares[k] <= shares[1 - k]) for k in (0, 1)], axis=0)
    )


def _all_mix(parts: tuple[FloatArray, FloatArray], chosen: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Count what chosen slices contribute as mix altogether."""
    mix, within = parts
    return np.where(chosen, mix + within, mix), np.where(chosen, 0.0, within)


def slice_changes(
    reference: SideCells,
    production: SideCells,
    values: pl.Series,
    metric: GapMetric,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    level: float = 0.95,
    min_support: int = MIN_SUPPORT,
) -> pl.DataFrame:
    """Split the change of a metric by the slices of one column.

    Parameters
    ----------
    reference, production : SideCells
        One cell for each value, two score bins: below and from the threshold on.
    values : polars.Series
        What the cells are called.
    metric : GapMetric
    draws, seed, level
        Of the Poisson bootstrap, whose standard deviation gives intervals and p-values.
    min_support : int
        Judged rows on either side below which a slice is marked.

    Returns
    -------
    polars.DataFrame
        ``value, n_reference, n_production`` (judged rows), ``share_reference, share_production`` (of the metric's
        denominator), ``rate_reference, rate_production`` (the metric; null where undefined), ``mix, within, contribution``
        with ``_low, _high`` of the last, ``p_value, few_rows``; ``mix_error`` and ``within_error``, the standard errors of the
        column's two sums, the same in every row, as wide as intervals with Student's t need them. With weights the first two
        are weighted, and ``rows_reference, rows_production`` are the rows behind them.
    """
    sums = [slice_sums(side, metric) for side in (reference, production)]
    is_lone = _lone_slices(reference, production)
    mix, within = _all_mix(mix_and_within(*sums), is_lone)
    rng = np.random.default_rng(seed)
    drawn = [slice_sums(side, metric) for side in resampled((reference, production), draws, rng)]
    drawn_mix, drawn_within = _all_mix(mix_and_within(*drawn), is_lone)
    error = scatter((drawn_mix + drawn_within).T)
    total = mix + within
    quantile = reach_of((reference, production), level)
    reach = quantile * error
    stretch = quantile / normal_quantile(level)
    counts = [side.judged.sum((-1, -2)) * side.stands_for for side in (reference, production)]
    rows = [side.n_judged for side in (reference, production)]
    shares = [ratio(bottom, bottom.sum()) for _, bottom in sums]
    columns = {
        "n_reference": counts[0].round().astype(np.int64),
        "n_production": counts[1].round().astype(np.int64),
        "share_reference": shares[0],
        "share_production": shares[1],
        "rate_reference": ratio(*sums[0]) if not metric.is_loss else sums[0][0] / np.maximum(sums[0][1], 1e-300),
        "rate_production": ratio(*sums[1]) if not metric.is_loss else sums[1][0] / np.maximum(sums[1][1], 1e-300),
        "mix": mix,
        "within": within,
        "contribution": total,
        "contribution_low": total - reach,
        "contribution_high": total + reach,
        "p_value": t_tail(ratio(total, error), freedom_of((reference, production))),
        "few_rows": np.maximum(*rows) < min_support,
        "mix_error": np.full(len(total), stretch * float(scatter(drawn_mix.sum(-1)))),
        "within_error": np.full(len(total), stretch * float(scatter(drawn_within.sum(-1)))),
    }
    if any(side.rows is not None for side in (reference, production)):
        columns |= {"rows_reference": rows[0].astype(np.int64), "rows_production": rows[1].astype(np.int64)}
    return pl.DataFrame({"value": values, **columns}, nan_to_null=True)


def within_p_value(reference: SideCells, production: SideCells) -> float:
    """Test whether error rate or prevalence changed by different amounts in different slices (Cochran's Q).

    Cells have two score bins, below and from the threshold on.

    Returns
    -------
    float
        The smaller of the two p-values, doubled; 1 where fewer than two slices have rows on both sides.
    """
    wrong, positive = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])
    found = [1.0]
    for counted in (wrong, positive):
        rates, variances, rows = [], [], []
        for side in (reference, production):
            joint = side.judged
            n = joint.sum((-1, -2))
            rate = ((joint * counted).sum((-1, -2)) + 0.5) / (n + 1)
            rates.append(rate)
            variances.append(rates_effect(side, counted) * rate * (1 - rate) / np.where(n > 0, n, 1.0))
            rows.append(n)
        held = (rows[0] > 0) & (rows[1] > 0)
        if held.sum() >= 2:
            change, precision = (rates[1] - rates[0])[held], 1 / (variances[0] + variances[1])[held]
            mean = (change * precision).sum() / precision.sum()
            found.append(2 * float(special.chdtrc(held.sum() - 1, (precision * (change - mean) ** 2).sum())))
    return min(found)


def shares_p_value(reference: FloatArray, production: FloatArray) -> float:
    """Test whether two sets of counts have the same shares (chi-squared); 1 where there is nothing to compare.

    >>> round(shares_p_value(np.array([50.0, 50.0]), np.array([30.0, 70.0])), 4)
    0.0039
    """
    total = reference + production
    held = total > 0
    if held.sum() < 2 or not reference.sum() or not production.sum():
        return 1.0
    statistic = 0.0
    for counts in (reference, production):
        expected = total[held] * counts.sum() / total.sum()
        statistic += float(((counts[held] - expected) ** 2 / expected).sum())
    return float(special.chdtrc(held.sum() - 1, statistic))
