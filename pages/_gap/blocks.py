"""The blocks of the Gap page: which drift and what to mend, columns and slices, inputs, the date."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.answers.gap.answer import Gap
from analytics.answers.gap.inputs import Inputs
from analytics.measure.gap.density import Joint
from analytics.measure.gap.metric import COST
from analytics.measure.gap.time import GapTime
from analytics.present import figures, palette, readings, words
from analytics.present.tables.gap import BARS, column_rows, input_rows, slice_rows
from pages._frame.render import escaped, figure, sentence, table_downloads

_BARS_HELP = (
    "Share of rows in ten ranges, or by the most frequent values and all others; the last bar is what is missing. Heights "
    "are in percent of the tallest bar on either side."
)
_INPUT_HEIGHT = 44
_MAX_SHOWN_WHOLE = 20
_EXPLAINS = (
    "What its mix does, or what its slices differ in their change where most did not change at all; 0 where neither is "
    "beyond chance."
)
_OVERLAP = "Share of production's rows with a counterpart in the reference; below half nothing is said of a column."
_PAGES = {
    "Logs": "pages/logs.py",
    "Slices": "pages/slices.py",
    "Calibration": "pages/calibration.py",
    "Thresholds": "pages/thresholds.py",
}
_ICONS = {
    "data": ":material/database:",
    "model": ":material/model_training:",
    "system": ":material/tune:",
    "labels": ":material/hourglass:",
    "nothing": ":material/check_circle:",
}


def draw_names(gap: Gap) -> None:
    """Say in words what the two sides are."""
    before, after = (words.shortened(name, 160) for name in gap.sides.names())
    flow = gap.waterfall
    st.caption(
        escaped(
            f"Reference: {before} ({words.plural(flow.n_reference, 'judged row')}). Production: {after} "
            f"({words.plural(flow.n_production, 'judged row')})."
        )
    )


def draw_method() -> None:
    """Say how the parts are computed, behind one click."""
    with st.expander("How this was computed", key="gap_method"):
        sentence(readings.HOW)


def draw_verdict(gap: Gap, inputs: Inputs, joint: Joint | None, time: GapTime | None) -> None:
    """Show which drift it is and what to mend, with the pages that show it."""
    st.markdown("**Which drift**")
    sentence(readings.drift_reading(gap, inputs, joint, time))
    st.markdown("**What to mend, the most first**")
    for advice in readings.advice(gap, inputs):
        with st.container(border=True, gap="xsmall"):
            size = f" · {escaped(advice.size)}" if advice.size else ""
            st.markdown(f"{_ICONS[advice.what]} **{advice.what.capitalize()}{size}** – {escaped(advice.text)}")
            with st.container(horizontal=True):
                for page in advice.pages:
                    if page in _PAGES:
                        _draw_evidence(gap, page, advice.column)


def _draw_evidence(gap: Gap, page: str, column: str | None) -> None:
    """Link to the page that shows a part, on the rows of production."""
    production = gap.sides.production
    rows = {"log": production.log.log_id, "where": production.cohort.to_text()}
    label, asked = page, rows if page != "Logs" else {"log": production.log.log_id}
    if page == "Slices" and column in production.log.mapping.segments:
        label, asked = f"Slices of {words.shortened(str(column), 30)}", {**rows, "by": str(column)}
    st.page_link(_PAGES[page], label=escaped(label), icon=":material/arrow_forward:", query_params=asked)


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
        )
    table = slice_rows(gap, opened)
    with st.expander(escaped(f"All slices of {opened}"), key="all_gap_slices"):
        st.dataframe(table, hide_index=True, alt=f"Slices of {opened} on both sides", column_config=_slice_columns(gap))
        table_downloads(
            gap.slices[opened].rename({"value": "slice"}), "gap_slices", key="gap_slices_table", slices=["slice"]
        )


def _draw_ranking(gap: Gap) -> None:
    """Show the ranked columns."""
    unit = "points" if gap.metric.is_share else "units"
    table = column_rows(gap)
    width = 120 if _digits_of(gap) == 1 else 170
    number = st.column_config.NumberColumn
    st.dataframe(
        table,
        hide_index=True,
        alt="Columns ranked by what they explain of the change",
        column_config={
            "column": st.column_config.TextColumn("Column", pinned=True, width=130),
            "explained": st.column_config.TextColumn(f"Explains, {unit}", width=100, help=_EXPLAINS, alignment="right"),
            "mix": st.column_config.TextColumn("Mix", width=width, help="Rows come from other slices than before."),
            "within": st.column_config.TextColumn("Within", width=width, help="Slices have other rates than before."),
            "overlap": number("Overlap", format="%.0f %%", width=68, help=_OVERLAP),
        },
    )
    st.caption(
        "Mix and within of each column add up to the change; columns overlap, so rows of this table do not add up."
    )
    table_downloads(gap.columns, "gap_columns", key="gap_columns")
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


def draw_inputs(gap: Gap, inputs: Inputs) -> None:
    """Show every input on both sides, those that explain most first."""
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
        height="content" if table.height <= _MAX_SHOWN_WHOLE else "auto",
        column_config={
            "column": st.column_config.TextColumn("Column", pinned=True, width=130),
            "bars_reference": _bars("Reference", palette.REFERENCE),
            "bars_production": _bars("Production", palette.PRODUCTION),
            "what": st.column_config.TextColumn("What is new", width=250),
            "distance": st.column_config.ProgressColumn(
                "Distance",
                min_value=0.0,
                max_value=most,
                format="%.3f",
                width=130,
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
    table_downloads(table.drop(BARS), "inputs", key="gap_inputs")


def _bars(label: str, colour: str) -> Any:
    """Return how the distribution of a column on one side is drawn."""
    return st.column_config.BarChartColumn(label, y_min=0, y_max=100, color=colour, width=130, help=_BARS_HELP)


def draw_time(gap: Gap, time: GapTime | None) -> None:
    """Show the metric over time on both sides."""
    if time is None:
        return
    st.subheader("Since when?")
    figure(
        figures.gap_trend(gap, time),
        readings.gap_time_reading(gap, time),
        "gap_time",
        alt="The metric over time on both sides",
        table=time.table,
    )
