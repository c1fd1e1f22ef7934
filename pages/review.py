"""Review: why does it fail?"""

import streamlit as st

from pages._frame import frame, session
from pages._review import cases, queue

frame.require()

st.title("Review")
with frame.boundary():
    queue.from_address()
    cases.draw(session.question())
