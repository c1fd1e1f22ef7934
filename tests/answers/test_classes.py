"""Classes of rows that stand for many or belong together: scikit-learn with weights, and plain sums over units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, roc_auc_score

from analytics.answers.classes import Classes, classes
from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.log.right import Right
from analytics.log.workspace import Workspace
from analytics.present.readings import classes_reading, overview_reading
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

NAMES = ["ash", "birch", "cedar", "elm"]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = Engine(Workspace(tmp_path_factory.mktemp("classes") / "home"))
    yield found
    found.close()


@pytest.fixture(scope="module")
def own_desk(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(engine.workspace, tmp_path_factory.mktemp("files"))


def rows_of(seed: int = 0, n_units: int = 500, per: int = 4) -> pl.DataFrame:
    """Rows of four classes; of units of ash a third is taken for birch as a whole."""
    draw = np.random.default_rng(seed)
    unit = np.repeat(np.arange(n_units), per)
    true = draw.choice(4, n_units, p=[0.4, 0.3, 0.2, 0.1])[unit]
    is_lost = (draw.random(n_units) < 0.3)[unit]
    said = np.where(draw.random(unit.size) < 0.8, true, draw.integers(0, 3, unit.size))
    said = np.where(is_lost & (true == 0), 1, said)
    shares = draw.dirichlet(np.ones(4), unit.size) + 0.5 * np.eye(4)[said]
    shares = (shares / shares.sum(1, keepdims=True)).round(3)
    scores = {f"p_{name}": shares[:, place] for place, name in enumerate(NAMES)}
    named = pl.DataFrame({"id": np.arange(unit.size), "unit": unit, "true": true, "said": said, **scores})
    named = named.with_columns(pl.col("true", "said").replace_strict(dict(enumerate(NAMES)), return_dtype=pl.String))
    return named.with_columns(weight=pl.when(pl.col("true") == "elm").then(1.0).otherwise(2.0 + pl.col("id") % 3))


def classes_of(engine: Engine, desk: Desk, frame: pl.DataFrame, **roles: Any) -> Classes:
    right = Right("classes", "true", "said", class_scores=tuple((name, f"p_{name}") for name in NAMES))
    log = desk.log(frame, right=right, label="true", decision="said", row_id="id", **roles)
    return classes(engine, Question(log, Cohort(), log.mapping.threshold))


def test_weighted_classes_are_scikit_learn_s(engine: Engine, own_desk: Desk) -> None:
    frame = rows_of()
    found = classes_of(engine, own_desk, frame, weight="weight")
    true, said, weight = (frame[name].to_numpy() for name in ("true", "said", "weight"))
    matrix = confusion_matrix(true, said, labels=NAMES, sample_weight=weight)
    for row in found.pairs.iter_rows(named=True):
        places = NAMES.index(row["true"]), NAMES.index(row["predicted"])
        assert row["n"] == pytest.approx(matrix[places])
        assert row["share_of_true"] == pytest.approx(matrix[places] / matrix[places[0]].sum())
        assert row["rows"] == ((true == row["true"]) & (said == row["predicted"])).sum()
    oracle = precision_recall_fscore_support(true, said, labels=NAMES, sample_weight=weight)
    for place, name in enumerate(NAMES):
        row = found.table.row(by_predicate=pl.col("class") == name, named=True)
        values = [row[each] for each in ("precision", "recall", "f1", "support")]
        assert values == pytest.approx([part[place] for part in oracle])
        assert row["recall_low"] < row["recall"] < row["recall_high"]
        area = roc_auc_score(true == name, frame[f"p_{name}"].to_numpy(), sample_weight=weight)
        assert row["auroc"] == pytest.approx(area)
        assert row["auroc_low"] < area < row["auroc_high"]
    for average in ("macro", "weighted", "micro"):
        expected = precision_recall_fscore_support(true, said, average=average, sample_weight=weight)[:3]
        row = found.averages.row(by_predicate=pl.col("average") == average, named=True)
        assert [row[name] for name in ("precision", "recall", "f1")] == pytest.approx(expected)
    assert found.n == frame.height
    assert found.n_eff == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
    assert f"By weight {frame.height:,} judged rows stand for" in classes_reading(found)


@pytest.mark.parametrize("roles", [{"unit": "unit"}, {"weight": "weight"}, {"unit": "unit", "weight": "weight"}])
def test_intervals_of_classes_and_of_pairs_are_those_of_linearisation(
    engine: Engine, own_desk: Desk, roles: dict[str, str]
) -> None:
    frame = rows_of(seed=1)
    found = classes_of(engine, own_desk, frame, **roles)
    w = pl.col("weight") if "weight" in roles else pl.lit(1.0)
    frame = frame.with_columns(w=w, hit=(pl.col("true") == pl.col("said")).cast(pl.Float64))
    by = "unit" if "unit" in roles else "id"

    def error(off: pl.Expr) -> float:
        return float(frame.group_by(by).agg(off=off.sum()).select((pl.col("off") ** 2).sum().sqrt()).item())

    row = found.table.row(by_predicate=pl.col("class") == "ash", named=True)
    own = (pl.col("true") == "ash") * pl.col("w")
    expected = error(own * (pl.col("hit") - row["recall"])) / row["support"]
    assert (row["recall_high"] - row["recall_low"]) / 2 / 1.97 == pytest.approx(expected, rel=0.05)

    pair = found.pairs.row(by_predicate=(pl.col("true") == "ash") & (pl.col("predicted") == "birch"), named=True)
    taken = (pl.col("said") == "birch").cast(pl.Float64)
    third = ~pl.col("true").is_in(["ash", "birch"]) * pl.col("w")
    others = frame.select(third.sum()).item()
    rate = frame.select((third * taken).sum()).item() / others
    share = pair["share_of_true"]
    assert pair["excess"] == pytest.approx(row["support"] * (share - rate))
    off = own * (taken - share) / row["support"] - third * (taken - rate) / others
    half = (pair["excess_high"] - pair["excess_low"]) / 2 / row["support"] / 1.98
    # A hundred random groups: their variance has a standard error of 14 %.
    assert half == pytest.approx(error(off), rel=0.2 if by == "unit" else 0.05)


def test_a_row_without_a_confidence_is_judged_nowhere_and_the_way_out_is_said(engine: Engine, own_desk: Desk) -> None:
    frame = rows_of(3).with_columns(
        sure=pl.when(pl.col("id") % 20 == 0).then(None).otherwise(0.5 + pl.col("id") % 50 / 100)
    )
    right = Right("classes", "true", "said")
    log = own_desk.log(frame, right=right, label="true", decision="said", score="sure", row_id="id")
    question = Question(log, Cohort(), log.mapping.threshold)
    told, found = overview(engine, question), classes(engine, question)
    assert found.n == told.counts["tn"] + told.counts["fp"] == 1_900
    assert found.averages.filter(pl.col("average") == "micro")["f1"][0] == pytest.approx(told.value("accuracy")[0])
    assert "100 rows (5.0\u202f%) have no confidence. They are not judged. Choose no confidence" in overview_reading(
        told, question
    )


def test_of_many_pairs_the_largest_by_chance_is_no_finding(engine: Engine, own_desk: Desk) -> None:
    """Of 380 pairs that are confused alike some stand out singly; the first sentence counts how many were looked at."""
    draw, n = np.random.default_rng(4), 20_000
    true = draw.integers(0, 20, n)
    said = np.where(draw.random(n) < 0.7, true, draw.integers(0, 20, n))
    frame = pl.DataFrame({"id": np.arange(n), "true": true, "said": said}).with_columns(
        pl.format("kind {}", pl.col(name)).alias(name) for name in ("true", "said")
    )
    log = own_desk.log(frame, right=Right("classes", "true", "said"), label="true", decision="said", row_id="id")
    answer = classes(engine, Question(log, Cohort(), 0.5))
    assert answer.pairs.filter(pl.col("excess_low") > 0).height > 3
    assert classes_reading(answer).startswith("No class is taken for another one more often than the other classes are")
