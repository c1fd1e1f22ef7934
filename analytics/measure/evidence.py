"""What is known of slices and of the rest of their rows: what every estimator reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from analytics.measure.clusters import Clusters
from analytics.measure.counts import Counts
from analytics.measure.gradients import mean_weight
from analytics.measure.intervals import FloatArray, Interval, difference, difference_p_value, ratio
from analytics.measure.score_bins import ScoreBins
from analytics.measure.unit_bins import UnitBins

_DUST = 1e-9
"""Share of a sum of weights below which what is left of it is rounding, not rows."""


@dataclass(frozen=True)
class Evidence:
    """What is known of a run of slices: counts, score bins and Poisson replicates of tp, fp, fn and tn.

    `bins`, `draws` (slices, 4, replicates) and `unit_bins` are None when no metric needs them, the last one and `clusters` where
    every row stands alone. `sums` are further sums over the judged rows. Where rows stand for many, all of these are weighted,
    `rows` are the rows behind the counts, and `squares` has sums of squared weights as its `pos` and `neg`. `groups`
    are ``judged`` and sums of shape (groups, slices) where rows belong together or stand for many.
    """

    counts: Counts
    bins: ScoreBins | None
    draws: FloatArray | None
    sums: Mapping[str, FloatArray] = field(default_factory=dict)
    clusters: Clusters | None = None
    unit_bins: UnitBins | None = None
    rows: Counts | None = None
    squares: ScoreBins | None = None
    groups: Mapping[str, FloatArray] | None = None

    @property
    def row_bins(self) -> ScoreBins | None:
        """The bins as of rows that stand for one each on average, so that what is added up over them is as sure as rows are."""
        if self.bins is None or self.rows is None:
            return self.bins
        return self.bins.scaled(1 / mean_weight(self.counts, self.rows))

    @property
    def n_worth(self) -> FloatArray:
        """Judged rows, or where they stand for many how many that stand for as many each they are worth (Kish 1965)."""
        if self.rows is None:
            return self.counts.judged
        return ratio(self.counts.judged**2, self.sums["pos_sq"] + self.sums["neg_sq"])

    def __sub__(self, part: Evidence) -> Evidence:
        bins = None if self.bins is None or part.bins is None else self.bins - part.bins
        draws = None if self.draws is None or part.draws is None else self.draws - part.draws
        sums = {name: values - part.sums[name] for name, values in self.sums.items()}
        clusters = None if self.clusters is None or part.clusters is None else self.clusters - part.clusters
        unit_bins = None if part.unit_bins is None else part.unit_bins.rest()
        counts, rows, squares = self.counts - part.counts, None, None
        if self.rows is not None and part.rows is not None:
            rows = self.rows - part.rows
            counts = counts.without_dust(rows)
            bins = None if bins is None or self.bins is None else bins.above(self.bins.scaled(_DUST))
            squares = None if self.squares is None or part.squares is None else self.squares - part.squares
        groups = None
        if self.groups is not None and part.groups is not None:
            groups = {name: values - part.groups[name] for name, values in self.groups.items()}
        return Evidence(counts, bins, draws, sums, clusters, unit_bins, rows, squares, groups)


@dataclass(frozen=True)
class Sides:
    """Slices and their complements, with their intervals at one level; `total` is both together.

    Where rows belong together, `correlation` says how estimates of both sides move together, since a unit may have rows in
    either, and `freedom` how many degrees Student's t of their difference has.
    """

    known: Evidence
    complement: Evidence
    total: Evidence
    own: Interval
    other: Interval
    level: float
    correlation: FloatArray | None = None
    freedom: FloatArray | None = None

    @property
    def difference(self) -> Interval:
        """The slices less their complements."""
        return difference(self.own, self.other, self.correlation)

    @property
    def p_value(self) -> FloatArray:
        """The test that is read off the interval of the difference."""
        return difference_p_value(self.difference, self.level, self.freedom)


def cells_of(counts: Counts) -> FloatArray:
    """Stack tp, fp, fn and tn in the last axis."""
    return np.stack([counts.tp, counts.fp, counts.fn, counts.tn], axis=-1)
