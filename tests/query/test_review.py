"""The review queue and the twins on DuckDB, on Polars, and as plain Polars sorts them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from scipy import stats

from analytics.measure.review import share_of
from analytics.query import review
from tests.query.logs import Twins, collected, frames
from tests.thorough import amount

COLUMNS = ("score", "label", "amount", "c0")
PRICES = {"fp": (0.0, 1.0), "fn": (2.0, 3.0)}
RANKS: tuple[review.Rank, ...] = ("confidence", "cost", "random", "mix")
THRESHOLD = 0.45


@pytest.fixture(scope="module")
def sides() -> Iterator[Twins]:
    pair = Twins()
    yield pair
    pair.connection.close()


def ranked(side: nw.LazyFrame[Any], rank: review.Rank, **given: Any) -> pl.DataFrame:
    options = {"threshold": THRESHOLD, "prices": PRICES, "limit": 1_000, **given}
    return collected(review.queue(side, COLUMNS, rank=rank, **options))


def priced(frame: pl.DataFrame) -> pl.DataFrame:
    flagged, label = pl.col("score") >= THRESHOLD, pl.col("label")
    price = (
        pl.when(flagged & (label == 0))
        .then(pl.col("amount"))
        .when(~flagged & (label == 1))
        .then(2 + 3 * pl.col("amount"))
    )
    return frame.with_columns(cost=price, distance=(pl.col("score") - THRESHOLD).abs())


@settings(max_examples=amount(8, 20))
@given(frame=frames(), rank=st.sampled_from(RANKS), seed=st.integers(0, 3))
def test_both_engines_rank_alike_and_pages_join_to_the_whole(
    sides: Twins, frame: pl.DataFrame, rank: review.Rank, seed: int
) -> None:
    duck, polars = (ranked(side, rank, seed=seed) for side in sides.of(frame))
    assert_frame_equal(duck, polars, check_dtypes=False)
    assert sorted(duck["row_id"]) == list(range(frame.height))
    assert duck["position"].to_list() == list(range(frame.height))
    side = sides.of(frame)[0]
    pages = [ranked(side, rank, seed=seed, offset=start, limit=7) for start in range(0, max(frame.height, 1), 7)]
    assert_frame_equal(pl.concat(pages), duck)


@settings(max_examples=amount(8, 20))
@given(frame=frames())
def test_confidence_and_cost_are_polars_sorts_with_ties_in_the_order_of_the_file(
    sides: Twins, frame: pl.DataFrame
) -> None:
    side = sides.of(frame)[0]
    for rank, by in (("confidence", ["distance"]), ("cost", ["cost", "distance"])):
        expected = priced(frame).sort([*by, "row_id"], descending=[*[True] * len(by), False], nulls_last=True)
        found = ranked(side, rank)  # type: ignore[arg-type]
        assert found["row_id"].to_list() == expected["row_id"].to_list()
        assert_frame_equal(found.select("cost"), expected.select("cost"))


def many(n: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "row_id": range(n),
            "score": [k % 100 / 100 for k in range(n)],
            "label": [k % 3 % 2 for k in range(n)],
            "amount": [float(k * 7 % 1_000) for k in range(n)],
            "c0": ["x"] * n,
        }
    )


def test_the_random_order_repeats_with_its_seed_and_looks_random() -> None:
    n = 20_000
    side = nw.from_native(many(n).lazy())
    first, again, other = (ranked(side, "random", seed=seed, limit=n)["row_id"] for seed in (1, 1, 2))
    assert first.to_list() == again.to_list() != other.to_list()
    in_twentieths = (first.head(4_000) // (n // 20)).value_counts()["count"]
    assert stats.chisquare(in_twentieths).pvalue > 1e-4
    assert abs(stats.spearmanr(first, range(n)).statistic) < 0.03
    assert abs(stats.spearmanr(first, other).statistic) < 0.03
    assert abs(stats.spearmanr(first[:-1], first[1:]).statistic) < 0.03


def test_the_mix_takes_the_costliest_and_a_random_row_in_turn_and_none_twice() -> None:
    n = 500
    side = nw.from_native(many(n).lazy())
    mixed = ranked(side, "mix", seed=5)
    costly, drawn = (ranked(side, rank, seed=5)["row_id"].to_list() for rank in ("cost", "random"))
    expected: list[int] = []
    for pair in zip(costly, drawn, strict=True):
        expected += [row for row in pair if row not in expected]
    assert mixed["row_id"].to_list() == list(dict.fromkeys(expected))
    ranks = dict(mixed.select("row_id", "random_rank").iter_rows())
    assert [ranks[row] for row in drawn] == list(range(1, n + 1))


@settings(max_examples=amount(8, 20))
@given(frame=frames(), data=st.data())
def test_twins_are_the_correct_rows_that_differ_least(sides: Twins, frame: pl.DataFrame, data: st.DataObject) -> None:
    if frame.is_empty():
        return
    case = frame.row(data.draw(st.integers(0, frame.height - 1)), named=True)
    values = {name: case[name] for name in ("c0", "c1", "c2", "c3")}
    options = {"row_id": case["row_id"], "score": case["score"], "threshold": THRESHOLD, "limit": 5}
    duck, polars = (collected(review.twins(side, COLUMNS, values, **options)) for side in sides.of(frame))
    assert_frame_equal(duck, polars, check_dtypes=False)
    expected = sorted(
        (
            sum(row[name] != value for name, value in values.items()),
            abs(row["score"] - case["score"]) if case["score"] is not None else 0.0,
            row["row_id"],
        )
        for row in frame.iter_rows(named=True)
        if row["row_id"] != case["row_id"]
        and row["score"] is not None
        and row["label"] is not None
        and (row["score"] >= THRESHOLD) == (row["label"] == 1)
    )
    assert duck["row_id"].to_list() == [row for _, _, row in expected[:5]]
    assert duck["n_differing"].to_list() == [count for count, _, _ in expected[:5]]
    for most in (0, 1):
        near = [row for row in expected if row[0] <= most][:5]
        for side in sides.of(frame):
            found = collected(review.twins(side, COLUMNS, values, most=most, **options))
            assert found.select("row_id", "n_differing").rows() == [(row, count) for count, _, row in near]


def test_the_seeded_order_estimates_a_planted_share_at_its_stated_rate() -> None:
    """The planted rows lie together, and every tenth of the others: an order that only looks random would miss the share."""
    n, size, seeds = 3_000, 120, 300
    planted = [k < 400 or k % 10 == 0 for k in range(n)]
    truth = sum(planted) / n
    side = nw.from_native(many(n).lazy())
    covered = 0
    for seed in range(seeds):
        drawn = ranked(side, "random", seed=seed, limit=size)["row_id"]
        found = share_of(sum(planted[row] for row in drawn), size)
        assert found.low is not None and found.high is not None
        covered += found.low <= truth <= found.high
    assert abs(covered / seeds - 0.95) < 4 * math.sqrt(0.95 * 0.05 / seeds)
