"""Report: what do we take into the meeting?"""

import streamlit as st

from pages._shared import cache, frame, packing, session

frame.require()

st.title("Report")
with frame.boundary():
    question = session.question()
    chosen, metric = packing.draw_controls(question)
    packing.draw_found(question)
    html = cache.report(question, chosen, metric)
    packing.draw_paper(html, question)
