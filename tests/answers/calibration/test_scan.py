"""Segments held against the rest where rows stand for many or belong together."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest

from analytics.answers.calibration.answer import calibration
from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.question import Question
from analytics.log.right import Right
from analytics.log.workspace import Workspace
from analytics.measure.calibration.scan import misfit_table
from analytics.present.readings import calibration_reading
from analytics.query.clusters import cluster_table
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.relations import MOMENTS, score_table
from tests.ingested import Desk
from tests.thorough import amount

EDGES = np.arange(1, 20) / 20


def rows_of(seed: int, n_units: int = 200, per: int = 20) -> pl.DataFrame:
    """Rows of five segments whose scores are right in all of them; units are likelier, or less so, as a whole."""
    draw = np.random.default_rng(seed)
    unit = np.repeat(np.arange(n_units), per)
    score_bin = draw.integers(0, 19, unit.size)
    score = EDGES[score_bin]
    moved = score + 0.95 * score * (1 - score) * draw.choice([-1, 1], n_units)[unit]
    label = (draw.random(unit.size) < moved).astype(int)
    segment = np.array(list("abcde"))[draw.integers(0, 5, n_units)][unit]
    weight = np.where(label == 1, 1.0, 4.0) * (1 + unit % 2)
    rows = pl.DataFrame({"unit": unit, "segment": segment, "score": score, "label": label, "weight": weight})
    is_kept = draw.random(unit.size) < np.where(label == 1, 1.0, 0.25)
    return rows.with_columns(score_bin=pl.Series(score_bin)).filter(pl.Series(is_kept))


def found_in(rows: pl.DataFrame, *, has_units: bool, is_weighted: bool = True) -> pl.DataFrame:
    frame = nw.from_native(rows.lazy())
    table = score_table(frame, ["segment"], sums=MOMENTS, is_weighted=is_weighted)
    by = {"slice_0": nw.col("segment")}
    asked = cluster_table(frame, by, 0.5, sums=MOMENTS, is_weighted=is_weighted, has_units=has_units)
    scores, clusters = (part.collect("polars").to_native() for part in (table, asked))
    return misfit_table(scores, EDGES, "slice_0", clusters=clusters).sort("slice_0")


def test_a_segment_is_as_sure_as_its_weighted_units() -> None:
    rows = rows_of(0)
    for has_units, by in ((True, "unit"), (False, "row")):
        found = found_in(rows, has_units=has_units).row(0, named=True)
        rows = rows.with_columns(off=pl.col("score") - pl.col("label"), row=pl.int_range(pl.len()))
        error, means = 0.0, []
        for part in (rows.filter(pl.col("segment") == "a"), rows.filter(pl.col("segment") != "a")):
            mean = part.select((pl.col("weight") * pl.col("off")).sum() / pl.col("weight").sum()).item()
            off = part.group_by(by).agg((pl.col("weight") * (pl.col("off") - mean)).sum())["weight"]
            error += float((off**2).sum()) / float(part["weight"].sum()) ** 2
            means.append(mean)
        assert found["difference"] == pytest.approx(means[0])
        assert found["to_the_rest"] == pytest.approx(means[0] - means[1])
        own = rows.filter(segment="a")
        assert (found["rows"], found["n"]) == (own.height, round(own["weight"].sum()))
        # The variance is that of calibrated scores, times what units and weights make of it.
        expected = abs(means[0] - means[1]) / error**0.5
        z = abs(float(np.sqrt(2) * _inverse_tail(found["p_value"])))
        assert z == pytest.approx(expected, rel=0.1)


def _inverse_tail(p: float) -> float:
    from scipy.special import erfcinv

    return float(erfcinv(p))


def test_segments_that_are_right_are_called_off_as_often_as_stated() -> None:
    levels, slopes = [], []
    for seed in range(amount(24, 40)):
        table = found_in(rows_of(seed), has_units=True)
        levels += table["p_value"].to_list()
        slopes += table["slope_p_value"].to_list()
    assert np.mean(np.array(levels) < 0.05) < 0.095
    assert np.mean(np.array(slopes) < 0.05) < 0.095
    alone = [p for seed in range(amount(8, 12)) for p in found_in(rows_of(seed), has_units=False)["p_value"].to_list()]
    assert np.mean(np.array(alone) < 0.05) > 0.12


def test_the_scan_of_a_weighted_log_counts_what_rows_stand_for(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "home")
    engine = Engine(workspace)
    rows = rows_of(1)
    log = Desk(workspace, tmp_path).log(
        rows.drop("score_bin").with_row_index("id"), row_id="id", weight="weight", unit="unit", segments=("segment",)
    )
    table = calibration_scan(engine, Question(log, Cohort(), 0.5)).table.sort("value")
    expected = found_in(rows, has_units=True)
    for name in ("n", "rows", "difference", "to_the_rest", "p_value", "slope", "slope_p_value"):
        assert table[name].to_list() == pytest.approx(expected[name].to_list()), name
    engine.close()


def test_what_was_true_is_no_segment_whose_confidences_are_off(desk: Desk) -> None:
    """Of a class that is often taken for another one every confidence is too high, which none of its answers could know."""
    rng, n = np.random.default_rng(3), 3_000
    true = rng.choice(["ash", "birch", "cedar"], n, p=[0.6, 0.3, 0.1])
    said = np.where((true == "cedar") & (rng.random(n) < 0.7), "ash", true)
    frame = pl.DataFrame({"true": true, "said": said, "confidence": rng.uniform(0.7, 1.0, n).round(3)})
    right = Right("classes", "true", "said")
    log = desk.log(frame, right=right, label="true", decision="said", score="confidence", segments=("true", "said"))
    engine = Engine(desk.workspace)
    found = calibration_scan(engine, Question(log, Cohort(), log.mapping.threshold))
    assert "true" in found.told and "said" in found.table["column"].to_list()
    engine.close()


@pytest.mark.parametrize(
    ("shift", "said"),
    [
        ({"south": 1.2}, "Where region is south, scores are too high by 1"),
        ({"south": 1.2, "north": 1.2, "east": 1.2}, "A score of "),
        ({}, "A score of "),
    ],
)
def test_scores_that_are_off_in_one_segment_alone_are_said_of_it_first(
    desk: Desk, shift: dict[str, float], said: str
) -> None:
    rng, n = np.random.default_rng(5), 12_000
    region, truth = rng.choice(["north", "south", "east"], n, p=[0.5, 0.15, 0.35]), rng.normal(-1.5, 1.5, n)
    label = rng.random(n) < 1 / (1 + np.exp(-truth))
    score = 1 / (1 + np.exp(-(truth + np.array([shift.get(each, 0.0) for each in region]))))
    frame = pl.DataFrame({"score": score.round(4), "label": label.astype(int), "region": region})
    log = desk.log(frame, score="score", label="label", segments=("region",), time=None, row_id=None)
    with closing(Engine(desk.workspace)) as engine:
        question = Question(log, Cohort(), 0.5)
        reading = calibration_reading(calibration(engine, question), calibration_scan(engine, question).table)
    assert reading.startswith(said)
    assert ("elsewhere they are right on the whole. Of all rows a score of " in reading) == (len(shift) == 1)
