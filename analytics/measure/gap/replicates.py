"""Replicates of both sides, how sure what they give is, and how much less rows say that belong together."""

from __future__ import annotations

import numpy as np

from analytics.measure.clusters import t_quantile
from analytics.measure.gap.cells import SideCells
from analytics.measure.gap.dealt import times_drawn
from analytics.measure.intervals import FloatArray, normal_quantile, ratio

_LEAST_EFFECT = 1.0
"""Design effects are not taken to be smaller where columns are chosen: a smaller one is mostly chance."""


def resampled(sides: tuple[SideCells, SideCells], draws: int, rng: np.random.Generator) -> tuple[SideCells, SideCells]:
    """Draw replicates of the counts of both sides; they stand in a leading axis.

    Rows that stand alone are drawn each by itself, as Poisson variables; else whole groups of units, or of weighted rows, are;
    those of units that both sides have together.
    """
    together = _is_drawn_together(sides)
    if together:
        first, second = (side.dealt.held for side in sides if side.dealt is not None)
        times = times_drawn(first | second, draws, rng)
    found = []
    for side in sides:
        if side.dealt is None:
            found.append(_poisson(side, draws, rng))
            continue
        own = times if together else times_drawn(side.dealt.held, draws, rng)
        found.append(side.with_counts(side.dealt.drawn(own)))
    return found[0], found[1]


def _is_drawn_together(sides: tuple[SideCells, SideCells]) -> bool:
    """Whether both sides may have rows of the same units."""
    return all(side.dealt is not None and side.dealt.dealing.is_shared for side in sides)


def _poisson(side: SideCells, draws: int, rng: np.random.Generator) -> SideCells:
    """Draw Poisson replicates of the counts of one side."""
    counts = side.counts
    shape = (counts.shape[0], draws, *counts.shape[1:])
    drawn = np.zeros(shape)
    held = np.nonzero(counts)
    drawn[held[0], :, held[1], held[2]] = rng.poisson(counts[held][:, None], (len(held[0]), draws))
    return side.with_counts(drawn)


def freedom_of(sides: tuple[SideCells, SideCells]) -> float | None:
    """Return the degrees of freedom of what replicates scatter by: one fewer than the side with fewer groups; None without."""
    groups = [side.dealt.n_groups for side in sides if side.dealt is not None]
    return max(min(groups) - 1, 1.0) if groups else None


def reach_of(sides: tuple[SideCells, SideCells], level: float) -> float:
    """Return the standard errors on either side of an interval: Student's t of the groups, normal where rows are alone."""
    freedom = freedom_of(sides)
    return normal_quantile(level) if freedom is None else float(t_quantile(np.array(freedom), level))


def shares_effect(side: SideCells) -> float:
    """Return how many times the variance of independent rows that of the shares of cells is; 1 where rows are alone."""
    if side.dealt is None:
        return 1.0
    return grouped_effect(side.dealt.by_cell().sum(0))


def grouped_effect(n: FloatArray) -> float:
    """Return how many times the variance of independent rows that of shares is, on average.

    Parameters
    ----------
    n : numpy.ndarray of shape (groups, shares)
        What each group counts.

    References
    ----------
    Rao and Scott (1981), J. Am. Stat. Assoc. 76:221-230: a chi-squared statistic is divided by it.
    """
    total = n.sum()
    share = ratio(n.sum(0), total)
    variance = _grouped_variance(n - share * n.sum(-1, keepdims=True)) / total**2
    known = share > 0
    effect = float((total * ratio(variance, share))[known].sum() / max(known.sum() - 1, 1))
    return max(effect, _LEAST_EFFECT)


def rates_effect(side: SideCells, counted: np.ndarray | None = None) -> float:
    """Return how many times the variance of independent rows that of rates in cells is, on average; 1 where rows are alone.

    Parameters
    ----------
    side : SideCells
    counted : numpy.ndarray of shape (2, 2), optional
        What of (below or from the threshold on, label) the rate counts; positives by default.
    """
    dealt = side.dealt
    if dealt is None:
        return 1.0
    flagged = (dealt.bin >= side.threshold_bin).astype(int)
    which = np.array([[0.0, 1.0], [0.0, 1.0]]) if counted is None else counted
    pos, neg = dealt.counts[0] + dealt.counts[2], dealt.counts[1] + dealt.counts[3]
    top = pos * which[flagged, 1] + neg * which[flagged, 0]
    size, held = dealt.shape[0], dealt.held
    place = dealt.group * size + dealt.cell
    tops, rows = (
        np.bincount(place, values, len(held) * size).reshape(len(held), size)[held] for values in (top, pos + neg)
    )
    n = rows.sum(0)
    rate = np.nan_to_num(ratio(tops.sum(0), n))
    variance = _grouped_variance(tops - rate * rows)
    expected = (rate * (1 - rate) * n).sum()
    return max(float(np.nan_to_num(ratio(variance.sum(), expected), nan=1.0)), _LEAST_EFFECT)


def _grouped_variance(deviations: FloatArray) -> FloatArray:
    """Return the variance of a sum over groups, of the deviations of its terms; shape (groups, ...)."""
    n = len(deviations)
    return np.asarray((deviations**2).sum(0) * n / max(n - 1, 1))
