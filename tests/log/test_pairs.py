"""What goes together is found by names and values: classes, numbers, a judge and people, and grades that are written as text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.errors import QuestionError
from analytics.log import roles, views
from analytics.log.judge import judge
from analytics.log.right import Right
from analytics.log.workspace import Workspace
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.reading import api
from tests.log.test_right import built, in_this_process, read, rows_of

__all__ = ["in_this_process", "read"]

Read = Callable[[pl.DataFrame], api.Staged]
RNG = np.random.default_rng(5)
N = 400


def _classes(true: list[str]) -> tuple[np.ndarray, np.ndarray]:
    drawn = RNG.choice(true, N)
    return drawn, np.where(RNG.random(N) < 0.7, drawn, RNG.choice(true, N))


def test_two_columns_of_one_vocabulary_are_classes(read: Read) -> None:
    true, said = _classes([f"code {place}" for place in range(120)])
    found = roles.guess(read(pl.DataFrame({"suggested_code": said, "final_code": true, "n": range(N)})).reading)
    assert found.mapping.right == Right("classes", "final_code", "suggested_code")


def test_a_class_that_is_predicted_and_never_true_is_a_class(read: Read) -> None:
    frame = pl.DataFrame(
        {"code_suggested": ["I10", "J45", "M54", "Z00"] * 50, "code_billed": ["I10", "J45", "Z00", "Z00"] * 50}
    )
    right = roles.guess(read(frame).reading).mapping.right
    assert right == Right("classes", "code_billed", "code_suggested")


def test_other_spellings_of_classes_are_classes(read: Read) -> None:
    true, said = _classes(["Ärger", "Straße", "Über uns"])
    frame = pl.DataFrame({"kategorie": true, "vorhersage": [value.upper() for value in said]})
    right = roles.guess(read(frame).reading).mapping.right
    assert right is not None and (right.kind, right.true, right.predicted) == ("classes", "kategorie", "vorhersage")


def test_places_that_share_values_are_no_classes(read: Read) -> None:
    start, end = _classes(["north", "south", "east", "west"])
    assert roles.guess(read(pl.DataFrame({"origin": start, "dest": end, "n": range(N)})).reading).mapping.right is None


def test_numbers_with_zeros_in_front_are_compared_by_value_where_one_column_has_none(
    tmp_path: Path, read: Read
) -> None:
    frame = pl.DataFrame({"predicted_class": [1, 2, 3, 1] * 20, "true_class": ["01", "02", "x", "03"] * 20})
    log = built(tmp_path, read(frame), Right("classes", "true_class", "predicted_class"))
    assert rows_of(tmp_path, log)["label"].to_list() == [1, 1, 0, 0] * 20


@pytest.mark.parametrize(
    ("names", "are_classes"),
    [(("cat", "dog", "fox"), True), (("0", "1", "2"), True), (("positive", "neutral", "negative"), False)],
)
def test_scores_of_three_classes_without_a_prediction_are_classes_unless_a_word_names_the_positive_one(
    read: Read, names: tuple[str, str, str], *, are_classes: bool
) -> None:
    scores = RNG.dirichlet([1, 1, 1], N)
    true = np.array(names)[scores.argmax(1)]
    frame = pl.DataFrame({"label": true, **{f"p_{name}": scores[:, k] for k, name in enumerate(names)}})
    mapping = roles.guess(read(frame).reading).mapping
    if are_classes:
        assert mapping.right is not None and (mapping.right.kind, mapping.right.predicted) == ("classes", None)
    else:
        assert mapping.right is None and (mapping.score, mapping.positive) == ("p_positive", ("positive",))


def test_a_forecast_and_what_came_are_numbers(read: Read) -> None:
    true = RNG.normal(0, 10, N)
    frame = pl.DataFrame({"actual": true, "forecast": true + 1, "site": RNG.choice(["a", "b"], N)})
    right = roles.guess(read(frame).reading).mapping.right
    assert right is not None and (right.kind, right.true, right.predicted) == ("numbers", "actual", "forecast")


def test_a_judge_and_people_are_what_was_said_and_what_is_true(read: Read) -> None:
    people = [value if place % 5 == 0 else None for place, value in enumerate(RNG.integers(0, 2, N))]
    frame = pl.DataFrame({"judge_passed": RNG.integers(0, 2, N), "human_passed": people, "difficulty": RNG.random(N)})
    mapping = roles.guess(read(frame).reading).mapping
    assert (mapping.decision, mapping.label, mapping.score) == ("judge_passed", "human_passed", None)


@pytest.mark.parametrize(("other", "decision"), [(["pass", "fail"], "llm_judge"), (["gpt-4", "claude"], None)])
def test_a_column_called_judge_is_one_where_it_has_the_words_of_people(
    read: Read, other: list[str], decision: str | None
) -> None:
    people = ["pass" if place % 7 else "fail" if place % 5 == 0 else None for place in range(N)]
    mapping = roles.guess(read(pl.DataFrame({"llm_judge": other * (N // 2), "human_verdict": people})).reading).mapping
    assert (mapping.decision, mapping.label) == (decision, "human_verdict")


@pytest.mark.parametrize(
    ("texts", "mark", "grades"),
    [
        (["4 stars", "1 star", "5 stars"], 4, [4, 1, 5]),
        (["★★☆☆☆", "★★★★★", "n/a"], 3, [2, 5, None]),
        (["3/5", "4,5/5", "1/5"], 3, [3, 4.5, 1]),
        (["👍", "👎", "👍🏽"], 1, [1, 0, 1]),
        (["up", "Down", "?"], 1, [1, 0, None]),
        (["5 - very good", "1 - bad", "3 - so so"], 3, [5, 1, 3]),
    ],
)
def test_grades_that_are_written_as_text_are_graded(
    tmp_path: Path, read: Read, texts: list[str], mark: float, grades: list[float | None]
) -> None:
    found = read(pl.DataFrame({"rating": texts * 10, "place": range(30)}))
    log = built(tmp_path, found, Right("grades", "rating", mark=mark))
    expected = [None if grade is None else int(grade >= mark) for grade in grades] * 10
    assert rows_of(tmp_path, log)["label"].to_list() == expected
    engine = Engine(Workspace(tmp_path / "home"))
    truth = engine.collect(engine.kept(log, Cohort(), 0.0).select("row_id", "truth")).sort("row_id")["truth"]
    assert truth.to_list() == grades * 10
    said = [row.outcome for row in judge([[text, "0"] for text in texts], found.reading, log.mapping)]
    assert said == [{1: "right", 0: "wrong", None: "not known yet"}[label] for label in expected[:3]]


def test_text_without_grades_is_refused(read: Read) -> None:
    found = read(pl.DataFrame({"answer": ["x", "y"] * 20, "place": range(40)}))
    with pytest.raises(QuestionError, match="Expected grades in 'answer', found text such as"):
        views.right_or_wrong(found.mapping, found.reading, Right("grades", "answer", mark=1))


def test_thumbs_alone_are_grades_and_truth_words_are_not(read: Read) -> None:
    thumbs = roles.guess(read(pl.DataFrame({"feedback": ["up", "down"] * 20, "place": range(40)})).reading)
    assert thumbs.mapping.right == Right("grades", "feedback", mark=1.0, steps=(("down", 0.0), ("up", 1.0)))


def test_the_ends_of_its_interval_are_no_further_forecasts(read: Read) -> None:
    """Beside `forecast_low` and `forecast_high` none was the forecast, which became a score without a label."""
    actual = RNG.gamma(4, 25, 300).round(1)
    forecast = (actual + RNG.normal(0, 10, 300)).round(1)
    frame = {"day_no": range(300), "forecast": forecast, "actual": actual, "sampling_prob": RNG.choice([0.2, 1.0], 300)}
    ends = {"forecast_low": forecast - 20, "forecast_high": forecast + 20}
    right = roles.guess(read(pl.DataFrame(frame | ends)).reading).mapping.right
    assert right is not None and (right.lower, right.upper) == ("forecast_low", "forecast_high")
    assert (right.kind, right.predicted, right.true) == ("numbers", "forecast", "actual")


def test_the_first_of_a_list_of_answers_is_what_was_predicted(read: Read) -> None:
    classes = np.array([f"c{place}" for place in range(12)])
    true = RNG.choice(classes, 400)
    lists = {
        f"suggestions[{place}]": np.where(RNG.random(400) < 0.5, true, RNG.choice(classes, 400)) for place in range(3)
    }
    right = roles.guess(read(pl.DataFrame({"true_code": true, **lists})).reading).mapping.right
    assert right is not None and (right.kind, right.predicted, right.true) == ("classes", "suggestions[0]", "true_code")
