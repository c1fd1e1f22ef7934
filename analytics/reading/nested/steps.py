"""What makes rows of payloads: two rows with one key are joined, texts are split, lists are taken apart side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from analytics.reading.nested.registry import Joined, matching_any
from analytics.reading.nested.texts import Nested
from analytics.reading.seen.parquet import own_rows

_SIDES = {"request": "request|input", "response": "response|output|prediction"}
"""Words by which a row says that it holds a request or a response."""

_MAX_UNEQUAL = 0.05
"""Share of rows whose lists may differ in length where they still hold a value for each row. A judgement."""


@dataclass(frozen=True)
class Sheet:
    """The columns of ``raw``, ``c0, c1, …``: names and types.

    ``made`` are columns that were made here of text or of lists, ``apart`` paths of lists that were taken apart or are not to
    be, ``left`` those of them that still stand in a column from which they are left out.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    made: frozenset[str] = frozenset()
    apart: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Made:
    """A column to be: its name, its expression over ``raw`` with parameters, and its type."""

    name: str
    sql: str
    parameters: tuple[object, ...] = ()
    type: str = "VARCHAR"


def kept(sheet: Sheet, without: Sequence[int] = ()) -> list[Made]:
    """Return the columns as they are."""
    columns = enumerate(zip(sheet.names, sheet.types, strict=True))
    return [Made(name, f"c{at}", (), type_) for at, (name, type_) in columns if at not in without]


def rewrite(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Made], rows: str = "FROM raw ORDER BY rowid"
) -> None:
    """Make ``raw`` anew of expressions over it."""
    selected = ", ".join(f"{column.sql} AS c{at}" for at, column in enumerate(columns))
    parameters = [value for column in columns for value in column.parameters]
    own_rows(connection)
    connection.execute(f"CREATE TABLE unfolded AS SELECT {selected} {rows}", parameters)
    connection.execute("DROP TABLE raw; ALTER TABLE unfolded RENAME TO raw")


def _count(connection: duckdb.DuckDBPyConnection, selected: str = "count(*)", parameters: Sequence[object] = ()) -> int:
    row = connection.execute(f"SELECT {selected} FROM raw", parameters).fetchone()
    return int(row[0] or 0) if row is not None else 0


def sides_of(connection: duckdb.DuckDBPyConnection, sheet: Sheet, joined: Joined) -> tuple[int, int] | None:
    """Return the places of the key and of the side of rows that are halves, None where they are whole."""
    folded = [name.casefold() for name in sheet.names]
    keys, sides = ([folded.index(name) for name in names if name in folded] for names in (joined.keys, joined.sides))
    for side in [at for at in sides if sheet.types[at] == "VARCHAR"]:
        words = ", ".join(f"count(*) FILTER (regexp_matches(lower(c{side}), '{word}'))" for word in _SIDES.values())
        row = connection.execute(f"SELECT count(*), {words} FROM raw").fetchone()
        if row is not None and min(row[1:]) and sum(row[1:]) == row[0]:
            for key in keys:
                if (
                    _count(connection, f"count(DISTINCT c{key})") < row[0]
                    and _count(connection, f"count(c{key})") == row[0]
                ):
                    return key, side
    return None


def join_halves(
    connection: duckdb.DuckDBPyConnection, sheet: Sheet, columns: Sequence[Nested], places: tuple[int, int]
) -> tuple[Sheet, str]:
    """Make one row of those of one key; what is nested becomes a column of the request and one of the response."""
    key, side = places
    nested = {column.place for column in columns}
    before = _count(connection)
    made = []
    for at, (name, type_) in enumerate(zip(sheet.names, sheet.types, strict=True)):
        if at == side:
            continue
        if at == key:
            made.append(Made(name, f"c{at}", (), type_))
        elif at in nested:
            made += [
                Made(f"{half}.{name}", f"arg_min(c{at}, rowid) FILTER (regexp_matches(lower(c{side}), '{word}'))")
                for half, word in _SIDES.items()
            ]
        else:
            made.append(Made(name, f"arg_min(c{at}, rowid)", (), type_))
    rewrite(connection, made, f"FROM raw GROUP BY c{key} ORDER BY min(rowid)")
    said = f"{before:,} rows of requests and responses were joined by {sheet.names[key]!r} into {_count(connection):,}."
    names, types = tuple(column.name for column in made), tuple(column.type for column in made)
    return replace(sheet, names=names, types=types), said


def split_texts(connection: duckdb.DuckDBPyConnection, sheet: Sheet, patterns: Sequence[str]) -> Sheet:
    """Make lists of texts that hold fields between commas, one per line, and plain text of base64."""
    columns = kept(sheet)
    for at in _texts_to_split(connection, sheet, patterns):
        name, encoding = sheet.names[at], sheet.names[at].rpartition(".")[0] + ".encoding"
        text = f"c{at}"
        if encoding in sheet.names:
            code = f"c{sheet.names.index(encoding)}"
            text = (
                f"CASE WHEN {code} = 'BASE64' THEN coalesce(TRY(decode(from_base64({text}))), {text}) ELSE {text} END"
            )
        is_json = f"regexp_matches({text}, '^\\s*[\\[{{]')"
        lines = f"string_split(trim({text}, chr(10) || chr(13)), chr(10))"
        if _count(connection, f"bool_or(contains({text}, ','))::INT"):
            lines = f"list_transform({lines}, lambda x: string_split(trim(x, chr(13)), ','))"
        columns[at] = Made(name, f"CASE WHEN {is_json} THEN {text} ELSE to_json({lines})::VARCHAR END")
    rewrite(connection, columns)
    return replace(sheet, made=sheet.made | {*matching_any(patterns, sheet.names)})


def _texts_to_split(connection: duckdb.DuckDBPyConnection, sheet: Sheet, patterns: Sequence[str]) -> list[int]:
    """Return the places of texts without quotes that a recogniser says to be split."""
    names = matching_any(patterns, sheet.names)
    places = [sheet.names.index(name) for name in names if sheet.types[sheet.names.index(name)] == "VARCHAR"]
    return [at for at in places if not _count(connection, f"coalesce(bool_or(c{at} LIKE '\"%'), false)::INT")]


@dataclass(frozen=True)
class _Lists:
    """A list that holds a value for each row: its path, the expression of it with parameters, and where it stands."""

    path: str
    sql: str
    parameters: tuple[object, ...]
    place: int
    is_column: bool


def are_of_several(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Nested], patterns: Sequence[str], names: Sequence[str]
) -> bool:
    """Whether a list holds objects of which a name says whose each is, on every line another."""
    for column in columns:
        lists = {node.path: node for node in column.tree.walk() if node.type == "list" and isinstance(node.item, dict)}
        for node in (lists[path] for path in matching_any(patterns, lists)):
            for name in (name for name in names if name in node.item):
                whose = f"TRY_CAST(json_extract({column.sql}, ?) AS JSON[]), lambda x: json_extract_string(x, ?)"
                found = connection.execute(
                    "SELECT max(len(k)), bool_or(len(list_distinct(k)) < len(k)) "
                    f"FROM (SELECT list_transform({whose}) AS k FROM raw)",
                    (node.pointer, f"$.{name}"),
                ).fetchone()
                if found is not None and (found[0] or 0) > 1 and not found[1]:
                    return True
    return False


def take_rows_apart(
    connection: duckdb.DuckDBPyConnection,
    sheet: Sheet,
    columns: Sequence[Nested],
    patterns: Sequence[str],
    named: Sequence[str],
) -> tuple[Sheet, str | None]:
    """Make a row of each place of the lists that patterns name, and say it.

    Nothing is done, or said, where lists differ in length, or where a person named a place of one of them.
    """
    lists = [found for column in columns for found in _lists_of(column, patterns) if found.path not in sheet.apart]
    paths = [found.path for found in lists]
    by_hand = any(name.startswith(f"{path}[") for name in named for path in paths)
    if not lists or by_hand or not _are_rows(connection, lists):
        return replace(sheet, apart=sheet.apart | {*paths}), None
    before = _count(connection)
    columns_left = kept(sheet, [found.place for found in lists if found.is_column])
    made = [*columns_left, *(Made(found.path, f"l{at}[place]") for at, found in enumerate(lists))]
    inner = ", ".join(f"{found.sql} AS l{at}" for at, found in enumerate(lists))
    longest = f"greatest(1, {', '.join(f'coalesce(len(l{at}), 0)' for at in range(len(lists)))})"
    connection.execute(
        f"CREATE TEMP TABLE apart AS SELECT rowid AS line, *, {inner} FROM raw",
        [value for found in lists for value in found.parameters],
    )
    rows = f"FROM (SELECT *, unnest(range(1, {longest} + 1)) AS place FROM apart) ORDER BY line, place"
    rewrite(connection, made, rows)
    connection.execute("DROP TABLE apart")
    said = f"{before:,} rows hold {_count(connection):,} in lists, which were taken apart: {', '.join(map(repr, paths[:4]))}."
    left = {found.path for found in lists if not found.is_column}
    names, types = tuple(column.name for column in made), tuple(column.type for column in made)
    return Sheet(names, types, sheet.made | {*paths}, sheet.apart | {*paths}, sheet.left | left), said


def _are_rows(connection: duckdb.DuckDBPyConnection, lists: Sequence[_Lists]) -> bool:
    """Whether lists hold something, and on nearly every row as much as each other."""
    lengths = ", ".join(f"coalesce(len({found.sql}), 0)" for found in lists)
    row = connection.execute(
        "SELECT count(*), count(*) FILTER (list_max(n) > list_min(list_filter(n, lambda x: x > 0))), max(list_max(n)) "
        f"FROM (SELECT [{lengths}] AS n FROM raw)",
        [value for found in lists for value in found.parameters],
    ).fetchone()
    return row is not None and bool(row[2]) and row[1] <= _MAX_UNEQUAL * row[0]


def _lists_of(column: Nested, patterns: Sequence[str]) -> list[_Lists]:
    """Return the lists inside a column that hold a value for each row."""
    lists = {node.path: node for node in column.tree.walk() if node.type == "list"}
    found = []
    for path in matching_any(patterns, lists):
        node = lists[path]
        sql = f"TRY_CAST(json_extract({column.sql}, ?) AS JSON[])"
        parameters: tuple[object, ...] = (node.pointer,)
        item = f"list_transform({sql}, lambda x: json_extract_string(x, '$'))"
        names = column.tree.find(path[len(column.tree.path) :].rpartition(".")[0] + ".columns")
        if isinstance(node.item, list) and names is not None and names.type == "list":
            keys = f"TRY_CAST(json_extract({column.sql}, ?) AS VARCHAR[])"
            item = (
                f"list_transform({sql}, lambda x: CASE WHEN json_array_length(x) = len({keys}) "
                f"THEN to_json(map({keys}, x::JSON[]))::VARCHAR END)"
            )
            parameters = (node.pointer, names.pointer, names.pointer)
        found.append(_Lists(path, item, parameters, column.place, path == column.tree.path))
    return found
