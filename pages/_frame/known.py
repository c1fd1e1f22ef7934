"""The switch between all that is known, what was known on a day, and mature rows alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import streamlit as st

from analytics.answers.labels_answer import mature
from analytics.errors import AnalysisError, QuestionError
from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.known import AS_OF
from pages._frame import session
from pages._frame.cache import kept
from pages._frame.render import escaped

_DAY = "known_day"
_MATURE = "_mature_clause"
"""The filter that keeps mature rows, where somebody asked for it in this session or by a link."""


def draw(log: Log) -> None:
    """Choose the day; a log that does not say when labels came has no such switch."""
    if log.mapping.label_time is None or log.time_low is None or log.time_high is None:
        st.session_state[AS_OF] = None
        return
    first, last = (datetime.fromisoformat(text).date() for text in (log.time_low, log.time_high))
    last = max(last, _last_label(log) or last)
    day = _day_of(st.session_state.get(AS_OF), first, last)
    st.session_state[AS_OF] = None if day is None else day.isoformat()
    st.session_state[_DAY] = day
    is_mature = _is_mature(log)
    whole = "Mature rows only" if is_mature else "All labels"
    said = whole if day is None else f"As known on {day.day} {day:%B %Y}"
    with st.popover(escaped(said), icon=":material/event:", width="stretch"):
        st.date_input(
            "As known on",
            value=None,
            key=_DAY,
            min_value=first,
            max_value=last,
            on_change=_take_day,
            help="No later row, and no label that came later: every page answers as it would have at the end of this day.",
        )
        st.button(
            "Mature rows only",
            key="mature_rows",
            on_click=_keep_mature,
            width="stretch",
            disabled=is_mature,
            help="Rows whose labels are there. To see all again remove the filter.",
        )
        if why_not := st.session_state.pop("_not_mature", ""):
            st.caption(escaped(why_not))


def _is_mature(log: Log) -> bool:
    """Whether a filter keeps mature rows alone; one of a link does where it is the one that this log would be given."""
    question = session.question()
    clauses = question.cohort.clauses
    if st.session_state.get(_MATURE) in clauses:
        return True
    for clause in clauses:
        if (clause.column, clause.op) != (log.mapping.time, "le"):
            continue
        others = Cohort(tuple(each for each in clauses if each != clause), question.cohort.outcomes)
        try:
            found = kept(mature, replace(question, cohort=others))
        except AnalysisError:
            return False
        if found.cohort.clauses[-1] == clause:
            st.session_state[_MATURE] = clause
            return True
    return False


def _last_label(log: Log) -> date | None:
    """Return the day on which the last label came: it may be long after the last row."""
    high = log.column(str(log.mapping.label_time)).high
    try:
        return datetime.fromisoformat(high).date() if high else None
    except ValueError:
        return None


def _day_of(text: object, first: date, last: date) -> date | None:
    """Return the day that a link or a person named, None where it is none of the log."""
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        return None
    return day if first <= day <= last else None


def _take_day() -> None:
    """Take over the day that was chosen."""
    chosen = st.session_state.get(_DAY)
    st.session_state[AS_OF] = chosen.isoformat() if isinstance(chosen, date) else None


def _keep_mature() -> None:
    """Filter the rows that are old enough."""
    try:
        found = kept(mature, session.question())
    except QuestionError as error:
        st.session_state["_not_mature"] = str(error)
        return
    current, own = session.cohort(), found.cohort.clauses[-1]
    st.session_state[_MATURE] = own
    session.set_cohort(type(current)((*current.clauses, own), current.outcomes))
