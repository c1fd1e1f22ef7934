"""What a log is held against beside itself: a reference, and a candidate against what is live; either may be another log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from analytics.answers.compare.sides import column_pairing, pairing_of
from analytics.answers.gates.file import read_gates
from analytics.answers.gates.statement import Candidate
from analytics.answers.question import Question
from analytics.errors import AnalysisError, QuestionError
from analytics.log.kept.gates import chosen_gates
from analytics.log.mapping import Mapping
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.query.cohort import Cohort
from analytics.query.compare.pairs import Pairing
from analytics.query.where import parse_where

_Remap = Callable[[Log, Mapping], Log]
"""Gives a log under another mapping, for one question."""


@dataclass(frozen=True)
class GateSides:
    """What gates are held against besides their own rows.

    Attributes
    ----------
    reference : Question or None
        The reference where it is another log.
    candidate : Pairing or None
        The live side, with its own filters alone, and the candidate.
    problem : str
        Why there is no candidate.
    """

    reference: Question | None = None
    candidate: Pairing | None = None
    problem: str = ""


def gate_sides(workspace: Workspace, question: Question, text: str, remap: _Remap) -> GateSides:
    """Return the sides that a file of gates names, other logs by their id or name in the workspace."""
    file = read_gates(text)
    reference = None
    if file.reference_log is not None:
        try:
            log = _log_called(workspace, file.reference_log)
            reference = Question(log, Cohort(), log.mapping.threshold)
        except QuestionError:
            reference = None
    return replace(
        candidate_side(question, file.candidate, lambda name: _log_called(workspace, name), remap), reference=reference
    )


def kept_gate_sides(workspace: Workspace, question: Question, remap: _Remap) -> GateSides | None:
    """Return the sides of the gates that are kept for a log; None where none are, or they cannot be read."""
    text = chosen_gates(workspace, question.log)
    if text is None:
        return None
    try:
        return gate_sides(workspace, question, text, remap)
    except QuestionError:
        return None


def candidate_side(question: Question, said: Candidate | None, find: Callable[[str], Log], remap: _Remap) -> GateSides:
    """Return the candidate that a file of gates names beside the live side, or why there is none.

    Parameters
    ----------
    question : Question
        The live side is of its log.
    said : Candidate or None
    find : callable
        Gives another log by what a file calls it.
    remap : callable
        Gives a log under another mapping.
    """
    if said is None:
        return GateSides()
    try:
        return GateSides(candidate=_pairing(question, said, find, remap))
    except AnalysisError as error:
        return GateSides(problem=str(error))


def _pairing(question: Question, said: Candidate, find: Callable[[str], Log], remap: _Remap) -> Pairing:
    """Say how the rows of both sides meet."""
    live = replace(question, cohort=_cohort(question.log, said.live))
    is_chosen = question.threshold != question.log.mapping.threshold
    is_given = is_chosen, is_chosen or said.threshold is not None
    if said.column is not None:
        pairing = column_pairing(live, question.log.column(said.column).name, remap)
        where = _cohort(question.log, said.where)
        candidate = replace(Question(*_asked(pairing)), cohort=where)
        return replace(pairing, candidate=_at(candidate, said.threshold), is_given=is_given)
    log = question.log if said.log is None else find(said.log)
    threshold = question.threshold if said.log is None else log.mapping.threshold
    candidate = _at(Question(log, _cohort(log, said.where), threshold), said.threshold)
    is_by_row = said.log is None and not said.where and not said.live
    return replace(pairing_of(live, candidate, said.on, by_row=is_by_row), is_given=is_given)


def _asked(pairing: Pairing) -> tuple[Log, Cohort, float]:
    """Return what is asked of the candidate."""
    return pairing.candidate.log, pairing.candidate.cohort, pairing.candidate.threshold


def _at(question: Question, threshold: float | None) -> Question:
    """Return a question at a threshold, where one is said."""
    return question if threshold is None else replace(question, threshold=threshold)


def _cohort(log: Log, where: tuple[str, ...]) -> Cohort:
    """Read filters of the columns of a log."""
    names = [column.name for column in log.columns]
    return Cohort(tuple(parse_where(text, names) for text in where))


def _log_called(workspace: Workspace, name: str) -> Log:
    """Return the log of the workspace with this id, or else the only one of this name; a path is called by its end."""
    end = name.replace("\\", "/").rpartition("/")[2]
    called = [log for log in workspace.receipts() if log.name in (name, end)]
    return called[0] if len(called) == 1 else workspace.find(name)
