"""The rows of two sides in the same cells: slices by score bins, positives and negatives, known and not known yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.measure.gap.constants import FEW_ROWS, FINE_GROUPS, LONE_TIMES, PSEUDO_ROWS, RATE_GROUPS
from analytics.measure.intervals import FloatArray, ratio

_IntArray = NDArray[np.int64]
_COUNTED = ("mature_pos", "mature_neg", "fresh_pos", "fresh_neg", "unknown")


@dataclass(frozen=True)
class SideCells:
    """One side as arrays; counts may have leading axes of replicates before (cells, bins).

    Attributes
    ----------
    mature_pos, mature_neg : numpy.ndarray of shape (..., cells, bins)
        Judged rows from a time whose labels are complete.
    fresh_pos, fresh_neg, unknown : numpy.ndarray of shape (..., cells, bins)
        Judged rows from a time whose labels still come in; scored rows without a label.
    loss, amount : numpy.ndarray of shape (cells, bins, 2)
        Mean squared distance between score and label, and mean amount, of negatives and positives.
    score : numpy.ndarray of shape (bins,)
        Mean score of the judged rows of a bin.
    threshold_bin : int
        Flagged from this bin on.
    """

    mature_pos: FloatArray
    mature_neg: FloatArray
    fresh_pos: FloatArray
    fresh_neg: FloatArray
    unknown: FloatArray
    loss: FloatArray
    amount: FloatArray
    score: FloatArray
    threshold_bin: int

    @property
    def counts(self) -> FloatArray:
        """All counts, shape (5, ..., cells, bins)."""
        return np.stack([getattr(self, name) for name in _COUNTED])

    @property
    def judged(self) -> FloatArray:
        """Labelled rows by label, shape (..., cells, bins, 2)."""
        return np.stack([self.mature_neg + self.fresh_neg, self.mature_pos + self.fresh_pos], axis=-1)

    @property
    def prevalence(self) -> float:
        """Share of positives among the judged rows."""
        joint = self.judged.sum((0, 1))
        return float(joint[1] / joint.sum())

    @property
    def is_complete(self) -> bool:
        """Whether every scored row has a label that counts as it stands."""
        return not (self.unknown.any() or self.fresh_pos.any() or self.fresh_neg.any())

    def completed(self) -> FloatArray:
        """Return all scored rows by label, shape (..., cells, bins, 2).

        Rows whose label is not known, or from a time whose labels still come in, are split by the rate of the mature rows
        with nearly the same score, moved by what the mature rows of their cell with similar scores differ from it.
        """
        known = np.stack([self.mature_neg, self.mature_pos], axis=-1)
        if self.is_complete:
            return known
        rest = self.fresh_pos + self.fresh_neg + self.unknown
        n, pos = known.sum(-1), known[..., 1]
        rows = n.reshape(-1, n.shape[-1]).sum(0)
        fine, coarse = (_group_member(rows, groups) for groups in (FINE_GROUPS, RATE_GROUPS))
        counts = [values.sum(-2, keepdims=True) @ fine for values in (pos, n)]
        overall = np.nan_to_num(ratio(pos.sum((-1, -2)), n.sum((-1, -2))), nan=0.5)[..., None, None]
        whole = filled(ratio(*counts), overall) @ fine.T
        off = ((pos - n * whole) @ coarse) / (n @ coarse + PSEUDO_ROWS)
        positive = rest * (whole + off @ coarse.T).clip(0.0, 1.0)
        return np.asarray(known + np.stack([rest - positive, positive], axis=-1))

    def with_counts(self, counts: FloatArray) -> SideCells:
        """Return the side with other counts, as `counts` gives them."""
        return replace(self, **dict(zip(_COUNTED, counts, strict=True)))

    def with_cells_moved(self, into: _IntArray) -> SideCells:
        """Count the rows of each cell in another one: cell c in cell ``into[c]``."""
        member = np.eye(len(into))[into].T
        judged = self.judged
        n = np.einsum("dc,cby->dby", member, judged)

        def mean(values: FloatArray) -> FloatArray:
            return filled(ratio(np.einsum("dc,cby->dby", member, values * judged), n), values)

        moved = {name: member @ getattr(self, name) for name in _COUNTED}
        return replace(self, **moved, loss=mean(self.loss), amount=mean(self.amount))

    def coarsened(self, groups: int) -> SideCells:
        """Add score bins up to about ``groups`` on either side of the threshold together."""
        n = self.counts.sum((0, 1))
        key = np.empty(len(n), dtype=np.int64)
        line = min(max(self.threshold_bin, 0), len(n))
        key[:line], key[line:] = _score_groups(n[:line], groups), _score_groups(n[line:], groups) + groups
        held, place = np.unique(key, return_inverse=True)
        member = np.eye(len(held))[place]
        judged = self.judged

        def mean(values: FloatArray, fallback: FloatArray) -> FloatArray:
            n = np.einsum("cby,bg->cgy", judged, member)
            return filled(ratio(np.einsum("cby,bg->cgy", values * judged, member), n), fallback)

        rows = judged.sum((0, -1))
        plain = (self.score @ member) / member.sum(0)
        score = filled(ratio((self.score * rows) @ member, rows @ member), plain)
        return SideCells(
            self.mature_pos @ member,
            self.mature_neg @ member,
            self.fresh_pos @ member,
            self.fresh_neg @ member,
            self.unknown @ member,
            mean(self.loss, loss_of(score)),
            mean(self.amount, _overall_mean(self.amount, judged)),
            score,
            int((held < groups).sum()),
        )


def _score_groups(rows: FloatArray, groups: int = RATE_GROUPS) -> np.ndarray:
    """Assign score bins to groups of about equally many rows, numbered without gaps.

    >>> print(_score_groups(np.array([1.0, 1.0, 4.0, 1.0, 1.0]), 4))
    [0 0 1 2 2]
    """
    before = np.cumsum(rows) - rows
    group = np.minimum(before * groups // max(rows.sum(), 1.0), groups - 1).astype(np.int64)
    return np.unique(group, return_inverse=True)[1] if len(group) else group


def _group_member(rows: FloatArray, groups: int) -> FloatArray:
    """Say which bin is in which group of `_score_groups`: 1 or 0, shape (bins, groups)."""
    group = _score_groups(rows, groups)
    return np.asarray(np.eye(int(group.max()) + 1)[group])


def side_cells(
    table: pl.DataFrame, keys: pl.DataFrame, n_bins: int, threshold_bin: int, edges: FloatArray
) -> SideCells:
    """Spread the score table of one side over cells.

    Parameters
    ----------
    table : polars.DataFrame
        The columns of ``keys``, ``is_mature``, and those of a score table; without moments losses, and without
        amounts amounts, are 0.
    keys : polars.DataFrame
        The cells, one row each.
    n_bins, threshold_bin : int
    edges : numpy.ndarray of shape (bins,)
        Stand in for the score of a bin without judged rows.
    """
    scored = table.filter(pl.col("score_bin").is_not_null())
    index = keys.with_row_index("__cell__")
    scored = scored.join(index, on=keys.columns, how="inner", nulls_equal=True)
    place = scored["__cell__"].to_numpy().astype(np.int64) * n_bins + scored["score_bin"].to_numpy().astype(np.int64)
    is_mature = scored["is_mature"].to_numpy().astype(bool)
    size = keys.height * n_bins

    def column(name: str) -> FloatArray:
        if name not in scored.columns:
            return np.zeros(scored.height)
        return np.asarray(scored[name].fill_null(0).to_numpy(), dtype=float)

    def dense(values: Any) -> FloatArray:
        return np.bincount(place, values, size).reshape(keys.height, n_bins).astype(float)

    pos, unknown = column("n_pos"), column("n_unlabelled")
    neg = column("n") - pos - unknown
    score_pos = column("score_pos_sum")
    score_neg = column("score_sum") - score_pos
    judged = dense(neg), dense(pos)
    # The table has the squares of both labels together: those of the positives are told apart by their mean score, and are
    # all of them where there is no other label, so that the loss of a bin is exact.
    mean_square = np.where(pos > 0, score_pos**2 / np.maximum(pos, 1), 0.0)
    square_pos = np.where(neg > 0, np.minimum(mean_square, column("score_sq_sum")), column("score_sq_sum"))
    loss_neg, loss_pos = column("score_sq_sum") - square_pos, pos - 2 * score_pos + square_pos
    known = np.stack(judged, axis=-1)
    score = filled(ratio(dense(score_pos + score_neg).sum(0), known.sum((0, -1))), edges)
    loss = ratio(np.stack([dense(loss_neg), dense(loss_pos)], axis=-1), known)
    amount = ratio(np.stack([dense(column("amount_neg_sum")), dense(column("amount_pos_sum"))], axis=-1), known)
    return SideCells(
        dense(pos * is_mature),
        dense(neg * is_mature),
        dense(pos * ~is_mature),
        dense(neg * ~is_mature),
        dense(unknown),
        filled(loss, loss_of(score)),
        filled(amount, _overall_mean(np.nan_to_num(amount), known)),
        score,
        threshold_bin,
    )


def filled(values: FloatArray, fallback: FloatArray) -> FloatArray:
    """Put a fallback where a value is undefined: rows that are not judged need a loss and an amount too."""
    return np.where(np.isnan(values), fallback, values)


def loss_of(score: FloatArray) -> FloatArray:
    """Give the squared distance of scores to either label, shape (bins, 2)."""
    return np.stack([score**2, (1 - score) ** 2], axis=-1)


def _overall_mean(values: FloatArray, rows: FloatArray) -> FloatArray:
    """Give the mean of values by label, 0 for a label without rows."""
    return np.nan_to_num(ratio((values * rows).sum((0, 1)), rows.sum((0, 1))))


def supported(sides: tuple[SideCells, SideCells], alike: _IntArray) -> tuple[SideCells, SideCells]:
    """Move the few rows that a side has in a cell of the other side to a cell of its own.

    A handful of rows says nothing about a cell that on the other side holds ten times the share: they would stand for all
    of its rows. They are counted in the side's largest cell with the same number in ``alike``, else in its largest one.
    """
    rows = [side.counts.sum((0, -1)) for side in sides]
    shares = [ratio(n, n.sum()) for n in rows]
    found = []
    for place, side in enumerate(sides):
        n = rows[place]
        is_lone = (n > 0) & (n < FEW_ROWS) & (LONE_TIMES * shares[place] <= shares[1 - place])
        own = np.where(is_lone, 0.0, n)
        into = np.arange(len(n))
        if is_lone.any() and own.any():
            for cell in np.flatnonzero(is_lone):
                same = np.where(alike == alike[cell], own, 0.0)
                into[cell] = int((same if same.any() else own).argmax())
            side = side.with_cells_moved(into)
        found.append(side)
    return found[0], found[1]


def resampled(side: SideCells, draws: int, rng: np.random.Generator) -> SideCells:
    """Draw Poisson replicates of the counts of one side; they stand in a leading axis."""
    counts = side.counts
    shape = (counts.shape[0], draws, *counts.shape[1:])
    drawn = np.zeros(shape)
    held = np.nonzero(counts)
    drawn[held[0], :, held[1], held[2]] = rng.poisson(counts[held][:, None], (len(held[0]), draws))
    return side.with_counts(drawn)
