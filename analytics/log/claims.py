"""The columns that could play a role by their names and values, and which of them has the better claim."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from analytics.log import positives, score_form
from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.column_names import is_event
from analytics.log.paths import short_name
from analytics.log.role_names import folded_name, is_prediction, strength
from analytics.log.schema import Reading
from analytics.log.value_words import positive_of

ASKED = ("label", "score")
"""Roles that a wrong guess makes every number wrong of: where two columns have a claim, a person is asked."""

_MIN_SHARE_OWN = 0.95
"""Share of the rows with a value of their own that makes numbers an id. A judgement."""

_LACKING = 0.1
"""Share of the rows without a time from which on another one is taken first. A judgement."""

_MAX_ID_LIKE = 1_000
"""Whole numbers beyond it that differ on nearly every row are names of rows and no scores. A judgement."""

_COMPARED = re.compile(r"((is|was|prediction|pred|answer)_)?(correct|right)")
"""Names of what says whether a prediction equals the truth: beside the truth itself it is no label."""

_DECIDED = re.compile(r"(.*_)?(decision|entscheidung)(_.*)?")
"""Names of what somebody decided: the truth where people correct a model, and no truth beside an event that came later."""


@dataclass(frozen=True)
class _Claim:
    """A column that could play a role: how strong its name is, what its values speak for, and both in words."""

    name: str
    strength: int
    place: int
    is_fitting: bool
    reason: str

    def beats(self, other: _Claim) -> bool:
        """Whether this claim is better in one respect and worse in none."""
        own, theirs = (self.strength, not self.is_fitting), (other.strength, not other.is_fitting)
        return own != theirs and all(mine <= yours for mine, yours in zip(own, theirs, strict=True))


def claims_of(role: str, columns: Sequence[Column], n_rows: int, paths: Collection[str] = ()) -> list[_Claim]:
    """Return the columns whose names say a role and which no other beats; more than one leave a doubt.

    Of names that are ``paths`` into values the end counts as well.
    """
    found: list[_Claim] = []
    has_answer = role == "label" and positives.any_binary(columns) is not None
    for column in columns:
        names = [column.name, *([short_name(column.name)] if column.name in paths else [])]
        rank = min((known for name in names if (known := strength(role, name)) is not None), default=None)
        if role == "label" and (
            any(_is_decision_name(name, rank) for name in names) or (has_answer and _is_one_word(column))
        ):
            continue
        if rank is not None and (reason := _fits(role, column, n_rows, is_nested=column.name in paths)):
            is_fitting = is_fitting_role(role, column)
            if is_fitting or rank[0] == 0 or role != "label":
                found.append(_Claim(column.name, *rank, is_fitting, f"its name, and {reason}"))
    if role not in ASKED:
        lacking = {column.name for column in columns if role == "time" and column.n_missing > _LACKING * n_rows}
        return sorted(found, key=lambda claim: (claim.name in lacking, claim.strength, claim.place))[:1]
    found = _without_weaker(role, found, columns)
    return [claim for claim in found if not any(_is_beaten(claim, other) for other in found)]


def _is_beaten(claim: _Claim, other: _Claim) -> bool:
    """Whether another claim is better; what was decided in the end is no better a truth than what happened.

    >>> final, late = (_Claim(*of, 0, True, "") for of in (("final_decision", 0), ("defaulted_12m", 1)))
    >>> _is_beaten(late, final), _is_beaten(late, _Claim("y_true", 0, 0, True, ""))
    (False, True)
    """
    return other.beats(claim) and not (_DECIDED.fullmatch(folded_name(other.name)) and is_event(claim.name))


def binary(columns: Sequence[Column]) -> list[Column]:
    """Return the columns with two classes, those with 0 and 1 or a telling word first; none that is called a prediction."""
    two = [column for column in columns if is_fitting_role("label", column) and column.kind != "time"]
    two = [column for column in two if not is_prediction(column.name)] or two
    return sorted(two, key=lambda column: not is_told(column))


def is_told(column: Column) -> bool:
    """Whether words tell which value of a column is positive."""
    return positive_of(positives.known_groups(column), column.name) is not None


def is_comparison(column: Column) -> bool:
    """Whether a column is called like what says that a prediction equals the truth."""
    return _COMPARED.fullmatch(folded_name(column.name)) is not None


def _without_weaker(role: str, found: list[_Claim], columns: Sequence[Column]) -> list[_Claim]:
    """Leave out what compares the truth with a prediction, and a confidence in either of two classes beside a score of one.

    >>> one, other = (_Claim(name, 0, 0, True, "") for name in ("Actual", "is_correct"))
    >>> [claim.name for claim in _without_weaker("label", [one, other], ())]
    ['Actual']
    """
    if role == "label":
        others = [claim for claim in found if not _COMPARED.fullmatch(folded_name(claim.name))]
        return others if any(claim.strength == 0 and claim.is_fitting for claim in others) else found
    sure = {
        each.name for each in columns if score_form.is_confidence_name(each.name) and score_form.spans_from(each, 0.5)
    }
    others = [claim for claim in found if claim.name not in sure]
    return others if any(claim.is_fitting for claim in others) else found


def _is_one_word(column: Column) -> bool:
    """Whether a column holds one class throughout, as the task of an annotation does beside one that holds an answer."""
    return len(word := positives.known_groups(column)) == 1 and not {*word} & {"0", "1"}


def _is_decision_name(name: str, rank: tuple[int, int] | None) -> bool:
    """Whether a name says what was predicted or decided, rather than what turned out to be true."""
    decides = strength("decision", name)
    return is_prediction(name) or (decides is not None and (rank is None or decides[0] < rank[0]))


def is_fitting_role(role: str, column: Column) -> bool:
    """Whether the values are those that a role mostly has: two classes of a label, fractions of a score."""
    if role == "label":
        return len(positives.known_groups(column)) == 2 or positives.marked(column) is not None
    if column.kind != "number" or column.n_distinct <= 2:
        return False
    scale = score_form.form_of(column).scale
    is_unit = float(column.low or "nan") >= 0 and float(column.high or "nan") <= scale
    return is_unit or score_form.is_almost_probability(column)


def best(role: str, columns: Sequence[Column], n_rows: int) -> tuple[str, str] | None:
    """Return the name of the column that fits ``role`` best, with the reason; None where none fits, or two do as well."""
    claims = claims_of(role, columns, n_rows)
    return (claims[0].name, claims[0].reason) if len(claims) == 1 else None


def hinted(role: str, reading: Reading, columns: Sequence[Column]) -> list[_Claim]:
    """Return the column in which the kind of payload that was recognised keeps a role, if it has one that fits."""
    for column in columns:
        if (role, column.name) in reading.origin.hints and (reason := _fits(role, column, reading.rows_kept)):
            return [_Claim(column.name, 0, 0, True, f"where logs of this kind keep it, and {reason}")]
    return []


def _fits(role: str, column: Column, n_rows: int, *, is_nested: bool = False) -> str | None:
    """Say why the values of a column allow a role, None where they do not."""
    if column.n_distinct == 0 or column.n_missing == n_rows:
        return None
    if role == "score" and column.kind in ("number", "text"):
        if is_nested and column.n_distinct == 1:  # a setting that each record repeats
            return None
        if _is_id_like(column, n_rows):
            return None
        if column.kind == "text":
            return "most of its values are numbers" if _share_of_numbers(column) > 0.5 else None
        return f"numbers from {column.low} to {column.high}"
    if role in ("label", "decision") and column.n_distinct <= 24 and column.kind != "time":
        return f"{column.n_distinct} different value{'s' * (column.n_distinct != 1)}"
    if role == "time" and column.kind == "time":
        return f"times from {str(column.low)[:10]} to {str(column.high)[:10]}"
    if role == "row_id" and column.n_distinct >= 0.5 * n_rows and column.kind in ("number", "text"):
        return "nearly every row has its own value"
    if role == "amount" and column.kind == "number" and column.n_distinct > 24:
        return f"numbers from {column.low} to {column.high}"
    if role == "model_version" and column.n_distinct <= 50:
        return f"{column.n_distinct} different value{'s' * (column.n_distinct != 1)}"
    return None


def _is_id_like(column: Column, n_rows: int) -> bool:
    """Whether whole numbers differ on nearly every row and run high, as those of an id."""
    is_own = column.n_distinct >= _MIN_SHARE_OWN * n_rows and n_rows > MAX_VALUES_BY_VALUE
    return is_own and column.is_whole and abs(float(column.high or 0)) > _MAX_ID_LIKE


def _share_of_numbers(column: Column) -> float:
    """Return the share of the most frequent values of a text column that are numbers."""
    numbers = sum(rows for value, rows in column.top if re.fullmatch(r"\s*[+-]?\d*\.?\d+([eE][+-]?\d+)?\s*", value))
    total = sum(rows for _, rows in column.top)
    return numbers / total if total else 0.0
