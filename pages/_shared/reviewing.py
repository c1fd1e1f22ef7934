"""The Review page: cases, what the verdicts say, and the library."""

from __future__ import annotations

import streamlit as st

from analytics.answers import Question
from pages._shared import casing, judging, queueing, session
from pages._shared.frame import boundary


@st.fragment
def draw_cases(question: Question) -> None:
    """Show the queue and the open case; only this part of the page is drawn anew by a verdict."""
    with boundary():
        asked = queueing.draw_controls(question)
        page = queueing.page_of(question, asked)
        store = session.reviews()
        reasons, _ = store.reasons()
        verdicts = store.verdicts(question.log.reading.content_hash)
        if not page.n_rows:
            st.info(
                "No row of this cohort is such an error. Choose other rows, or widen the cohort.",
                icon=":material/inbox:",
            )
            return
        if page.rows.is_empty():
            queueing.go(0)
            st.rerun(scope="fragment")
        left, right = st.columns([1, 1.9], gap="medium")
        with left:
            queueing.draw_list(question, asked, page, verdicts, reasons)
        rows = page.rows.to_dicts()
        case = next((row for row in rows if row["position"] == asked.at), rows[-1])
        with right:
            casing.draw_head(question, case, page.n_rows)
            judging.draw(question, case, page.frame, page.n_rows, reasons)
            casing.draw_fields(question, case)
        queueing.to_address()
