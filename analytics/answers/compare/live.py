"""What is live beside an evaluation and its replay: is what is lost live lost in the scores, or in what is made of them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from analytics.answers.compare.answer import compare
from analytics.answers.compare.replay import Replay
from analytics.answers.compare.sides import pairing_of
from analytics.answers.gap.answer import Gap, gap
from analytics.answers.gap.inputs import inputs
from analytics.answers.gap.sides import sides
from analytics.answers.overview import Overview, change_between, overview
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.gap.metric import COST, OFFERED
from analytics.measure.headline import headline
from analytics.measure.intervals import Interval, difference
from analytics.measure.metrics import METRICS, metrics_of
from analytics.query.compare.pairs import Pairing, account, as_stored, repeating
from analytics.query.compare.replay import replay_frame, score_changes
from analytics.query.engine import Engine

_Branch = Literal["scores", "use", "decisions", "both", "neither", "replay alone", "unknown"]


@dataclass(frozen=True)
class _Standing:
    """How one side does.

    Attributes
    ----------
    side : {"evaluation", "replay", "live", "decided"}
        Live by its scores, and by the decisions that were taken, where they are logged beside the scores.
    value, low, high : float or None
        The metric with its interval.
    flagged : float or None
        Share of the rows that are flagged.
    threshold : float
    n : int
        Judged rows.
    """

    side: str
    value: float | None
    low: float | None
    high: float | None
    flagged: float | None
    threshold: float
    n: int


@dataclass(frozen=True)
class Live:
    """What is live beside an evaluation and its replay.

    Attributes
    ----------
    metric : str
    standings : tuple of _Standing
    change, in_replay, after_replay : Interval or None
        How much more of the metric there is live than in the evaluation, in the replay than in the evaluation, and live than in
        the replay. Live is what was decided, where that is logged.
    branch : str
        Where live is worse: ``scores`` (the replay is as much worse), ``use`` (the replay is not worse), ``both``, or
        ``decisions`` (the replay is worse, the live scores are not); where live is not worse: ``neither``, or ``replay alone``
        is; else ``unknown``.
    overridden : float or None
        Share of the live rows on which the decision is not that of the score.
    met, same : int
        Rows of the replay that are live rows, and those of them with equal scores.
    gap : Gap or None
        The change from the evaluation to live in parts, where what comes in may be the reason.
    """

    metric: str
    standings: tuple[_Standing, ...]
    change: Interval | None
    in_replay: Interval | None
    after_replay: Interval | None
    branch: _Branch
    overridden: float | None
    met: int
    same: int
    gap: Gap | None


def against_live(
    engine: Engine,
    replayed: Replay,
    questions: tuple[Question, Question],
    live: Question,
    decided: Question | None,
    metric: str | None = None,
    on: Sequence[str] = (),
) -> Live:
    """Hold an evaluation, its replay and what is live against each other.

    Parameters
    ----------
    engine : Engine
    replayed : Replay
    questions : (Question, Question)
        The evaluation and its replay.
    live, decided : Question, Question or None
        What is live, judged by its scores, and by the decisions that were taken.
    metric : str, optional
        That of the comparison of both by default.
    on : sequence of str
        Columns by which rows of the replay and of live meet.

    Raises
    ------
    QuestionError
        If the sides are not judged alike, or do not have the metric.
    """
    offline, again = questions
    name = _metric(metric, replayed, offline)
    if live.log.mapping.kind != offline.log.mapping.kind:
        raise QuestionError(
            f"Expected a live log that is judged as the evaluation is, found {live.log.mapping.kind} and "
            f"{offline.log.mapping.kind}. Say what makes a row right in both."
        )
    asked = {"evaluation": offline, "replay": again, "live": live} | ({"decided": decided} if decided else {})
    found = {side: overview(engine, question) for side, question in asked.items()}
    last = found["decided" if decided else "live"]
    change, after = (change_between(found[side], last, name) for side in ("evaluation", "replay"))
    told = _in_replay(replayed, name) or change_between(found["evaluation"], found["replay"], name)
    if after is None and change is not None and told is not None:
        after = difference(change, told)
    by_scores = change_between(found["evaluation"], found["live"], name) if decided else None
    branch = _branch(name, change, told, after, by_scores)
    met = _met(engine, again, live, on)
    standings = [_standing(side, asked[side].threshold, each, name) for side, each in found.items()]
    return Live(
        metric=name,
        standings=tuple(_by_pairs(each, replayed, name) for each in standings),
        change=change,
        in_replay=told,
        after_replay=after,
        branch=branch,
        overridden=None if decided is None else _overridden(engine, live, decided),
        met=met[0],
        same=met[1],
        gap=_gap(engine, offline, live, name) if branch in ("scores", "both", "unknown") else None,
    )


def _metric(metric: str | None, replayed: Replay, offline: Question) -> str:
    """Return the metric that all sides are held against each other by: one of which more or less is better."""
    log = offline.log
    known = metrics_of(log.mapping.kind, has_score=log.mapping.has_score, has_interval=log.mapping.has_interval)
    if metric is not None and (metric not in known or METRICS[metric].direction == "neither"):
        raise QuestionError(f"Expected a metric of this log of which more or less is better, found {metric!r}.")
    if metric is None and replayed.comparison is not None and replayed.comparison.metric in known:
        metric = replayed.comparison.metric
    return metric or ("error_rate" if log.is_right_or_wrong else headline(*log.class_counts).metric)


def _in_replay(replayed: Replay, metric: str) -> Interval | None:
    """Return the paired difference of the replay, None where no pair is judged."""
    found = None if replayed.comparison is None else replayed.comparison.differences
    for each in found or ():
        if each.metric == metric and not np.isnan(each.low):
            return Interval(*(np.asarray(end) for end in (each.difference, each.low, each.high)))
    return None


def _standing(side: str, threshold: float, found: Overview, metric: str) -> _Standing:
    """Return how one side does."""
    judged = int(sum(found.counts[name] for name in ("tp", "fp", "fn", "tn")))
    return _Standing(side, *found.value(metric), found.value("selection_rate")[0], threshold, judged)


def _by_pairs(standing: _Standing, replayed: Replay, metric: str) -> _Standing:
    """Judge a replay without labels of its own by those of its pairs."""
    if standing.side != "replay" or standing.value is not None or replayed.comparison is None:
        return standing
    known = [
        each for each in replayed.comparison.differences if each.metric == metric and each.candidate == each.candidate
    ]
    n = replayed.comparison.account.judged
    return replace(standing, value=known[0].candidate, n=n) if known and n else standing


def _worse(metric: str, change: Interval | None) -> bool | None:
    """Whether a change is one for the worse; None where it is not known."""
    if change is None:
        return None
    return bool(change.low > 0 if METRICS[metric].direction == "lower" else change.high < 0)


def _branch(
    metric: str,
    change: Interval | None,
    in_replay: Interval | None,
    after_replay: Interval | None,
    by_scores: Interval | None,
) -> _Branch:
    """Say where what is lost live is lost; ``by_scores`` is the change of the live scores where decisions stand beside them."""
    is_live, is_replay, is_after = (_worse(metric, each) for each in (change, in_replay, after_replay))
    if is_live is None or is_replay is None:
        return "unknown"
    if not is_live:
        return "replay alone" if is_replay else "neither"
    if not is_replay:
        return "use"
    if _worse(metric, by_scores) is False:
        return "decisions"
    return "both" if is_after else "scores"


def _overridden(engine: Engine, live: Question, decided: Question) -> float | None:
    """Return the share of rows on which the decision is not that of the score."""
    try:
        alike = compare(engine, Pairing(live, decided)).agreement
    except QuestionError:
        return None
    return None if alike is None else 1 - float(alike.value)


def _met(engine: Engine, again: Question, live: Question, on: Sequence[str]) -> tuple[int, int]:
    """Count the rows of the replay that are live rows, and those with equal scores."""
    try:
        pairing = as_stored(engine, Pairing(again, live) if again == live else pairing_of(again, live, on))
    except QuestionError:
        return 0, 0
    found = score_changes(engine, replay_frame(engine, repeating(pairing, account(engine, pairing)), ()))
    return found["n"], found["same"]


def _gap(engine: Engine, offline: Question, live: Question, metric: str) -> Gap | None:
    """Split the change from the evaluation to live into parts, where it can be."""
    try:
        both = sides(engine, offline, live)
        return gap(engine, both, inputs(engine, both), metric if metric in OFFERED and metric != COST else "error_rate")
    except QuestionError:
        return None
