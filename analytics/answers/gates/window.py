"""The last days of a log: what a gate says of them, it says of each export anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.query.cohort import Clause, Cohort


def last_days(question: Question, days: int, ripe: datetime | None) -> tuple[datetime, datetime] | None:
    """Return the first moment of the last days of a log and the first after them; None where the log has no times.

    Parameters
    ----------
    days : int
    ripe : datetime or None
        The first moment of which labels are still to come: the days end there.
    """
    log = question.log
    if log.mapping.time is None or log.time_high is None:
        return None
    newest = datetime.fromisoformat(log.time_high)
    end = datetime.combine(newest.date(), time()) + timedelta(days=1) if ripe is None else ripe
    return end - timedelta(days=days), end


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
    span, column = last_days(question, days, ripe), question.log.mapping.time
    if span is None or column is None:
        raise QuestionError(
            "Expected a log with times for its last days, found none. Choose a column for them, or leave last_days out."
        )
    clauses = tuple(Clause(column, op, (_written(moment),)) for op, moment in zip(("ge", "lt"), span, strict=True))
    return replace(question, cohort=Cohort((*question.cohort.clauses, *clauses), question.cohort.outcomes))


def _written(moment: datetime) -> str:
    """Write a moment as filters read it."""
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ", "seconds")
