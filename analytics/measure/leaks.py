"""Columns that tell the label: known only afterwards, they explain every error and no cause."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analytics.measure.intervals import FloatArray, ratio

TELLS = 1 / 3
"""A column that removes more than this share of the uncertainty about the label is taken for an outcome; a share of the
label's entropy (Theil's U). A choice; no simulation set it."""


def label_told(codes: NDArray[np.integer[Any]], size: int, n: FloatArray, positives: FloatArray) -> float:
    """Return the share of the label's entropy that a column removes (Theil's U), 0 where all labels are the same.

    Parameters
    ----------
    codes : numpy.ndarray of shape (cells,)
        From 0 to below ``size``.
    size : int
    n, positives : numpy.ndarray of shape (cells,)
        Labelled rows, and those whose label is positive.

    Notes
    -----
    What a column of as many values removes by chance is taken off.

    References
    ----------
    Theil (1970), American Journal of Sociology 76:103-154; Miller (1955), in Information Theory in Psychology 95-100.

    Examples
    --------
    >>> n, positives = np.array([500.0, 500.0]), np.array([0.0, 500.0])
    >>> print(round(label_told(np.array([0, 1]), 2, n, positives), 3), label_told(np.array([0, 0]), 1, n, positives))
    0.999 0.0
    """
    whole = _entropy(np.array([n.sum()]), np.array([positives.sum()]))[0]
    rows, found = (np.asarray(np.bincount(codes, part, size), dtype=float) for part in (n, positives))
    left = _entropy(rows, found).sum()
    by_chance = (np.count_nonzero(rows) - 1) / 2
    return float((whole - left - by_chance) / whole) if whole > 0 else 0.0


def _entropy(n: FloatArray, positives: FloatArray) -> FloatArray:
    """Return the entropy of labels in nats, times their number."""
    share = np.nan_to_num(ratio(positives, n))
    return np.asarray(n * (special.entr(share) + special.entr(1 - share)), dtype=float)
