"""Several answers to one question: the first is judged, sets are right where they are the same, and both are said."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from analytics.errors import QuestionError
from analytics.log import views
from analytics.log.column import Column
from analytics.log.judge import judge
from analytics.log.right import Right
from analytics.log.roles import guess
from analytics.log.schema import Log
from tests.ingested import Desk

RNG = np.random.default_rng(5)
N = 300
CLASSES = [f"part {place}" for place in range(12)]
TRUE = RNG.choice(CLASSES, N)
LISTS = [[str(each) for each in RNG.permutation(CLASSES)[:3]] for _ in range(N)]
for place in range(0, N, 2):
    LISTS[place] = [str(TRUE[place]), *[name for name in LISTS[place] if name != TRUE[place]][:2]]
FIRST = int(sum(said[0] == true for said, true in zip(LISTS, TRUE, strict=True)))
LISTED = int(sum(true in said for said, true in zip(LISTS, TRUE, strict=True)))
SETS = [sorted(RNG.choice(list("abcde"), RNG.integers(1, 4), replace=False).tolist()) for _ in range(N)]
SAID = [RNG.permutation(each).tolist() if RNG.random() < 0.7 else ["a", "e"] for each in SETS]
SAME = int(sum(sorted(said) == true for said, true in zip(SAID, SETS, strict=True)))


def judged(log: Log, frame: pl.DataFrame) -> int:
    rows = [[None if cell is None else str(cell) for cell in row] for row in frame.iter_rows()]
    return sum(row.outcome == "right" for row in judge(rows, log.reading, log.mapping))


def by_columns(*names: str) -> dict[str, list[str]]:
    return {name: [said[place] for said in LISTS] for place, name in enumerate(names)}


def in_cells(name: str, write: Callable[[list[str]], str]) -> dict[str, list[str]]:
    return {name: [write(said) for said in LISTS]}


@pytest.mark.parametrize(
    ("columns", "first"),
    [
        (by_columns("pred_1", "pred_2", "pred_3"), "pred_1"),
        (by_columns("top1", "top2", "top3"), "top1"),
        (in_cells("top_3", str), "top_3[0]"),
        (in_cells("predictions", "|".join), "predictions"),
        (in_cells("recommended", ", ".join), "recommended"),
        (in_cells("top_k", "; ".join), "top_k"),
    ],
)
def test_the_first_of_several_answers_is_judged_and_the_hit_rate_is_said(
    desk: Desk, columns: dict[str, list[str]], first: str
) -> None:
    frame = pl.DataFrame({"id": [f"r{place}" for place in range(N)], **columns, "true_label": TRUE})
    log = desk.log(desk.csv(frame.columns, frame.rows()))
    right = log.mapping.right
    assert right is not None and (right.kind, right.true, right.predicted) == ("classes", "true_label", first)
    assert (log.n_labelled, log.n_positive) == (N, FIRST)
    said = next(found for found in log.findings if found.code == "several-answers")
    assert said.rows == LISTED and f"{100 * LISTED / N:.1f} %" in said.message
    if first in frame.columns:
        assert judged(log, frame) == FIRST


@pytest.mark.parametrize("write", [";".join, "|".join, ", ".join, str])
def test_several_classes_in_one_cell_are_right_where_they_are_the_same_set(
    desk: Desk, write: Callable[[list[str]], str]
) -> None:
    frame = pl.DataFrame({"labels": [write(each) for each in SETS], "predicted": [write(each) for each in SAID]})
    log = desk.log(desk.csv(["id", *frame.columns], [(f"r{at}", *row) for at, row in enumerate(frame.rows())]))
    right = log.mapping.right
    assert right is not None and "in any order" in right.sentence
    assert (log.n_labelled, log.n_positive) == (N, SAME)
    assert judged(log, frame.insert_column(0, pl.Series("id", ["r"] * N))) == SAME
    with pytest.raises(QuestionError, match="several in one cell"):
        views.one_against_rest(log.mapping, log.reading, "a")
    as_written = views.right_or_wrong(log.mapping, log.reading, Right("classes", "labels", "predicted", is_exact=True))
    assert as_written.right is not None and not as_written.right.parted


def test_sentences_with_commas_and_two_models_are_no_lists(desk: Desk) -> None:
    answers = [f"{place}, well" for place in range(N)]
    said = [f"{place}, {'well' if place % 3 else 'no'}" for place in range(N)]
    found = guess(desk.read(pl.DataFrame({"answer": said, "expected_answer": answers}))).mapping.right
    assert found is not None and not found.parted
    two = by_columns("pred_1", "pred_2")
    assert guess(desk.read(pl.DataFrame({**two, "label": TRUE}))).mapping.right is None


def test_rows_without_a_prediction_are_said_and_are_no_rows_without_a_label(desk: Desk) -> None:
    said = [None if place % 10 == 0 else each for place, each in enumerate(TRUE)]
    true = [None if place % 10 == 5 else each for place, each in enumerate(TRUE)]
    log = desk.log(desk.csv(["predicted", "actual"], list(zip(said, true, strict=True))))
    rows = {found.code: found.rows for found in log.findings}
    assert (rows["no-prediction"], rows["null-label"], log.n_labelled) == (N // 10, N // 10, N - N // 5)
    assert log.n_unanswered == N // 10 and log.unanswered == 0.5


def test_a_log_of_lists_for_people_is_one_of_rankings_where_ranks_say_so(desk: Desk) -> None:
    rows = [(user, rank + 1, int(rank == user % 5)) for user in range(60) for rank in range(4)]
    frame = pl.DataFrame(rows, schema=["user_id", "position", "purchased"], orient="row")
    found = guess(desk.read(frame)).mapping.right
    assert found is not None and (found.kind, found.query, found.is_rank) == ("rankings", "user_id", True)
    assert guess(desk.read(frame.with_columns(position=1))).mapping.right is None


def test_names_of_places_are_a_header(desk: Desk) -> None:
    columns = desk.read(
        desk.csv(["id", "region", "top1", "top2", "top3", "label"], [(at, "n", *LISTS[at], "x") for at in range(40)])
    )
    assert [column.name for column in columns.columns if isinstance(column, Column)][2:5] == ["top1", "top2", "top3"]
