"""The mapping on the Logs page: what is chosen there, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.ingested import Desk

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def fresh(desk: Desk) -> Iterator[None]:
    desk.log("p,y\n0.1,0\n0.9,1\n")  # a workspace without a log would read the sample first, which takes seconds
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for key, value in address.items():
        app.query_params[key] = value
    app.switch_page("pages/logs.py")
    return app.run()


def threshold(app: AppTest) -> float | None:
    (box,) = [box for box in app.main.number_input if box.label == "Threshold"]
    return box.value


def test_the_threshold_follows_the_decisions_that_are_chosen(desk: Desk) -> None:
    score = np.random.default_rng(13).beta(1, 9, 1_000).round(4)
    decision = np.where(score >= 0.12, "hold", np.where(score >= 0.08, "block", "pass"))
    frame = pl.DataFrame({"score": score, "decision": decision, "label": np.arange(1_000) % 2})
    upload = desk.stage(frame)
    key = f"map_{upload.staged_id}"
    app = opened(upload=upload.staged_id)
    state = f"{key}_decided_decision_label_1"
    app.multiselect(key=state).set_value(["hold"]).run()
    app.multiselect(key=f"{key}_decided_not_decision_label_1_hold").set_value(["pass", "block"]).run()
    assert not app.exception and threshold(app) == 0.12
    app.multiselect(key=state).set_value(["hold", "block"]).run()
    assert threshold(app) == 0.08


def test_every_segment_is_shown_and_the_values_of_both_lists_are_told_apart(desk: Desk) -> None:
    rng = np.random.default_rng(3)
    ends = np.array(["was rated with its thumbs up", "was rated with its thumbs down"])
    columns = {f"segment_{place}": rng.choice(["a", "b"], 200) for place in range(11)}
    frame = pl.DataFrame({"score": rng.random(200).round(4), "label": ends[rng.integers(0, 2, 200)], **columns})
    upload = desk.stage(frame)
    app = opened(upload=upload.staged_id)
    lists = {found.label: found for found in app.main.multiselect}
    assert len(lists["Segments"].value) == 11 and lists["Segments"].proto.wrap
    assert lists["Positive value"].proto.options == ["…up", "…down"] or lists["Positive value"].proto.options == [
        "…down",
        "…up",
    ]


THUMBS = {"thumbs": ["up", "down", "up", None] * 50}
SCORED = {"truth": ["a", "b", "c", "b"] * 50, "p_a": [0.8, 0.1, 0.2, 0.3] * 50, "p_b": [0.1, 0.8, 0.2, 0.3] * 50}
ASKED = {"query_id": [place // 4 for place in range(200)], "score": [0.4, 0.3, 0.2, 0.1] * 50}


@pytest.mark.parametrize(
    ("columns", "kind", "said"),
    [
        (THUMBS, "grades", "150 can be judged: 100 right, 50 wrong"),
        ({**SCORED, "p_c": [0.1, 0.1, 0.6, 0.4] * 50}, "classes", "200 can be judged: 150 right, 50 wrong"),
        ({**ASKED, "relevance": [0, 1, 2, 0] * 50}, "rankings", "a whole query, by its first row"),
    ],
)
def test_the_mapping_shows_a_guessed_rule_as_it_stands(
    columns: dict[str, list[object]], kind: str, said: str, desk: Desk
) -> None:
    upload = desk.stage(pl.DataFrame({"id": [f"r{place}" for place in range(200)], **columns}))
    assert upload.mapping.kind == kind
    app = opened(upload=upload.staged_id)
    assert not app.exception and not app.error
    assert any(said in element.value for element in app.caption), [element.value for element in app.caption]


@pytest.mark.parametrize(
    ("winner", "chosen"), [(["model_a", "tie", "model_b"], "Decision"), ([1.0, 1.5, 2.0], "Grade")]
)
def test_a_file_of_judgements_can_be_read_as_it_is(desk: Desk, winner: list[object], chosen: str) -> None:
    """It had no score, decision or rule, and could not be confirmed."""
    upload = desk.stage(pl.DataFrame({"question_id": range(60), "model_b": ["ada"] * 60, "winner": winner * 20}))
    app = opened(upload=upload.staged_id)
    assert not app.exception and not app.error
    assert {box.label: box.value for box in app.selectbox}[chosen] == "winner"
    assert app.button(key="confirm").label == "Confirm and see who wins" and not app.button(key="confirm").disabled


def test_a_label_of_times_is_the_label_time_too_until_another_label_is_chosen(desk: Desk) -> None:
    score = np.random.default_rng(4).random(300).round(4)
    gone = [f"2024-05-{1 + at % 28:02}" if chance > 0.6 else None for at, chance in enumerate(score)]
    upload = desk.stage(pl.DataFrame({"p": score, "churned_at": gone, "vip": np.arange(300) % 2}))
    key = f"map_{upload.staged_id}"
    app = opened(upload=upload.staged_id)
    app.selectbox(key=f"{key}_label").set_value("churned_at").run()
    assert not app.exception and app.selectbox(key=f"{key}_label_time").value == "churned_at"
    app.selectbox(key=f"{key}_label").set_value("vip").run()
    assert not app.exception and app.selectbox(key=f"{key}_label_time").value is None
    app.selectbox(key=f"{key}_label_time").set_value("churned_at").run()
    app.selectbox(key=f"{key}_label").set_value(None).run()
    assert app.selectbox(key=f"{key}_label_time").value == "churned_at", "what a person chose stays"


def test_low_scores_and_a_time_that_is_given_can_be_positive(desk: Desk) -> None:
    """Taken from the chips and the toggle of an upload, and offered where AUROC lies below one half."""
    rng = np.random.default_rng(3)
    distance = rng.random(300).round(4)
    gone = [
        f"2024-05-{1 + at % 28:02}" if chance > far else None
        for at, (far, chance) in enumerate(zip(distance, rng.random(300), strict=True))
    ]
    frame = pl.DataFrame(
        {"distance": distance, "churned_at": gone, "is_gone": [int(each is not None) for each in gone]}
    )
    upload = desk.stage(frame.drop("is_gone"))
    key = f"map_{upload.staged_id}"
    app = opened(upload=upload.staged_id)
    app.selectbox(key=f"{key}_score").set_value("distance")
    app.selectbox(key=f"{key}_label").set_value("churned_at").run()
    assert app.multiselect(key=f"{key}_positive_churned_at").options == ["a time", "(nothing)"]
    app.toggle(key=f"{key}_score_minus_distance").set_value(True).run()
    assert not app.exception and any("wrong" in each.value and "can be judged" in each.value for each in app.caption)
    log = desk.log(frame, score="distance", label="is_gone")
    app = opened(log=log.log_id)
    assert not app.exception and "Take low scores as positive" in [each.label for each in app.button]
