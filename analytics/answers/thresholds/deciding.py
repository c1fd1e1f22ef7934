"""Which rows say where the line should be: those since errors shifted, and of these no rows that may still turn.

What is best of all times together is best of none, and a row that is too young to have become positive is no negative. Where
rows are right or wrong the line is the confidence from which they are answered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

from analytics.answers.labels_turning import turning, until_clauses
from analytics.answers.overview_shifted import shifted_since, since_clauses
from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer, thresholds
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.handover import Handover, handover
from analytics.measure.thresholds.policy import Policy
from analytics.query.cohort import Clause
from analytics.query.engine import Engine

_Answer = TypeVar("_Answer", ThresholdAnswer, Handover)


@dataclass(frozen=True)
class Deciding(Generic[_Answer]):
    """The part of the rows that says where the line should be, where that is not all of them.

    Attributes
    ----------
    since : date or None
        The first day since errors shifted for good, with its hour where the log is told by the hour; None where they did not.
    until : date or None
        The first day whose rows may still become of the other class; None without such rows.
    clauses : tuple of Clause
        What keeps these rows alone.
    answer : ThresholdAnswer or Handover
        That of these rows alone.
    """

    since: date | None
    until: date | None
    clauses: tuple[Clause, ...]
    answer: _Answer

    @property
    def ends(self) -> tuple[str | None, str | None]:
        """The days as text."""
        since, until = (None if day is None else day.isoformat() for day in (self.since, self.until))
        return since, until


@dataclass(frozen=True)
class Line(Generic[_Answer]):
    """Where the threshold should be by all rows, and by the part that says it, where that is not all of them."""

    answer: _Answer
    part: Deciding[_Answer] | None

    @property
    def deciding(self) -> _Answer:
        """The answer of the rows that decide."""
        return self.answer if self.part is None else self.part.answer


def deciding(engine: Engine, question: Question, policy: Policy) -> Deciding[ThresholdAnswer] | None:
    """Answer "where should the line be?" by the rows since the last lasting shift of the errors that can no longer turn.

    None without costs, where all rows say it, and where there is no line to move: as the brief, the page, the pack and the
    command say.
    """
    log = question.log
    is_asked = policy.has_costs and not log.is_right_or_wrong and log.score_kind != "decision"
    if not is_asked or log.ranks_wrong_way or log.has_copied_label:
        return None
    since, until, clauses = _part(engine, question)
    if not clauses:
        return None
    answer = thresholds(cost_table(engine, _kept(question, clauses)), policy)
    return Deciding(since, until, clauses, answer) if answer.n_judged else None


def deciding_handover(engine: Engine, question: Question, policy: Policy) -> Deciding[Handover] | None:
    """Answer "from which confidence should the model answer?" by those rows, and without costs how many answers are wrong.

    Errors are those of all rows, whatever is handed over: from which confidence rows are answered moves no answer. People who
    can look at so many rows in all can look at their part of these.
    """
    log = question.log
    if not log.is_right_or_wrong or not log.mapping.has_score:
        return None
    since, until, clauses = _part(engine, replace(question, threshold=log.mapping.threshold))
    if not clauses:
        return None
    table = cost_table(engine, _kept(question, clauses))
    in_all = policy.limits.capacity
    if in_all is not None:
        n, n_of_all = (
            engine.row_counts(log, each.cohort, each.threshold)[0] for each in (_kept(question, clauses), question)
        )
        policy = replace(policy, limits=replace(policy.limits, capacity=in_all * n / n_of_all))
    answer = handover(table, policy)
    return Deciding(since, until, clauses, answer) if answer.n_judged else None


def _part(engine: Engine, question: Question) -> tuple[date | None, date | None, tuple[Clause, ...]]:
    """Return since when, and until before when, rows say where the line should be, and what keeps them alone."""
    young = turning(engine, question)
    until = None if young is None or young.since is None else young.since.date()
    clauses = until_clauses(question, young)
    settled = _kept(question, clauses)
    since = shifted_since(engine, settled)
    return since, until, clauses if since is None else since_clauses(settled, since)


def _kept(question: Question, clauses: tuple[Clause, ...]) -> Question:
    return replace(question, cohort=question.cohort.with_clauses(clauses))
