"""Gap: why is production worse than the reference, and which part is whose?"""

import streamlit as st

from analytics.present import figures, readings
from analytics.present.tables.gap import part_rows
from pages._frame import added, dear, frame, session, sides
from pages._frame.cache import kept
from pages._frame.render import figure
from pages._gap import columns, drift, inputs, parts

frame.require()

with frame.boundary():
    st.title("Gap")
    head = st.empty()
    reference, production = sides.draw_controls(session.question())
    metric, costs, by = sides.draw_metric(reference, production)
    with head:
        parts.draw_ends(reference, production, metric)
    added.say_of(f"{production.cohort.to_words()} against {reference.cohort.to_words()}")
    if not dear.await_parts(reference, production, metric, costs, by):
        st.stop()
    gap = kept(dear.split, reference, production, metric, costs, by)
    both = dear.came_in(reference, production)
    joint, time = kept(dear.further, reference, production, metric, costs, by)
    with head.container():
        parts.draw_reading(gap, reference, production)
        parts.draw_matured(production, metric)
    pair = st.grid(2, min_column_width=500, gap="medium")
    with pair.cell():
        figure(
            figures.waterfall_figure(gap),
            readings.waterfall_reading(gap),
            "waterfall",
            alt="The change from the reference to production in parts that add up",
            table=part_rows(gap),
        )
        parts.draw_method(gap)
    with pair.cell():
        drift.draw_verdict(gap, both, joint, time)
    columns.draw_columns(gap)
    parts.draw_time(gap, time)
    inputs.draw_inputs(gap, both)
