"""Every relation gives on DuckDB what it gives on Polars, and what plain Polars gives without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics.query import relations
from tests.query.logs import Twins, collected, frames
from tests.thorough import amount

SLICES = ((), ("c0",), ("c1",), ("c2",), ("c0", "c3"))


@pytest.fixture(scope="module")
def twins() -> Iterator[Twins]:
    pair = Twins()
    yield pair
    pair.connection.close()


def same(found: pl.DataFrame, expected: pl.DataFrame) -> None:
    """Sums over no rows are 0 on one engine and null on the other: both mean that there is nothing to add."""
    sums = pl.col("^.*_sum$")
    frames = [
        frame.select(expected.columns).with_columns(sums.cast(pl.Float64).fill_null(0.0)) for frame in (found, expected)
    ]
    assert_frame_equal(*frames, check_row_order=False, check_column_order=False, rel_tol=1e-9, abs_tol=1e-9)


def on_both(
    twins: Twins, frame: pl.DataFrame, relation: Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]]
) -> pl.DataFrame:
    """The relation's answer on DuckDB, which is also Polars' answer."""
    first, second = (collected(relation(side)) for side in twins.of(frame))
    assert first.columns == second.columns
    same(first, second)
    return first


def plain_score_table(frame: pl.DataFrame, by: tuple[str, ...], slot: pl.Expr, slot_name: str) -> pl.DataFrame:
    """The score table in plain Polars, by filtering instead of by conditional sums."""
    label, score = pl.col("label"), pl.col("score")
    known = label.is_not_null() & score.is_not_null()
    eps = relations.EPSILON
    loss = -(label * score.clip(eps, 1 - eps).log() + (1 - label.cast(pl.Int64)) * (1 - score.clip(eps, 1 - eps)).log())
    error, truth, labelled = pl.col("error"), pl.col("truth"), label.is_not_null()
    size = truth.abs() + (truth + error).abs()
    predicted = truth + error
    inside = (truth >= 0) & (truth <= 1) & (predicted > -eps) & (predicted < 1 + eps)
    near = predicted.clip(eps, 1 - eps)
    entropy = -(truth * near.log() + (1 - truth) * (1 - near).log())
    covered, width = pl.col("covered").filter(labelled).cast(pl.Float64), pl.col("width").cast(pl.Float64)
    is_bounded = labelled & pl.col("covered").is_not_null()
    ranks = {name: pl.col(name).cast(pl.Float64) for name in ("ndcg", "reciprocal_rank", "precision_at")}
    smape = pl.when(size > 0).then(2 * error.abs() / size).otherwise(0.0)
    return (
        frame.with_columns(slot.alias("slot"))
        .group_by([*by, "slot"])
        .agg(
            n=pl.len().cast(pl.Int64),
            n_pos=(label == 1).sum().cast(pl.Int64),
            n_unlabelled=label.is_null().sum().cast(pl.Int64),
            score_sum=score.filter(known).sum(),
            score_sq_sum=(score**2).filter(known).sum(),
            score_pos_sum=score.filter(label == 1).sum(),
            log_loss_sum=loss.filter(known).sum(),
            error_sum=error.filter(labelled).sum(),
            error_abs_sum=error.abs().filter(labelled).sum(),
            error_sq_sum=(error**2).filter(labelled).sum(),
            error_fourth_sum=(error**4).filter(labelled).sum(),
            smape_sum=smape.filter(labelled).sum(),
            smape_sq_sum=(smape**2).filter(labelled).sum(),
            truth_sum=truth.filter(labelled).sum(),
            truth_sq_sum=(truth**2).filter(labelled).sum(),
            entropy_sum=entropy.filter(labelled & inside).sum(),
            entropy_sq_sum=(entropy**2).filter(labelled & inside).sum(),
            entropy_n_sum=(labelled & inside).fill_null(value=False).sum(),
            covered_sum=covered.sum(),
            covered_n_sum=is_bounded.sum(),
            width_sum=width.filter(is_bounded).sum(),
            width_sq_sum=(width**2).filter(is_bounded).sum(),
            ndcg_n_sum=pl.col("ndcg").is_not_null().sum(),
            hit_sum=pl.col("hit").cast(pl.Float64).sum(),
            **{f"{name}_sum": value.sum() for name, value in ranks.items()},
            **{f"{name}_sq_sum": (value**2).sum() for name, value in ranks.items()},
            amount_pos_sum=pl.col("amount").filter(label == 1).sum(),
            amount_neg_sum=pl.col("amount").filter(label == 0).sum(),
            amount_unlabelled_sum=pl.col("amount").filter(label.is_null()).sum(),
            amount_pos_sq_sum=(pl.col("amount") ** 2).filter(label == 1).sum(),
            amount_neg_sq_sum=(pl.col("amount") ** 2).filter(label == 0).sum(),
        )
        .rename({"slot": slot_name, **{name: f"slice_{place}" for place, name in enumerate(by)}})
    )


@settings(max_examples=amount(10, 60))
@given(frame=frames(), by=st.sampled_from(SLICES))
def test_score_table(twins: Twins, frame: pl.DataFrame, by: tuple[str, ...]) -> None:
    found = on_both(twins, frame, lambda rows: relations.score_table(rows, by, sums=relations.SUMS))
    expected = plain_score_table(frame, by, pl.col("score_bin").cast(pl.Int64), "score_bin")
    same(found, expected)
    assert found.schema["n"] == pl.Int64
    assert found["n"].sum() == frame.height


@settings(max_examples=amount(10, 60))
@given(frame=frames(), by=st.sampled_from(SLICES))
def test_score_table_by_score(twins: Twins, frame: pl.DataFrame, by: tuple[str, ...]) -> None:
    found = on_both(twins, frame, lambda rows: relations.score_table(rows, by, by_score=True, sums=relations.SUMS))
    same(found, plain_score_table(frame, by, pl.col("score"), "score"))


@settings(max_examples=amount(10, 60))
@given(frame=frames(), split=st.sampled_from([-1.0, 0.05, 0.25, 0.3, 0.31, 0.95, 2.0]))
def test_split_separates_the_rows_at_the_threshold(twins: Twins, frame: pl.DataFrame, split: float) -> None:
    found = on_both(twins, frame, lambda rows: relations.score_table(rows, ("c0",), split=split, sums=relations.SUMS))
    slot = pl.col("score_bin").cast(pl.Int64) + (pl.col("score") >= split).fill_null(False).cast(pl.Int64)
    same(found, plain_score_table(frame, ("c0",), slot, "score_bin"))


@settings(max_examples=amount(10, 60))
@given(frame=frames(), sums=st.sets(st.sampled_from(sorted(relations.SUMS))))
def test_a_score_table_has_the_sums_that_were_asked_for(twins: Twins, frame: pl.DataFrame, sums: set[str]) -> None:
    found = on_both(twins, frame, lambda rows: relations.score_table(rows, (), sums=sums))
    assert set(found.columns) == {"score_bin", "n", "n_pos", "n_unlabelled", *sums}
    whole = on_both(twins, frame, lambda rows: relations.score_table(rows, (), sums=relations.SUMS))
    same(whole, found)


@settings(max_examples=amount(10, 60))
@given(
    frame=frames(), threshold=st.sampled_from([0.0, 0.3, 0.45, 1.0, 1.5]), every=st.sampled_from(["1h", "1d", "1mo"])
)
def test_time_table(twins: Twins, frame: pl.DataFrame, threshold: float, every: str) -> None:
    found = on_both(twins, frame, lambda rows: relations.time_table(rows, threshold, every))
    label, flagged = pl.col("label"), pl.col("score") >= threshold
    counts = {
        "n": pl.lit(True),
        "n_labelled": label.is_not_null(),
        "n_unlabelled": label.is_null(),
        "n_scored": pl.col("score").is_not_null(),
        "n_flagged": flagged,
        "n_pos": label == 1,
        "tp": flagged & (label == 1),
        "fp": flagged & (label == 0),
        "fn": ~flagged & (label == 1),
        "tn": ~flagged & (label == 0),
    }
    buckets = frame.with_columns(bucket=pl.col("moment").dt.truncate(every)).partition_by("bucket", include_key=True)
    rows = [
        {"bucket": part["bucket"][0], **{name: part.filter(condition).height for name, condition in counts.items()}}
        for part in buckets
    ]
    schema: dict[str, Any] = {"bucket": pl.Datetime("us"), **dict.fromkeys(counts, pl.Int64)}
    same(found, pl.DataFrame(rows, schema=schema))


@settings(max_examples=amount(10, 60))
@given(frame=frames(), column=st.sampled_from(["c0", "c1", "c2", "c3", "c4"]))
def test_value_counts(twins: Twins, frame: pl.DataFrame, column: str) -> None:
    found = on_both(twins, frame, lambda rows: relations.value_counts(rows, column))
    counts: dict[Any, int] = {}
    for value in frame[column].to_list():
        counts[value] = counts.get(value, 0) + 1
    assert dict(found.iter_rows()) == counts


@settings(max_examples=amount(15, 100))
@given(frame=frames(), limit=st.integers(0, 30))
def test_head_is_in_the_order_of_the_file(twins: Twins, frame: pl.DataFrame, limit: int) -> None:
    first, second = twins.of(frame.reverse())
    names = ["row_id", "score", "label", "c0"]
    expected = frame.select(names).head(limit)
    for side in (first, second):
        assert_frame_equal(collected(relations.head(side, names, limit)), expected)


@settings(max_examples=amount(4, 25))
@given(frame=frames())
def test_tables_add_over_slices(twins: Twins, frame: pl.DataFrame) -> None:
    rows, _ = twins.of(frame)
    whole = collected(relations.score_table(rows, (), sums=relations.SUMS))
    for by in SLICES[1:]:
        sliced = collected(relations.score_table(rows, by, sums=relations.SUMS))
        added = sliced.group_by("score_bin").agg(pl.exclude("score_bin", "^slice_.*$").sum())
        same(added, whole)


def test_keep_without_a_predicate_is_the_frame(twins: Twins) -> None:
    rows, _ = twins.of(pl.DataFrame({"row_id": [1]}))
    assert relations.keep(rows, None) is rows
