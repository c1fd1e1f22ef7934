"""Calibration class by class: the numbers of each class against the rest, held against NumPy and against the view of the class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analytics.answers.calibration import classes as module
from analytics.answers.calibration.answer import calibration_slices
from analytics.answers.calibration.classes import class_calibration, has_class_scores
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log import views
from analytics.log.right import Right
from analytics.present import figures, words
from analytics.present.readings import class_calibration_reading
from analytics.present.tables.calibration import class_json_rows, class_rows
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.reading import api
from tests.ingested import Desk, run_here

CLASSES = ("Cat", "dog", "eel")


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "run_child", run_here)


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    opened = Engine(desk.workspace)
    yield opened
    opened.close()


def made(n: int = 6_000, over: float = 0.06) -> pl.DataFrame:
    """Scores of three classes of which eel's are too high by ``over`` and Cat's too low by as much; some rows are not known yet."""
    rng = np.random.default_rng(4)
    p = rng.dirichlet([4, 3, 2], n)
    true = np.array([rng.choice(CLASSES, p=row) for row in p])
    shift = np.minimum(p[:, 0], over)
    p = (p + np.column_stack([-shift, np.zeros(n), shift])).round(3)
    frame = pl.DataFrame({"p_Cat": p[:, 0], "p_dog": p[:, 1], "p_eel": p[:, 2]})
    said = [CLASSES[place] for place in p.argmax(axis=1)]
    label = np.where(rng.random(n) < 0.05, None, np.where(rng.random(n) < 0.3, np.char.upper(true), true))
    return frame.with_columns(
        final=pl.Series(label.tolist(), dtype=pl.String),
        said=pl.Series(said),
        region=pl.Series(rng.choice(["north", "south"], n)),
        w=pl.Series(rng.choice([1.0, 2.0, 8.0], n)),
    )


def asked(desk: Desk, frame: pl.DataFrame, weight: str | None = None, against: str | None = None) -> Question:
    read = desk.stage(desk.frame(frame))
    mapping = views.right_or_wrong(
        replace(read.mapping, weight=weight), read.reading, Right("classes", "final", "said")
    )
    if against is not None:
        mapping = views.one_against_rest(mapping, read.reading, against)
    log = desk.build(read, mapping)
    return Question(log, Cohort(), log.mapping.threshold)


def test_each_class_is_held_against_how_often_it_is_the_class(desk: Desk, engine: Engine) -> None:
    rows = made()
    found = class_calibration(engine, asked(desk, rows))
    judged = rows.filter(pl.col("final").is_not_null())
    by_class = {row["class"].casefold(): row for row in found.table.iter_rows(named=True)}
    assert set(by_class) == {"cat", "dog", "eel"}
    for name, column in (("cat", "p_Cat"), ("dog", "p_dog"), ("eel", "p_eel")):
        row, score = by_class[name], judged[column].to_numpy()
        is_class = (judged["final"].str.to_lowercase() == name).to_numpy()
        apart = score - is_class
        assert (row["n"], row["n_pos"]) == (judged.height, is_class.sum())
        assert (row["mean_score"], row["observed"]) == pytest.approx((score.mean(), is_class.mean()))
        assert row["difference"] == pytest.approx(apart.mean())
        half = (row["difference_high"] - row["difference_low"]) / 2
        assert half == pytest.approx(1.96 * apart.std() / np.sqrt(len(apart)), rel=0.1)
        order = np.argsort(score, kind="stable")
        values, start, counts = np.unique(score[order], return_index=True, return_counts=True)
        group = np.repeat(start * 15 // len(score), counts)  # ties together, 15 groups of equal mass
        gaps = [abs(apart[order][group == each].sum()) for each in np.unique(group)]
        assert len(values) > 100 and row["ece"] == pytest.approx(sum(gaps) / len(score))
    assert found.ece == pytest.approx(np.mean([row["ece"] for row in by_class.values()]))
    assert [row.casefold() for row in found.table["class"]][2] == "dog", "what is within chance comes last"
    size = by_class["eel"]["difference"]
    lead = class_calibration_reading(found).partition("\n")[0]
    assert f"of class {found.table['class'][0]} are too" in lead or "too high" in lead
    assert f"{words.number(100 * size, 1)} points" in lead


@pytest.mark.parametrize("weight", [None, "w"])
def test_a_class_has_the_numbers_of_its_view(desk: Desk, engine: Engine, weight: str | None) -> None:
    rows = made(2_000)
    whole = asked(desk, rows, weight)
    found = class_calibration(engine, whole).table
    alone = calibration_slices(engine, asked(desk, rows, weight, "eel")).table.row(0, named=True)
    row = found.row(by_predicate=pl.col("class") == "eel", named=True)
    held = [name for name in alone if not name.endswith("adjusted") and name != "log_loss"]
    assert ("n_eff" in held) == (weight is not None)
    for name in held:
        assert row[name] == pytest.approx(alone[name]), name
    assert class_calibration(engine, asked(desk, rows, weight, "eel")).table["ece"].to_list() == found["ece"].to_list()


def test_scores_as_likely_as_they_say_are_off_in_no_class_and_every_class_is_in_the_table(
    desk: Desk, engine: Engine
) -> None:
    found = class_calibration(engine, asked(desk, made(over=0.0)))
    assert class_calibration_reading(found).startswith("Scores of no class are too high or too low")
    figure = figures.class_calibration(found.table)
    assert [*figure.data[0].x] == found.table["difference"].to_list()
    assert [*figure.data[0].customdata] == [0, 1, 2] and set(figure.data[0].marker.symbol) == {"circle"}
    shown = class_rows(found)
    assert shown["class"].to_list() == found.table["class"].to_list() and shown["difference"].abs().max() < 2.5
    assert [row["ece"] for row in class_json_rows(found)] == found.table["ece"].to_list()


def test_the_twelve_most_frequent_classes_are_drawn_worst_first() -> None:
    n = 20
    numbers = {f"difference{end}": [0.2 - place / 100 for place in range(n)] for end in ("", "_low", "_high")}
    table = pl.DataFrame(
        {
            "class": [f"c{place}" for place in range(n)],
            "n": 1_000,
            "n_pos": list(range(n)),
            "p_adjusted": 0.0,
            "mean_score": 0.5,
            "observed": 0.4,
            **numbers,
        }
    )
    drawn = figures.class_calibration(table)
    assert [*drawn.data[0].customdata] == list(range(8, 20))
    assert "8 classes with fewer rows are in the table" in drawn.layout.title.subtitle.text


def test_long_logs_are_added_up_in_steps(desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    question = asked(desk, made(3_000))
    exact = class_calibration(engine, question)
    monkeypatch.setattr(module, "_MAX_SCORES", 8_999)
    monkeypatch.setattr(module, "_STEPS", 200)
    found = class_calibration(engine, question)
    assert (exact.steps, found.steps) == (None, 200)
    assert "in 200 steps" in class_calibration_reading(found) and "steps" not in class_calibration_reading(exact)
    for name, tolerance in (("mean_score", 1e-12), ("observed", 1e-12), ("difference_low", 1e-12), ("ece", 1 / 200)):
        assert found.table[name].to_list() == pytest.approx(exact.table[name].to_list(), abs=tolerance), name
    assert found.table["ece"].to_list() != exact.table["ece"].to_list()


def test_scores_that_are_no_probabilities_and_classes_without_scores_are_refused(desk: Desk, engine: Engine) -> None:
    rows = made(400)
    raw = rows.with_columns(pl.col("^p_.*$") * 8 - 3)
    with pytest.raises(QuestionError, match=r"between 0 and 1, found -3 to .* for class"):
        class_calibration(engine, asked(desk, raw))
    bare = asked(desk, rows.drop("p_Cat", "p_dog", "p_eel"))
    assert not has_class_scores(bare)
    with pytest.raises(QuestionError, match="a score for each class, found none"):
        class_calibration(engine, bare)
