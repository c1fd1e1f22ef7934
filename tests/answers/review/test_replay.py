"""Replay of the library on the flights: every case is in one state, and the states are those that Polars finds."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from analytics.answers.review.queue import cases, queue
from analytics.answers.review.replay import STATES, kept_case, replay
from analytics.errors import QuestionError
from analytics.query.cohort import Clause
from analytics.review.library import KeptCase
from tests.answers.real_logs import RealLog

V1, V3 = (Clause("model_version", "in", (version,)) for version in ("v1", "v3"))


@pytest.fixture(scope="module")
def failures(flights: RealLog) -> list[KeptCase]:
    """The surest errors of v1, most of them on flights that v3 scored too."""
    autumn = Clause("scored_at", "ge", ("2013-08-20",))
    question = flights.asked(V1, autumn)
    rows = queue(flights.engine, question, "both", limit=400).rows
    return [kept_case(question, row) for row in cases(rows)]


def test_the_failures_of_v1_on_the_rows_of_v3_are_what_polars_finds(flights: RealLog, failures: list[KeptCase]) -> None:
    found = replay(flights.engine, flights.asked(V3), failures)
    rows = flights.rows.filter(pl.col("model_version") == "v3")
    new = {key: (score, label) for key, score, label in rows.select("flight_id", "score", "label").iter_rows()}
    expected = dict.fromkeys(STATES, 0)
    for case in failures:
        score, label = new.get(int(case.case_id or -1), (None, None))
        if score is None or label is None:
            expected["not comparable"] += 1
        else:
            expected["fixed" if (score >= 0.3) == (label == 1) else "still wrong"] += 1
    assert found.counts == expected
    assert sum(found.counts.values()) == len(failures) == 400
    assert all(expected[state] > 10 for state in ("fixed", "still wrong", "not comparable"))
    assert [entry.case for entry in found.cases] == failures


def test_on_its_own_rows_nothing_is_fixed(flights: RealLog, failures: list[KeptCase]) -> None:
    assert replay(flights.engine, flights.asked(V1), failures).counts["still wrong"] == 400


def test_a_label_that_a_reviewer_expects_turns_a_case_around(flights: RealLog, failures: list[KeptCase]) -> None:
    corrected = [replace(case, expected_label=1 - (case.label or 0)) for case in failures]
    before = replay(flights.engine, flights.asked(V3), failures).counts
    after = replay(flights.engine, flights.asked(V3), corrected).counts
    assert (after["still right"], after["regressed"]) == (before["still wrong"], before["fixed"])
    assert (after["fixed"], after["still wrong"]) == (0, 0)


def test_rows_that_disagree_are_not_comparable(flights: RealLog, failures: list[KeptCase]) -> None:
    """Without a version, a case matches its own row and those of the other versions."""
    found = replay(flights.engine, flights.asked(), failures)
    assert found.counts["fixed"] == 0
    assert sum(found.counts.values()) == 400
    assert any("decided differently" in entry.why for entry in found.cases)


def test_cases_are_matched_by_chosen_fields(flights: RealLog, failures: list[KeptCase]) -> None:
    by = ("carrier", "origin", "dest", "scored_at")
    found = replay(flights.engine, flights.asked(V3), failures, by)
    keys = set(flights.rows.filter(pl.col("model_version") == "v3").select(by).rows())
    matched = sum(entry.n_rows > 0 for entry in found.cases)
    of_cases = flights.rows.filter(pl.col("row_id").is_in([case.row_id for case in failures])).select(by).rows()
    assert matched == sum(row in keys for row in of_cases) > 50
    assert sum(found.counts.values()) == 400


def test_missing_values_match_missing_values(flights: RealLog) -> None:
    question = flights.asked(V3)
    rows = queue(flights.engine, question, "fp", limit=200).rows
    kept = [kept_case(question, row) for row in cases(rows)]
    assert any(case.fields["wind_gust"] is None for case in kept)
    found = replay(flights.engine, question, kept, ("flight_id", "wind_gust"))
    assert found.counts["still wrong"] == 200


def test_a_log_without_such_columns_is_answered_in_words(
    compas: RealLog, flights: RealLog, failures: list[KeptCase]
) -> None:
    with pytest.raises(QuestionError, match="nope"):
        replay(flights.engine, flights.asked(), failures, ["nope"])
    found = replay(compas.engine, compas.asked(), failures, ["sex"])
    assert found.counts["not comparable"] == 400
    no_id = replace(compas.log, mapping=replace(compas.log.mapping, row_id=None))
    with pytest.raises(QuestionError, match="no id"):
        replay(compas.engine, replace(compas.asked(), log=no_id), failures)
    assert replay(flights.engine, flights.asked(), []).counts == dict.fromkeys(STATES, 0)
