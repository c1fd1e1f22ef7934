"""Slices: where does it fail?"""

import streamlit as st

from analytics.present import figures, readings
from pages._shared import cache, choice, discovering, frame, ranking, session, slice_table, slicing
from pages._shared.render import figure, sentence

frame.require()

st.title("Slices")
with frame.boundary():
    question = session.question()
    is_discovered = discovering.draw_switch()
    by, metric, min_support = ((), "", 0) if is_discovered else slicing.draw_controls(question)
    if is_discovered:
        discovering.draw(question)
    elif not by:
        ranking.draw_ranking(cache.ranked_columns(question))
    else:
        answer = cache.slices(question, by, metric, min_support)
        sentence(readings.slices_reading(answer))
        draw = figures.slice_bars if len(by) == 1 else figures.slice_heat_map
        figure(
            draw(answer.table, by, metric, answer.overall[metric][0]),
            slicing.how_to_read(answer),
            "slices",
            alt=f"{metric} by {' and '.join(by)}",
            on_select=choice.choose_from_figure,
        )
        choice.draw_chosen(answer, question)
        if len(by) == 2:
            discovering.draw_handover(by)
        slice_table.draw_table(answer)
