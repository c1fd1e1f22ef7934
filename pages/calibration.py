"""Calibration: does 0.8 mean 80 %?"""

import streamlit as st

from analytics.present import figures, readings
from pages._calibration import blocks
from pages._frame import cache, frame, session
from pages._frame.render import figure, headline

frame.require()

with frame.boundary():
    question = session.question()
    head = st.container()
    binning, groups, in_log_odds, by = blocks.draw_controls(question)
    answer = cache.calibration(question, binning, groups)
    with head:
        headline("Calibration", readings.calibration_reading(answer, cache.calibration_scan(question).table))
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
        blocks.draw_numbers(answer)
    blocks.draw_slices(question, by, binning, groups)
    blocks.draw_time(question, groups)
    blocks.draw_recalibration(question, groups)
