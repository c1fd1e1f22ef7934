"""Costs against scikit-learn's confusion matrix and against sums over rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from analytics.errors import QuestionError
from analytics.measure.thresholds.costs import (
    CELLS,
    CostBins,
    Costs,
    best_threshold,
    cost_bins,
    cost_curve,
    squared_stakes,
    theoretical_threshold,
    total_costs,
)
from tests.measure.logs import distinct_edges, judged, rows, score_table
from tests.thorough import amount

COSTS = st.builds(
    Costs,
    **{name: st.sampled_from([-3.0, 0.0, 0.5, 1.0, 5.0]) for name in (*CELLS, "review")},
    amount_cells=st.lists(st.sampled_from(CELLS), unique=True).map(tuple),
)


def with_amounts(log: pl.DataFrame) -> pl.DataFrame:
    return log.with_columns(amount=pl.Series((np.arange(log.height) * 7 % 11 - 2.0), dtype=pl.Float64))


def amount_table(log: pl.DataFrame, edges: np.ndarray, by: tuple[str, ...] = ()) -> pl.DataFrame:
    """The score table with the sums of amounts, row by row with Polars."""
    log = log.with_columns(
        bin=pl.Series(np.searchsorted(edges, log["score"].fill_null(0.0).to_numpy(), side="right") - 1)
    )
    sums = {}
    for name, value in (("pos", 1), ("neg", 0)):
        sums[f"amount_{name}_sum"] = pl.col("amount").filter(pl.col("label") == value).sum()
        sums[f"amount_{name}_sq_sum"] = (pl.col("amount") ** 2).filter(pl.col("label") == value).sum()
    amounts = (
        log.with_columns(score_bin=pl.when(pl.col("score").is_not_null()).then(pl.col("bin")).cast(pl.Int64))
        .group_by(*by, "score_bin")
        .agg(**sums)
    )
    return score_table(log, edges, by).join(amounts, on=[*by, "score_bin"], nulls_equal=True)


def cost_of_rows(log: pl.DataFrame, threshold: float, costs: Costs) -> float:
    """Row by row: the outcome of each judged row, its cost, its amount where that multiplies."""
    total = 0.0
    for score, label, worth in log.drop_nulls(["score", "label"]).select("score", "label", "amount").iter_rows():
        cell = {(True, 1): "tp", (True, 0): "fp", (False, 1): "fn", (False, 0): "tn"}[score >= threshold, label]
        total += getattr(costs, cell) * (worth if cell in costs.amount_cells else 1)
        total += costs.review * (score >= threshold)
    return total


@given(rows(), COSTS)
def test_the_curve_equals_a_sum_over_rows_at_every_edge(log: pl.DataFrame, costs: Costs) -> None:
    log = with_amounts(log)
    edges = distinct_edges(log)
    if not len(edges):
        return
    curve = cost_curve(amount_table(log, edges), edges, costs)
    for threshold, cost in zip([*edges, np.inf], curve["cost"], strict=True):
        assert cost == pytest.approx(cost_of_rows(log, threshold, costs), abs=1e-9)


@settings(max_examples=amount(20, 100))
@given(rows())
def test_counts_equal_scikit_learn_at_every_edge(log: pl.DataFrame) -> None:
    y, score = judged(log)
    edges = distinct_edges(log)
    if not len(y):
        return
    for row in cost_curve(score_table(log, edges), edges, Costs()).iter_rows(named=True):
        threshold = np.inf if row["threshold"] is None else row["threshold"]
        tn, fp, fn, tp = confusion_matrix(y, score >= threshold, labels=[0, 1]).ravel()
        assert (row["tp"], row["fp"], row["fn"], row["tn"]) == (tp, fp, fn, tn)
        assert row["n_flagged"] == (log["score"] >= threshold).sum()


@given(rows(), COSTS)
def test_costs_add_over_slices(log: pl.DataFrame, costs: Costs) -> None:
    log = with_amounts(log)
    edges = distinct_edges(log)
    if not len(edges):
        return
    by = ("region", "vip")
    table = amount_table(log, edges, by)
    slices = table.select(by).unique(maintain_order=True)
    parts = total_costs(cost_bins(table, len(edges), slices), costs)
    assert parts.shape == (slices.height, len(edges) + 1)
    assert parts.sum(axis=0) == pytest.approx(total_costs(cost_bins(table, len(edges)), costs)[0], abs=1e-9)


def test_a_slice_that_is_not_asked_for_is_left_out() -> None:
    log = with_amounts(pl.DataFrame({"region": ["a", "b", None], "score": [0.1, 0.2, 0.2], "label": [1, 0, 1]}))
    edges = np.array([0.1, 0.2])
    table = amount_table(log, edges, ("region",))
    bins = cost_bins(table, 2, pl.DataFrame({"region": ["a", None]}))
    assert bins.pos.tolist() == [[1, 0], [0, 1]]
    assert bins.neg.sum() == 0


def test_five_to_one_breaks_even_at_a_sixth_not_at_a_fifth() -> None:
    assert theoretical_threshold(Costs(fp=1, fn=5)) == pytest.approx(1 / 6)


@given(COSTS, st.floats(0.001, 0.999))
def test_the_closed_form_is_where_flagging_becomes_the_cheaper_decision(costs: Costs, p: float) -> None:
    costs = replace(costs, amount_cells=())
    threshold = theoretical_threshold(costs)
    if threshold is None:
        assert costs.fp - costs.tn + costs.fn - costs.tp <= 0
        return
    flag = p * costs.tp + (1 - p) * costs.fp + costs.review
    leave = p * costs.fn + (1 - p) * costs.tn
    if abs(flag - leave) > 1e-9:
        assert (flag < leave) == (p > threshold)


def test_the_closed_form_is_unknown_where_it_would_depend_on_amounts() -> None:
    assert theoretical_threshold(Costs(fp=1, fn=5, amount_cells=("fn",))) is None
    assert theoretical_threshold(Costs(fp=1, fn=5, amount_cells=("fp", "fn"))) == pytest.approx(1 / 6)
    assert theoretical_threshold(Costs(fp=1, fn=5, review=1, amount_cells=("fp", "fn"))) is None


def test_the_closed_form_is_unknown_where_flagging_does_not_gain_with_the_score() -> None:
    assert theoretical_threshold(Costs(fp=0, fn=0)) is None
    assert theoretical_threshold(Costs(fp=1, tp=9)) is None


def test_the_best_threshold_is_the_cheapest_edge_and_of_equals_the_one_that_flags_fewest() -> None:
    table = pl.DataFrame({"score_bin": [0, 1, 3], "n": [4, 3, 2], "n_pos": [0, 2, 2], "n_unlabelled": [0, 0, 0]})
    edges = np.array([0.1, 0.2, 0.3, 0.4])
    assert best_threshold(table, edges, Costs()) == (0.2, 1.0)
    assert best_threshold(table, edges, Costs(fn=0)) == (None, 0.0)
    assert best_threshold(table.with_columns(n_pos=pl.lit(0)), edges, Costs()) == (None, 0.0)
    assert best_threshold(table.with_columns(n_unlabelled="n", n_pos=pl.lit(0)), edges, Costs()) == (None, None)


def test_negative_costs_are_gains() -> None:
    table = pl.DataFrame({"score_bin": [0, 1], "n": [4, 3], "n_pos": [0, 2], "n_unlabelled": [0, 0]})
    assert best_threshold(table, np.array([0.1, 0.2]), Costs(tp=-10, fp=1, fn=0)) == (0.2, -19.0)


@given(rows(), COSTS)
def test_squared_stakes_are_the_squares_of_what_flagging_changes(log: pl.DataFrame, costs: Costs) -> None:
    log = with_amounts(log)
    edges = distinct_edges(log)
    if not len(edges):
        return
    bins: CostBins = cost_bins(amount_table(log, edges), len(edges))
    total = sum(
        (cost_of_rows(row, -np.inf, costs) - cost_of_rows(row, np.inf, costs)) ** 2 for row in log.iter_slices(1)
    )
    assert squared_stakes(bins, costs).sum() == pytest.approx(total, abs=1e-6)


@pytest.mark.parametrize("wrong", [{"fp": float("nan")}, {"fn": float("inf")}, {"amount_cells": ("xx",)}])
def test_costs_that_are_none_are_refused_in_words(wrong: dict[str, object]) -> None:
    with pytest.raises(QuestionError, match="Expected"):
        Costs(**wrong)  # type: ignore[arg-type]
