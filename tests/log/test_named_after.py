"""Exports whose columns are called after each other or after each other's values, in the ways that people name them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.log import called_after
from analytics.log.hints import hint
from analytics.log.mapping import Mapping
from analytics.log.roles import Guess, guess
from tests.ingested import Desk

RNG = np.random.default_rng(3)
N = 400
SCORE = RNG.random(N).round(6)
LABEL = (RNG.random(N) < SCORE).astype(int)
DECIDED = (SCORE >= 0.5).astype(int)
SURE = np.maximum(SCORE, 1 - SCORE)
CLASS = RNG.integers(0, 10, N)
SAID = np.where(RNG.random(N) < 0.8, CLASS, RNG.integers(0, 10, N))
WORDS = np.array(["bug", "how_to", "billing", "access"])


def asked(desk: Desk, **columns: object) -> Guess:
    return guess(desk.read(pl.DataFrame(columns)))


def mapped(desk: Desk, **columns: object) -> Mapping:
    found = asked(desk, **columns)
    assert not found.open, found.open
    return found.mapping


def test_names_with_capitals_inside_are_read_word_by_word(desk: Desk) -> None:
    web = RNG.integers(0, 2, N)
    mapping = mapped(desk, TransactionID=np.arange(N), isWeb=web, isFraud=LABEL, isFraud_prob=SCORE)
    assert (mapping.row_id, mapping.label, mapping.score) == ("TransactionID", "isFraud", "isFraud_prob")
    mapping = mapped(desk, actualLabel=LABEL, predictedLabel=DECIDED, web=web)
    assert (mapping.label, mapping.decision) == ("actualLabel", "predictedLabel")


@pytest.mark.parametrize(
    ("label", "decision"),
    [
        ("cardio", "predicted_cardio"),
        ("Income Class", "Prediction (Income Class)"),
        ("final_priority", "suggested_priority"),
    ],
)
def test_the_column_that_a_prediction_is_called_after_is_the_label(desk: Desk, label: str, decision: str) -> None:
    values = np.array(["normal", "urgent"]) if "priority" in label else np.array([0, 1])
    known = {label: values[LABEL], decision: values[DECIDED]}
    found = asked(desk, private=RNG.integers(0, 2, N), verified=RNG.integers(0, 2, N), **known)
    assert (found.mapping.label, found.mapping.decision) == (label, decision)


@pytest.mark.parametrize(
    ("label", "score"),
    [
        ("cardio", "cardio_proba"),
        ("isLate", "P_isLate"),
        ("seen", "pred_prob_seen"),
        ("gold.POSITIVE", "cats.POSITIVE"),
    ],
)
def test_the_column_that_a_score_is_called_after_is_the_label(desk: Desk, label: str, score: str) -> None:
    mapping = mapped(desk, **{"private": RNG.integers(0, 2, N), label: LABEL, score: SCORE})
    assert (mapping.label, mapping.score) == (label, score)


@pytest.mark.parametrize(
    ("score", "name", "is_called"),
    [
        ("proba_clic", "a_cliqué", True),
        ("p_fail", "failed", True),
        ("p_plan", "was_planned", True),
        ("p_late", "latency", False),
        ("p_park", "parking", False),
    ],
)
def test_a_short_word_and_its_forms(score: str, name: str, *, is_called: bool) -> None:
    """What begins alike for four letters alone may be about something else."""
    assert called_after.is_called_after(score, name) is is_called


def test_what_compares_the_truth_with_a_prediction_is_no_label_beside_the_truth(desk: Desk) -> None:
    same = np.where(LABEL == DECIDED, "True", "False")
    mapping = mapped(desk, Label=np.where(LABEL, "GON+", "GON-"), prediction=DECIDED, probability=SCORE, correct=same)
    assert (mapping.label, mapping.positive) == ("Label", ("GON+",))
    found = asked(desk, high_value=LABEL, proba_False=1 - SCORE, proba_True=SCORE, prediction_correct=same)
    assert found.mapping.right is None and [name for name, _ in found.open["label"]] == ["high_value"]
    assert asked(desk, score=SCORE, correct=same).mapping.label == "correct", "alone it is what there is"


def test_a_confidence_stands_back_behind_the_score_of_one_class(desk: Desk) -> None:
    mapping = mapped(desk, churn_probability=SCORE, confidence_score=SURE, actual_churned=LABEL)
    assert mapping.score == "churn_probability"
    two = np.array(["normal", "urgent"])
    found = asked(desk, suggested_flag=two[DECIDED], flag_confidence=SURE, final_flag=two[LABEL]).mapping
    assert (found.score, found.is_confidence) == ("flag_confidence", True)


@pytest.mark.parametrize("name", ["score", "max_p", "certainty"])
def test_numbered_classes_with_the_chance_of_the_likeliest_are_judged_by_whether_they_agree(
    desk: Desk, name: str
) -> None:
    mapping = asked(desk, ink=RNG.random(N), label=CLASS, prediction=SAID, **{name: 0.2 + 0.8 * SCORE}).mapping
    assert mapping.right is not None and (mapping.right.true, mapping.right.predicted) == ("label", "prediction")


def test_another_answer_is_not_the_truth(desk: Desk) -> None:
    one, other = WORDS[CLASS % 4], WORDS[SAID % 4]
    for name in ("baseline_intent", "challenger_intent", "rule_based_intent"):
        found = asked(desk, predicted_intent=one, confidence=SURE, **{name: other})
        assert found.mapping.right is None and found.mapping.label is None
    assert asked(desk, predicted_intent=one, intent=other).mapping.right is not None


def test_scores_of_which_zero_is_even_odds_are_cut_at_zero(desk: Desk) -> None:
    odds = np.log(SCORE.clip(1e-4, 1 - 1e-4) / (1 - SCORE.clip(1e-4, 1 - 1e-4)))
    assert mapped(desk, label=LABEL, score=odds * np.where(odds < 0, 3, 1)).threshold == 0
    assert mapped(desk, label=LABEL, logit=odds.clip(-0.5, None) * 4).threshold == 0
    assert mapped(desk, label=LABEL, score=SCORE * 900 - 5).threshold > 400


@pytest.mark.parametrize(
    "name", ["readmitted_within_30_days", "default.payment.next.month", "churned_next_quarter", "late_in_90d"]
)
def test_a_time_within_which_something_happens_leaves_a_label_one(desk: Desk, name: str) -> None:
    found = asked(
        desk, score=SCORE, SEX=RNG.integers(1, 3, N), prior_readmission=RNG.integers(0, 2, N), **{name: LABEL}
    )
    assert found.mapping.label == name


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"pred_SVR": SCORE * 90, "pred_RF": SCORE * 80, "actual_RUL": SCORE * 85}, "--right 'pred_SVR = actual_RUL'"),
        ({"eta_min": SCORE * 40, "delivery_min": SCORE * 45, "km": SCORE * 9}, "--right 'eta_min = delivery_min'"),
        ({"predicted_rating": 1 + 4 * SCORE, "rating": CLASS % 5 + 1}, "--right 'predicted_rating = rating'"),
        ({"solved": LABEL == 1, "tokens": CLASS}, "--grade solved --pass 1."),
        ({"Survived_x": DECIDED, "Survived_y": LABEL}, "--decision Survived_x --label Survived_y."),
        ({"acuity_model": CLASS % 5, "acuity_nurse": SAID % 5}, "--right 'acuity_model = acuity_nurse'."),
        ({"tone": WORDS[LABEL], "p_bug": 1 - SCORE, "p_how_to": SCORE}, "--label tone."),
        ({"FTR": WORDS[CLASS % 4], **{f"p_{word}": RNG.random(N) for word in WORDS}}, "--label FTR --score none."),
    ],
)
def test_two_numbers_truth_values_and_scores_of_classes_are_offered(
    desk: Desk, columns: dict[str, object], said: str
) -> None:
    assert said in hint(desk.read(pl.DataFrame(columns)))


@pytest.mark.parametrize("name", ["Confidence (%)", "confidence", "certainty"])
def test_a_confidence_from_50_to_100_is_in_percent(desk: Desk, name: str) -> None:
    words = np.array(["Legit", "Fraud"])
    frame = {"True Label": words[LABEL], "Predicted Label": words[DECIDED], name: (SURE * 100).round(2)}
    mapping = mapped(desk, **frame)
    assert (mapping.score, mapping.score_scale, mapping.is_confidence, mapping.threshold) == (name, 100.0, True, 0.5)


def test_numbers_that_are_called_percent_are_chances_of_a_hundred(desk: Desk) -> None:
    for name, scale in (("risk_pct", 100.0), ("Churn probability (%)", 100.0), ("risk_score", 1.0)):
        assert mapped(desk, **{name: (SCORE * 100).round(1), "label": LABEL}).score_scale == scale
    assert mapped(desk, risk_pct=SCORE, label=LABEL).score_scale == 1.0


def test_minus_one_is_a_class_where_it_is_predicted_too(desk: Desk) -> None:
    mapping = mapped(desk, label=CLASS % 3 - 1, pred=SAID % 3 - 1, score=(0.34 + 0.66 * SCORE).round(4))
    assert mapping.right is not None and (mapping.right.kind, mapping.right.unknown) == ("classes", ())
    two = mapped(desk, label=np.where(CLASS == 0, -1, LABEL), pred=DECIDED, score=SCORE)
    assert two.right is None and "-1" not in (*two.positive, *two.negative), "where nobody predicts it, it is no answer"


def test_the_classes_that_a_prediction_is_called_after_are_asked_about(desk: Desk) -> None:
    found = asked(desk, severity=CLASS % 3, predicted_severity=SAID % 3, risk_score=SCORE)
    assert [name for name, _ in found.open["label"]] == ["severity"]


def test_what_happened_is_asked_about_beside_what_was_decided_in_the_end(desk: Desk) -> None:
    said = np.where(DECIDED == 1, "reject", "accept")
    final = np.where(RNG.random(N) < 0.9, said, "accept")
    found = asked(desk, pd_score=SCORE, model_decision=said, final_decision=final, defaulted_12m=LABEL)
    assert {name for name, _ in found.open["label"]} == {"final_decision", "defaulted_12m"}
    assert asked(desk, pd_score=SCORE, model_decision=said, final_decision=final).mapping.label == "final_decision"
    named = guess(
        desk.read(pl.DataFrame({"pd_score": SCORE, "model_decision": said, "defaulted_12m": LABEL})), {}
    ).mapping
    assert (named.label, named.decision_positive) == ("defaulted_12m", ("reject",))


def test_a_version_of_a_prompt_is_a_version_and_no_label(desk: Desk) -> None:
    found = asked(
        desk, prompt_version=np.where(RNG.random(N) < 0.5, "p1", "p2"), score=SCORE, part=RNG.integers(0, 2, N)
    )
    assert found.mapping.model_version == "prompt_version"
    assert "prompt_version" not in {name for name, _ in found.open.get("label", ())}
