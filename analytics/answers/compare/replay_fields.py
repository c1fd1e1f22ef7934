"""What became of a field between an evaluation and its replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from analytics.log.schema import Log
from analytics.query.compare.moved import line_change, share_moved, shared_values
from analytics.query.compare.replay import DIGITS, STEPS, Field, value_changes
from analytics.query.engine import Engine

_How = Literal[
    "empty",
    "filled",
    "unread",
    "unit",
    "affine",
    "shift",
    "rounded",
    "default",
    "recoded",
    "swapped",
    "spelled",
    "padded",
    "truncated",
    "shuffled",
    "other",
]
"""What became of a field's values."""

MOST = 0.9
"""Share of the rows on which a field differs from which all of it is told as one change. By hand: the rest may be another."""
_VALUES = 3
"""Different values from which one ratio, or one value in the place of all, is no coincidence; a line has one more to fit. A
judgement."""
_FINE = 0.1
"""Of the standard deviation, up to which values have to be near a line. By hand: on a coarser one anything lies."""
_UNLIKE, _APART, _WIDER = 0.5, 0.2, 1.25
"""Correlation below which a number is not the row's own with noise; standard deviations, and their ratio, up to which two
distributions of numbers are one. By hand."""
_OVERLAP = 0.8
"""Of two distributions of texts, from which they are one. By hand."""


@dataclass(frozen=True)
class FieldChange:
    """One field that differs.

    Attributes
    ----------
    field : str
    how : str
        What became of most of its values.
    of_changed, of_same : int
        Rows on which it differs, where the score does and where it does not.
    emptied : int
        Rows on which the evaluation has a value and the replay has none.
    rows : int
        Rows on which that became of it.
    moved : float
        By how much the scores of the rows on which it differs moved, together.
    first : int
        Rows whose score changed on which it is the first field that differs.
    is_reason : bool
        Whether it differs more often where scores do.
    detail : tuple
        Factor of a unit, factor and shift of a line, shift, decimals, the value that stands for the others, two values that stand
        for each other, the length a text is cut to and an example of both sides, or the first text that could not be read and the
        kind of its column; else empty.
    n_values : int
        Rows on which both sides have a value and these differ.
    also : (str, tuple) or None
        What became of those values where most of the field is empty, or filled.
    """

    field: str
    how: _How
    of_changed: int
    of_same: int
    emptied: int
    rows: int
    moved: float
    first: int
    is_reason: bool
    detail: tuple[Any, ...] = ()
    n_values: int = 0
    also: tuple[_How, tuple[Any, ...]] | None = None


def told_change(
    engine: Engine, frame: Any, field: Field, row: dict[str, Any], again: Log, *, is_reason: bool
) -> FieldChange:
    """Return what became of a field of the pairs of `replay_frame`, with its row of `field_changes`."""
    how: _How
    detail: tuple[Any, ...]
    values = value_changes(engine, frame, field)
    rows = max(row["emptied"], row["filled"], values["n"])
    valued = _how(values) if values["n"] else ("other", ())
    if values["n"] and valued[0] == "other":
        valued = _among_rows(engine, frame, field, values)
    if valued[0] == "recoded" and _is_swap(values["pairs"]) and share_moved(engine, frame, field, valued[1]) < MOST:
        valued = "swapped", valued[1]
    if row["emptied"] == rows and field.unread[1] >= MOST * rows:
        column = again.column(field.name)
        how, detail = "unread", (column.example_unparsable, column.kind)
    elif row["emptied"] == rows:
        how, detail = "empty", ()
    elif row["filled"] == rows:
        how, detail = "filled", ()
    else:
        how, detail = valued
    also = valued if how in ("empty", "filled", "unread") and values["n"] else None
    return FieldChange(
        field=field.name,
        how=how,
        of_changed=row["of_changed"],
        of_same=row["of_same"],
        emptied=row["emptied"],
        rows=rows,
        moved=row["moved"],
        first=0,
        is_reason=is_reason,
        detail=detail,
        n_values=values["n"],
        also=also,
    )


def _how(values: dict[str, Any]) -> tuple[_How, tuple[Any, ...]]:
    """Say what became of most of the values that both sides have."""
    most = MOST * values["n"]
    if values["n_own"] >= _VALUES and values.get("n_value", 0) >= most:
        return "default", (values["value"],)
    if values["n_own"] >= _VALUES and values.get("n_ratio", 0) >= most:
        return "unit", (values["ratio"],)
    digits = next((digits for digits in DIGITS if values.get(f"rounded_{digits}", 0) >= most), None)
    if digits is not None:
        return "rounded", (digits,)
    step = next((step for step in STEPS if values.get(f"stepped_{step}", 0) >= most), None)
    if step is not None and values["n_own"] >= _VALUES:
        return "rounded", (None, step)
    if values["n_own"] >= _VALUES and values.get("n_shift", 0) >= most:
        return "shift", (values["shift"],)
    if values["spelled"] >= most:
        return "spelled", ()
    if values["padded"] >= most:
        return "padded", tuple(values["pairs"][0][:2]) if values["pairs"] else ()
    if (cut := _cut(values["pairs"])) is not None:
        return "truncated", cut
    own, other = ({pair[side] for pair in values["pairs"]} for side in (0, 1))
    if len(values["pairs"]) == len(own) == len(other) == values["n_own"] and values["n"] >= 2 * len(own):
        return "recoded", tuple(values["pairs"][0][:2])
    return "other", ()


def _is_swap(pairs: list[tuple[Any, Any, int]]) -> bool:
    """Whether two values stand for each other: on part of the rows that have them two values do not tell why.

    >>> _is_swap([("red", "green", 9), ("green", "red", 8)]), _is_swap([("red", "green", 9), ("green", "blue", 8)])
    (True, False)
    """
    return len(pairs) == 2 and pairs[0][:2] == pairs[1][1::-1]


def _cut(pairs: list[tuple[Any, Any, int]]) -> tuple[Any, ...] | None:
    """Return the length that texts are cut to (None where it differs) and an example; None where they are not cut.

    >>> _cut([("Hamburg-Altona", "Hamburg", 3), ("Hamburg-Mitte", "Hamburg", 2)])
    (7, 'Hamburg-Altona', 'Hamburg')
    """
    if not pairs or not all(isinstance(side, str) for pair in pairs for side in pair[:2]):
        return None
    n = sum(pair[2] for pair in pairs)
    for is_own in (False, True):
        sided = [(own, other, rows) if is_own else (other, own, rows) for own, other, rows in pairs]
        cut = [each for each in sided if each[0] and each[1].startswith(each[0].rstrip())]
        if sum(each[2] for each in cut) >= MOST * n:
            longest = max(len(each[0]) for each in cut)
            is_one = all(each[1][:longest].rstrip() == each[0].rstrip() for each in cut)
            example = cut[0][:2] if is_own else (cut[0][1], cut[0][0])
            return (longest if is_one else None), *example
    return None


def _among_rows(engine: Engine, frame: Any, field: Field, values: dict[str, Any]) -> tuple[_How, tuple[Any, ...]]:
    """Say what became of values that only others tell: those of a line, or of other rows."""
    n = values["n"]
    if field.is_number and values["n_own"] > _VALUES:
        line = line_change(engine, frame, field)
        if line and line["n"] >= MOST * n and line["tolerance"] <= _FINE * line["spread"]:
            if abs(line["intercept"]) <= line["tolerance"]:  # what rounding leaves of a ratio is no shift
                return "unit", (line["slope"],)
            return "affine", (line["slope"], line["intercept"])
    if values["n_own"] < _VALUES:
        return "other", ()
    shared = shared_values(engine, frame, field)
    if shared["known"] < MOST * n:
        return "other", ()
    is_one = shared["alike"] >= _OVERLAP
    if field.is_number:
        is_alike = shared["apart"] <= _APART and 1 / _WIDER <= shared["wider"] <= _WIDER
        is_one = abs(shared["correlation"]) < _UNLIKE and is_alike
    # Where hardly two rows have one value, to find it on another row is no chance.
    return ("shuffled", ()) if is_one or shared["distinct"] >= 0.5 else ("other", ())
