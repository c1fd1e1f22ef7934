"""Which rows of two sides are answers to the same input, and the account of how they meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log import logged, score_form
from analytics.log.mapping import Mapping
from analytics.log.other_answer import own_labels, with_answer
from analytics.log.repeats import meeting_columns, once_in_each
from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.compare.pairs import Pairing

_SEVERAL, OFTEN = 2, 1.5
"""Columns that pairs meet by, and pairs or answers of an input, from which on it counts as asked more than once. By hand."""


@dataclass(frozen=True)
class Account:
    """How the rows of two sides meet.

    Attributes
    ----------
    rows_live, rows_candidate : int
    without_id_live, without_id_candidate : int
        Rows that have nothing to meet by.
    repeats_live, repeats_candidate : int
        Rows beyond the last one of their id, which alone counts.
    both, only_live, only_candidate : int
        Ids of both sides and of one alone.
    judged : int
        Pairs that both sides are judged on.
    unanswered_live, unanswered_candidate, unanswered_both : int
        Pairs on which one side alone gives no answer, and those on which neither does.
    one_label, conflicts : int
        Pairs whose label is known on one side alone, which then holds for both, and those with contradicting labels, which are
        not judged.
    is_alike : bool
        Whether ids met without regard to leading zeros, blanks and capitals.
    on : tuple of str
        What they met by; empty: both answers stand in one row.
    """

    rows_live: int
    rows_candidate: int
    without_id_live: int
    without_id_candidate: int
    repeats_live: int
    repeats_candidate: int
    both: int
    only_live: int
    only_candidate: int
    judged: int
    unanswered_live: int
    unanswered_candidate: int
    unanswered_both: int
    one_label: int
    conflicts: int
    is_alike: bool
    on: tuple[str, ...]


def pairing_of(live: Question, candidate: Question, on: Sequence[str] = (), *, by_row: bool = False) -> Pairing:
    """Say by what the rows of two sides meet: the columns that are named, else the ids of both.

    Parameters
    ----------
    live, candidate : Question
    on : sequence of str
        Columns that both logs have.
    by_row : bool
        Whether both answers stand in one row of one file.

    Raises
    ------
    QuestionError
        If a side has no id and no column is named or called as what is asked, both are the same, or they are not judged alike.
    """
    logs = live.log, candidate.log
    if live.log.mapping.kind != candidate.log.mapping.kind:
        raise QuestionError(
            f"Expected two sides that are judged alike, found {live.log.mapping.kind} and {candidate.log.mapping.kind}. "
            "Say what makes a row right in both."
        )
    if live == candidate:
        raise QuestionError(
            "Expected two different sides, found the same rows twice at one threshold. Give the live side and the candidate "
            "filters, columns or thresholds of their own."
        )
    if by_row:
        return Pairing(live, candidate)
    if on:
        names = tuple(dict.fromkeys(on))
        return Pairing(live, candidate, tuple((logs[0].column(name).name, logs[1].column(name).name) for name in names))
    if met := usual_columns(live, candidate):
        return Pairing(live, candidate, met)
    side = "live side" if logs[0].mapping.row_id is None else "candidate"
    raise QuestionError(
        f"Expected a column that says which rows answer the same input, found no id on the {side}. Name it with --id, or "
        "columns that both sides have with --on."
    )


def usual_columns(live: Question, candidate: Question) -> tuple[tuple[str, str], ...]:
    """Return by what rows of two sides meet where nobody says it; empty where nothing tells.

    The query of rankings, since an id is then that of whatever stands first; the ids; what was asked, with turn and trial;
    in two parts of one log a column of which each value stands once on either.
    """
    logs = live.log, candidate.log
    queries = [log.mapping.right.query for log in logs if log.mapping.right is not None]
    for names in (queries, [log.mapping.row_id for log in logs]):
        if len(names) == len(logs) and names[0] is not None and names[1] is not None:
            return ((names[0], names[1]),)
    met = [name for name in meeting_columns(logs[0]) if name in logs[1].reading.names]
    once = None if met else _once_on_each(live, candidate)
    return tuple((name, name) for name in (met if once is None else [once]))


def _once_on_each(live: Question, candidate: Question) -> str | None:
    """Return the column of which each value stands once on either of two parts of a log, by counts; None without one."""
    apart = {each.column for each in {*live.cohort.clauses} ^ {*candidate.cohort.clauses}}
    if live.log.log_id != candidate.log.log_id or len(apart) != 1:
        return None
    return once_in_each(live.log, apart.pop())


def asked_again(pairing: Pairing, account: Account) -> str | None:
    """Return the column of what was asked where rows meet by its turn, trial or judge too: several pairs are of one input."""
    log, on = pairing.live.log, pairing.on
    if len(on) < _SEVERAL or log.mapping.unit is not None:
        return None
    return on[0][0] if account.both >= OFTEN * log.column(on[0][0]).n_distinct else None


def column_pairing(question: Question, name: str, remap: Callable[[Log, Mapping], Log]) -> Pairing:
    """Return the answers that a log is judged by beside those of another of its columns, each by its own label if it has one.

    ``remap`` gives a log under another mapping, for one question.
    """
    if (own := own_labels(question.log, name)) is not None:
        logs = [remap(question.log, mapping) for mapping in own]
        live, candidate = (replace(question, log=log, threshold=log.mapping.threshold) for log in logs)
        return pairing_of(live, candidate, by_row=True)
    mapping = with_answer(question.log.mapping, question.log.reading, name)
    other = remap(question.log, mapping)
    return pairing_of(question, replace(question, log=other, threshold=mapping.threshold), by_row=True)


def unchosen_thresholds(pairing: Pairing) -> tuple[bool, bool]:
    """Say of either side whether its threshold only follows from the range of its scores, so that nobody chose it.

    Probabilities have one half, logged decisions their own, and two parts of one log that are judged by one score at one
    threshold are judged alike.
    """
    first, second = pairing.sides
    live, candidate = pairing.thresholds
    if live == candidate and (first.log.log_id, first.log.mapping) == (second.log.log_id, second.log.mapping):
        return False, False
    at_live, at_candidate = (
        not is_given and _is_middle(side.log, threshold)
        for side, threshold, is_given in zip(pairing.sides, pairing.thresholds, pairing.is_given, strict=True)
    )
    return at_live, at_candidate


def _is_middle(log: Log, threshold: float) -> bool:
    """Whether a threshold is that which a score begins with that is no probability and that no logged decisions follow."""
    if log.is_right_or_wrong or log.is_probability or log.mapping.score is None:
        return False
    mapping, reading = log.mapping, log.reading
    follows = logged.is_known(mapping, reading) and logged.pair_of(mapping) and reading.logged_threshold == threshold
    is_written = score_form.written_threshold(mapping, reading) is not None
    return not follows and not is_written and threshold == score_form.first_threshold(mapping, reading)


def side_names(pairing: Pairing) -> tuple[str, str]:
    """Say what the sides are, without what they have in common."""
    live, candidate = pairing.sides
    if live.log.log_id == candidate.log.log_id:
        shared = {*live.cohort.clauses} & {*candidate.cohort.clauses}
        parts = [Cohort(tuple(each for each in side.cohort.clauses if each not in shared)) for side in pairing.sides]
        if any(parts):
            return parts[0].to_words(), parts[1].to_words()
        judged = [side.log.mapping.judged or "answer" for side in pairing.sides]
        if judged[0] != judged[1]:
            return judged[0], judged[1]
        return f"{judged[0]} at {live.threshold:g}", f"{judged[1]} at {candidate.threshold:g}"
    names = [side.log.name + (f", {side.cohort.to_words()}" if side.cohort else "") for side in pairing.sides]
    return names[0], names[1]
