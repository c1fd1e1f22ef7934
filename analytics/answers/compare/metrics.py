"""Which metrics two sides are compared by, and which of them leads."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.errors import QuestionError
from analytics.measure.compare.difference import COST
from analytics.measure.compare.joint import Joint
from analytics.measure.headline import headline
from analytics.measure.metrics import METRICS, metrics_of
from analytics.query.compare.pairs import Pairing

_LEADING = {"numbers": "mae", "grades": "mean_grade", "rankings": "ndcg"}
"""The metric that leads where rows are judged by more than right or wrong."""
_UNTOLD = ("mean_score", "cross_entropy")
"""Metrics that say nothing of which side is better, or that hold for some logs only."""


def compared_metrics(pairing: Pairing) -> list[str]:
    """Name the metrics that both sides can be compared by."""
    logs = [side.log for side in pairing.sides]
    has_score = all(log.mapping.has_score for log in logs)
    names = metrics_of(
        logs[0].mapping.kind, has_score=has_score, has_interval=all(log.mapping.has_interval for log in logs)
    )
    is_probability = has_score and all(log.is_probability for log in logs)
    known = (name for name in names if name not in _UNTOLD)
    return [name for name in known if is_probability or not METRICS[name].needs_probability]


def has_scores(pairing: Pairing) -> bool:
    """Whether both sides have scores."""
    return all(side.log.mapping.has_score for side in pairing.sides)


def has_probabilities(pairing: Pairing) -> bool:
    """Whether the scores of both sides are probabilities."""
    return has_scores(pairing) and all(side.log.is_probability for side in pairing.sides)


def leading_metric_of(pairing: Pairing, joint: Joint, metric: str | None, known: Sequence[str]) -> str:
    """Return the metric that leads."""
    if metric is not None:
        if metric not in known:
            raise QuestionError(f"Expected a metric of these pairs, found {metric!r}. Choose from {', '.join(known)}.")
        return metric
    if COST in known:
        return COST
    kind = pairing.live.log.mapping.kind
    if kind in _LEADING and _LEADING[kind] in known and not _is_passed_or_not(pairing):
        return _LEADING[kind]
    if kind != "yes/no":
        return "error_rate"
    counts = joint.counts("live")
    return headline(float(counts.n_pos[0]), int(counts.judged[0])).metric


def _is_passed_or_not(pairing: Pairing) -> bool:
    """Whether grades have two values, so that their mean says no more than the share of right rows."""
    rules = [(side.log, side.log.mapping.right) for side in pairing.sides]
    return all(
        rule is not None and rule.kind == "grades" and log.column(rule.true).n_distinct <= 2 for log, rule in rules
    )
