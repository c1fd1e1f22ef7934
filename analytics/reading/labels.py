"""Labels that came in another file, joined to the rows by id: the latest of each id wins, and the earlier ones are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from analytics.errors import InputError
from analytics.log import roles
from analytics.log.column import Column, find_column, unique_names
from analytics.log.receipt import LabelCounts
from analytics.log.schema import Reading
from analytics.reading import profile, raw, same_ids
from analytics.reading.formats import sources
from analytics.reading.types import infer
from analytics.reading.types.conversion import Conversion

_LABEL_TIMES = (
    r"(label|outcome|truth|target).*",
    r".*(available|known|updated|revised|resolved|observed|reported|matured|as_of).*",
    r".*",
)
"""Names of the column that says when a label was given, the clearest first."""

_HISTORY = "CREATE TABLE label_history (id VARCHAR, version VARCHAR, label VARCHAR, time TIMESTAMP, rank BIGINT, source VARCHAR)"
"""The labels of every id that had several, in their order; ``log`` as source is the label that the log had before."""


@dataclass(frozen=True)
class LabelsFile:
    """A labels file and what is known of it: the id of the log's rows, their model version, the column of labels."""

    path: Path
    source: str
    id_column: str | None
    version_column: str | None = None
    label_column: str | None = None


@dataclass(frozen=True)
class _Keys:
    """The columns of a labels file by what they are for."""

    row_id: Column
    label: Column
    version: Column | None
    time: Column | None


def join_labels(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    given: LabelsFile,
    folder: Path,
    max_bytes: int,
    progress: Callable[[float], None],
) -> Reading:
    """Add the columns of a labels file to ``raw``, make ``label_history``, and return the reading that accounts for both.

    Where an id has several labels the latest by time counts, or the last of the file where it has no times; different labels of
    the same latest time contradict each other, and the row is not known yet. A label column that the log has already under the
    same name is revised: rows that the file does not name keep theirs.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Holds ``raw``.
    reading : Reading
        What is known of ``raw``.
    given : LabelsFile
        The file.
    folder : Path
        A scratch folder.
    max_bytes : int
        What the file may grow to when it is unpacked.
    progress : callable
        Told the share that is done.

    Raises
    ------
    InputError
        If there is no id column, the file does not have it, or holds no label.
    """
    row_id = _id_of(reading, given)
    scratch = folder / "labels"
    scratch.mkdir()
    connection.execute("ALTER TABLE raw RENAME TO log_rows; ALTER TABLE set_aside RENAME TO rows_set_aside")
    source = sources.prepare(given.path, scratch, max_bytes=max_bytes, progress=progress)
    table = raw.read_source(connection, source, scratch)
    conversions = infer.convert(connection, table.names, table.types, is_text=table.is_text)
    n_given, columns = profile.profile(connection, table.names, conversions, progress)
    keys = _keys_of(columns, n_given, row_id, given)
    alike = same_ids.write_alike(connection, row_id.sql_name, keys.row_id.sql_name)
    version = reading.column(given.version_column) if keys.version and given.version_column else None
    _rank_labels(connection, keys, given.source)
    counts = _count_labels(connection, keys, _key_of(row_id, version))
    rest = [column for column in columns if column not in (keys.row_id, keys.version)]
    revised = _revisions(connection, reading, keys)
    added = [column for column in rest if column not in revised]
    _merge(connection, reading, keys, _key_of(row_id, version), added, revised)
    names = unique_names([*reading.names, *[column.name for column in added]])
    described = {
        old.position: Conversion(old.type, old.n_unparsable, old.example_unparsable) for old in revised.values()
    }
    described |= {len(reading.columns) + offset: conversions[column.position] for offset, column in enumerate(added)}
    _, new = profile.profile(
        connection, [names[place] for place in described], list(described.values()), progress, places=list(described)
    )
    label = revised[keys.label].name if keys.label in revised else names[len(reading.columns) + added.index(keys.label)]
    for_books = LabelCounts(
        source=given.source,
        id_column=row_id.name,
        version_column=version.name if version else None,
        time_column=keys.time.name if keys.time else None,
        label_column=label,
        n_read=n_given + sum(reason.rows for reason in table.set_aside),
        n_set_aside=sum(reason.rows for reason in table.set_aside),
        **counts,
    )
    for name in ("raw_labels", "last_labels", "log_rows", "set_aside"):
        connection.execute(f"DROP TABLE {name}")
    connection.execute("ALTER TABLE rows_set_aside RENAME TO set_aside")
    by_place = {column.position: column for column in (*reading.columns, *new)}
    said = (*reading.repairs, alike) if alike else reading.repairs
    return replace(
        reading, columns=tuple(by_place[place] for place in sorted(by_place)), labels=for_books, repairs=said
    )


def _id_of(reading: Reading, given: LabelsFile) -> Column:
    """Return the column of the log that joins the labels."""
    if given.id_column is None:
        shown = ", ".join(map(repr, reading.names[:8]))
        raise InputError(
            f"Expected a column that identifies a row, to join the labels by; found none among {shown}. Name it with --id, or "
            "choose it in the mapping."
        )
    if given.id_column not in reading.names:
        shown = ", ".join(map(repr, reading.names[:8]))
        raise InputError(
            f"Expected the id column {given.id_column!r} in the log, found the columns {shown}. Name one of them with --id."
        )
    return reading.column(given.id_column)


def _keys_of(columns: Sequence[Column], n_rows: int, row_id: Column, given: LabelsFile) -> _Keys:
    """Recognise the id, the label, the model version and the time of a labels file."""
    own_id = _same_name(columns, row_id.name)
    shown = ", ".join(repr(column.name) for column in columns[:8])
    if own_id is None or len(columns) < 2:
        raise InputError(
            f"Expected the id column {row_id.name!r} and a label in {given.source!r}, found the columns {shown}. "
            "Rename the id there, or name another with --id."
        )
    rest = [column for column in columns if column != own_id]
    version = None
    if given.version_column is not None:
        version = _same_name(rest, given.version_column) or _named(rest, roles.best("model_version", rest, n_rows))
        rest = [column for column in rest if column != version]
    label = _label_of(rest, n_rows, given)
    times = [column for column in rest if column.kind == "time" and column.n_distinct and column != label]
    ranked = (column for pattern in _LABEL_TIMES for column in times if re.fullmatch(pattern, column.name.casefold()))
    return _Keys(own_id, label, version, next(ranked, None))


def _label_of(columns: Sequence[Column], n_rows: int, given: LabelsFile) -> Column:
    """Return the column of labels: the one that was named, else the one that looks like it, else the only one."""
    if given.label_column is not None and (found := _same_name(columns, given.label_column)):
        return found
    found = _named(columns, roles.best("label", columns, n_rows)) or roles.any_binary(columns)
    plain = [column for column in columns if column.kind != "time" and column.n_distinct]
    if found is None and len(plain) == 1:
        found = plain[0]
    if found is None:
        shown = ", ".join(repr(column.name) for column in columns[:8]) or "no other column"
        raise InputError(
            f"Expected a column of labels in {given.source!r} beside the id, found {shown}. Name it with --label, or send the id "
            "and the label alone."
        )
    return found


def _same_name(columns: Sequence[Column], name: str) -> Column | None:
    """Return the column with this name, else the only one that differs from it in case or blanks around it."""
    exact = [column for column in columns if column.name == name]
    close = [column for column in columns if column.name.strip().casefold() == name.strip().casefold()]
    return exact[0] if exact else close[0] if len(close) == 1 else None


def _named(columns: Sequence[Column], found: tuple[str, str] | None) -> Column | None:
    """Return the column of a guess of `roles.best`."""
    return find_column(columns, found[0]) if found else None


def _key_of(row_id: Column, version: Column | None) -> str:
    """Return the expression of the text by which rows and labels meet; an id and a version cannot run into each other."""
    name = f"{row_id.sql_name}::VARCHAR"
    if version is None:
        return name
    other = f"{version.sql_name}::VARCHAR"
    return f"(length({name}) || ':' || {name} || {other})"


def _rank_labels(connection: duckdb.DuckDBPyConnection, keys: _Keys, source: str) -> None:
    """Make ``last_labels``, one row per id with the place of its latest label, and ``label_history``."""
    version = f"{keys.version.sql_name}::VARCHAR" if keys.version else "NULL"
    time = keys.time.sql_name if keys.time else "NULL"
    connection.execute("ALTER TABLE raw RENAME TO raw_labels")
    connection.execute(
        f"CREATE TABLE given_labels AS SELECT {_key_of(keys.row_id, keys.version)} AS key, "
        f"{keys.row_id.sql_name}::VARCHAR AS id, {version} AS version, {keys.label.sql_name}::VARCHAR AS label, "
        f"{time}::TIMESTAMP AS time, rowid AS place "
        f"FROM raw_labels WHERE {keys.label.sql_name} IS NOT NULL AND {_key_of(keys.row_id, keys.version)} IS NOT NULL"
    )
    connection.execute(
        "CREATE TABLE last_labels AS SELECT key, any_value(id) AS id, count(*) AS n, count(DISTINCT label) AS n_labels, "
        "max(time) AS latest, last(place ORDER BY time NULLS FIRST, place) AS place, false AS is_contrary "
        "FROM given_labels GROUP BY key"
    )
    connection.execute(
        "UPDATE last_labels SET is_contrary = true WHERE n_labels > 1 AND key IN (SELECT g.key FROM given_labels g "
        "JOIN last_labels l ON g.key = l.key AND g.time = l.latest GROUP BY g.key HAVING count(DISTINCT label) > 1)"
    )
    has_history = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'label_history' AND database_name = current_database()"
    ).fetchone()
    if not has_history or not has_history[0]:
        connection.execute(_HISTORY)
    connection.execute(
        "INSERT INTO label_history SELECT g.id, version, label, time, "
        "row_number() OVER (PARTITION BY key ORDER BY time NULLS FIRST, g.place), ? "
        "FROM given_labels g JOIN last_labels l USING (key) WHERE n > 1 ORDER BY key, 5",
        [source],
    )
    connection.execute("DROP TABLE given_labels")


def _count_labels(connection: duckdb.DuckDBPyConnection, keys: _Keys, key: str) -> dict[str, Any]:
    """Count what became of every label, and of every row of the log."""
    given_key, label = _key_of(keys.row_id, keys.version), keys.label.sql_name
    connection.execute(
        f"CREATE TEMP TABLE log_keys AS SELECT {key} AS key, count(*) AS n FROM log_rows WHERE {key} IS NOT NULL GROUP BY 1"
    )
    row = connection.execute(
        f"SELECT (SELECT count(*) FROM raw_labels WHERE {given_key} IS NULL), "
        f"(SELECT count(*) FROM raw_labels WHERE {given_key} IS NOT NULL AND {label} IS NULL), "
        "coalesce(sum(l.n - 1), 0)::BIGINT, count(*) FILTER (l.n_labels > 1), count(*) FILTER (is_contrary), "
        "min(id) FILTER (is_contrary), count(*) FILTER (log_keys.key IS NULL), min(id) FILTER (log_keys.key IS NULL), "
        "coalesce(sum(log_keys.n) FILTER (NOT is_contrary), 0)::BIGINT, "
        "coalesce(sum(log_keys.n) FILTER (is_contrary), 0)::BIGINT, "
        "(SELECT count(*) FROM log_rows), (SELECT min(key) FROM log_keys ANTI JOIN last_labels USING (key)) "
        "FROM last_labels l LEFT JOIN log_keys USING (key)"
    ).fetchone()
    assert row is not None
    without_id, without_label, repeated, changed, contrary, example_contrary, orphans, example_orphan = row[:8]
    matched, rows_contrary, n_rows, example_unmatched = row[8:]
    connection.execute("DROP TABLE log_keys")
    return {
        "n_without_id": without_id,
        "n_without_label": without_label,
        "n_repeated": repeated,
        "n_changed": changed,
        "n_contrary": contrary,
        "n_orphans": orphans,
        "rows_matched": matched,
        "rows_contrary": rows_contrary,
        "rows_unmatched": n_rows - matched - rows_contrary,
        "example_contrary": example_contrary,
        "example_orphan": example_orphan,
        "example_unmatched": example_unmatched,
    }


def _revisions(connection: duckdb.DuckDBPyConnection, reading: Reading, keys: _Keys) -> dict[Column, Column]:
    """Return the columns of the labels file that revise one of the log: the label and its time, where name and values fit."""
    found = {}
    for column in filter(None, (keys.label, keys.time)):
        old = _same_name(reading.columns, column.name)
        if old is None:
            continue
        row = connection.execute(
            f"SELECT count({column.sql_name}) = count(TRY_CAST({column.sql_name} AS {old.type})) FROM raw_labels"
        ).fetchone()
        if row is not None and row[0] and (column == keys.label or keys.label in found):
            found[column] = old
    return found


def _merge(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    keys: _Keys,
    key: str,
    added: Sequence[Column],
    revised: dict[Column, Column],
) -> None:
    """Make ``raw`` of the rows and their labels; what a revised label was before goes into ``label_history``."""

    def of_file(column: Column) -> str:
        value = f"l.{column.sql_name}"
        return f"CASE WHEN NOT k.is_contrary THEN {value} END" if column == keys.label else value

    selected = {column.position: f"t.{column.sql_name}" for column in reading.columns}
    for column, old in revised.items():
        value = f"coalesce(TRY_CAST(l.{column.sql_name} AS {old.type}), t.{old.sql_name})"
        selected[old.position] = (
            f"CASE WHEN k.is_contrary THEN NULL ELSE {value} END" if column == keys.label else value
        )
    for offset, column in enumerate(added):
        selected[len(reading.columns) + offset] = of_file(column)
    rows = (
        f"(SELECT *, rowid AS place, {key} AS key FROM log_rows) t LEFT JOIN last_labels k ON t.key = k.key "
        "LEFT JOIN (SELECT *, rowid AS label_place FROM raw_labels) l ON l.label_place = k.place"
    )
    cells = ", ".join(f"{expression} AS c{place}" for place, expression in selected.items())
    connection.execute(f"CREATE TABLE raw AS SELECT {cells} FROM {rows} ORDER BY t.place")
    if keys.label in revised:
        old = revised[keys.label]
        time = f"t.{revised[keys.time].sql_name}::TIMESTAMP" if keys.time in revised else "NULL"
        connection.execute(
            f"INSERT INTO label_history SELECT k.id, NULL, t.{old.sql_name}::VARCHAR, {time}, 0, 'log' FROM {rows} "
            f"WHERE t.{old.sql_name} IS NOT NULL AND t.{old.sql_name} IS DISTINCT FROM "
            f"TRY_CAST(l.{keys.label.sql_name} AS {old.type}) AND k.key IS NOT NULL ORDER BY t.place"
        )
