"""Labels of three values, decisions without scores."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from analytics.errors import InputError
from analytics.log.mapping import Mapping
from analytics.log.roles import guess
from analytics.log.schema import Log
from tests.ingested import Desk

STATUS = ["Fully Paid", "Charged Off", "Current", None, "Fully Paid", "Late", "Charged Off", "Current"]


def labelled(desk: Desk, mapping: Mapping, values: list[object] = STATUS) -> Log:  # type: ignore[assignment]
    frame = pl.DataFrame({"score": [place / 10 for place in range(len(values))], "status": values}, strict=False)
    return desk.log(frame, mapping)


def test_a_value_that_is_neither_is_not_known_yet(desk: Desk) -> None:
    log = labelled(desk, Mapping(score="score", label="status", positive=("Charged Off",), negative=("Fully Paid",)))
    assert desk.stored(log)["label"].to_list() == [0, 1, None, None, 0, None, 1, None]
    assert (log.n_rows, log.n_labelled, log.n_positive) == (8, 4, 2)
    found = {finding.code: finding for finding in log.findings}
    assert found["null-label"].rows == 1
    assert found["label-other-values"].rows == 3
    assert "'Current' (2)" in found["label-other-values"].message


def test_without_negative_values_all_others_are_negative(desk: Desk) -> None:
    log = labelled(desk, Mapping(score="score", label="status", positive=("Charged Off", "Late")))
    assert desk.stored(log)["label"].to_list() == [0, 1, 0, None, 0, 1, 1, 0]


@pytest.mark.parametrize(
    ("values", "positive", "negative"),
    [
        ([1, 0, None, 2], "1", "0"),
        ([1.0, 0.0, None, 2.0], "1.0", "0"),
        ([1.0, 0.5, None, 2.0], "1", "0.50"),
        ([True, False, None, None], "true", "false"),
        ([True, False, None, None], "1", "0"),
        (["yes", "no", None, "Yes"], "yes", "no"),
        (["1", "0", None, " 1"], "1", "0"),
    ],
)
def test_values_are_compared_as_what_they_are(desk: Desk, values: list[object], positive: str, negative: str) -> None:
    log = labelled(desk, Mapping(score="score", label="status", positive=(positive,), negative=(negative,)), values)
    assert desk.stored(log)["label"].to_list() == [1, 0, None, None]


def test_a_log_of_decisions_is_scored_by_them(desk: Desk) -> None:
    frame = pl.DataFrame({"action": ["approve", "deny", None, "approve"], "label": [1, 0, 1, None]})
    log = desk.log(
        frame, Mapping(decision="action", decision_positive=("approve",), label="label", positive=("1",), threshold=1.0)
    )
    stored = desk.stored(log)
    assert stored["score"].to_list() == [1.0, 0.0, None, 1.0]
    assert stored["decision"].to_list() == [1, 0, None, 1]
    assert (log.score_kind, log.edges, log.n_unscored, log.is_probability) == ("decision", (0.0, 1.0), 1, False)
    assert "no-score" in {finding.code for finding in log.findings}


def test_the_logged_threshold_is_found(desk: Desk) -> None:
    scores = [place / 1000 for place in range(1000)]
    for threshold in (0.3, 0.305, 0.5):
        frame = pl.DataFrame(
            {"score": scores, "decision": [int(score >= threshold) for score in scores], "label": [0, 1] * 500}
        )
        assert desk.stage(frame).reading.logged_threshold == threshold
        few = frame.with_columns(
            decision=pl.when(pl.col("score").is_in([0.1, 0.2, 0.9])).then(1 - pl.col("decision")).otherwise("decision")
        )
        log = desk.log(few)
        assert log.mapping.threshold == threshold
        found = next(finding for finding in log.findings if finding.code == "decision-against-score")
        assert (found.rows, found.severity) == (3, "note")
    contrary = pl.DataFrame({"score": scores, "decision": [0, 1] * 500, "label": [0, 1] * 500})
    assert desk.stage(contrary).reading.logged_threshold is None


@pytest.mark.parametrize(
    ("score", "decision", "label"),
    [("credit_score", "declined", "defaulted"), ("risk_score", "alerted", "fraud"), ("score", "decision", "label")],
)
def test_where_low_scores_were_decided_positive_the_decision_is_judged(
    desk: Desk, score: str, decision: str, label: str
) -> None:
    """Where the label says the opposite, which decision is positive is the doubt; a score that is named stays."""
    scores, said = [400 + place * 0.5 for place in range(1000)], [int(place < 300) for place in range(1000)]
    true = [int(place < 300) if place % 5 else int(place % 10 == 0) for place in range(1000)]
    frame = pl.DataFrame({score: scores, decision: said, label: true})
    reading = desk.stage(frame).reading
    judged = guess(reading).mapping
    assert (judged.score, judged.decision, judged.label, judged.threshold) == (None, decision, label, 1.0)
    assert score in judged.segments and guess(reading, {"score": score}).mapping.score == score
    turned = desk.stage(frame.with_columns((1 - pl.col(label)).alias(label))).reading
    assert reading.is_logged_below and not turned.is_logged_below


def test_amounts_times_and_versions_are_stored(desk: Desk) -> None:
    frame = pl.DataFrame(
        {
            "score": [0.1, 0.9],
            "label": [0, 1],
            "cost": [12.5, None],
            "when": ["2024-05-31", None],
            "model": ["v1", "v2"],
        }
    )
    log = desk.log(
        frame, Mapping(score="score", label="label", positive=("1",), amount="cost", time="when", model_version="model")
    )
    stored = desk.stored(log)
    assert stored["amount"].to_list() == [12.5, None]
    assert (log.time_low, log.time_high) == ("2024-05-31 00:00:00", "2024-05-31 00:00:00")
    assert stored["moment"].null_count() == 1


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (Mapping(label="label", positive=("1",)), "a score, a decision or a rule"),
        (Mapping(score="nothing"), "'nothing'"),
        (Mapping(score="score", label="label"), "the value of 'label' that means positive"),
        (Mapping(score="score", label="label", positive=("many",)), "'many'"),
        (Mapping(score="score", time="city"), "dates or times in 'city'"),
        (Mapping(score="when"), "numbers in 'when'"),
        (Mapping(score="score", amount="when"), "numbers in 'when'"),
        (Mapping(score="city"), "numbers in 'city'"),
        (Mapping(score="score", segments=("gone",)), "'gone'"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(desk: Desk, mapping: Mapping, words: str) -> None:
    frame = pl.DataFrame(
        {"score": [0.1, 0.9], "label": [0, 1], "city": ["a", "b"], "when": ["2024-05-31", "2024-06-01"]}
    )
    with pytest.raises(InputError) as refusal:
        desk.log(frame, mapping)
    assert words in str(refusal.value)
    assert desk.workspace.receipts() == []
    assert list(desk.workspace.scratch.iterdir()) == []


# Several labels of one id in the log itself

EVENTS = pl.DataFrame(
    {
        "case_id": ["a", "a", "b", "b", "c", "d", "d", "e", "e", None, *[f"x{place}" for place in range(20)]],
        "score": [0.1, 0.1, 0.9, 0.9, 0.5, 0.4, 0.4, 0.3, 0.3, 0.2, *[place / 20 for place in range(20)]],
        "label": [0, 1, 1, None, 1, 0, 1, 1, 1, 0, *[place % 2 for place in range(20)]],
        "logged_at": [f"2024-01-{day:02d}" for day in [1, 5, 2, 9, 3, 4, 4, 6, 7, 1, *[8] * 20]],
    }
)


def test_different_outcomes_of_one_id_are_said_and_left_alone(desk: Desk) -> None:
    log = desk.log(EVENTS)
    assert desk.stored(log)["label"].to_list() == EVENTS["label"].to_list()
    found = {finding.code: finding for finding in log.findings}
    assert (found["different-outcomes"].rows, found["different-outcomes"].example) == (4, "a")


def test_the_latest_label_of_each_id_counts_where_it_is_asked_for(desk: Desk) -> None:
    log = desk.log(EVENTS, row_id="case_id")
    again = desk.remap(log, replace(log.mapping, latest_by="logged_at"))
    assert desk.stored(again)["label"].to_list()[:10] == [1, 1, 1, 1, 1, None, None, 1, 1, 0]
    found = {finding.code: finding for finding in again.findings}
    assert (found["latest-label"].severity, found["latest-label"].rows) == ("warning", 1)
    assert "2 ids have different labels" in found["latest-label"].message
    assert "2 rows are not known yet" in found["latest-label"].message
    assert "different-outcomes" not in found and "label-other-values" not in found
    assert desk.stored(again)[again.column("label").sql_name].to_list() == EVENTS["label"].to_list()
    assert desk.stored(desk.remap(again, log.mapping)).equals(desk.stored(log))


def test_each_model_version_has_its_own_latest_label(desk: Desk) -> None:
    frame = EVENTS.with_columns(model_version=pl.Series(["v1", "v2"] * 15))
    log = desk.log(frame)
    assert "different-outcomes" not in {finding.code for finding in log.findings}
    again = desk.remap(log, replace(log.mapping, latest_by="logged_at"))
    assert desk.stored(again)["label"].to_list() == frame["label"].to_list()
    assert "latest-label" not in {finding.code for finding in again.findings}


def test_the_latest_label_needs_times(desk: Desk) -> None:
    log = desk.log(EVENTS)
    with pytest.raises(InputError, match="dates or times in 'score'"):
        desk.remap(log, replace(log.mapping, latest_by="score"))
