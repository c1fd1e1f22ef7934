"""What stands around a value in all cells of a column and is none of it: it is taken off.

Texts are kept from a spreadsheet's guesses, ``="0012"`` and ``'0012``, and numbers carry their interval, ``0.73 (0.61-0.82)``, or
the side on which they lie beyond what is shown, ``<0.10``.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from analytics.reading.types.conversion import GROUP, is_value

_FIRST = 1_000
"""Rows that are looked at before all are. A judgement."""
_MIN_SHARE = 0.9
"""Share of a column's values that have to be guarded from which on the guard is none of the values. A judgement."""

_FROM_SPREADSHEETS = (
    "What keeps a spreadsheet from reading texts as numbers, = and quotes or an apostrophe, was taken off: {}."
)
_INTERVALS = "The interval that stands beside each number was left out: {}."
_BOUNDS = "Numbers that are written as below or above a bound, such as <0.10, were read as the bound: {}."
_MIN_PLAIN = 0.1
"""Share of a column's values that are numbers without a bound from which on the others are numbers too, and no bands. By hand."""
_NUMBER = r"[+-]?[0-9]*[.,]?[0-9]+(?:[eE][+-]?[0-9]+)? ?%?"
_WORDS = r"[^0-9()\[\]+-]*(?:[0-9]{2} ?%[^0-9()\[\]+-]*)?"
_TO = r"\s*(?:-|\x{2013}|,|;|/|to|bis|a|\x{e0})\s*"
_GUARDS = {
    '^\\s*="([^"]*)"\\s*$': _FROM_SPREADSHEETS,
    "^'([+-]?[0-9][0-9.,]*%?)$": _FROM_SPREADSHEETS,
    rf"^\s*({_NUMBER})\s*[(\[]{_WORDS}{_NUMBER}{_TO}{_NUMBER}\s*[)\]]\s*$": _INTERVALS,
    rf"^\s*({_NUMBER})\s*(?:\x{{b1}}|\+/-|\+-)\s*{_NUMBER}\s*$": _INTERVALS,
    rf"^\s*(?:[<>]=?|[\x{{2264}}\x{{2265}}])?\s*({_NUMBER})\s*$": _BOUNDS,
}
"""By what surrounds the value, which is the group: a formula that gives a text, as programs write for spreadsheets; the
apostrophe that people type before a number; the bounds of a number in brackets, and how far it may be off; beyond which number a
value lies."""


_ANY = r"""^\s*="|^\s*[<>\x{2264}\x{2265}]=? ?[0-9.]|^'|[0-9] ?%?\s*(?:[(\[]|\x{b1}|\+/?-)"""
"""What every value has that is surrounded so: columns without it are asked no more."""


def found(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return by text column of ``raw`` the expression of its values without what surrounds them, and what to say of it."""
    guarded: dict[str, tuple[str, str]] = dict.fromkeys(_with_any(connection, names), ("", ""))
    for rows in (f"(FROM raw LIMIT {_FIRST})", "raw"):
        asked, guarded = [*guarded], {}
        for start in range(0, len(asked), GROUP):
            group = asked[start : start + GROUP]
            parts = ", ".join(
                f"count(*) FILTER (regexp_matches({name}, ?)), count(*) FILTER ({is_value(name)})"
                for name in group
                for _ in _GUARDS
            )
            row = connection.execute(f"SELECT {parts} FROM {rows}", [*_GUARDS] * len(group)).fetchone()
            assert row is not None
            pairs = list(zip(row[::2], row[1::2], strict=True))
            for place, name in enumerate(group):
                own = pairs[place * len(_GUARDS) : (place + 1) * len(_GUARDS)]
                for (guard, said), (n, n_values) in zip(_GUARDS.items(), own, strict=True):
                    if n and n >= _MIN_SHARE * n_values and (said != _BOUNDS or _has_bounds(connection, name, rows)):
                        literal = guard.replace("'", "''")
                        guarded[name] = f"regexp_replace({name}, '{literal}', '\\1')", said
    return guarded


def _has_bounds(connection: duckdb.DuckDBPyConnection, name: str, rows: str) -> bool:
    """Whether some values of a column are written as beyond a number, and enough as plain numbers."""
    has_sign = f"regexp_matches({name}, '[<>\\x{{2264}}\\x{{2265}}]')"
    row = connection.execute(
        f"SELECT count(*) FILTER ({has_sign}), count(*) FROM {rows} WHERE {is_value(name)}"
    ).fetchone()
    return row is not None and 0 < row[0] <= (1 - _MIN_PLAIN) * row[1]


def _with_any(connection: duckdb.DuckDBPyConnection, names: Sequence[str]) -> list[str]:
    """Return the columns of which a value among the first ones is surrounded by something."""
    kept: list[str] = []
    for start in range(0, len(names), GROUP):
        group = names[start : start + GROUP]
        parts = ", ".join(f"bool_or(regexp_matches({name}, ?))" for name in group)
        row = connection.execute(f"SELECT {parts} FROM (FROM raw LIMIT {_FIRST})", [_ANY] * len(group)).fetchone()
        assert row is not None
        kept += [name for name, has_any in zip(group, row, strict=True) if has_any]
    return kept
