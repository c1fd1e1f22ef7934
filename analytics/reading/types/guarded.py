"""Texts that were kept from a spreadsheet's guesses, ``="0012"`` and ``'0012``: what guards them is taken off."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from analytics.reading.types.conversion import GROUP

_FIRST = 1_000
"""Rows that are looked at before all are. A judgement."""
_MIN_SHARE = 0.9
"""Share of a column's values that have to be guarded from which on the guard is none of the values. A judgement."""

_GUARDS = ('^\\s*="([^"]*)"\\s*$', "^'([^']*)$")
"""A formula that gives a text, as programs write for spreadsheets, and the apostrophe that people type before a number."""


def found(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, str]:
    """Return by text column of ``raw`` the expression of its values without their guards; only columns that have them."""
    guarded: dict[str, str] = {}
    for rows in (f"(FROM raw LIMIT {_FIRST})", "raw"):
        asked = [name for name in names if rows != "raw" or name in guarded]
        guarded = {}
        for start in range(0, len(asked), GROUP):
            group = asked[start : start + GROUP]
            parts = ", ".join(
                f"count(*) FILTER (regexp_matches({name}, ?)), count(*) FILTER (trim({name}) <> '')"
                for name in group
                for _ in _GUARDS
            )
            row = connection.execute(f"SELECT {parts} FROM {rows}", [*_GUARDS] * len(group)).fetchone()
            assert row is not None
            pairs = list(zip(row[::2], row[1::2], strict=True))
            for place, name in enumerate(group):
                for guard, (n, n_values) in zip(_GUARDS, pairs[place * 2 : place * 2 + 2], strict=True):
                    if n and n >= _MIN_SHARE * n_values:
                        literal = guard.replace("'", "''")
                        guarded[name] = f"regexp_replace({name}, '{literal}', '\\1')"
    return guarded
