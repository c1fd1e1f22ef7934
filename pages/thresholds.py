"""Thresholds: where should the line be, and what is that worth?"""

import streamlit as st

from analytics.present import readings
from pages._shared import cache, costing, deciding, exploring, frame, further_costs, session
from pages._shared.render import escaped, sentence

frame.require()

with frame.boundary():
    st.title("Thresholds")
    question = session.question()
    head = st.container()
    left, right = st.columns([1, 2.1], gap="medium")
    with left:
        policy = costing.draw_policy(question)
    answer = cache.thresholds(question, policy)
    with head:
        sentence(readings.threshold_reading(answer))
    with left:
        st.caption(escaped(readings.limits_reading(answer)))
    with right:
        exploring.draw_explorer(answer, question)
    further_costs.draw_sensitivity(answer)
    further_costs.draw_decisions(answer, question)
    further_costs.draw_slices(answer, question, policy)
    further_costs.draw_band(answer, question, policy)
    deciding.draw_decision(answer, question)
