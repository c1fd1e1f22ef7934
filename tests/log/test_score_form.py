"""How the numbers of a score are meant: percent, stand-ins, rounding, confidence."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from analytics.log import score_form
from analytics.log.column import Column
from analytics.log.judge import judge
from analytics.log.mapping import Mapping
from analytics.log.schema import Log, Reading
from tests.ingested import Desk

N = 120
SCORES = [(place * 37 % 101) / 101 for place in range(N)]
LABELS = [int((place * 53 % 97) / 97 < score) for place, score in enumerate(SCORES)]


def logged(desk: Desk, scores: list[object], **columns: list[object]) -> Log:
    rows = [
        [score, *(values[place] for values in columns.values()), LABELS[place]] for place, score in enumerate(scores)
    ]
    return desk.log(desk.csv(["score", *columns, "label"], rows))


def stored(desk: Desk, log: Log) -> list[float | None]:
    return desk.stored(log)["score"].to_list()


def codes(log: Log) -> set[str]:
    return {finding.code for finding in log.findings}


def test_percent_are_divided_by_a_hundred(desk: Desk) -> None:
    log = logged(desk, [f"{100 * score:.1f}%" for score in SCORES])
    assert log.mapping.score_scale == 100 and log.score_kind == "probability" and log.mapping.threshold == 0.5
    assert stored(desk, log) == pytest.approx([round(100 * score, 1) / 100 for score in SCORES])
    assert "score-as-read" in codes(log)
    plain = desk.remap(log, replace(log.mapping, score_scale=1.0, threshold=50.0))
    assert plain.score_kind == "rank" and "score-as-read" not in codes(plain)


def test_numbers_to_100_without_a_sign_stay(desk: Desk) -> None:
    log = logged(desk, [100 * score for score in SCORES])
    assert (log.mapping.score_scale, log.score_kind) == (1, "rank")


@pytest.mark.parametrize("stand_in", [-1, -9, 99, 999, -999])
def test_a_number_for_no_answer_is_no_score(desk: Desk, stand_in: int) -> None:
    scores = [float(stand_in) if place % 8 == 0 else score for place, score in enumerate(SCORES)]
    log = logged(desk, list(scores))
    assert log.score_kind == "probability" and log.mapping.threshold == 0.5
    assert log.n_unscored == sum(place % 8 == 0 for place in range(N))
    (found,) = [finding for finding in log.findings if finding.code == "score-as-read"]
    assert (found.rows, found.example) == (log.n_unscored, str(stand_in))


def test_any_other_number_outside_is_left_and_does_not_move_the_threshold(desk: Desk) -> None:
    log = logged(desk, [2.5, *SCORES[1:]])
    assert log.n_unscored == 0 and log.mapping.threshold == 0.5
    assert "score-outside-range" in codes(log)


@pytest.mark.parametrize("odd", [1.0000000000000002, 1.00001, -1e-9])
def test_what_rounding_left_outside_is_clipped(desk: Desk, odd: float) -> None:
    log = logged(desk, [repr(odd), *SCORES[1:]])
    assert log.score_kind == "probability" and log.mapping.threshold == 0.5
    assert stored(desk, log)[0] == (1.0 if odd > 1 else 0.0)


@pytest.mark.parametrize(("name", "decision"), [("confidence", "predicted_label"), ("score", "prediction")])
def test_the_confidence_of_the_predicted_class(desk: Desk, name: str, decision: str) -> None:
    frame = pl.DataFrame(
        {
            name: [max(score, 1 - score) for score in SCORES],
            decision: ["POSITIVE" if score >= 0.5 else "NEGATIVE" for score in SCORES],
            "true_label": ["POSITIVE" if label else "NEGATIVE" for label in LABELS],
        }
    )
    log = desk.log(frame)
    assert log.mapping.is_confidence and log.mapping.threshold == 0.5
    assert stored(desk, log) == pytest.approx(SCORES)
    assert "score-is-confidence" in codes(log)


def test_a_decision_of_people_over_high_scores_is_no_confidence(desk: Desk) -> None:
    high = [0.5 + score / 2 for score in SCORES]
    log = logged(desk, high, action=["approve" if place % 3 else "deny" for place in range(N)])
    assert not log.mapping.is_confidence and stored(desk, log) == pytest.approx(high)


def test_a_confidence_without_the_predicted_class_is_said(desk: Desk) -> None:
    frame = pl.DataFrame({"confidence": [max(score, 1 - score) for score in SCORES], "label": LABELS})
    log = desk.log(frame)
    assert not log.mapping.is_confidence
    (found,) = [finding for finding in log.findings if finding.code == "score-is-confidence"]
    assert found.severity == "warning"


@pytest.mark.parametrize(
    ("low", "high", "sign", "minus", "threshold"),
    [
        ("0.02", "0.97", None, 1.0, 0.5),
        ("1", "800", None, 0.0, -400.0),
        ("-3.0", "2.5", None, 0.0, 0.0),
        ("3", "97", "%", 1.0, 0.5),
    ],
)
def test_of_a_distance_low_numbers_mean_positive_where_it_is_said(
    low: str, high: str, sign: str | None, minus: float, threshold: float
) -> None:
    column = Column(0, "distance", "DOUBLE", "number", n_distinct=90, low=low, high=high, sign=sign)
    reading = Reading("", "", "csv", 100, 100, (column,))
    mapping = score_form.with_form(Mapping(score="distance"), reading)
    found = score_form.turned(mapping, reading)
    assert (mapping.score_minus, found.score_minus) == (None, minus)
    assert score_form.first_threshold(found, reading) == threshold
    assert score_form.with_form(found, reading).score_minus is None


def test_a_turned_score_is_judged_as_the_numbers_turned_by_hand(desk: Desk) -> None:
    log = logged(desk, [1 - score for score in SCORES])
    assert "score-ranks-wrong-way" in codes(log)
    mapping = score_form.turned(log.mapping, log.reading)
    found = desk.remap(log, replace(mapping, threshold=score_form.first_threshold(mapping, log.reading)))
    assert stored(desk, found) == pytest.approx(SCORES) and found.score_kind == "probability"
    assert "score-ranks-wrong-way" not in codes(found) and "score-as-read" in codes(found)


@pytest.mark.parametrize(
    "scores", [[f"{100 * s:.2f} %" for s in SCORES], [-1, *SCORES[1:]], ["1.0000001", *SCORES[1:]]]
)
def test_the_preview_judges_by_the_same_numbers(desk: Desk, scores: list[object]) -> None:
    upload = desk.stage(desk.csv(["score", "label"], list(zip(scores, LABELS, strict=True))))
    shown = [row.score for row in judge(upload.sample, upload.reading, upload.mapping)]
    log = desk.build(upload)
    assert shown == pytest.approx(stored(desk, log), nan_ok=True)


def test_a_column_of_percent_with_strays_is_still_percent(desk: Desk) -> None:
    upload = desk.stage(desk.csv(["score", "label"], [["-1%", 0], *([f"{100 * s:.1f}%", 1] for s in SCORES)]))
    assert score_form.form_of(upload.reading.column("score")).scale == 100
