"""From when on rows of one class may still become one of the other, or are there first because its labels come first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from analytics.answers.labels_arrivals import ageless, arrivals_so_far, ripe_moment
from analytics.answers.question import Question, is_of_rows
from analytics.errors import QuestionError
from analytics.log.receipt import CheckResult
from analytics.log.schema import Log
from analytics.measure.labels.arrivals import POSITIVE
from analytics.measure.labels.later import later_class
from analytics.query.cohort import Clause
from analytics.query.engine import Engine


@dataclass(frozen=True)
class Turning:
    """Rows whose label may still become the other one, or of which those of the other class are still to come.

    Attributes
    ----------
    is_positive : bool
        Whether they count as positive, or positive ones are there first.
    since : datetime or None
        The day from which on; None where the log is too short to see the last of them become one, so that all may.
    n, n_young : int
        Rows of the cohort, and those from that day on.
    is_late : bool
        Whether labels of both classes come with time, those of the other class last.
    """

    is_positive: bool
    since: datetime | None
    n: int
    n_young: int
    is_late: bool = False

    def explains(self, found: CheckResult) -> bool:
        """Whether labels of one class from a day on, as preflight found, are those that come first."""
        day = (found.example or "")[:10]
        return self.is_late and found.code == _ONE_CLASS and self.since is not None and day >= str(self.since.date())


_ONE_CLASS = "one-class-after"
_LEAST_YOUNG = 0.05
"""Share of the rows that are young, from which on their class is told where it comes last: fewer hardly move a number of all
rows. By hand; where labels are of one class from a day on it is told whatever their number."""


def _may_turn(log: Log) -> bool:
    """Whether labels of one class alone say when they came, as preflight found."""
    return any(found.code == "may-turn" for found in log.findings)


def turning(engine: Engine, question: Question) -> Turning | None:
    """Answer "which rows are of one class only because they are young?"; None where there are none.

    Rows are old enough after the age at which nearly all labels are there, as for mature rows.
    """
    log = question.log
    if not _may_turn(log) and (log.mapping.label_time is None or log.is_right_or_wrong or log.time_low is None):
        return None
    try:
        arrivals = arrivals_so_far(engine, ageless(question))
    except QuestionError:  # no row of a whole day: too little to tell
        return None
    if arrivals is None:
        return None
    one = next((each for each in log.findings if each.code == _ONE_CLASS and is_of_rows(question, each)), None)
    last = None if _may_turn(log) else later_class(arrivals)
    if last is None and one is not None and one.example is not None and not _may_turn(log):
        last = later_class(arrivals, datetime.fromisoformat(one.example[:10]))
    if last is None and (arrivals.rest is None or not _may_turn(log)):
        return None
    since = ripe_moment(arrivals)
    n_young = n = engine.row_counts(log, question.cohort, question.threshold)[0]
    if since is not None:
        is_young = Clause(str(log.mapping.time), "ge", (since.isoformat(),))
        young = replace(question.cohort, clauses=(*question.cohort.clauses, is_young))
        n_young = engine.row_counts(log, young, question.threshold)[0]
    if last is None:
        return Turning(arrivals.rest == POSITIVE, since, n, n_young) if n_young else None
    least = 0.0 if one is not None else _LEAST_YOUNG * n
    return Turning(last != POSITIVE, since, n, n_young, is_late=True) if n_young and n_young >= least else None


def until_clauses(question: Question, young: Turning | None) -> tuple[Clause, ...]:
    """Return the clauses that keep the rows before those that are young, beside the bounds that the question has."""
    if young is None or young.since is None:
        return ()
    name = str(question.log.mapping.time)
    bounds = (clause for clause in question.cohort.of(name) if clause.op in ("ge", "gt", "le", "lt"))
    return (*bounds, Clause(name, "lt", (young.since.date().isoformat(),)))


def settled(engine: Engine, question: Question) -> Question | None:
    """Return a question of the rows that are of both classes up to their end; None where nothing tells which these are.

    Where the last rows are of one class because they are young errors shift because labels do: those before tell.
    """
    young = turning(engine, question)
    if young is not None and young.since is None:
        return None
    if clauses := until_clauses(question, young):
        question = replace(question, cohort=question.cohort.with_clauses(clauses))
    is_one = any(each.code == _ONE_CLASS and is_of_rows(question, each) for each in question.log.findings)
    return None if is_one else question
