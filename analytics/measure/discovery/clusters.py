"""Rows that belong together in a search for slices: how much wider than by rows the intervals of slices become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.measure.clusters import Effect
from analytics.measure.discovery.cube import CodeArray, Cube, Sums
from analytics.measure.intervals import FloatArray, ratio


@dataclass(frozen=True)
class UnitCells:
    """A cube whose cells hold rows of one unit each, beside the cube of all units that is searched.

    Attributes
    ----------
    cube : Cube
    unit : numpy.ndarray of int of shape (cells,)
        Which unit the rows of a cell belong to, from 0.
    whole : numpy.ndarray of int of shape (cells,)
        The cell of the searched cube that holds these rows.
    """

    cube: Cube
    unit: NDArray[np.int64]
    whole: NDArray[np.int64]

    def part(self, chosen: NDArray[np.bool_]) -> UnitCells:
        """Return what belongs to the cells of the searched cube that are chosen, with units and cells numbered anew."""
        kept = chosen[self.whole]
        unit = np.unique(self.unit[kept], return_inverse=True)[1]
        return UnitCells(self.cube.part(kept), unit, (np.cumsum(chosen) - 1)[self.whole[kept]])

    def turned(self, sums: Sums, replicates: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return totals of the searched cells in which what units hold beyond all rows is kept or turned, unit by unit.

        The wild bootstrap of Cameron, Gelbach and Miller (2008), Rev. Econ. Stat. 90:414-427, with Rademacher's signs: rows of a
        unit stay as alike as they are, and nothing depends on the cell. ``sums`` are those of this cube or of its reference; of
        shape (replicates, searched cells).
        """
        cells, every = sums.by_label(), sums.sum().by_label()
        if cells is not None and every is not None:
            expected = cells.expected(every)
        else:
            expected = sums.trials * ratio(sums.sum().total, sums.sum().trials)
        beyond, n_cells = np.nan_to_num(sums.total - expected), int(self.whole.max(initial=-1)) + 1
        usual = np.bincount(self.whole, np.nan_to_num(expected), n_cells)
        totals = np.empty((replicates, n_cells))
        for draw in totals:
            signs = rng.integers(0, 2, int(self.unit.max(initial=-1)) + 1) * 2.0 - 1.0
            draw[:] = usual + np.bincount(self.whole, signs[self.unit] * beyond, n_cells)
        return totals

    def together(self, values: FloatArray, chosen: NDArray[np.bool_] | slice = slice(None)) -> FloatArray:
        """Add up values of cells by their unit."""
        found = np.bincount(self.unit[chosen], values[chosen], minlength=int(self.unit.max(initial=-1)) + 1)
        return found.astype(np.float64)


@dataclass(frozen=True)
class Effects:
    """Design effects of slices: of their mean objective, of its difference to the rest, and of the model's part of it."""

    own: Effect
    difference: Effect
    model: Effect


def effects_of(units: UnitCells, patterns: Sequence[CodeArray]) -> Effects:
    """Return how many times the variances of independent rows those of slices are.

    Parameters
    ----------
    units : UnitCells
        The rows that slices are reported from.
    patterns : sequence of numpy.ndarray of shape (columns,)

    Notes
    -----
    By linearisation over units, as in `measure.clusters`: a unit may have rows in a slice and in the rest. Where every row of a
    slice is right, or every one wrong, each unit counts as one row.
    """
    found = [_effects(units, units.cube.cells_of(pattern)) for pattern in patterns]
    effect = np.array([row[:3] for row in found]).reshape(-1, 3)
    freedom = np.array([row[3] for row in found]).reshape(-1)
    own, gap, model = (Effect(effect[:, place], freedom) for place in range(3))
    return Effects(own, gap, model)


def _effects(units: UnitCells, inside: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Return the three design effects of a slice, and the degrees of freedom."""
    sums = units.cube.sums
    own, rest = sums[inside].sum(), sums[~inside].sum()
    if not own.trials[0] or not rest.trials[0]:
        return 1.0, 1.0, 1.0, 1.0
    sizes = units.together(sums.trials, inside)
    worth = float(ratio(sizes.sum() ** 2, (sizes**2).sum()))
    of_own = _deviations(sums, own)
    own_by, rest_by = units.together(of_own, inside), units.together(_deviations(sums, rest), ~inside)
    is_open = not worth > 1 or own.total[0] in (0, own.trials[0])
    least = float(own.trials[0]) / worth if is_open else 0.0
    correction = worth / (worth - 1) if worth > 1 else 1.0

    def effect(by_unit: FloatArray, of_rows: float) -> float:
        return max(correction * float((by_unit**2).sum()) / of_rows, least) if of_rows > 0 else max(1.0, least)

    rows = _row_variance(own), _row_variance(own) + _row_variance(rest)
    difference = effect(own_by - rest_by, rows[1])
    model = difference
    if (beyond := _beyond(sums, own, rest)) is not None:
        of_slice, of_rest, of_rows = beyond
        by_unit = units.together(of_slice, inside) - units.together(of_rest, ~inside)
        model = effect(by_unit, of_rows)
    return effect(own_by, rows[0]), difference, model, max(np.nan_to_num(worth) - 1, 1.0)


def _deviations(sums: Sums, whole: Sums) -> FloatArray:
    """Return what cells add to the error of the mean of the whole; for a change less what they add to that of the reference."""
    own = (sums.total - sums.trials * np.nan_to_num(ratio(whole.total, whole.trials))) * np.nan_to_num(
        ratio(1, whole.trials)
    )
    if sums.before is None or whole.before is None:
        return own
    return own - _deviations(sums.before, whole.before)


def _row_variance(sums: Sums) -> float:
    """Return the variance of a mean of independent rows; of a change those of both sides."""
    mean = ratio(sums.total, sums.trials)
    own = float(np.nan_to_num(ratio((ratio(sums.squares, sums.trials) - mean**2).clip(min=0), sums.trials))[0])
    return own if sums.before is None else own + _row_variance(sums.before)


def _beyond(sums: Sums, own: Sums, rest: Sums) -> tuple[FloatArray, FloatArray, float] | None:
    """Return what cells of a slice, and of the rest, add to the error of the model's part per row, and its variance by rows."""
    cells, inside, others = sums.by_label(), own.by_label(), rest.by_label()
    if cells is None or inside is None or others is None:
        return None
    fnr, fpr = (
        float(np.nan_to_num(each)[0])
        for each in (ratio(others.missed, others.positives), ratio(others.flagged, others.negatives))
    )
    n = float(inside.judged[0])
    mean = (float(inside.errors[0]) - fnr * float(inside.positives[0]) - fpr * float(inside.negatives[0])) / n
    of_slice = (cells.errors - (fnr + mean) * cells.positives - (fpr + mean) * cells.negatives) / n
    weights = [
        float(np.nan_to_num(ratio(part, n * whole))[0])
        for part, whole in ((inside.positives, others.positives), (inside.negatives, others.negatives))
    ]
    of_rest = weights[0] * (cells.missed - fnr * cells.positives) + weights[1] * (cells.flagged - fpr * cells.negatives)
    rows = 0.0
    for count, wrong, rate in ((inside.positives, inside.missed, fnr), (inside.negatives, inside.flagged, fpr)):
        rows += float((wrong * (1 - rate - mean) ** 2 + (count - wrong) * (rate + mean) ** 2)[0]) / n**2
    for weight, count, rate in ((weights[0], others.positives, fnr), (weights[1], others.negatives, fpr)):
        rows += weight**2 * float(count[0]) * rate * (1 - rate)
    return of_slice, of_rest, rows
