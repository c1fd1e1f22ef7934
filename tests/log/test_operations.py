"""Columns that say what an answer took, by their names and values."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from analytics.log import roles
from analytics.log.conflicts import conflicts
from analytics.log.operations import counterpart, operations, taken_by_both
from tests.ingested import Desk


def test_what_an_answer_took_is_found_by_the_names_that_exports_give(desk: Desk) -> None:
    n = range(40)
    amounts = (
        "Latency (ms)",
        "inference_time_ms",
        "elapsed_time",
        "duration_in_seconds",
        "cost_per_call_usd",
        "n_tokens",
    )
    flags = ("refused", "timed_out", "invalid_json", "schema_violation")
    frame = pl.DataFrame(
        {"score": [place / 40 for place in n], "label": [place % 2 for place in n]}
        | {name: [1.5 + place for place in n] for name in amounts}
        | {name: [int(place % 7 == 0) for place in n] for name in flags}
        | {"uptime": [2.0 + place for place in n], "error_budget": [3.0 + place for place in n]}
    )
    found = {each.column: each for each in operations(desk.log(frame))}
    assert set(found) == {*amounts, *flags}
    assert [found[name].kind for name in amounts] == ["latency"] * 4 + ["cost", "tokens"]
    assert {found[name].kind for name in flags} == {"failure"}
    assert [found[name].role for name in flags] == ["refused", "timed_out", "broken", "broken"]


ENDS = ["ok", "ok", "ok", "timeout", "content_filter"]


def wide(n: int = 60) -> pl.DataFrame:
    """Two answers in one row, a loan's duration and its cost."""
    places = range(n)
    return pl.DataFrame(
        {"label": [place % 2 for place in places], "duration": [6 + place % 20 for place in places]}
        | {"claim_cost": [100.0 + place for place in places], "finish_reason": [ENDS[place % 5] for place in places]}
        | {f"v{v}_score": [(place * v % n) / n for place in places] for v in (3, 4)}
        | {"v3_latency_ms": [100.0 + place for place in places], "v4_latency_s": [0.2 + place for place in places]}
        | {f"v{v}_cost": [0.01 * v + place for place in places] for v in (3, 4)}
        | {f"v{v}_valid_json": ["no" if place % (3 * v) == 0 else "yes" for place in places] for v in (3, 4)}
    )


def test_roles_of_what_an_answer_took_are_guessed_and_stay_segments(desk: Desk) -> None:
    staged = desk.stage(wide())
    mapping = roles.guess(staged.reading, {"score": "v4_score"}).mapping
    assert (mapping.latency, mapping.run_cost, mapping.broken) == ("v4_latency_s", "v4_cost", "v4_valid_json")
    assert mapping.refused == mapping.timed_out == "finish_reason" and mapping.amount == "claim_cost"
    assert {"v4_latency_s", "finish_reason"} <= set(mapping.segments)
    assert not conflicts(mapping, staged.reading)
    for wrong in ({"latency": "finish_reason"}, {"refused": "v4_cost"}, {"broken": "finish_reason"}):
        assert len(conflicts(replace(mapping, **wrong), staged.reading)) >= 1
    dismissed = roles.guess(staged.reading, {"score": "v4_score", "latency": None}).mapping
    assert dismissed.latency is None


def test_how_a_loan_or_a_case_ended_says_nothing_of_its_answer(desk: Desk) -> None:
    ends = {"hardship_status": ["COMPLETED", "ACTIVE"], "case_status": ["yes", "no"], "status": ["open", "closed"]}
    frame = (
        wide()
        .drop("finish_reason")
        .with_columns(pl.Series(name, [values[place % 2] for place in range(60)]) for name, values in ends.items())
    )
    mapping = roles.guess(desk.stage(frame).reading, {"score": "v4_score"}).mapping
    assert (mapping.refused, mapping.timed_out, mapping.broken) == (None, None, "v4_valid_json")
    loans = pl.DataFrame({"label": [0, 1] * 30, "score": [place / 60 for place in range(60)]}).with_columns(
        pl.Series("application_status", ["declined", "granted", "declined"] * 20),
        pl.Series("settlement_status", ["ACTIVE", "BROKEN", "COMPLETE"] * 20),
    )
    mapping = roles.guess(desk.stage(loans).reading).mapping
    assert (mapping.refused, mapping.timed_out, mapping.broken) == (None, None, None)
    answers = loans.with_columns(pl.Series("latency_ms", [100.0 + place for place in range(60)]))
    assert roles.guess(desk.stage(answers).reading).mapping.refused is None
    renamed = answers.rename({"application_status": "status"})
    assert roles.guess(desk.stage(renamed).reading).mapping.refused == "status"


def test_a_log_that_is_older_than_these_roles_is_told_by_names(desk: Desk) -> None:
    log = desk.log(wide(), score="v4_score", latency=None, run_cost=None)
    older = replace(log, reading=replace(log.reading, reader=2))
    names = {"v3_latency_ms", "v4_latency_s", "v3_cost", "v4_cost"}
    assert not names & {each.column for each in operations(log)}
    assert names <= {each.column for each in operations(older)}


def test_both_answers_of_a_row_are_held_together_in_one_unit(desk: Desk) -> None:
    live, candidate = (desk.log(wide(), score=f"v{v}_score") for v in (3, 4))
    for log in (candidate, replace(candidate, mapping=replace(live.mapping, score="v4_score"))):
        found = {one.column: other for one, other in taken_by_both(live, log, is_by_row=True)}
        assert {name: other.column for name, other in found.items()} == {
            "v3_latency_ms": "v4_latency_s",
            "v3_cost": "v4_cost",
            "v3_valid_json": "v4_valid_json",
        }
        assert (found["v3_latency_ms"].scale, found["v3_latency_ms"].unit) == (1000.0, "ms")
        assert found["v3_valid_json"].failing == ("no",)
    renamed = desk.log(wide().rename({"v3_latency_ms": "response_time_s"}).drop("v4_latency_s"), score="v3_score")
    of_logs = {one.column: other for one, other in taken_by_both(live, renamed, is_by_row=False)}
    assert (of_logs["v3_latency_ms"].column, of_logs["v3_latency_ms"].scale) == ("response_time_s", 1000.0)
    assert of_logs["finish_reason"].failing


def test_a_column_of_words_keeps_each_way_to_fail_apart(desk: Desk) -> None:
    n = 60
    words = {"a": ["ok"] * 40 + ["timeout"] * 15 + ["refused"] * 5, "b": ["ok"] * 50 + ["timeout"] * 10}
    one, other = (
        desk.log(pl.DataFrame({"score": [k / n for k in range(n)], "label": [k % 2 for k in range(n)], "status": each}))
        for each in words.values()
    )
    for live, candidate in ((one, one), (one, other), (other, one)):  # a side that never refuses has a share of 0
        found = {mine.role: (mine, theirs) for mine, theirs in taken_by_both(live, candidate, is_by_row=False)}
        assert {role: [each.failing for each in both] for role, both in found.items()} == {
            "refused": [("refused",)] * 2,
            "timed_out": [("timeout",)] * 2,
        }
    wide = {
        "v3_score": [k / n for k in range(n)],
        "v4_score": [k / n for k in range(n)],
        "label": [k % 2 for k in range(n)],
    }
    wide |= {f"{mark}_status": words["a"] for mark in ("v3", "v4")}
    live, candidate = (desk.log(pl.DataFrame(wide), score=f"{mark}_score") for mark in ("v3", "v4"))
    roles = [mine.role for mine, _ in taken_by_both(live, candidate, is_by_row=True)]
    assert sorted(map(str, roles)) == ["refused", "timed_out"]


@pytest.mark.parametrize(
    ("name", "live", "candidate", "expected"),
    [
        ("latency", "score", "score_new", "latency_new"),
        ("latency_new", "score_new", "score", "latency"),
        ("latency", "score", "new_score", "new_latency"),
        ("latency_ms_v3", "score_v3", "score_v4", "latency_ms_v4"),
        ("region", "score_v3", "score_v4", "region"),
    ],
)
def test_counterparts_are_called_after_their_answers(name: str, live: str, candidate: str, expected: str) -> None:
    assert counterpart(name, live, candidate) == expected
