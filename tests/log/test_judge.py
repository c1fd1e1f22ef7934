"""The preview judges rows exactly as the built log does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from analytics.answers.question import Question, judged_rows
from analytics.errors import InputError
from analytics.log import positives
from analytics.log.judge import OUTCOMES, Judged, judge, mixed
from analytics.log.mapping import Mapping
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk
from tests.thorough import amount

SCORES = (
    "0.5",
    "0.25",
    "0.75",
    "1",
    "0",
    "",
    "nan",
    "inf",
    "oops",
    "1_0",
    " 0.5 ",
    "1e-3",
    "-0",
    "true",
    "0,5",
    "١",
    "1e999",
)
LABELS = ("1", "0", "1.0", "yes", "no", "true", "False", "", "NA", "-1", " 1", "2", "maybe")


def columns(cells: Sequence[str]) -> st.SearchStrategy[list[str]]:
    """A column mostly of a few kinds, so that it is a number, a truth value or text."""
    return st.lists(st.sampled_from(cells), min_size=1, max_size=3, unique=True).flatmap(
        lambda kinds: st.lists(st.sampled_from(kinds), min_size=8, max_size=8)
    )


@settings(max_examples=amount(12, 25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    scores=columns(SCORES),
    labels=columns(LABELS),
    decisions=columns(LABELS),
    has_score=st.booleans(),
    has_negative=st.booleans(),
    threshold=st.sampled_from([0.0, 0.25, 0.5, 1.0]),
    minus=st.sampled_from([None, 0.0, 1.0]),
)
@example(["0.5"] * 7 + ["true"], ["1"] * 4 + ["0"] * 4, ["1"] * 8, True, True, 0.5, None)
def test_preview_agrees_with_the_built_log(
    desk: Desk,
    scores: list[str],
    labels: list[str],
    decisions: list[str],
    has_score: bool,
    has_negative: bool,
    threshold: float,
    minus: float | None,
) -> None:
    cells = [[f"r{place}", *row] for place, row in enumerate(zip(scores, labels, decisions, strict=True))]
    upload = desk.stage(desk.csv(["row", "score", "label", "decision"], cells))
    reading = upload.reading
    asked = Mapping(score="score" if has_score else None, label="label", decision="decision", row_id="row")
    mapping = positives.with_values(asked, reading)
    mapping = mapping if has_negative else Mapping(**{**mapping.__dict__, "negative": ()})
    mapping = Mapping(**{**mapping.__dict__, "threshold": threshold if has_score else 1.0, "score_minus": minus})
    assume(mapping.positive and mapping.decision_positive)
    preview = judge(upload.sample, reading, mapping)
    try:
        log = desk.build(upload, mapping)
    except InputError as error:
        assert "Expected numbers in 'score'" in str(error) and all(row.score is None for row in preview)
        return
    engine = Engine(desk.workspace)
    built: list[dict[str, Any]] = judged_rows(engine, Question(log, Cohort(), mapping.threshold), 100).to_dicts()
    again = judge(engine.sample(log), log.reading, mapping)
    engine.close()
    assert [(row.score, row.predicted, row.label, row.outcome) for row in preview] == [
        (row["score"], row["predicted"], row["label"], row["outcome"]) for row in built
    ]
    assert [(row.score, row.outcome) for row in again] == [(row.score, row.outcome) for row in preview]


def judged(outcome: str, place: int) -> Judged:
    return Judged(None, None, "", outcome, (str(place),))


def test_the_mixture_shows_every_outcome() -> None:
    rows = [judged("TN", place) for place in range(100)] + [judged("FN", 100), judged("not known yet", 101)]
    shown = mixed(rows)
    assert len(shown) == 10
    assert {row.outcome for row in shown} == {"TN", "FN", "not known yet"}
    assert [row.row for row in shown if row.outcome == "TN"] == [(str(place),) for place in range(8)]
    assert mixed([]) == []


@pytest.mark.parametrize("limit", [1, 5, 10, 50])
def test_the_mixture_has_at_most_so_many_rows(limit: int) -> None:
    rows = [judged(OUTCOMES[place % len(OUTCOMES)], place) for place in range(30)]
    assert len(mixed(rows, limit)) == min(limit, 30)
