"""Functions of the confusion counts to first order: their gradients, and the variance that independent rows give them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from analytics.measure.counts import Counts
from analytics.measure.intervals import FloatArray, ratio

COUNTED = ("tp", "fp", "fn", "tn", "n_flagged", "n_scored", "n_pos", "n_labelled")
"""The counts whose products over units are known, in the order of gradients."""
_STEP = 1e-3
"""Step of the central differences, in rows: whole counts never fall below 0 by it, and for ratios of polynomials of the second
degree the derivative is exact up to rounding."""
_KINDS = np.array(
    [
        [1, 0, 0, 0, 1, 1, 1, 1],
        [0, 1, 0, 0, 1, 1, 0, 1],
        [0, 0, 1, 0, 0, 1, 1, 1],
        [0, 0, 0, 1, 0, 1, 0, 1],
        [0, 0, 0, 0, 1, 1, 0, 0],
        [0, 0, 0, 0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0, 0, 1, 1],
        [0, 0, 0, 0, 0, 0, 0, 1],
    ],
    dtype=np.float64,
)
"""The eight kinds of rows that count, each by what it counts in."""


def mean_weight(counts: Counts, rows: Counts | None) -> FloatArray:
    """Return how many rows a judged one stands for on average; 1 where rows are counted, and where none is judged."""
    if rows is None:
        return np.ones(counts.n.shape)
    return np.nan_to_num(ratio(counts.judged, rows.judged), nan=1.0)


def gradient_of(function: Callable[[Counts], FloatArray], counts: Counts, rows: Counts | None = None) -> FloatArray:
    """Differentiate a function of the counts by each of them: an array of shape (slices, 8); NaN where it is undefined.

    Where counts are weighted, ``rows`` are those behind them, by which the step goes.

    >>> from analytics.measure.counts import Counts
    >>> counts = Counts(*[np.array([0.0])] * 7, *(np.array([part]) for part in (3.0, 1.0, 1.0, 5.0)))
    >>> print(gradient_of(lambda c: ratio(c.tp, c.tp + c.fp), counts).round(4)[0, :3])
    [ 0.0625 -0.1875  0.    ]
    """
    columns, width = [], _STEP if rows is None else _STEP * mean_weight(counts, rows)
    for name in COUNTED:
        # Below 0 a root would be undefined; what no row counts in, no unit varies in.
        count = np.maximum(getattr(counts, name), width)
        high, low = (function(replace(counts, **{name: count + step})) for step in (width, -width))
        columns.append((high - low) / (2 * width))
    return np.stack(columns, axis=-1)


def row_variance(gradient: FloatArray, counts: Counts, rows: Counts | None = None) -> FloatArray:
    """Return the variance of a function of the counts by linearisation, were every row independent of the others.

    Of weighted counts, with the ``rows`` behind them, it is that of rows of which all of one kind stand for as many.
    """
    weighted = _kinds(counts)
    if rows is not None:
        weighted = weighted * np.nan_to_num(ratio(weighted, _kinds(rows)))
    return np.asarray((weighted * (gradient @ _KINDS.T) ** 2).sum(-1), dtype=float)


def _kinds(counts: Counts) -> FloatArray:
    """Return how many rows there are of each of the eight kinds: an array of shape (slices, 8)."""
    scored_only = counts.n_scored - counts.n_flagged - counts.fn - counts.tn
    positive_only = counts.n_pos - counts.tp - counts.fn
    rest = counts.n_labelled - counts.judged - positive_only
    flagged_only = counts.n_flagged - counts.tp - counts.fp
    kinds = (counts.tp, counts.fp, counts.fn, counts.tn, flagged_only, scored_only, positive_only, rest)
    return np.stack(kinds, axis=-1)
