"""Logs: is this log fit to be judged?"""

import streamlit as st

from pages._shared import frame, intake, session, shelf

frame.require()

st.title("Logs")
with frame.boundary():
    intake.draw_notices()
    upload = intake.staged()
    if upload is not None:
        intake.draw_mapping(upload)
        st.divider()
left, right = st.columns([3, 5], gap="medium")
with left, frame.boundary():
    shelf.draw_lead()
    intake.draw_drop_zone()
    shelf.draw_waiting()
    shelf.draw_list()
with right, frame.boundary():
    if upload is None and session.logs():
        intake.draw_log(session.current_log())
