"""Every input on both sides: what came in, what is farthest beyond its noise first."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.answers.gap.answer import Gap
from analytics.answers.gap.inputs import Inputs
from analytics.present import palette, readings
from analytics.present.tables.gap import BARS, input_rows
from pages._frame.render import FURTHER, sentence, table_downloads
from pages._frame.tables import table_height

_BARS_HELP = (
    "Share of rows in ten ranges, or by the most frequent values and all others; the last bar is what is missing. Heights "
    "are in percent of the tallest bar on either side."
)
_INPUT_HEIGHT = 66
"""Pixels of a row: two small distributions, and what is new in up to three lines. The browser wraps texts from 4 rem (64) on."""


def draw_inputs(gap: Gap, inputs: Inputs) -> None:
    """Show every input on both sides, what is farthest beyond its noise first."""
    st.subheader("Did something else come in?")
    if not inputs.changes:
        sentence("The two sides have no input column in common.")
        return
    sentence(readings.inputs_reading(inputs))
    table = input_rows(gap, inputs)
    number = st.column_config.NumberColumn
    most = max([0.05, *table["distance"].drop_nulls().to_list()])
    st.dataframe(
        table.drop("explained"),
        hide_index=True,
        alt="Inputs on both sides: distance, noise level, missing values, what is new",
        column_order=["column", *BARS, "what", "distance", "noise", "psi", "missing_reference", "missing_production"],
        row_height=_INPUT_HEIGHT,
        height=table_height(table.height),
        column_config={
            "column": st.column_config.TextColumn("Column", pinned=True, width=130),
            "bars_reference": _bars("Reference", palette.REFERENCE),
            "bars_production": _bars("Production", palette.PRODUCTION),
            "what": st.column_config.TextColumn("What is new", width=210),
            "distance": st.column_config.ProgressColumn(
                "Distance",
                min_value=0.0,
                max_value=most,
                format="%.3f",
                width=110,
                help="Kolmogorov–Smirnov of numbers, Jensen–Shannon of values; missing counts as a value.",
            ),
            "noise": number("Noise", format="%.3f", width=60, help="What chance and the reference's own weeks reach."),
            "psi": number(
                "PSI", format="%.3f", width=60, help="Population stability index, in tenths of the reference."
            ),
            "missing_reference": number("Missing then", format="%.1f %%", width=100),
            "missing_production": number("Missing now", format="%.1f %%", width=100),
        },
    )
    st.caption(FURTHER)
    table_downloads(table.drop(BARS), "inputs", key="gap_inputs", title="Inputs on both sides")


def _bars(label: str, colour: str) -> Any:
    """Return how the distribution of a column on one side is drawn."""
    return st.column_config.BarChartColumn(label, y_min=0, y_max=100, color=colour, width=100, help=_BARS_HELP)
