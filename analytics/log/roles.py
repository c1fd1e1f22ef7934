"""A first guess at the role of every column, each with its reason, from names, types and values."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from analytics.log import class_columns, label_time, logged, pairs, positives, score_form, views
from analytics.log.column import MAX_SEGMENT_VALUES, MAX_VALUES_BY_VALUE, Column
from analytics.log.mapping import Mapping
from analytics.log.paths import short_name
from analytics.log.role_names import is_prediction, strength
from analytics.log.schema import Reading
from analytics.log.value_words import POSITIVE_WORDS

_ASKED = ("label", "score")
"""Roles that a wrong guess makes every number wrong of: where two columns have a claim, a person is asked."""

_MAX_CANDIDATES = 6
"""Columns that are offered for an open role. Bounds the row of buttons."""

_MIN_SHARE_OWN = 0.95
"""Share of the rows with a value of their own that makes numbers an id. A judgement."""

_KEY = re.compile(r"[\w.:/+=-]{1,64}")

_MAX_ID_LIKE = 1_000
"""Whole numbers beyond it that differ on nearly every row are names of rows and no scores. A judgement."""


@dataclass(frozen=True)
class Guess:
    """A mapping, why each column got its role, and the roles that stay open.

    Attributes
    ----------
    mapping : Mapping
        What the names say; a label or a score that no name settles stays open.
    reasons : dict of str to str
        By column, why it got its role.
    open : dict of str to tuple of (str, str)
        By role that stays open, the columns that could play it, each with the reason; under *positive* and *decision_positive*
        the two values of which no word says which is positive.
    """

    mapping: Mapping
    reasons: dict[str, str]
    open: dict[str, tuple[tuple[str, str], ...]]


def guess(reading: Reading, said: dict[str, str | None] | None = None) -> Guess:
    """Guess the role of every column of a reading; a label or a score for which two columns have a claim stays open.

    Parameters
    ----------
    reading : Reading
        What was found in the file.
    said : dict of str to (str or None), optional
        Roles that a person named, None where no column plays one: they stand, and the others are guessed around them.
    """
    said = said or {}
    columns, n_rows = reading.columns, reading.rows_kept
    reasons: dict[str, str] = {}
    chosen = {role: name for role, name in said.items() if name is not None}
    reasons |= dict.fromkeys(chosen.values(), "named")
    undecided: dict[str, tuple[tuple[str, str], ...]] = {}
    judged = {} if {"label", "decision", "score"} & {*said} else pairs.judge_and_people(columns)
    chosen |= judged
    reasons |= dict.fromkeys(judged.values(), "a judge's verdict, and people's on some")
    for role in ("label", "decision", "score", "time", "row_id", "model_version", "amount"):
        taken = {*chosen.values(), *(name for claims in undecided.values() for name, _ in claims)}
        if role in said or role in chosen or (role == "score" and judged):
            continue
        if role == "label" and reading.labels:
            chosen[role] = reading.labels.label_column
            reasons[chosen[role]] = f"it holds the labels of {reading.labels.source!r}"
            continue
        free = [column for column in columns if column.name not in taken]
        if role == "decision":  # of the names of classes in a list none was decided
            free = [column for column in free if not class_columns.is_name_of_class(columns, column)]
        claims = _hinted(role, reading, free) or _claims(role, free, n_rows, reading.origin.paths)
        if len(claims) == 1 or (claims and role not in _ASKED):
            chosen[role], reasons[claims[0].name] = claims[0].name, claims[0].reason
        elif claims:
            undecided[role] = tuple((claim.name, claim.reason) for claim in claims)
    twins = {} if {"label", "decision"} & {*said, *chosen, *undecided} else pairs.twins_of_two(columns, chosen.values())
    chosen |= twins
    reasons |= dict.fromkeys(twins.values(), "what a model said, and what it was said of")
    _by_values(columns, chosen, reasons, undecided, n_rows, said)
    candidates = [chosen["score"]] if "score" in chosen else [name for name, _ in undecided.get("score", ())]
    if "score" not in said and (found := class_columns.score_of(reading, chosen.get("label"), candidates)):
        reasons.pop(chosen.get("score", ""), None)
        undecided.pop("score", None)
        chosen["score"], reasons[found[0]] = found
    elif "score" not in said and class_columns.is_place_of_many(reading, chosen.get("score")):
        reasons[chosen.pop("score")] = "one place of a list: which class it is the score of is not said"
    named = class_columns.named_after(reading, chosen.get("label")) if "score" not in said else None
    if named is not None and chosen.setdefault("score", named[0]) == named[0]:
        undecided.pop("score", None)
        reasons[named[0]] = f"it is called after {named[1]!r}, a value of {chosen['label']!r}"
    if "label_time" not in said and (known := label_time.claim(columns, n_rows, chosen)):
        chosen["label_time"], reasons[known[0]] = known[0], known[1]
    mapping = Mapping(**chosen)  # type: ignore[arg-type]
    segments, texts = [], []
    for column in columns:
        if column.name in reasons:
            if column.name == mapping.model_version:
                segments.append(column.name)
            continue
        role, reason = _rest(column, n_rows)
        reasons[column.name] = reason
        if role == "segment":
            segments.append(column.name)
        elif role == "text":
            texts.append(column.name)
    mapping = replace(mapping, segments=tuple(segments), text=tuple(texts))
    is_named = named is not None and named[0] == chosen["score"]
    mapping = complete(mapping, reading, named[1] if named and is_named else None)
    if right := views.guessed(mapping, reading, said, undecided):
        for role in ("score", *(("label",) if right.kind == "numbers" else ())):
            undecided.pop(role, None)
        mapping = views.right_or_wrong(mapping, reading, right)
        for role, name, other in (("label", right.true, right.predicted), ("decision", right.predicted, right.true)):
            if name and other and chosen.get(role) != name:
                reasons[name] = f"it goes together with {other!r}"
    untold = {} if is_named else positives.untold(mapping, reading)
    return Guess(mapping, reasons, undecided | untold)


def complete(mapping: Mapping, reading: Reading, positive: str | None = None) -> Mapping:
    """Complete a mapping with its columns' classes and form; ``positive`` is what something else than words calls so."""
    mapping = score_form.with_form(positives.with_values(mapping, reading, positive), reading)
    return replace(mapping, threshold=logged.first_threshold(mapping, reading))


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


def _claims(role: str, columns: Sequence[Column], n_rows: int, paths: Collection[str] = ()) -> list[_Claim]:
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
        if rank is not None and (reason := _fits(role, column, n_rows)):
            is_fitting = _is_fitting(role, column)
            if is_fitting or rank[0] == 0 or role != "label":
                found.append(_Claim(column.name, *rank, is_fitting, f"its name, and {reason}"))
    if role not in _ASKED:
        return sorted(found, key=lambda claim: (claim.strength, claim.place))[:1]
    return [claim for claim in found if not any(other.beats(claim) for other in found)]


def _is_one_word(column: Column) -> bool:
    """Whether a column holds one class throughout, as the task of an annotation does beside one that holds an answer."""
    return len(word := positives.known_groups(column)) == 1 and not {*word} & {"0", "1"}


def _is_decision_name(name: str, rank: tuple[int, int] | None) -> bool:
    """Whether a name says what was predicted or decided, rather than what turned out to be true."""
    decides = strength("decision", name)
    return is_prediction(name) or (decides is not None and (rank is None or decides[0] < rank[0]))


def _is_fitting(role: str, column: Column) -> bool:
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
    claims = _claims(role, columns, n_rows)
    return (claims[0].name, claims[0].reason) if len(claims) == 1 else None


def _by_values(
    columns: Sequence[Column],
    chosen: dict[str, str],
    reasons: dict[str, str],
    undecided: dict[str, tuple[tuple[str, str], ...]],
    n_rows: int,
    said: Collection[str],
) -> None:
    """Fill roles that no name suggested from types and values: a time or an id is taken, a label or a score is asked for."""

    def free() -> list[Column]:
        taken = {*chosen.values(), *(name for claims in undecided.values() for name, _ in claims)}
        return [column for column in columns if column.name not in taken]

    def take(role: str, column: Column | None, reason: str) -> None:
        if role not in chosen and role not in said and column is not None:
            chosen[role] = column.name
            reasons[column.name] = f"{reason}; no column is named like this role"

    def ask(role: str, found: Sequence[Column], reason: str) -> None:
        if role not in chosen and role not in undecided and role not in said and found:
            undecided[role] = tuple((column.name, reason) for column in found[:_MAX_CANDIDATES])

    if "decision" not in chosen:
        ask("score", [column for column in free() if _is_fraction(column)], "fractions between 0 and 1")
    if {"score", "decision"} & {*chosen, *undecided}:
        ask("label", _binary(free()), "has two values")
    times = [column for column in free() if column.kind == "time" and strength("time", f"{column.name}_at") is not None]
    take("time", times[0] if times else None, "the first column of times")
    take("row_id", next((column for column in free() if _is_key(column, n_rows)), None), "every row has its own value")


def _is_fraction(column: Column) -> bool:
    """Whether a column holds many different numbers between 0 and 1."""
    if column.kind != "number" or column.n_distinct <= 24 or column.is_whole:
        return False
    try:
        return 0 <= float(column.low or "nan") <= float(column.high or "nan") <= 1
    except ValueError:
        return False


def _is_key(column: Column, n_rows: int) -> bool:
    """Whether every row has a short value of its own, as an id has."""
    if n_rows <= 24 or column.n_missing or column.n_distinct < n_rows:
        return False
    return column.is_whole or (column.kind == "text" and all(_KEY.fullmatch(value) for value, _ in column.top))


def _hinted(role: str, reading: Reading, columns: Sequence[Column]) -> list[_Claim]:
    """Return the column in which the kind of payload that was recognised keeps a role, if it has one that fits."""
    for column in columns:
        if (role, column.name) in reading.origin.hints and (reason := _fits(role, column, reading.rows_kept)):
            return [_Claim(column.name, 0, 0, True, f"where logs of this kind keep it, and {reason}")]
    return []


def _fits(role: str, column: Column, n_rows: int) -> str | None:
    """Say why the values of a column allow a role, None where they do not."""
    if column.n_distinct == 0 or column.n_missing == n_rows:
        return None
    if role == "score" and column.kind in ("number", "text"):
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


def _binary(columns: Sequence[Column]) -> list[Column]:
    """Return the columns with two classes, those with 0 and 1 or a telling word first."""
    two = [column for column in columns if _is_fitting("label", column) and column.kind != "time"]
    return sorted(two, key=lambda column: not {*positives.known_groups(column)} & {*POSITIVE_WORDS, "1"})


def _rest(column: Column, n_rows: int) -> tuple[str, str]:
    """Return the role of a column that no single role claimed, with the reason."""
    if column.n_missing == n_rows:
        return "segment", "is empty throughout: being missing can still be sliced"
    if column.kind == "number":
        if column.n_distinct >= 0.95 * n_rows and n_rows > 24 and column.is_whole:
            return "ignore", "numbers that nearly all differ, as in an id"
        return "segment", "numbers, sliced by value" if column.n_distinct <= 24 else "numbers, sliced in bins"
    if column.kind == "boolean":
        return "segment", "true or false"
    if column.kind == "time":
        return "ignore", "a second time; it can still be filtered"
    if column.n_distinct <= MAX_SEGMENT_VALUES and column.n_distinct <= max(24, 0.5 * n_rows):
        return "segment", f"text with {column.n_distinct:,} different value{'s' * (column.n_distinct != 1)}"
    longest = max((len(value) for value, _ in column.top), default=0)
    if longest >= 60:
        return "text", "long text that nearly always differs"
    return "ignore", f"text with {column.n_distinct:,} different values, too many to slice by"
