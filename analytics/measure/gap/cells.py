"""The rows of two sides in the same cells: slices by score bins, positives and negatives, known and not known yet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.measure.gap.constants import FEW_ROWS, FINE_GROUPS, LONE_TIMES, PSEUDO_ROWS, RATE_GROUPS
from analytics.measure.gap.dealt import Dealing, Dealt
from analytics.measure.intervals import FloatArray, ratio

_IntArray = NDArray[np.int64]
_COUNTED = ("mature_pos", "mature_neg", "fresh_pos", "fresh_neg", "unknown")
GROUP = "group"
"""The column that says into which random group rows were dealt."""


@dataclass(frozen=True)
class SideCells:
    """One side as arrays; counts may have leading axes of replicates before (cells, bins).

    Where rows stand for many, counts are weighted, and add up to as many as the judged rows are worth of equal weight (Kish):
    shares and rates are then the population's, and what counts rows, such as a test, counts as many as there is knowledge of.

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
    rows : numpy.ndarray of shape (2, cells), optional
        Judged and all scored rows behind the counts of a cell; None where these are counted.
    stands_for : float
        How many weighted rows one that is counted stands for.
    dealt : Dealt, optional
        Counts by random group, where rows belong together or stand for many.
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
    rows: FloatArray | None = None
    stands_for: float = 1.0
    dealt: Dealt | None = None

    @property
    def n_judged(self) -> FloatArray:
        """Judged rows in each cell, whatever they stand for."""
        return np.asarray(self.judged.sum((-1, -2)) if self.rows is None else self.rows[0])

    @property
    def n_scored(self) -> FloatArray:
        """Scored rows in each cell, whatever they stand for."""
        return np.asarray(self.counts.sum((0, -1)) if self.rows is None else self.rows[1])

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
        rows = None if self.rows is None else self.rows @ member.T
        dealt = None if self.dealt is None else self.dealt.with_cells(into)
        return replace(self, **moved, loss=mean(self.loss), amount=mean(self.amount), rows=rows, dealt=dealt)

    def coarsened(self, groups: int) -> SideCells:
        """Add score bins up to about ``groups`` on either side of the threshold together."""
        n = self.counts.sum((0, 1))
        key = np.empty(len(n), dtype=np.int64)
        line = min(max(self.threshold_bin, 0), len(n))
        key[:line], key[line:] = _score_groups(n[:line], groups), _score_groups(n[line:], groups) + groups
        held, first, place = np.unique(key, return_index=True, return_inverse=True)
        judged = self.judged

        def added(values: FloatArray, axis: int = -1) -> FloatArray:
            return np.asarray(np.add.reduceat(values, first, axis=axis))

        def mean(values: FloatArray, fallback: FloatArray) -> FloatArray:
            return filled(ratio(added(values * judged, 1), added(judged, 1)), fallback)

        rows = judged.sum((0, -1))
        plain = added(self.score) / added(np.ones_like(self.score))
        score = filled(ratio(added(self.score * rows), added(rows)), plain)
        return SideCells(
            added(self.mature_pos),
            added(self.mature_neg),
            added(self.fresh_pos),
            added(self.fresh_neg),
            added(self.unknown),
            mean(self.loss, loss_of(score)),
            mean(self.amount, _overall_mean(self.amount, judged)),
            score,
            int((held < groups).sum()),
            self.rows,
            self.stands_for,
            None if self.dealt is None else self.dealt.with_bins(place, len(held)),
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
    table: pl.DataFrame,
    keys: pl.DataFrame,
    n_bins: int,
    threshold_bin: int,
    edges: FloatArray,
    dealing: Dealing | None = None,
) -> SideCells:
    """Spread the score table of one side over cells.

    Parameters
    ----------
    table : polars.DataFrame
        The columns of ``keys``, ``is_mature``, and those of a score table, weighted or not; without moments losses, and
        without amounts amounts, are 0. With `GROUP` rows are dealt.
    keys : polars.DataFrame
        The cells, one row each.
    n_bins, threshold_bin : int
    edges : numpy.ndarray of shape (bins,)
        Stand in for the score of a bin without judged rows.
    dealing : Dealing, optional
        How rows were dealt into groups, where they were.
    """
    scored = table.filter(pl.col("score_bin").is_not_null())
    index = keys.with_row_index("__cell__")
    scored = scored.join(index, on=keys.columns, how="inner", nulls_equal=True)
    place = scored["__cell__"].to_numpy().astype(np.int64) * n_bins + scored["score_bin"].to_numpy().astype(np.int64)
    is_mature = scored["is_mature"].to_numpy().astype(bool)
    size = keys.height * n_bins
    stands_for = _stands_for(scored)

    def column(name: str) -> FloatArray:
        if name not in scored.columns:
            return np.zeros(scored.height)
        values = np.asarray(scored[name].fill_null(0).to_numpy(), dtype=float)
        return values if stands_for == 1 else values / stands_for

    def dense(values: Any) -> FloatArray:
        return np.bincount(place, values, size).reshape(keys.height, n_bins).astype(float)

    pos, unknown = column("n_pos"), column("n_unlabelled")
    neg = column("n_neg") if "n_neg" in scored.columns else column("n") - pos - unknown
    score_pos = column("score_pos_sum")
    score_neg = column("score_sum") - score_pos
    judged = dense(neg), dense(pos)
    # The table has the squares of both labels together: those of the positives are told apart by their mean score, and are
    # all of them where there is no other label, so that the loss of a bin is exact.
    mean_square = np.where(pos > 0, score_pos**2 / np.where(pos > 0, pos, 1.0), 0.0)
    square_pos = np.where(neg > 0, np.minimum(mean_square, column("score_sq_sum")), column("score_sq_sum"))
    loss_neg, loss_pos = column("score_sq_sum") - square_pos, pos - 2 * score_pos + square_pos
    known = np.stack(judged, axis=-1)
    score = filled(ratio(dense(score_pos + score_neg).sum(0), known.sum((0, -1))), edges)
    loss = ratio(np.stack([dense(loss_neg), dense(loss_pos)], axis=-1), known)
    amount = ratio(np.stack([dense(column("amount_neg_sum")), dense(column("amount_pos_sum"))], axis=-1), known)
    counted = np.stack([pos * is_mature, neg * is_mature, pos * ~is_mature, neg * ~is_mature, unknown])
    return SideCells(
        dense(counted[0]),
        dense(counted[1]),
        dense(counted[2]),
        dense(counted[3]),
        dense(counted[4]),
        filled(loss, loss_of(score)),
        filled(amount, _overall_mean(np.nan_to_num(amount), known)),
        score,
        threshold_bin,
        _rows_behind(scored, keys.height),
        stands_for,
        _dealt(scored, counted, (keys.height, n_bins), dealing),
    )


def _stands_for(scored: pl.DataFrame) -> float:
    """Return how many weighted rows one of the judged ones stands for if all had the same weight (Kish); 1 without weights."""
    if "pos_sq" not in scored.columns:
        return 1.0
    total, squares = (
        float(scored[names].sum_horizontal().sum()) for names in (["n_pos", "n_neg"], ["pos_sq", "neg_sq"])
    )
    return squares / total if total > 0 and squares > 0 else 1.0


def _rows_behind(scored: pl.DataFrame, n_cells: int) -> FloatArray | None:
    """Return the judged and all rows behind the weighted counts of each cell; None without weights."""
    if "rows" not in scored.columns:
        return None
    cell = scored["__cell__"].to_numpy().astype(np.int64)
    every, unknown = (scored[name].to_numpy().astype(float) for name in ("rows", "rows_unlabelled"))
    return np.stack([np.bincount(cell, values, n_cells) for values in (every - unknown, every)])


def _dealt(scored: pl.DataFrame, counts: FloatArray, shape: tuple[int, int], dealing: Dealing | None) -> Dealt | None:
    """Return the counts by random group, where rows were dealt into some."""
    if dealing is None or GROUP not in scored.columns:
        return None
    cell, place, group = (scored[name].to_numpy().astype(np.int64) for name in ("__cell__", "score_bin", GROUP))
    return Dealt(cell, place, group, counts, shape, dealing)


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
        n = side.n_scored
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
