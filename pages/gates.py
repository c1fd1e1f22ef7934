"""Gates: may it go on, and if nobody can tell, when will we know?"""

import streamlit as st

from pages._frame import frame, session
from pages._gates import checked, choice, watched

frame.require()

with frame.boundary():
    st.title("Gates")
    question = session.question()
    text = choice.chosen(question)
    if text is None:
        choice.draw_first(question)
    else:
        checked.draw_checked(question, text)
        choice.draw_file(question, text)
    watched.draw_watched(question)
