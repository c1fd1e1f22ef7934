"""What slices can be searched by: the stored segment columns, and properties derived from other columns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, Literal

import narwhals.stable.v2 as nw
import polars as pl

from analytics.errors import QuestionError
from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.query.cohort import Clause, slice_clauses
from analytics.query.relations import integer
from analytics.query.slicing import stored_slice
from analytics.query.typed import WEEKDAYS

_Kind = Literal["value", "spike", "missing", "text", "hour", "weekday", "gaps"]

_MIN_SPIKE = 0.02
"""Share of the rows: a number that stands on fewer is no default that somebody filled in. A convention, not simulated."""
_OWN_BIN = 0.1
"""Share of the rows from which a number has a bin of its own (equal-mass bins hold a tenth), so that it needs no property."""
_LONG_TEXT = 1_000
"""Characters: beyond about half a page, where models cut their input. A convention, not simulated."""
_MAX_GAPS = 5
"""Fields: more that are missing count as so many, so that rows with many are one slice."""
_GAPS = "fields missing"


@dataclass(frozen=True)
class Property:
    """One thing that slices are searched by.

    Attributes
    ----------
    name : str
        What people see; a column's own name for its values.
    column : str or None
        The column that it is derived from, None for the number of missing fields.
    kind : str
        ``value``: a segment column as stored; ``spike``: numbers that stand on at least 2 % of the rows; ``missing``: no
        value in a column that is no segment; ``text``: empty or longer than 1,000 characters; ``hour``, ``weekday`` of the
        row's time; ``gaps``: how many segment columns have no value, 5 standing for more.
    """

    name: str
    column: str | None
    kind: _Kind

    @property
    def source(self) -> str:
        """What it is derived from: its column, or itself."""
        return self.column or self.name

    @property
    def is_partial(self) -> bool:
        """Whether a null means that the property says nothing of a row, and not that a value is missing."""
        return self.kind in ("spike", "missing", "text")


def properties(log: Log, columns: tuple[str, ...] | None = None, among: tuple[str, ...] = ()) -> tuple[Property, ...]:
    """Return what the slices of a log can be searched by.

    What turned out to be true is no condition, unless it is named: with what was predicted it says by itself which rows are
    wrong.

    Parameters
    ----------
    log : Log
    columns : tuple of str, optional
        Only these segment columns, and nothing that is derived.
    among : tuple of str, optional
        Where no columns are given: only these, and what is derived from them, from the time and from how many are missing.

    Raises
    ------
    QuestionError
        If a column is unknown or cannot be sliced, or there is nothing to search by.
    """
    for name in columns or ():
        stored_slice(log, name)
    segments = log.mapping.segments if columns is None else columns
    found = [Property(name, name, "value") for name in segments if log.column(name).kind != "time"]
    if columns is None:
        found += _derived(log)
        found = [each for each in found if not among or each.column in (None, log.mapping.time, *among)]
        if log.mapping.right is not None:
            found = [each for each in found if each.column != log.mapping.right.true] or found
    if not found:
        raise QuestionError("Expected columns to search by, found no segment column. Choose some in the mapping.")
    return tuple(found)


def _derived(log: Log) -> list[Property]:
    """Return the properties that the columns of a log allow beyond its segments."""
    mapping, segments = log.mapping, set(log.mapping.segments)
    judged = {mapping.label, mapping.score, mapping.decision}
    found: list[Property] = []
    for column in log.columns:
        if column.name in segments and _spikes(column, log):
            found.append(Property(f"exact {column.name}", column.name, "spike"))
        elif column.name in mapping.text:
            found.append(Property(f"text of {column.name}", column.name, "text"))
        elif column.name not in segments | judged and 0 < column.n_missing < log.n_rows:
            found.append(Property(column.name, column.name, "missing"))
    if mapping.time is not None and log.time_low is not None:
        found.append(Property(f"hour of {mapping.time}", mapping.time, "hour"))
        found.append(Property(f"weekday of {mapping.time}", mapping.time, "weekday"))
    if sum(log.column(name).n_missing > 0 for name in segments) > 1:
        found.append(Property(_GAPS, None, "gaps"))
    taken = {column.name for column in log.columns}
    return [entry if entry.kind == "missing" else replace(entry, name=_free(entry.name, taken)) for entry in found]


def _free(name: str, taken: Collection[str]) -> str:
    """Return a name that no column has.

    >>> _free("hour of at", ["at"]), _free("hour of at", ["at", "hour of at"])
    ('hour of at', 'hour of at (derived)')
    """
    return _free(f"{name} (derived)", taken) if name in taken else name


def _spikes(column: Column, log: Log) -> list[float]:
    """Return the numbers of a binned column on which at least 2 % of the rows stand and that have no bin of their own."""
    if column.name not in log.bins:
        return []
    return [float(value) for value, rows in column.top if _MIN_SPIKE * log.n_rows <= rows < _OWN_BIN * log.n_rows]


def expression(log: Log, found: Property, left_out: Collection[str] = ()) -> nw.Expr:
    """Return the value of a property as it is grouped by, over the stored columns of a log.

    Fields of columns that are ``left_out`` do not count as missing.
    """
    if found.kind == "gaps":
        names = [name for name in log.mapping.segments if name not in left_out]
        flags = [integer(nw.col(log.column(name).sql_name).is_null()) for name in names]
        total = reduce(lambda left, right: left + right, flags, nw.lit(0))
        return nw.when(total > _MAX_GAPS).then(nw.lit(_MAX_GAPS)).otherwise(total)
    assert found.column is not None
    if found.kind == "value":
        return nw.col(stored_slice(log, found.column))
    if found.kind in ("hour", "weekday"):
        moment = nw.col("moment").dt
        return (moment.hour() if found.kind == "hour" else moment.weekday()).cast(nw.Int64)
    column = log.column(found.column)
    col = nw.col(column.sql_name)
    if found.kind == "spike":
        return nw.when(col.cast(nw.Float64).is_in(_spikes(column, log))).then(col)
    if found.kind == "missing":
        return nw.when(col.is_null()).then(nw.lit(1))
    text = col.cast(nw.String)
    is_empty, is_long = text.str.strip_chars() == "", text.str.len_chars() > _LONG_TEXT
    return (
        nw.when(col.is_null())
        .then(nw.lit(0))
        .otherwise(nw.when(is_empty).then(nw.lit(1)).otherwise(nw.when(is_long).then(nw.lit(2))))
    )


def shown_value(log: Log, found: Property, value: Any) -> Any:
    """Return the value of a property as people see it; null stands for a missing one."""
    if found.kind == "value" and found.column in log.bins and value is not None:
        return log.bins[found.column].label(int(value))
    if found.kind == "weekday" and value is not None:
        return WEEKDAYS[int(value) - 1]
    if found.kind == "text":
        return None if value is None else (None, "empty", f"over {_LONG_TEXT:,} characters")[int(value)]
    if found.kind == "gaps":
        return f"{_MAX_GAPS} or more" if int(value) == _MAX_GAPS else int(value)
    return None if found.kind == "missing" else value


def clauses(
    log: Log, found: Property, value: Any, left_out: Collection[str] | None = None
) -> tuple[Clause, ...] | None:
    """Return the clauses of a cohort that keep the rows of one predicate, None where a cohort cannot say it.

    How many fields are missing can be said where it is known which columns are ``left_out`` of the count.
    """
    if found.kind == "gaps" and left_out is not None:
        names = [name for name in log.mapping.segments if name not in left_out and log.column(name).n_missing]
        return (Clause("", "gaps", (str(value) if isinstance(value, int) else f"{_MAX_GAPS}+", *names)),)
    if found.column is None or (found.kind in ("hour", "weekday") and log.column(found.column).kind != "time"):
        return None
    if value is None:
        return (Clause(found.column, "missing"),)
    if found.kind == "spike":
        return (Clause(found.column, "in", (repr(value),)),)
    if found.kind == "text":
        return (
            Clause(found.column, "blank") if value == "empty" else Clause(found.column, "longer", (str(_LONG_TEXT),)),
        )
    if found.kind == "hour":
        return (Clause(found.column, "hour", (str(value),)),)
    if found.kind == "weekday":
        return (Clause(found.column, "weekday", (value,)),)
    return slice_clauses(log, found.column, value)


def in_codes(values: pl.Series) -> tuple[pl.Series, list[Any]]:
    """Replace values by codes from 0, a null by the last one; return the codes and the value of each."""
    if isinstance(values.dtype, pl.Enum):
        known: list[Any] = values.dtype.categories.to_list()
        codes = values.to_physical().cast(pl.Int32)
    else:
        known = values.drop_nulls().unique().sort().to_list()
        places = pl.int_range(len(known), eager=True, dtype=pl.Int32)
        codes = values.replace_strict(pl.Series(known, dtype=values.dtype), places, default=None, return_dtype=pl.Int32)
    if not codes.null_count():
        return codes, known
    return codes.fill_null(len(known)), [*known, None]
