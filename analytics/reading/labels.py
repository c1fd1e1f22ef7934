"""Labels that came in another file, joined to the rows by id: the latest of each id wins, and the earlier ones are kept."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from analytics.errors import InputError
from analytics.log.column import Column, unique_names
from analytics.log.label_time import SEEN
from analytics.log.receipt import LabelCounts
from analytics.log.schema import Reading
from analytics.reading import profile, raw, same_ids
from analytics.reading.formats import sources
from analytics.reading.label_history import count_labels, keep_changes, rank_labels
from analytics.reading.label_keys import Keys, LabelsFile, day_of, id_of, in_order, key_of, keys_of, same_name
from analytics.reading.types import infer
from analytics.reading.types.conversion import Conversion

_NEW = "new"
"""That such a column is to be made."""


def join_labels(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    given: Sequence[LabelsFile],
    folder: Path,
    max_bytes: int,
    progress: Callable[[float], None],
) -> Reading:
    """Add the columns of labels files to ``raw``, make ``label_changes``, and return the reading that accounts for all.

    Where an id has several labels the latest by time counts, or the last of the file where it has no times; different labels of
    the same latest time contradict each other, and the row is not known yet. A later file revises what an earlier one, or the
    log itself under the same name, says: rows that it does not name keep theirs, and so do rows whose label is of a later time.
    A file without times that is named after a day said its labels on that day. The time of a label is that at which it was
    first there: exports that repeat it do not make it younger.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Holds ``raw``.
    reading : Reading
        What is known of ``raw``.
    given : sequence of LabelsFile
        The files; they count in the order of the days that all of them are named after, else in this one.
    folder : Path
        A scratch folder.
    max_bytes : int
        What each file may grow to when it is unpacked.
    progress : callable
        Told the share that is done.

    Raises
    ------
    InputError
        If there is no id column, a file does not have it or holds no label, or none of its ids is one of the log.
    """
    for file in in_order(given):
        reading = _join_file(connection, reading, file, folder, max_bytes, progress)
    return reading


def _join_file(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    given: LabelsFile,
    folder: Path,
    max_bytes: int,
    progress: Callable[[float], None],
) -> Reading:
    """Join one labels file to the rows and to what files before it said."""
    row_id = id_of(reading, given)
    scratch = folder / "labels"
    scratch.mkdir()
    connection.execute("ALTER TABLE raw RENAME TO log_rows; ALTER TABLE set_aside RENAME TO rows_set_aside")
    source = sources.prepare(given.path, scratch, max_bytes=max_bytes, progress=progress)
    table = raw.read_source(connection, source, scratch)
    shutil.rmtree(scratch)
    conversions = infer.convert(connection, table.names, table.types, is_text=table.is_text)
    n_given, columns = profile.profile(connection, table.names, conversions, progress)
    keys = keys_of(columns, n_given, row_id, given)
    alike = same_ids.write_alike(connection, row_id.sql_name, keys.row_id.sql_name)
    version = reading.column(given.version_column) if keys.version and given.version_column else None
    rest = [column for column in columns if column not in (keys.row_id, keys.version)]
    revised = _revisions(connection, reading, keys)
    old = revised.get(keys.label)
    rank_labels(connection, keys, day_of(given.source), old.type if old else None)
    counts = count_labels(connection, keys, key_of(row_id, version))
    if not counts["rows_matched"] and keys.label not in revised:
        raise _no_id_met(given, row_id.name, counts)
    added = [column for column in rest if column not in revised]
    seen = _seen_column(reading, keys, day_of(given.source))
    merged = _Merged(key_of(row_id, version), keys, tuple(added), revised, seen)
    n_revised = _merge(connection, reading, merged, given.source)
    names = unique_names([*reading.names, *[column.name for column in added], *([SEEN] if seen is _NEW else [])])
    described = {
        old.position: Conversion(old.type, old.n_unparsable, old.example_unparsable) for old in revised.values()
    }
    described |= {len(reading.columns) + offset: conversions[column.position] for offset, column in enumerate(added)}
    if seen is _NEW:
        described[len(names) - 1] = Conversion("TIMESTAMP", 0, None)
    elif isinstance(seen, Column):
        described[seen.position] = Conversion(seen.type, seen.n_unparsable, seen.example_unparsable)
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
        rows_revised=n_revised,
        **counts,
    )
    for name in ("raw_labels", "given_labels", "last_labels", "log_rows", "set_aside"):
        connection.execute(f"DROP TABLE {name}")
    connection.execute("ALTER TABLE rows_set_aside RENAME TO set_aside")
    by_place = {column.position: column for column in (*reading.columns, *new)}
    joined = profile.with_earlier(connection, [by_place[place] for place in sorted(by_place)])
    said = (*reading.repairs, alike) if alike else reading.repairs
    before = (*reading.labels_before, reading.labels) if reading.labels else ()
    return replace(reading, columns=joined, labels=for_books, labels_before=before, repairs=said)


def _no_id_met(given: LabelsFile, id_column: str, counts: Mapping[str, Any]) -> InputError:
    """Say that no label met a row, with an id of each side."""
    theirs, mine = counts["example_orphan"], counts["example_unmatched"]
    return InputError(
        f"Expected ids of the log in {given.source!r}, found none of {counts['n_orphans']:,} in {id_column!r}: "
        f"{theirs!r} there, {mine!r} in the log. Check that both write the id alike, or name another column with --id."
    )


def _revisions(connection: duckdb.DuckDBPyConnection, reading: Reading, keys: Keys) -> dict[Column, Column]:
    """Return the columns of the labels file that revise one of the log: the label and its time, where name and values fit.

    A label revises that of a labels file before it under whatever name.
    """
    found = {}
    for column in filter(None, (keys.label, keys.time)):
        old = same_name(reading.columns, column.name)
        if column == keys.label and old is None and reading.labels is not None:
            old = reading.column(reading.labels.label_column)
        if old is None:
            continue
        row = connection.execute(
            f"SELECT count({column.sql_name}) = count(TRY_CAST({column.sql_name} AS {old.type})) FROM raw"
        ).fetchone()
        if row is not None and row[0] and (column == keys.label or keys.label in found):
            found[column] = old
    return found


def _seen_column(reading: Reading, keys: Keys, day: datetime | None) -> Column | str | None:
    """Return the column that says when a label of a file without times was first there: the log's, a new one, or none."""
    if keys.time is not None or day is None:
        return None
    old = same_name(reading.columns, SEEN)
    return old if old is not None and old.kind == "time" else _NEW if old is None else None


@dataclass(frozen=True)
class _Merged:
    """What becomes of the columns of a labels file: the key of the log's rows, and what is added, revised and dated."""

    key: str
    keys: Keys
    added: tuple[Column, ...]
    revised: dict[Column, Column]
    seen: Column | str | None

    @property
    def old_time(self) -> str:
        """SQL of when the label that a row had was first there."""
        if self.keys.time in self.revised:
            return f"t.{self.revised[self.keys.time].sql_name}::TIMESTAMP"
        return f"t.{self.seen.sql_name}::TIMESTAMP" if isinstance(self.seen, Column) else "NULL::TIMESTAMP"

    @property
    def is_late(self) -> str:
        """SQL of whether the label that a row had is of a later time than that of the file."""
        return f"coalesce({self.old_time} > k.latest, false)"


def _merge(connection: duckdb.DuckDBPyConnection, reading: Reading, merged: _Merged, source: str) -> int:
    """Make ``raw`` of the rows and their labels, keep what labels were before, and return how many rows were revised."""
    keys, revised = merged.keys, merged.revised
    selected = {column.position: f"t.{column.sql_name}" for column in reading.columns}
    old_label, since, is_late = "NULL::VARCHAR", "k.since", merged.is_late
    if keys.label in revised:
        old = revised[keys.label]
        mine, theirs = f"t.{old.sql_name}", f"TRY_CAST(l.{keys.label.sql_name} AS {old.type})"
        old_label = f"{mine}::VARCHAR"
        selected[old.position] = (
            f"CASE WHEN k.is_contrary THEN NULL WHEN {mine} IS NOT NULL AND {is_late} THEN {mine} "
            f"ELSE coalesce({theirs}, {mine}) END"
        )
        same = f"coalesce({mine} = {theirs} AND k.n_labels = 1, false)"
        stood = f"CASE WHEN {merged.old_time} IS NULL THEN k.since ELSE least({merged.old_time}, k.since) END"
        since = (
            f"CASE WHEN k.key IS NULL OR ({mine} IS NOT NULL AND {is_late} AND NOT {same}) THEN {merged.old_time} "
            f"WHEN {same} THEN {stood} ELSE k.since END"
        )
    if keys.time in revised:
        timed = revised[keys.time]
        selected[timed.position] = f"({since})::{timed.type}"
    elif isinstance(merged.seen, Column):
        selected[merged.seen.position] = f"({since})::{merged.seen.type}"
    for offset, column in enumerate(merged.added):
        value = f"l.{column.sql_name}"
        if column == keys.label:
            value = f"CASE WHEN NOT k.is_contrary THEN {value} END"
        elif column == keys.time:
            value = f"({since})::{column.type}"
        selected[len(reading.columns) + offset] = value
    if merged.seen is _NEW:
        selected[len(selected)] = f"({since})::TIMESTAMP"
    rows = (
        f"(SELECT *, rowid AS place, {merged.key} AS key FROM log_rows) t LEFT JOIN last_labels k ON t.key = k.key "
        "LEFT JOIN (SELECT *, rowid AS label_place FROM raw_labels) l ON l.label_place = k.place"
    )
    cells = ", ".join(f"{expression} AS c{place}" for place, expression in selected.items())
    connection.execute(f"CREATE TABLE raw AS SELECT {cells} FROM {rows} ORDER BY t.place")
    type_ = revised.get(keys.label, keys.label).type
    label = f"l.{keys.label.sql_name}"
    before = reading.labels.source if reading.labels else "log"
    return keep_changes(connection, rows, (old_label, merged.old_time, label), type_, (before, source))
