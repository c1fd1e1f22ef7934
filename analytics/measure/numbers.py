"""How far predicted numbers are off, and how high grades are: means over judged rows, from sums by slice."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

import numpy as np

from analytics.measure.intervals import Estimate, FloatArray, ratio
from analytics.measure.metric import Metric
from analytics.measure.sum_estimators import SumMean, SumShare

_Sums = Mapping[str, FloatArray]
"""Sums over the judged rows of slices by name, arrays of shape (slices,)."""


def _mae(sums: _Sums, n: FloatArray) -> Estimate:
    """Average the absolute errors.

    >>> sums = {"error_abs_sum": np.array([6.0]), "error_sq_sum": np.array([14.0])}
    >>> float(_mae(sums, np.array([3.0])).value[0])
    2.0
    """
    return mean_of(sums["error_abs_sum"], sums["error_sq_sum"], n)


def _bias(sums: _Sums, n: FloatArray) -> Estimate:
    """Average the errors: predicted less true."""
    return mean_of(sums["error_sum"], sums["error_sq_sum"], n)


def _rmse(sums: _Sums, n: FloatArray) -> Estimate:
    """Return the root of the mean squared error; its standard error by the delta method from the squares' own."""
    squared = mean_of(sums["error_sq_sum"], sums["error_fourth_sum"], n)
    value = np.sqrt(squared.value)
    return Estimate(value, ratio(squared.standard_error, 2 * value))


def _mse(sums: _Sums, n: FloatArray) -> Estimate:
    """Average the squared errors."""
    return mean_of(sums["error_sq_sum"], sums["error_fourth_sum"], n)


def _cross_entropy(sums: _Sums, n: FloatArray) -> Estimate:
    """Average the log losses against shares of 1; without a value where some number is no probability, or no such share."""
    found = mean_of(sums["entropy_sum"], sums["entropy_sq_sum"], n)
    every = sums["entropy_n_sum"] == n
    return Estimate(np.where(every, found.value, np.nan), np.where(every, found.standard_error, np.nan))


def _smape(sums: _Sums, n: FloatArray) -> Estimate:
    """Average 2 |error| / (|predicted| + |true|), 0 where both are 0."""
    return mean_of(sums["smape_sum"], sums["smape_sq_sum"], n)


def _width(sums: _Sums, n: FloatArray) -> Estimate:
    """Average the widths of given intervals."""
    return mean_of(sums["width_sum"], sums["width_sq_sum"], n)


def _mean_grade(sums: _Sums, n: FloatArray) -> Estimate:
    """Average the grades."""
    return mean_of(sums["truth_sum"], sums["truth_sq_sum"], n)


def mean_of(total: FloatArray, squares: FloatArray, n: FloatArray) -> Estimate:
    """Return a mean with its standard error; none for a single row."""
    value = ratio(total, n)
    spread = (squares - n * value**2).clip(min=0)
    return Estimate(value, np.sqrt(ratio(spread, n * (n - 1))))


_NO_INTERVAL = "no judged row came with an interval"
_NOTHING_JUDGED = "no row has both a predicted and a true value"

OF_NUMBERS: tuple[Metric, ...] = (
    Metric(
        "mae",
        "Mean absolute error",
        "Mean distance between the predicted and the true number.",
        "mean of |predicted - true|",
        _NOTHING_JUDGED,
        "lower",
        SumMean(_mae, frozenset({"error_abs_sum", "error_sq_sum"})),
        frozenset({"slices"}),
        high=inf,
        short="MAE",
        kinds=frozenset({"numbers"}),
    ),
    Metric(
        "rmse",
        "RMSE",
        "Root of the mean squared distance between the predicted and the true number.",
        "root of the mean of (predicted - true)²",
        _NOTHING_JUDGED,
        "lower",
        SumMean(_rmse, frozenset({"error_sq_sum", "error_fourth_sum"})),
        frozenset({"slices"}),
        high=inf,
        kinds=frozenset({"numbers"}),
    ),
    Metric(
        "mse",
        "Mean squared error",
        "Mean squared distance between the predicted and the true number; of probabilities and labels from 0 to 1: Brier score.",
        "mean of (predicted - true)²",
        _NOTHING_JUDGED,
        "lower",
        SumMean(_mse, frozenset({"error_sq_sum", "error_fourth_sum"})),
        frozenset({"slices"}),
        high=inf,
        short="MSE",
        kinds=frozenset({"numbers"}),
    ),
    Metric(
        "cross_entropy",
        "Cross-entropy",
        "Mean log loss of predicted probabilities against labels from 0 to 1 that count as they are.",
        "mean of -(true log(predicted) + (1 - true) log(1 - predicted))",
        "some predicted or true number is outside 0 to 1",
        "lower",
        SumMean(_cross_entropy, frozenset({"entropy_sum", "entropy_sq_sum", "entropy_n_sum"})),
        frozenset({"slices"}),
        high=inf,
        kinds=frozenset({"numbers"}),
    ),
    Metric(
        "bias",
        "Bias",
        "Mean of the predicted number less the true one.",
        "mean of (predicted - true)",
        _NOTHING_JUDGED,
        "neither",
        SumMean(_bias, frozenset({"error_sum", "error_sq_sum"})),
        frozenset({"slices"}),
        low=-inf,
        high=inf,
        kinds=frozenset({"numbers"}),
    ),
    Metric(
        "smape",
        "Symmetric MAPE",
        "Mean distance between the predicted and the true number, as a share of their mean size.",
        "mean of 2 |predicted - true| / (|predicted| + |true|)",
        _NOTHING_JUDGED,
        "lower",
        SumMean(_smape, frozenset({"smape_sum", "smape_sq_sum"})),
        frozenset({"slices"}),
        high=2.0,
        is_share=True,
        short="sMAPE",
        kinds=frozenset({"numbers"}),
    ),
    Metric(
        "interval_coverage",
        "Interval coverage",
        "Share of the true numbers that lie in the interval that was given with the predicted one.",
        "true numbers in their interval / rows with an interval",
        _NO_INTERVAL,
        "neither",
        SumShare("covered_sum", "covered_n_sum"),
        frozenset({"slices"}),
        is_share=True,
        short="Coverage",
        kinds=frozenset({"numbers"}),
        needs_interval=True,
    ),
    Metric(
        "interval_width",
        "Mean interval width",
        "Mean width of the interval that was given with the predicted number.",
        "mean of (upper end - lower end)",
        _NO_INTERVAL,
        "lower",
        SumMean(_width, frozenset({"width_sum", "width_sq_sum", "covered_n_sum"}), "covered_n_sum"),
        frozenset({"slices"}),
        high=inf,
        short="Width",
        kinds=frozenset({"numbers"}),
        needs_interval=True,
    ),
    Metric(
        "mean_grade",
        "Mean grade",
        "Mean of the grades.",
        "sum of grades / graded rows",
        _NOTHING_JUDGED,
        "higher",
        SumMean(_mean_grade, frozenset({"truth_sum", "truth_sq_sum"})),
        frozenset({"slices"}),
        low=-inf,
        high=inf,
        kinds=frozenset({"grades"}),
    ),
)
"""The metrics of logs of numbers and of grades: a part of the registry."""
