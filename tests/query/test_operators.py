"""The registry of operators from both sides: each has all its parts, and what has no operator is nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from math import nan
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import QuestionError
from analytics.query import relations
from analytics.query.cohort import Clause, Cohort, column_words
from analytics.query.operator import Operator
from analytics.query.operators import OPERATORS, offered
from analytics.query.predicates import predicate
from analytics.query.typed import WEEKDAYS
from analytics.query.where import WHERE, parse_where, where_text
from tests.query.logs import COLUMNS, LOG, SCHEMA, START, TEXTS, Twins, collected, maybe
from tests.query.meanings import MEANINGS
from tests.thorough import amount

EVERY = pytest.mark.parametrize("operator", OPERATORS.values(), ids=list(OPERATORS))
OF_KIND = {
    "text": st.sampled_from(TEXTS),
    "number": st.sampled_from(["-2", "-1.5", "0", "0.1", "1.0", "7"]),
    "boolean": st.sampled_from(["true", "false"]),
    "time": st.integers(-1, 6).map(lambda days: (START + timedelta(days=days)).date().isoformat()),
}
OF_CONTROL = {
    "text": st.sampled_from(["", "o", "OU", "N", "in", "İN", ",", "=", "'", "🛫", "\n", "%", "_", "."]),
    "length": st.sampled_from(["0", "1", "4"]),
    "hours": st.integers(0, 23).map(str),
    "weekdays": st.sampled_from(WEEKDAYS),
}


@pytest.fixture(scope="module")
def twins() -> Iterator[Twins]:
    pair = Twins()
    yield pair
    pair.connection.close()


def values_of(operator: Operator, kind: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Values that fit an operator on a column of a kind."""
    if operator.control == "day":
        return st.tuples(OF_KIND["time"])
    if operator.control == "columns":
        return st.just(tuple(column.name for column in COLUMNS if column.kind == "number"))
    if operator.join == "row":
        names = st.lists(st.sampled_from([column.name for column in COLUMNS]), min_size=1, unique=True)
        return st.builds(lambda least, found: (f"{least}+", *found), st.integers(0, 3), names)
    if operator.arity == "none":
        return st.just(())
    one = OF_CONTROL[operator.control] if operator.control in OF_CONTROL else OF_KIND[kind]
    return st.lists(one, min_size=1, max_size=1 if operator.arity == "one" else 3).map(tuple)


def clauses_with(operator: Operator) -> st.SearchStrategy[Clause]:
    """Clauses that can be asked of the log, on every kind of column that the operator is for."""
    columns = [column for column in COLUMNS if column.kind in operator.kinds]
    if operator.join == "row":
        return st.builds(Clause, st.just(""), st.just(operator.key), values_of(operator, ""))
    return st.sampled_from(columns).flatmap(
        lambda column: st.builds(Clause, st.just(column.name), st.just(operator.key), values_of(operator, column.kind))
    )


@EVERY
def test_every_operator_has_all_its_parts(operator: Operator) -> None:
    optional = {"is_complement", "also", "kinds"}
    without = [
        field.name for field in fields(operator) if field.name not in optional and not getattr(operator, field.name)
    ]
    assert not without, f"the operator {operator.key!r} has no {', '.join(without)}"
    assert bool(operator.kinds) == (operator.join != "row"), f"the operator {operator.key!r} is for no kind of column"
    assert operator.meaning.endswith("."), f"the meaning of {operator.key!r} is no sentence"
    assert not set(operator.key) & set(" :;,%&?#"), f"the key {operator.key!r} does not survive a link"
    assert not set(operator.kinds) & set(operator.also), f"{operator.key!r} names a kind twice"


@EVERY
def test_what_says_not_always_restricts_and_says_so(operator: Operator) -> None:
    """As an alternative to other clauses it would let in nearly every row; README says that it always restricts."""
    says_not = any(form.startswith("!") or "not" in form.split() for form in operator.forms)
    assert not says_not or operator.join == "all", f"the operator {operator.key!r} says not and lacks join='all'"
    said = " ".join(operator.words(("17", "Q") if operator.arity == "several" else ("17",))).split()
    assert ("not" in said) == says_not, f"the sentence of {operator.key!r}, {' '.join(said)!r}, is that of its opposite"


def test_no_two_operators_are_written_or_called_alike() -> None:
    for names in (
        [form for operator in OPERATORS.values() for form in operator.forms],
        [operator.label for operator in OPERATORS.values()],
        [operator.meaning for operator in OPERATORS.values()],
    ):
        assert [name for name, n in Counter(names).items() if n > 1] == []


@EVERY
def test_every_operator_has_a_sentence_of_its_own(operator: Operator) -> None:
    values = {"none": (), "one": ("17",), "several": ("17", "Q")}[operator.arity]
    said = column_words("column", [Clause("column", operator.key, values)])
    assert len(said) > len("column is ") and all(value in said for value in values), (
        f"{operator.key!r} is said {said!r}"
    )
    others = [
        column_words("column", [Clause("column", other.key, values)])
        for other in OPERATORS.values()
        if other.arity == operator.arity and other is not operator
    ]
    assert said not in others


@EVERY
@settings(max_examples=amount(16, 100))
@given(data=st.data())
def test_every_operator_survives_a_link_and_the_command_line(operator: Operator, data: st.DataObject) -> None:
    names = st.text(min_size=1, max_size=8).filter(lambda name: name == name.strip())
    name = data.draw(names) if operator.join != "row" else ""
    number = {"none": 0, "one": 1, "several": data.draw(st.integers(1, 3))}[operator.arity]
    clause = Clause(name, operator.key, tuple(data.draw(st.text(max_size=6)) for _ in range(number)))
    assert Cohort.from_text(Cohort((clause,)).to_text()).clauses == (clause,)
    assert parse_where(where_text(clause), [name] if name else ["other"]) == clause


@EVERY
def test_every_form_is_read_and_is_in_the_help_text(operator: Operator) -> None:
    for form in operator.forms:
        text = form if operator.arity == "none" else f'{form} "v"'
        found = parse_where(text if operator.join == "row" else f"column {text}", ["column"])
        assert found.op == operator.key
        assert form in WHERE, f"the help text of --where does not name {form!r}"


def test_texts_of_links_and_saved_cohorts_of_earlier_versions_mean_what_they_meant() -> None:
    text = (
        "race:in:A%2C%20B,C;race:not-in:,x;%3A%3B:missing:;note:present:;note:contains:a%25b;age:ge:1;age:le:2.5;age:lt:3;"
        "at:hour:9,17;at:weekday:Sat;note:longer:80;note:blank:;:gaps:5%2B,seats,year;:outcome:fp,unlabelled"
    )
    cohort = Cohort.from_text(text)
    assert cohort == Cohort(
        (
            Clause("race", "in", ("A, B", "C")),
            Clause("race", "not-in", ("", "x")),
            Clause(":;", "missing"),
            Clause("note", "present"),
            Clause("note", "contains", ("a%b",)),
            Clause("age", "ge", ("1",)),
            Clause("age", "le", ("2.5",)),
            Clause("age", "lt", ("3",)),
            Clause("at", "hour", ("9", "17")),
            Clause("at", "weekday", ("Sat",)),
            Clause("note", "longer", ("80",)),
            Clause("note", "blank"),
            Clause("", "gaps", ("5+", "seats", "year")),
        ),
        ("fp", "unlabelled"),
    )
    assert Cohort.from_text(cohort.to_text()) == cohort
    assert "race:in:A!2C B,C" in cohort.to_text(), (
        "the address escapes a blank and a % itself: nothing is escaped twice"
    )


def test_every_operator_has_a_meaning_that_its_predicate_is_held_against() -> None:
    lacking, strange = {*OPERATORS} - {*MEANINGS}, {*MEANINGS} - {*OPERATORS}
    assert not lacking, f"tests/query/meanings.py does not say what {sorted(lacking)} means"
    assert not strange, f"tests/query/meanings.py says what {sorted(strange)} means, and there is no such operator"


def tables() -> st.SearchStrategy[pl.DataFrame]:
    """Small tables with everything that is hard: nulls, empty texts, numbers that are none."""
    moments = st.integers(0, 120).map(lambda hours: START + timedelta(hours=hours))
    row = st.tuples(
        maybe(st.sampled_from([*TEXTS, " ", "\t\n"])),
        maybe(st.integers(-2, 2)),
        maybe(st.booleans()),
        maybe(st.sampled_from([-1.5, 0.0, 0.1, 2.0, nan])),
        maybe(moments),
    )
    names = [column.sql_name for column in COLUMNS]
    schema: dict[str, Any] = {"row_id": pl.Int64, **{name: SCHEMA[name] for name in names}}
    return st.lists(row, max_size=12).map(
        lambda rows: pl.DataFrame([(place, *cells) for place, cells in enumerate(rows)], schema=schema, orient="row")
    )


@EVERY
@settings(max_examples=amount(16, 40))
@given(frame=tables(), data=st.data())
def test_every_predicate_keeps_what_the_operator_means_on_both_engines(
    twins: Twins, operator: Operator, frame: pl.DataFrame, data: st.DataObject
) -> None:
    clause = data.draw(clauses_with(operator))
    kept = predicate(Cohort((clause,)), LOG, 0.5)
    shown = [{column.name: row[column.sql_name] for column in COLUMNS} for row in frame.iter_rows(named=True)]
    cells = shown if operator.join == "row" else [row[clause.column] for row in shown]
    expected = [place for place, cell in enumerate(cells) if MEANINGS[operator.key](cell, clause.values)]
    for side in twins.of(frame):
        assert sorted(collected(relations.keep(side, kept))["row_id"]) == expected


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (
            "text",
            "in missing blank contains starts-with ends-with not-in not-contains longer present",
        ),
        ("number", "in ge gt le lt missing not-in present"),
        ("time", "in ge gt le lt missing not-in hour weekday present"),
        ("boolean", "in missing not-in present"),
    ],
)
def test_each_kind_of_column_offers_its_operators(kind: Any, keys: str) -> None:
    found = [operator.key for operator in offered(kind)]
    strange = {*found} ^ {*keys.split()}
    assert found == keys.split(), (
        f"{sorted(strange)} stands in the list of this test or is offered for {kind}, not both"
    )


@EVERY
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.kind)
def test_an_operator_is_refused_on_columns_that_it_is_not_for(operator: Operator, column: Any) -> None:
    if operator.join == "row" or column.kind in (*operator.kinds, *operator.also):
        return
    values = {"none": (), "one": ("1",), "several": ("1",)}[operator.arity]
    with pytest.raises(QuestionError, match=f"(?s)Expected a column of .* for .*found '{column.name}'"):
        predicate(Cohort((Clause(column.name, operator.key, values),)), LOG, 0.5)


@EVERY
def test_a_clause_with_too_few_or_too_many_values_is_refused(operator: Operator) -> None:
    name = next((column.name for column in COLUMNS if column.kind in operator.kinds), "")
    if operator.arity != "none":
        with pytest.raises(QuestionError, match="Expected"):
            predicate(Cohort((Clause(name, operator.key, ()),)), LOG, 0.5)
    if operator.arity == "one":
        with pytest.raises(QuestionError, match="one value"):
            predicate(Cohort((Clause(name, operator.key, ("1", "2")),)), LOG, 0.5)


def test_a_clause_with_an_operator_that_there_is_not_cannot_be_made() -> None:
    with pytest.raises(QuestionError, match="Expected one of in, "):
        Clause("race", "drop", ())
