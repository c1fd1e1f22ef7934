"""What a gate on pairs is about: how a metric of the candidate differs from that of what is live, on the same inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from analytics.answers.compare.joined import Joined, is_by_score, joined, joint_of, spreads_of
from analytics.answers.compare.metrics import compared_metrics
from analytics.answers.compare.sides import side_names, unchosen_thresholds
from analytics.answers.compare.slices import by_column
from analytics.answers.gates.measured import USUAL, Measured
from analytics.answers.gates.result import GatePairs
from analytics.answers.gates.statement import Gate
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.compare.difference import Difference, Spread
from analytics.measure.compare.differences import SAME_ON_BOTH, differences
from analytics.measure.compare.joint import Joint
from analytics.measure.compare.selective import hanging
from analytics.measure.gates.tails import stretched
from analytics.measure.intervals import Interval
from analytics.measure.metrics import METRICS
from analytics.measure.slices_cost import COST
from analytics.measure.thresholds.costs import Costs
from analytics.query.cohort import Clause, Cohort, slice_clauses
from analytics.query.compare.pairs import Pairing
from analytics.query.engine import Engine

_MAX_SLICES = 50
"""Slices of a column whose pairs are joined one slice after the other: a join each. A judgement."""
_HANGING = (
    "Labels hang on the decision of {}, so nobody judges what the other side alone flags. Labels of such rows, drawn at random, "
    "would tell."
)
_UNBOUNDED = (
    "How sure the difference of {} is, is not told where rows belong together or stand for many. Choose another metric."
)


@dataclass(frozen=True)
class _Part:
    """The pairs of one slice, and how sure differences are where rows belong together or stand for many."""

    slice: str | None
    joint: Joint
    spreads: Mapping[str, Spread] | None
    has_units: bool

    def difference(self, metric: str, level: float) -> Difference:
        """Return the difference of a metric at a level."""
        return differences(self.joint, [metric], spreads=self.spreads, has_units=self.has_units, level=level)[0]

    def bounds(self, metric: str, level: float) -> Interval:
        """Return the interval of the difference; far out what is read off replicates is stretched."""
        near = self.difference(metric, min(level, USUAL))
        interval = Interval(*(np.array([end]) for end in (near.difference, near.low, near.high)))
        if level <= USUAL:
            return interval
        if "bootstrap" in near.method:
            return stretched(interval, USUAL, level)
        far = self.difference(metric, level)
        return Interval(*(np.array([end]) for end in (far.difference, far.low, far.high)))


def paired(engine: Engine, question: Question, gate: Gate, pairing: Pairing, costs: Costs | None = None) -> Measured:
    """Measure how the candidate differs from what is live in a metric.

    Parameters
    ----------
    engine : Engine
    question : Question
        The rows of the live side: pairs are asked for by its filters.
    gate : Gate
    pairing : Pairing
        Both sides, each with its own filters alone.
    costs : Costs, optional
        What errors cost, for the cost per row.

    Raises
    ------
    QuestionError
        If no rows of both sides meet, or the metric does not fit them.
    """
    name = gate.subject
    clauses = dict.fromkeys((*question.cohort.clauses, *pairing.live.cohort.clauses))
    live = Question(pairing.live.log, Cohort(tuple(clauses), question.cohort.outcomes), pairing.live.threshold)
    costs = costs if name == COST else None
    met = joined(engine, replace(pairing, live=live), costs)
    offered = [each for each in compared_metrics(met.pairing) if each not in SAME_ON_BOTH]
    offered += [COST] if costs is not None and met.pairing.is_yes_no else []
    if name not in offered:
        raise QuestionError(f"Expected a metric of these pairs, found {name!r}. Choose from {', '.join(offered)}.")
    parts = _parts(engine, met, live, gate, costs)
    usual = [part.difference(name, USUAL) for part in parts]
    hangs = hanging(met.cells) if met.pairing.is_yes_no and met.account.judged else None
    problem = ""
    if hangs is not None:
        problem = _HANGING.format("what is live" if hangs.is_of_live else "the candidate")
    elif gate.by is None and not np.isnan(usual[0].difference) and np.isnan(usual[0].low):
        problem = _UNBOUNDED.format(METRICS[name].label)

    def bounds(level: float) -> Interval:
        found = [part.bounds(name, level) for part in parts]
        ends = (np.concatenate([getattr(each, end) for each in found]) for end in ("value", "low", "high"))
        value, low, high = ends
        nothing = np.full(len(parts), np.nan)
        return Interval(value, low, high) if hangs is None else Interval(value, nothing, nothing)

    return Measured(
        tuple(part.slice for part in parts),
        np.array([each.n for each in usual], dtype=float),
        bounds,
        is_of_labels=name != "selection_rate",
        range_=METRICS[name].range,
        problem=problem,
        pairs=GatePairs(
            side_names(pairing),
            (usual[0].live, usual[0].candidate) if gate.by is None else None,
            met.account,
            unchosen_thresholds(met.pairing),
            met.last,
            met.account.both if name == "selection_rate" else met.account.judged,
        ),
        coming=_coming(met, live),
    )


def _parts(engine: Engine, met: Joined, live: Question, gate: Gate, costs: Costs | None) -> list[_Part]:
    """Return the pairs of each slice, or all of them."""
    if gate.by is None:
        return [_part(engine, met.pairing, met.joint, None, gate.subject, costs)]
    shown = by_column(engine, met.pairing, "error_rate", gate.by)["slice"].sort(nulls_last=True).to_list()
    if len(shown) > _MAX_SLICES:
        raise QuestionError(
            f"Expected a column of at most {_MAX_SLICES} slices for pairs, found {gate.by!r} with {len(shown):,}. Choose another."
        )
    found = []
    for value in shown:
        own = (*live.cohort.clauses, *slice_clauses(live.log, gate.by, value))
        part = replace(met.pairing, live=replace(live, cohort=Cohort(own, live.cohort.outcomes)))
        joint = joint_of(engine, part, costs, by_score=is_by_score(met.account))
        found.append(_part(engine, part, joint, None if value is None else str(value), gate.subject, costs))
    return found


def _part(
    engine: Engine, pairing: Pairing, joint: Joint, slice_: str | None, metric: str, costs: Costs | None
) -> _Part:
    """Return pairs with how sure the difference of a metric is."""
    spreads = spreads_of(engine, pairing, joint, [metric], costs)
    return _Part(slice_, joint, spreads, pairing.unit is not None)


def _coming(met: Joined, live: Question) -> Question:
    """Return the question that says how fast pairs come: of the side that has labels, on the days that pairs are from."""
    candidate = met.pairing.candidate
    if not live.log.n_labelled and candidate.log.n_labelled:
        return Question(candidate.log, candidate.cohort, candidate.threshold)
    column = live.log.mapping.time
    if column is None or met.days is None or met.last is None:
        return live
    first, after = met.last - timedelta(days=met.days - 1), met.last + timedelta(days=1)
    days = Clause(column, "ge", (first.isoformat(),)), Clause(column, "lt", (after.isoformat(),))
    return replace(live, cohort=Cohort((*live.cohort.clauses, *days), live.cohort.outcomes))
