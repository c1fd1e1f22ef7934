from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics as sk

from analytics.measure.counts import confusion_table
from analytics.measure.curves import auroc, auroc_tie_bound, average_precision, sweep
from analytics.measure.intervals import poisson_bootstrap
from analytics.measure.metrics import METRICS
from analytics.measure.sweeps import precision_recall_table, roc_table, sweep_table
from tests.measure.logs import distinct_edges, judged, rows, score_table

bin_counts = hnp.arrays(np.int64, (2, 12), elements=st.integers(0, 9))


def as_rows(pos: np.ndarray, neg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    bins = np.arange(len(pos))
    y = np.repeat([1, 0], [pos.sum(), neg.sum()])
    return y, np.concatenate([np.repeat(bins, pos), np.repeat(bins, neg)])


@given(rows())
def test_the_sweep_equals_the_confusion_matrix_at_every_edge(log: pl.DataFrame) -> None:
    edges = distinct_edges(log)
    table = score_table(log, edges, ["region"])
    swept = sweep_table(table, edges)
    assert swept["threshold"].to_list() == [*edges, None]
    y, score = judged(log)
    for row in swept.iter_rows(named=True):
        flagged = score >= (np.inf if row["threshold"] is None else row["threshold"])
        tn, fp, fn, tp = sk.confusion_matrix(y, flagged, labels=[0, 1]).ravel() if len(y) else (0, 0, 0, 0)
        assert (row["tp"], row["fp"], row["fn"], row["tn"]) == (tp, fp, fn, tn)
        at = confusion_table(table, by=(), threshold_bin=row["threshold_bin"]).row(0, named=True)
        assert {name: at[name] for name in ("tp", "fp", "fn", "tn", "n_flagged")}.items() <= row.items()


@given(rows(max_size=30))
def test_the_sweep_of_a_slice_is_the_sweep_of_its_rows(log: pl.DataFrame) -> None:
    edges = distinct_edges(log)
    table = score_table(log, edges, ["region"])
    by_region = sweep_table(table, edges, by=["region"])
    for region in log["region"].unique():
        own = table.filter(pl.col("region").eq_missing(pl.lit(region, dtype=pl.String)))
        found = by_region.filter(pl.col("region").eq_missing(pl.lit(region, dtype=pl.String))).drop("region")
        assert found.equals(sweep_table(own, edges))
    assert [name for name in METRICS if name in by_region.columns] == [m.name for m in METRICS.values() if m.is_count]


@given(rows(labels=(0, 1)))
def test_curves_are_those_of_scikit_learn(log: pl.DataFrame) -> None:
    y, score = judged(log)
    edges = distinct_edges(log)
    roc = roc_table(score_table(log, edges), edges)
    if len(set(y)) < 2:
        assert roc["fpr"].null_count() or roc["recall"].null_count()
        return
    fpr, tpr, _ = sk.roc_curve(y, score, drop_intermediate=False)
    np.testing.assert_allclose(roc["fpr"], fpr)
    np.testing.assert_allclose(roc["recall"], tpr)
    precision, recall, thresholds = sk.precision_recall_curve(y, score)
    found = precision_recall_table(score_table(log, edges), edges)
    assert found["threshold"].to_list() == [None, *thresholds[::-1]]
    np.testing.assert_allclose(found["recall"], recall[::-1])
    np.testing.assert_allclose(found["precision"][1:], precision[-2::-1])
    assert found["precision"][0] is None


def delong_row_by_row(y: np.ndarray, score: np.ndarray) -> tuple[float, float]:
    pos, neg = score[y == 1], score[y == 0]
    wins = (pos[:, None] > neg) + (pos[:, None] == neg) / 2
    by_pos, by_neg = wins.mean(axis=1), wins.mean(axis=0)
    return wins.mean(), np.sqrt(by_pos.var(ddof=1) / len(pos) + by_neg.var(ddof=1) / len(neg))


@given(bin_counts)
def test_auroc_and_its_error_equal_delong_on_rows(counts: np.ndarray) -> None:
    pos, neg = counts
    found = auroc(pos, neg)
    if pos.sum() < 2 or neg.sum() < 2:
        assert np.isnan(found.standard_error)
        return
    value, error = delong_row_by_row(*as_rows(pos, neg))
    np.testing.assert_allclose([found.value, found.standard_error], [value, error], rtol=1e-9, atol=1e-12)


@given(bin_counts, st.randoms(use_true_random=False))
def test_no_order_inside_the_bins_moves_auroc_beyond_the_bound(counts: np.ndarray, random: object) -> None:
    pos, neg = counts
    bound = float(auroc_tie_bound(pos, neg))
    if pos.sum() == 0 or neg.sum() == 0:
        assert np.isnan(bound)
        return
    y, bins = as_rows(pos, neg)
    value = float(auroc(pos, neg).value)
    best, worst = (sk.roc_auc_score(y, bins + step * y) for step in (0.5, -0.5))
    assert best - value == pytest.approx(bound, abs=1e-12) and value - worst == pytest.approx(bound, abs=1e-12)
    anyhow = bins + np.array([random.random() * 0.9 for _ in bins])
    assert abs(sk.roc_auc_score(y, anyhow) - value) <= bound + 1e-12


@given(bin_counts)
def test_average_precision_equals_scikit_learns(counts: np.ndarray) -> None:
    pos, neg = counts
    found = average_precision(pos, neg)
    if pos.sum() == 0:
        assert np.isnan(found.value)
    else:
        assert float(found.value) == pytest.approx(sk.average_precision_score(*as_rows(pos, neg)), rel=1e-9)


def test_the_error_of_average_precision_is_that_of_a_poisson_bootstrap() -> None:
    rng = np.random.default_rng(7)
    neg = rng.poisson(np.linspace(90, 10, 40))
    pos = rng.poisson(np.linspace(5, 45, 40))
    draws = np.moveaxis(poisson_bootstrap(np.stack([pos, neg]), 4_000, rng), -1, 0)
    replicates = average_precision(draws[:, 0], draws[:, 1]).value
    assert float(average_precision(pos, neg).standard_error) == pytest.approx(replicates.std(), rel=0.05)


def test_areas_of_many_slices_are_those_of_each() -> None:
    rng = np.random.default_rng(3)
    pos, neg = rng.poisson(2, (2, 5, 30))
    for area in (auroc, average_precision):
        together = area(pos, neg)
        for k in range(5):
            alone = area(pos[k], neg[k])
            np.testing.assert_allclose(together.value[k], alone.value)
            np.testing.assert_allclose(together.standard_error[k], alone.standard_error)


def test_a_sweep_without_bins_flags_nothing() -> None:
    found = sweep([], [])
    assert [float(side[0]) for side in (found.tp, found.fp, found.fn, found.tn)] == [0, 0, 0, 0]
