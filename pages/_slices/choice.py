"""The slice that was clicked, and what can be done with it."""

from __future__ import annotations

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.slices import SliceAnswer
from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.query.cohort import Clause, slice_clauses
from pages._frame import address, session
from pages._frame.registry import PAGES
from pages._frame.render import clicked, escaped

_CHOSEN = "_chosen_slice"
_PANEL_HEIGHT = 72
"""Pixels: one line and its buttons, kept so that a click moves nothing."""
_MAX_NAMED = 90
"""Characters of the name of a slice."""


def choose_from_table() -> None:
    """Remember the slice of the selected row."""
    rows = st.session_state["slice_table"]["selection"]["rows"]
    st.session_state[_CHOSEN] = rows[0] if rows else None


def choose_from_figure() -> None:
    """Remember the slice of the clicked mark; its row number travels with the mark."""
    number = clicked("slices")
    if number is not None:
        st.session_state[_CHOSEN] = number


def forget_slice() -> None:
    """Forget the chosen slice."""
    st.session_state[_CHOSEN] = None


def draw_chosen(answer: SliceAnswer, question: Question) -> None:
    """Say which slice is chosen and what can be done with it; the room is kept, so that a click moves nothing."""
    row = st.session_state.get(_CHOSEN)
    if row is None or not 0 <= row < answer.table.height:
        with st.container(border=True, height=_PANEL_HEIGHT, vertical_alignment="center"):
            st.caption("No slice is chosen. Click one in the figure, or tick its row in the table.")
        return
    found = answer.table.row(row, named=True)
    values = [found[f"slice_{place}"] for place in range(len(answer.by))]
    clauses = tuple(
        clause
        for name, value in zip(answer.by, values, strict=True)
        for clause in slice_clauses(question.log, name, value)
    )
    named = [f"{name} is {words.value_label(value)}" for name, value in zip(answer.by, values, strict=True)]
    metric = words.metric_text(answer.metric, found[answer.metric])
    rows = words.plural(found["n"], "row")
    with st.container(
        border=True,
        height=_PANEL_HEIGHT,
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
    ):
        st.markdown(
            f"**{escaped(words.shortened(', '.join(named), _MAX_NAMED))}** "
            + escaped(f"– {METRICS[answer.metric].label} {metric} on {rows}"),
            width="content",
        )
        st.button(
            "Add to the cohort",
            key="keep_slice",
            icon=":material/filter_alt:",
            type="primary",
            on_click=_keep,
            args=(clauses,),
        )
        draw_review(clauses)
        st.button("Close", key="close_slice", type="tertiary", on_click=forget_slice)


def _keep(clauses: tuple[Clause, ...]) -> None:
    """Add the chosen slice to the cohort."""
    session.add_clauses(clauses)
    forget_slice()


def draw_review(clauses: tuple[Clause, ...], *, disabled: bool = False) -> None:
    """Link to the errors of a slice on the Review page; the address carries the cohort there."""
    st.page_link(
        PAGES["review"].path,
        label="Review",
        icon=":material/rate_review:",
        disabled=disabled,
        help="Read the errors of this slice one by one.",
        query_params={**address.of_question(), "where": session.cohort().with_clauses(clauses).to_text()},
    )
