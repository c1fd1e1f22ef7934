"""From the table ``raw`` and a mapping to the table ``log``: labels of three values, the score grid, bins, ENUM segments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Known
from dataclasses import replace

import duckdb

from analytics.errors import InputError
from analytics.log import hints
from analytics.log.bins import Bins
from analytics.log.column import MAX_VALUES_BY_VALUE, Column
from analytics.log.label_time import has_far_years
from analytics.log.mapping import Mapping
from analytics.log.operation_names import OPERATION_ROLES
from analytics.log.right import Right
from analytics.log.schema import Log, Reading
from analytics.log.value_words import FIRST_YEAR, LAST_YEAR
from analytics.reading import strays
from analytics.reading.grid import bin_case, numeric_bins, score_grid
from analytics.reading.score_bins import with_score_bins
from analytics.reading.sql import rankings, revisions, right
from analytics.reading.sql.expression import NULL, Expression, numeric
from analytics.reading.sql.expressions import decision_expression, label_expression, score_expression, time_expression

_WITHOUT_WEIGHT = ("rankings",)
"""Kinds of logs whose queries know no weights yet."""

_RELATIVE = 0.5
"""Mean of weights up to which they compare rows, and count none. By hand: those scaled to 1 on average lie well above it."""
_WEIGHED = ", sum(weight) FILTER (label = 1) / sum(weight) FILTER (label IS NOT NULL)"
"""What is counted besides where rows stand for many."""

_MAX_ENUM_VALUES = 20_000
"""Different values up to which text is stored as an ENUM; they are counted exactly up to there (`profile`)."""


def build(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    mapping: Mapping,
    progress: Callable[[float], None],
    *,
    name: str,
    created_at: str,
    known: Known[str, Bins] | None = None,
    base: str | None = None,
) -> Log:
    """Create the table ``log`` in the database that is called ``log_file``, from ``raw``; bins that are ``known`` stay.

    Where the columns of the file are those of another log, whose key is ``base``, only what the mapping decides is stored.

    Raises
    ------
    InputError
        If the mapping names neither a score nor a decision, or a column that does not hold what its role needs.
    """
    for column_name in (
        mapping.score,
        mapping.decision,
        mapping.label,
        mapping.amount,
        mapping.time,
        mapping.latest_by,
        mapping.unit,
        mapping.label_time,
        mapping.weight,
        mapping.annotator,
        mapping.label_site,
        mapping.second_label,
        *(getattr(mapping, role) for role in OPERATION_ROLES),
        *(mapping.right.columns if mapping.right else ()),
    ):
        if column_name is not None:
            reading.column(column_name)
    if mapping.score is None and mapping.decision is None and mapping.right is None:
        if not reading.rows_kept:
            raise InputError("Expected rows below the header, found none. Export the log again.")
        raise InputError(
            "Expected a score, a decision or a rule that says when a row is right, found none. Choose one in the mapping, or "
            f"name it: --score, --decision, --grade with --pass, or --right."
            f"{hints.judged_hint(reading, mapping.label)}"
        )
    if mapping.weight is not None and mapping.kind in _WITHOUT_WEIGHT:
        raise InputError(
            f"Expected a log without rankings for a weight, found one of {mapping.kind}: there queries are counted. "
            "Choose no weight in the mapping."
        )
    if mapping.kind == "rankings" and mapping.right is not None:
        rankings.create_queries(connection, reading, mapping.right)
    score = score_expression(reading, mapping)
    score_kind, edges, grid_is_exact = score_grid(connection, score, has_score=mapping.has_score)
    progress(0.2)
    bins = {}
    binned = [reading.column(segment) for segment in mapping.segments]
    for column in binned:
        if column.kind == "number" and column.n_distinct > MAX_VALUES_BY_VALUE:
            bins[column.name] = (known or {}).get(column.name) or numeric_bins(connection, column)
    progress(0.5)
    stored = [] if base else _stored_columns(connection, reading, mapping, bins)
    _create_log(connection, reading, mapping, score, edges, stored)
    if mapping.latest_by and mapping.row_id:
        _take_latest_labels(connection, reading, mapping)
    n_revised = revisions.create_revisions(connection, reading, mapping)
    progress(0.9)
    where = " WHERE is_first = 1" if mapping.kind == "rankings" else ""
    counts = connection.execute(
        "SELECT count(*), count(label), count(*) FILTER (label = 1), count(*) FILTER (score IS NULL), "
        f"min(moment)::VARCHAR, max(moment)::VARCHAR{_WEIGHED if mapping.weight else ''} FROM log_file.log{where}"
    ).fetchone()
    assert counts is not None
    if mapping.score and counts[0] == counts[3] > reading.column(mapping.score).n_missing:
        raise InputError(
            f"Expected numbers in {mapping.score!r}, found text such as {reading.column(mapping.score).top[0][0]!r}. "
            "Choose another column for this role."
        )
    return Log(
        log_id=reading.content_hash[:12],
        name=name,
        reading=reading,
        mapping=mapping,
        created_at=created_at,
        score_kind=score_kind,
        edges=edges,
        grid_is_exact=grid_is_exact,
        bins=bins,
        n_rows=counts[0],
        n_labelled=counts[1],
        n_positive=counts[2],
        n_unscored=counts[3],
        time_low=counts[4],
        time_high=counts[5],
        share_positive=counts[6] if mapping.weight else None,
        n_revised=n_revised,
        base=base,
    )


def _create_log(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    mapping: Mapping,
    score: Expression,
    edges: Sequence[float],
    stored: Sequence[Expression],
) -> None:
    """Write the table ``log``: one row per row of ``raw``, in its order, with what is ``stored`` of the columns of the file."""
    selected = [*stored]
    label = label_expression(reading, mapping)
    decision = decision_expression(reading, mapping)
    amount = numeric(reading.column(mapping.amount)) if mapping.amount else NULL
    time = time_expression(reading, mapping)
    moment = strays.bounded(connection, time.sql) if mapping.time else time.sql
    selected += [
        Expression(f"({label.sql})::UTINYINT AS label", label.parameters),
        Expression(f"({decision.sql})::UTINYINT AS decision", decision.parameters),
        Expression(f"({amount.sql})::DOUBLE AS amount", amount.parameters),
        Expression(f"({moment})::TIMESTAMP AS moment", time.parameters),
        *([_unit(connection, reading.column(mapping.unit))] if mapping.unit else []),
        *([_arrived(connection, reading, mapping)] if mapping.label_time else []),
        *([_weight(connection, reading.column(mapping.weight), mapping)] if mapping.weight else []),
    ]
    selected += [
        Expression(f"({number.sql})::DOUBLE AS {name}", number.parameters)
        for name, number in (
            ("error", right.error(reading, mapping)),
            ("truth", right.truth(reading, mapping)),
            ("covered", right.covered(reading, mapping)),
            ("width", right.width(reading, mapping)),
        )
        if number is not NULL
    ]
    if mapping.kind == "rankings" and mapping.right is not None:
        selected += _of_query(reading, mapping.right)
    columns = ", ".join(expression.sql for expression in selected)
    parameters = [value for expression in selected for value in expression.parameters]
    rows = with_score_bins(f"SELECT rowid AS row_id, {score.sql} AS score, {columns} FROM raw", edges)
    connection.execute(
        "CREATE TABLE log_file.log AS SELECT row_id, score, score_bin::USMALLINT AS score_bin, "
        f"* EXCLUDE (row_id, score, score_bin) FROM ({rows})",
        [*score.parameters, *parameters],
    )


def _of_query(reading: Reading, right: Right) -> Iterator[Expression]:
    """Give the metrics of a row's query, and whether the row is its first: that one stands for the query."""
    first = rankings.of_query(reading, right, "first")
    yield Expression(f"CASE WHEN {first.sql} = rowid THEN 1 ELSE 0 END::UTINYINT AS is_first")
    for name in rankings.METRICS:
        yield Expression(f"{rankings.of_query(reading, right, name).sql} AS {name}")


def _unit(connection: duckdb.DuckDBPyConnection, column: Column) -> Expression:
    """Number the units in the order of the file; a row without one is a unit of its own."""
    connection.execute(
        f"CREATE TEMP TABLE unit_of AS SELECT value, row_number() OVER (ORDER BY first) - 1 AS code FROM "
        f"(SELECT {column.sql_name} AS value, min(rowid) AS first FROM raw WHERE {column.sql_name} IS NOT NULL GROUP BY 1)"
    )
    code = f"(SELECT any_value(code) FROM unit_of WHERE value = {column.sql_name})"
    return Expression(f"coalesce({code}, (SELECT count(*) FROM unit_of) + rowid)::BIGINT AS unit")


def _arrived(connection: duckdb.DuckDBPyConnection, reading: Reading, mapping: Mapping) -> Expression:
    """Return when the label of a row was known; a year far off, as an end that never comes is written, is none."""
    time = time_expression(reading, replace(mapping, time=mapping.label_time))
    known = f"({strays.bounded(connection, time.sql)})::TIMESTAMP"
    if not has_far_years(reading.column(mapping.label_time or "")):
        return Expression(f"{known} AS arrived", time.parameters)
    is_near = f"year({known}) BETWEEN {FIRST_YEAR} AND {LAST_YEAR}"
    return Expression(f"CASE WHEN {is_near} THEN {known} END AS arrived", time.parameters * 2)


def _weight(connection: duckdb.DuckDBPyConnection, column: Column, mapping: Mapping) -> Expression:
    """Return how many rows a row stands for, missing where that is no number above 0, or a share above 1.

    No sample stands for fewer rows than it has: weights that are a half or less on average, as those that sum to 1, say how many
    times as much a row counts as another one, and are scaled to count as many rows as there are.
    """
    number = f"({numeric(column).sql})"
    weight = Expression(f"CASE WHEN {number} > 0 THEN {number} END")
    if mapping.is_weight_share:
        weight = Expression(f"CASE WHEN {number} > 0 AND {number} <= 1 THEN 1 / {number} END")
    known = connection.execute(f"SELECT count({weight.sql}), sum({weight.sql}) FROM raw").fetchone()
    assert known is not None
    n, total = known
    if not n:
        what = "shares above 0 and up to 1" if mapping.is_weight_share else "numbers above 0"
        example = repr(column.top[0][0]) if column.top else "none"
        raise InputError(
            f"Expected {what} in {column.name!r}, found {example} and no such one. Choose another column as weight."
        )
    if total <= _RELATIVE * n:
        return Expression(f"{weight.sql} * ? AS weight", (n / total,))
    return Expression(f"{weight.sql} AS weight")


def _take_latest_labels(connection: duckdb.DuckDBPyConnection, reading: Reading, mapping: Mapping) -> None:
    """Give all rows of one id and model version the label that is the latest by ``mapping.latest_by``.

    Different labels of the same latest time contradict each other: the rows are not known yet. The column of the file stays.
    """
    time = time_expression(reading, replace(mapping, time=mapping.latest_by))
    columns = [reading.column(name).sql_name for name in (mapping.row_id, mapping.model_version) if name]
    key = ", ".join(columns)
    arrived = ", arrived = k.last" if mapping.label_time == mapping.latest_by else ""
    same = " AND ".join(f"log.{column} IS NOT DISTINCT FROM k.{column}" for column in columns)
    connection.execute(
        f"UPDATE log_file.log SET label = k.latest{arrived} FROM "
        f"(SELECT {key}, any_value(last) AS last, CASE WHEN min(label) = max(label) THEN max(label) END AS latest "
        f"FROM (SELECT {key}, label, {time.sql} AS time, max({time.sql}) OVER (PARTITION BY {key}) AS last FROM log_file.log "
        f"WHERE label IS NOT NULL) WHERE time IS NOT DISTINCT FROM last GROUP BY {key}) k "
        f"WHERE log.{columns[0]} IS NOT NULL AND {same}"
    )


def _stored_columns(
    connection: duckdb.DuckDBPyConnection, reading: Reading, mapping: Mapping, bins: Known[str, Bins]
) -> list[Expression]:
    """Return what is stored of all columns of the file, with their bins."""
    stored: list[Expression] = []
    for column in reading.columns:
        stored += _stored_column(connection, column, mapping)
        if column.name in bins:
            stored.append(Expression(f"{bin_case(column, bins[column.name])} AS {column.bin_name}"))
    return stored


def _stored_column(connection: duckdb.DuckDBPyConnection, column: Column, mapping: Mapping) -> list[Expression]:
    """Return what is stored of a column of the file: text that is sliced by becomes an ENUM, with its original where merged."""
    is_segment = column.name in mapping.segments or column.name == mapping.model_version
    if column.kind != "text" or not is_segment or not 0 < column.n_distinct <= _MAX_ENUM_VALUES:
        return [Expression(column.sql_name)]
    name, values, type_ = column.sql_name, column.sql_name, f"log_file.e{column.position}"
    if merges := mapping.merges_of(column.name):
        connection.execute(
            f"CREATE TEMP TABLE merge{column.position} AS SELECT unnest(?::VARCHAR[]) AS old, unnest(?::VARCHAR[]) AS new",
            [list(merges), list(merges.values())],
        )
        values = f"coalesce((SELECT any_value(new) FROM merge{column.position} WHERE old = {name}), {name})"
    connection.execute(
        f"CREATE TYPE {type_} AS ENUM (SELECT DISTINCT value FROM (SELECT {values} AS value FROM raw) "
        "WHERE value IS NOT NULL ORDER BY 1)"
    )
    stored = [Expression(f"({values})::{type_} AS {name}")]
    return [*stored, Expression(f"{name} AS {column.original_name}")] if merges else stored
