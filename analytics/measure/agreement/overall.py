"""How far all raters agree on the rows that at least two have rated."""

from __future__ import annotations

import numpy as np

from analytics.measure.agreement.ratings import Ratings, nearness
from analytics.measure.intervals import FloatArray, percentile_interval

_REPLICATES = 1_000
"""Draws of rows behind an interval: its ends then move by less than a tenth of its width from seed to seed."""


def overall(
    ratings: Ratings, *, ordered: bool = False, level: float = 0.95, seed: int = 0
) -> dict[str, float | int | None]:
    """Say how far all raters agree on the rows that at least two have read.

    Returns
    -------
    dict
        ``n_rows`` read by at least two, ``n_disputed`` of them on which not all say the same, ``agreement`` (the share of
        pairs of ratings of one row that are the same), and ``alpha, ac1, fleiss_kappa``, each with ``_low`` and ``_high``;
        None where undefined, Fleiss' kappa also where rows were read by different numbers of raters.

    Notes
    -----
    Krippendorff's alpha, 1 − D_o / D_e with missing ratings (2004), nominal, or where ratings are ordered with the squared
    steps between them; Gwet's AC1 (2008), whose chance counts rows that one alone has read too; Fleiss' kappa (1971).
    Intervals by drawing rows.

    Examples
    --------
    >>> import polars as pl
    >>> from analytics.measure.agreement.ratings import ratings_of
    >>> patterns = pl.DataFrame({"a": ["y", "n", "n"], "b": ["y", "n", "y"], "c": ["y", "n", None], "n": [40, 40, 10]})
    >>> found = overall(ratings_of(patterns, ["a", "b", "c"]))
    >>> found["n_rows"], found["n_disputed"], round(found["alpha"], 3), found["fleiss_kappa"]
    (90, 10, 0.847, None)
    """
    counts, m = ratings.counts, ratings.counts.sum(axis=1)
    alone = ratings.n[m == 1] @ counts[m == 1]
    counts, n = counts[m >= 2], ratings.n[m >= 2]
    is_disputed = (counts > 0).sum(axis=1) > 1
    found: dict[str, float | int | None] = {"n_rows": int(n.sum()), "n_disputed": int(n[is_disputed].sum())}
    names = ("agreement", "alpha", "ac1", "fleiss_kappa")
    blank = {f"{name}{end}": None for name in names for end in ("", "_low", "_high")}
    if not n.size:
        return {**found, **blank}
    rng = np.random.default_rng(seed)
    weights, alone = (_drawn(rng, each) for each in (n, alone))
    near = nearness(counts.shape[1], ordered=ordered)
    for name, values in zip(names, _shared(counts, weights, alone, near), strict=True):
        interval = percentile_interval(values[:1], values[None, 1:], level)
        ends = {name: interval.value[0], f"{name}_low": interval.low[0], f"{name}_high": interval.high[0]}
        found |= {key: float(end) if np.isfinite(end) else None for key, end in ends.items()}
    return found


def _drawn(rng: np.random.Generator, n: FloatArray) -> FloatArray:
    """Return counts as they are, and as many drawn anew, shape (1 + draws, counts)."""
    total = float(n.sum())
    drawn = (
        rng.multinomial(int(total), n / max(total, 1.0), size=_REPLICATES) if total else np.zeros((_REPLICATES, len(n)))
    )
    return np.concatenate([n[None, :], drawn.astype(float)])


def _shared(counts: FloatArray, weights: FloatArray, alone: FloatArray, near: FloatArray) -> tuple[FloatArray, ...]:
    """Return agreement, alpha, AC1 and Fleiss' kappa of rows with weights, shape (draws, patterns); nan where undefined.

    ``alone``, of shape (draws, values), is what was said of rows that one alone has read.
    """
    size, m = counts.shape[1], counts.sum(axis=1)
    same = (np.einsum("pk,kl,pl->p", counts, near, counts) - m) / (m - 1)
    exact = ((counts**2).sum(axis=1) - m) / (m * (m - 1))
    total, said = weights @ m, weights @ counts
    rows = weights.sum(axis=1)
    apart = (said[:, :, None] * said[:, None, :] * (1 - near)).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        alpha = 1 - (total - 1) * (weights @ (m - same)) / apart
        used = (weights @ (counts / m[:, None])) / rows[:, None]
        observed = (weights @ (same / m)) / rows
        of_all = (used * rows[:, None] + alone) / (rows + alone.sum(axis=1))[:, None]
        gwet = (
            float(near.sum()) / (size * (size - 1)) * (of_all * (1 - of_all)).sum(axis=1)
            if size > 1
            else np.ones(len(rows))
        )
        ac1 = np.where(gwet < 1, (observed - gwet) / (1 - gwet), np.nan)
        chance = (used**2).sum(axis=1)
        plain = (weights @ exact) / rows
        fleiss = (plain - chance) / (1 - chance) if np.ptp(m) == 0 else np.full(len(rows), np.nan)
    return plain, alpha, ac1, np.where(np.isfinite(fleiss), fleiss, np.nan)
