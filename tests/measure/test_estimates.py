from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.errors import QuestionError
from analytics.measure.counts import Counts
from analytics.measure.curves import auroc, average_precision
from analytics.measure.estimates import estimate_table, interval
from analytics.measure.evidence import Evidence
from analytics.measure.intervals import Interval, logit_interval, poisson_bootstrap
from analytics.measure.metric import count_value
from analytics.measure.metrics import METRICS, metrics_of
from tests.measure.logs import distinct_edges, score_table


def counts_of(tp: np.ndarray, fp: np.ndarray, fn: np.ndarray, tn: np.ndarray) -> Counts:
    tp, fp, fn, tn = (np.asarray(side, dtype=float) for side in (tp, fp, fn, tn))
    n, flagged = tp + fp + fn + tn, tp + fp
    return Counts(n, n, 0 * n, 0 * n, flagged, n, tp + fn, tp, fp, fn, tn)


def coverage(found: Interval, truth: float) -> float:
    defined = ~np.isnan(found.low)
    return float(np.mean((found.low[defined] <= truth) & (truth <= found.high[defined])))


def bootstrapped(name: str, counts: Counts, seed: int) -> Interval:
    cells = np.stack([counts.tp, counts.fp, counts.fn, counts.tn], axis=-1)
    draws = poisson_bootstrap(cells, 1_000, np.random.default_rng(seed))
    return interval(METRICS[name], Evidence(counts, None, draws), level=0.95, is_probability=False)


@pytest.mark.parametrize("shares", [(0.3, 0.1, 0.1, 0.5), (0.05, 0.02, 0.03, 0.9), (0.45, 0.02, 0.03, 0.5)])
@pytest.mark.parametrize("name", ["f1", "mcc", "balanced_accuracy", "recall", "error_rate"])
def test_intervals_of_counts_cover_the_truth(name: str, shares: tuple[float, ...]) -> None:
    sample = counts_of(*np.random.default_rng(1).multinomial(150, shares, 800).T)
    truth = count_value(METRICS[name], counts_of(*([1_000_000 * share] for share in shares)))[0]
    assert 0.91 < coverage(bootstrapped(name, sample, 2), truth) <= 1


@pytest.mark.parametrize("area", [auroc, average_precision])
@pytest.mark.parametrize("n", [80, 400])
def test_intervals_of_areas_cover_the_truth(area: object, n: int) -> None:
    rng = np.random.default_rng(n)
    levels = np.linspace(0, 1, 41)
    shape_pos, shape_neg = np.exp(2 * levels), np.exp(-2 * levels)
    pos_share, neg_share = 0.3 * shape_pos / shape_pos.sum(), 0.7 * shape_neg / shape_neg.sum()
    truth = float(area(pos_share * 1e9, neg_share * 1e9).value)
    drawn = rng.multinomial(n, np.concatenate([pos_share, neg_share]), 800)
    pos, neg = drawn[:, :41], drawn[:, 41:]
    found = logit_interval(area(pos, neg), np.minimum(pos.sum(-1), neg.sum(-1)))
    assert 0.92 < coverage(found, truth) < 0.99


def test_a_perfect_handful_is_not_certain() -> None:
    # precision, recall and F1 are 1, yet a few errors in as many rows again would be no surprise
    found = bootstrapped("f1", counts_of([5], [0], [0], [5]), 0)
    assert found.value[0] == found.high[0] == 1 and 0.4 < found.low[0] < 0.8


def test_the_bootstrap_is_seeded() -> None:
    log = pl.DataFrame({"score": [0.1, 0.4, 0.4, 0.8, 0.9] * 9, "label": [0, 1, 0, 1, 1] * 9})
    edges = distinct_edges(log)
    table = score_table(log, edges)
    one, same, other = (
        estimate_table(table, edges, by=(), threshold_bin=2, metrics=["mcc"], seed=seed, is_probability=True)
        for seed in (0, 0, 5)
    )
    assert one.equals(same) and not one.equals(other) and one["mcc"].equals(other["mcc"])


def test_the_order_of_the_table_does_not_matter() -> None:
    rng = np.random.default_rng(4)
    log = pl.DataFrame(
        {
            "region": rng.choice(["a", "b", "c"], 300),
            "score": rng.integers(0, 9, 300) / 10,
            "label": rng.integers(0, 2, 300),
        }
    )
    edges = distinct_edges(log)
    table = score_table(log, edges, ["region"])
    first, second = (
        estimate_table(frame, edges, by=["region"], threshold_bin=4, is_probability=True)
        for frame in (table, table.sample(fraction=1, shuffle=True, seed=1))
    )
    assert first["region"].to_list() == ["a", "b", "c"]
    for name in first.columns[1:]:
        np.testing.assert_allclose(first[name], second[name], rtol=1e-12)


def test_runs_of_slices_give_what_each_slice_gives_alone() -> None:
    rng = np.random.default_rng(8)
    n, slices = 6_000, 150
    log = pl.DataFrame(
        {"k": rng.integers(0, slices, n), "score": rng.integers(0, 21, n) / 20, "label": rng.integers(0, 2, n)}
    )
    edges = distinct_edges(log)
    table = score_table(log, edges, ["k"])
    exact = [name for name in metrics_of("yes/no") if not METRICS[name].estimator.reads_draws]
    together = estimate_table(table, edges, by=["k"], threshold_bin=9, metrics=exact, is_probability=True)
    for k in (0, 63, 64, 149):
        own = table.filter(pl.col("k") == k)
        alone = estimate_table(own, edges, by=["k"], threshold_bin=9, metrics=exact, is_probability=True)
        found = together.filter(pl.col("k") == k)
        for name in alone.columns:
            np.testing.assert_allclose(found[name], alone[name], rtol=1e-12)


def test_an_unknown_metric_is_refused() -> None:
    table = score_table(pl.DataFrame({"score": [0.5], "label": [1]}), np.array([0.5]))
    with pytest.raises(QuestionError, match="'gini'"):
        estimate_table(table, np.array([0.5]), by=(), threshold_bin=0, metrics=["gini"], is_probability=True)
