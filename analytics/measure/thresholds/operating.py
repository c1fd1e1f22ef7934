"""Where to stand on the sweep: operating points, the limits they must keep, and which of the limits costs something."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from analytics.errors import QuestionError
from analytics.measure.counts import Arrays, Counts
from analytics.measure.curves import from_the_top
from analytics.measure.intervals import FloatArray
from analytics.measure.metric import count_value
from analytics.measure.metrics import METRICS
from analytics.measure.thresholds.costs import BoolArray, CostBins, Costs, best_bin, cell_units

_SLACK = 1e-9
"""Relative room for rounding: a limit is kept, and a cost is equal, where doubles differ by less, as they do when the same
rows are added up in another order."""
_UNKNOWN = np.array(np.nan)
"""A count that no limit asks for."""


@dataclass(frozen=True)
class Totals:
    """What becomes of the rows of a cohort, whatever flags them.

    Attributes
    ----------
    tp, fp, fn : float
        Judged rows.
    n_flagged : float
        Rows, labelled or not.
    """

    tp: float
    fp: float
    fn: float
    n_flagged: float

    @property
    def recall(self) -> float | None:
        """Share of the positives that are found."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def precision(self) -> float | None:
        """Share of the flagged rows that are positive."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None


@dataclass(frozen=True)
class CostSweep(Arrays):
    """Counts and money at every threshold, as arrays of shape (slices, bins + 1); the last entry flags nothing.

    `n_flagged` counts rows whether labelled or not; all others are over judged rows.
    """

    n_flagged: FloatArray
    tp: FloatArray
    fp: FloatArray
    fn: FloatArray
    tn: FloatArray
    money_tp: FloatArray
    money_fp: FloatArray
    money_fn: FloatArray
    money_tn: FloatArray
    money_review: FloatArray

    @property
    def cost(self) -> FloatArray:
        """The sum of all money."""
        return self.money_tp + self.money_fp + self.money_fn + self.money_tn + self.money_review


def cost_sweep(bins: CostBins, costs: Costs) -> CostSweep:
    """Give counts and money at every threshold of the grid, slice by slice."""
    tp, fp = from_the_top(bins.pos), from_the_top(bins.neg)
    rows = {"tp": tp, "fp": fp, "fn": tp[..., :1] - tp, "tn": fp[..., :1] - fp}
    money = {}
    for cell, values in cell_units(bins, costs).items():
        units = rows[cell]
        if cell in costs.amount_cells:
            above = from_the_top(values)
            units = above if cell in ("tp", "fp") else above[..., :1] - above
        money[f"money_{cell}"] = getattr(costs, cell) * units
    return CostSweep(from_the_top(bins.n), **rows, **money, money_review=costs.review * (tp + fp))


@dataclass(frozen=True)
class Point:
    """What is flagged: the bins from ``bin`` on, and a share of the rows of the bin below, drawn at random.

    Attributes
    ----------
    bin : int
        With the number of edges, no whole bin is flagged.
    share : float
        From 0 to under 1; more than 0 only where a capacity is filled to its end.
    """

    bin: int
    share: float = 0.0

    def of(self, values: FloatArray) -> FloatArray:
        """Read a sweep's array at the point, as an expectation over the drawn rows: (..., bins + 1) to (...)."""
        if not self.share:
            return values[..., self.bin]
        return (1 - self.share) * values[..., self.bin] + self.share * values[..., self.bin - 1]

    def weights(self, n_bins: int) -> FloatArray:
        """Give the flagged share of each bin."""
        flagged = (np.arange(n_bins) >= self.bin).astype(np.float64)
        if self.share:
            flagged[self.bin - 1] = self.share
        return flagged


@dataclass(frozen=True)
class Limits:
    """What a threshold must keep; None is no limit.

    Attributes
    ----------
    min_recall, min_precision, max_fpr, max_selection_rate : float or None
        Shares between 0 and 1, of judged rows; the selection rate of scored ones.
    capacity : float or None
        Flagged rows in the whole cohort, labelled or not.

    Raises
    ------
    QuestionError
        If a share is none, or the capacity is negative.
    """

    min_recall: float | None = None
    min_precision: float | None = None
    max_fpr: float | None = None
    max_selection_rate: float | None = None
    capacity: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be kept."""
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and not (value >= 0 and (value <= 1 or field.name == "capacity")):
                raise QuestionError(
                    f"Expected {field.name} {'as a number from 0 on' if field.name == 'capacity' else 'from 0 to 1'}, "
                    f"found {value}. Change it."
                )

    @property
    def given(self) -> tuple[str, ...]:
        """Names of the limits that are set."""
        return tuple(field.name for field in fields(self) if getattr(self, field.name) is not None)

    def without(self, name: str) -> Limits:
        """Return the limits with one of them lifted."""
        lifted: dict[str, float | None] = {name: None}
        return replace(self, **lifted)

    def for_share(self, share: float) -> Limits:
        """Return the limits for a share of the rows: the capacity shrinks with it."""
        return self if self.capacity is None else replace(self, capacity=self.capacity * share)


LIMITED = {field.name: METRICS[field.name.partition("_")[2]] for field in fields(Limits) if field.name != "capacity"}
"""The metric that each limit but the capacity holds up or down; the registry says which metrics have one."""


def kept(limits: Limits, sweep: CostSweep, n_scored: FloatArray) -> BoolArray:
    """Say at which entries of a sweep every limit is kept; an undefined recall, precision or FPR keeps none.

    Parameters
    ----------
    limits : Limits
    sweep : CostSweep of shape (..., thresholds)
    n_scored : numpy.ndarray of shape (..., 1)
        Scored rows.
    """
    allowed = np.ones(sweep.tp.shape, dtype=bool)
    counts = Counts(
        n=_UNKNOWN,
        n_labelled=_UNKNOWN,
        n_unlabelled=_UNKNOWN,
        n_unscored=_UNKNOWN,
        n_flagged=sweep.n_flagged,
        n_scored=n_scored,
        n_pos=_UNKNOWN,
        tp=sweep.tp,
        fp=sweep.fp,
        fn=sweep.fn,
        tn=sweep.tn,
    )
    for name, metric in LIMITED.items():
        bound = getattr(limits, name)
        if bound is not None:
            rate = count_value(metric, counts)
            allowed &= rate >= bound - _SLACK if name.startswith("min_") else rate <= bound + _SLACK
    if limits.capacity is not None:
        allowed &= sweep.n_flagged <= limits.capacity * (1 + _SLACK)
    return allowed


def best_point(sweep: CostSweep, limits: Limits | None = None) -> Point | None:
    """Give the operating point of one slice that costs least and keeps the limits, None where none does.

    A capacity is filled to its end where that is cheaper: of the rows tied below the line, the share that fits is drawn at
    random.

    Parameters
    ----------
    sweep : CostSweep of shape (1, thresholds)
    limits : Limits, optional
    """
    limits = limits or Limits()
    n_scored = sweep.n_flagged[..., :1]
    place = int(best_bin(sweep.cost, kept(limits, sweep, n_scored))[0])
    best = None if place < 0 else Point(place)
    filled = _filling_point(sweep, limits)
    if filled is not None:
        mixed = CostSweep(*(filled.of(getattr(sweep, field.name))[..., None] for field in fields(sweep)))
        if kept(limits, mixed, n_scored)[0, 0] and (
            best is None or mixed.cost[0, 0] < best.of(sweep.cost)[0] - _SLACK * abs(best.of(sweep.cost)[0])
        ):
            return filled
    return best


def _filling_point(sweep: CostSweep, limits: Limits) -> Point | None:
    """Give the point that flags exactly the capacity, None where a whole bin does or there is no capacity."""
    if limits.capacity is None:
        return None
    volume = sweep.n_flagged[0]
    place = int(np.argmax(volume <= limits.capacity * (1 + _SLACK)))
    if place == 0 or volume[place - 1] == volume[place]:
        return None
    share = (limits.capacity - volume[place]) / (volume[place - 1] - volume[place])
    return Point(place, float(share)) if share > _SLACK else None


@dataclass(frozen=True)
class Pressure:
    """What a limit does to the best threshold.

    Attributes
    ----------
    name : str
        Name of the limit.
    price : float or None
        What the best point would cost less without it; None where no point keeps all limits and lifting this one helps.
    """

    name: str
    price: float | None

    @property
    def binds(self) -> bool:
        """Whether the limit changes the decision."""
        return self.price is None or self.price > 0


def pressures(sweep: CostSweep, limits: Limits) -> tuple[Pressure, ...]:
    """Say what each limit costs: the best cost with all limits less the best one without it."""
    found = []
    best = best_point(sweep, limits)
    for name in limits.given:
        free = best_point(sweep, limits.without(name))
        if best is None:
            found.append(Pressure(name, 0.0 if free is None else None))
            continue
        assert free is not None
        price = float(best.of(sweep.cost)[0] - free.of(sweep.cost)[0])
        found.append(Pressure(name, price if price > _SLACK * np.abs(sweep.cost).max() else 0.0))
    return tuple(found)


def worth_of_capacity(sweep: CostSweep, limits: Limits, more: float) -> float | None:
    """Give what ``more`` flagged rows than the capacity would save; None without a capacity or a feasible point."""
    best = best_point(sweep, limits)
    if limits.capacity is None or best is None:
        return None
    wider = best_point(sweep, replace(limits, capacity=limits.capacity + more))
    assert wider is not None
    return max(0.0, float(best.of(sweep.cost)[0] - wider.of(sweep.cost)[0]))
