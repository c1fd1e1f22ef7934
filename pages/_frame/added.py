"""*Add to the report*, the same below every figure and table: it is kept with its log as it stands, and the outline shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analytics.answers.question import Question
from analytics.errors import StoreError
from analytics.log.kept.report_added import Added, add
from analytics.log.kept.report_still import Still
from analytics.present.tables.report_added import added_table
from pages._frame import session
from pages._frame.registry import FIRST

if TYPE_CHECKING:
    import plotly.graph_objects as go

_OF, OUTLINE = "_added_of", "outline"


def say_of(text: str) -> None:
    """Say what the figures of this page are of, where it is not the cohort: two sides; the next page begins without it."""
    st.session_state[_OF] = (_page(), text)


def _page() -> str:
    """Return the name of the page that is open."""
    return str(st.session_state.get(session.PAGE) or FIRST.name)


def draw_add(
    source: str,
    title: str,
    table: pl.DataFrame | None,
    *,
    reading: str = "",
    drawn: go.Figure | None = None,
    asked: Sequence[str] = (),
    metric: str = "",
) -> None:
    """Offer to add a figure or a table to the report; nothing where no log is open.

    Parameters
    ----------
    source : str
        The key of the element: by it a pack knows whether it can be asked again of another log.
    title, reading : str
    table : DataFrame, optional
    drawn : Figure, optional
    asked : sequence of str
        The columns that it is by.
    metric : str
    """
    if not session.logs():
        return
    element = Added(source, _page(), title, reading, tuple(asked), metric)
    st.button(
        "Add to report",
        key=f"to_report_{source}",
        icon=":material/note_add:",
        type="tertiary",
        on_click=_add,
        args=(element, table, drawn),
    )


def _add(element: Added, table: pl.DataFrame | None, drawn: go.Figure | None) -> None:
    """Keep an element with its log and show it in the outline; for callbacks only."""
    question = session.question()
    try:
        found = _asked(element, question, table, _still(drawn))
        add(session.workspace(), question.log.key, found)
    except StoreError:
        st.toast("Not added: the workspace cannot be written.", icon=":material/error:")
        return
    names = st.session_state.get(OUTLINE)
    if names is not None and found.name not in names:
        st.session_state[OUTLINE] = [*names, found.name]
    st.toast("Added to the report.")


def _asked(element: Added, question: Question, table: pl.DataFrame | None, still: Still | None) -> Added:
    """Return an element with its question, its table and its drawing."""
    page, of = st.session_state.get(_OF) or ("", "")
    words_ = of if page == element.page else question.cohort.to_words()
    return added_table(element, question, words_, pl.DataFrame() if table is None else table, still)


def _still(drawn: go.Figure | None) -> Still | None:
    """Return a figure in numbers."""
    if drawn is None:
        return None
    from analytics.present.figures.report_still import (
        still_of,  # Plotly is imported by one thread, before this is clicked
    )

    return still_of(drawn)
