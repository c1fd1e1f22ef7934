"""Gap: why is production worse than the reference, and which part is whose?"""

import streamlit as st

from analytics.present import figures, readings
from analytics.present.tables.gap import part_rows
from pages._frame import frame, gap_cache, session, sides
from pages._frame.render import figure, sentence
from pages._gap import blocks

frame.require()

with frame.boundary():
    st.title("Gap")
    head = st.container()
    reference, production = sides.draw_controls(session.question())
    metric, costs, by = sides.draw_metric(reference, production)
    gap, inputs = gap_cache.gap(reference, production, metric, costs, by)
    joint, time = gap_cache.gap_further(reference, production, metric, costs, by)
    with head:
        sentence(readings.gap_reading(gap))
        blocks.draw_names(gap)
    pair = st.grid(2, min_column_width=500, gap="medium")
    with pair.cell():
        figure(
            figures.waterfall_figure(gap),
            readings.waterfall_reading(gap),
            "waterfall",
            alt="The change from the reference to production in parts that add up",
            table=part_rows(gap),
        )
        blocks.draw_method()
    with pair.cell():
        blocks.draw_verdict(gap, inputs, joint, time)
    blocks.draw_columns(gap)
    blocks.draw_time(gap, time)
    blocks.draw_inputs(gap, inputs)
