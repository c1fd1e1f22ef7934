"""Columns that are called after each other: what a model said of a column, and the chance of one of its values."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import accuracy_score

from analytics.log.called_after import is_twin
from analytics.log.class_columns import named_after, score_of
from analytics.log.roles import guess
from analytics.log.schema import Reading
from tests.ingested import Desk

RNG = np.random.default_rng(5)
N = 400
DIGIT = RNG.integers(0, 10, N)
SAID = np.where(RNG.random(N) < 0.8, DIGIT, RNG.integers(0, 10, N))


def read(desk: Desk, frame: pl.DataFrame) -> Reading:
    return desk.read(frame)


@pytest.mark.parametrize(
    ("true", "predicted"),
    [("digit", "model_digit"), ("Digit", "digit.pred"), ("digit", "ai digit"), ("actual_digit", "estimated_digit")],
)
@pytest.mark.parametrize("has_scores", [True, False])
def test_whole_numbers_of_which_one_column_is_called_what_a_model_said_of_the_other_are_classes(
    desk: Desk, true: str, predicted: str, has_scores: bool
) -> None:
    chances = RNG.dirichlet(np.ones(10), N)
    scores = {f"prob_{value}": chances[:, value] for value in range(10)} if has_scores else {}
    frame = pl.DataFrame({"row": np.arange(N), true: DIGIT, predicted: SAID, **scores, "ink": RNG.integers(0, 4, N)})
    mapping = guess(read(desk, frame)).mapping
    assert mapping.right is not None and (mapping.right.kind, mapping.right.true) == ("classes", true)
    assert mapping.right.predicted == predicted and mapping.score is None
    assert len(mapping.right.class_scores) == len(scores)
    assert accuracy_score(frame[true], frame[predicted]) > 0.7, "the columns that it names are worth judging"


def test_measured_numbers_are_judged_by_how_near_they_are(desk: Desk) -> None:
    truth = RNG.normal(150, 70, N).round(1)
    hats = pl.DataFrame({"price": truth, "price_hat": truth + RNG.normal(0, 9, N), "zip": DIGIT})
    assert (found := guess(read(desk, hats)).mapping.right) is not None and found.true == "price"
    frame = pl.DataFrame({"progression": truth, "predicted_progression": truth + RNG.normal(0, 9, N), "bmi": truth / 7})
    right = guess(read(desk, frame)).mapping.right
    assert right is not None and (right.kind, right.predicted) == ("numbers", "predicted_progression")


def test_the_chance_of_one_of_two_values_is_the_score_and_that_value_positive(desk: Desk) -> None:
    score = RNG.random(N)
    ill = RNG.random(N) < score
    for positive, negative, name in (("malignant", "benign", "p_malignant"), ("red", "blue", "prob(red)")):
        frame = pl.DataFrame({name: score, "diagnosis": np.where(ill, positive, negative), "size": RNG.random(N)})
        found = guess(read(desk, frame))
        assert (found.mapping.score, found.mapping.label, found.mapping.positive) == (name, "diagnosis", (positive,))
        assert not found.open


def test_the_chance_of_the_value_that_words_call_negative_is_asked_for(desk: Desk) -> None:
    frame = pl.DataFrame({"p_no": RNG.random(N), "churned": np.where(RNG.random(N) < 0.2, "yes", "no")})
    found = guess(read(desk, frame))
    assert found.mapping.score is None and [name for name, _ in found.open["score"]] == ["p_no"]
    assert named_after(read(desk, frame), None) is None


def test_two_of_many_classes_are_no_score_and_its_rest(desk: Desk) -> None:
    chances = RNG.dirichlet(np.ones(5), N)
    many = read(desk, pl.DataFrame({f"prob_{value}": chances[:, value] for value in range(5)}))
    assert score_of(many, None, ["prob_1"]) is None
    two = RNG.random(N)
    found = score_of(read(desk, pl.DataFrame({"prob_0": 1 - two, "prob_1": two})), None, ["prob_0"])
    assert found is not None and found[0] == "prob_1"


@pytest.mark.parametrize(("true", "predicted"), [("Survived", "PredictedSurvived"), ("sentiment", "model_sentiment")])
def test_two_values_that_a_model_said_of_a_column_are_judged_as_its_decision(
    desk: Desk, true: str, predicted: str
) -> None:
    values = np.array(["neg", "pos"]) if true == "sentiment" else np.array([0, 1])
    frame = pl.DataFrame({true: values[DIGIT % 2], predicted: values[SAID % 2], "place": DIGIT})
    found = guess(read(desk, frame))
    assert (found.mapping.label, found.mapping.decision) == (true, predicted) and not found.open
    apart = frame.with_columns(label=pl.Series(DIGIT > 4).cast(pl.Int8))
    assert guess(read(desk, apart)).mapping.label == "label", "a column that is called a label is it"


@pytest.mark.parametrize(("one", "other"), [("model_version", "version"), ("auto_renew", "renew")])
def test_inputs_that_are_called_after_each_other_are_no_label(desk: Desk, one: str, other: str) -> None:
    values = np.array(["v1", "v2"]) if other == "version" else np.array(["no", "yes"])
    frame = pl.DataFrame({"score": RNG.random(N), one: values[DIGIT % 2], other: values[SAID % 2]})
    found = guess(read(desk, frame)).mapping
    assert (found.label, found.decision) == (None, None)


def test_a_word_more_is_no_twin() -> None:
    assert (
        not is_twin("model_version", "version_number")
        and not is_twin("model", "label")
        and not is_twin("digit", "digit")
    )
