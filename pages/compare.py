"""Compare: should the candidate replace what is live?"""

import streamlit as st

from pages._compare import controls, deciders, preferences, repeats, replay, rows, slices, verdict, views
from pages._frame import added, frame, session

frame.require()

with frame.boundary():
    st.title("Compare")
    head = st.container()
    question = session.question()
    view = views.draw_view(question.log)
    if view == views.AGAIN:
        repeats.draw_repeats(question, head)
    elif view == views.PREFERRED:
        preferences.draw_preferences(question, head)
    elif (pairing := controls.draw_sides(question)) is not None:
        answer = verdict.asked(pairing, *controls.draw_metric(pairing))
        if answer is not None:
            lead = head.empty()
            verdict.draw_lead(lead, answer, question)
            with head:
                verdict.draw_names(answer)
            added.say_of(f"{answer.names[1]} against {answer.names[0]}")
            verdict.draw_changes(answer)
            if (found := slices.draw_slices(answer)) is not None:
                verdict.draw_lead(lead, answer, question, found)
            deciders.draw_deciders(answer)
            rows.draw_running(answer)
            verdict.draw_metrics(answer)
            verdict.draw_gate(answer)
            rows.draw_flipped(answer)
            replay.draw_replay(answer)
