"""The score grid: distinct scores up to 2,000, else k/1000 and quantiles; the bin of a row by comparison with the edges."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.log.grid import MAX_DISTINCT_SCORES
from analytics.log.schema import Log
from analytics.reading.grid import score_grid, score_quantiles
from analytics.reading.score_bins import with_score_bins
from analytics.reading.sql.expression import Expression
from tests.ingested import Desk
from tests.one_instance import fresh_database
from tests.thorough import amount


def scored(desk: Desk, scores: object) -> Log:
    values = pl.Series("score", scores, dtype=pl.Float64)
    return desk.log(
        pl.DataFrame({"score": values, "label": [place % 2 for place in range(len(values))]}),
        label="label",
        score="score",
        is_score_clipped=False,
        score_missing=(),
    )


def test_few_distinct_scores_are_the_grid(desk: Desk) -> None:
    log = scored(desk, [0.9, 0.1, 0.57, 0.29, 0.1, None])
    assert (log.edges, log.grid_is_exact, log.score_kind) == ((0.1, 0.29, 0.57, 0.9), True, "probability")
    assert desk.stored(log)["score_bin"].to_list() == [3, 0, 2, 1, 0, None]


@pytest.mark.parametrize("extra", [0, 1, 800])
def test_the_limit_of_the_exact_grid(desk: Desk, extra: int) -> None:
    scores = np.random.default_rng(3).permutation(np.arange(MAX_DISTINCT_SCORES + extra)) / 10_000
    log = scored(desk, np.repeat(scores, 2))
    assert log.grid_is_exact == (extra == 0)
    if extra == 0:
        assert log.edges == tuple(sorted(scores.tolist()))


def test_many_distinct_scores_have_even_edges_and_quantiles(desk: Desk) -> None:
    scores = np.random.default_rng(4).beta(1, 30, 30_000)
    log = scored(desk, scores)
    edges = np.array(log.edges)
    assert not log.grid_is_exact and len(edges) <= 2_003
    assert set(np.arange(1001) / 1000) <= set(log.edges)
    stored = np.searchsorted(edges, scores, side="right") - 1
    assert np.bincount(stored).max() <= 3 * len(scores) / 1000


@pytest.mark.parametrize(
    "scores",
    [
        np.random.default_rng(5).random(5_000),
        np.arange(1001) / 1000,
        np.arange(3001) / 3000,
        np.random.default_rng(6).normal(0, 100, 5_000),
        np.array([0.29, 0.57, 0.28999999999999998, 0.5700000000000001, np.nextafter(0.29, 0), np.nextafter(0.57, 1)]),
        -np.arange(5_000) / 7,
    ],
)
def test_bins_agree_with_numpy_at_every_edge(desk: Desk, scores: np.ndarray) -> None:
    """Every edge and the numbers next to it are scores too: floor(score * 1000) would put 0.29 into bin 289."""
    edges = np.array(scored(desk, scores).edges)
    near = np.concatenate([scores, edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)])
    log = scored(desk, near)
    stored = desk.stored(log)
    expected = np.searchsorted(np.array(log.edges), near, side="right") - 1
    assert stored["score"].to_list() == near.tolist()
    assert stored["score_bin"].to_list() == expected.tolist()
    assert stored["score_bin"].null_count() == 0


@pytest.mark.parametrize(
    "edges",
    [
        [0.5],
        [0.0, 0.1, 0.29, 0.57, 1.0],
        [0.0, *(2.0**-place for place in range(60, -1, -1))],
        [-1.7e308, 0.0, 1.7e308],
        [0.0, 5e-324, 1e-323],
        np.sort(np.random.default_rng(7).normal(0, 3, 2_000)).tolist(),
    ],
)
def test_bins_by_cells_are_those_of_numpy(edges: list[float]) -> None:
    """Even cells, all edges in one cell, and ends whose distance is no number."""
    among = np.array(edges)
    near = np.concatenate([among, np.nextafter(among, np.inf), (among[:-1] + np.diff(among) / 3)])
    with np.errstate(over="ignore"):
        scores = near[(near >= among[0]) & (near <= among[-1])]
    with fresh_database() as connection:
        connection.execute("CREATE TABLE raw AS SELECT unnest(?::DOUBLE[]) AS score", [[*scores.tolist(), None]])
        rows = connection.execute(with_score_bins("SELECT score FROM raw", edges)).fetchall()
    assert [place for _, place in rows] == [*(np.searchsorted(among, scores, side="right") - 1).tolist(), None]


@settings(max_examples=amount(10, 15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), st.floats(), st.floats(0, 1)), min_size=1, max_size=30))
def test_any_scores(desk: Desk, scores: list[float | None]) -> None:
    log = scored(desk, scores)
    stored = desk.stored(log)
    finite = [score if score is not None and np.isfinite(score) else None for score in scores]
    assert stored["score"].to_list() == finite
    assert log.n_unscored == finite.count(None)
    for score, place in stored.select("score", "score_bin").iter_rows():
        assert (place is None) == (score is None)
        assert score is None or log.edges[place] == score


def at_places(scores: Sequence[float]) -> list[float]:
    """Return the scores at the places max(ceil(k n / 1000), 1), each once, by the plain definition."""
    ordered, n = sorted(scores), len(scores)
    places = {max(-(-k * n // 1000), 1) for k in range(1001)}
    return sorted({ordered[place - 1] for place in places})


def quantiles(scores: Sequence[float]) -> list[float]:
    with fresh_database() as connection:
        connection.execute(
            "CREATE TABLE looked_at AS SELECT row_number() OVER () AS place, unnest(?::DOUBLE[]) AS score",
            [[None, *scores, None]],
        )
        return score_quantiles(connection, len(scores) + 3)


@pytest.mark.parametrize("n", [1, 7, 999, 1_000, 1_001, 1_500, 6_000, 60_000, 60_001])
@pytest.mark.parametrize("digits", [2, 4, 16])
def test_quantiles_lie_at_whole_places(n: int, digits: int) -> None:
    """In floats, some of the thousandths of 1,500, of 6,000 and of 60,000 rows come out one place too high."""
    scores = np.random.default_rng(n).beta(1, 9, n).round(digits).tolist()
    assert quantiles(scores) == at_places(scores)


@settings(max_examples=amount(30, 60))
@given(st.integers(1, 4_000), st.integers(1, 3_000))
def test_quantiles_of_any_number_of_rows(n: int, distinct: int) -> None:
    scores = [place * 7_919 % distinct / distinct for place in range(n)]
    assert quantiles(scores) == at_places(scores)


@settings(max_examples=amount(30, 60))
@given(st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.29, 0.57])), min_size=1, max_size=60))
def test_quantiles_of_any_scores(scores: list[float]) -> None:
    assert quantiles(scores) == at_places(scores)


def grid_of(scores: Sequence[float]) -> tuple[float, ...]:
    with fresh_database() as connection:
        frame = pl.DataFrame({"score": scores})
        connection.register("given", frame.to_arrow())
        connection.execute("CREATE TABLE raw AS FROM given")
        return score_grid(connection, Expression("score"), has_score=True)[1]


@pytest.mark.parametrize("is_drifting", [False, True])
def test_of_many_rows_some_decide_and_the_last_eighth_only_where_it_is_another(is_drifting: bool) -> None:
    """Of 40,000 rows with room for 4,096: every 16th, the first 36,864 of them unless the others are distributed otherwise."""
    scores = np.random.default_rng(5).beta(1, 9, 40_000).round(9)
    if is_drifting:
        scores[36_864:] = 0.9991 + scores[36_864:] / 10_000
    with patch("analytics.log.grid._MAX_LOOKED_AT", 4_096):
        edges, shorter = grid_of(scores.tolist()), grid_of(scores[:38_000].tolist())
    first = scores if is_drifting else scores[:36_864]
    even = [step / 1000 for step in range(1_001)]
    assert edges == tuple(sorted({*even, *at_places(first[::16].tolist()), scores.min()}))
    assert (edges == shorter) == (not is_drifting)
