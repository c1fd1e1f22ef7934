"""The difference of two pass rates where people judged some pairs and a judge all: prediction-powered inference."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt

from analytics.measure.intervals import normal_quantile


@dataclass(frozen=True)
class JudgedSums:
    """Sums over pairs of the candidate's verdict less the live one.

    Attributes
    ----------
    n : float
        Pairs on which people judged both answers.
    y, y_sq, f, f_sq, y_f : float
        Over these, sums of people's differences, of the judge's, of their squares and of their product.
    n_rest, g, g_sq : float
        Pairs that the judge alone judged, and sums of its differences and of their squares.
    """

    n: float
    y: float
    y_sq: float
    f: float
    f_sq: float
    y_f: float
    n_rest: float
    g: float
    g_sq: float


@dataclass(frozen=True)
class Corrected:
    """The candidate's pass rate less the live one, with its interval; ``weight`` is how far the judge is followed."""

    difference: float
    low: float
    high: float
    standard_error: float
    weight: float


def corrected_difference(sums: JudgedSums, level: float = 0.95) -> Corrected:
    """Estimate the difference of pass rates by PPI++.

    With y people's differences on n pairs, f the judge's on these and g those on the N others: mean(y) + λ (mean(g) - mean(f)),
    λ = cov(y, f) / ((1 + n / N) var(f)), with the variance var(y - λ f) / n + λ² var(g) / N.

    Returns
    -------
    Corrected
        NaN with fewer than two pairs of either kind. Unbiased where the pairs that people judged were drawn at random.

    References
    ----------
    Angelopoulos, Duchi and Zrnic (2023), arXiv:2311.01453.
    """
    n, rest = sums.n, sums.n_rest
    if n < 2 or rest < 2:
        return Corrected(nan, nan, nan, nan, nan)
    y, f, g = sums.y / n, sums.f / n, sums.g / rest
    var_y, var_f, cov = (
        (total - n * mean) / (n - 1) for total, mean in ((sums.y_sq, y * y), (sums.f_sq, f * f), (sums.y_f, y * f))
    )
    var_g = (sums.g_sq - rest * g * g) / (rest - 1)
    weight = cov / ((1 + n / rest) * var_f) if var_f > 0 else 0.0
    own = max(var_y - 2 * weight * cov + weight**2 * var_f, 0.0)
    error = sqrt(own / n + weight**2 * var_g / rest)
    value, reach = y + weight * (g - f), normal_quantile(level) * error
    return Corrected(value, value - reach, value + reach, error, weight)
