"""Review: why does it fail?"""

import streamlit as st

from pages._frame import frame, session
from pages._review import queue, views

frame.require()

st.title("Review")
with frame.boundary():
    queue.from_address()
    views.draw(session.question())
