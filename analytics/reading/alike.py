"""How often what was predicted equals what was true, and how often nearly: counted once, on a sample, when a file is read."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import numpy as np

from analytics.log import answer_names, pairs
from analytics.log.alike import NEAR, Alike
from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.right import Right, fold
from analytics.log.schema import Reading

_MAX_PAIRS = 12
"""Pairs of columns that are compared. Bounds the time."""
_N_SAMPLE = 10_000
"""Rows that are drawn, up to twice as many: shares are known to a point. Bounds time and memory."""


def with_alike(connection: duckdb.DuckDBPyConnection, reading: Reading) -> Reading:
    """Return a reading that knows how often the columns that could be predicted and true agree."""
    found = [
        each
        for predicted, true in _to_compare(reading)
        if (each := _compared(connection, predicted, true, reading.rows_kept)) is not None
    ]
    return replace(reading, origin=replace(reading.origin, alike=tuple(found))) if found else reading


def _to_compare(reading: Reading) -> list[tuple[Column, Column]]:
    """Return the pairs of columns that could be predicted and true, by their names; those that answer names say first."""
    predicted, others = pairs.split(reading.columns)
    found = answer_names.named(reading.columns)
    found += [(own, true) for own in predicted for true in others if own.kind == true.kind == "number"]
    unique = {(own.name, true.name): (own, true) for own, true in found if own.n_distinct > 2}
    return [*unique.values()][:_MAX_PAIRS]


def _compared(connection: duckdb.DuckDBPyConnection, predicted: Column, true: Column, n_rows: int) -> Alike | None:
    """Return how two columns agree; None where no row has both. The same rows of a file are looked at each time."""
    own, other = predicted.sql_name, true.sql_name
    drawn = f"hash(rowid) % {max(1, n_rows // _N_SAMPLE)} = 0"
    rows = connection.execute(
        f"SELECT {own}, {other} FROM raw WHERE {own} IS NOT NULL AND {other} IS NOT NULL AND {drawn}"
    ).fetchall()
    if not rows:
        return None
    if predicted.kind == true.kind == "number":
        return _of_numbers(np.asarray(rows, dtype=np.float64), predicted, true)
    right = Right("classes", true.name, predicted.name, by_value=True)
    n_equal = sum(fold(str(one), right) == fold(str(two), right) for one, two in rows)
    return Alike(predicted.name, true.name, len(rows), n_equal / len(rows))


def _of_numbers(rows: np.ndarray, predicted: Column, true: Column) -> Alike | None:
    """Return how two columns of numbers agree."""
    rows = rows[np.isfinite(rows).all(axis=1)]
    if min(predicted.n_distinct, true.n_distinct) > MAX_VALUES_BY_VALUE:
        rows = rows[(rows != 0).any(axis=1)]  # what never happens is easily foreseen
    if not len(rows):
        return None
    said, known = rows.T
    step = _step(rows) if predicted.is_whole and true.is_whole else 0.0
    is_equal = said == known
    is_near = (np.abs(said - known) <= np.maximum(step, NEAR * np.abs(known))) & ~is_equal
    is_small = bool(step) and float(np.mean(NEAR * np.abs(known) < step)) > 1 / 2
    return Alike(
        predicted.name,
        true.name,
        len(rows),
        float(is_equal.mean()),
        float(is_near.mean()),
        _near_by_chance(said, known, step),
        step if is_small else 0.0,
    )


def _step(rows: np.ndarray) -> float:
    """Return the greatest number of which all differences between whole numbers are multiples."""
    return float(np.gcd.reduce((rows - rows.min()).astype(np.int64), axis=None)) or 1.0


def _near_by_chance(said: np.ndarray, known: np.ndarray, step: float) -> float:
    """Return the share of pairs that are nearly equal among those that are not equal, over all pairs of two rows."""
    ordered, (values, counts) = np.sort(said), np.unique(known, return_counts=True)
    reach = np.maximum(step, NEAR * np.abs(values))
    ends = [(values - reach, "left"), (values + reach, "right"), (values, "left"), (values, "right")]
    low, high, first, last = (np.searchsorted(ordered, value, side=side) for value, side in ends)  # type: ignore[call-overload]
    n_equal = float((counts * (last - first)).sum())
    n_other = len(said) * len(known) - n_equal
    return (float((counts * (high - low)).sum()) - n_equal) / n_other if n_other else 0.0
