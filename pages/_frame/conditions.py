"""One condition on a column, by any of its operators, each edited by the control that the registry names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import polars as pl
import streamlit as st

from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.present import words
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.operator import Operator
from analytics.query.operators import OPERATORS, offered
from analytics.query.typed import WEEKDAYS
from pages._frame import session
from pages._frame.cache import kept

MAX_OPTIONS = 500
"""Values of a column that a list offers; longer ones are slow in the browser, and nobody reads them."""
_HOURS = 24
"""Of a day."""


def draw_choice(log: Log, column: Column) -> bool:
    """Offer the operators for a column, and the control of the chosen one; return whether one is chosen."""
    chosen = st.selectbox(
        "Condition",
        [operator.key for operator in offered(column.kind)],
        index=None,
        key=f"new_condition_{column.position}",
        format_func=lambda key: OPERATORS[key].label,
        placeholder="Choose below, or another condition",
    )
    if chosen is None:
        return False
    _draw(log, column.name, OPERATORS[chosen], str(column.position))
    return True


def draw_rows(log: Log) -> None:
    """Offer the conditions that are about a row and not about one column."""
    for operator in OPERATORS.values():
        if operator.join == "row":
            with st.expander(operator.label.capitalize()):
                _draw(log, "", operator, "row")


def _draw(log: Log, name: str, operator: Operator, place: str) -> None:
    """Draw the control of an operator, and the button that adds the clause."""
    st.caption(operator.meaning)
    keys = CONTROLS[operator.control](log, name, f"new_{operator.key}_{place}")
    st.button("Add", type="primary", key=f"add_{operator.key}", on_click=_add, args=(name, operator.key, keys))


def _add(name: str, op: str, keys: list[str]) -> None:
    """Add a clause, in place of one with the same operator on the column; for callbacks only."""
    parts = [_texts(st.session_state.get(key)) for key in keys]
    if all(parts):
        current = session.cohort()
        others = [clause for clause in current.clauses if (clause.column, clause.op) != (name, op)]
        clause = Clause(name, op, tuple(text for part in parts for text in part))
        session.set_cohort(Cohort((*others, clause), current.outcomes))
        st.session_state["new_column"] = None


def value_counts(log: Log, column: str) -> pl.DataFrame:
    """Return the values of a column of the whole log with their rows."""
    return kept(Engine.value_counts, log, Cohort(), 0.0, column)


def as_text(value: object) -> str | None:
    """Return a value as a clause holds it."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(given: Any) -> tuple[str, ...]:
    """Return what a control holds as the values of a clause.

    >>> _texts(["A", True]), _texts(0.5), _texts(date(2024, 5, 31)), _texts(None)
    (('A', 'true'), ('0.5',), ('2024-05-31',), ())
    """
    if given is None or given == "":
        return ()
    if isinstance(given, list):
        return tuple(str(as_text(value)) for value in given)
    if isinstance(given, date):
        return (given.isoformat(),)
    return (f"{given:.15g}",) if isinstance(given, float) else (str(given),)


def _draw_values(log: Log, name: str, key: str) -> list[str]:
    """Choose values, each with its rows, or write them where there are too many; a day where the column holds times."""
    column = log.column(name)
    if column.kind == "time":
        return _draw_bound(log, name, key)
    rows: dict[str, int] = {}
    if column.n_distinct <= MAX_OPTIONS:
        counts = value_counts(log, name)
        rows = {str(as_text(value)): n for value, n in counts.iter_rows() if value is not None}
    st.multiselect(
        "Values",
        list(rows),
        key=key,
        format_func=lambda value: f"{words.value_label(value)} · {rows[value]:,}" if value in rows else value,
        accept_new_options=not rows,
        placeholder="Choose values" if rows else "Write values",
    )
    return [key]


def _draw_bound(log: Log, name: str, key: str) -> list[str]:
    """Choose a number or a day."""
    column = log.column(name)
    if column.kind == "time":
        first, last = (datetime.fromisoformat(text).date() if text else None for text in (column.low, column.high))
        st.date_input("Day", value=None, key=key, min_value=first, max_value=last)
    else:
        placeholder = f"{column.low} to {column.high}"
        st.number_input("Number", value=None, key=key, placeholder=placeholder, format="%.6g")
    return [key]


def _draw_text(log: Log, name: str, key: str) -> list[str]:
    """Write a piece of text."""
    st.text_input("Text", key=key)
    return [key]


def _draw_length(log: Log, name: str, key: str) -> list[str]:
    """Choose a number of characters."""
    st.number_input("Characters", value=None, min_value=0, step=1, key=key)
    return [key]


def _draw_hours(log: Log, name: str, key: str) -> list[str]:
    """Choose hours of the day."""
    st.multiselect("Hours", list(range(_HOURS)), key=key, format_func=lambda hour: f"{hour:02d}")
    return [key]


def _draw_weekdays(log: Log, name: str, key: str) -> list[str]:
    """Choose weekdays."""
    st.multiselect("Weekdays", list(WEEKDAYS), key=key)
    return [key]


def _draw_nothing(log: Log, name: str, key: str) -> list[str]:
    """Draw nothing: the operator has no value."""
    return []


def _draw_fields(log: Log, name: str, key: str) -> list[str]:
    """Choose how many of which columns have no value."""
    columns = [column.name for column in log.columns if column.n_missing]
    numbers = [f"{number}+" for number in range(1, len(columns) + 1)]
    st.selectbox("How many", numbers, key=f"{key}_number", format_func=lambda number: number.replace("+", " or more"))
    st.multiselect("Of", columns, key=key, placeholder="Choose columns")
    return [f"{key}_number", key]


def _draw_columns(log: Log, name: str, key: str) -> list[str]:
    """Choose columns that are compared with each other."""
    st.multiselect("Columns", [column.name for column in log.columns], key=key, placeholder="Choose two or more")
    return [key]


def _draw_day(log: Log, name: str, key: str) -> list[str]:
    """Choose a day of the log."""
    if log.mapping.time is not None and log.mapping.label_time is not None:
        return _draw_bound(log, log.mapping.time, key)
    st.caption("The log does not say when rows and labels came: choose columns for both on the Logs page.")
    return [key]


CONTROLS: dict[str, Callable[[Log, str, str], list[str]]] = {
    "values": _draw_values,
    "bound": _draw_bound,
    "text": _draw_text,
    "length": _draw_length,
    "hours": _draw_hours,
    "weekdays": _draw_weekdays,
    "nothing": _draw_nothing,
    "fields": _draw_fields,
    "day": _draw_day,
    "columns": _draw_columns,
}
"""By the name that an operator gives: draws the control of a column's clause, and returns the keys that hold its values."""
