"""From when on rows of one class may still become one of the other: those that count as it until something happens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from analytics.answers.labels_arrivals import ageless, arrivals_so_far, ripe_moment
from analytics.answers.question import Question, is_of_rows
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.measure.labels.arrivals import POSITIVE
from analytics.query.cohort import Clause
from analytics.query.engine import Engine


@dataclass(frozen=True)
class Turning:
    """Rows whose label may still become the other one.

    Attributes
    ----------
    is_positive : bool
        Whether they count as positive.
    since : datetime or None
        The day from which on; None where the log is too short to see the last of them become one, so that all may.
    n, n_young : int
        Rows of the cohort, and those from that day on.
    """

    is_positive: bool
    since: datetime | None
    n: int
    n_young: int


def _may_turn(log: Log) -> bool:
    """Whether labels of one class alone say when they came, as preflight found."""
    return any(found.code == "may-turn" for found in log.findings)


def turning(engine: Engine, question: Question) -> Turning | None:
    """Answer "which rows count as of one class only because they are young?"; None where there are none.

    Rows are old enough after the age at which nearly all labels of the other class are there, as for mature rows.
    """
    if not _may_turn(question.log):
        return None
    try:
        arrivals = arrivals_so_far(engine, ageless(question))
    except QuestionError:  # no row of a whole day: too little to tell
        return None
    if arrivals is None or arrivals.rest is None:
        return None
    log, since = question.log, ripe_moment(arrivals)
    n_young = n = engine.row_counts(log, question.cohort, question.threshold)[0]
    if since is not None:
        is_young = Clause(str(log.mapping.time), "ge", (since.isoformat(),))
        young = replace(question.cohort, clauses=(*question.cohort.clauses, is_young))
        n_young = engine.row_counts(log, young, question.threshold)[0]
    return Turning(arrivals.rest == POSITIVE, since, n, n_young) if n_young else None


def is_settled(engine: Engine, question: Question) -> bool:
    """Whether rows are of both classes up to their end: where the last are of one, errors shift because labels do."""
    is_one = any(each.code == "one-class-after" and is_of_rows(question, each) for each in question.log.findings)
    return not is_one and turning(engine, question) is None
