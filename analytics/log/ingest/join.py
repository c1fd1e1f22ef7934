"""Labels that came in another file, joined to the rows by id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from analytics.errors import InputError
from analytics.log.ingest import formats, reader, types
from analytics.log.ingest.reader import Table
from analytics.log.ingest.types import Conversion
from analytics.log.schema import unique_names


@dataclass(frozen=True)
class Joined:
    """The columns of ``raw`` after the join, and sentences that account for the labels."""

    table: Table
    conversions: list[Conversion]
    account: tuple[str, ...]


def join_labels(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    folder: Path,
    table: Table,
    conversions: Sequence[Conversion],
    id_name: str | None,
    max_bytes: int,
) -> Joined:
    """Add the columns of a labels file to ``raw``; where an id is repeated its last row counts.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Holds ``raw``.
    path, folder : Path
        The labels file, and a scratch folder.
    table, conversions
        The columns of ``raw``.
    id_name : str or None
        The id column of both files; by default the first name that both have.

    Raises
    ------
    InputError
        If the files share no id column, or the labels file holds nothing else.
    """
    scratch = folder / "labels"
    scratch.mkdir()
    connection.execute("ALTER TABLE raw RENAME TO rows_without_labels; ALTER TABLE set_aside RENAME TO rows_set_aside")
    source = formats.prepare(path, scratch, max_bytes=max_bytes, progress=lambda _: None)
    labels = reader.read_source(connection, source, scratch)
    label_types = types.convert(connection, labels.types, is_text=labels.is_text)
    shared = [name for name in table.names if name in labels.names]
    key = id_name if id_name is not None and id_name in shared else (shared[0] if shared and id_name is None else None)
    if key is None or len(labels.names) < 2:
        found = ", ".join(map(repr, labels.names[:8]))
        raise InputError(
            f"Expected an id column that both files have and a label, found the columns {found} in {path.name!r}. "
            "Rename the id or name it."
        )
    left, right = f"c{table.names.index(key)}", f"c{labels.names.index(key)}"
    places = [place for place, name in enumerate(labels.names) if name != key]
    added = ", ".join(f"l.c{place} AS c{len(table.names) + offset}" for offset, place in enumerate(places))
    connection.execute(
        f"CREATE TABLE last_labels AS SELECT {right}::VARCHAR AS key, arg_max(r, rowid) AS l, count(*) AS n "
        f"FROM (SELECT rowid, raw AS r, {right} FROM raw) WHERE {right} IS NOT NULL GROUP BY 1"
    )
    connection.execute(
        f"CREATE TABLE joined AS SELECT t.*, {added} FROM rows_without_labels t LEFT JOIN last_labels "
        f"ON t.{left}::VARCHAR = last_labels.key ORDER BY t.rowid"
    )
    counts = connection.execute(
        f"SELECT (SELECT count(*) FROM rows_without_labels t SEMI JOIN last_labels ON t.{left}::VARCHAR = key), count(*), "
        f"coalesce(sum(n), 0), count(*) FILTER (key NOT IN (SELECT {left}::VARCHAR FROM rows_without_labels "
        f"WHERE {left} IS NOT NULL)) FROM last_labels"
    ).fetchone()
    assert counts is not None
    matched, n_ids, n_rows, orphans = map(int, counts)
    connection.execute("DROP TABLE raw; DROP TABLE set_aside; DROP TABLE rows_without_labels; DROP TABLE last_labels")
    connection.execute("ALTER TABLE joined RENAME TO raw; ALTER TABLE rows_set_aside RENAME TO set_aside")
    account = [f"Labels joined by {key!r} from {path.name!r}: {matched:,} rows found theirs."]
    if labels.set_aside:
        n_lines = sum(reason.rows for reason in labels.set_aside)
        account.append(f"{n_lines:,} lines of {path.name!r} were set aside: {labels.set_aside[0].reason}.")
    if orphans:
        account.append(f"{orphans:,} labels belong to no row.")
    if n_rows > n_ids:
        account.append(f"{n_rows - n_ids:,} labels were repeated; the last one of each id counts.")
    names = unique_names([*table.names, *[labels.names[place] for place in places]])
    added_types = tuple(label_types[place].type for place in places)
    return Joined(
        replace(table, names=names, types=(*table.types, *added_types)),
        [*conversions, *[label_types[place] for place in places]],
        tuple(account),
    )
