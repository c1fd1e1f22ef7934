"""The tables of calibration that pages show, and the rows that the command line writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.present.tables import json_value

if TYPE_CHECKING:
    from analytics.answers import CalibrationSlices

BIN_FIELDS = ("low", "high", "n", "mean_score", "observed", "observed_low", "observed_high")


def calibration_json_rows(answer: CalibrationSlices) -> list[dict[str, Any]]:
    """Return one dictionary per slice for JSON: ``slice``, ``bins`` and the numbers of `calibration_table`, unrounded."""
    bins: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in answer.bins.iter_rows(named=True):
        key = tuple(row[name] for name in answer.keys)
        bins.setdefault(key, []).append({name: json_value(row[name]) for name in BIN_FIELDS})
    rows = []
    for row in answer.table.iter_rows(named=True):
        key = tuple(row[name] for name in answer.keys)
        found = {column: json_value(value) for column, value in zip(answer.by, key, strict=True)}
        numbers = {name: json_value(value) for name, value in row.items() if name not in answer.keys}
        rows.append({"slice": found, "bins": bins.get(key, []), **numbers})
    return rows
