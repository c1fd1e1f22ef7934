"""Logs: is this log fit to be judged?"""

import streamlit as st

from pages._frame import frame, session
from pages._logs import shelf
from pages._logs import upload as upload_flow

frame.require()

st.title("Logs")
with frame.boundary():
    upload_flow.draw_notices()
    upload = upload_flow.staged()
    if upload is not None:
        upload_flow.draw_mapping(upload)
        st.divider()
left, right = st.columns([3, 5], gap="medium")
with left, frame.boundary():
    shelf.draw_lead()
    upload_flow.draw_drop_zone()
    shelf.draw_waiting()
    shelf.draw_list()
    shelf.draw_removed()
with right, frame.boundary():
    if upload is None and session.logs():
        upload_flow.draw_log(session.current_log())
