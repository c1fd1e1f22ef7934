"""What the part that was held back says of the slices that were found."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.measure.base_rate import BaseRateSplit, model_part
from analytics.measure.clusters import widened
from analytics.measure.comparisons import SIGNIFICANT, benjamini_hochberg
from analytics.measure.discovery.clusters import Effects
from analytics.measure.discovery.cube import Sums
from analytics.measure.discovery.evidence import beyond, gap_interval, label_split, p_values, rate_interval, rates
from analytics.measure.estimates import columns_of
from analytics.measure.intervals import FloatArray, difference_p_value, ratio

_STATUSES = ("confirmed", "suggestive", "not confirmed")


def confirmation_table(
    sums: Sums,
    whole: Sums,
    trials: FloatArray,
    *,
    is_binary: bool,
    is_held_back: bool,
    weights: FloatArray | float = 1.0,
    error_weights: tuple[float, float] | None = None,
    level: float = 0.95,
    effects: Effects | None = None,
) -> pl.DataFrame:
    """Compare slices with their complements, adjusted for all of them.

    Parameters
    ----------
    sums : Sums
        The slices in the rows that they are reported from, one entry each.
    whole : Sums
        All those rows, one entry.
    trials : numpy.ndarray of shape (slices,)
        Rows in the denominator of the objective over the whole cohort: excess errors are stated for these.
    is_binary : bool
        Whether the objective is a flag.
    is_held_back : bool
        Whether the slices were found without these rows: only then can one be confirmed.
    weights : numpy.ndarray of shape (slices,)
        Of the adjustment, from the rows that the slices were found in.
    error_weights : (float, float), optional
        What a miss and what a false alarm counts, as in money: the model's part is then weighed as well, in excess_weighted with
        _low and _high.
    level : float
        Confidence level of the intervals.
    effects : Effects, optional
        Design effects of the slices, where rows belong together: intervals are wider by them, and p is that of the interval
        where it is larger.

    Returns
    -------
    polars.DataFrame
        n_reported (judged rows that are reported from), rate, rate_low, rate_high, rate_complement, difference,
        difference_low, difference_high (to the complement), divergence (to all rows), p_value (one-sided, in the
        direction in which slices are found), p_adjusted (Benjamini-Hochberg, never below p_value; where it is below 0.05 and
        the interval of the difference reaches 0, the two-sided p of that interval, and at least one half where it lies below,
        so that what is confirmed has one above 0), excess_errors with _low and _high, share_of_errors, status: confirmed
        (adjusted p below 0.05), suggestive (unadjusted), not confirmed. Without rows held back the first two are both
        suggestive, by the adjusted p. Against a reference rates are changes; rate_now, rate_before and n_before (judged rows
        of the reference) say of what. Where rows are
        compared within their label, p and status are those of the model's part of the excess errors, divergence is to what the
        FNR and FPR of all rows predict, and the columns of `_parts` are added.

    Examples
    --------
    >>> slices = Sums(*(np.array(part) for part in ([100.0, 100.0], [100.0, 100.0], [40.0, 11.0], [40.0, 11.0])))
    >>> whole = Sums(*(np.array([part]) for part in (1_000.0, 1_000.0, 100.0, 100.0)))
    >>> found = confirmation_table(slices, whole, np.array([200.0, 200.0]), is_binary=True, is_held_back=True)
    >>> found["status"].to_list(), found["excess_errors"].round(1).to_list()
    (['confirmed', 'not confirmed'], [66.7, 2.2])
    """
    rest = whole - sums
    own = rate_interval(sums, whole, level, is_binary=is_binary)
    gap = gap_interval(sums, rest, level, is_binary=is_binary)
    split = label_split(sums, rest, level)
    decisive = gap if split is None else split.model
    p = p_values(sums, rest, is_binary=is_binary)
    freedom = None
    if effects is not None:
        is_share = is_binary and sums.before is None
        bounds = (0.0, 1.0) if is_share else (-np.inf, np.inf)
        own, gap = widened(own, effects.own, level, bounds), widened(gap, effects.difference, level)
        split = None if split is None else split.widened(effects.difference, effects.model)
        effect = effects.difference if split is None else effects.model
        decisive, freedom = gap if split is None else split.model, effect.freedom
        two_sided = difference_p_value(decisive, level, freedom)
        by_units = np.where(decisive.value > 0, two_sided / 2, 1 - two_sided / 2)
        p = np.where(effect.value < 1, by_units, np.fmax(p, by_units))
    adjusted = np.maximum(benjamini_hochberg(p, weights), p)
    is_open = (adjusted < SIGNIFICANT) & ~(decisive.low > 0)
    by_interval, is_less = difference_p_value(decisive, level, freedom), decisive.value < 0
    by_interval = np.where(is_less, 1 - by_interval / 2, by_interval)
    adjusted = np.where(is_open, np.fmax(adjusted, by_interval), adjusted)
    best = _STATUSES[0] if is_held_back else _STATUSES[1]
    weak = ((p if is_held_back else adjusted) < SIGNIFICANT) & ~is_less
    status = np.select([adjusted < SIGNIFICANT, weak], [best, _STATUSES[1]], _STATUSES[2])
    columns = {
        "n_reported": sums.n,
        "rate": own.value,
        "rate_low": own.low,
        "rate_high": own.high,
        "rate_complement": rates(rest),
        "difference": gap.value,
        "difference_low": gap.low,
        "difference_high": gap.high,
        "divergence": beyond(sums, whole),
        "p_value": p,
        "p_adjusted": adjusted,
        "excess_errors": trials * gap.value,
        "excess_errors_low": trials * gap.low,
        "excess_errors_high": trials * gap.high,
        "share_of_errors": ratio(sums.total, whole.total),
    }
    if sums.before is not None:
        now = {"rate_now": ratio(sums.total, sums.trials), "rate_before": rates(sums.before), "n_before": sums.before.n}
        columns |= now
    if split is not None:
        columns |= _parts(split, sums, rest, trials)
        if error_weights is not None:
            columns |= _weighed(sums, rest, trials, error_weights, level)
    frame = pl.DataFrame({name: np.asarray(column, dtype=float) for name, column in columns.items()}, nan_to_null=True)
    return frame.with_columns(
        pl.col("n_reported").cast(pl.Int64), pl.Series("status", status.tolist(), dtype=pl.String)
    )


def _weighed(
    sums: Sums, rest: Sums, trials: FloatArray, error_weights: tuple[float, float], level: float
) -> dict[str, FloatArray]:
    """Weigh the model's part of the excess errors, for the rows that excess errors are stated for."""
    own, other = sums.by_label(), rest.by_label()
    assert own is not None and other is not None
    part, scale = model_part(own, other, error_weights, level), ratio(trials, sums.trials)
    return {name: scale * column for name, column in columns_of("excess_weighted", part).items()}


def _parts(split: BaseRateSplit, sums: Sums, rest: Sums, trials: FloatArray) -> dict[str, FloatArray]:
    """Return base_rate, base_rate_complement, rate_expected (what the FNR and FPR of the rest predict), and the two parts of
    the excess errors, excess_base_rate and excess_model with _low and _high.
    """
    own, other = sums.by_label(), rest.by_label()
    assert own is not None and other is not None
    scale = ratio(trials, sums.trials)
    parts = {"excess_base_rate": split.base_rate, "excess_model": split.model}
    return {
        "base_rate": own.base_rate,
        "base_rate_complement": other.base_rate,
        "rate_expected": ratio(split.expected, sums.trials),
        **{name: scale * column for part, values in parts.items() for name, column in columns_of(part, values).items()},
    }
