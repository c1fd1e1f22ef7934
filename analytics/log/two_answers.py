"""Two answers to each row by the names of their columns: ``prob_old`` and ``prob_new``, ``a_pred`` and ``b_pred``."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from itertools import combinations

from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.operation_names import kind_of
from analytics.log.role_names import folded_name, strength
from analytics.log.schema import Reading

_LIVE = re.compile(
    r"old|current|existing|live|prod(uction)?|champion|incumbent|base(line)?|control|before|legacy|previous|prev|"
    r"alt|alte[rsn]?|bisher(ig)?|aktuell|ancien(ne)?|actuel(le)?|viej[oa]|anterior"
)
"""Words that names give to what is live."""
_CANDIDATE = re.compile(
    r"new|cand(idate)?|challenger|shadow|treatment|variant|test|after|next|proposed|neue?[rsn]?|kandidat|schatten|nouveau|nouvelle|"
    r"nuev[oa]|candidat[oa]?"
)
"""Words that names give to what may replace it."""
_COUNTED = re.compile(r"([a-z]*?)(\d+|[a-z])")
"""A version by number or letter: ``v1``, ``2``, ``b``."""
_TWO = 2
"""Different values of a column of decisions, and answers that are told apart."""


def two_answers_hint(reading: Reading) -> str:
    """Say which two columns could be two answers to each row, and how they are compared; empty where no names say so.

    >>> one, other = (Column(k, name, "DOUBLE", "number", n_distinct=90) for k, name in enumerate(("prob_new", "prob_old")))
    >>> two_answers_hint(Reading("", "", "csv", 90, 90, (one, other)))
    " 'prob_old' and 'prob_new' could be two answers to each row: --live-score prob_old --candidate-score prob_new."
    """
    truth = next((each for each in reading.columns if strength("label", each.name) is not None), None)
    free = [each for each in reading.columns if each is not truth and each.kind != "time" and kind_of(each) is None]
    found = [(both, how) for both in _pairs(free) if (how := _option(*both, truth)) is not None]
    if not found:
        return ""
    (live, candidate), (option, end, more) = min(found, key=lambda each: not any(map(_is_answer, each[0])))
    said = " ".join(
        f"--{side}-{option} {shlex.quote(each.name + end)}" for side, each in (("live", live), ("candidate", candidate))
    )
    return f" {live.name!r} and {candidate.name!r} could be two answers to each row: {said}{more}."


def _pairs(columns: Sequence[Column]) -> list[tuple[Column, Column]]:
    """Return the columns whose names differ by a word that says which is live, else the only two that are called scores alike."""
    found = []
    for one, other in combinations(columns, 2):
        found += [both for both in ((one, other), (other, one)) if _tell_sides(*(_words(each) for each in both))]
    scores = [each for each in columns if strength("score", each.name) is not None and _is_many(each)]
    if not found and len(scores) == _TWO and {*_words(scores[0])} & {*_words(scores[1])}:
        found = [(scores[0], scores[1])]
    return found


def _tell_sides(live: list[str], candidate: list[str]) -> bool:
    """Whether the words of two names are the same but for one that says which is live and which may replace it.

    >>> _tell_sides(["score", "v1"], ["score", "v2"]), _tell_sides(["score"], ["shadow", "score"]), _tell_sides(["b"], ["a"])
    (True, True, False)
    """
    if not {*live} & {*candidate}:
        return False
    first, second = (
        [word for word in words if word not in others] for words, others in ((live, candidate), (candidate, live))
    )
    if len(first) > 1 or len(second) > 1 or not first + second:
        return False
    if not first or not second:
        return bool(_CANDIDATE.fullmatch(second[0]) if second else _LIVE.fullmatch(first[0]))
    counted = [_COUNTED.fullmatch(word[0]) for word in (first, second)]
    if counted[0] and counted[1] and counted[0][1] == counted[1][1]:
        ours, theirs = counted[0][2], counted[1][2]
        return (len(ours), ours) < (len(theirs), theirs) and ours.isdigit() == theirs.isdigit()
    return bool(_LIVE.fullmatch(first[0]) and _CANDIDATE.fullmatch(second[0]))


def _option(live: Column, candidate: Column, truth: Column | None) -> tuple[str, str, str] | None:
    """Return by which option two columns are compared, what follows their names and all of it; None for no answers."""
    if live.kind != candidate.kind:
        return None
    is_number = _is_many(live) and _is_many(candidate)
    if truth is not None and truth.name not in (live.name, candidate.name):
        of_truth = f" = {truth.name}"
        if is_number and _is_many(truth):
            return "right", of_truth, " --within 10%"
        if truth.kind == "text" and truth.n_distinct > _TWO and _share_values(live, truth):
            return "right", of_truth, ""
    if is_number:
        return "score", "", ""
    is_decided = live.n_distinct == candidate.n_distinct == _TWO and (_is_answer(live) or _is_answer(candidate))
    return ("decision", "", "") if is_decided else None


def _share_values(one: Column, other: Column) -> bool:
    """Whether a column of classes has values of another one."""
    return bool({text for text, _ in one.top} & {text for text, _ in other.top})


def _is_answer(column: Column) -> bool:
    """Whether a column is called a score or a decision."""
    return any(strength(role, column.name) is not None for role in ("score", "decision"))


def _is_many(column: Column) -> bool:
    return column.kind == "number" and column.n_distinct > MAX_VALUES_BY_VALUE


def _words(column: Column) -> list[str]:
    """Return the words of a name."""
    return [word for word in folded_name(column.name).split("_") if word]
