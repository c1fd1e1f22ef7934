"""The segment columns, ranked by how much of the errors they separate."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analytics.measure.slices import MIN_SUPPORT
from analytics.present import readings, words
from pages._frame.render import sentence

_SHOWN = ("column", "n_slices", "n_worse", "share_separated", "worst", "worst_rate")


def draw_ranking(table: pl.DataFrame) -> None:
    """Show the segment columns ranked by how much of the errors they separate; a click opens one."""
    sentence(readings.ranking_reading(table, MIN_SUPPORT))
    if table.is_empty():
        return
    shown = table.with_columns(pl.col("share_separated") * 100, pl.col("worst_rate") * 100)
    st.dataframe(
        shown,
        hide_index=True,
        key="ranking",
        on_select=_open_column,
        selection_mode="single-row",
        height="content",
        column_order=_SHOWN,
        placeholder=words.UNDEFINED,
        alt="Segment columns ranked by how much of the errors they separate",
        column_config={
            "column": st.column_config.TextColumn("Column", width="medium"),
            "n_slices": st.column_config.NumberColumn("Slices", format="localized"),
            "n_worse": st.column_config.NumberColumn(
                "Worse than the rest", help="Adjusted p below 0.05, enough rows, and fewer than half of all rows."
            ),
            "share_separated": st.column_config.ProgressColumn(
                "Share of errors in excess",
                format="%.1f %%",
                min_value=0.0,
                max_value=max([1.0, *shown["share_separated"].drop_nulls().to_list()]),
                help="Excess errors of the worse slices as a share of all errors.",
            ),
            "worst": st.column_config.TextColumn("Most excess errors in"),
            "worst_rate": st.column_config.NumberColumn("Its error rate", format="%.1f %%"),
        },
    )
    st.session_state["_ranking"] = table["column"].to_list()
    st.caption("Select a row to slice by its column.")


def _open_column() -> None:
    """Slice by the column of the selected row."""
    rows = st.session_state["ranking"]["selection"]["rows"]
    if rows:
        st.session_state["by"] = [st.session_state["_ranking"][rows[0]]]
