"""How two pass rates differ where people judged some pairs and a judge all of them."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.errors import QuestionError
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
    """

    found: Corrected
    verdict: Verdict
    n: int
    n_rest: int


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
    return Judged(found, said, int(sums["n"]), int(sums["n_rest"]))
