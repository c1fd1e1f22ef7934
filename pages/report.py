"""Report: what do we take into the meeting?"""

import streamlit as st

from analytics.answers.report.view import View
from pages._frame import frame, session
from pages._report import paper

frame.require()

st.title("Report")
with frame.boundary():
    question = session.question()
    chosen, metric = paper.draw_controls(question)
    paper.draw_found(question)
    paper.draw_paper(paper.pack_for(question, chosen, metric, View()), question)
