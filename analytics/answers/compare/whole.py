"""A comparison for a meeting: the verdict with what stands behind it, and where the candidate loses."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from analytics.answers.compare.answer import Comparison, compare
from analytics.answers.compare.judged import Judged, by_people, judged
from analytics.answers.compare.metrics import compared_metrics
from analytics.answers.compare.slices import LosingSlices, losing
from analytics.errors import QuestionError
from analytics.log.mapping import Mapping
from analytics.log.schema import Log
from analytics.measure.thresholds.costs import Costs
from analytics.query.cohort import Clause, Cohort
from analytics.query.compare.pairs import Pairing
from analytics.query.engine import Engine

ANOTHER_LOG = "another log"
"""What the address of Compare says where the candidate is a log of its own."""


@dataclass(frozen=True)
class PairAsking:
    """What a comparison is asked.

    Attributes
    ----------
    pairing : Pairing
    metric : str or None
        The metric of the verdict; None is that of the house, or the cost.
    margin : float or None
        How much worse the candidate may be in it.
    costs : Costs or None
    people : (Pairing, str, str) or None
        The same pairs held to people's grades with the columns of the judge's, where a judge graded them and people some.
    """

    pairing: Pairing
    metric: str | None = None
    margin: float | None = None
    costs: Costs | None = None
    people: tuple[Pairing, str, str] | None = None


@dataclass(frozen=True)
class WholeComparison:
    """A comparison with the slices in which the candidate loses or wins, None where none can be searched.

    ``corrected`` is the verdict by people's grades and a judge's, where the comparison is by a judge and people graded some.
    """

    answer: Comparison
    slices: LosingSlices | None
    corrected: Judged | None = None


def with_people(asking: PairAsking, remap: Callable[[Log, Mapping], Log]) -> PairAsking:
    """Have the verdict corrected by people's grades, where both sides are graded by a judge; ``remap`` is as for `by_people`."""
    return replace(asking, people=by_people(asking.pairing, remap))


def whole_comparison(engine: Engine, asking: PairAsking) -> WholeComparison:
    """Compare two sides and search for the slices in which the candidate loses."""
    metric = asking.metric if asking.metric in compared_metrics(asking.pairing) else None
    answer = compare(engine, asking.pairing, metric, asking.margin, asking.costs)
    corrected = None if asking.people is None else judged(engine, *asking.people, asking.margin)
    return WholeComparison(answer, losing_slices_of(engine, answer), corrected)


def losing_slices_of(engine: Engine, answer: Comparison, said: Collection[str] = ()) -> LosingSlices | None:
    """Search for the slices in which the candidate loses or wins; None where no column or no pair is left to search by.

    ``said`` is as for `losing`.
    """
    if not answer.account.judged or answer.hanging is not None or not answer.pairing.live.log.mapping.segments:
        return None
    try:
        return losing(engine, answer.pairing, answer.metric, answer.costs, said)
    except QuestionError:
        return None


def pair_address(asking: PairAsking) -> tuple[tuple[str, str], ...]:
    """Return what the address of Compare says of two sides; nothing where its controls cannot say it."""
    pairing, parts = asking.pairing, [("pair_on", name) for name, _ in asking.pairing.on]
    live, candidate = pairing.sides
    if live.log.log_id != candidate.log.log_id:
        sides = [("pair_apart", ANOTHER_LOG), ("pair_log", candidate.log.log_id)]
    elif (told := _told_apart(live.cohort, candidate.cohort)) is not None:
        sides = list(zip(("pair_apart", "pair_live", "pair_candidate"), told, strict=True))
    else:
        return ()
    if parts == [("pair_on", live.log.mapping.row_id)]:
        parts = []
    said = [] if asking.metric is None else [("pair_metric", asking.metric)]
    said += [] if asking.margin is None else [("pair_margin", f"{asking.margin:.12g}")]
    return (*sides, *parts, *said)


def _told_apart(live: Cohort, candidate: Cohort) -> tuple[str, str, str] | None:
    """Return the column and both values of two cohorts that differ by the value of one column, else None."""
    own = [[each for each in cohort.clauses if each not in other.clauses] for cohort, other in _each(live, candidate)]
    if [len(each) for each in own] != [1, 1]:
        return None
    first, second = own[0][0], own[1][0]
    is_value = all(each.op == "in" and len(each.values) == 1 for each in (first, second))
    return (first.column, _value(first), _value(second)) if is_value and first.column == second.column else None


def _each(live: Cohort, candidate: Cohort) -> tuple[tuple[Cohort, Cohort], tuple[Cohort, Cohort]]:
    return (live, candidate), (candidate, live)


def _value(clause: Clause) -> str:
    return str(clause.values[0])
