"""Bins of generated logs for the tests of thresholds."""

from __future__ import annotations

import numpy as np

from analytics.measure.thresholds.costs import CostBins


def bins_of(pos: object, neg: object, unlabelled: object = 0, amount: float = 0.0) -> CostBins:
    """Bins from counts; every row has the same amount."""
    pos, neg = np.atleast_2d(np.asarray(pos, dtype=float)), np.atleast_2d(np.asarray(neg, dtype=float))
    return CostBins(pos + neg + unlabelled, pos, neg, pos * amount, neg * amount, pos * amount**2, neg * amount**2)


def calibrated(n: int, seed: int, n_bins: int = 1_000, shift: float = 0.0) -> tuple[CostBins, np.ndarray]:
    """A log of n rows with scores from a beta distribution; positive with probability score + shift."""
    rng = np.random.default_rng(seed)
    score = rng.beta(1.2, 4, n)
    label = rng.random(n) < np.clip(score + shift, 0, 1)
    edges = np.arange(n_bins) / n_bins
    place = np.searchsorted(edges, score, side="right") - 1
    pos = np.bincount(place[label], minlength=n_bins)
    neg = np.bincount(place[~label], minlength=n_bins)
    return bins_of(pos, neg), edges


def halved(bins: CostBins, seed: int = 0) -> tuple[CostBins, CostBins]:
    """Split the rows of bins without amounts at random."""
    rng = np.random.default_rng(seed)
    pos, neg = rng.binomial(bins.pos.astype(int), 0.5), rng.binomial(bins.neg.astype(int), 0.5)
    return bins_of(pos, neg), bins_of(bins.pos - pos, bins.neg - neg)
