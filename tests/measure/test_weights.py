"""Rows that stand for many: scikit-learn's sample weights, rows written out as often as they count, and what intervals promise."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sklearn import metrics as oracle

from analytics.measure.counts import COUNT_COLUMNS
from analytics.measure.estimates import estimate_table
from analytics.measure.metrics import metrics_of
from analytics.measure.slices import slice_table
from analytics.query.clusters import cluster_table
from analytics.query.relations import LOG_LOSS, MOMENTS, score_table

SUMS = MOMENTS | LOG_LOSS
EDGES = np.arange(21) / 20
METRICS = tuple(name for name in metrics_of("yes/no") if name != "corrected_prevalence")


def made(seed: int, n: int = 900) -> pl.DataFrame:
    """A log with missing scores and labels, whose positive rows stand for one each, and others for 1 to 6."""
    draw = np.random.default_rng(seed)
    label = draw.random(n) < 0.4
    score = np.round(np.clip(0.4 * label + draw.normal(0.3, 0.25, n), 0, 1) * 20) / 20
    frame = pl.DataFrame(
        {
            "row_id": np.arange(n),
            "region": draw.choice(["north", "south", "west"], n),
            "score": score,
            "label": label.astype(int),
            "weight": np.where(label, 1.0, draw.integers(1, 7, n)),
            "unit": draw.integers(0, 60, n),
        }
    )
    return frame.with_columns(
        label=pl.when(draw.random(n) < 0.1).then(None).otherwise("label"),
        score=pl.when(draw.random(n) < 0.05).then(None).otherwise("score"),
        score_bin=pl.when(draw.random(n) < 0).then(None).otherwise((pl.col("score") * 20).round().cast(pl.Int64)),
    )


def tables(
    log: pl.DataFrame, by: tuple[str, ...] = (), *, has_units: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the engine answers: the score table, and what units have in common."""
    rows = nw.from_native(log.lazy())
    keys = {f"slice_{place}": nw.col(name) for place, name in enumerate(by)}
    scores = score_table(rows, by, sums=SUMS, is_weighted=True)
    clusters = cluster_table(rows, keys, 0.5, sums=SUMS, is_weighted=True, has_units=has_units)
    return scores.collect("polars").to_native(), clusters.collect("polars").to_native()


def options(**more: Any) -> dict[str, Any]:
    return {"threshold_bin": 10, "is_probability": True, "metrics": METRICS, **more}


def estimated(log: pl.DataFrame, *, has_units: bool = False, **more: Any) -> dict[str, Any]:
    scores, clusters = tables(log, has_units=has_units)
    table = estimate_table(scores, EDGES, by=(), clusters=clusters, **options(**more))
    return table.row(0, named=True)


@pytest.fixture(scope="module")
def log() -> pl.DataFrame:
    return made(0)


def test_every_metric_is_that_of_scikit_learn_with_sample_weights(log: pl.DataFrame) -> None:
    found = estimated(log.with_columns(weight=pl.col("weight") * 0.37))
    judged = log.drop_nulls(["score", "label"])
    y, score, weight = (judged[name].to_numpy() for name in ("label", "score", "weight"))
    weight = weight * 0.37
    flagged = (score >= 0.5).astype(int)
    cells = oracle.confusion_matrix(y, flagged, sample_weight=weight)
    np.testing.assert_allclose([[found["tn"], found["fp"]], [found["fn"], found["tp"]]], cells)
    expected = {
        "accuracy": oracle.accuracy_score(y, flagged, sample_weight=weight),
        "precision": oracle.precision_score(y, flagged, sample_weight=weight),
        "recall": oracle.recall_score(y, flagged, sample_weight=weight),
        "f1": oracle.f1_score(y, flagged, sample_weight=weight),
        "balanced_accuracy": oracle.balanced_accuracy_score(y, flagged, sample_weight=weight),
        "mcc": oracle.matthews_corrcoef(y, flagged, sample_weight=weight),
        "auroc": oracle.roc_auc_score(y, score, sample_weight=weight),
        "average_precision": oracle.average_precision_score(y, score, sample_weight=weight),
        "brier": oracle.brier_score_loss(y, score, sample_weight=weight),
        "log_loss": oracle.log_loss(y, score, sample_weight=weight),
    }
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=1e-12), name
        assert found[f"{name}_low"] < value < found[f"{name}_high"], name
    rows = {name: found[f"rows_{name}"] for name in ("tp", "fp", "fn", "tn")}
    assert list(rows.values()) == [int(((flagged == f) & (y == t)).sum()) for f, t in ((1, 1), (1, 0), (0, 1), (0, 0))]
    assert found["n_eff"] == pytest.approx(weight.sum() ** 2 / (weight**2).sum())


@pytest.mark.parametrize("has_units", [False, True])
def test_a_row_that_stands_for_three_is_three_rows_of_one_unit(log: pl.DataFrame, *, has_units: bool) -> None:
    log = log if has_units else log.with_columns(unit=pl.col("row_id"))
    again = log.select(pl.all().repeat_by(pl.col("weight").cast(pl.Int64))).explode(pl.all())
    scores, clusters = tables(log, ("region",), has_units=has_units)
    scores = scores.rename({"slice_0": "region"})
    more = options(by=["region"], clusters=clusters.rename({"slice_0": "region"}))
    found = slice_table(scores, EDGES, **more)
    rows = nw.from_native(again.lazy())
    repeated = score_table(rows, ("region",), sums=SUMS).collect("polars").to_native().rename({"slice_0": "region"})
    units = cluster_table(rows, {"region": nw.col("region")}, 0.5, sums=SUMS).collect("polars").to_native()
    expected = slice_table(repeated, EDGES, **{**more, "clusters": units})
    names = [*COUNT_COLUMNS, *METRICS, *(f"{name}_difference" for name in METRICS)]
    names += ["share_of_errors", "excess_errors", "excess_model", "excess_base_rate", "expected_errors", "base_rate"]
    assert_frame_equal(found.select(names), expected.select(names), check_dtypes=False, rel_tol=1e-9, abs_tol=1e-9)
    # Intervals differ by what is an approximation: of how many rows Wilson's bounds are, and degrees of freedom.
    width = [(pl.col("error_rate_high") - pl.col("error_rate_low")).alias("width"), "brier_low", "excess_errors_low"]
    assert_frame_equal(found.select(width[:2]), expected.select(width[:2]), rel_tol=0.03)
    assert_frame_equal(found.select(width[2:]), expected.select(width[2:]), rel_tol=0.15)


def test_the_variance_is_that_of_a_ratio_of_weighted_sums(log: pl.DataFrame) -> None:
    judged = log.drop_nulls(["score", "label"])
    wrong = ((judged["score"] >= 0.5) != (judged["label"] == 1)).to_numpy().astype(float)
    weight, unit = judged["weight"].to_numpy(), judged["unit"].to_numpy()
    rate = (weight * wrong).sum() / weight.sum()
    for has_units in (False, True):
        found = estimated(log, has_units=has_units, metrics=["error_rate"])
        of = np.unique(unit, return_inverse=True)[1] if has_units else np.arange(len(unit))
        added, size = np.bincount(of, weight * (wrong - rate)), np.bincount(of, weight)
        worth = size.sum() ** 2 / (size**2).sum()
        variance = worth / (worth - 1) * (added**2).sum() / weight.sum() ** 2
        assert found["error_rate_design_effect"] == pytest.approx(variance / (rate * (1 - rate) / len(wrong)), rel=1e-6)
        reach = (found["error_rate_high"] - found["error_rate_low"]) / 2
        assert reach == pytest.approx(1.97 * np.sqrt(variance), rel=0.03)
        assert ("n_units" in found) == has_units


def test_weights_that_are_all_alike_leave_everything_as_it_is(log: pl.DataFrame) -> None:
    found = [estimated(log.with_columns(weight=pl.lit(weight))) for weight in (1.0, 50.0, 1e-4)]
    scores = score_table(nw.from_native(log.lazy()), (), sums=SUMS).collect("polars").to_native()
    expected = estimate_table(scores, EDGES, by=(), **options()).row(0, named=True)
    for each in found:
        assert each["n_eff"] == pytest.approx(expected["tp"] + expected["fp"] + expected["fn"] + expected["tn"])
        for name in METRICS:
            for end in ("", "_low", "_high"):
                assert each[f"{name}{end}"] == pytest.approx(expected[f"{name}{end}"], abs=2e-3), (name, end)


def test_a_slice_without_errors_is_not_surer_than_its_rows(log: pl.DataFrame) -> None:
    right = log.with_columns(label=(pl.col("score") >= 0.5).cast(pl.Int64), weight=pl.col("weight") * 100)
    found = estimated(right, metrics=["error_rate", "recall"])
    assert (found["error_rate"], found["error_rate_low"], found["recall_high"]) == (0, 0, 1)
    assert found["error_rate_high"] > 3.8 / (found["n_eff"] + 4)
    # The rest of a slice that holds all rows has no row, and no rate.
    scores, clusters = tables(right.with_columns(region=pl.lit("all")), ("region",))
    whole = slice_table(scores, EDGES, by=["slice_0"], clusters=clusters, **options(metrics=["error_rate"]))
    assert whole["error_rate_complement"][0] is None
    assert whole["excess_errors"][0] is None


@pytest.mark.parametrize("n_units", [None, 30])
def test_intervals_hold_the_truth_of_all_rows_as_often_as_they_say(n_units: int | None) -> None:
    draw, n, n_draws = np.random.default_rng(5), 900, 400
    unit = np.tile(np.arange(n) if n_units is None else np.arange(n) % n_units, n_draws)
    place = np.repeat(np.arange(n_draws), n)
    latent = draw.normal(size=(n_draws, unit.max() + 1))[place, unit]
    is_wrong = 0.3 * latent + np.sqrt(0.91) * draw.normal(size=place.size) < -0.5244  # 30 %, ICC 0.09
    kept = np.where(is_wrong, 0.9, 0.2)
    rows = pl.DataFrame(
        {"draw": place, "unit": unit + place * n, "score": 0.0, "score_bin": 0, "label": is_wrong.astype(int)}
    ).with_columns(weight=1 / kept)
    log = rows.filter(pl.Series(draw.random(place.size) < kept))
    scores, clusters = tables(log, ("draw",), has_units=n_units is not None)
    more = options(by=["slice_0"], metrics=["error_rate"], clusters=clusters)
    found = estimate_table(scores, EDGES, **more)
    covers = (found["error_rate_low"] <= 0.3) & (found["error_rate_high"] >= 0.3)
    assert 0.92 < covers.mean() < 0.98
