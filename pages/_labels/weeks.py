"""The figures of the Labels page: the metric over time, and how fast labels come."""

from __future__ import annotations

import streamlit as st

from analytics.answers.labels_answer import LabelsAnswer
from analytics.present import figures, readings
from pages._frame.render import figure


def draw_weeks(answer: LabelsAnswer) -> None:
    """Show the metric as it stands, as all labels will say and at most, and beside it labels by age and class."""
    pair = st.grid(1 if answer.curve is None else 2, min_column_width=460, gap="medium")
    with pair.cell():
        figure(
            figures.matured_figure(answer.buckets, answer.metric, answer.every),
            " ".join(filter(None, (readings.matured_reading(answer), readings.expected_reading(answer)))),
            "matured",
            alt="A metric over time: by the labels that are there, by all that will come with a band, and the bounds",
            table=answer.buckets,
        )
    if answer.curve is None:
        return
    with pair.cell():
        figure(
            figures.arrival_figure(answer.curve, answer.unit),
            readings.arrival_reading(answer),
            "arrival",
            alt="Share of the rows, and of the labels of each class, that are there by age",
            table=answer.curve,
        )
