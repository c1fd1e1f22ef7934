"""Logs: is this log fit to be judged?"""

import streamlit as st

from pages._shared import frame, intake, session

frame.require()

st.title("Logs")
with frame.boundary():
    intake.draw_notices()
left, right = st.columns([2, 5], gap="large")
with left, frame.boundary():
    intake.draw_drop_zone()
    intake.draw_list()
with right, frame.boundary():
    upload = intake.staged()
    if upload is not None:
        intake.draw_mapping(upload)
    elif session.logs():
        intake.draw_log(session.current_log())
