"""What a file was read to: the columns of ``raw``; and files that carry their own types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from analytics.errors import InputError
from analytics.log.column import unique_names
from analytics.log.layout import CsvOptions
from analytics.log.receipt import LineCounts, SetAside
from analytics.reading import wide
from analytics.reading.bounds import MAX_COLUMNS, check_columns
from analytics.reading.plain_types import WIDE, plain_expression, plain_type
from analytics.reading.seen.parquet import see_parquet

_ROW_NUMBER = "file_row_number"
"""What the engine calls the place of a row in a Parquet file, where it is asked for it."""


@dataclass(frozen=True)
class Table:
    """The columns of ``raw``: names as people see them, DuckDB types, and the books of the reading.

    ``header`` is what the file itself has as names, empty where it has none; ``found`` are the types of a file that has some,
    ``layout`` is how text was taken apart, ``paths`` are names that lead into values, ``hints`` are roles and their likely
    columns in such a ``payload``, ``offered`` all names of a table of which only some columns were read.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    is_text: bool
    set_aside: tuple[SetAside, ...] = ()
    header: tuple[str, ...] = ()
    repairs: tuple[str, ...] = ()
    lines: LineCounts | None = None
    found: tuple[str, ...] = ()
    layout: CsvOptions | None = None
    paths: tuple[str, ...] = ()
    hints: tuple[tuple[str, str], ...] = ()
    payload: str | None = None
    offered: tuple[str, ...] = ()


def read_typed(
    connection: duckdb.DuckDBPyConnection,
    scan: str,
    parameters: list[str],
    *,
    seen: Path | None = None,
    wanted: Sequence[str] | None = None,
) -> Table:
    """Read a file that carries its own types; what the house does not use becomes text or a plain number."""
    described = connection.execute(f"DESCRIBE FROM {scan}", parameters).fetchall()
    aliases = ", ".join(f"a{place}" for place in range(len(described)))
    places = [place for place, row in enumerate(described) if wanted is None or wide.holds(row[0], wanted)]
    places = places or [*range(len(described))]  # none is called so: said once values inside values are columns
    names, said = unique_names([row[0] for row in described]), ""
    if wanted is None and len(names) > MAX_COLUMNS:
        are_nested = [row[1] == "JSON" or row[1].endswith((")", "]")) for row in described]
        places, said = wide.proposed(connection, scan, parameters, names, are_nested)
    headers, found = [described[place][0] for place in places], [described[place][1] for place in places]
    check_columns(len(headers))
    if not headers:
        raise InputError("Expected a table with columns, found none. Export the log again.")
    types = tuple(plain_type(type_) for type_ in found)
    selected = ", ".join(
        f"{plain_expression(f'a{own}', type_)} AS c{place}"
        for place, (own, type_) in enumerate(zip(places, found, strict=True))
    )
    long = [place for place, type_ in enumerate(found) if WIDE.fullmatch(type_)]
    if seen and not long and _ROW_NUMBER not in map(str.lower, headers):
        see_parquet(connection, seen, selected, len(headers))
    else:
        connection.execute(f"CREATE TABLE raw AS SELECT {selected} FROM (FROM {scan}) AS t({aliases})", parameters)
    narrow = _narrowed(connection, long)
    types = tuple("BIGINT" if place in narrow else type_ for place, type_ in enumerate(types))
    table = Table(unique_names(headers), types, is_text=False, header=tuple(headers), found=tuple(found))
    return replace(table, repairs=(said,) if said else (), offered=names if len(names) > MAX_COLUMNS else ())


def _narrowed(connection: duckdb.DuckDBPyConnection, places: Sequence[int]) -> set[int]:
    """Make integers of more than 64 bits plain ones where all of a column fit; the others stay text. Return the former."""
    narrow = set()
    for name, place in ((f"c{place}", place) for place in places):
        row = connection.execute(f"SELECT count({name}) = count(TRY_CAST({name} AS BIGINT)) FROM raw").fetchone()
        if row is not None and row[0]:
            connection.execute(f"ALTER TABLE raw ALTER {name} TYPE BIGINT")
            narrow.add(place)
    return narrow
