"""What recalibration would be worth: the maps compared, and the chosen one to take away."""

from __future__ import annotations

import streamlit as st

from analytics.answers.calibration.recalibration import Recalibration, Split, recalibration
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.calibration.recalibration import METHODS, Method
from analytics.measure.thresholds.policy import Policy
from analytics.present import figures, readings, words
from analytics.present.tables.calibration import map_rows
from pages._frame import policy as policy_controls
from pages._frame.cache import kept
from pages._frame.render import escaped, figure, sentence, table_downloads
from pages._frame.tables import number_table

_COSTS = ("cost_at_formula", "cost_at_best")
_SPLITS: dict[Split, str] = {"time": "Earlier", "rows": "Random"}


def draw_recalibration(question: Question, groups: int) -> None:
    """Show what recalibration would be worth, and offer the map."""
    st.subheader("What would recalibration be worth?")
    methods: list[Method] = list(METHODS) if question.log.is_probability else ["isotonic"]
    map_place, split_place = st.columns(2, vertical_alignment="bottom")
    method = map_place.segmented_control(
        "Map",
        methods,
        default=methods[0],
        key="map",
        bind="query-params",
        format_func=lambda name: name.capitalize(),
        required=True,
    )
    method = method if method in methods else methods[0]
    with split_place:
        split, share = _draw_split(question)
    is_priced = not question.log.is_right_or_wrong  # rows that are right or wrong have no two errors to weigh
    policy = policy_controls.draw_errors(question) if is_priced else Policy()
    is_priced = is_priced and policy.has_costs
    priced = readings.costs_reading(policy.costs, policy.unit) if is_priced else ""
    st.caption(escaped(f"{METHODS[method]} {priced}"))
    try:
        found = kept(recalibration, question, policy.costs, split=split, share=share, groups=groups)
    except QuestionError as error:
        sentence(str(error))
        return
    first = "as logged" if question.log.is_probability else None
    pair = st.grid(2, min_column_width=440, gap="medium")
    with pair.cell():
        figure(
            figures.recalibration_diagram(found.bins, method, first),
            readings.recalibration_reading(found, method, policy.unit, is_priced=is_priced),
            "recalibration",
            alt="Reliability diagram before and after recalibration",
            table=found.bins,
        )
    with pair.cell():
        _draw_maps(found, method, policy.unit, is_priced=is_priced)


def _draw_split(question: Question) -> tuple[Split, float]:
    """Choose the part that maps are fitted on; it stands in the address."""
    splits: list[Split] = ["time", "rows"] if question.log.time_low is not None else ["rows"]
    split_place, share_place = st.columns(2, vertical_alignment="bottom")
    split = split_place.segmented_control(
        "Fitted on rows",
        splits,
        default=splits[0],
        key="split",
        bind="query-params",
        required=True,
        format_func=lambda name: _SPLITS[name],
        help="Maps are judged on the rows that they were not fitted on.",
    )
    percent = share_place.number_input(
        "Share, %", min_value=10, max_value=90, value=50, step=10, key="share", bind="query-params"
    )
    return split if split in splits else splits[0], min(max(int(percent or 50), 10), 90) / 100


def _draw_maps(found: Recalibration, method: str, unit: str, *, is_priced: bool) -> None:
    """Compare the maps and offer the chosen one as a table and as Python."""
    number, counted = st.column_config.NumberColumn, f" ({unit})" if unit else ""
    number_table(
        map_rows(found.table),
        hide_index=True,
        height="content",
        placeholder=words.UNDEFINED,
        alt="The maps compared on rows that they were not fitted on",
        column_order=["method", "difference", "slope", "ece", "brier", *(_COSTS if is_priced else ())],
        column_config={
            "method": "Map",
            "difference": number("Off by, points", format="%.1f"),
            "slope": number("Slope", format="%.2f"),
            "ece": number("ECE", format="%.3f"),
            "brier": number("Brier", format="%.4f"),
            "cost_at_formula": number(
                f"Cost, formula{counted}", format="%.1f", help="Per 1,000 rows, at the threshold that the costs imply."
            ),
            "cost_at_best": number(
                f"Cost, best{counted}", format="%.1f", help="Per 1,000 rows, at the best threshold of the fitted part."
            ),
        },
    )
    table_downloads(
        map_rows(found.table), "recalibration_maps", key="recalibration_maps", title="Maps of recalibration compared"
    )
    of_costs = (
        ", so the best threshold costs the same before and after, but for ties; what it mends is the threshold that is "
        "computed from the costs"
    )
    st.caption(
        "Judged on rows that the maps were not fitted on. A rising map keeps the order of the rows"
        f"{of_costs if is_priced else ''}."
    )
    chosen = found.maps.get(method)
    if chosen is not None:
        with st.container(horizontal=True):
            st.download_button(
                "Map as JSON",
                chosen.to_json,
                f"{method}.json",
                "application/json",
                key="map_json",
                icon=":material/download:",
                on_click="ignore",
            )
            st.download_button(
                "Map as Python",
                chosen.to_python,
                f"{method}.py",
                "text/x-python",
                key="map_python",
                icon=":material/download:",
                on_click="ignore",
            )
