"""Calibration: does 0.8 mean 80 %?"""

import streamlit as st

from analytics.answers.calibration.answer import calibration
from analytics.present import figures, readings
from pages._calibration import breakdown, diagram, numbers, recalibration
from pages._frame import frame, session
from pages._frame.cache import kept
from pages._frame.cautions import cautioned_sentence
from pages._frame.render import figure

frame.require()

with frame.boundary():
    question = diagram.at_any_threshold(session.question())
    if numbers.has_confidence(question):
        head = st.container()
        binning, groups, in_log_odds, by = diagram.draw_controls(question)
        answer = kept(calibration, question, binning=binning, groups=groups)
        head.title("Calibration")
        pair = st.grid(2, min_column_width=440, gap="medium")
        with pair.cell():
            figure(
                figures.reliability_diagram(
                    answer.bins,
                    answer.isotonic,
                    answer.histogram,
                    is_probability=answer.score_map is None,
                    in_log_odds=in_log_odds and answer.score_map is None,
                ),
                readings.reliability_reading(answer),
                "reliability",
                alt="Reliability diagram: observed rate over mean score with intervals, and rows by score",
                table=answer.bins,
            )
        with pair.cell():
            diagram.draw_numbers(answer, question)
        with head:  # which looks at every segment column: the diagram need not wait for it
            told = diagram.said(answer, session.question(), binning, groups)
            cautioned_sentence(readings.chosen_reading(question, {"n": answer.numbers["n"][0]}) or told, question)
        breakdown.draw_breakdown(question, by, binning, groups)
        recalibration.draw_recalibration(question, groups)
