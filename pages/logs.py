"""Logs: is this log fit to be judged?"""

import streamlit as st

from pages._shared import frame, intake, session, shelf

frame.require()

st.title("Logs")
left, right = st.columns([1, 2], gap="medium")
with left, frame.boundary():
    shelf.draw_lead()
    intake.draw_drop_zone()
    shelf.draw_waiting()
    shelf.draw_list()
with right, frame.boundary():
    upload = intake.staged()
    if upload is not None:
        intake.draw_mapping(upload)
    elif session.logs():
        intake.draw_log(session.current_log())
