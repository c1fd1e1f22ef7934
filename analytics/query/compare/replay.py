"""Which fields of the same rows differ between two logs, and how, beside whether the score does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from analytics.log.column import Column
from analytics.query.compare.pairs import Pairing, pair_frame
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import integer

DIGITS = (0, 1, 2, 3, 4, 5, 6)
"""Decimals that a value may have been rounded to. A judgement."""
STEPS = (5, 10, 25, 50, 100, 500, 1_000, 10_000, 100_000, 1_000_000)
"""Whole numbers of which a value may have become a multiple: fives, tens, ages in decades, amounts in thousands. A judgement."""
_ALIKE = 1e-6
"""Distance of their logarithms up to which ratios of both sides are one: a unit is exact but for the last digits of a float of 32
bits."""
_SHIFT = 5e-5
"""Distance up to which shifts of both sides are one: 273.15, hours. A judgement."""
_MOST = 200
"""Pairs of values that are looked at to see whether one side's stand for the other's. A judgement."""


@dataclass(frozen=True)
class Field:
    """A column that both sides have.

    Attributes
    ----------
    name, own, other : str
        What people see, and what it is stored as on either side.
    is_number, is_same_type : bool
    unread : (int, int)
        Rows of either side whose text could not be read as the column's type, and that are missing for that.
    """

    name: str
    own: str
    other: str
    is_number: bool
    is_same_type: bool
    unread: tuple[int, int] = (0, 0)

    def values(self) -> tuple[nw.Expr, nw.Expr]:
        """Return the values of both sides, as they are compared."""
        own, other = nw.col(self.own), nw.col(f"b_{self.other}")
        if self.is_number:
            return own.cast(nw.Float64), other.cast(nw.Float64)
        if self.is_same_type:
            return own, other
        # Where one side holds a whole number as a fraction, 5.0 and 5 are one.
        one, two = (each.cast(nw.String).str.strip_chars().str.replace_all(r"\.0+$", "") for each in (own, other))
        return one, two

    @property
    def is_other(self) -> nw.Expr:
        """Whether both sides differ; both missing is the same."""
        own, other = self.values()
        return (own.is_null() != other.is_null()) | (own != other).fill_null(value=False)


def replayed_field(own: Column, other: Column) -> Field:
    """Return the field that a column of either side is."""
    unread = (own.n_unparsable, other.n_unparsable)
    is_number = {own.kind, other.kind} == {"number"}
    return Field(own.name, own.sql_name, other.sql_name, is_number, own.type == other.type, unread)


def answered(pairing: Pairing) -> Field | None:
    """Return what both sides answered where rows are right or wrong, and no score says it: a class, a number or a grade."""
    columns = []
    for log in (pairing.live.log, pairing.candidate.log):
        right = log.mapping.right
        name = None if right is None or not log.is_right_or_wrong else right.predicted or right.true
        if name is None or right is None or right.kind == "rankings":
            return None
        columns.append(log.column(name))
    return replayed_field(*columns)


def replay_frame(engine: Engine, pairing: Pairing, fields: Sequence[Field]) -> nw.LazyFrame[Any]:
    """Return the pairs of `pair_frame` that both sides have a score of, with the fields of the second side.

    Where rows are right or wrong the number that was answered is the score; of other answers that are not the same the first has
    a score of 0 and the second of 1.
    """
    names, answer = [pairing.candidate.log.column(field.name).name for field in fields], answered(pairing)
    if answer is None:
        pairs = pair_frame(engine, pairing, names)
        return pairs.filter(~nw.col("a_score").is_null(), ~nw.col("b_score").is_null())
    other = next(each.name for each in pairing.candidate.log.columns if each.sql_name == answer.other)
    one, two = answer.values()
    pairs = pair_frame(engine, pairing, [*names, *({other} - {*names})]).filter(~one.is_null(), ~two.is_null())
    right = pairing.live.log.mapping.right
    if answer.is_number and right is not None and right.kind != "classes":
        return pairs.with_columns(a_score=one, b_score=two)
    if not answer.is_number and not (right is not None and right.is_exact):
        one, two = (each.cast(nw.String).str.strip_chars().str.to_lowercase() for each in (one, two))
    before, after = (nw.col(name).fill_null(0) for name in ("a_score", "b_score"))
    is_same = one == two
    return pairs.with_columns(
        a_score=nw.when(is_same).then(before).otherwise(nw.lit(0.0)),
        b_score=nw.when(is_same).then(after).otherwise(nw.lit(1.0)),
    )


def score_changes(engine: Engine, frame: nw.LazyFrame[Any]) -> dict[str, int]:
    """Count pairs by whether their scores are equal, and equal once rounded.

    Returns
    -------
    dict of str to int
        ``n, same``, and ``rounded_0 …``: pairs whose scores differ and are equal to so many decimals, one of them rounded.
    """
    own, other = nw.col("a_score"), nw.col("b_score")
    counted = {"same": integer(own == other).sum()}
    for digits in DIGITS:
        is_rounded = (own != other) & ((own.round(digits) == other) | (other.round(digits) == own))
        counted[f"rounded_{digits}"] = integer(is_rounded).sum()
    row = engine.collect(frame.select(n=nw.len(), **counted)).row(0, named=True)
    return {name: int(value or 0) for name, value in row.items()}


def is_changed(digits: int | None) -> nw.Expr:
    """Return whether scores differ, beyond a rounding to so many decimals."""
    own, other = nw.col("a_score"), nw.col("b_score")
    differ = own != other
    if digits is None:
        return differ
    return differ & ~((own.round(digits) == other) | (other.round(digits) == own))


def field_changes(
    engine: Engine, frame: nw.LazyFrame[Any], fields: Sequence[Field], changed: nw.Expr
) -> tuple[int, pl.DataFrame]:
    """Count of each field the rows on which both sides differ, where the score did and where it did not.

    Returns
    -------
    int
        Rows whose score changed.
    DataFrame
        ``field, of_changed, of_same, emptied, filled, moved, beyond``; the last four are of all rows, ``moved`` the sum of what
        scores moved by where the field differs, and ``beyond`` that less what as many of the other rows moved by: a rounding of
        nearly all rows moves them by little itself.
    """
    by = nw.when(changed).then((nw.col("a_score") - nw.col("b_score")).abs())
    asked: dict[str, nw.Expr] = {"n": integer(changed).sum(), "all": nw.len(), "moved": by.sum()}
    for place, field in enumerate(fields):
        own, other = field.values()
        asked |= {
            f"changed_{place}": integer(field.is_other & changed).sum(),
            f"same_{place}": integer(field.is_other & ~changed).sum(),
            f"emptied_{place}": integer(~own.is_null() & other.is_null()).sum(),
            f"filled_{place}": integer(own.is_null() & ~other.is_null()).sum(),
            f"moved_{place}": nw.when(field.is_other).then(by).sum(),
        }
    row = engine.collect(frame.select(**asked)).row(0, named=True)
    parts = ("changed", "same", "emptied", "filled")
    counts = [[int(row[f"{part}_{place}"] or 0) for part in parts] for place in range(len(fields))]
    columns = ["of_changed", "of_same", "emptied", "filled"]
    table = pl.DataFrame(counts, dict.fromkeys(columns, pl.Int64), orient="row")
    names = pl.Series("field", [field.name for field in fields], pl.String)
    moved = pl.Series("moved", [float(row[f"moved_{place}"] or 0) for place in range(len(fields))], pl.Float64)
    differ = pl.col("of_changed") + pl.col("of_same")
    others = (float(row["moved"] or 0) - moved) / (int(row["all"]) - differ).clip(1)
    table = table.select(names, pl.all(), moved, beyond=moved - differ * others)
    return int(row["n"] or 0), table


def first_changes(
    engine: Engine, frame: nw.LazyFrame[Any], fields: Sequence[Field], changed: nw.Expr
) -> dict[str | None, int]:
    """Count the rows whose score changed by the first of the fields that differs; None where none does."""
    place = nw.lit(len(fields))
    for at in range(len(fields) - 1, -1, -1):
        place = nw.when(fields[at].is_other).then(nw.lit(at)).otherwise(place)
    counted = engine.collect(in_groups(frame.filter(changed).with_columns(place=place), "place", n=nw.len()))
    return {fields[at].name if at < len(fields) else None: int(n) for at, n in counted.select("place", "n").iter_rows()}


def without_changes(frame: nw.LazyFrame[Any], fields: Sequence[Field]) -> nw.LazyFrame[Any]:
    """Return the rows on which none of some fields differs."""
    return frame.filter(~nw.any_horizontal(*(field.is_other for field in fields), ignore_nulls=True))


def value_changes(engine: Engine, frame: nw.LazyFrame[Any], field: Field) -> dict[str, Any]:
    """Count what becomes of the values of a field where both sides have one and they differ.

    Returns
    -------
    dict
        ``n, n_own, n_other`` (rows and different values of either side), ``value, n_value`` (the second side's most frequent
        one), ``spelled`` (rows that differ in capitals and outer blanks alone), ``padded`` (in leading zeros too), ``pairs``
        (value, value, rows; the most frequent, none of numbers with more than 200 values), and of numbers ``ratio, n_ratio,
        shift, n_shift`` (the middle ones, which are those of most rows where most have one), ``rounded_0 …`` and ``stepped_5 …``.
    """
    own, other = field.values()
    rows = frame.filter(field.is_other, ~own.is_null(), ~other.is_null()).select(own=own, other=other)
    a, b = nw.col("own"), nw.col("other")
    one, two = (each.cast(nw.String).str.strip_chars().str.to_lowercase() for each in (a, b))
    counted: dict[str, nw.Expr] = {
        "n": nw.len(),
        "n_own": a.n_unique(),
        "n_other": b.n_unique(),
        "spelled": integer(one == two).sum(),
        "padded": integer(one.str.replace_all("^0+", "") == two.str.replace_all("^0+", "")).sum(),
    }
    if field.is_number:
        counted |= {
            f"rounded_{digits}": integer((a.round(digits) == b) | (b.round(digits) == a)).sum() for digits in DIGITS
        }
        counted |= {f"stepped_{step}": integer(_is_step(a, b, step) | _is_step(b, a, step)).sum() for step in STEPS}
        counted |= {"value": b.median(), "log_ratio": _log_ratio(a, b).median(), "middle_shift": (b - a).median()}
    found = engine.collect(rows.select(**counted)).row(0, named=True)
    if not found["n"]:
        return found | {"pairs": []}
    if field.is_number:
        found |= _units(engine, rows, found)
    if field.is_number and found["n_own"] > _MOST:
        return found | {"pairs": []}
    pairs = in_groups(rows, "own", "other", n=nw.len()).with_columns(n_value=nw.col("n").sum().over("other"))
    table = engine.collect(pairs.sort("n_value", "n", descending=True).head(_MOST))
    found |= dict(zip(("value", "n_value"), table.select("other", "n_value").row(0), strict=True))
    return found | {"pairs": list(table.select("own", "other", "n").sort("n", descending=True).iter_rows())}


def _is_step(exact: nw.Expr, cut: nw.Expr, step: int) -> nw.Expr:
    """Whether a value is another one as a multiple of a step, the nearest or the one below."""
    return (cut == ((exact / step + 0.5).floor() * step)) | (cut == ((exact / step).floor() * step))


def _log_ratio(a: nw.Expr, b: nw.Expr) -> nw.Expr:
    """Return the logarithm of what one number is of another, null where they have no ratio above 0."""
    ratio = nw.when((a != 0) & (b != 0)).then(b / a)
    return nw.when(ratio > 0).then(ratio).log()


def _units(engine: Engine, rows: nw.LazyFrame[Any], found: dict[str, Any]) -> dict[str, Any]:
    """Count the rows that have the middle value, ratio and shift of both sides' numbers."""
    a, b = nw.col("own"), nw.col("other")
    asked = {"n_value": integer(b == found["value"]).sum()}
    parts = (
        ("ratio", b / a, _log_ratio(a, b), found["log_ratio"], _ALIKE),
        ("shift", b - a, b - a, found["middle_shift"], _SHIFT),
    )
    for name, value, near, middle, tolerance in parts:
        if middle is not None:
            is_near = (near - middle).abs() <= tolerance
            asked |= {f"n_{name}": integer(is_near).sum(), name: nw.when(is_near).then(value).mean()}
    return {name: value for name, value in engine.collect(rows.select(**asked)).row(0, named=True).items() if value}
