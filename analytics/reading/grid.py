"""The score grid, the bins of numeric columns, and the threshold that logged decisions follow."""

from __future__ import annotations

import math

import duckdb

from analytics.log.bins import N_BINS, Bins, bins_between
from analytics.log.column import Column
from analytics.log.grid import MAX_DISTINCT_SCORES
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading, ScoreKind
from analytics.reading.sql.expression import Expression
from analytics.reading.sql.expressions import decision_expression, score_expression

_N_STEPS = 1000
"""Steps of the score grid, even ones and quantiles."""
_MAX_COUNTED = 1_000_000
"""Distinct scores up to which their rows are counted: with more, sorting the rows is faster than grouping them."""
_MAX_EXCEPTIONS = 0.1
"""Decisions against the score, of those of the rarer kind, at which there still is a threshold that the others follow."""


def score_grid(
    connection: duckdb.DuckDBPyConnection, score: Expression, *, has_score: bool
) -> tuple[ScoreKind, tuple[float, ...], bool]:
    """Return the kind of score, the edges of the score grid and whether they are the distinct scores."""
    scored = f"(SELECT {score.sql} AS score FROM raw)"
    row = connection.execute(
        f"SELECT approx_count_distinct(score), min(score), max(score), count(score) FROM {scored}", score.parameters
    ).fetchone()
    assert row is not None
    approximate, low, high, n_scored = row
    if low is None:
        return ("probability" if has_score else "decision"), (0.0,), True
    kind: ScoreKind = "decision" if not has_score else "probability" if low >= 0 and high <= 1 else "rank"
    if approximate <= 1.2 * MAX_DISTINCT_SCORES:
        rows = connection.execute(
            f"SELECT DISTINCT score FROM {scored} WHERE score IS NOT NULL ORDER BY score", score.parameters
        ).fetchall()
        if len(rows) <= MAX_DISTINCT_SCORES:
            return kind, tuple(row[0] for row in rows), True
    steps = [step / _N_STEPS for step in range(_N_STEPS + 1)]
    quantiles = score_quantiles(connection, score, n_scored, is_counted=approximate <= _MAX_COUNTED)
    even = steps if kind == "probability" else [low + (high - low) * step for step in steps]
    return kind, tuple(sorted({*even, *quantiles, low})), False


def score_quantiles(
    connection: duckdb.DuckDBPyConnection, score: Expression, n_scored: int, *, is_counted: bool
) -> list[float]:
    """Return the scores at the places ``max(ceil(k n / 1000), 1)`` of all n sorted scores, k = 0 … 1000, each once.

    A score whose last row is at place p holds such a place where ``1000 p // n`` grows over its rows.
    """
    scored = f"FROM (SELECT {score.sql} AS score FROM raw) WHERE score IS NOT NULL"
    counted = (
        f"SELECT score, count(*) AS n, sum(count(*)) OVER (ORDER BY score)::BIGINT AS last {scored} GROUP BY score"
    )
    numbered = f"SELECT score, 1 AS n, row_number() OVER (ORDER BY score) AS last {scored}"
    rows = connection.execute(
        f"SELECT DISTINCT score FROM ({counted if is_counted else numbered}) "
        f"WHERE last = n OR {_N_STEPS} * last // ? > {_N_STEPS} * (last - n) // ? ORDER BY score",
        [*score.parameters, n_scored, n_scored],
    ).fetchall()
    return [row[0] for row in rows]


def numeric_bins(connection: duckdb.DuckDBPyConnection, column: Column) -> Bins:
    """Return about ten bins of equal mass; a value that fills a tenth of the rows or more gets a bin of its own.

    Edges are rounded to three digits where that keeps them apart.
    The highest value is an edge twice where it has a bin of its own.
    """
    name = column.sql_name
    finite = f"(SELECT {name}::DOUBLE AS v FROM raw WHERE isfinite({name}::DOUBLE))"
    low, high, n_rows = connection.execute(f"SELECT min(v), max(v), count(*) FROM {finite}").fetchone() or (
        None,
        None,
        0,
    )
    if low is None:
        return Bins((0.0, 0.0))
    often = f"SELECT v, count(*) FROM {finite} GROUP BY v HAVING count(*) * {N_BINS} >= ? ORDER BY v"
    spikes = dict(connection.execute(often, [n_rows]).fetchall())
    next_values = ", min(v) FILTER (v > ?)" * len(spikes)
    quantiles, *after = connection.execute(
        f"SELECT quantile_disc(v, ?) FILTER (NOT list_contains(?::DOUBLE[], v)){next_values} FROM {finite}",
        [inner_shares(n_rows - sum(spikes.values()), N_BINS), [*spikes], *spikes],
    ).fetchone() or (None,)
    gaps = [(spike, high if upper is None else upper) for spike, upper in zip(spikes, after, strict=True)]
    return bins_between(low, high, quantiles or (), gaps, is_integer=column.type == "BIGINT")


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
    score = score_expression(reading, mapping)
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
    below, above = row[:2]
    rounded_up = (float(f"{math.ceil(above * 10**digits - 1e-9) / 10**digits:.{digits}f}") for digits in range(13))
    rounded_down = (float(f"{math.floor(above * 10**digits) / 10**digits:.{digits}f}") for digits in range(13))
    for up, down in zip(rounded_up, rounded_down, strict=True):
        for threshold in (down, up):
            if below < threshold <= above:
                return threshold
    return float(above)
