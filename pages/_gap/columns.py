"""The columns ranked by what they explain, and the slices of the opened one."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.answers.gap.answer import Gap
from analytics.measure.gap.metric import COST
from analytics.present import figures, readings, words
from analytics.present.tables.gap import column_rows, slice_rows
from pages._frame.render import escaped, figure, sentence, table_downloads
from pages._frame.tables import number_table

_EXPLAINS = (
    "What its mix does, or what its slices differ in their change where most did not change at all; 0 where neither is "
    "beyond chance."
)
_BEHIND = "Rows of the log behind the weighted ones."
_OVERLAP = "Share of production's rows with a counterpart in the reference; below half nothing is said of a column."


def draw_columns(gap: Gap) -> None:
    """Show the columns ranked by what they explain, and the slices of the opened one."""
    st.subheader("Which columns and slices?")
    if gap.columns.is_empty():
        sentence("No column can be compared on both sides.")
        return
    names = gap.columns["column"].to_list()
    pair = st.grid(2, min_column_width=500, gap="medium")
    with pair.cell():
        _draw_ranking(gap)
    with pair.cell():
        first = gap.by[0] if gap.by else names[0]
        opened = st.selectbox(
            "Open the slices of", names, index=names.index(first), key="gap_column", bind="query-params"
        )
        opened = opened if opened in names else first
        figure(
            figures.slice_contributions(gap, opened),
            readings.slices_of_gap_reading(gap, opened),
            "gap_slices",
            alt=f"Contributions of the slices of {opened} to the change",
            asked=(opened,),
        )
    table = slice_rows(gap, opened)
    with st.expander(escaped(f"All slices of {opened}"), key="all_gap_slices"):
        number_table(table, hide_index=True, alt=f"Slices of {opened} on both sides", column_config=_slice_columns(gap))
        table_downloads(
            gap.slices[opened].rename({"value": "slice"}),
            "gap_slices",
            key="gap_slices_table",
            slices=["slice"],
            title=f"Slices of {opened} on both sides",
            asked=(opened,),
        )


def _draw_ranking(gap: Gap) -> None:
    """Show the ranked columns."""
    unit = "points" if gap.metric.is_share else "units"
    table = column_rows(gap)
    width = 140 if _digits_of(gap) == 1 else 170
    number = st.column_config.NumberColumn
    number_table(
        table,
        hide_index=True,
        alt="Columns ranked by what they explain of the change",
        column_config={
            "column": st.column_config.TextColumn("Column", pinned=True, width=128),
            "explained": st.column_config.TextColumn("Explains", width=68, help=_EXPLAINS, alignment="right"),
            "mix": st.column_config.TextColumn("Mix", width=width, help="Rows come from other slices than before."),
            "within": st.column_config.TextColumn("Within", width=width, help="Slices have other rates than before."),
            "overlap": number("Overlap", format="%.0f %%", width=68, help=_OVERLAP),
        },
    )
    st.caption(
        f"In {unit}. Mix and within of each column add up to the change; columns overlap, so rows of this table do not add up."
    )
    table_downloads(gap.columns, "gap_columns", key="gap_columns", title="Columns ranked by what they explain")
    if gap.left_out:
        with st.expander(f"{words.plural(len(gap.left_out), 'column')} not compared"):
            for name, reason in gap.left_out[:50]:
                st.markdown(f"- {escaped(words.shortened(name, 60))}: {escaped(reason)}")


def _digits_of(gap: Gap) -> int:
    """Return the digits of effects: of points, of money, of losses."""
    return 1 if gap.metric.is_share or gap.metric.name == COST else 4


def _slice_columns(gap: Gap) -> dict[str, Any]:
    """Return how the table of slices is written."""
    number = st.column_config.NumberColumn
    digits, unit = _digits_of(gap), ", points" if gap.metric.is_share else ""
    rate = "%.1f %%" if gap.metric.is_share else f"%.{digits}f"
    signed = f"%+.{digits}f"
    return {
        "value": st.column_config.TextColumn("Slice", pinned=True),
        "n_reference": number("Rows then", format="localized"),
        "n_production": number("Rows now", format="localized"),
        "rows_reference": number("Behind then", format="localized", help=_BEHIND),
        "rows_production": number("Behind now", format="localized", help=_BEHIND),
        "share_reference": number("Share then", format="%.1f %%"),
        "share_production": number("Share now", format="%.1f %%"),
        "rate_reference": number("Rate then", format=rate),
        "rate_production": number("Rate now", format=rate),
        "mix": number(f"Mix{unit}", format=signed),
        "within": number(f"Within{unit}", format=signed),
        "contribution": number(f"Together{unit}", format=signed),
        "interval": st.column_config.TextColumn("95 %"),
        "p_adjusted": number("p, adjusted", format="%.3f", help="Adjusted for all slices of all columns."),
        "few_rows": st.column_config.CheckboxColumn("Few rows"),
    }
