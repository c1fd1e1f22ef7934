"""What is kept: once for the same question, never for another one, another workspace or another function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import streamlit as st

from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.answers.slices import slices
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.measure.thresholds.costs import Costs
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from pages._frame import session
from pages._frame.cache import kept, key_of
from tests.ingested import Desk


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def log(desk: Desk) -> Log:
    frame = pl.DataFrame({"score": [0.1, 0.4, 0.6, 0.9] * 10, "label": [0, 1, 0, 1] * 10, "a": list("xyxz") * 10})
    return desk.log(frame, segments=("a",))


def recorder() -> tuple[list[Any], Callable[..., int]]:
    calls: list[Any] = []

    def answer(engine: Engine, *args: Any, **kwargs: Any) -> int:
        calls.append((args, kwargs))
        return len(calls)

    return calls, answer


def variants(log: Log) -> list[Question]:
    """Questions of which every two differ in one field or more."""
    clauses = [
        (),
        (Clause("a", "in", ("x",)),),
        (Clause("a", "in", ("x", "y")),),
        (Clause("a", "in", ("x,y",)),),
        (Clause("a", "not-in", ("x",)),),
        (Clause("a", "missing"),),
        (Clause("b", "missing"),),
        (Clause("a", "in", ("x",)), Clause("b", "missing")),
    ]
    cohorts = [Cohort(some, outcomes) for some in clauses for outcomes in ((), ("fp",), ("fp", "fn"))]
    other_content = replace(log, reading=replace(log.reading, content_hash=log.reading.content_hash[:12] + "0" * 52))
    other_mapping = replace(log, mapping=replace(log.mapping, threshold=0.25))
    other_id = replace(log, log_id="0" * 12)
    logs = [log, other_content, other_mapping, other_id]
    return [Question(one, cohort, at) for one in logs for cohort in cohorts for at in (0.0, 0.5, 0.1 + 0.2, 0.3)]


def test_questions_that_differ_in_any_field_never_share_an_entry(log: Log) -> None:
    questions = variants(log)
    assert len({key_of(overview, question) for question in questions}) == len(questions)


ALIKE = [
    (("a", "b"),),
    (("astr:b",),),
    ("a", "b"),
    ("astr:b",),
    ("aNoneType:0str:b",),
    (("a",), ("b",)),
    (("a", "b"), ()),
    ((), ("a", "b")),
    ("('a', 'b')",),
    (1,),
    (1.0,),
    (True,),
    ("1",),
    (None,),
    ("None",),
    (Costs(fp=2.0),),
    (Costs(fn=2.0),),
    ({"a": "b"},),
]


def test_arguments_that_are_written_alike_never_share_an_entry(log: Log) -> None:
    question, (calls, answer) = Question(log, Cohort(), 0.5), recorder()
    found = [kept(answer, question, *arguments) for arguments in ALIKE]
    assert found == list(range(1, len(ALIKE) + 1)) and len(calls) == len(ALIKE)
    assert kept(answer, question, by="a") != kept(answer, question, of="a") != kept(answer, question, _by="a")


def test_what_is_kept_is_not_asked_again(log: Log) -> None:
    question, (calls, answer) = Question(log, Cohort(), 0.5), recorder()
    assert [kept(answer, question, ("a",), metric="recall") for _ in range(3)] == [1, 1, 1]
    assert len(calls) == 1
    engine = session.engine()
    first = kept(slices, question, ("a",), metric="recall")
    before = engine.n_queries
    assert kept(slices, Question(log, Cohort(), 0.5), ("a",), metric="recall").table.equals(first.table)
    assert engine.n_queries == before


def test_two_functions_share_no_entry(log: Log) -> None:
    question = Question(log, Cohort(), 0.5)

    def one(engine: Engine, question: Question) -> str:
        return "one"

    def other(engine: Engine, question: Question) -> str:
        return "other"

    assert (kept(one, question), kept(other, question), kept(one, question)) == ("one", "other", "one")


def test_two_workspaces_share_no_entry(log: Log, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    question, (calls, answer) = Question(log, Cohort(), 0.5), recorder()
    here = key_of(answer, question)
    assert kept(answer, question) == 1
    monkeypatch.setattr(session, "workspace", lambda: Workspace(tmp_path / "other"))
    assert key_of(answer, question) != here
    with pytest.raises(QuestionError, match="just changed"):
        kept(answer, question)
    monkeypatch.setattr(session, "workspace", lambda: desk.workspace)
    monkeypatch.setattr(session, "person", lambda: "ann")
    assert key_of(answer, question) != here and kept(answer, question) == 2 and len(calls) == 2


@pytest.mark.parametrize("frame", [pl.DataFrame({"a": [1]}), pl.Series([1]), pl.LazyFrame({"a": [1]}), object()])
def test_what_cannot_be_a_key_is_refused_also_inside_others(log: Log, frame: object) -> None:
    calls, answer = recorder()
    for argument in (frame, (frame,), {"a": frame}):
        with pytest.raises(TypeError, match="can be a key"):
            kept(answer, argument)
    assert calls == []
