"""From which confidence should the model answer and a person do the rest, and what is that worth?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from analytics.answers.thresholds.costs import CostTable, Sample
from analytics.errors import QuestionError
from analytics.log.grid import Grid
from analytics.measure.intervals import FloatArray, Interval, wilson
from analytics.measure.thresholds.certainty import certainty, cross_fitted, indifference
from analytics.measure.thresholds.costs import BoolArray, theoretical_threshold
from analytics.measure.thresholds.groups import Groups
from analytics.measure.thresholds.handover import (
    Selective,
    aurc,
    least_sure_first,
    mirrored,
    selective,
)
from analytics.measure.thresholds.operating import (
    Limits,
    Point,
    best_point,
    cost_sweep,
    kept,
    pressures,
    worth_of_capacity,
)
from analytics.measure.thresholds.policy import DAYS, Policy


@dataclass(frozen=True)
class _Standing:
    """What is answered and what is handed over at one point.

    Attributes
    ----------
    answered, handed_over : float
        Rows with a confidence, labelled or not.
    coverage : float
        Share answered; NaN without rows.
    judged, wrong : float
        Answered rows with a label, and those of them that are wrong.
    risk : Interval
        Wrong among the answered, with its 95 % interval.
    cost : float
        Of the rows that have a label.
    """

    answered: float
    handed_over: float
    coverage: float
    judged: float
    wrong: float
    risk: Interval
    cost: float


@dataclass(frozen=True)
class Handover:
    """What answering from every confidence on leads to.

    Points and bins are those from which rows are answered; the one behind the last edge answers none.

    Attributes
    ----------
    policy : Policy
        With costs of `measure.thresholds.handover.handover_costs`; its capacity is rows that people can look at.
    limits : Limits
        With the capacity in rows of this cohort.
    edges : ndarray of shape (bins,)
        The grid of confidences.
    swept : Selective of shape (1, bins + 1)
    cost, cost_low, cost_high : ndarray of shape (bins + 1,)
        With its 95 % band; over rows that have a label.
    allowed : ndarray of bool of shape (bins + 1,)
        Where no more rows are handed over than people can look at.
    threshold : float
        The confidence from which rows are answered now.
    present : Point
    best : Point or None
        Cheapest within the capacity; None where nobody said what a wrong answer costs, or no row is judged.
    best_low, best_high : int or None
        Bins between which the best falls in 95 % of the bootstrap's draws.
    region : (int, int) or None
        Bins around the best that cost nearly the same.
    filled : Point or None
        Where all that people can look at is handed over; None without a capacity.
    saving : Interval
        Of the best over the present point, chosen on one half and judged on the other.
    theoretical : float or None
        The best confidence if it is calibrated: 1 - cost of a look / cost of a wrong answer.
    price : float or None
        What the best would cost less if people could look at any number of rows; 0 where the capacity does not bind.
    worth : float or None
        What one more look per day, week or cohort would save.
    area : Interval
        AURC.
    n, n_judged, n_unlabelled, n_unscored : int
        Rows; those with a label and a confidence; without a label; without a confidence.
    days : float or None
    is_probability : bool
    sample : Sample
    """

    policy: Policy
    limits: Limits
    edges: FloatArray
    swept: Selective
    cost: FloatArray
    cost_low: FloatArray
    cost_high: FloatArray
    allowed: BoolArray
    threshold: float
    present: Point
    best: Point | None
    best_low: int | None
    best_high: int | None
    region: tuple[int, int] | None
    filled: Point | None
    saving: Interval
    theoretical: float | None
    price: float | None
    worth: float | None
    area: Interval
    n: float
    n_judged: float
    n_unlabelled: float
    n_unscored: float
    days: float | None
    is_probability: bool
    sample: Sample = field(default_factory=Sample)

    @property
    def effect(self) -> float | None:
        """The design effect of the share that is wrong; None where every row stands alone and for itself."""
        if self.sample.groups is None or not self.n_judged:
            return None
        bins = self.sample.groups.bins
        wrong, judged = (values[:, 0].sum(axis=-1) for values in (bins.neg, bins.judged))
        return self.sample.groups.effect(wrong, judged, self.sample.rows_judged or self.n_judged)

    def at(self, point: Point) -> _Standing:
        """Say what a point leads to; of a bin that is drawn from, what is expected."""
        of = {
            name: float(point.of(getattr(self.swept, name))[0])
            for name in ("answered", "handed_over", "coverage", "judged", "wrong")
        }
        if self.sample.groups is None:
            risk = wilson(of["wrong"], of["judged"])
        else:
            by_group = selective(self.sample.groups.bins)
            risk = self.sample.groups.share(point.of(by_group.wrong)[:, 0], point.of(by_group.judged)[:, 0])
        return _Standing(**of, risk=risk, cost=float(point.of(self.cost)) if self.n_judged else np.nan)

    def threshold_at(self, place: int | None) -> float | None:
        """Return the confidence of a bin, None where nothing is answered."""
        return float(self.edges[place]) if place is not None and place < len(self.edges) else None

    def point_of(self, threshold: float) -> Point:
        """Return the point of a confidence: the first edge of the grid from it on; beyond the last nothing is answered."""
        return Point(Grid(self.edges).at(threshold))


def handover(table: CostTable, policy: Policy) -> Handover:
    """Answer "from which confidence should the model answer?" by arithmetic on a table whose positive rows are right.

    Raises
    ------
    QuestionError
        If the policy has a capacity per day or week and the cohort no times.
    """
    if policy.capacity is not None and table.days is None:
        raise QuestionError(
            "Expected a log with times for rows per day or week, found none in this cohort. Say how many rows people can look "
            "at in all, such as 500."
        )
    limits, n_bins = policy.limits_for(table.days), len(table.edges)
    bins, present = table.bins(), Point(table.present_bin)
    groups = table.groups()
    swept = selective(bins, groups)
    n_judged = table.counted(float(bins.judged.sum()))
    given = _given_up(table, policy, limits) if n_judged else None
    handed = swept.handed_over[0]
    room = np.ones(n_bins + 1, dtype=bool)
    filled = None
    if limits.capacity is not None:
        room = kept(limits, cost_sweep(least_sure_first(bins), policy.costs), swept.answered[:, :1])[0][::-1]
        filled = Point(int(np.flatnonzero(room & (handed == handed[room].max()))[0]))
    unknown, flat = np.asarray(np.nan), np.full(n_bins + 1, np.nan)
    has_costs = given is not None and policy.has_costs
    best = given.best if given is not None and has_costs else None
    return Handover(
        policy=policy,
        limits=limits,
        edges=table.edges,
        swept=swept,
        cost=given.cost if given is not None else flat,
        cost_low=given.low if given is not None else flat,
        cost_high=given.high if given is not None else flat,
        allowed=room,
        threshold=table.threshold,
        present=present,
        best=best,
        best_low=given.best_low if given is not None and has_costs else None,
        best_high=given.best_high if given is not None and has_costs else None,
        region=None if best is None or given is None else indifference(given.cost, best.bin, policy.tolerance, room),
        filled=filled,
        saving=given.saving if given is not None and has_costs else Interval(unknown, unknown, unknown),
        theoretical=_break_even(table, policy) if has_costs else None,
        price=given.price if given is not None and has_costs else None,
        worth=given.worth if given is not None and has_costs else None,
        area=Interval(*(np.asarray(end[0]) for end in vars(aurc(bins.pos, bins.neg, groups)).values())),
        n=table.counted(table.frame["n"].sum()),
        n_judged=n_judged,
        n_unlabelled=table.counted(table.frame["n_unlabelled"].sum()),
        n_unscored=table.counted(table.frame.filter(pl.col("score_bin").is_null())["n"].sum()),
        days=table.days,
        is_probability=table.is_probability,
        sample=table.sample,
    )


@dataclass(frozen=True)
class _GivenUp:
    """What handing over costs, in the order of what is answered."""

    cost: FloatArray
    low: FloatArray
    high: FloatArray
    best: Point | None
    best_low: int | None
    best_high: int | None
    saving: Interval
    price: float | None
    worth: float | None


def _given_up(table: CostTable, policy: Policy, limits: Limits) -> _GivenUp:
    """Weigh handing over as flagging is weighed: the least sure rows are flagged, wrong answers are what is looked for."""
    n_bins, costs = len(table.edges), policy.costs
    bins = least_sure_first(table.bins())
    first, second = (least_sure_first(half) for half in table.halves())
    groups, of_halves = _least_sure(table.groups()), (_least_sure(table.groups(0)), _least_sure(table.groups(1)))
    sweep, sure = cost_sweep(bins, costs), certainty(bins, costs, limits, groups)
    best = best_point(sweep, limits)
    saving, _ = cross_fitted((first, second), costs, limits, mirrored(Point(table.present_bin), n_bins), of_halves)
    more = (table.days or 0.0) / DAYS[policy.period] if policy.capacity is not None else 1.0
    return _GivenUp(
        cost=sweep.cost[0][::-1],
        low=sure.low[::-1],
        high=sure.high[::-1],
        best=None if best is None else mirrored(best, n_bins),
        best_low=None if sure.best_high is None else n_bins - sure.best_high,
        best_high=None if sure.best_low is None else n_bins - sure.best_low,
        saving=saving,
        price=next((pressure.price for pressure in pressures(sweep, limits)), None),
        worth=worth_of_capacity(sweep, limits, more),
    )


def _least_sure(groups: Groups | None) -> Groups | None:
    """Return groups with their least sure rows last."""
    return None if groups is None else replace(groups, bins=least_sure_first(groups.bins))


def _break_even(table: CostTable, policy: Policy) -> float | None:
    """Return the confidence from which answering is cheaper if confidences are calibrated."""
    found = theoretical_threshold(policy.costs) if table.is_probability else None
    return None if found is None else 1 - found
