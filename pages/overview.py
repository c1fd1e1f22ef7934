"""Overview: how good is it, on what, since when?"""

import streamlit as st

from analytics.answers.overview import overview
from analytics.present import figures, readings
from pages._frame import frame, session
from pages._frame.cache import kept
from pages._frame.render import figure, sentence
from pages._overview import numbers

frame.require()

st.title("Overview")
with frame.boundary():
    question = session.question()
    answer = kept(overview, question)
    sentence(numbers.lead_text(answer, question, numbers.draw_metric(question)))
    numbers.draw_headline(answer)
    pair = st.grid(2, min_column_width=460, gap="medium")
    with pair.cell():
        figure(
            figures.confusion_matrix(answer.counts),
            readings.confusion_reading(answer.counts),
            "confusion",
            alt="Confusion matrix: counts and shares of true and false positives and negatives",
            table=numbers.counts_table(answer),
        )
    with pair.cell():
        figure(
            figures.score_distribution(answer.histogram, question.threshold),
            readings.score_reading(answer, question),
            "scores",
            alt="Rows by score, split by label, with the threshold",
            table=answer.histogram,
        )
    if answer.trend is not None and answer.every is not None:
        figure(
            figures.trend(answer.trend, answer.every),
            readings.trend_reading(answer.trend, answer.every),
            "trend",
            alt="Error rate, prevalence, selection rate and share not known yet over time",
            table=answer.trend,
        )
    numbers.draw_all(answer)
