"""Labels: which weeks may be believed, and do labels stay?"""

import streamlit as st

from analytics.answers.labels_answer import labels
from analytics.present import readings
from pages._frame import frame, session
from pages._frame.cache import kept
from pages._frame.render import sentence
from pages._labels import agreement, audit, controls, never, revised, sites, weeks

frame.require()

with frame.boundary():
    st.title("Labels")
    question = session.question()
    if question.log.time_low is None:
        revised.draw_revised(question, None)
        controls.draw_no_times(is_revised=bool(question.log.n_revised))
        audit.draw_audit(question)
        sites.draw_sites(question)
        agreement.draw_agreement(question)
    else:
        head = st.container()
        metric, costs = controls.draw_metric(question)
        answer = kept(labels, question, metric, costs)
        with head:
            sentence(readings.behind_stopped_labels(readings.labels_reading(answer), question))
        weeks.draw_weeks(answer)
        audit.draw_audit(question)
        revised.draw_revised(question, metric)
        never.draw_never(answer, question)
        never.draw_late(answer, question)
        sites.draw_sites(question)
        agreement.draw_agreement(question)
