"""Predicted against true numbers by bin: means with their intervals, and how far they are apart."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.measure.estimates import columns_of, with_columns
from analytics.measure.intervals import mean_interval
from analytics.measure.numbers import mean_of

_ANYWHERE = (-np.inf, np.inf)


def number_bins(sums: pl.DataFrame, *, level: float = 0.95) -> pl.DataFrame:
    """Average predicted and true numbers by bin.

    Parameters
    ----------
    sums : polars.DataFrame
        ``low, high, n, predicted_sum, true_sum, true_sq_sum, error_sum, error_sq_sum``, one row per bin.
    level : float
        Of the intervals: Student's t with n - 1 degrees of freedom; none for a single row.

    Returns
    -------
    polars.DataFrame
        ``low, high, n, mean_predicted, mean_true`` and ``bias`` (predicted less true), the last two with ``_low`` and ``_high``.

    Examples
    --------
    >>> sums = {"low": [1.0], "high": [3.0], "n": [2], "predicted_sum": [4.0], "true_sum": [3.0], "true_sq_sum": [5.0]}
    >>> number_bins(pl.DataFrame({**sums, "error_sum": [1.0], "error_sq_sum": [1.0]})).select("mean_true", "bias").row(0)
    (1.5, 0.5)
    """
    values = {name: sums[name].cast(pl.Float64).to_numpy() for name in sums.columns}
    n = values["n"]
    true = mean_of(values["true_sum"], values["true_sq_sum"], n)
    bias = mean_of(values["error_sum"], values["error_sq_sum"], n)
    numbers = {
        "mean_predicted": values["predicted_sum"] / n,
        **columns_of("mean_true", mean_interval(true, n, level, _ANYWHERE)),
        **columns_of("bias", mean_interval(bias, n, level, _ANYWHERE)),
    }
    return with_columns(sums.select("low", "high", "n"), numbers)
