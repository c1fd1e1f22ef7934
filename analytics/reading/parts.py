"""The parts of one log: under one header, and with the keys that the folders they lie in are called by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath
from urllib.parse import unquote

import duckdb

from analytics.errors import InputError
from analytics.log.column import unique_names
from analytics.reading.seen.parquet import own_rows
from analytics.reading.table import Table

_MIN_SHARED = 0.5
"""Share of all names of two tables that both have, from which they are exports of one log."""
_MIN_COMMON, _MIN_OF_SMALLER = 5, 2 / 3
"""Names that both have, and their share of those of the narrower table, from which they are exports of one log of which one says
more: evaluations of models whose answers have other parts. A table of keys and a few properties has fewer. Set by hand."""

_MAX_SHOWN = 4
"""Names of files or columns in one sentence. A judgement."""

_KEY = re.compile(r"([A-Za-z_][\w .-]{0,63})=(.*)")
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What Hive and Spark call a folder of rows whose key is missing."""


def keys_of(name: str) -> dict[str, str | None]:
    """Return the keys and values that the folders of a file's name are called by.

    >>> keys_of("log/dt=2024-03-01/region=s%C3%BCd/part-0.csv"), keys_of("a=b.csv")
    ({'dt': '2024-03-01', 'region': 'süd'}, {})
    """
    found = (_KEY.fullmatch(folder) for folder in PurePath(name.replace("\\", "/")).parts[:-1])
    return {key[1]: None if key[2] == _NO_VALUE else unquote(key[2]) for key in found if key}


def new_keys(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return the keys of the folders of all files that are no columns of the files themselves."""
    return tuple(dict.fromkeys(key for name in names for key in keys_of(name) if key not in known))


def with_keys(connection: duckdb.DuckDBPyConnection, table: Table, name: str) -> Table:
    """Add to ``raw``, read from one file, the keys of the folders that it lies in."""
    keys = new_keys([name], table.names)
    if keys:
        own_rows(connection)
    for key in keys:
        column = f"c{len(table.names)}"
        connection.execute(f"ALTER TABLE raw ADD COLUMN {column} VARCHAR")
        connection.execute(f"UPDATE raw SET {column} = ?", [keys_of(name)[key]])
        names = unique_names([*table.names, key])
        table = replace(table, names=names, types=(*table.types, "VARCHAR"), header=names if table.header else ())
    return table if not keys else replace(table, repairs=(*table.repairs, _said(keys)))


def _said(keys: Sequence[str]) -> str:
    return f"Folders are called by keys and values, which were kept as columns: {some(keys)}."


def said_of_keys(keys: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence on keys that became columns, none where there are none."""
    return (_said(keys),) if keys else ()


def said_of_others(names: Sequence[str]) -> tuple[str, ...]:
    """Return a sentence on files that lie beside the parts of a log, none where there are none."""
    if not names:
        return ()
    many = len(names) > 1
    files, were = ("files", "were") if many else ("file", "was")
    return (f"{len(names):,} other {files} in the folder {were} passed over: {some(names)}.",)


def alike(tables: Sequence[Table], table: Table) -> list[Table]:
    """Return the tables so far and a further one, all under one header.

    A part without a header takes that of the first part of its width that has one, wherever it stands; names that differ in
    capitals and blanks around them alone are one name.
    """
    every = [*tables, table]
    headed = next((part for part in every if part.header), None)
    return every if headed is None else [part if part is headed else _under(headed, part) for part in every]


def _under(headed: Table, other: Table) -> Table:
    """Return a table under the names of another where it has none of its own, or the same in other capitals."""
    if not other.header:
        return replace(other, names=headed.names) if len(other.names) == len(headed.names) else other
    known = {_plain(name): name for name in headed.names}
    if len(known) < len(headed.names):
        return other
    names = tuple(name if name in headed.names else known.get(_plain(name), name) for name in other.names)
    return replace(other, names=names) if len(set(names)) == len(names) else other


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def refuse_stranger(tables: Sequence[Table], shown: Sequence[str]) -> None:
    """Refuse the last table where it shares less than half of its columns with the first one, and too few of the narrower one."""
    first, last = tables[0], tables[-1]
    one, other = set(first.names), set(last.names)
    shared, smaller = len(one & other), min(len(one), len(other))
    is_one_log = shared >= _MIN_SHARED * len(one | other) or shared >= max(_MIN_COMMON, _MIN_OF_SMALLER * smaller)
    if not is_one_log:
        raise InputError(
            f"Expected exports of one log, found tables of different shapes: {shown[0]!r} has {some(first.names)}, "
            f"{shown[len(tables) - 1]!r} has {some(last.names)}. Bring them one by one."
        )


def some(names: Sequence[str]) -> str:
    """Return the first few names as text."""
    return ", ".join(map(repr, names[:_MAX_SHOWN])) + (
        f" and {len(names) - _MAX_SHOWN:,} more" if len(names) > _MAX_SHOWN else ""
    )
