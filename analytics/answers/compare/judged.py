"""How two pass rates differ where people judged some pairs and a judge all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.judge_and_people import people_beside
from analytics.log.mapping import Mapping
from analytics.log.other_answer import with_answer
from analytics.log.schema import Log
from analytics.measure.compare.judged import Corrected, JudgedSums, corrected_difference
from analytics.measure.compare.verdict import MARGIN, Verdict, verdict
from analytics.query.compare.judged import judged_sums
from analytics.query.compare.pairs import Pairing
from analytics.query.engine import Engine


@dataclass(frozen=True)
class Judged:
    """The difference of pass rates by people's verdicts and a judge's.

    Attributes
    ----------
    found : Corrected
    verdict : Verdict
    n, n_rest : int
        Pairs that people judged, and those that the judge alone judged.
    by : (str, str)
        The columns of people's grades of either answer.
    """

    found: Corrected
    verdict: Verdict
    n: int
    n_rest: int
    by: tuple[str, str]

    @property
    def is_known(self) -> bool:
        """Whether enough pairs were judged by people, and by the judge alone, to say something."""
        return self.verdict.word != "unknown"


def by_people(pairing: Pairing, remap: Callable[[Log, Mapping], Log]) -> tuple[Pairing, str, str] | None:
    """Return the same pairs held to people's grades, and the columns of the judge by which the pairs given are graded.

    None where a side is not graded by a judge, or no one column beside tells people's grades of the same answers
    (`log.judge_and_people.people_beside`). ``remap`` gives a log under another mapping, for one question.
    """
    sides, judges = [], []
    for side in pairing.sides:
        assert isinstance(side, Question)
        mapping, reading = side.log.mapping, side.log.reading
        if mapping.kind != "grades" or mapping.right is None:
            return None
        judges.append(mapping.right.true)
        people = people_beside(reading.columns, judges[-1])
        if people is None:
            return None
        sides.append(replace(side, log=remap(side.log, with_answer(mapping, reading, people))))
    return replace(pairing, live=sides[0], candidate=sides[1]), judges[0], judges[1]


def judged(engine: Engine, pairing: Pairing, live: str, candidate: str, margin: float | None = None) -> Judged:
    """Compare pass rates by people's verdicts on some pairs and a judge's on all.

    Raises
    ------
    QuestionError
        If the sides are not graded, or a column is unknown.
    """
    if pairing.live.log.mapping.kind != "grades":
        raise QuestionError(
            "Expected people's grades of either answer beside the judge's, found none. Name them with --live-grade."
        )
    sums = judged_sums(engine, pairing, live, candidate)
    found = corrected_difference(JudgedSums(**sums))
    said = verdict(found.difference, found.low, found.high, MARGIN if margin is None else margin, int(sums["n"]))
    by = [str(side.log.mapping.judged) for side in pairing.sides]
    return Judged(found, said, int(sums["n"]), int(sums["n_rest"]), (by[0], by[1]))
