"""What preflight needs to know about a built log, counted in the engine: one module per family of findings."""

from __future__ import annotations

from typing import Any

import duckdb

from analytics.log.schema import Log
from analytics.reading.checks.facts import changes, labels, missing, spellings, spikes, times
from analytics.reading.checks.findings import Facts
from analytics.reading.types.conversion import is_value


def count_facts(connection: duckdb.DuckDBPyConnection, log: Log) -> Facts:
    """Count what the checks of preflight ask for, all but the area under the ROC curve."""
    ids: dict[str, Any] = labels.ids(connection, log)
    against, example = labels.decisions_against_score(connection, log)
    return Facts(
        **ids,
        **labels.revised(connection, log),
        **scores_by_range(connection),
        n_decisions_against_score=against,
        example_decision=example,
        label_values=labels.other_labels(connection, log),
        n_bad_scores=bad_values(connection, log, log.mapping.score, "score"),
        n_bad_amounts=bad_values(connection, log, log.mapping.amount, "amount"),
        one_class_after=labels.one_class_after(connection, log),
        gaps=missing.gaps(connection, log),
        spikes=spikes.spikes(connection, log),
        reversed_pairs=times.reversed_pairs(connection, log),
        offsets=times.offsets(connection, log),
        changes=changes.changes(connection, log),
        spellings=spellings.spellings(connection, log),
    )


def bad_values(connection: duckdb.DuckDBPyConnection, log: Log, column_name: str | None, role: str) -> int:
    """Count the rows whose column holds a value that is no finite number."""
    if column_name is None:
        return 0
    column = log.column(column_name)
    present = is_value(f"{column.sql_name}::VARCHAR")
    row = connection.execute(f"SELECT count(*) FROM log_file.log WHERE {present} AND {role} IS NULL").fetchone()
    assert row is not None
    return int(row[0]) + column.n_unparsable


def scores_by_range(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Count the scores strictly between 0 and 1 and those outside, and name the one farthest out."""
    row = connection.execute(
        "SELECT count(*) FILTER (score > 0 AND score < 1), count(*) FILTER (score < 0 OR score > 1), "
        "arg_max(score, abs(score - 0.5)) FILTER (score < 0 OR score > 1) FROM log_file.log"
    ).fetchone()
    assert row is not None
    return dict(zip(("n_scores_between", "n_scores_outside", "example_outside"), row, strict=True))


def bin_counts(connection: duckdb.DuckDBPyConnection) -> tuple[list[int], list[int]]:
    """Return the positives and the negatives in each score bin that has judged rows, by ascending score."""
    rows = connection.execute(
        "SELECT count(*) FILTER (label = 1), count(*) FILTER (label = 0) FROM log_file.log "
        "WHERE label IS NOT NULL AND score_bin IS NOT NULL GROUP BY score_bin ORDER BY score_bin"
    ).fetchall()
    return [row[0] for row in rows], [row[1] for row in rows]
