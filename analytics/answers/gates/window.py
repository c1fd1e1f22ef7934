"""The last days of a log: what a gate says of them, it says of each export anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.query.cohort import Clause, Cohort


def of_last_days(question: Question, days: int, ripe: datetime | None) -> Question:
    """Return a question of the last days of a log alone, those of which labels are still to come left out where that is known.

    Parameters
    ----------
    days : int
    ripe : datetime or None
        The first moment of which labels are still to come.

    Raises
    ------
    QuestionError
        If the log has no times.
    """
    log = question.log
    if log.mapping.time is None or log.time_high is None:
        raise QuestionError(
            "Expected a log with times for its last days, found none. Choose a column for them, or leave last_days out."
        )
    newest = datetime.fromisoformat(log.time_high)
    end = datetime.combine(newest.date(), time()) + timedelta(days=1) if ripe is None else ripe
    bounds = (("ge", end - timedelta(days=days)), ("lt", end))
    clauses = tuple(Clause(log.mapping.time, op, (_written(moment),)) for op, moment in bounds)
    return replace(question, cohort=Cohort((*question.cohort.clauses, *clauses), question.cohort.outcomes))


def _written(moment: datetime) -> str:
    """Write a moment as filters read it."""
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ", "seconds")
