"""What noise alone would show: the same search after the errors were dealt to the rows at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.measure.discovery.clusters import UnitCells
from analytics.measure.discovery.cube import CodeArray, Cube, Sums
from analytics.measure.discovery.evidence import beyond, rates, scores, skewness, variances
from analytics.measure.discovery.lattice import Walker
from analytics.measure.intervals import FloatArray, ratio

_MAX_REPLICATES, _MIN_REPLICATES = 40, 5
"""Searches of pure noise: the 95th percentile of the highest score comes from a Gumbel distribution with their mean and spread,
so that few suffice; with five it is rough."""
_MAX_WORK = 400_000_000
"""Cells that may be read for all replicates together; a large search makes do with fewer of them."""
_MIXER = np.uint64(0x9E3779B97F4A7C15)
"""2**64 over the golden ratio, which scatters neighbouring codes (Knuth, The Art of Computer Programming 3, 6.4)."""
_STRAIGHT = 0.01
"""Below this skewness a gamma distribution is a normal one."""
_GUMBEL_95 = 1.866
"""Standard deviations from the mean to the 95th percentile of a Gumbel distribution, which maxima follow:
(-log(-log 0.95) - 0.5772) times the root of 6 over pi."""


@dataclass(frozen=True)
class Noise:
    """How far slices stand out when nothing is real.

    Attributes
    ----------
    score : float
        In 95 of 100 searches of pure noise no slice scores higher.
    ratio : float
        Median, over the replicates, of the highest rate of any slice as a multiple of the overall rate; NaN where the
        overall rate is not positive and for a change.
    replicates : int
        Searches of noise that this stands on.
    whole : Sums
        All rows that were searched, one entry.
    is_binary : bool
    """

    score: float
    ratio: float
    replicates: int
    whole: Sums
    is_binary: bool

    def band(self, n: FloatArray) -> FloatArray:
        """Return the rate that a slice of ``n`` rows must pass to stand out from noise, with the base rate of all rows."""
        trials = np.asarray(n, dtype=float) * (self.whole.trials / self.whole.n)
        low, before, usual = np.full(trials.shape, rates(self.whole)[0]), None, 0.0
        if self.whole.before is not None:
            usual = rates(self.whole.before)[0]
            same = trials * (self.whole.before.trials / self.whole.trials)
            before = Sums(same, same, same * usual, same * usual)
        every = self.whole.by_label()
        usual_mix = None if every is None else trials * every.base_rate
        spread = np.sqrt(variances(self.whole) / trials)
        high = (
            np.minimum(1.0, self.whole.total / trials) - usual
            if self.is_binary
            else low + 10 * max(self.score, 1) * spread
        )
        for _ in range(40):
            middle = (low + high) / 2
            total = (middle + usual) * trials
            found = scores(
                _scored(n, trials, total, before, self.whole, usual_mix), self.whole, is_binary=self.is_binary
            )
            low, high = np.where(found < self.score, middle, low), np.where(found < self.score, high, middle)
        return high


def noise_of(
    cube: Cube,
    min_support: float,
    max_depth: int,
    *,
    work: int,
    seed: int = 0,
    progress: Callable[[float], None] = lambda done: None,
    units: UnitCells | None = None,
) -> Noise:
    """Search a cube again after its errors were dealt out at random, several times.

    Parameters
    ----------
    cube, min_support, max_depth
        As in `lattice.lattice`.
    work : int
        What that search read; it decides between 5 and 40 replicates.
    seed : int
    progress : callable
        As in `lattice.lattice`.
    units : UnitCells, optional
        The same cells unit by unit, where rows belong together: what their units hold beyond all rows is then turned.

    Notes
    -----
    Error flags are permuted exactly, those of a reference apart and, where rows are compared within their label, those of either
    label: cells draw theirs from the multivariate hypergeometric distribution, given how many there are in all. Other objectives
    are drawn from the shifted gamma distribution with the mean, variance and skewness of all rows, which adds up over cells to
    the same of any slice, given their total.
    """
    order = _fixed_order(cube)
    cube, whole = cube.part(order), cube.sums.sum()
    replicates = int(np.clip(_MAX_WORK // max(work, 1), _MIN_REPLICATES, _MAX_REPLICATES))
    rng = np.random.default_rng(seed)

    def drawn(sums: Sums, of_units: Sums | None) -> NDArray[np.float64]:
        if units is None or of_units is None:
            return draws(sums, replicates, rng, is_binary=cube.is_binary)
        return units.turned(of_units, replicates, rng)[:, order]

    of_units = None if units is None else units.cube.sums
    weights = [cube.sums.n, cube.sums.trials, *drawn(cube.sums, of_units)]
    if cube.sums.positives is not None:
        weights.append(cube.sums.positives)
    if cube.sums.before is not None:
        weights += [cube.sums.before.trials, *drawn(cube.sums.before, None if of_units is None else of_units.before)]
    highest, ratios = np.zeros(replicates), np.zeros(replicates)
    overall = rates(whole)[0]

    def look(columns: tuple[int, ...], codes: CodeArray, sums: FloatArray) -> None:
        n, trials, totals, before = sums[0], sums[1], sums[2 : 2 + replicates], None
        positives = sums[-1] if cube.sums.positives is not None else None
        if cube.sums.before is not None:
            same, known = sums[2 + replicates], sums[3 + replicates :]
            known = known if units is None else np.clip(known, 0.0, same)
            before = Sums(same, same, known, known)
        if units is not None and cube.is_binary:
            totals = np.clip(totals, 0.0, trials)
        slices = _scored(n, trials, totals, before, whole, positives)
        np.maximum(highest, scores(slices, whole, is_binary=cube.is_binary).max(axis=1), out=highest)
        above = rates(slices)
        if positives is not None:
            # As a multiple of what the base rate of the slice predicts.
            above = overall * ratio(above, above - beyond(slices, whole))
        np.fmax(ratios, np.fmax.reduce(above, axis=1), out=ratios)

    Walker(cube, min_support, max_depth, look, progress).run(tuple(weights))
    spread = float(highest.std(ddof=1))
    has_ratio = overall > 0 and cube.sums.before is None
    times = float(np.median(ratios) / overall) if has_ratio else float("nan")
    return Noise(float(highest.mean()) + _GUMBEL_95 * spread, times, replicates, whole, cube.is_binary)


def _scored(
    n: FloatArray,
    trials: FloatArray,
    total: FloatArray,
    before: Sums | None,
    whole: Sums,
    positives: FloatArray | None = None,
) -> Sums:
    """Return sums with all that a score needs: it takes the powers of the objective, and errors by label, from ``whole``."""
    cubes, missed = None if whole.cubes is None else total, None if positives is None else total
    return Sums(n, trials, total, total, before, cubes, positives, missed)


def _fixed_order(cube: Cube) -> NDArray[np.int64]:
    """Order cells by a hash of what they are: an engine returns them in any order, and a seed must mean one draw."""
    key = np.zeros(cube.n_cells, dtype=np.uint64)
    labels = () if cube.sums.positives is None else (cube.sums.positives,)
    for part in (*cube.codes, cube.sums.n, cube.sums.trials, *labels):
        key = (key ^ part.astype(np.uint64)) * _MIXER
        key ^= key >> np.uint64(29)
    return np.argsort(key, kind="stable")


def draws(sums: Sums, replicates: int, rng: np.random.Generator, *, is_binary: bool) -> NDArray[np.float64]:
    """Return totals of the cells in which nothing depends on the cell, of shape (replicates, cells)."""
    trials, whole = sums.trials, sums.sum()
    every = sums.by_label()
    if every is not None:
        missed = _dealt(every.positives, every.missed, replicates, rng)
        return missed + _dealt(every.negatives, every.flagged, replicates, rng)
    if is_binary:
        return _dealt(trials, whole.total, replicates, rng)
    spread, lean = np.sqrt(variances(whole)), skewness(whole)[0]
    if abs(lean) < _STRAIGHT:
        raw = rng.normal(size=(replicates, len(trials))) * np.sqrt(trials) * spread
    else:
        shape = trials * 4 / lean**2
        raw = (rng.gamma(shape, size=(replicates, len(trials))) - shape) * spread * lean / 2
    centred = raw - trials * raw.sum(axis=1, keepdims=True) / whole.trials
    return np.asarray(trials * ratio(whole.total, whole.trials) + centred, dtype=np.float64)


def _dealt(rows: FloatArray, wrong: FloatArray, replicates: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Deal as many errors as there are out to the rows of the cells."""
    chosen = rng.multivariate_hypergeometric(rows.astype(np.int64), int(wrong.sum()), replicates, "marginals")
    return chosen.astype(np.float64)
