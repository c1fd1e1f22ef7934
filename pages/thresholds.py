"""Thresholds: where should the line be, and what is that worth?"""

import streamlit as st

from analytics.present import readings
from pages._frame import frame, session
from pages._frame import policy as policy_controls
from pages._frame.cautions import cautioned_sentence
from pages._frame.render import escaped
from pages._thresholds import by_slice, costs, decisions, explorer, handover, human_band

frame.require()

with frame.boundary():
    st.title("Thresholds")
    question = session.question()
    if question.log.is_right_or_wrong:
        handover.draw_handover(question)
    else:
        head = st.container()
        left, right = st.columns([1, 2.1], gap="medium")
        with left:
            policy = policy_controls.draw_policy(question)
        answer = costs.sweep_of(question, policy)
        with head:
            cautioned_sentence(costs.said(answer, question), question)
            costs.draw_deciding(answer, question)
        with left:
            st.caption(escaped(readings.limits_reading(answer)))
        with right:
            explorer.draw_explorer(answer, question)
        if policy.has_costs:
            costs.draw_sensitivity(answer)
        decisions.draw_logged(answer, question)
        if policy.has_costs:
            by_slice.draw_slices(answer, question, policy)
            human_band.draw_band(answer, question, policy)
        decisions.draw_decision(question, lambda: decisions.evidence_of(answer, question))
