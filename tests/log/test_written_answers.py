"""Answers that are numbers, written as they come, are right where they are equal by value, and no scores."""

from __future__ import annotations

import polars as pl

from analytics.log import roles
from analytics.log.judge import judge
from tests.ingested import Desk

FORMS = ("{}", "{:,}", "${}", "{}.0", "{}.", "about {}")


def test_answers_written_as_they_come_are_judged_by_value(desk: Desk) -> None:
    gold = [900 + 7 * place for place in range(90)]
    said = [FORMS[place % 6].format(value + (place % 4 == 0)) for place, value in enumerate(gold)]
    frame = pl.DataFrame({"id": [f"q{place}" for place in range(90)], "prediction": said, "gold": gold})
    expected = [int(place % 6 != 5 and place % 4 != 0) for place in range(90)]
    mapping = roles.guess(desk.stage(frame).reading).mapping
    assert (mapping.kind, mapping.label, mapping.decision, mapping.score) == ("classes", "gold", "prediction", None)
    log = desk.log(frame)
    assert log.n_positive == sum(expected) and log.n_labelled == 90
    rows = [[str(cell) for cell in row] for row in frame.iter_rows()]
    assert [int(row.outcome == "right") for row in judge(rows, log.reading, log.mapping)] == expected


def test_years_are_right_where_they_are_equal(desk: Desk) -> None:
    years = [1900 + place for place in range(60)]
    frame = pl.DataFrame({"predicted_year": [year + (year % 3 == 0) for year in years], "true_year": years})
    right = roles.guess(desk.stage(frame).reading).mapping.right
    assert right is not None and right.kind == "classes"
