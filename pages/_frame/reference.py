"""The two sides that somebody chose on the Gap page, for pages that have no controls for them; the address carries them there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from analytics.answers.brief.answer import evaluated_sides
from analytics.answers.compare.whole import ANOTHER_LOG
from analytics.answers.gap.sides import BY_TIME
from analytics.answers.question import Question
from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.present import words
from analytics.query.cohort import Clause, Cohort
from analytics.query.predicates import answerable
from pages._frame import address, session
from pages._frame.cache import kept
from pages._frame.conditions import as_text, value_counts

BY_LOG = ANOTHER_LOG
_MAX_VALUES = 60
"""Values of a column that can be a side; a choice of more is searched, not read."""
DATES = ("then_from", "then_to", "now_from", "now_to")
KEYS = ("apart", "then", "now", "then_log", *DATES)
KEPT = "_sides"
_NAME = "sides"
"""In the address: what tells the sides apart, then what the controls say of either. Their own names are theirs alone to write."""
_CHOSEN = "_sides_chosen"
"""The log of which somebody chose the sides; what the Gap page proposes is nobody's choice."""


def choose_sides() -> None:
    """Remember that somebody chose the sides of the log that is open."""
    st.session_state[_CHOSEN] = session.current_log().key


def reference_and_production(question: Question) -> tuple[Question, Question] | None:
    """Return the sides that somebody chose, else an evaluation and production where values are called so, else None."""
    chosen = chosen_sides(question)
    return chosen if chosen and chosen[0] != chosen[1] else kept(evaluated_sides, question)


def sides_from_address(question: Question) -> None:
    """Take over what the address of a page without controls newly says of the sides, and write into it what was chosen."""
    given = address.taken(_NAME)
    if given is not None:
        st.session_state[_CHOSEN] = question.log.key if given else None
    if given:
        state = {"apart": given[0], **dict(zip(_keys_of(given[0]), given[1:], strict=False))}
        st.session_state[KEPT] = {key: _day(state.get(key)) if key in DATES else state.get(key) for key in KEYS}
    state = st.session_state.get(KEPT, {}) if chosen_sides(question) else {}
    way = state.get("apart")
    values = [way, *(state[key] for key in _keys_of(way))] if way else []
    address.put(_NAME, [value.isoformat() if isinstance(value, date) else str(value) for value in values])


def _keys_of(way: str) -> tuple[str, ...]:
    """Name the controls that say which two sides are meant, by what tells them apart."""
    return {BY_TIME: DATES, BY_LOG: ("then_log",)}.get(way, ("then", "now"))


def _day(text: str | None) -> date | None:
    """Read a day of the address, None for what is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def chosen_sides(question: Question) -> tuple[Question, Question] | None:
    """Return the sides that somebody chose, None where nobody did or where they no longer fit the log."""
    state, log = st.session_state.get(KEPT, {}), question.log
    way = state.get("apart")
    if st.session_state.get(_CHOSEN) != log.key or way not in ways_apart(log):
        return None
    if way == BY_LOG:
        other = next((each for each in session.logs() if each.log_id == state.get("then_log")), None)
        is_both = st.session_state.get("filter_both", True)
        return None if other is None or other.log_id == log.log_id else sides_by_log(question, other, is_both=is_both)
    if way == BY_TIME:
        days = [state.get(key) for key in DATES]
        known = [day for day in days if isinstance(day, date)]
        is_in_order = len(known) == len(DATES) and known[0] <= known[1] and known[2] <= known[3]
        return sides_by_time(question, known) if is_in_order else None
    column = log.column(way)
    values = values_of_sides(log, column)
    labels = [state.get(key) for key in ("then", "now")]
    return sides_by_value(question, column, [values[label] for label in labels]) if set(labels) <= set(values) else None


def sides_by_time(question: Question, days: Sequence[date]) -> tuple[Question, Question]:
    """Return the rows of two spans of days: first and last of the reference, first and last of production."""
    time = str(question.log.mapping.time)
    bounds = [Clause(time, op, (day.isoformat(),)) for op, day in zip(("ge", "le") * 2, days, strict=True)]
    return _sides_of(question, time, [tuple(bounds[:2]), tuple(bounds[2:])])


def sides_by_value(question: Question, column: Column, values: Sequence[object]) -> tuple[Question, Question]:
    """Return the rows of two values of a column."""
    return _sides_of(question, column.name, [_clause_of(column, value) for value in values])


def sides_by_log(question: Question, other: Log, *, is_both: bool) -> tuple[Question, Question]:
    """Return another log as the reference, under the same filters where these hold for both, and production."""
    cohort = answerable(question.cohort.to_text(), other)[0] if is_both else Cohort()
    return Question(other, cohort, other.mapping.threshold), question


def values_of_sides(log: Log, column: Column) -> dict[str, object]:
    """Return the values of a column that can be a side, the most frequent first, by what choice and address call them."""
    return {_side_label(value): value for value in value_counts(log, column.name)["value"].head(_MAX_VALUES).to_list()}


def ways_apart(log: Log) -> list[str]:
    """Return what can tell two sides of a log apart: the time, columns with few values, another log."""
    judged_by = log.mapping.right.columns if log.mapping.right else ()
    columns = [
        column.name
        for column in log.columns
        if 2 <= column.n_distinct + bool(column.n_missing) <= _MAX_VALUES
        and column.kind != "time"
        and column.name not in (BY_TIME, BY_LOG, log.mapping.label, log.mapping.decision, *judged_by)
    ]
    first = [name for name in (log.mapping.model_version,) if name in columns]
    times = [BY_TIME] if log.time_low is not None and log.mapping.time is not None else []
    return [
        *times,
        *first,
        *(name for name in columns if name not in first),
        *([BY_LOG] if len(session.logs()) > 1 else []),
    ]


def _side_label(value: object) -> str:
    """Return a value as the choice and the address write it; a text that reads like a missing value is quoted.

    >>> _side_label(None), _side_label("(missing)"), _side_label(True)
    ('(missing)', "'(missing)'", 'true')
    """
    text = as_text(value)
    if text is None:
        return words.MISSING
    return f"'{text}'" if text.strip("'") == words.MISSING else text


def _clause_of(column: Column, value: object) -> tuple[Clause, ...]:
    """Return the clause that keeps one value."""
    text = as_text(value)
    return (Clause(column.name, "missing") if text is None else Clause(column.name, "in", (text,)),)


def _sides_of(question: Question, column: str, clauses: list[tuple[Clause, ...]]) -> tuple[Question, Question]:
    """Return a question under the clauses of either side, in place of its own on that column."""
    rest = question.cohort.without(column)
    first, second = (replace(question, cohort=Cohort((*rest.clauses, *own), rest.outcomes)) for own in clauses)
    return first, second
