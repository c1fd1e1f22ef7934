"""Report: what do we take into the meeting?"""

import streamlit as st

from pages._frame import cache, frame, report, session

frame.require()

st.title("Report")
with frame.boundary():
    question = session.question()
    chosen, metric = report.draw_controls(question)
    report.draw_found(question)
    html = cache.report(question, chosen, metric)
    report.draw_paper(html, question)
