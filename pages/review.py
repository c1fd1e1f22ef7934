"""Review: why does it fail?"""

import streamlit as st

from pages._frame import compared, frame, session
from pages._review import queue, views

frame.require()

st.title("Review")
with frame.boundary():
    queue.from_address()
    question = session.question()
    compared.comparison_from_address(compared.FLIPPED_OF, question)
    views.draw(question)
