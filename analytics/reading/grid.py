"""The score grid, the bins of numeric columns, and the threshold that logged decisions follow."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from analytics.log import logged
from analytics.log.bins import N_BINS, Bins, bins_between
from analytics.log.column import Column
from analytics.log.grid import MAX_DISTINCT_SCORES, MAX_MASS, fewest_digits, looked_at
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading, ScoreKind
from analytics.reading.score_bins import with_score_bins
from analytics.reading.sql.expression import Expression
from analytics.reading.sql.expressions import decision_expression, label_expression, score_expression

_N_STEPS = 1000
"""Steps of the score grid, even ones and quantiles."""
_MAX_BIN = 2 / N_BINS
"""Share of the rows that one bin of several numbers holds at most: twice the mass that is aimed at. A judgement."""
_MAX_EXCEPTIONS = 0.1
"""Decisions against the score, of those of the rarer kind, at which there still is a threshold that the others follow."""


def score_grid(
    connection: duckdb.DuckDBPyConnection, score: Expression, *, has_score: bool
) -> tuple[ScoreKind, tuple[float, ...], bool]:
    """Return the kind of score, the edges of the score grid and whether they are the distinct scores."""
    scored = f"(SELECT {score.sql} AS score FROM raw)"
    row = connection.execute(f"SELECT min(score), max(score), count(*) FROM {scored}", score.parameters).fetchone()
    assert row is not None
    low, high, n_rows = row
    if low is None:
        return ("probability" if has_score else "decision"), (0.0,), True
    kind: ScoreKind = "decision" if not has_score else "probability" if low >= 0 and high <= 1 else "rank"
    first, every = looked_at(n_rows)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE looked_at AS SELECT rowid AS place, {score.sql} AS score FROM raw "
        f"WHERE rowid % {every} = 0",
        score.parameters,
    )
    if connection.execute("SELECT count(DISTINCT score) FROM looked_at").fetchall()[0][0] <= MAX_DISTINCT_SCORES:
        rows = connection.execute(
            f"SELECT DISTINCT score FROM {scored} WHERE score IS NOT NULL LIMIT {MAX_DISTINCT_SCORES + 1}",
            score.parameters,
        ).fetchall()
        if len(rows) <= MAX_DISTINCT_SCORES:
            return kind, tuple(sorted(row[0] for row in rows)), True
    steps = [step / _N_STEPS for step in range(_N_STEPS + 1)]
    even = steps if kind == "probability" else [low + (high - low) * step for step in steps]
    edges = tuple(sorted({*even, *score_quantiles(connection, first), low}))
    if first < n_rows and _heaviest(connection, edges) > MAX_MASS:
        edges = tuple(sorted({*even, *score_quantiles(connection, n_rows), low}))
    return kind, edges, False


def score_quantiles(connection: duckdb.DuckDBPyConnection, first: int) -> list[float]:
    """Return the scores at the places ``max(ceil(k n / 1000), 1)`` of n sorted scores, k = 0 … 1000, each once.

    The scores are those of ``looked_at`` among the ``first`` rows. One whose last row is at place p holds such a place where
    ``1000 p // n`` grows over its rows.
    """
    rows = connection.execute(
        "WITH counted AS (SELECT score, count(*) AS n, sum(count(*)) OVER (ORDER BY score)::BIGINT AS last FROM looked_at "
        "WHERE score IS NOT NULL AND place < ? GROUP BY score), every AS (SELECT sum(n)::BIGINT AS rows FROM counted) "
        f"SELECT score FROM counted, every WHERE last = n OR {_N_STEPS} * last // rows > {_N_STEPS} * (last - n) // rows "
        "ORDER BY score",
        [first],
    ).fetchall()
    return [row[0] for row in rows]


def _heaviest(connection: duckdb.DuckDBPyConnection, edges: tuple[float, ...]) -> float:
    """Return the share of the rows in the fullest bin of more than one score, of those that were looked at."""
    scored = "SELECT score FROM looked_at WHERE score IS NOT NULL"
    found = connection.execute(
        "SELECT coalesce(max(n) FILTER (low < high), 0) / sum(n) FROM (SELECT count(*) AS n, min(score) AS low, "
        f"max(score) AS high FROM ({with_score_bins(scored, edges)}) GROUP BY score_bin)"
    ).fetchone()
    assert found is not None
    return float(found[0])


def numeric_bins(connection: duckdb.DuckDBPyConnection, column: Column) -> Bins:
    """Return about ten bins of equal mass; a value that fills a tenth of the rows or more gets a bin of its own.

    Of more than a million rows some decide where the inner edges lie, as for the score grid. Edges are rounded to three digits
    where that keeps them apart.
    The highest value is an edge twice where it has a bin of its own.
    """
    name = column.sql_name
    finite = f"FROM (SELECT rowid AS place, {name}::DOUBLE AS v FROM raw) WHERE isfinite(v)"
    low, high, n_rows = connection.execute(
        f"SELECT min(v), max(v), (SELECT count(*) FROM raw) {finite}"
    ).fetchone() or (None, None, 0)
    if low is None:
        return Bins((0.0, 0.0))
    first, every = looked_at(n_rows)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE looked_at AS SELECT place, v AS {name} {finite} AND place % {every} = 0"
    )

    bins = _bins_of(connection, column, first, (low, high))
    if first < n_rows:
        heaviest = connection.execute(
            f"SELECT coalesce(max(n) FILTER (low < high), 0) / sum(n) FROM (SELECT count(*) AS n, min({name}) AS low, "
            f"max({name}) AS high FROM looked_at GROUP BY {bin_case(column, bins)})"
        ).fetchone()
        if heaviest is None or heaviest[0] is None or heaviest[0] > _MAX_BIN:
            return _bins_of(connection, column, n_rows, (low, high))
    return bins


def _bins_of(connection: duckdb.DuckDBPyConnection, column: Column, first: int, ends: tuple[float, float]) -> Bins:
    """Return the bins of a column by what was looked at among the ``first`` rows; what follows a frequent value is of all."""
    name = column.sql_name
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW first_ones AS SELECT {name} AS v FROM looked_at WHERE place < {first}"
    )
    (n,) = connection.execute("SELECT count(*) FROM first_ones").fetchone() or (0,)
    often = f"SELECT v, count(*) FROM first_ones GROUP BY v HAVING count(*) * {N_BINS} >= ? ORDER BY v"
    spikes = dict(connection.execute(often, [n]).fetchall())
    (quantiles,) = connection.execute(
        "SELECT quantile_disc(v, ?) FROM first_ones WHERE NOT list_contains(?::DOUBLE[], v)",
        [inner_shares(n - sum(spikes.values()), N_BINS), [*spikes]],
    ).fetchone() or (None,)
    after = [
        connection.execute(
            f"SELECT min({name})::DOUBLE FROM raw WHERE isfinite({name}::DOUBLE) AND {name}::DOUBLE > ?", [spike]
        ).fetchall()[0][0]
        for spike in spikes
    ]
    gaps = [(spike, ends[1] if upper is None else upper) for spike, upper in zip(spikes, after, strict=True)]
    return bins_between(*ends, quantiles or (), gaps, is_integer=column.type == "BIGINT")


def inner_shares(n: int, parts: int) -> list[float]:
    """Return the shares at which ``quantile_disc`` of n values gives those at the places ``max(ceil(k n / parts), 1)``.

    They lie half a place before the ends of the places, so that no engine's rounding reaches a neighbour.

    >>> inner_shares(8, 4)
    [0.1875, 0.4375, 0.6875]
    """
    places = [max(-(-k * n // parts), 1) for k in range(1, parts)]
    return [(place - 0.5) / max(n, 1) for place in places]


def bin_case(column: Column, bins: Bins) -> str:
    """Return the bin of a value by comparison with the edges; what is not finite has none."""
    name = f"{column.sql_name}::DOUBLE"
    inner = " ".join(f"WHEN {name} < {edge!r} THEN {code}" for code, edge in enumerate(bins.edges[1:-1]))
    last = len(bins.edges) - 2
    return f"(CASE WHEN {name} IS NULL OR NOT isfinite({name}) THEN NULL {inner} ELSE {last} END)::UTINYINT"


def logged_threshold(connection: duckdb.DuckDBPyConnection, reading: Reading, mapping: Mapping) -> float | None:
    """Return the threshold that the logged decisions follow but for few exceptions, None where they follow none.

    It is the number with the fewest digits between the highest score below it and the lowest above it.
    """
    if mapping.score is None or mapping.decision is None or not mapping.decision_positive:
        return None
    return _followed(connection, score_expression(reading, mapping), reading, mapping)


def is_logged_below(connection: duckdb.DuckDBPyConnection, reading: Reading, mapping: Mapping) -> bool:
    """Whether low scores were decided positive but for few exceptions, and are lower where the label is positive too.

    Then a high score is a good sign, as of credit scores and ranks; where the label says the opposite, which decision counts as
    positive is the doubt, and not the score.
    """
    if mapping.kind != "yes/no" or mapping.label is None or logged.pair_of(mapping) is None:
        return False
    score, label = score_expression(reading, mapping), label_expression(reading, mapping)
    if _followed(connection, replace(score, sql=f"-({score.sql})"), reading, mapping) is None:
        return False
    row = connection.execute(
        "SELECT avg(score) FILTER (label = 1) < avg(score) FILTER (label = 0) "
        f"FROM (SELECT {score.sql} AS score, {label.sql} AS label FROM raw)",
        [*score.parameters, *label.parameters],
    ).fetchone()
    return bool(row and row[0])


def _followed(
    connection: duckdb.DuckDBPyConnection, score: Expression, reading: Reading, mapping: Mapping
) -> float | None:
    """Return the threshold of a score that the decisions of a mapping follow, None where they follow none."""
    decision = decision_expression(reading, mapping)
    row = connection.execute(
        f"WITH per AS (SELECT score, count(*) FILTER (decision = 0) AS low, count(*) FILTER (decision = 1) AS high "
        f"FROM (SELECT {score.sql} AS score, {decision.sql} AS decision FROM raw) "
        "WHERE score IS NOT NULL AND decision IS NOT NULL GROUP BY score), "
        "sides AS (SELECT lag(score) OVER up AS below, score AS above, sum(low) OVER () AS n_low, sum(high) OVER () AS n_high, "
        "sum(low) OVER () - coalesce(sum(low) OVER before, 0) + coalesce(sum(high) OVER before, 0) AS n_against FROM per "
        "WINDOW up AS (ORDER BY score), before AS (ORDER BY score ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) "
        "SELECT below, above, n_against, least(n_low, n_high) FROM sides WHERE below IS NOT NULL "
        "ORDER BY n_against, above LIMIT 1",
        [*score.parameters, *decision.parameters],
    ).fetchone()
    if row is None or row[2] > _MAX_EXCEPTIONS * row[3]:
        return None
    return fewest_digits(*row[:2])
