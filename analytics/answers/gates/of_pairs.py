"""A gate that says what a comparison was asked: the candidate of the next export is held to the same."""

from __future__ import annotations

from math import inf

from analytics.answers.compare.answer import Comparison
from analytics.answers.gates.statement import Candidate, Gate, GatesFile
from analytics.log.schema import Log
from analytics.measure.compare.difference import COST, direction_of
from analytics.query.compare.pairs import Pairing
from analytics.query.where import where_text

_DIGITS = 4
"""Digits of a margin: of one that is a share of a value further ones say nothing."""


def gate_of_pairs(answer: Comparison) -> GatesFile | None:
    """Return the gate whose limit is the margin of a comparison; None where a file of gates cannot say what was asked.

    That is so of rows that were chosen by what was decided.
    """
    pairing = answer.pairing
    if any(side.cohort.outcomes for side in pairing.sides):
        return None
    live, candidate = ([where_text(clause) for clause in side.cohort.clauses] for side in pairing.sides)
    shared = tuple(text for text in live if text in candidate or not candidate or pairing.is_by_row)
    own = tuple(text for text in live if text not in shared)
    where = () if pairing.is_by_row else tuple(text for text in candidate if text not in shared)
    is_cost = answer.metric == COST
    margin = _rounded(answer.verdict.margin) if is_cost else round(answer.verdict.margin, _DIGITS)
    is_higher = direction_of(answer.metric) == "higher"
    low, high = (-margin, inf) if is_higher else (-inf, margin)
    first, second = pairing.live.log, pairing.candidate.log
    is_other_answer = pairing.is_by_row and first.mapping.judged != second.mapping.judged
    said = Candidate(
        log=second.log_id if second.log_id != first.log_id else None,
        column=second.mapping.judged if is_other_answer else None,
        where=where,
        live=own,
        on=_on(pairing, first),
        threshold=_threshold(pairing),
    )
    name = "The candidate is no worse than what is live"
    return GatesFile(
        (Gate(name, "metric", answer.metric, low, high, "live", shared),),
        candidate=said,
        costs=answer.costs if is_cost else None,
    )


def _rounded(margin: float) -> float:
    """Round money, whose unit may be a cent or a million.

    >>> _rounded(0.000012345678), _rounded(4321.98765)
    (1.235e-05, 4322.0)
    """
    return float(f"{margin:.{_DIGITS}g}")


def _on(pairing: Pairing, live: Log) -> tuple[str, ...]:
    """Return the columns by which rows meet, where it is not the id."""
    names = tuple(name for name, _ in pairing.on)
    return () if names == (live.mapping.row_id,) or not names else names


def _threshold(pairing: Pairing) -> float | None:
    """Return the candidate's threshold, where it is not what a file takes without a word."""
    live, own = pairing.thresholds
    first, second = pairing.live.log, pairing.candidate.log
    usual = live if (first.log_id, first.mapping) == (second.log_id, second.mapping) else second.mapping.threshold
    return None if own == usual else own
