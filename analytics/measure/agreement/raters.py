"""How well each rater finds what all of them together point to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from analytics.measure.agreement.ratings import IntArray, Ratings
from analytics.measure.intervals import FloatArray, percentile_interval, ratio, wilson

_REFITS = 100
"""Draws of rows behind the interval of a rater's accuracy, each of which fits the raters anew. By hand; the simulation in
`tests/measure/test_agreement.py` holds it."""
_CELLS = 4_000_000
"""Draws × patterns × values that are fitted at once: 32 MB for each of a step's arrays."""
_STEPS, _MOST_STEPS, _STILL = 200, 5_000, 1e-6
"""Steps of a fit to a draw and of the fit to all rows, and the change of every probability below which it stands still. The
former begins where the latter ended; raters who hardly agree take a thousand steps."""
_STEPPED = 400_000_000
"""Patterns × raters × values × steps of the fit to all rows: some two seconds. From 200 steps on."""
_TINY = 1e-12
"""In place of a probability of 0, whose logarithm has no value."""
_LEAST_ROWS, _LEAST_RATERS = 30, 3
"""Rows that several have read, and raters, from which on the accuracy of each is told without a truth. By hand."""


def rater_table(ratings: Ratings, *, level: float = 0.95, seed: int = 0) -> pl.DataFrame:
    """Say of each rater how far it agrees with the others, and how well it finds what all of them together point to.

    Returns
    -------
    polars.DataFrame
        A row for each rater and value: ``rater, n`` (rows read), ``n_shared`` (of them read by others too), ``agreement``
        (the share of the others' ratings of the same rows that say the same), ``value``, ``share`` (of the rows, that are
        truly of that value) and ``found``: the probability that the rater says so of such a row, with ``found_low`` and
        ``found_high``. The last five are null with fewer than three raters or 30 shared rows.

    Notes
    -----
    Dawid and Skene (1979), fitted by expectation and maximisation from the ratings' shares as first guess. It takes raters'
    mistakes to be independent given the truth: what they all get wrong it cannot see. Of two values ``found`` are sensitivity
    and specificity. Intervals by drawing rows, never narrower than Wilson's on the rows behind.
    """
    counts, n = ratings.counts, ratings.n
    m = counts.sum(axis=1)
    several = m >= 2
    n_sharing = int((n[several] @ (ratings.codes[several] >= 0) >= _LEAST_ROWS).sum())
    is_fitted = n_sharing >= _LEAST_RATERS
    fit = (
        _fitted(ratings.codes[several], n[None, several], len(ratings.values)) if is_fitted and several.any() else None
    )
    low, high = _spread(ratings, several, fit, level, seed) if fit else (None, None)
    rows = []
    for place, rater in enumerate(ratings.raters):
        codes = ratings.codes[:, place]
        read, shared = codes >= 0, (codes >= 0) & several
        alike = (counts[shared, codes[shared]] - 1) * n[shared]
        others = ((m - 1) * n)[shared].sum()
        row = {"rater": rater, "n": int(n[read].sum()), "n_shared": int(n[shared].sum())}
        row["agreement"] = float(alike.sum() / others) if others else None
        for value, name in enumerate(ratings.values):
            more = (
                {"share": float(fit.share[0, value]), "found": _known(fit.found[0, place, value, value])} if fit else {}
            )
            if fit and low is not None and high is not None:
                more |= {"found_low": _known(low[place, value]), "found_high": _known(high[place, value])}
            rows.append({**row, "value": name, **more})
    numbers = dict.fromkeys(("share", "found", "found_low", "found_high"), pl.Float64)
    first = {"rater": pl.String, "n": pl.Int64, "n_shared": pl.Int64, "agreement": pl.Float64, "value": pl.String}
    return pl.DataFrame(rows, schema={**first, **numbers})


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True)
class _Fit:
    """Fits of some draws of rows.

    ``share`` of the true values, shape (draws, values); ``found``, by rater and true value what it says, shape (draws,
    raters, values, values); ``truth``, by pattern how likely each value is true, shape (draws, patterns, values).
    """

    share: FloatArray
    found: FloatArray
    truth: FloatArray


def _fitted(codes: IntArray, weights: FloatArray, size: int, truth: FloatArray | None = None) -> _Fit:
    """Fit raters to draws of rows, of shape (draws, patterns), from the ratings' shares or from what is known of the truth."""
    said = (codes[:, :, None] == np.arange(size)).astype(float)
    flat = said.reshape(len(codes), -1)
    raters, draws = codes.shape[1], len(weights)
    steps = _STEPS if truth is not None else int(np.clip(_STEPPED / max(flat.size, 1), _STEPS, _MOST_STEPS))
    first = said.sum(axis=1) / said.sum(axis=(1, 2))[:, None] if truth is None else truth
    truth = np.broadcast_to(first, (draws, *first.shape))
    for _ in range(steps):
        mass = truth * weights[:, :, None]
        share = mass.sum(axis=1) / weights.sum(axis=1)[:, None]
        told = (mass.transpose(0, 2, 1) @ flat).reshape(draws, size, raters, size).transpose(0, 2, 1, 3)
        found = ratio(told, told.sum(axis=3, keepdims=True))
        logs = np.log(np.maximum(np.nan_to_num(found), _TINY)).transpose(0, 1, 3, 2).reshape(draws, -1, size)
        likely = np.log(np.maximum(share, _TINY))[:, None, :] + flat @ logs
        likely = np.exp(likely - likely.max(axis=2, keepdims=True))
        likely /= likely.sum(axis=2, keepdims=True)
        moved, truth = float(np.abs(likely - truth).max()), likely
        if moved < _STILL:
            break
    return _Fit(share, found, truth)


def _spread(
    ratings: Ratings, several: npt.NDArray[np.bool_], fit: _Fit, level: float, seed: int
) -> tuple[FloatArray, FloatArray]:
    """Return the ends of the intervals of how often each rater finds each value, shape (raters, values)."""
    codes, n, size = ratings.codes[several], ratings.n[several], len(ratings.values)
    weights = np.random.default_rng(seed).multinomial(int(n.sum()), n / n.sum(), size=_REFITS).astype(float)
    at_once = max(_CELLS // (len(n) * size), 1)
    places = np.arange(size)
    draws = [
        _fitted(codes, weights[start : start + at_once], size, fit.truth[0]).found[:, :, places, places]
        for start in range(0, _REFITS, at_once)
    ]
    own = fit.found[0][:, places, places]
    read = np.einsum("pk,pr->rk", fit.truth[0] * n[:, None], (codes >= 0).astype(float))
    plain = wilson(own * read, read, level)
    drawn = percentile_interval(own, np.moveaxis(np.concatenate(draws), 0, -1), level)
    return np.fmin(drawn.low, plain.low), np.fmax(drawn.high, plain.high)
