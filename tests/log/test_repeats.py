"""By what the rows of two answers meet: what was asked, with what tells several answers to it apart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from analytics.log.column import Column
from analytics.log.repeats import meeting_columns, once_in_each


def table(n_rows: int, version: str | None = "model", **distinct: int) -> Any:
    """A log of which only counts are known."""
    columns = {name: Column(at, name, "VARCHAR", "text", n_distinct=n) for at, (name, n) in enumerate(distinct.items())}
    mapping = SimpleNamespace(row_id=None, model_version=version, judged=None, label=None)
    return SimpleNamespace(n_rows=n_rows, columns=[*columns.values()], column=columns.__getitem__, mapping=mapping)


@pytest.mark.parametrize(
    ("n_rows", "version", "expected"),
    [
        (800, "model", ["question_id", "judge"]),
        (400, "model", ["question_id"]),  # each answer has one judge, drawn by chance: few would be judged by the same
        (800, None, ["question_id"]),
    ],
)
def test_judges_who_each_judged_every_answer_tell_rows_apart(
    n_rows: int, version: str | None, expected: list[str]
) -> None:
    assert meeting_columns(table(n_rows, version, question_id=100, model=4, judge=2)) == expected


def test_what_stands_once_on_the_rows_of_each_model_is_what_was_asked() -> None:
    assert once_in_each(table(400, item=101, model=4, kind=5), "model") == "item"
    assert once_in_each(table(400, item=100, text=100, model=4), "model") is None, "two could be it"
    assert once_in_each(table(400, item=150, model=4), "model") is None
