"""The joint table of pairs: what both sides said and what is true, with how many pairs say so; every metric follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.measure.counts import Counts
from analytics.measure.intervals import FloatArray
from analytics.measure.score_bins import ScoreBins

_Side = Literal["live", "candidate"]
SIDES: tuple[_Side, _Side] = ("live", "candidate")
_UNKNOWN = -1
"""The code of a flag or a label that is not known."""


@dataclass(frozen=True)
class RowSums:
    """Sums over judged pairs of what one row adds to a mean, on either side.

    Attributes
    ----------
    n : float
        Pairs on which both sides have a value.
    live, candidate : float
        Sums of the values.
    live_sq, candidate_sq, squares, cubes : float
        Sums of their squares, and of the second and third power of the candidate's value less the live one.
    """

    n: float
    live: float
    candidate: float
    live_sq: float
    candidate_sq: float
    squares: float
    cubes: float

    @classmethod
    def of(cls, added: pl.DataFrame, name: str) -> RowSums:
        """Take the sums of a metric out of the sums of ``joint_tables``."""

        def total(part: str) -> float:
            return float(added[f"{part}:{name}"][0] or 0.0) if f"{part}:{name}" in added.columns else 0.0

        live = total("a")
        return cls(total("n"), live, live + total("d"), total("a2"), total("b2"), total("d2"), total("d3"))


@dataclass(frozen=True)
class Joint:
    """Cells of pairs that agree in all that metrics of counts and areas ask.

    Attributes
    ----------
    n : numpy.ndarray of shape (cells,)
        Pairs, weighted where rows stand for many.
    n_sq : numpy.ndarray of shape (cells,)
        Sums of squared weights; without weights the pairs.
    slots : mapping of side to numpy.ndarray of int of shape (cells,)
        Rank of the score, lowest first; -1 without one.
    score : mapping of side to numpy.ndarray of shape (cells,)
        Mean score of the cell.
    flag, label : mapping of side to numpy.ndarray of int of shape (cells,)
        1, 0 or -1 for not known. Of yes/no pairs both sides have one label.
    means : mapping of str to RowSums
        By metric.
    is_right_or_wrong : bool
        Whether a label says that the row is right.
    """

    n: FloatArray
    n_sq: FloatArray
    slots: Mapping[_Side, NDArray[np.int64]]
    score: Mapping[_Side, FloatArray]
    flag: Mapping[_Side, NDArray[np.int64]]
    label: Mapping[_Side, NDArray[np.int64]]
    means: Mapping[str, RowSums]
    is_right_or_wrong: bool

    @classmethod
    def of(cls, table: pl.DataFrame, added: pl.DataFrame, *, is_right_or_wrong: bool) -> Joint:
        """Take the cells out of a table of ``query.compare.joint.joint_tables``, and sums out of the other."""
        names = [name.removeprefix("n:") for name in added.columns if name.startswith("n:")]
        means = {name: RowSums.of(added, name) for name in names}
        slots, score, flag, label = {}, {}, {}, {}
        for side, mark in zip(SIDES, "ab", strict=True):
            ranks = table[f"{mark}_slot"].rank("dense").cast(pl.Int64) - 1
            slots[side] = ranks.fill_null(_UNKNOWN).to_numpy()
            score[side] = table[f"{mark}_score"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
            flag[side], label[side] = (
                table[f"{mark}_{name}"].cast(pl.Int64).fill_null(_UNKNOWN).to_numpy() for name in ("flag", "label")
            )
        n, n_sq = (table[name].cast(pl.Float64).to_numpy() for name in ("n", "n_sq"))
        return cls(n, n_sq, slots, score, flag, label, means, is_right_or_wrong)

    @cached_property
    def states(self) -> Joint:
        """The cells of flags and labels, at most 81: scores make no difference to counts, and each is counted many times."""
        parts = [self.flag["live"], self.flag["candidate"], self.label["live"], self.label["candidate"]]
        shape = (3,) * len(parts)
        code = np.ravel_multi_index([part + 1 for part in parts], shape)
        held = np.flatnonzero(np.bincount(code, minlength=3 ** len(parts)))
        live, candidate, *labels = np.stack(np.unravel_index(held, shape)) - 1
        n, n_sq = (np.bincount(code, each, 3 ** len(parts))[held].astype(float) for each in (self.n, self.n_sq))
        none = np.zeros(len(held), dtype=np.int64)
        return Joint(
            n,
            n_sq,
            dict.fromkeys(SIDES, none),
            dict.fromkeys(SIDES, n),
            dict(zip(SIDES, (live, candidate), strict=True)),
            dict(zip(SIDES, labels, strict=True)),
            {},
            self.is_right_or_wrong,
        )

    @cached_property
    def is_judged(self) -> NDArray[np.bool_]:
        """Cells of pairs that both sides are judged on."""
        known = [self.flag[side] >= 0 for side in SIDES] + [self.label[side] >= 0 for side in SIDES]
        return np.asarray(np.logical_and.reduce(known), dtype=np.bool_)

    @property
    def is_scored(self) -> NDArray[np.bool_]:
        """Cells of pairs that both sides decide."""
        return np.asarray((self.flag["live"] >= 0) & (self.flag["candidate"] >= 0))

    def right(self, side: _Side) -> NDArray[np.bool_]:
        """Say of each judged cell whether a side is right."""
        if self.is_right_or_wrong:
            return np.asarray(self.label[side] == 1)
        return np.asarray(self.flag[side] == self.label[side])

    def counts(self, side: _Side, n: FloatArray | None = None) -> Counts:
        """Count what happens to the pairs on one side.

        Parameters
        ----------
        side : str
        n : numpy.ndarray of shape (cells, draws), optional
            Replicates of the cells; by default the cells themselves, as one.

        Returns
        -------
        Counts
            Arrays of shape (draws,).
        """
        if n is None and len(self.n) > len(self.states.n):
            return self.states.counts(side)
        cells = self.n[:, None] if n is None else n
        judged, flag, label = self.is_judged, self.flag[side] == 1, self.label[side] == 1

        def total(chosen: NDArray[np.bool_]) -> FloatArray:
            return np.asarray(chosen.astype(float) @ cells)

        if self.is_right_or_wrong:
            none = np.zeros_like(judged)
            tp, fp, fn, tn = none, judged & ~label, none, judged & label
        else:
            tp, fp, fn, tn = (
                judged & flag & label,
                judged & flag & ~label,
                judged & ~flag & label,
                judged & ~flag & ~label,
            )
        scored, all_judged = self.is_scored, total(judged)
        n_pos = total(tp | fn)
        values = (all_judged, all_judged, 0 * n_pos, 0 * n_pos, total(scored & flag), total(scored), n_pos)
        return Counts(*values, *(total(each) for each in (tp, fp, fn, tn)))

    def by_slot(self, side: _Side) -> tuple[FloatArray, FloatArray]:
        """Count positives (right rows) and negatives of judged pairs by rank of the score: arrays of shape (ranks,)."""
        judged = self.is_judged & (self.slots[side] >= 0)
        size = int(self.slots[side].max(initial=0)) + 1
        is_pos = self.label[side] == 1
        pos, neg = (
            np.bincount(self.slots[side][chosen], self.n[chosen], size).astype(float)
            for chosen in (judged & is_pos, judged & ~is_pos)
        )
        return pos, neg

    def bins(self, side: _Side) -> ScoreBins:
        """Return the judged pairs by rank of the score as one slice of score bins."""
        pos, neg = self.by_slot(side)
        judged = self.is_judged & (self.slots[side] >= 0)
        slot, n, score = self.slots[side][judged], self.n[judged], self.score[side][judged]
        label = self.label[side][judged] == 1
        parts = (n * score, n * score**2, n * score * label)
        sums = [np.bincount(slot, part, len(pos)).astype(float) for part in parts]
        return ScoreBins(*(each[None] for each in (pos + neg, pos, neg, *sums, np.full(len(pos), np.nan))))


def changed(
    joint: Joint, counted: NDArray[np.bool_], success: Mapping[_Side, NDArray[np.bool_]]
) -> tuple[Any, Any, Any]:
    """Return how many of some pairs the candidate alone gets, the live side alone, and how many pairs there are."""
    gained = counted & success["candidate"] & ~success["live"]
    lost = counted & success["live"] & ~success["candidate"]
    return joint.n[gained].sum(), joint.n[lost].sum(), joint.n[counted].sum()
