"""What an audit would tell: rows of the side without labels, drawn at random and judged."""

from __future__ import annotations

import streamlit as st

from analytics.answers.labels import selective_of
from analytics.answers.question import Question
from analytics.measure.labels.selective import AUDIT_ROWS
from analytics.present.selective import audit_reading
from pages._frame.cache import kept
from pages._frame.render import escaped

_MOST = 1_000_000
"""Rows that can be typed in: nobody audits more."""


def draw_audit(question: Question) -> None:
    """Let somebody say what an audit found, or may find, and say what recall is then; nothing where none is needed."""
    found = None if question.log.is_right_or_wrong else kept(selective_of, question)
    if found is None or not found.found + found.missed:
        return
    st.subheader("What would an audit tell?", anchor=False)
    with st.container(horizontal=True):
        rows = st.number_input("Rows of the audit", 1, _MOST, AUDIT_ROWS, key="audit_rows", width=200)
        positives = st.number_input("Positive ones among them", 0, rows, 0, key="audit_positives", width=200)
    st.caption(escaped(audit_reading(found, positives, rows)))
