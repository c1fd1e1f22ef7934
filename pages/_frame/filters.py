"""Adding, clearing and saving filters, in place in the sidebar."""

from __future__ import annotations

from datetime import date, datetime

import streamlit as st

from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.present import words
from analytics.query.cohort import OUTCOME_WORDS, Clause, Cohort
from pages._frame import conditions, keyboard, session
from pages._frame.conditions import MAX_OPTIONS, as_text, value_counts
from pages._frame.render import DATE_WIDTH, escaped

_MAX_NUMBERS = 24
"""Distinct numbers that are offered one by one, as they are sliced (DESIGN.md, section 4); of more, a range is asked for."""
_MAX_VALUES_WITHOUT_SEARCH = 24
"""Distinct texts that can be read through; with more, a piece of text is asked for as well."""
_CONTAINS = "Contains (upper and lower case are the same)"


def draw(log: Log, cohort: Cohort) -> None:
    """Draw the controls under the chips."""
    with st.container(horizontal=True):
        with st.popover("Add filter", icon=":material/filter_alt:", key=keyboard.ADD_FILTER):
            _draw_adder(log, cohort)
        if cohort:
            st.button("Remove all", on_click=session.set_cohort, args=(Cohort(),), key="clear_all", type="tertiary")
    with st.popover("Saved cohorts", icon=":material/bookmark:", width="stretch"):
        _draw_saved(cohort)
    with st.expander("Filters as text"):
        st.text_input(
            "Filters as text",
            key="where",
            label_visibility="collapsed",
            help="The cohort as it stands in the address: copy it, or paste another.",
        )


_OF_CLASSES, _OF_ANSWERS = ("tp", "fp", "fn", "tn"), ("right", "wrong")
"""Outcomes of rows of two classes, and of rows that are right or wrong at any score."""


def _outcome_label(outcome: str) -> str:
    """Return what an outcome is called where there is little room."""
    if outcome in _OF_ANSWERS:
        return outcome
    return outcome.upper() if outcome in _OF_CLASSES else f"not {outcome[2:]}"


def _draw_adder(log: Log, cohort: Cohort) -> None:
    """Choose a column and what to keep of it."""
    hidden = _OF_CLASSES if log.is_right_or_wrong else _OF_ANSWERS
    offered = [outcome for outcome in OUTCOME_WORDS if outcome not in hidden]
    st.pills(
        "Outcome",
        offered,
        selection_mode="multi",
        key="new_outcomes",
        default=[outcome for outcome in cohort.outcomes if outcome in offered] or None,
        format_func=_outcome_label,
        on_change=lambda: session.set_cohort(Cohort(session.cohort().clauses, tuple(st.session_state["new_outcomes"]))),
        help="Rows that are right or wrong; those of which it is not known."
        if log.is_right_or_wrong
        else "True and false positives and negatives at the threshold; rows without a label or a score.",
    )
    names = [column.name for column in log.columns]
    name = st.selectbox("Column", names, index=None, key="new_column", placeholder="Choose a column")
    if name is None or name not in names:
        conditions.draw_rows(log)
        return
    column = log.column(name)
    if conditions.draw_choice(log, column):
        return
    if column.kind == "number" and column.n_distinct > _MAX_NUMBERS:
        _draw_range(column)
    elif column.kind == "time":
        _draw_dates(column)
    elif column.n_distinct <= MAX_OPTIONS:
        _draw_values(column)
    else:
        _draw_text(column)


def _draw_values(column: Column) -> None:
    """Choose values, each with its rows; being missing is one of them."""
    counts = value_counts(session.question().log, column.name)
    rows = {as_text(value): n for value, n in counts.iter_rows()}
    key = f"new_values_{column.position}"
    st.multiselect(
        "Keep",
        list(rows),
        key=key,
        format_func=lambda value: f"{words.value_label(value)} · {rows.get(value, 0):,}",
        placeholder="Choose values",
    )
    text_key = f"new_text_{column.position}"
    if column.kind == "text" and column.n_distinct > _MAX_VALUES_WITHOUT_SEARCH:
        st.text_input(f"Or: {_CONTAINS[0].lower()}{_CONTAINS[1:]}", key=text_key)
    st.button("Add", type="primary", key="add_values", on_click=_add_values, args=(column.name, key, text_key))


def _add_values(name: str, key: str, text_key: str) -> None:
    """Keep the chosen values of a column, and those that contain a piece of text."""
    chosen = st.session_state.get(key, [])
    values = tuple(value for value in chosen if value is not None)
    clauses = [Clause(name, "in", values)] if values else []
    clauses += [Clause(name, "contains", (text,))] if (text := st.session_state.get(text_key)) else []
    clauses += [Clause(name, "missing")] if None in chosen else []
    _add(name, clauses)


def _add(name: str, clauses: list[Clause]) -> None:
    """Replace the filter on a column."""
    current = session.cohort().without(name)
    session.set_cohort(Cohort((*current.clauses, *clauses), current.outcomes))
    st.session_state["new_column"] = None


def _draw_range(column: Column) -> None:
    """Choose a range of numbers."""
    low, high = f"new_low_{column.position}", f"new_high_{column.position}"
    left, right = st.columns(2)
    left.number_input("At least", value=None, key=low, placeholder=str(column.low), format="%.6g")
    right.number_input("At most", value=None, key=high, placeholder=str(column.high), format="%.6g")
    missing = _draw_missing(column)
    st.button("Add", type="primary", key="add_range", on_click=_add_bounds, args=(column.name, low, high, missing))


def _draw_missing(column: Column) -> str:
    """Offer the rows without a value; return the key of the choice."""
    key = f"new_missing_{column.position}"
    st.checkbox(f"Keep the {column.n_missing:,} rows where it is missing", key=key, disabled=column.n_missing == 0)
    return key


def _add_bounds(name: str, low: str, high: str, missing: str) -> None:
    """Keep the rows of a column within bounds."""
    bounds: list[Clause] = []
    for key, op in ((low, "ge"), (high, "le")):
        value = st.session_state.get(key)
        if value is not None:
            text = value.isoformat() if isinstance(value, date) else f"{value:.15g}"
            bounds.append(Clause(name, op, (text,)))
    if st.session_state.get(missing):
        bounds.append(Clause(name, "missing"))
    _add(name, bounds)


def _draw_dates(column: Column) -> None:
    """Choose a range of days; the last day is kept whole."""
    first, last = (datetime.fromisoformat(text).date() if text else None for text in (column.low, column.high))
    low, high = f"new_from_{column.position}", f"new_to_{column.position}"
    pair = st.grid(2, min_column_width=DATE_WIDTH)
    left, right = pair.cell(), pair.cell()
    left.date_input("From", value=None, key=low, min_value=first, max_value=last)
    right.date_input("To", value=None, key=high, min_value=first, max_value=last)
    missing = _draw_missing(column)
    st.button("Add", type="primary", key="add_dates", on_click=_add_bounds, args=(column.name, low, high, missing))


def _draw_text(column: Column) -> None:
    """Choose rows by a piece of text."""
    key = f"new_text_{column.position}"
    st.text_input(_CONTAINS, key=key)
    missing = _draw_missing(column)
    st.button("Add", type="primary", key="add_text", on_click=_add_contains, args=(column.name, key, missing))


def _add_contains(name: str, key: str, missing: str) -> None:
    """Keep the rows whose text contains a piece."""
    text = st.session_state.get(key) or ""
    clauses = [Clause(name, "contains", (text,))] if text else []
    clauses += [Clause(name, "missing")] if st.session_state.get(missing) else []
    _add(name, clauses)


def _draw_saved(cohort: Cohort) -> None:
    """Reopen, save and remove cohorts by name."""
    saved = session.workspace().saved_cohorts()
    for place, (name, text) in enumerate(saved.items()):
        with st.container(horizontal=True):
            st.button(
                escaped(name), key=f"saved_{place}", on_click=session.set_cohort_text, args=(text,), width="stretch"
            )
            st.button(
                "Remove",
                icon=":material/delete:",
                key=f"forget_{place}",
                type="tertiary",
                on_click=session.workspace().save_cohort,
                args=(name, None),
            )
    if not saved:
        st.caption("No cohort is saved yet.")
    if cohort:
        with st.form("save_cohort", border=False, clear_on_submit=True):
            name = st.text_input("Save the present cohort as", max_chars=80)
            if st.form_submit_button("Save") and name.strip():
                session.workspace().save_cohort(name, cohort.to_text())
                st.rerun()
