"""Which columns stand beside a row of the queue, and their cells; the choice is remembered with the log."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.answers.question import Question
from analytics.errors import AnalysisError
from analytics.present import words
from pages._frame import session
from pages._frame.render import escaped

_MAX_CELL = 80
"""Characters of a cell."""
_SHOWN_AT_FIRST = 2
"""Segment columns beside a row before anybody chooses."""


def cell(value: object) -> str | None:
    """Return a value on one short line, None where it is missing."""
    return None if value is None else words.shortened(words.value_label(value), _MAX_CELL)


def draw_columns(question: Question) -> list[str]:
    """Choose the columns of the queue; they are remembered with the log."""
    log = question.log
    names = [column.name for column in log.columns]
    known = _remembered(log.reading.content_hash)
    default = [name for name in log.mapping.segments if name != log.mapping.model_version][:_SHOWN_AT_FIRST]
    if "review_columns" not in st.session_state or st.session_state.get("_columns_of") != log.log_id:
        st.session_state["review_columns"] = [name for name in (default if known is None else known) if name in names]
        st.session_state["_columns_of"] = log.log_id
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown("**Queue**", width="content")
        with st.popover("Columns", type="tertiary", icon=":material/view_column:"):
            st.multiselect(
                "Columns of the queue",
                names,
                key="review_columns",
                format_func=lambda name: escaped(name),
                on_change=_remember,
                args=(log.reading.content_hash,),
            )
    chosen: list[str] = [name for name in st.session_state["review_columns"] if name in names]
    return chosen


def _remembered(content_hash: str) -> list[str] | None:
    """Return the columns that were last shown for a log."""
    found: list[Any] = [entry.body for entry in session.reviews().documents("columns") if entry.key == content_hash]
    return list(map(str, found[0])) if found and isinstance(found[0], list) else None


def _remember(content_hash: str) -> None:
    """Keep the chosen columns; where that cannot be written they are kept for this visit."""
    store = session.reviews()
    base = next((entry.revision for entry in store.documents("columns") if entry.key == content_hash), 0)
    try:
        store.save_document("columns", content_hash, list(st.session_state["review_columns"]), base)
    except AnalysisError as error:
        st.session_state["_judging_said"] = str(error)
