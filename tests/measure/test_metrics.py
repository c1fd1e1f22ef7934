from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import inf, isnan
from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk

from analytics.errors import QuestionError
from analytics.log.right import KINDS
from analytics.measure.counts import COUNT_COLUMNS, confusion_table
from analytics.measure.estimates import estimate_table
from analytics.measure.estimators import Estimator
from analytics.measure.metric import Metric, Use
from analytics.measure.metrics import METRICS as EVERY_METRIC
from analytics.measure.metrics import metrics_of, named, sums_of, used_in
from analytics.measure.slices import slice_table
from tests.measure.logs import distinct_edges, judged, of_slice, rows, score_table


@dataclass(frozen=True)
class Judged:
    y: np.ndarray
    score: np.ndarray
    flagged: np.ndarray
    log: pl.DataFrame
    threshold: float

    @property
    def has_both(self) -> bool:
        return len(set(self.y)) == 2


nan = float("nan")


def share(flags: np.ndarray) -> float:
    return float(np.mean(flags)) if len(flags) else nan


def mcc(j: Judged) -> float:
    return sk.matthews_corrcoef(j.y, j.flagged) if j.has_both and len(set(j.flagged)) == 2 else nan


def ece_by_hand(y: np.ndarray, score: np.ndarray, groups: int = 15) -> float:
    if len(y) == 0:
        return nan
    order = np.argsort(score, kind="stable")
    y, score = y[order], score[order]
    total, start, target = 0.0, 0, 1
    for end in range(1, len(y) + 1):
        is_tied = end < len(y) and score[end] == score[end - 1]
        if (end * groups >= target * len(y) and not is_tied) or end == len(y):
            total += abs(score[start:end].sum() - y[start:end].sum())
            start, target = end, end * groups // len(y) + 1
    return total / len(y)


METRICS = {name: EVERY_METRIC[name] for name in metrics_of("yes/no")}
"""The metrics of two classes; those of numbers and grades have tests of their own."""


def corrected_by_hand(j: Judged) -> float:
    """PPI++ row by row."""
    scored = j.log.drop_nulls("score")
    open_rows = scored.filter(pl.col("label").is_null())
    n, rest = len(j.y), open_rows.height
    if n < 2 or not rest:
        return nan
    f, g = np.asarray(j.flagged, dtype=float), (open_rows["score"] >= j.threshold).to_numpy().astype(float)
    spread = np.var([*f, *g], ddof=1)
    weight = np.cov(j.y, f)[0, 1] / ((1 + n / rest) * spread) if spread else 0.0
    return float(np.mean(j.y) + weight * (g.mean() - f.mean()))


ORACLES: dict[str, Callable[[Judged], float]] = {
    "error_rate": lambda j: sk.zero_one_loss(j.y, j.flagged) if len(j.y) else nan,
    "accuracy": lambda j: sk.accuracy_score(j.y, j.flagged) if len(j.y) else nan,
    "precision": lambda j: sk.precision_score(j.y, j.flagged, zero_division=nan) if len(j.y) else nan,
    "recall": lambda j: sk.recall_score(j.y, j.flagged, zero_division=nan) if len(j.y) else nan,
    "specificity": lambda j: sk.recall_score(1 - j.y, 1 - j.flagged, zero_division=nan) if len(j.y) else nan,
    "fpr": lambda j: share(j.flagged[j.y == 0]),
    "fnr": lambda j: share(1 - j.flagged[j.y == 1]),
    "f1": lambda j: sk.f1_score(j.y, j.flagged, zero_division=nan) if len(j.y) else nan,
    "f2": lambda j: sk.fbeta_score(j.y, j.flagged, beta=2, zero_division=nan) if len(j.y) else nan,
    "balanced_accuracy": lambda j: sk.balanced_accuracy_score(j.y, j.flagged) if j.has_both else nan,
    "mcc": mcc,
    "selection_rate": lambda j: share((j.log["score"].drop_nulls() >= j.threshold).to_numpy()),
    "prevalence": lambda j: share(j.log["label"].drop_nulls().to_numpy()),
    "corrected_prevalence": corrected_by_hand,
    "mean_score": lambda j: float(np.mean(j.score)) if len(j.y) else nan,
    "auroc": lambda j: sk.roc_auc_score(j.y, j.score) if j.has_both else nan,
    "average_precision": lambda j: sk.average_precision_score(j.y, j.score) if j.y.any() else nan,
    "brier": lambda j: sk.brier_score_loss(j.y, j.score, labels=[0, 1], pos_label=1) if len(j.y) else nan,
    "log_loss": lambda j: sk.log_loss(j.y, j.score, labels=[0, 1]) if len(j.y) else nan,
    "ece": lambda j: ece_by_hand(j.y, j.score),
}


def test_every_metric_has_an_oracle() -> None:
    # tests of `numbers`, of `rankings`, of given intervals, of costs by slice, and of the command line
    elsewhere = {
        "bias",
        "cost",
        "cross_entropy",
        "hit_rate",
        "interval_coverage",
        "interval_width",
        "mae",
        "mean_grade",
        "mrr",
        "mse",
        "ndcg",
        "precision_at_k",
        "rmse",
        "smape",
    }
    assert set(EVERY_METRIC) - set(METRICS) == elsewhere, (
        "enter what scikit-learn or numpy gives in tests/measure/test_numbers.py"
    )
    without = [name for name in METRICS if name not in ORACLES]
    assert not without, f"no oracle here for {without}: enter what scikit-learn, or the formula row by row, gives"
    assert not set(ORACLES) - set(METRICS)


@given(rows(), st.data())
def test_every_metric_of_every_slice_equals_scikit_learn(log: pl.DataFrame, data: st.DataObject) -> None:
    edges = distinct_edges(log)
    by = data.draw(st.sampled_from([(), ("region",), ("vip", "region")]))
    threshold_bin = data.draw(st.integers(0, len(edges)))
    threshold = edges[threshold_bin] if threshold_bin < len(edges) else inf
    found = estimate_table(
        score_table(log, edges, by),
        edges,
        by=by,
        threshold_bin=threshold_bin,
        metrics=list(METRICS),
        is_probability=True,
    )
    assert found.height == (log.select(by).n_unique() if by and log.height else int(not by))
    for row in found.iter_rows(named=True):
        part = of_slice(log, {name: row[name] for name in by})
        y, score = judged(part)
        one = Judged(y, score, (score >= threshold).astype(int), part, threshold)
        for name, oracle in ORACLES.items():
            expected = oracle(one)
            if isnan(expected):
                assert row[name] is None, name
            else:
                assert row[name] == pytest.approx(expected, rel=1e-9, abs=1e-9), name
                low, high = row[f"{name}_low"], row[f"{name}_high"]
                assert low is None or METRICS[name].low <= low <= row[name] + 1e-12, name
                assert high is None or row[name] - 1e-12 <= high <= METRICS[name].high, name


@given(rows())
def test_counts_of_slices_add_up_and_partition_the_rows(log: pl.DataFrame) -> None:
    edges = distinct_edges(log)
    for threshold_bin in (0, len(edges) // 2, len(edges)):
        whole = confusion_table(score_table(log, edges), by=(), threshold_bin=threshold_bin).row(0, named=True)
        parts = confusion_table(score_table(log, edges, ["region"]), by=["region"], threshold_bin=threshold_bin)
        assert whole == {name: parts[name].sum() for name in COUNT_COLUMNS}
        y, _ = judged(log)
        assert whole["tp"] + whole["fp"] + whole["fn"] + whole["tn"] == len(y)
        assert whole["n"] == whole["n_labelled"] + whole["n_unlabelled"] == whole["n_scored"] + whole["n_unscored"]


def test_an_empty_table_counts_zero_and_has_no_metric() -> None:
    log = pl.DataFrame(schema={"region": pl.String, "vip": pl.Boolean, "score": pl.Float64, "label": pl.Int64})
    table = score_table(log, np.empty(0), ["region"])
    assert confusion_table(table, by=["region"], threshold_bin=0).is_empty()
    assert confusion_table(table, by=(), threshold_bin=0).row(0) == (0,) * len(COUNT_COLUMNS)
    found = estimate_table(table, np.empty(0), by=(), threshold_bin=0, metrics=list(METRICS), is_probability=True)
    assert all(found[name].item() is None for name in METRICS)
    assert estimate_table(table, np.empty(0), by=["region"], threshold_bin=0, is_probability=True).is_empty()


@pytest.mark.parametrize("label", [0, 1, None])
def test_one_class_leaves_undefined_metrics_null(label: int | None) -> None:
    log = pl.DataFrame(
        {"region": ["a"] * 4, "score": [0.1, 0.4, 0.4, 0.9], "label": pl.Series([label] * 4, dtype=pl.Int64)}
    )
    edges = distinct_edges(log)
    row = estimate_table(score_table(log, edges), edges, by=(), threshold_bin=1, is_probability=True).row(0, named=True)
    null = {name for name in METRICS if row[name] is None}
    expected = {
        0: {"recall", "fnr", "balanced_accuracy", "mcc", "auroc", "average_precision", "corrected_prevalence"},
        1: {"specificity", "fpr", "balanced_accuracy", "mcc", "auroc", "corrected_prevalence"},
        None: set(METRICS) - {"selection_rate"},
    }
    assert null == expected[label]


def test_metrics_that_need_probabilities_are_null_without_them() -> None:
    log = pl.DataFrame({"score": [-3.0, 2.0, 7.0, 7.0], "label": [0, 1, 0, 1]})
    edges = distinct_edges(log)
    table = score_table(log, edges).with_columns(log_loss_sum=pl.lit(None, dtype=pl.Float64))
    row = estimate_table(table, edges, by=(), threshold_bin=1, is_probability=False).row(0, named=True)
    needing = {m.name for m in METRICS.values() if m.needs_probability}
    assert {name for name in METRICS if row[name] is None} == needing | {"corrected_prevalence"}
    row = estimate_table(table, edges, by=(), threshold_bin=1, is_probability=True).row(0, named=True)
    assert row["log_loss"] is None and row["brier"] is not None


@pytest.mark.parametrize("name", ["*", "^.*$", "", "a b", "__slice__", "__by0__", "score", "tpr"])
def test_segment_columns_may_have_any_name(name: str) -> None:
    log = pl.DataFrame({"region": ["a", "b", None], "score": [0.2, 0.7, 0.7], "label": [0, 1, 0]})
    edges = distinct_edges(log)
    table = score_table(log, edges, ["region"]).rename({"region": name})
    found = estimate_table(table, edges, by=[name], threshold_bin=1, is_probability=True)
    assert found[name].to_list() == ["a", "b", None]
    assert found["brier"].to_list() == pytest.approx([0.04, 0.09, 0.49])


@pytest.mark.parametrize(
    "values",
    [
        pl.Series(["b", "a", None], dtype=pl.Enum(["b", "a"])),
        pl.Series(["b", "a", None], dtype=pl.Categorical),
        pl.Series([2.5, nan, None]),
        pl.Series([3, 4, None]),
        pl.Series([False, True, None]),
        pl.Series([date(2026, 1, 5), date(2026, 1, 12), None]),
    ],
    ids=lambda values: str(values.dtype),
)
def test_segment_columns_may_have_any_type(values: pl.Series) -> None:
    log = pl.DataFrame({"k": values, "score": [0.2, 0.7, 0.7], "label": [0, 1, 0]})
    edges = distinct_edges(log)
    found = estimate_table(score_table(log, edges, ["k"]), edges, by=["k"], threshold_bin=1, is_probability=True)
    assert found["k"].dtype == values.dtype and found["k"].to_list()[-1] is None
    by_brier = found.sort("brier")
    assert by_brier["brier"].to_list() == pytest.approx([0.04, 0.09, 0.49])
    assert by_brier["k"].equals(values, null_equal=True)


def test_an_unknown_metric_is_named() -> None:
    with pytest.raises(QuestionError, match=r"found 1 unknown, first 'gini'\. Choose from error_rate, accuracy"):
        named(["recall", "gini"])


@pytest.mark.parametrize("metric", EVERY_METRIC.values(), ids=EVERY_METRIC)
def test_the_registry_describes_every_metric(metric: Metric) -> None:
    assert metric.label != metric.label.lower() and metric.definition.endswith(".") and metric.formula
    assert metric.undefined[0].islower() and metric.low < metric.high
    is_of_numbers = metric.kinds == {"numbers"}
    assert not metric.is_share or metric.range == (0, 1) or (is_of_numbers and metric.low == 0)
    assert metric.kinds and metric.kinds <= {*KINDS, "priced"}  # a cost is of what somebody said, not of a kind of log
    assert isinstance(metric.estimator, Estimator) and metric.uses <= set(get_args(Use))
    assert not metric.needs_probability or not metric.is_count
    assert "limits" not in metric.uses or metric.is_proportion, f"{metric.name}: a threshold can keep proportions alone"
    assert "discovery" not in metric.uses or metric.direction == "lower", (
        f"{metric.name}: a search looks for what is high"
    )
    assert not metric.is_of_errors or metric.formula.endswith("(tp + fp + fn + tn)")


def two_regions() -> tuple[pl.DataFrame, np.ndarray]:
    """A log of two regions in which every metric is defined, each with errors of both kinds, and its score table's grid."""
    rng = np.random.default_rng(3)
    score = rng.integers(1, 100, 600) / 100
    label = [None if place % 5 == 0 else int(value) for place, value in enumerate(rng.random(600) < score)]
    log = pl.DataFrame({"region": ["north"] * 200 + ["south"] * 400, "score": score, "label": label})
    return log, distinct_edges(log)


def north_of(table: pl.DataFrame, edges: np.ndarray, name: str) -> dict[str, float | None]:
    """What the table of slices says of one metric in the north."""
    settings = {"by": ["region"], "threshold_bin": len(edges) // 2, "metrics": [name], "is_probability": True}
    return slice_table(table, edges, **settings).row(0, named=True)


@pytest.mark.parametrize("name", used_in("slices"))
def test_a_metric_of_slices_has_an_interval_a_difference_and_a_p_value(name: str) -> None:
    log, edges = two_regions()
    row = north_of(score_table(log, edges, ["region"]), edges, name)
    ends = (
        "",
        "_low",
        "_high",
        "_complement",
        "_difference",
        "_difference_low",
        "_difference_high",
        "_p",
        "_p_adjusted",
    )
    missing = [f"{name}{end}" for end in ends if row[f"{name}{end}"] is None]
    assert not missing, f"the estimator of {name} gives no {missing}"
    assert METRICS[name].low <= row[f"{name}_low"] < row[name] < row[f"{name}_high"] <= METRICS[name].high
    assert row[f"{name}_difference"] == pytest.approx(row[name] - row[f"{name}_complement"])
    assert row[f"{name}_difference_low"] < row[f"{name}_difference"] < row[f"{name}_difference_high"]
    assert 0 < row[f"{name}_p"] <= 1


SUMS = ("score_sum", "score_sq_sum", "score_pos_sum", "log_loss_sum")


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_needs_the_sums_that_it_names_and_no_others(name: str) -> None:
    log, edges = two_regions()
    table = score_table(log, edges, ["region"])
    whole = north_of(table, edges, name)
    named_alone = north_of(table.drop([each for each in SUMS if each not in sums_of([name])]), edges, name)
    assert named_alone == whole, f"{name} reads a sum of the score table that its entry does not name"
    for each in sums_of([name]):
        found = north_of(table.drop(each), edges, name)
        assert found[f"{name}_low"] is None, f"{name} names {each}, which it does not read"


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_says_whether_it_is_sharper_by_score(name: str) -> None:
    log, edges = two_regions()
    middle = len(edges) // 2
    coarse = np.sort([*edges[:middle:7], *edges[middle::7]])
    fine, rough = (
        estimate_table(score_table(log, grid), grid, by=(), threshold_bin=k, metrics=[name], is_probability=True).row(
            0
        )[11:]
        for grid, k in ((edges, middle), (coarse, int(np.searchsorted(coarse, edges[middle]))))
    )
    assert (fine != pytest.approx(rough, rel=1e-9)) == METRICS[name].estimator.is_sharper_by_score, (fine, rough)


COMPAS = Path(__file__).parents[2].parent / "shared/data/compas/compas-scores-two-years_noPII.csv"


@pytest.mark.skipif(not COMPAS.exists(), reason=f"the COMPAS scores are not at {COMPAS}")
def test_compas_gives_the_published_numbers() -> None:
    log = pl.read_csv(COMPAS, columns=["race", "decile_score", "two_year_recid"], infer_schema_length=None)
    log = log.select("race", score=pl.col("decile_score").cast(pl.Float64), label="two_year_recid")
    edges = np.arange(1.0, 11.0)
    table = score_table(log, edges, ["race"]).with_columns(log_loss_sum=pl.lit(None, dtype=pl.Float64))
    whole = estimate_table(table, edges, by=(), threshold_bin=4, is_probability=False).row(0, named=True)
    assert [whole[name] for name in ("tn", "fp", "fn", "tp")] == [2681, 1282, 1216, 2035]
    assert [round(100 * whole[name], 2) for name in ("fpr", "fnr")] == [32.35, 37.40]
    assert round(whole["auroc"], 4) == 0.7022
    races = {row["race"]: row for row in confusion_table(table, by=["race"], threshold_bin=4).iter_rows(named=True)}
    assert [races["African-American"][name] for name in ("tn", "fp", "fn", "tp")] == [990, 805, 532, 1369]
    assert [races["Caucasian"][name] for name in ("tn", "fp", "fn", "tp")] == [1139, 349, 461, 505]
