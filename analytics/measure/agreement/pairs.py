"""How far every two raters agree on the rows that both have rated."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.measure.agreement.ratings import Ratings, nearness
from analytics.measure.intervals import FloatArray, normal_quantile, wilson


def pair_table(ratings: Ratings, *, ordered: bool = False, level: float = 0.95) -> pl.DataFrame:
    """Compare every two raters on the rows that both have read.

    Parameters
    ----------
    ratings : Ratings
    ordered : bool
        Whether the ratings are grades: what lies further apart then differs more, by the square of the steps between.
    level : float
        Of the intervals.

    Returns
    -------
    polars.DataFrame
        ``first, second, n, agreement, kappa, ac1``, the last three with ``_low`` and ``_high``; the pair that agrees least
        beyond chance first. Null where no row was read by both, or where chance alone would always agree.

    Notes
    -----
    Cohen's kappa, weighted where ratings are ordered, with the standard error of Fleiss, Cohen and Everitt (1969); Gwet's
    AC1 (2008), which does not fall where one rating dominates, as AC2 with the same weights where ratings are ordered.

    Examples
    --------
    >>> from analytics.measure.agreement.ratings import ratings_of
    >>> patterns = pl.DataFrame({"a": ["y", "y", "n", "n"], "b": ["y", "n", "y", "n"], "n": [40, 10, 10, 40]})
    >>> found = pair_table(ratings_of(patterns, ["a", "b"]))
    >>> found.select("n", "agreement", pl.col("kappa", "ac1").round(3)).rows()
    [(100, 0.8, 0.6, 0.6)]
    """
    size = len(ratings.values)
    near = nearness(size, ordered=ordered)
    rows = []
    for first, one in enumerate(ratings.raters):
        for second in range(first + 1, len(ratings.raters)):
            codes = ratings.codes[:, [first, second]]
            both = (codes >= 0).all(axis=1)
            table = np.zeros((size, size))
            np.add.at(table, (codes[both, 0], codes[both, 1]), ratings.n[both])
            rows.append({"first": one, "second": ratings.raters[second], **_of_pair(table, near, level)})
    numbers = {f"{name}{end}": pl.Float64 for name in ("agreement", "kappa", "ac1") for end in ("", "_low", "_high")}
    schema = {"first": pl.String, "second": pl.String, "n": pl.Int64, **numbers}
    return pl.DataFrame(rows, schema=schema).sort("kappa", maintain_order=True, nulls_last=True)


def _of_pair(table: FloatArray, near: FloatArray, level: float) -> dict[str, float | int]:
    """Return the numbers of two raters from the rows by what each of them said."""
    n, size = float(table.sum()), len(near)
    found: dict[str, float | int] = {"n": int(n)}
    if not n:
        return found
    exact = wilson(np.trace(table), n, level)
    found |= {"agreement": float(exact.value), "agreement_low": float(exact.low), "agreement_high": float(exact.high)}
    share = table / n
    first, second = share.sum(axis=1), share.sum(axis=0)
    same, by_chance = float((share * near).sum()), float(first @ near @ second)
    if by_chance < 1:
        kappa = (same - by_chance) / (1 - by_chance)
        mean = (near @ second)[:, None] + (first @ near)[None, :]
        spread = float((share * (near * (1 - by_chance) - mean * (1 - same)) ** 2).sum())
        variance = (spread - (same * by_chance - 2 * by_chance + same) ** 2) / (n * (1 - by_chance) ** 4)
        found |= _between("kappa", kappa, max(variance, 0.0) ** 0.5, level)
    if size > 1:
        rest = 1 - (first + second) / 2
        scale = float(near.sum()) / (size * (size - 1))
        gwet = scale * float((rest * (1 - rest)).sum())
        ac1 = (same - gwet) / (1 - gwet)
        own = scale * (rest[:, None] + rest[None, :]) / 2
        each = (near - gwet) / (1 - gwet) - 2 * (1 - ac1) * (own - gwet) / (1 - gwet)
        found |= _between("ac1", ac1, (float((share * (each - ac1) ** 2).sum()) / max(n - 1, 1)) ** 0.5, level)
    return found


def _between(name: str, value: float, error: float, level: float) -> dict[str, float]:
    """Return an estimate with the ends of its interval, none beyond 1."""
    reach = normal_quantile(level) * error
    return {name: value, f"{name}_low": max(value - reach, -1.0), f"{name}_high": min(value + reach, 1.0)}
