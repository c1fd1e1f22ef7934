"""What either side took, and the rows that flipped with both answers."""

from __future__ import annotations

from typing import get_args

import polars as pl
import streamlit as st

from analytics.answers.compare.answer import Comparison
from analytics.answers.compare.slices import flipped
from analytics.answers.review.flipped import Turned
from analytics.present import readings
from pages._frame.cache import kept
from pages._frame.compared import flipped_address
from pages._frame.registry import PAGES
from pages._frame.render import escaped, table_downloads
from pages._frame.tables import number_table

_SHOWN = 50
"""Flipped rows that are shown: about two screens."""


def draw_running(answer: Comparison) -> None:
    """Show what either side took; nothing where no column says so on both."""
    table = answer.running
    if table.is_empty():
        return
    st.subheader("What is it to run?", anchor=False)
    st.caption(escaped(readings.running_reading(table)))
    number_table(
        table.select(
            pl.col("column").alias("Column"),
            *readings.running_texts(table),
            pl.col("n").alias("Pairs"),
        ),
        hide_index=True,
        alt="Latency, cost, tokens and failures of both sides",
        column_config={"Pairs": st.column_config.NumberColumn(format="localized")},
    )
    table_downloads(table, "compare_running", key="pair_running", title="What it is to run")


def draw_flipped(answer: Comparison) -> None:
    """Show the rows on which one side is right and the other wrong, the worst for the candidate first."""
    if not answer.account.judged:
        return
    with st.container(horizontal=True):
        for turned in get_args(Turned):
            st.page_link(
                PAGES["review"].path,
                label=escaped(f"Review rows {turned}"),
                icon=":material/rate_review:",
                help="One by one, with both answers beside each other.",
                query_params=flipped_address(turned),
            )
    with st.expander("Rows that flipped, the worst first", key="pair_flipped", on_change="rerun") as opened:
        if not opened.open:
            return
        rows = kept(flipped, answer.pairing, answer.metric, _SHOWN, answer.costs)
        if rows.is_empty():
            st.caption("No pair flipped.")
            return
        live, other = answer.pairing.live.log, answer.pairing.candidate.log
        names = {"difference": "Loss more", "a_score": "Live score", "b_score": "Candidate score", "label": "Label"}
        names |= {column.sql_name: column.name for column in live.columns}
        names |= {f"b_{column.sql_name}": f"Candidate: {column.name}" for column in other.columns}
        shown = rows.drop("row_id").select(
            pl.col(name).alias(_free(names.get(name, name), place)) for place, name in enumerate(rows.columns[1:])
        )
        number_table(shown, hide_index=True, alt="Rows that flipped, with both answers")


def _free(name: str, place: int) -> str:
    """Return a heading that no other column has: names of a file may repeat those of this table."""
    return name if place < 4 else f"{name}\u200b"
