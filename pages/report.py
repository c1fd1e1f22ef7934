"""Report: what do we take into the meeting?"""

import streamlit as st

from pages._frame import compared, frame, session
from pages._report import outline, paper, past

frame.require()

st.title("Report")
with frame.boundary():
    question = session.question()
    said = st.container()
    compared.comparison_from_address(compared.IN_REPORT, question)
    chosen, metric = paper.draw_controls(question)
    left, right = st.columns([4, 11], gap="medium")
    with left:
        view = outline.draw_outline(question.log.key)
        paper.draw_found(question)
        compared.draw_comparison_of_report(question)
    with right:
        pack = paper.pack_for(question, chosen, metric, view)
        paper.draw_paper(pack, question)
    with said:
        paper.draw_lead(pack)
    with left:
        outline.draw_struck(pack.first.findings)
        outline.draw_definitions(pack)
        past.draw_past(question)
