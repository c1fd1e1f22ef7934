"""Columns that tell the label: known only afterwards, they explain every error and no cause."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analytics.measure.intervals import FloatArray, ratio

TELLS = 1 / 3
"""A column that removes more than this share of the uncertainty about the label is taken for an outcome; a share of the
label's entropy (Theil's U). A choice; no simulation set it."""
_BEYOND_SCORE, _LEAST = 3.0, 1 / 6
"""Times what the score removes, and the least share of the uncertainty, from which on a column that removes less than `TELLS` is
taken for an outcome too. By hand: what was paid back of a loan removes 20 % where the rate of interest removes 4 %."""


_IS_PREDICTION = 0.9
"""A column that removes more than this share of the uncertainty about the decision is the decision, as in
`answers.discovery.told`: its slices are made of one kind of error."""
_MIN_ROWS, _CERTAIN, _KNOWN = 30, 0.9, 0.9
"""Labelled rows of a value, the share of them that is positive, and the share of these that a model would find that knows the
value: from which on, and below which, the value is taken for an outcome. By hand: of those arrested for a violent offence 94.6 %
are arrested again in COMPAS, of loans with a settled debt 96.7 % were charged off."""
_MIXED = 0.1
"""How often neighbours by score are of two slices, as a share of how often any two rows are, below which the slices are bands of
the score. By hand: of COMPAS's bands 0.05 %, of a column that has nothing to do with the score 100 %."""
_COMMON = 0.5
"""Base rate from which on nine positives in ten are no sign of an outcome. By hand."""
_SURPRISE = 14.0
"""Logarithm of a million to one, about: so much likelier is the share of the value by itself than by the base rate."""


def tells_label(told: float, by_score: Callable[[], float]) -> bool:
    """Whether a column that removes a share of the uncertainty about the label is known only after the outcome.

    Parameters
    ----------
    told : float
        As `label_told`.
    by_score : callable
        Returns the share that the scores remove; asked only where it decides.

    Examples
    --------
    >>> tells_label(0.4, lambda: 0.3), tells_label(0.2, lambda: 0.04), tells_label(0.2, lambda: 0.1)
    (True, True, False)
    """
    return told > TELLS or (told > _LEAST and told > _BEYOND_SCORE * max(by_score(), 0.0))


def tells_by_a_value(n: FloatArray, positives: FloatArray, found: FloatArray) -> bool:
    """Whether a value makes the label nearly certain of which the model knows nothing: then it came after the outcome.

    Had it been there before, any model would have learnt it.

    Parameters
    ----------
    n, positives : numpy.ndarray of shape (slices,)
        Labelled rows, and those whose label is positive.
    found : numpy.ndarray of shape (slices,)
        Of the positive ones those that the model finds, or as many as its scores expect.

    Examples
    --------
    >>> n, positives = np.array([800.0, 6_400.0]), np.array([800.0, 2_400.0])
    >>> tells_by_a_value(n, positives, np.array([480.0, 1_500.0])), tells_by_a_value(n, positives, np.array([790.0, 1_500.0]))
    (True, False)
    """
    base, share = ratio(positives.sum(), n.sum()), ratio(positives, n)
    # Twice this is the likelihood ratio of the value's share against that of all rows.
    surprise = n * (special.rel_entr(share, base) + special.rel_entr(1 - share, 1 - base))
    is_certain = (n >= _MIN_ROWS) & (share >= _CERTAIN) & (base < _COMMON) & (surprise > _SURPRISE)
    return bool(np.any(is_certain & (found < _KNOWN * positives)))


def tells_afterwards(
    tp: FloatArray, fp: FloatArray, fn: FloatArray, tn: FloatArray, by_score: Callable[[], float]
) -> bool:
    """Whether slices tell the label, as what is known only afterwards does, or are another word for the decision.

    The one rule by which a column is no cause of errors, wherever columns are ranked by them.

    Parameters
    ----------
    tp, fp, fn, tn : numpy.ndarray of shape (slices,)
    by_score : callable
        As in `tells_label`.

    Examples
    --------
    >>> none, some = np.array([0.0, 50.0]), np.array([30.0, 20.0])
    >>> tells_afterwards(none, none[::-1], none, none[::-1], lambda: 0.1), tells_afterwards(some, some, some, some, lambda: 0.1)
    (True, False)
    """
    codes, n = np.arange(len(tp)), tp + fp + fn + tn
    label, decision = (label_told(codes, len(tp), n, positives) for positives in (tp + fn, tp + fp))
    return decision > _IS_PREDICTION or tells_label(label, by_score) or tells_by_a_value(n, tp + fn, tp)


def score_told(n: FloatArray, score_sum: FloatArray, score_sq_sum: FloatArray) -> float:
    """Return the share of the variance of the scores that a column removes, 0 where all scores are the same.

    Parameters
    ----------
    n, score_sum, score_sq_sum : numpy.ndarray of shape (slices,)
        Rows with a score, the sum of their scores and of the squares.

    Notes
    -----
    What a column of as many values removes by chance is taken off.

    References
    ----------
    Kelley (1935), Proc. Natl. Acad. Sci. 21:554-559 (epsilon squared).

    Examples
    --------
    >>> print(round(score_told(np.array([50.0, 50.0]), np.array([10.0, 40.0]), np.array([2.5, 32.5])), 3))
    0.899
    """
    rows, kept = n.sum(), n > 0
    free = rows - np.count_nonzero(kept)
    within = score_sq_sum.sum() - float((score_sum[kept] ** 2 / n[kept]).sum())
    total = score_sq_sum.sum() - score_sum.sum() ** 2 / rows if rows else 0.0
    return float(1 - (within / free) / (total / (rows - 1))) if free > 0 and total > 0 else 0.0


def is_made_of_score(n: FloatArray) -> bool:
    """Whether a column follows from the score, as bands of it do, and what was decided by them.

    Parameters
    ----------
    n : numpy.ndarray of shape (slices, scores)
        Rows by slice and by score, from the lowest score to the highest.

    Notes
    -----
    Rows are put in the order of their scores, those of one score at random, and the slices of neighbours are compared: bands
    differ at their ends alone, however many there are and however small one is.

    Examples
    --------
    >>> cut, alike = np.array([[90.0, 80, 70, 0], [0, 0, 0, 60]]), np.array([[45.0, 40, 35, 30], [45, 40, 35, 30]])
    >>> is_made_of_score(cut), is_made_of_score(alike)
    (True, False)
    """
    n = n[:, n.sum(0) > 0]
    rows, by_score = n.sum(), n.sum(0)
    apart = rows - float((n.sum(1) ** 2).sum()) / rows if rows else 0.0
    if apart <= 0:
        return False
    shares = n / by_score
    within = rows - float((by_score * (shares**2).sum(0)).sum())
    between = n.shape[1] - 1 - float((shares[:, 1:] * shares[:, :-1]).sum())
    return bool((within + between) / apart < _MIXED)


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
