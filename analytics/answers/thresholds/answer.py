"""Where should the line be, and what is that worth: the answer to a policy on a cohort."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from analytics.answers.thresholds.costs import CostTable, Sample
from analytics.log.grid import Grid
from analytics.measure.intervals import FloatArray, Interval, wilson
from analytics.measure.labels.selective import Selective, selective
from analytics.measure.thresholds.certainty import Certainty, certainty, cross_fitted, indifference
from analytics.measure.thresholds.costs import CELLS, BoolArray, CostBins, theoretical_threshold
from analytics.measure.thresholds.groups import Groups
from analytics.measure.thresholds.human_band import Band, Reviewer, best_band
from analytics.measure.thresholds.operating import (
    CostSweep,
    Limits,
    Point,
    Pressure,
    best_point,
    cost_sweep,
    kept,
    pressures,
    worth_of_capacity,
)
from analytics.measure.thresholds.policy import DAYS, Policy
from analytics.measure.thresholds.sensitivity import CostRange, best_threshold_map, cost_ranges

_NEAR = 0.02
"""Share of the judged rows, by score, around the break-even score whose outcomes are compared with it."""


@dataclass(frozen=True)
class _LoggedDecisions:
    """What was decided, judged by the same costs.

    Attributes
    ----------
    counts : dict of str to int
        ``tp, fp, fn, tn`` over rows with a label, a score and a decision.
    model_counts : dict of str to int
        Those of the same rows by the present threshold.
    cost, model_cost : float
        Of those rows: by the decisions, and by the present threshold.
    not_decided : ndarray of shape (bins + 1,)
        Rows at or above each threshold whose decision was negative, labelled or not.
    not_scored_so : ndarray of shape (bins + 1,)
        Rows below each threshold whose decision was positive.
    """

    counts: dict[str, float]
    model_counts: dict[str, float]
    cost: float
    model_cost: float
    not_decided: FloatArray
    not_scored_so: FloatArray


@dataclass(frozen=True)
class ThresholdAnswer:
    """The sweep of a cohort under a policy, its best threshold and how sure that is.

    Attributes
    ----------
    policy : Policy
    limits : Limits
        Those of the policy with its capacity in rows of this cohort.
    edges : ndarray of shape (bins,)
    sweep : CostSweep of shape (1, bins + 1)
    allowed : ndarray of bool of shape (bins + 1,)
        Where the limits are kept.
    present : Point
    threshold : float
        The present threshold.
    best : Point or None
        None where no row is judged, no threshold keeps the limits, or nobody said what errors cost.
    certainty : Certainty
    region : (int, int) or None
        Bins of the thresholds that cost nearly as little as the best.
    theoretical : float or None
        The best threshold of calibrated scores.
    observed_there : Interval or None
        Observed rate of the rows that score near ``theoretical``, None where there are none.
    saving : Interval
        Over the present threshold, cross-fitted, over all judged rows.
    chosen : (Point or None, Point or None)
        The points that the two halves chose.
    pressures : tuple of Pressure
    worth : float or None
        What one more flagged row per period would save in the whole cohort.
    ranges : tuple of CostRange
    map : DataFrame
        As `measure.sensitivity.best_threshold_map`.
    decisions : LoggedDecisions or None
    n, n_judged, n_pos, n_scored, n_unlabelled, n_unscored, n_amount_missing : int
    days : float or None
    is_probability : bool
    selective : Selective or None
        What is known where labels hang on the decision.
    is_of_decisions : bool
        Whether logged decisions are judged: then all that can be chosen beside them is to flag everybody or nobody.
    is_wrong_way : bool
        Whether the score ranks the wrong way round: then no threshold of it is worth a move.
    is_copied : bool
        Whether the label is likely the prediction itself: then no threshold is worth a move either.
    sample : Sample
        What the rows stand for; where they stand for many counts are weighted.
    """

    policy: Policy
    limits: Limits
    edges: FloatArray
    sweep: CostSweep
    allowed: BoolArray
    present: Point
    threshold: float
    best: Point | None
    certainty: Certainty
    region: tuple[int, int] | None
    theoretical: float | None
    observed_there: Interval | None
    saving: Interval
    chosen: tuple[Point | None, Point | None]
    pressures: tuple[Pressure, ...]
    worth: float | None
    ranges: tuple[CostRange, ...]
    map: pl.DataFrame
    decisions: _LoggedDecisions | None
    n: float
    n_judged: float
    n_pos: float
    n_scored: float
    n_unlabelled: float
    n_unscored: float
    n_amount_missing: int
    days: float | None
    is_probability: bool
    selective: Selective | None = None
    is_of_decisions: bool = False
    is_wrong_way: bool = False
    is_copied: bool = False
    sample: Sample = field(default_factory=Sample)

    def share(self, good: str, *others: str, at: Point) -> Interval:
        """Return a share of rows at a point: one array of the sweep of its sum with others, with its 95 % interval."""
        if self.sample.groups is None:
            success = self.value(good, at)
            return wilson(success, success + sum(self.value(name, at) for name in others))
        swept = cost_sweep(self.sample.groups.bins, self.policy.costs)
        parts = {name: at.of(getattr(swept, name))[:, 0] for name in (good, *others)}
        return self.sample.groups.share(parts[good], np.asarray(sum(parts.values())))

    @property
    def effect(self) -> float | None:
        """The design effect of the share of errors at the present threshold; None where every row stands alone and for itself."""
        if self.sample.groups is None or not self.n_judged:
            return None
        swept = cost_sweep(self.sample.groups.bins, self.policy.costs)
        of = {name: self.present.of(getattr(swept, name))[:, 0] for name in CELLS}
        rows = self.sample.rows_judged or self.n_judged
        return self.sample.groups.effect(of["fp"] + of["fn"], np.asarray(sum(of.values())), rows)

    def value(self, name: str, point: Point) -> float:
        """Return an array of the sweep, or ``cost``, at a point."""
        return float(point.of(getattr(self.sweep, name))[0])

    def threshold_at(self, place: int | None) -> float | None:
        """Return the threshold of a bin, None where nothing is flagged."""
        return float(self.edges[place]) if place is not None and place < len(self.edges) else None

    def point_of(self, threshold: float) -> Point:
        """Return the point of a threshold: the first edge of the grid from it on; a threshold beyond the last flags nothing."""
        return Point(Grid(self.edges).at(threshold))


def thresholds(table: CostTable, policy: Policy) -> ThresholdAnswer:
    """Answer "where should the line be, and what is that worth?" by arithmetic on a table.

    Raises
    ------
    QuestionError
        If the policy has a capacity and the cohort no times.
    """
    bins, costs, frame = table.bins(), policy.costs, table.frame
    limits = policy.limits_for(table.days)
    sweep = cost_sweep(bins, costs)
    present = Point(table.present_bin)
    n_judged = table.counted(float(bins.judged.sum()))
    best = best_point(sweep, limits) if n_judged else None
    allowed = kept(limits, sweep, sweep.n_flagged[..., :1])[0]
    groups, of_halves = table.groups(), (table.groups(0), table.groups(1))
    saving, chosen = cross_fitted(table.halves(), costs, limits, present, of_halves)
    theoretical = theoretical_threshold(costs) if table.is_probability else None
    answer = ThresholdAnswer(
        policy=policy,
        limits=limits,
        edges=table.edges,
        sweep=sweep,
        allowed=allowed,
        present=present,
        threshold=table.threshold,
        best=best,
        certainty=certainty(bins, costs, limits, groups),
        region=None if best is None else indifference(sweep.cost[0], best.bin, policy.tolerance, allowed),
        theoretical=theoretical,
        observed_there=None if theoretical is None else _observed_near(bins, table.edges, theoretical, groups),
        saving=saving,
        chosen=chosen,
        pressures=pressures(sweep, limits) if n_judged else (),
        worth=worth_of_capacity(sweep, limits, (table.days or 0.0) / DAYS[policy.period]) if n_judged else None,
        ranges=() if best is None else cost_ranges(bins, costs, best.bin, policy.tolerance, allowed),
        map=best_threshold_map(bins, costs, table.edges, allowed),
        decisions=_logged_decisions(table, policy) if table.has_decision and not table.by else None,
        n=table.counted(frame["n"].sum()),
        n_judged=n_judged,
        n_pos=table.counted(float(bins.pos.sum())),
        n_scored=table.counted(float(bins.n.sum())),
        n_unlabelled=table.counted(frame["n_unlabelled"].sum()),
        n_unscored=table.counted(frame.filter(pl.col("score_bin").is_null())["n"].sum()),
        n_amount_missing=int(frame["n_amount_missing"].sum()),
        days=table.days,
        is_probability=table.is_probability,
        selective=selective(frame, table.present_bin),
        is_of_decisions=table.is_of_decisions,
        is_wrong_way=table.is_wrong_way,
        is_copied=table.is_copied,
        sample=table.sample,
    )
    return answer if policy.has_costs else _without_order(answer)


def _without_order(answer: ThresholdAnswer) -> ThresholdAnswer:
    """Return the answer without a best threshold and all that follows from costs: nobody said what errors cost."""
    unknown = np.asarray(np.nan)
    return replace(
        answer,
        best=None,
        certainty=replace(answer.certainty, best_low=None, best_high=None),
        region=None,
        theoretical=None,
        observed_there=None,
        saving=Interval(unknown, unknown, unknown),
        chosen=(None, None),
        pressures=(),
        worth=None,
        ranges=(),
    )


def _observed_near(bins: CostBins, edges: FloatArray, score: float, groups: Groups | None) -> Interval | None:
    """Give the observed rate among the judged rows whose scores are nearest to one, half of them on either side."""
    judged = bins.judged[0]
    total = judged.sum()
    if not total:
        return None
    place = Grid(edges).at(score)
    mass = np.concatenate([[0.0], np.cumsum(judged)])
    reach = _NEAR * total / 2
    start = int(np.searchsorted(mass, mass[place] - reach))
    stop = int(np.searchsorted(mass, mass[place] + reach, side="right"))
    start, stop = max(0, min(start, place)), min(len(edges), max(stop, place))
    n = judged[start:stop].sum()
    if groups is not None and n:
        pos, every = (values[:, 0, start:stop].sum(-1) for values in (groups.bins.pos, groups.bins.judged))
        return groups.share(pos, every)
    return wilson(bins.pos[0, start:stop].sum(), n) if n else None


def _logged_decisions(table: CostTable, policy: Policy) -> _LoggedDecisions:
    """Judge the logged decisions by the costs of a policy, beside the score at the present threshold."""

    def side(decision: int) -> CostTable:
        return CostTable(**{**vars(table), "frame": table.frame.filter(pl.col("decision") == decision)})

    yes, no = side(1).bins(), side(0).bins()
    swept_yes, swept_no = cost_sweep(yes, policy.costs), cost_sweep(no, policy.costs)
    present = table.present_bin
    return _LoggedDecisions(
        counts={
            "tp": table.counted(yes.pos.sum()),
            "fp": table.counted(yes.neg.sum()),
            "fn": table.counted(no.pos.sum()),
            "tn": table.counted(no.neg.sum()),
        },
        model_counts={
            name: table.counted(getattr(swept_yes, name)[0, present] + getattr(swept_no, name)[0, present])
            for name in ("tp", "fp", "fn", "tn")
        },
        cost=float(swept_yes.cost[0, 0] + swept_no.cost[0, -1]),
        model_cost=float(swept_yes.cost[0, present] + swept_no.cost[0, present]),
        not_decided=swept_no.n_flagged[0],
        not_scored_so=swept_yes.n_flagged[0, 0] - swept_yes.n_flagged[0],
    )


def human_band(table: CostTable, policy: Policy, reviewer: Reviewer) -> Band:
    """Answer "what if a person looks at the rows in between?"; the limits of the policy do not hold here."""
    return best_band(table.bins(), policy.costs, reviewer)
