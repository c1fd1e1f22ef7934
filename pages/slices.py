"""Slices: where does it fail?"""

import streamlit as st

from analytics.answers.slices import slices
from analytics.measure.slices_cost import COST
from analytics.present import figures
from pages._frame import costs, dear, frame, report, session
from pages._frame.cache import kept
from pages._frame.render import figure
from pages._slices import choice, controls, discovery, table

frame.require()

st.title("Slices")
with frame.boundary():
    question = session.question()
    is_discovered = discovery.draw_switch()
    by, metric, min_support = ((), "", 0) if is_discovered else controls.draw_controls(question)
    if is_discovered:
        discovery.draw(question)
    elif not by:
        by_metric, ranked, is_graver = report.ranked_by_either(question, metric)
        table.draw_ranking(ranked, by_metric, question, instead_of=metric, is_graver=is_graver)
    else:
        policy = costs.held_costs(question) if metric == COST else None
        answer = kept(slices, question, by, metric=metric, metrics=table.SHOWN, min_support=min_support, policy=policy)
        table.draw_reading(answer, question)
        draw = figures.slice_bars if len(by) == 1 else figures.slice_heat_map
        figure(
            draw(answer.table, by, metric, answer.overall[metric][0]),
            controls.how_to_read(answer),
            "slices",
            alt=f"{metric} by {' and '.join(by)}",
            on_select=choice.choose_from_figure,
            is_added=False,  # its button adds these slices as a section, which is asked again of every log
        )
        choice.draw_chosen(answer, question)
        with st.container(horizontal=True):
            report.draw_add(question, by)
            discovery.draw_handover(by)
        table.draw_table(answer, question)
    if not is_discovered:
        dear.look_ahead(question)
