"""Review: why does it fail?"""

import streamlit as st

from pages._shared import frame, queueing, reviewing, session

frame.require()

st.title("Review")
with frame.boundary():
    queueing.from_address()
    reviewing.draw(session.question())
