"""A log that grows: rows of further files are put behind those of a log, and what all rows decide is counted anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb

from analytics.log.bins import Bins
from analytics.log.column import MAX_VALUES_BY_VALUE
from analytics.log.receipt import LineCounts
from analytics.log.schema import Log, Reading, ScoreKind
from analytics.reading import grid, grown_columns, parts
from analytics.reading.sql.expression import Expression


def append(
    connection: duckdb.DuckDBPyConnection,
    log: Log,
    reading: Reading,
) -> Log:
    """Put the rows of ``day.log`` behind those of ``log_file.log``, a log of the same mapping.

    Parameters
    ----------
    connection : DuckDBPyConnection
        With both databases attached.
    log, reading : Log and Reading
        The log as it was, and what is known of the further files; its columns are those of the log.

    Returns
    -------
    Log
        As a reading of all files would have made it, with what was found in it before. What had to be made anew is among its
        ``reading.repairs``.
    """
    _widen_enums(connection)
    stored = [name for (name,) in connection.execute("SELECT column_name FROM (DESCRIBE log_file.log)").fetchall()]
    selected = ", ".join(
        f"row_id + {log.n_rows}" if name == "row_id" else "NULL" if name == "score_bin" else name for name in stored
    )
    connection.execute(f"INSERT INTO log_file.log SELECT {selected} FROM day.log ORDER BY row_id")
    plain = ", ".join(  # an ENUM stays one: it is grouped faster, and its values are in the order of text
        f"{column.original_name if column.original_name in stored else column.sql_name} AS {column.sql_name}"
        for column in log.reading.columns
    )
    connection.execute(f"CREATE VIEW raw AS SELECT row_id AS rowid, score, {plain} FROM log_file.log")
    columns = grown_columns.merged(connection, log.reading, reading)
    score_kind, edges, is_exact = _grid(connection, log)
    _number_scores(connection, log, edges)
    grown = replace(log.reading, columns=columns)
    bins, moved = _binned(connection, log, grown)
    said = _said(log, reading, moved, is_same_grid=edges == log.edges, n_files=len(reading.origin.digests))
    counts = connection.execute(
        "SELECT count(*), count(label), count(*) FILTER (label = 1), count(*) FILTER (score IS NULL), "
        "least(min(moment), ?::TIMESTAMP)::VARCHAR, greatest(max(moment), ?::TIMESTAMP)::VARCHAR FROM day.log",
        [log.time_low, log.time_high],
    ).fetchone()
    assert counts is not None
    n_rows, n_labelled, n_positive, n_unscored, time_low, time_high = counts
    return replace(
        log,
        reading=_added(grown, reading, said),
        score_kind=score_kind,
        edges=edges,
        grid_is_exact=is_exact,
        bins=bins,
        n_rows=log.n_rows + n_rows,
        n_labelled=log.n_labelled + n_labelled,
        n_positive=log.n_positive + n_positive,
        n_unscored=log.n_unscored + n_unscored,
        time_low=time_low,
        time_high=time_high,
        share_positive=_share_positive(connection) if log.mapping.weight else None,
    )


def _share_positive(connection: duckdb.DuckDBPyConnection) -> float | None:
    """Return what share of the rows is positive that those with a label stand for."""
    found = connection.execute(
        "SELECT sum(weight) FILTER (label = 1) / sum(weight) FILTER (label IS NOT NULL) FROM log_file.log"
    ).fetchone()
    return found[0] if found else None


def _widen_enums(connection: duckdb.DuckDBPyConnection) -> None:
    """Let columns of few values hold those that come new."""
    described = connection.execute("SELECT column_name, column_type FROM (DESCRIBE log_file.log)").fetchall()
    for name in (name for name, type_ in described if type_.startswith("ENUM")):
        known = f"(SELECT unnest(enum_range((SELECT {name} FROM log_file.log LIMIT 1)))::VARCHAR AS value)"
        new = f"(SELECT DISTINCT {name}::VARCHAR AS value FROM day.log WHERE {name} IS NOT NULL)"
        if connection.execute(f"SELECT count(*) FROM (FROM {new} EXCEPT FROM {known})").fetchone() == (0,):
            continue
        values = connection.execute(f"SELECT value FROM (FROM {known} UNION FROM {new}) ORDER BY 1").fetchall()
        n_types = connection.execute("SELECT count(*) FROM duckdb_types() WHERE database_name = 'log_file'").fetchone()
        type_ = f"log_file.w{n_types[0] if n_types else 0}"
        connection.execute(
            "CREATE TEMP TABLE widened AS SELECT unnest(?::VARCHAR[]) AS value", [[v for (v,) in values]]
        )
        connection.execute(f"CREATE TYPE {type_} AS ENUM (SELECT value FROM widened ORDER BY 1)")
        connection.execute(
            f"DROP TABLE widened; ALTER TABLE log_file.log ALTER {name} TYPE {type_} USING {name}::VARCHAR::{type_}"
        )


def _grid(connection: duckdb.DuckDBPyConnection, log: Log) -> tuple[ScoreKind, tuple[float, ...], bool]:
    """Return the grid of all scores; where it was that of distinct scores and the day has no others, it stands."""
    if log.grid_is_exact and log.n_rows > log.n_unscored:
        new = connection.execute(
            "SELECT count(*) FROM (SELECT DISTINCT score FROM day.log WHERE score IS NOT NULL) d "
            "WHERE NOT list_contains(?::DOUBLE[], d.score)",
            [list(log.edges)],
        ).fetchone()
        if new == (0,):
            return log.score_kind, log.edges, True
    return grid.score_grid(connection, Expression("score"), has_score=log.mapping.has_score)


def _number_scores(connection: duckdb.DuckDBPyConnection, log: Log, edges: Sequence[float]) -> None:
    """Give the new rows their place in the grid; all rows, where it is another than before."""
    where = f"row_id >= {log.n_rows}" if tuple(edges) == log.edges else "true"
    connection.execute(
        "CREATE TEMP TABLE all_edges AS SELECT unnest(?::DOUBLE[]) AS edge, unnest(range(?))::USMALLINT AS bin",
        [list(edges), len(edges)],
    )
    connection.execute(
        "CREATE TEMP TABLE place_of AS SELECT s.score, e.bin FROM "
        f"(SELECT DISTINCT score FROM log_file.log WHERE {where}) s ASOF JOIN all_edges AS e ON s.score >= e.edge"
    )
    connection.execute(
        f"UPDATE log_file.log AS l SET score_bin = b.bin FROM place_of AS b WHERE l.score = b.score AND l.{where}"
        if where != "true"
        else "UPDATE log_file.log AS l SET score_bin = b.bin FROM place_of AS b WHERE l.score = b.score"
    )


def _binned(connection: duckdb.DuckDBPyConnection, log: Log, reading: Reading) -> tuple[dict[str, Bins], list[str]]:
    """Return the bins of numeric segment columns over all rows, and the columns whose bins had to move."""
    bins, moved = {}, []
    for column in (reading.column(name) for name in log.mapping.segments):
        if column.kind != "number" or column.n_distinct <= MAX_VALUES_BY_VALUE:
            continue
        bins[column.name] = grid.numeric_bins(connection, column)
        is_new = column.name not in log.bins
        if is_new:
            connection.execute(f"ALTER TABLE log_file.log ADD COLUMN {column.bin_name} UTINYINT")
        is_same = not is_new and log.bins[column.name].edges[1:-1] == bins[column.name].edges[1:-1]  # rows know no ends
        where = f" WHERE row_id >= {log.n_rows}" if is_same else ""
        connection.execute(
            f"UPDATE log_file.log SET {column.bin_name} = {grid.bin_case(column, bins[column.name])}{where}"
        )
        if not is_same:
            moved.append(column.name)
    return bins, moved


def _said(log: Log, reading: Reading, moved: Sequence[str], *, is_same_grid: bool, n_files: int) -> tuple[str, ...]:
    """Say by how much the log grew, and what had to be made anew for all of its rows."""
    files_ = f"{n_files:,} files" if n_files > 1 else "1 file"
    said = [
        f"The log grew by {files_} and {reading.rows_kept:,} rows; its {log.n_rows:,} earlier rows were not read again."
    ]
    if not is_same_grid:
        said.append("The score grid was made anew over all rows.")
    if moved:
        said.append(f"The bins of {parts.some(moved)} were made anew over all rows.")
    return (" ".join(said),)


def _added(before: Reading, day: Reading, said: Sequence[str]) -> Reading:
    """Return the account of all files."""
    reasons = {one.reason: one for one in before.set_aside}
    for one in day.set_aside:
        rows = reasons[one.reason].rows if one.reason in reasons else 0
        reasons[one.reason] = replace(one, rows=one.rows + rows)
    origin = replace(
        before.origin,
        files=(*before.origin.files, *day.origin.files),
        digests=(*before.origin.digests, *day.origin.digests),
    )
    earlier = [sentence for sentence in before.repairs if not sentence.startswith("The log grew by ")]
    return replace(
        before,
        content_hash=day.content_hash,
        rows_read=before.rows_read + day.rows_read,
        rows_kept=before.rows_kept + day.rows_kept,
        set_aside=tuple(reasons.values()),
        repairs=(*said, *dict.fromkeys((*earlier, *day.repairs))),
        lines=_added_lines(before.lines, day.lines),
        origin=origin,
    )


def _added_lines(one: LineCounts | None, other: LineCounts | None) -> LineCounts | None:
    """Return the lines of both, where both have lines."""
    if one is None or other is None:
        return None
    return LineCounts(**{name: getattr(one, name) + getattr(other, name) for name in vars(one)})
