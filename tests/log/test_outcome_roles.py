"""What was advised, done, and turned out: which of them is the decision, which the label, and whose time is the rows' own."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.log.roles import Guess, guess
from tests.ingested import Desk

RNG = np.random.default_rng(17)
N = 400
IS_BAD = RNG.random(N) < 0.35
ADVISED = np.where(RNG.random(N) < 0.2, ~IS_BAD, IS_BAD)
DONE = np.where(RNG.random(N) < 0.1, ~ADVISED, ADVISED)
DAYS = pl.datetime_range(pl.datetime(2024, 3, 1), pl.datetime(2024, 3, 1, 6, 39), "1m", eager=True)


def guessed(desk: Desk, **columns: object) -> Guess:
    return guess(desk.read(pl.DataFrame({"case": np.arange(N) + 70_001, **columns})))


def words(values: np.ndarray, yes: str = "yes", no: str = "no") -> list[str]:
    return np.where(values, yes, no).tolist()


@pytest.mark.parametrize(
    ("advised", "done", "bad"),
    [
        ("recommended_action", "actual_action", "fraud"),
        ("model_action", "final_action", "outcome"),
        ("empfohlene_massnahme", "tatsaechliche_massnahme", "ausfall"),
        ("accion_recomendada", "accion_real", "impago"),
        ("action_recommandee", "action_reelle", "impaye"),
    ],
)
def test_what_was_done_is_no_truth_of_what_was_advised(desk: Desk, advised: str, done: str, bad: str) -> None:
    both = {advised: words(ADVISED), done: words(DONE)}
    mapping = guessed(desk, **both, **{bad: words(IS_BAD)}).mapping
    assert (mapping.decision, mapping.label) == (advised, bad)
    alone = guessed(desk, **both)
    assert alone.mapping.label is None and alone.mapping.decision in (None, advised)


def test_a_last_decision_is_no_surer_truth_than_an_outcome_within_a_time(desk: Desk) -> None:
    said = {"model_decision": words(ADVISED, "decline", "approve"), "final_decision": words(DONE, "decline", "approve")}
    found = guessed(desk, pd_score=RNG.random(N).round(4), **said, outcome_12m=words(IS_BAD, "default", "paid"))
    assert found.mapping.label is None and {name for name, _ in found.open["label"]} == {
        "final_decision",
        "outcome_12m",
    }


@pytest.mark.parametrize("names", [("{}", "score_{}"), ("{}_label", "{}_prob")])
def test_of_several_scores_a_label_has_the_one_that_is_called_after_it(desk: Desk, names: tuple[str, str]) -> None:
    label, score = names
    kinds = ("toxicity", "threat", "insult")
    both = {label.format(kind): (RNG.random(N) < 0.3).astype(int) for kind in kinds}
    both |= {score.format(kind): RNG.random(N).round(4) for kind in reversed(kinds)}
    read = desk.read(pl.DataFrame(both))
    for kind in kinds:
        assert guess(read, {"label": label.format(kind)}).mapping.score == score.format(kind)
    assert guess(read).mapping.label is None


@pytest.mark.parametrize("values", [("up", "down"), ("1", "0")])
def test_beside_a_forecast_what_is_called_actual_was_not_said_by_the_model(desk: Desk, values: tuple[str, str]) -> None:
    forecast = words(ADVISED, *values) if values[0] == "up" else RNG.random(N).round(3)
    found = guessed(desk, forecast=forecast, target=words(DONE, *values), actual=words(IS_BAD, *values))
    assert found.mapping.label is None and {name for name, _ in found.open["label"]} == {"target", "actual"}


@pytest.mark.parametrize(
    ("model", "wanted"),
    [("model", "expected"), ("modelo", "esperado"), ("modell", "erwartet"), ("modele", "attendu"), ("llm", "human")],
)
def test_who_answers_and_what_was_expected_are_decision_and_label(desk: Desk, model: str, wanted: str) -> None:
    mapping = guessed(desk, **{model: words(ADVISED), wanted: words(IS_BAD)}).mapping
    assert (mapping.decision, mapping.label, mapping.model_version) == (model, wanted, None)
    other = guessed(desk, **{model: words(ADVISED, "v1", "v2"), wanted: words(IS_BAD)}).mapping
    assert other.decision != model


@pytest.mark.parametrize(
    ("label", "when"),
    [("churned", "churn_date"), ("fraud", "event_date"), ("ausfall", "ausfalldatum"), ("impago", "fecha_impago")],
)
@pytest.mark.parametrize("own", ["snapshot_date", None])
def test_the_time_of_what_turned_out_is_not_that_of_the_rows(
    desk: Desk, label: str, when: str, own: str | None
) -> None:
    late = pl.DataFrame({"t": DAYS, "bad": IS_BAD}).select(pl.when("bad").then(pl.col("t") + pl.duration(days=9)))["t"]
    columns = {"score": RNG.random(N).round(3), label: IS_BAD.astype(int), when: late}
    mapping = guessed(desk, **columns, **({own: DAYS} if own else {})).mapping
    assert (mapping.label, mapping.time) == (label, own)
