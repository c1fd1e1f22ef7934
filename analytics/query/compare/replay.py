"""Which fields of the same rows differ between two logs, and how, beside whether the score does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from analytics.query.compare.pairs import Pairing, pair_frame
from analytics.query.engine import Engine
from analytics.query.relations import integer

DIGITS = (0, 1, 2, 3, 4, 5, 6)
"""Decimals that a value may have been rounded to. A judgement."""
_ALIKE = 6
"""Decimals of the logarithm to which the ratios of both sides are one: a unit is exact but for the last digits of a float of 32
bits."""
_SHIFT = 4
"""Decimals to which the shifts of both sides are one: 273.15, hours. A judgement."""
_MOST = 200
"""Pairs of values that are looked at to see whether one side's stand for the other's. A judgement."""


@dataclass(frozen=True)
class Field:
    """A column that both sides have."""

    name: str
    own: str
    other: str
    is_number: bool
    is_same_type: bool

    def values(self) -> tuple[nw.Expr, nw.Expr]:
        """Return the values of both sides, as they are compared."""
        own, other = nw.col(self.own), nw.col(f"b_{self.other}")
        if self.is_number:
            return own.cast(nw.Float64), other.cast(nw.Float64)
        if self.is_same_type:
            return own, other
        return own.cast(nw.String), other.cast(nw.String)

    @property
    def is_other(self) -> nw.Expr:
        """Whether both sides differ; both missing is the same."""
        own, other = self.values()
        return (own.is_null() != other.is_null()) | (own != other).fill_null(value=False)


def replay_frame(engine: Engine, pairing: Pairing, fields: Sequence[Field]) -> nw.LazyFrame[Any]:
    """Return the pairs of `pair_frame` that both sides have a score of, with the fields of the second side."""
    names = [pairing.candidate.log.column(field.name).name for field in fields]
    pairs = pair_frame(engine, pairing, names)
    return pairs.filter(~nw.col("a_score").is_null(), ~nw.col("b_score").is_null())


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
        ``field, of_changed, of_same, emptied, filled, moved``; the last three are of all rows, ``moved`` the sum of what scores
        moved by where the field differs.
    """
    asked: dict[str, nw.Expr] = {"n": integer(changed).sum()}
    for place, field in enumerate(fields):
        own, other = field.values()
        asked |= {
            f"changed_{place}": integer(field.is_other & changed).sum(),
            f"same_{place}": integer(field.is_other & ~changed).sum(),
            f"emptied_{place}": integer(~own.is_null() & other.is_null()).sum(),
            f"filled_{place}": integer(own.is_null() & ~other.is_null()).sum(),
            f"moved_{place}": nw.when(field.is_other & changed)
            .then((nw.col("a_score") - nw.col("b_score")).abs())
            .sum(),
        }
    row = engine.collect(frame.select(**asked)).row(0, named=True)
    parts = ("changed", "same", "emptied", "filled")
    counts = [[int(row[f"{part}_{place}"] or 0) for part in parts] for place in range(len(fields))]
    columns = ["of_changed", "of_same", "emptied", "filled"]
    table = pl.DataFrame(counts, dict.fromkeys(columns, pl.Int64), orient="row")
    names = pl.Series("field", [field.name for field in fields], pl.String)
    moved = pl.Series("moved", [float(row[f"moved_{place}"] or 0) for place in range(len(fields))], pl.Float64)
    return int(row["n"] or 0), table.select(names, pl.all(), moved)


def first_changes(
    engine: Engine, frame: nw.LazyFrame[Any], fields: Sequence[Field], changed: nw.Expr
) -> dict[str | None, int]:
    """Count the rows whose score changed by the first of the fields that differs; None where none does."""
    place = nw.lit(len(fields))
    for at in range(len(fields) - 1, -1, -1):
        place = nw.when(fields[at].is_other).then(nw.lit(at)).otherwise(place)
    counted = engine.collect(frame.filter(changed).select(place=place).group_by("place").agg(n=nw.len()))
    return {fields[at].name if at < len(fields) else None: int(n) for at, n in counted.select("place", "n").iter_rows()}


def value_changes(engine: Engine, frame: nw.LazyFrame[Any], field: Field) -> dict[str, Any]:
    """Count what becomes of the values of a field where both sides have one and they differ.

    Returns
    -------
    dict
        ``n, n_own, n_other`` (rows and different values of either side), ``value, n_value`` (the second side's most frequent
        one), ``spelled`` (rows that differ in capitals and outer blanks alone), ``pairs`` (value, value, rows; the most
        frequent), and of numbers ``ratio, n_ratio, shift, n_shift`` (the most frequent ones) and ``rounded_0 …``.
    """
    own, other = field.values()
    rows = frame.filter(field.is_other, ~own.is_null(), ~other.is_null()).select(own=own, other=other)
    a, b = nw.col("own"), nw.col("other")
    texts = (each.cast(nw.String).str.strip_chars().str.to_lowercase() for each in (a, b))
    one, two = texts
    counted: dict[str, nw.Expr] = {
        "n": nw.len(),
        "n_own": a.n_unique(),
        "n_other": b.n_unique(),
        "spelled": integer(one == two).sum(),
    }
    if field.is_number:
        counted |= {
            f"rounded_{digits}": integer((a.round(digits) == b) | (b.round(digits) == a)).sum() for digits in DIGITS
        }
    found = engine.collect(rows.select(**counted)).row(0, named=True)
    pairs = engine.collect(rows.group_by("own", "other").agg(n=nw.len()).sort("n", descending=True).head(_MOST))
    most = engine.collect(rows.group_by("other").agg(n=nw.len()).sort("n", descending=True).head(1))
    found |= {"pairs": list(pairs.select("own", "other", "n").iter_rows())}
    found |= dict(zip(("value", "n_value"), most.select("other", "n").row(0), strict=True)) if len(most) else {}
    return found | (_units(engine, rows) if field.is_number else {})


def _units(engine: Engine, rows: nw.LazyFrame[Any]) -> dict[str, Any]:
    """Return the most frequent ratio and the most frequent shift between both sides' numbers, with their rows."""
    a, b = nw.col("own"), nw.col("other")
    found: dict[str, Any] = {}
    ratios = rows.filter(a != 0, b != 0).with_columns(value=b / a).filter(nw.col("value") > 0)
    shifts = rows.with_columns(value=b - a)
    nears = nw.col("value").log().round(_ALIKE), nw.col("value").round(_SHIFT)
    for name, frame, near in zip(("ratio", "shift"), (ratios, shifts), nears, strict=True):
        counted = frame.with_columns(near=near).group_by("near").agg(n=nw.len(), value=nw.col("value").mean())
        for value, n in engine.collect(counted.sort("n", descending=True).head(1)).select("value", "n").iter_rows():
            found |= {name: float(value), f"n_{name}": int(n)}
    return found
