"""How far two samples of one column are apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from scipy import special

from analytics.measure.gap.constants import (
    FAHRENHEIT,
    FREEZING,
    LEAST_OF_UNIT,
    MOST_CELSIUS,
    NEAR_DEGREES,
    NEAR_FACTOR,
    PSI_FLOOR,
    UNIT_FACTORS,
)
from analytics.measure.gap.sample import Numbers, Sample
from analytics.measure.intervals import FloatArray

_QUARTILES = (0.25, 0.5, 0.75)
"""Ranks of the numbers by which a change of unit is told. The word's meaning."""


def _shares_of(counts: FloatArray) -> FloatArray:
    """Give the shares of counts."""
    total = float(counts.sum())
    return counts / (total if total > 0 else 1.0)


def psi(reference: FloatArray, production: FloatArray) -> float:
    """Give the population stability index of two sets of counts; shares below 0.01 % count as that.

    >>> round(psi(np.array([50.0, 50.0]), np.array([30.0, 70.0])), 4)
    0.1695
    """
    p, q = (np.maximum(_shares_of(counts), PSI_FLOOR) for counts in (reference, production))
    return float(((q - p) * np.log(q / p)).sum())


def jensen_shannon(reference: FloatArray, production: FloatArray) -> float:
    """Give the Jensen-Shannon distance of two sets of counts: from 0 to 1, the root of the divergence in bits.

    >>> jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    1.0
    """
    p, q = _shares_of(reference), _shares_of(production)
    middle = (p + q) / 2
    divergence = (special.rel_entr(p, middle).sum() + special.rel_entr(q, middle).sum()) / 2 / np.log(2)
    return float(np.sqrt(max(divergence, 0.0)))


def weeks_apart(reference: Sample, weeks: pl.Series, held: Sequence[object]) -> list[float]:
    """Give the Jensen-Shannon distance of the values of some weeks from those of all other weeks, counted once for all."""
    rows = pl.DataFrame({"value": reference.values, "week": weeks, "n": reference.rows}).drop_nulls("week")
    counts = rows.group_by("value", "week", maintain_order=True).agg(pl.col("n").sum())
    whole = counts.group_by("value").agg(all=pl.col("n").sum()).sort("value", nulls_last=True)
    found = []
    for week in held:
        own = counts.filter(pl.col("week") == week)
        table = whole.join(own, on="value", how="left", nulls_equal=True, maintain_order="left")
        n, total = table["n"].fill_null(0.0).to_numpy(), table["all"].to_numpy()
        found.append(jensen_shannon((total - n).clip(min=0), n))
    return found


def kolmogorov_smirnov(reference: Numbers, production: Numbers) -> float:
    """Give the largest difference of two cumulative distributions; NaN where a sample is empty."""
    if not reference.size or not production.size:
        return float("nan")
    # A side is looked up in the other in its order, and stands in its own at its place: unordered this takes six times as long.
    furthest = 0.0
    for own, other in ((reference, production), (production, reference)):
        (mine, upto), (theirs, upto_theirs) = own.ordered, other.ordered
        last = np.append(mine[1:] != mine[:-1], True)  # of equal values the last has all of them below it
        values, below = mine[last], upto[1:][last]
        furthest = max(furthest, np.abs(below - upto_theirs[np.searchsorted(theirs, values, side="right")]).max())
    return float(furthest)


def wasserstein(reference: Numbers, production: Numbers) -> float:
    """Give the mean distance that values move from one distribution to the other, in the column's unit."""
    if not reference.size or not production.size:
        return float("nan")
    values = np.sort(np.concatenate([reference.values, production.values]))
    steps = np.diff(values)
    below = [
        upto[np.searchsorted(ordered, values[:-1], side="right")]
        for ordered, upto in (reference.ordered, production.ordered)
    ]
    return float((np.abs(below[0] - below[1]) * steps).sum())


def chance_level(
    n_reference: float, n_production: float, n_values: int, *, is_number: bool, level: float = 0.95
) -> float:
    """Give the distance that two samples of one distribution stay below: KS of numbers, Jensen-Shannon of categories.

    References
    ----------
    Smirnov (1948), Ann. Math. Stat. 19:279-281. For categories the divergence is an eighth of a chi-squared statistic.
    """
    if not n_reference or not n_production:
        return float("nan")
    spread = 1 / n_reference + 1 / n_production
    if is_number:
        return float(min(1.0, special.kolmogi(1 - level) * np.sqrt(spread)))
    chi = float(special.chdtri(max(n_values - 1, 1), 1 - level))
    return float(min(1.0, np.sqrt(chi * spread / 8 / np.log(2))))


def unit_factor(reference: Numbers, production: Numbers) -> float | None:
    """Give the factor by which all quartiles changed, where it is one of a change of unit; None otherwise.

    Degrees that became Fahrenheit, or Celsius, have their factor 1.8 or 1/1.8.

    >>> values = np.arange(1.0, 50.0)
    >>> [unit_factor(Numbers(values), Numbers(factor * values)) for factor in (100, 1.3)]
    [100.0, None]
    """
    if reference.size < LEAST_OF_UNIT or production.size < LEAST_OF_UNIT:
        return None
    plain = [sample.quantiles(_QUARTILES) for sample in (reference, production)]
    for factor, (celsius, fahrenheit) in ((FAHRENHEIT, plain), (1 / FAHRENHEIT, plain[::-1])):
        off = np.abs(fahrenheit - (FAHRENHEIT * celsius + FREEZING))
        is_weather = np.abs(celsius).max() <= MOST_CELSIUS
        if is_weather and (off < NEAR_DEGREES * (fahrenheit[2] - fahrenheit[0])).all():
            return factor
    quartiles = [sample.sizes().quantiles(_QUARTILES) for sample in (reference, production)]
    if min(part.min() for part in quartiles) <= 0:
        return None
    steps = np.log(quartiles[1] / quartiles[0])
    for factor in UNIT_FACTORS:
        for signed in (np.log(factor), -np.log(factor)):
            if (np.abs(steps - signed) < NEAR_FACTOR).all():
                return float(np.exp(signed)) if signed < 0 else factor
    return None
