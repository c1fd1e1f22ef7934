"""What a decision on a threshold promised, frozen when it was taken, and what rows that came later say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from math import isfinite, nan
from typing import Any, Literal

import numpy as np

from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer, thresholds
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.handover import Handover, handover
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.measure.curves import from_the_top
from analytics.measure.intervals import Interval, difference, wilson
from analytics.measure.thresholds.operating import Point
from analytics.measure.thresholds.policy import Policy
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.predicates import answerable

_BETTER = {"recall": 1, "precision": 1, "coverage": 1, "risk": -1, "cost": -1, "prevalence": 0}
"""By number of a promise: whether more of it is better (1), worse (-1) or neither (0)."""
_PER = 1_000
"""Rows that a cost is told of."""

_Ends = tuple[float, float, float]


@dataclass(frozen=True)
class Promise:
    """What was expected at a threshold when somebody decided on it.

    Attributes
    ----------
    kind : {"threshold", "handover"}
    threshold : float or None
        None where nothing is flagged, or nothing answered.
    cohort, policy : str
        As `Cohort.to_text` and `Policy.to_text` write them.
    numbers : tuple of (str, float, float, float)
        Name, value, low, high at 95 %: recall, precision and the share of positives (prevalence), or the share
        answered (coverage) and wrong among them (risk); and the cost of 1,000 judged rows where errors have one.
    n : int
        Judged rows.
    log, until : str
        The hash of the log, and the day of its newest row; empty where it has no times.
    """

    kind: Literal["threshold", "handover"]
    threshold: float | None
    cohort: str
    policy: str
    numbers: tuple[tuple[str, float, float, float], ...]
    n: int
    log: str
    until: str

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON; `promise_from` reads it back."""
        return asdict(self)


@dataclass(frozen=True)
class Held:
    """One number of a promise and what came of it.

    Attributes
    ----------
    name : str
    then, now : float
    change, low, high : float
        What came less what was promised, with its 95 % interval: both have chance in them.
    """

    name: str
    then: float
    now: float
    change: float
    low: float
    high: float

    @property
    def is_worse(self) -> bool:
        """Whether it is worse than promised beyond chance."""
        return self._lies(-_BETTER[self.name])

    @property
    def is_better(self) -> bool:
        """Whether it is better than promised beyond chance."""
        return self._lies(_BETTER[self.name])

    @property
    def is_other(self) -> bool:
        """Whether it is another number than promised beyond chance."""
        return self.low > 0 or self.high < 0

    def _lies(self, side: int) -> bool:
        """Whether the change lies beyond 0 on one side."""
        return bool(side) and (self.low > 0 if side > 0 else self.high < 0)


@dataclass(frozen=True)
class Outcome:
    """What later rows say of a promise.

    Attributes
    ----------
    numbers : tuple of Held
    n : int
        Judged rows that came later.
    n_unlabelled : int
        Rows that came later and have no label.
    """

    numbers: tuple[Held, ...]
    n: int
    n_unlabelled: int


def promise_of(answer: ThresholdAnswer | Handover, point: Point, question: Question) -> Promise:
    """Freeze what is expected at a point."""
    log = question.log
    return Promise(
        "handover" if isinstance(answer, Handover) else "threshold",
        answer.threshold_at(point.bin),
        question.cohort.to_text(),
        answer.policy.to_text() if answer.policy.has_costs else "",
        tuple((name, *ends) for name, ends in _numbers(answer, point).items()),
        round(answer.n_judged),
        log.reading.content_hash,
        (log.time_high or "")[:10],
    )


def _numbers(answer: ThresholdAnswer | Handover, point: Point) -> dict[str, _Ends]:
    """Return the numbers of a promise at a point, those without a denominator left out."""
    if isinstance(answer, Handover):
        standing = answer.at(point)
        n = standing.answered + standing.handed_over
        of = answer.sample.groups
        found = {"coverage": wilson(standing.answered, n), "risk": standing.risk}
        if of is not None:
            by_group = from_the_top(of.bins.n)[:, 0]
            found["coverage"] = of.share(point.of(by_group), by_group[:, 0])
        ends = (answer.cost, answer.cost_low, answer.cost_high)
    else:
        every = Point(0)
        found = {
            "recall": answer.share("tp", "fn", at=point),
            "precision": answer.share("tp", "fp", at=point),
            "prevalence": answer.share("tp", "fp", at=every),
        }
        ends = (answer.sweep.cost[0], answer.certainty.low, answer.certainty.high)
    if answer.policy.has_costs and answer.n_judged:
        per = _PER / answer.n_judged
        found["cost"] = Interval(*(np.asarray(point.of(end)) * per for end in ends))
    told = {name: (float(each.value), float(each.low), float(each.high)) for name, each in found.items()}
    return {name: each for name, each in told.items() if all(map(isfinite, each))}


def promise_from(data: object) -> Promise | None:
    """Read what `Promise.to_dict` wrote; it may come from anyone's file. None where it is none."""
    if not isinstance(data, Mapping) or data.get("kind") not in ("threshold", "handover"):
        return None
    rows = data.get("numbers")
    numbers = [
        (str(row[0]), float(row[1]), float(row[2]), float(row[3]))
        for row in (rows if isinstance(rows, list | tuple) else ())
        if isinstance(row, list | tuple) and len(row) == 4 and row[0] in _BETTER and all(map(_is_number, row[1:]))
    ]
    threshold, n = data.get("threshold"), data.get("n")
    if not numbers or not (threshold is None or _is_number(threshold)):
        return None
    texts = {name: str(data.get(name) or "")[:4_000] for name in ("cohort", "policy", "log", "until")}
    return Promise(
        data["kind"],
        None if threshold is None else float(threshold),
        numbers=tuple(numbers),
        n=n if isinstance(n, int) else 0,
        **texts,
    )


def _is_number(value: object) -> bool:
    """Whether a value of a file is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def outcome_of(engine: Engine, log: Log, promise: Promise) -> Outcome:
    """Ask whether a promise held on the rows of a log that came after it.

    Raises
    ------
    QuestionError
        If no later row is judged, or the log cannot answer it.
    """
    if promise.log == log.reading.content_hash:
        raise QuestionError("Expected rows that came after the decision, found those that it was taken on.")
    if promise.threshold is None or log.is_right_or_wrong != (promise.kind == "handover") or not log.mapping.has_score:
        raise QuestionError("Expected scores of the same kind as those of the decision, found others.")
    cohort, refused = answerable(promise.cohort, log)
    if refused:
        raise QuestionError(
            f"Expected the rows of the decision, found no way to tell them: {refused[0]!r} cannot be asked."
        )
    question = Question(log, _later(cohort, log, promise.until), promise.threshold)
    policy = Policy.from_text(promise.policy) if promise.policy else Policy(has_costs=False)
    table = cost_table(engine, question)
    policy = replace(policy, capacity=None)
    answer = handover(table, policy) if promise.kind == "handover" else thresholds(table, policy)
    if not answer.n_judged:
        raise QuestionError("Expected labels of rows that came after the decision, found none yet.")
    now = _numbers(answer, answer.present)
    held = []
    for name, value, low, high in promise.numbers:
        if name in now:
            change = difference(_interval(now[name]), _interval((value, low, high)))
            ends = (float(getattr(change, end)) for end in ("value", "low", "high"))
            held.append(Held(name, value, now[name][0], *ends))
    return Outcome(tuple(held), round(answer.n_judged), round(answer.n_unlabelled))


def _later(cohort: Cohort, log: Log, until: str) -> Cohort:
    """Return the rows of a cohort from the day after a decision's newest row on, where a log has older ones too."""
    try:
        day = date.fromisoformat(until) + timedelta(days=1)
    except ValueError:
        return cohort
    if log.mapping.time is None or log.time_low is None or log.time_low[:10] >= day.isoformat():
        return cohort
    return Cohort((*cohort.clauses, Clause(log.mapping.time, "ge", (day.isoformat(),))), cohort.outcomes)


def _interval(ends: _Ends) -> Interval:
    """Return a value with its ends as arrays."""
    return Interval(*(np.asarray(nan if end is None else end, dtype=float) for end in ends))
