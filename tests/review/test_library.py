"""The library keeps each case once, whatever it holds, and two editors do not overwrite each other."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from analytics.errors import InputError
from analytics.review import library
from analytics.review.library import case_from, cleaned_tags
from analytics.review.store import ReviewStore
from analytics.review.verdict import Verdict
from tests.review.cases import HOSTILE, case


@pytest.fixture
def store(own_home: Path) -> ReviewStore:
    return ReviewStore(own_home)


def test_a_case_is_kept_once(store: ReviewStore) -> None:
    assert library.keep(store, case(1))
    assert not library.keep(store, case(1, why="again"))
    (found,) = library.shelf(store)
    assert (found.case.why, found.revision) == ("", 1)
    assert found.case.kept_at


def test_a_case_is_edited_and_the_second_editor_sees_the_first(store: ReviewStore) -> None:
    library.keep(store, case(1))
    (first,) = library.shelf(store)
    changed = library.change(
        store, replace(first.case, why="storm", tags=("gust", " gust ")), first.case.key, first.revision
    )
    assert changed.revision == 2
    late = library.change(store, replace(first.case, why="other"), first.case.key, first.revision)
    assert (late.revision, late.body["why"]) == (2, "storm")
    (found,) = library.shelf(store)
    assert (found.case.why, found.case.tags) == ("storm", ("gust",))


def test_a_case_that_was_taken_out_can_be_kept_again(store: ReviewStore) -> None:
    library.keep(store, case(1))
    library.change(store, None, case(1).key, 1)
    assert library.shelf(store) == []
    assert library.keep(store, case(1, why="again"))
    assert [entry.case.why for entry in library.shelf(store)] == ["again"]


def test_many_are_kept_without_doubles_by_several_at_once(store: ReviewStore) -> None:
    many = [case(row) for row in range(40)]
    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda start: library.add_all(store, many[start : start + 25]), (0, 5, 10, 15)))
    assert sum(added) == len(library.shelf(store)) == 40
    assert library.add_all(store, many) == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_is_kept_as_text(store: ReviewStore, text: str) -> None:
    given = case(1, why=text, log_name=text, fields={text: text, "x": None})
    library.keep(store, given)
    (found,) = library.shelf(store)
    assert (found.case.why, found.case.log_name, dict(found.case.fields)) == (text, text, {text: text, "x": None})


def test_words_tags_and_reasons_find_a_case(store: ReviewStore) -> None:
    library.add_all(store, [case(1, why="Storm at EWR", tags=("gust",), reason="a"), case(2, fields={"dest": "EWR"})])
    found = library.shelf(store)

    def rows(*given: object) -> list[int]:
        return sorted(entry.case.row_id for entry in library.search(found, *given))  # type: ignore[arg-type]

    assert (rows("ewr"), rows("storm ewr"), rows("dest ewr"), rows("(ewr")) == ([1, 2], [1], [2], [])
    assert (rows("", ["gust"]), rows("", ["gust", "x"]), rows("", [], "a")) == ([1], [], [1])


def test_what_somebody_expects_goes_before_the_label() -> None:
    assert (case(label=0).truth, case(label=0, expected_label=1).truth, case(label=None).truth) == (0, 1, None)
    told = Verdict(content_hash="c", row_id=1, reviewer="Ada", reason="label-wrong", note="no", expected_label=1)
    held = library.with_verdict(case(), told)
    assert (held.reason, held.why, held.reviewer, held.truth) == ("label-wrong", "no", "Ada", 1)


def test_a_case_survives_its_text() -> None:
    given = case(3, tags=("a",), reason="x", kept_at="2026-01-01")
    assert case_from(json.loads(given.to_json())) == given


def test_what_a_round_trip_through_another_tool_makes_of_a_case_can_be_exported() -> None:
    found = case_from(
        {**json.loads(case().to_json()), "label": 1.0, "decision": 0.0, "score": 1, "fields": {"a": float("nan")}}
    )
    assert (found.label, found.decision, found.score, found.fields) == (1, 0, 1.0, {"a": None})
    assert [type(value) for value in (found.label, found.decision, found.score)] == [int, int, float]
    assert case_from(json.loads(found.to_json())) == found


@pytest.mark.parametrize(
    "wrong",
    [
        7,
        [],
        None,
        {},
        {"row_id": "1"},
        {"row_id": True},
        {"row_id": -1},
        {"threshold": "x"},
        {"threshold": float("nan")},
        {"fields": []},
        {"fields": {"a": {"b": 1}}},
        {"fields": {"a": [1]}},
        {"label": 2},
        {"label": "1"},
        {"tags": "x"},
        {"score": "1"},
        {"why": 3},
        {"content_hash": ""},
        {"case_id": 7},
        {"decision": True},
        {"score": float("nan")},
        {"score": 10**400},
        {"threshold": 10**400},
        {"row_id": 2**70},
    ],
)
def test_what_is_no_case_is_refused_in_words(wrong: object) -> None:
    body = {**json.loads(case().to_json()), **wrong} if isinstance(wrong, dict) and wrong else wrong
    with pytest.raises(InputError, match="Expected a case"):
        case_from(body)


def test_tags_are_short_and_few() -> None:
    assert len(cleaned_tags([str(k) for k in range(99)])) == library.MAX_TAGS
    assert cleaned_tags(["x" * 99]) == ("x" * library.MAX_TAG,)
