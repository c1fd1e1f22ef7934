"""Cohorts as text, as words and as predicates; whatever a link holds, the answer is a cohort or one message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, get_args
from urllib.parse import parse_qs, urlencode

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics.errors import QuestionError
from analytics.query import relations
from analytics.query.cohort import Clause, Cohort, Outcome
from analytics.query.operators import OPERATORS
from analytics.query.predicates import answerable, predicate
from analytics.query.where import parse_where
from tests.query.logs import COLUMNS, LOG, SCHEMA, START, TEXTS, Twins, collected, frames
from tests.query.meanings import MEANINGS
from tests.thorough import amount


@pytest.fixture(scope="module")
def twins() -> Iterator[Twins]:
    pair = Twins()
    yield pair
    pair.connection.close()


# Text


def any_clause() -> st.SearchStrategy[Clause]:
    names = st.text(min_size=1, max_size=12)
    values = st.lists(st.text(max_size=8), min_size=1, max_size=4).map(tuple)
    valued, bare = (
        [key for key, each in OPERATORS.items() if (each.arity == "none") == is_bare] for is_bare in (False, True)
    )
    return st.one_of(
        st.builds(Clause, names, st.sampled_from(valued), values), st.builds(Clause, names, st.sampled_from(bare))
    )


@given(
    st.lists(any_clause(), max_size=5).map(tuple), st.lists(st.sampled_from(get_args(Outcome)), unique=True).map(tuple)
)
@example((Clause("a", "not-in", ("",)), Clause(":;,%", "in", ("", ";", ":,%2C"))), ())
def test_text_round_trip(clauses: tuple[Clause, ...], outcomes: tuple[str, ...]) -> None:
    cohort = Cohort(clauses, outcomes)
    text = cohort.to_text()
    assert Cohort.from_text(text) == cohort
    assert text.isprintable() and "%" not in text and not re.search("(^|[:;,]) | ($|[:;,])", text)
    assert parse_qs(urlencode({"where": text}), keep_blank_values=True)["where"] == [text]


def answered(text: str, twins: Twins) -> None:
    try:
        kept = predicate(Cohort.from_text(text), LOG, 0.5)
    except QuestionError as error:
        assert len(str(error)) > 20
        return
    for side in twins.of(pl.DataFrame(schema=SCHEMA)):
        assert collected(relations.keep(side, kept)).is_empty()


HOSTILE = (
    ";;;",
    ":::",
    "a",
    "region:in",
    "region:drop:x",
    "region:in:a;region:in:b",
    ":outcome:tp,zz",
    ":outcome:",
    "::",
    "seats:in:x",
    "seats:ge:",
    "seats:le:nan",
    "seats:ge:inf",
    "seats:in:1e999",
    "seats:in:99999999999999999999999",
    "vip:in:maybe",
    "vip:ge:1",
    "region:ge:a",
    "seen at:in:9999-12-31",
    "seen at:le:9999-12-31",
    "seen at:ge:0000-00-00",
    "seen at:le:2024-01-01T00:00:00%2B99:00",
    "seen%20at:ge:2024-05-31T10:00:00%2B02:00",
    "region:contains:",
    "seen%20at:le:9999-12-31",
    "seen%20at:in:9999-12-31,0001-01-01",
    "seen%20at:ge:9999-12-31T23:59:59-12:00",
    "seen%20at:ge:0001-01-01T00:00:00%2B14:00",
    "region:in:%00",
    "region:in:%FF%FE",
    "%72egion:missing:",
    "x" * 10_000,
    ";".join(["region:in:a"] * 60),
    "region:in:" + ",".join(["a"] * 5_000),
    "region:missing:x",
    "region:in:%ED%A0%80",
    ":gaps:1,region",
    ":gaps:2+,region,seats",
    ":gaps:",
    ":gaps:x,region",
    "region:gaps:1,region",
    ":gaps:1,nope",
    "region:hour:9",
    "seen at:hour:99",
    "seen at:hour:x",
    "seen at:weekday:Xyz",
    "seats:longer:3",
    "seats:longer:²",
    "temp:in:1_000",
    "temp:ge:١٢",
    "seats:in:9223372036854775808",
    "seats:ge:-9223372036854775809",
    "temp:ge:-0",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_links_are_answered_or_refused(text: str, twins: Twins) -> None:
    answered(text, twins)


@settings(max_examples=amount(40, 100))
@given(
    st.one_of(
        st.text(max_size=40),
        st.builds(
            lambda name, op, values: f"{name}:{op}:{values}",
            st.sampled_from(["region", "seats", "vip", "temp", "seen%20at"]),
            st.sampled_from(list(OPERATORS)),
            st.text(alphabet="0123456789-+:.eTZ,% naif", max_size=12).map(lambda text: text.replace(":", "%3A")),
        ),
    )
)
def test_any_link_is_answered_or_refused(twins: Twins, text: str) -> None:
    answered(text, twins)


# Words


@pytest.mark.parametrize(
    ("cohort", "words"),
    [
        (Cohort(), "all rows"),
        (Cohort((Clause("race", "in", ("A", "B", "C")),)), "race is A, B or C"),
        (Cohort((Clause("race", "in", ("A",)), Clause("race", "missing"))), "race is A or missing"),
        (Cohort((Clause("race", "not-in", ("A", "B")),)), "race is not A or B"),
        (
            Cohort((Clause("amount", "ge", ("1000",)), Clause("amount", "lt", ("2500.5",)))),
            "amount is at least 1,000 and under 2,500.5",
        ),
        (Cohort((Clause("day", "le", ("2024-05-31",)),)), "day is at most 2024-05-31"),
        (
            Cohort((Clause("note", "contains", ("=1+1",)), Clause("note", "present"))),
            "note contains '=1+1' and is not missing",
        ),
        (Cohort((Clause("empty", "in", ("", " ")),)), "empty is '' or ' '"),
        (
            Cohort((Clause("a", "in", ("missing", "(missing)")), Clause("a", "missing"))),
            "a is 'missing', '(missing)' or missing",
        ),
        (
            Cohort((Clause("a", "in", ("1",)), Clause("b", "missing")), ("fp", "fn")),
            "a is 1, and b is missing, and only false positives or false negatives",
        ),
        (
            Cohort(
                (
                    Clause("at", "ge", ("2024-12-01",)),
                    Clause("at", "hour", ("9", "17")),
                    Clause("at", "weekday", ("Sat",)),
                )
            ),
            "at is at least 2024-12-01 and is in hour 09 or 17 and is on Sat",
        ),
        (
            Cohort((Clause("at", "ge", ("2024-12-01",)), Clause("at", "le", ("2024-12-31",)))),
            "at is from 2024-12-01 to 2024-12-31",
        ),
        (
            Cohort((Clause("", "gaps", ("2", "a", "b", "c")), Clause("a", "present"))),
            "2 of a, b and c are missing, and a is not missing",
        ),
        (
            Cohort((Clause("a", "gt", ("1",)), Clause("a", "starts-with", ("x",)), Clause("a", "ends-with", ("y",)))),
            "a is over 1 or starts with 'x' or ends with 'y'",
        ),
        (
            Cohort((Clause("a", "longer", ("9",)), Clause("a", "not-contains", ("x", "y")), Clause("a", "in", ("z",)))),
            "a is z and does not contain 'x' and does not contain 'y' and is over 9 characters",
        ),
        (Cohort((Clause("note", "longer", ("1000",)),)), "note is over 1,000 characters"),
        (Cohort((Clause("note", "blank"), Clause("note", "missing"))), "note is missing or blank"),
    ],
)
def test_words(cohort: Cohort, words: str) -> None:
    assert cohort.to_words() == words


def test_clauses_are_replaced_and_removed_by_column() -> None:
    cohort = Cohort((Clause("a", "in", ("1",)), Clause("b", "missing"), Clause("a", "missing")), ("fp",))
    assert cohort.columns() == ("a", "b")
    assert cohort.of("a") == (Clause("a", "in", ("1",)), Clause("a", "missing"))
    assert cohort.without("a") == Cohort((Clause("b", "missing"),), ("fp",))
    assert cohort.with_clauses([Clause("a", "in", ("2",))]).of("a") == (Clause("a", "in", ("2",)),)
    assert not Cohort() and cohort


def test_a_part_of_a_time_stands_beside_its_range() -> None:
    december, nine, ten = (
        Clause("at", "ge", ("2024-12-01",)),
        Clause("at", "hour", ("9",)),
        Clause("at", "hour", ("10",)),
    )
    cohort = Cohort((december, nine))
    assert cohort.with_clauses([ten]).clauses == (december, ten)
    assert cohort.with_clauses([Clause("at", "missing")]).clauses == (nine, Clause("at", "missing"))
    assert cohort.without("at") == Cohort()


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        (Clause("region", "hour", ("9",)), "column of times"),
        (Clause("seen at", "hour", ("nine",)), "whole number"),
        (Clause("seen at", "weekday", ("Someday",)), "Expected weekdays"),
        (Clause("region", "longer", ("-1",)), "whole number"),
        (Clause("", "gaps", ("2",)), "how many of which columns"),
        (Clause("", "gaps", ("many", "region")), "how many of which columns"),
        (Clause("", "gaps", ("1", "nowhere")), "Expected the name of a column"),
    ],
)
def test_parts_that_a_column_has_not_are_said(clause: Clause, said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        predicate(Cohort((clause,)), LOG, 0.5)


# Predicates


RESTRICTING = {"not-in", "not-contains", "present", "hour", "weekday", "longer"}
BOUNDS = {"ge", "gt", "le", "lt"}


def passes(cell: Any, clauses: tuple[Clause, ...]) -> bool:
    """The meaning of the clauses on one column, said row by row."""
    found = [(clause.op, MEANINGS[clause.op](cell, clause.values)) for clause in clauses]
    bounds = [holds for op, holds in found if op in BOUNDS]
    restrictions = [holds for op, holds in found if op in RESTRICTING]
    alternatives = [holds for op, holds in found if op not in BOUNDS | RESTRICTING]
    if bounds:
        alternatives.append(all(bounds))
    return (any(alternatives) if alternatives else True) and all(restrictions)


VALUES = {
    "region": st.sampled_from(TEXTS),
    "seats": st.sampled_from(["-2", "0", "1", "1.0", "7", "0.5"]),
    "vip": st.sampled_from(["true", "false"]),
    "temp": st.sampled_from(["-1.5", "0", "0.1", "2", "9"]),
    "seen at": st.integers(-1, 6).map(lambda days: (START + timedelta(days=days)).date().isoformat()),
}


def good_clauses() -> st.SearchStrategy[Clause]:
    def of(name: str) -> st.SearchStrategy[Clause]:
        several = st.lists(VALUES[name], min_size=1, max_size=3).map(tuple)
        choices = [
            st.builds(Clause, st.just(name), st.sampled_from(["in", "not-in"]), several),
            st.builds(Clause, st.just(name), st.sampled_from(["missing", "present"])),
        ]
        if name in ("seats", "temp", "seen at"):
            one = VALUES[name].map(lambda value: (value,))
            choices.append(st.builds(Clause, st.just(name), st.sampled_from(sorted(BOUNDS)), one))
        if name == "seen at":
            hours, days = (
                st.lists(st.sampled_from(values), min_size=1, max_size=3).map(tuple)
                for values in (["0", "9", "10", "23"], ["Mon", "Wed", "Sun"])
            )
            choices.append(st.builds(Clause, st.just(name), st.just("hour"), hours))
            choices.append(st.builds(Clause, st.just(name), st.just("weekday"), days))
        if name == "region":
            lengths = st.sampled_from(["0", "1", "4"]).map(lambda value: (value,))
            choices.append(st.builds(Clause, st.just(name), st.just("longer"), lengths))
            choices.append(st.builds(Clause, st.just(name), st.just("blank")))
            parts = st.sampled_from(["", "o", "O", "N", ",", "=", "'", "🛫", "\n", "%", "_"]).map(
                lambda value: (value,)
            )
            searches = st.sampled_from(["contains", "starts-with", "ends-with", "not-contains"])
            choices.append(st.builds(Clause, st.just(name), searches, parts))
        return st.one_of(choices)

    return st.sampled_from(list(VALUES)).flatmap(of)


def outcome_of(score: float | None, label: int | None, threshold: float) -> set[str]:
    found = {"unlabelled"} if label is None else set()
    if score is None:
        return found | {"unscored"}
    if label is not None:
        found.add({(True, 1): "tp", (True, 0): "fp", (False, 1): "fn", (False, 0): "tn"}[score >= threshold, label])
        found.add("right" if (score >= threshold) == label else "wrong")
    return found


@settings(max_examples=amount(40, 100))
@given(
    frame=frames(),
    clauses=st.lists(good_clauses(), max_size=4).map(tuple),
    outcomes=st.lists(st.sampled_from(get_args(Outcome)), unique=True, max_size=3).map(tuple),
    threshold=st.sampled_from([0.0, 0.25, 0.3, 1.0, 2.0]),
)
def test_predicate_keeps_the_rows_that_the_sentence_means(
    twins: Twins, frame: pl.DataFrame, clauses: tuple[Clause, ...], outcomes: tuple[str, ...], threshold: float
) -> None:
    """AND between columns, OR within one; a missing value passes not-in; a day means all of it."""
    cohort = Cohort(clauses, outcomes)
    expected = [
        row["row_id"]
        for row in frame.iter_rows(named=True)
        if all(passes(row[column.sql_name], cohort.of(column.name)) for column in COLUMNS)
        and (not outcomes or outcome_of(row["score"], row["label"], threshold) & set(outcomes))
    ]
    kept = predicate(cohort, LOG, threshold)
    assert (kept is None) == (not cohort)
    for side in twins.of(frame):
        assert sorted(collected(relations.keep(side, kept))["row_id"]) == expected


def kept_by(twins: Twins, frame: pl.DataFrame, *clauses: Clause) -> list[int]:
    side, _ = twins.of(frame)
    return sorted(collected(relations.keep(side, predicate(Cohort(clauses), LOG, 0.5)))["row_id"])


def with_column(name: str, values: list[Any]) -> pl.DataFrame:
    empty = pl.DataFrame({"row_id": range(len(values))}, schema={"row_id": pl.Int64})
    return empty.with_columns(pl.Series(name, values, dtype=SCHEMA[name]))


def test_the_last_day_is_included(twins: Twins) -> None:
    frame = with_column("c4", [datetime(2024, 5, 30), datetime(2024, 5, 31, 23, 59, 59), datetime(2024, 6, 1), None])
    assert kept_by(twins, frame, Clause("seen at", "le", ("2024-05-31",))) == [0, 1]
    assert kept_by(twins, frame, Clause("seen at", "le", ("20240531",))) == [0, 1]
    assert kept_by(twins, frame, Clause("seen at", "in", ("2024-05-31",))) == [1]
    assert kept_by(twins, frame, Clause("seen at", "le", ("9999-12-31",))) == [0, 1, 2]
    assert kept_by(twins, frame, Clause("seen at", "lt", ("2024-05-31T23:59:59",))) == [0]


def test_a_time_with_an_offset_is_read_in_utc_as_the_log_is(twins: Twins) -> None:
    frame = with_column("c4", [datetime(2024, 5, 31, 8), datetime(2024, 5, 31, 10)])
    assert kept_by(twins, frame, Clause("seen at", "ge", ("2024-05-31T11:00:00+02:00",))) == [1]


def test_large_integers_are_told_apart(twins: Twins) -> None:
    frame = with_column("c1", [9007199254740992, 9007199254740993])
    assert kept_by(twins, frame, Clause("seats", "in", ("9007199254740993",))) == [1]
    assert kept_by(twins, frame, Clause("seats", "ge", ("9007199254740993",))) == [1]


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        (Clause("regoin", "missing"), "'regoin'"),
        (Clause("seats", "in", ("many",)), "a number for 'seats', found 'many'"),
        (Clause("seats", "ge", ("nan",)), "a number for 'seats', found 'nan'"),
        (Clause("seats", "ge", ("",)), "a number for 'seats', found ''"),
        (Clause("vip", "in", ("maybe",)), "true or false"),
        (Clause("seen at", "ge", ("May",)), "a date such as 2024-05-31"),
        (Clause("region", "ge", ("a",)), "numbers or times"),
        (Clause("region", "in", ()), "Expected a value"),
        (Clause("seats", "ge", ("1", "2")), "one value"),
    ],
)
def test_messages(clause: Clause, words: str) -> None:
    with pytest.raises(QuestionError) as refusal:
        predicate(Cohort((clause,)), LOG, 0.5)
    assert words in str(refusal.value)


def test_a_piece_of_text_is_found_in_upper_and_lower_case(twins: Twins) -> None:
    frame = with_column("c0", ["North", "NORTH", "south", None])
    assert kept_by(twins, frame, Clause("region", "contains", ("nOr",))) == [0, 1]


# Addresses


def test_what_an_address_holds_in_vain_is_named_and_the_rest_stays() -> None:
    text = "region:in:north;nowhere:in:x;seats:ge:many;nonsense;:outcome:fp,zz;:outcome:;region:missing:"
    cohort, refused = answerable(text, LOG)
    assert cohort == Cohort((Clause("region", "in", ("north",)), Clause("region", "missing")), ("fp",))
    assert refused == ("nowhere:in:x", "seats:ge:many", "nonsense", ":outcome:")


@pytest.mark.parametrize("text", HOSTILE)
def test_of_any_address_a_cohort_is_left_that_can_be_asked(text: str) -> None:
    cohort, refused = answerable(text, LOG)
    predicate(cohort, LOG, 0.5)
    assert cohort or refused or not text.strip(";")
    assert answerable(cohort.to_text(), LOG) == (cohort, ())


# --where


NAMES = ("race", "race in", "a=b", "a", 'say "x"', "two words", "x!=y", "is missing", "café")


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("race=A", Clause("race", "in", ("A",))),
        ("race = A", Clause("race", "in", ("A",))),
        ("race='A, B'", Clause("race", "in", ("A, B",))),
        ("race=", Clause("race", "in", ("",))),
        ("race==1+1", Clause("race", "in", ("=1+1",))),
        ("race=O'Brien", Clause("race", "in", ("O'Brien",))),
        ("race!=A", Clause("race", "not-in", ("A",))),
        ("race>=1", Clause("race", "ge", ("1",))),
        ("race <= 1", Clause("race", "le", ("1",))),
        ("race > 1", Clause("race", "gt", ("1",))),
        ("race<1", Clause("race", "lt", ("1",))),
        ("race is in A, B", Clause("race", "in", ("A", "B"))),
        ("race is not in A, B", Clause("race", "not-in", ("A", "B"))),
        ("race starts with A", Clause("race", "starts-with", ("A",))),
        ("race ends with A", Clause("race", "ends-with", ("A",))),
        ("race does not contain A", Clause("race", "not-contains", ("A",))),
        ('race contains " A", B ', Clause("race", "contains", (" A", "B"))),
        ("fields missing 2+, race, a", Clause("", "gaps", ("2+", "race", "a"))),
        ("race is missing", Clause("race", "missing")),
        ("race is not missing", Clause("race", "present")),
        ('race not in A, "B, C"', Clause("race", "not-in", ("A", "B, C"))),
        ("race hour in 9, 10", Clause("race", "hour", ("9", "10"))),
        ("race is blank", Clause("race", "blank")),
        ("race longer than 80", Clause("race", "longer", ("80",))),
        ("race contains x=y", Clause("race", "contains", ("x=y",))),
        ("race in in A, B", Clause("race in", "in", ("A", "B"))),
        ("race in A, B", Clause("race", "in", ("A", "B"))),
        ("race in=A", Clause("race in", "in", ("A",))),
        ("a=b=c", Clause("a=b", "in", ("c",))),
        ("a=b", Clause("a", "in", ("b",))),
        ("a=bc", Clause("a", "in", ("bc",))),
        ('say "x" is missing', Clause('say "x"', "missing")),
        ("two words in 1", Clause("two words", "in", ("1",))),
        ("x!=y!=z", Clause("x!=y", "not-in", ("z",))),
        ("is missing is missing", Clause("is missing", "missing")),
        ("café=é", Clause("café", "in", ("é",))),
    ],
)
def test_where(text: str, clause: Clause) -> None:
    assert parse_where(text, NAMES) == clause


@pytest.mark.parametrize(
    "text",
    ["", "race", "race~A", "nothing=1", "race in", "race ~ 1", "racey=1", 'race in "a\nb', "race in a\nb"],
)
def test_where_that_cannot_be_read(text: str) -> None:
    with pytest.raises(QuestionError, match=r"(?s)column=value.*found .*Columns: 'race'"):
        parse_where(text, NAMES)


@given(st.text(min_size=1, max_size=10).filter(lambda name: name == name.strip()), st.text(max_size=10))
def test_where_names_any_column(name: str, value: str) -> None:
    """With quotes around it every value arrives as it is."""
    assert parse_where(f'{name}="{value}"', [name, "other"]) == Clause(name, "in", (value,))
    assert parse_where(f"{name} is missing", [name]) == Clause(name, "missing")
