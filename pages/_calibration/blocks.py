"""The Calibration page's controls, its table of numbers, and its blocks by slice, over time and of recalibration."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.answers.calibration.answer import Calibration
from analytics.answers.calibration.recalibration import Recalibration, Split
from analytics.answers.calibration.scan import CalibrationScan
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.calibration.recalibration import METHODS, Method
from analytics.measure.reliability import GROUPS, Binning
from analytics.present import figures, readings, words
from analytics.present.marks.calibration import MAX_SCANNED
from analytics.present.tables.calibration import NUMBERS, map_rows, number_rows, scan_rows, slice_rows
from pages._frame import cache
from pages._frame import policy as policy_controls
from pages._frame.render import escaped, figure, sentence, table_downloads

_BINNINGS: dict[Binning, str] = {"equal_mass": "Equal mass", "equal_width": "Equal width", "scores": "Distinct scores"}
_SPLITS: dict[Split, str] = {"time": "Earlier", "rows": "Random"}
_EVERY = {"Hour": "1h", "Day": "1d", "Week": "1w", "Month": "1mo"}
_MAX_SCORES = 100


def draw_controls(question: Question) -> tuple[Binning, int, bool, str | None]:
    """Choose how the diagram is binned, its scale, and the segment column; all stand in the address."""
    segments = list(question.log.mapping.segments)
    offered = [name for name in _BINNINGS if name != "scores" or _is_few(question)]
    by_place, binning_place, groups_place, scale_place = st.columns([5, 4, 3, 3], vertical_alignment="bottom")
    by = by_place.selectbox(
        "Compare slices of", segments, index=None, key="segment", bind="query-params", placeholder="A segment column"
    )
    binning = binning_place.selectbox(
        "Bins", offered, key="binning", bind="query-params", format_func=lambda name: _BINNINGS[name]
    )
    groups = groups_place.number_input(
        "How many",
        min_value=2,
        max_value=100,
        value=GROUPS,
        key="bins",
        bind="query-params",
        disabled=binning == "scores",
        help="Bins of the diagram, and of ECE.",
    )
    in_log_odds = scale_place.toggle(
        "Log-odds",
        key="odds",
        bind="query-params",
        help="Spreads rare positives out.",
        disabled=not question.log.is_probability,
    )
    chosen: Binning = binning if binning in offered else "equal_mass"
    return chosen, min(max(int(groups or GROUPS), 2), 100), bool(in_log_odds), by if by in segments else None


def _is_few(question: Question) -> bool:
    """Say whether every score can be a bin of its own."""
    return question.log.grid_is_exact and len(question.log.edges) <= _MAX_SCORES


def draw_numbers(answer: Calibration) -> None:
    """Show the numbers of calibration, each beside what chance would give, with its definition."""
    if answer.numbers["n"][0] == 0:
        return
    rows = number_rows(answer)
    st.markdown("**Numbers, and what chance would show**")
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        alt="Numbers of calibration beside what a perfectly calibrated model of this size would show",
        column_config={
            "Value": st.column_config.TextColumn(help="With its 95 % interval where it has one."),
            "If calibrated": st.column_config.TextColumn(
                help="Median and 95 % range of 1,000 simulations (seeded) in which the scores are the true probabilities.",
            ),
            "That is": st.column_config.TextColumn(width="small", help="Where the value lies beside that range."),
        },
    )
    if answer.score_map is not None:
        st.caption(
            "Judged through the isotonic map, which was fitted to these rows: on the whole it is right by construction, so only "
            "the blocks by slice, over time and on later rows can be off."
        )
    with st.expander("What these numbers are"):
        st.markdown("\n".join(f"- **{escaped(label)}**: {escaped(meaning)}" for _, label, meaning in NUMBERS))
    table_downloads(answer.numbers, "calibration", key="calibration_numbers")


def draw_slices(question: Question, by: str | None, binning: Binning, groups: int) -> None:
    """Show the diagrams of up to six slices and the ranked table of all; without a column, the segments most off."""
    st.subheader("For whom?")
    if by is None:
        _draw_scan(cache.calibration_scan(question))
        return
    answer = cache.calibration_slices(question, (by,), binning, groups)
    key = answer.keys[0]
    slices = [(words.value_label(value), {key: value}) for value, n in answer.table.select(key, "n").iter_rows() if n]
    figure(
        figures.calibration_multiples(answer.bins, slices, by),
        readings.calibration_slices_reading(answer),
        "calibration_slices",
        alt=f"Reliability diagrams by {by}",
        table=answer.bins,
    )
    table = slice_rows(answer)
    st.dataframe(
        table, hide_index=True, placeholder=words.UNDEFINED, alt=f"Calibration by {by}", column_config=_columns_of()
    )
    st.caption(
        "Those slices first whose ECE is furthest above chance, rows counted. “Off by” is mean score less observed rate: above 0 "
        "the scores are too high. Both p are adjusted for both tests of all slices; “ECE, chance” is what a calibrated model of "
        "the slice's size stays below 97.5 % of the time."
    )
    table_downloads(answer.table, "calibration_by_slice", key="calibration_by_slice")


def _draw_scan(scan: CalibrationScan) -> None:
    """Show the slices of all segment columns that are most off, and name the columns that were left out."""
    if scan.table.is_empty():
        sentence("No segment column has a slice with enough judged rows.")
        return
    st.dataframe(
        scan_rows(scan.table.head(MAX_SCANNED)),
        hide_index=True,
        placeholder=words.UNDEFINED,
        alt="Slices of all segment columns by how far their scores are off",
        column_config={
            "column": "Column",
            "value": "Value",
            "to_the_rest": st.column_config.NumberColumn(
                "To the rest", format="%.1f", help="Points by which the slice is off more than all other rows."
            ),
            **_columns_of(),
        },
    )
    st.caption(escaped(readings.scan_reading(scan)))
    table_downloads(scan.table, "calibration_scan", key="calibration_scan")


def _columns_of() -> dict[str, Any]:
    """Return how the columns of a table of slices are written."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "n": number("Judged rows", format="localized"),
        "mean_score": number("Mean score", format="%.1f %%"),
        "observed": number("Observed", format="%.1f %%"),
        "difference": number("Off by, points", format="%.1f", help="Mean score less observed rate."),
        "interval": text("Its interval"),
        "p_adjusted": text("p, level", alignment="right", help="That the level is right, adjusted for all looks."),
        "slope": number("Slope", format="%.2f", help="1 is right; below 1 scores are too extreme, above 1 too timid."),
        "slope_interval": text("Its interval"),
        "slope_p_adjusted": text(
            "p, slope", alignment="right", help="That the slope is right, adjusted for all looks."
        ),
        "ece": number("ECE", format="%.3f"),
        "ece_chance_high": number("ECE, chance", format="%.3f"),
        "few_rows": st.column_config.CheckboxColumn("Few rows"),
    }


def draw_time(question: Question, groups: int) -> None:
    """Show calibration over time with prevalence beside it."""
    if question.log.time_low is None:
        return
    st.subheader("Since when?")
    chosen = st.segmented_control("By", list(_EVERY), key="every", bind="query-params")
    found = cache.calibration_time(question, _EVERY.get(chosen or ""), groups)
    if found is None:
        return
    broke = found.broke.bucket if found.broke else None
    figure(
        figures.calibration_trend(found.table, found.every, broke),
        readings.calibration_trend_reading(found),
        "calibration_trend",
        alt="Mean score, prevalence and their difference over time",
        table=found.table,
    )


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
    policy = policy_controls.draw_errors(question)
    st.caption(escaped(f"{METHODS[method]} {readings.costs_reading(policy.costs, policy.unit)}"))
    try:
        found = cache.recalibration(question, policy.costs, split, share, groups)
    except QuestionError as error:
        sentence(str(error))
        return
    first = "as logged" if question.log.is_probability else None
    pair = st.grid(2, min_column_width=440, gap="medium")
    with pair.cell():
        figure(
            figures.recalibration_diagram(found.bins, method, first),
            readings.recalibration_reading(found, method, policy.unit),
            "recalibration",
            alt="Reliability diagram before and after recalibration",
            table=found.bins,
        )
    with pair.cell():
        _draw_maps(found, method, policy.unit)


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


def _draw_maps(found: Recalibration, method: str, unit: str) -> None:
    """Compare the maps and offer the chosen one as a table and as Python."""
    number, counted = st.column_config.NumberColumn, f" ({unit})" if unit else ""
    st.dataframe(
        map_rows(found.table),
        hide_index=True,
        height="content",
        placeholder=words.UNDEFINED,
        alt="The maps compared on rows that they were not fitted on",
        column_order=["method", "difference", "slope", "ece", "brier", "cost_at_formula", "cost_at_best"],
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
    st.caption(
        "Judged on rows that the maps were not fitted on. A rising map keeps the order of the rows, so the best threshold "
        "costs the same before and after, but for ties; what it mends is the threshold that is computed from the costs."
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
