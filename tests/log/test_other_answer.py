"""Which column holds another answer: the one with the values of what is judged and a name like its own."""

from __future__ import annotations

import polars as pl

from analytics.log.other_answer import likely_answer, other_columns
from tests.ingested import Desk

N = 60


def test_another_score_comes_before_numbers_of_another_scale(desk: Desk) -> None:
    score = [k / N for k in range(N)]
    frame = pl.DataFrame(
        {
            "income": [1_000.0 + 7 * (k % 40) for k in range(N)],
            "champion_score": score,
            "distance": [k / (2 * N) for k in range(N)],
            "challenger_score": score[::-1],
            "label": [k % 2 for k in range(N)],
        }
    )
    log = desk.log(frame, score="champion_score", label="label", segments=())
    assert other_columns(log) == ["challenger_score", "distance", "income"]
    assert likely_answer(log) == "challenger_score"
    alone = desk.log(frame.drop("challenger_score"), score="champion_score", label="label", segments=())
    assert other_columns(alone) == ["distance", "income"] and likely_answer(alone) is None


def test_another_decision_comes_before_counts_and_before_what_people_said(desk: Desk) -> None:
    said = [k % 2 for k in range(N)]
    frame = pl.DataFrame(
        {
            "v3_tokens": [k % 40 for k in range(N)],
            "v4_human_passed": said,
            "v3_judge_passed": said,
            "v4_judge_passed": said[::-1],
            "v3_human_passed": said,
        }
    )
    log = desk.log(frame, score=None, decision="v3_judge_passed", label="v3_human_passed", segments=())
    assert other_columns(log) == ["v4_judge_passed", "v4_human_passed", "v3_tokens"]
    assert likely_answer(log) == "v4_judge_passed"
