"""Labels that came in another file, joined to the rows by id: the latest of each id wins, and the earlier ones are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from analytics.errors import InputError
from analytics.log.column import Column, unique_names
from analytics.log.receipt import LabelCounts
from analytics.log.schema import Reading
from analytics.reading import profile, raw, same_ids
from analytics.reading.formats import sources
from analytics.reading.label_history import count_labels, keep_replaced, rank_labels
from analytics.reading.label_keys import Keys, LabelsFile, id_of, key_of, keys_of, same_name
from analytics.reading.types import infer
from analytics.reading.types.conversion import Conversion


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
        If there is no id column, the file does not have it or holds no label, or none of its ids is one of the log.
    """
    row_id = id_of(reading, given)
    scratch = folder / "labels"
    scratch.mkdir()
    connection.execute("ALTER TABLE raw RENAME TO log_rows; ALTER TABLE set_aside RENAME TO rows_set_aside")
    source = sources.prepare(given.path, scratch, max_bytes=max_bytes, progress=progress)
    table = raw.read_source(connection, source, scratch)
    conversions = infer.convert(connection, table.names, table.types, is_text=table.is_text)
    n_given, columns = profile.profile(connection, table.names, conversions, progress)
    keys = keys_of(columns, n_given, row_id, given)
    alike = same_ids.write_alike(connection, row_id.sql_name, keys.row_id.sql_name)
    version = reading.column(given.version_column) if keys.version and given.version_column else None
    rank_labels(connection, keys, given.source)
    counts = count_labels(connection, keys, key_of(row_id, version))
    rest = [column for column in columns if column not in (keys.row_id, keys.version)]
    revised = _revisions(connection, reading, keys)
    if not counts["rows_matched"] and keys.label not in revised:
        raise _no_id_met(given, row_id.name, counts)
    added = [column for column in rest if column not in revised]
    _merge(connection, reading, keys, key_of(row_id, version), added, revised)
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
    joined = profile.with_earlier(connection, [by_place[place] for place in sorted(by_place)])
    said = (*reading.repairs, alike) if alike else reading.repairs
    return replace(reading, columns=joined, labels=for_books, repairs=said)


def _no_id_met(given: LabelsFile, id_column: str, counts: Mapping[str, Any]) -> InputError:
    """Say that no label met a row, with an id of each side."""
    theirs, mine = counts["example_orphan"], counts["example_unmatched"]
    return InputError(
        f"Expected ids of the log in {given.source!r}, found none of {counts['n_orphans']:,} in {id_column!r}: "
        f"{theirs!r} there, {mine!r} in the log. Check that both write the id alike, or name another column with --id."
    )


def _revisions(connection: duckdb.DuckDBPyConnection, reading: Reading, keys: Keys) -> dict[Column, Column]:
    """Return the columns of the labels file that revise one of the log: the label and its time, where name and values fit."""
    found = {}
    for column in filter(None, (keys.label, keys.time)):
        old = same_name(reading.columns, column.name)
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
    keys: Keys,
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
    keep_replaced(connection, keys, rows, revised)
