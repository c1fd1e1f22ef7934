"""Review: why does it fail?"""

import streamlit as st

from pages._shared import frame, reviewing, session

frame.require()

st.title("Review")
with frame.boundary():
    reviewing.draw(session.question())
