"""Overview: what matters first, how good is it, on what, since when?"""

import streamlit as st

from analytics.answers.overview import overview
from pages._frame import dear, frame, reference, session
from pages._frame.cache import kept
from pages._frame.render import sentence
from pages._overview import answers, findings, numbers, pictures

frame.require()

st.title("Overview")
with frame.boundary():
    question = session.question()
    reference.sides_from_address(question)
    answer = kept(overview, question)
    lead, change = st.container(), st.empty()
    metric = numbers.draw_metric(question)
    with lead:
        sentence(numbers.lead_text(answer, question, metric))
    brief, headline = st.container(), st.container()
    pair = st.grid(2, min_column_width=460, gap="medium")
    with pair.cell():
        if question.log.is_right_or_wrong:
            answers.draw_answers(answer, question)
        else:
            pictures.draw_confusion(answer)
    with pair.cell():
        pictures.draw_scores(answer, question)
    pictures.draw_trend(answer, question)
    answers.draw_classes(question)
    numbers.draw_all(answer, question)
    with headline:
        numbers.draw_headline(answer, question)
    with change:
        numbers.draw_change(question, metric)
    with brief:
        findings.draw(question, metric)
    dear.look_ahead(question)
