"""Gap: why is production worse than the reference, and which part is whose?"""

import streamlit as st

from analytics.present import figures, readings
from analytics.present.gap_tables import part_rows
from pages._shared import frame, gap_cache, gapping, session, two_sides
from pages._shared.render import figure, sentence

frame.require()

with frame.boundary():
    st.title("Gap")
    head = st.container()
    reference, production = two_sides.draw_controls(session.question())
    metric, costs, by = two_sides.draw_metric(reference, production)
    gap, inputs = gap_cache.gap(reference, production, metric, costs, by)
    joint, time = gap_cache.gap_further(reference, production, metric, costs, by)
    with head:
        sentence(readings.gap_reading(gap))
        gapping.draw_names(gap)
    pair = st.grid(2, min_column_width=500, gap="medium")
    with pair.cell():
        figure(
            figures.waterfall_figure(gap),
            readings.waterfall_reading(gap),
            "waterfall",
            alt="The change from the reference to production in parts that add up",
            table=part_rows(gap),
        )
        gapping.draw_method()
    with pair.cell():
        gapping.draw_verdict(gap, inputs, joint, time)
    gapping.draw_columns(gap)
    gapping.draw_time(gap, time)
    gapping.draw_inputs(gap, inputs)
