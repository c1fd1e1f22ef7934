"""Calibration broken down: of which class, for whom by slice, since when by time."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.answers.calibration.answer import calibration_slices
from analytics.answers.calibration.classes import class_calibration, has_class_scores
from analytics.answers.calibration.scan import CalibrationScan, calibration_scan
from analytics.answers.calibration.time import calibration_time
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.reliability import Binning
from analytics.present import figures, readings, words
from analytics.present.marks.calibration import MAX_SCANNED
from analytics.present.tables.calibration import class_rows, scan_rows, slice_rows
from pages._frame.cache import kept
from pages._frame.render import FURTHER, escaped, figure, sentence, table_downloads
from pages._frame.tables import number_table

_NAME_WIDTH = 150
"""Pixels of a column or a value in the table of all columns: its numbers stand beside them at 1,440 pixels. Measured."""
_EVERY = {"Hour": "1h", "Day": "1d", "Week": "1w", "Month": "1mo"}


def draw_breakdown(question: Question, by: str | None, binning: Binning, groups: int) -> None:
    """Show calibration by class where classes have scores, by slice and over time."""
    _draw_classes(question, binning, groups)
    _draw_slices(question, by, binning, groups)
    _draw_time(question, groups)


def _draw_classes(question: Question, binning: Binning, groups: int) -> None:
    """Show how far the scores of each class are off, in the view of all classes, and the table of all behind one click."""
    if question.log.mapping.kind != "classes" or not has_class_scores(question):
        return
    try:
        answer = kept(class_calibration, question, binning=binning, groups=groups)
    except QuestionError as error:
        st.subheader("Of which class?")
        st.caption(escaped(str(error)))
        return
    figure(
        figures.class_calibration(answer.table),
        readings.class_calibration_reading(answer).partition("\n")[0],
        "calibration_classes",
        alt="Mean score less observed share of each class, with intervals",
        table=answer.table,
    )
    with st.expander(f"All {answer.table.height:,} classes, each against the rest"):
        st.caption(escaped(readings.class_calibration_reading(answer).partition("\n")[2]))
        number_table(
            class_rows(answer),
            hide_index=True,
            placeholder=words.UNDEFINED,
            alt="Calibration of each class against the rest",
            column_config={
                "class": st.column_config.TextColumn("Class", width=_NAME_WIDTH),
                "n_pos": st.column_config.NumberColumn("Rows of it", format="localized"),
                **_columns_of(),
            },
        )
        table_downloads(answer.table, "calibration_by_class", key="calibration_by_class", title="Calibration by class")


def _draw_slices(question: Question, by: str | None, binning: Binning, groups: int) -> None:
    """Show the diagrams of up to six slices and the ranked table of all; without a column, the segments most off."""
    st.subheader("For whom?")
    if by is None:
        _draw_scan(kept(calibration_scan, question))
        return
    answer = kept(calibration_slices, question, (by,), binning=binning, groups=groups)
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
    number_table(
        table, hide_index=True, placeholder=words.UNDEFINED, alt=f"Calibration by {by}", column_config=_columns_of()
    )
    st.caption(
        "Those slices first whose ECE is furthest above chance, rows counted. “Off by” is mean score less observed rate: above 0 "
        "the scores are too high. Both p are adjusted for both tests of all slices; “ECE, chance” is what a calibrated model of "
        "the slice's size stays below 97.5 % of the time."
    )
    table_downloads(answer.table, "calibration_by_slice", key="calibration_by_slice", title="Calibration by slice")


def _draw_scan(scan: CalibrationScan) -> None:
    """Show the slices of all segment columns that are most off, and name the columns that were left out."""
    if scan.table.is_empty():
        sentence("No segment column has a slice with enough judged rows.")
        return
    number_table(
        scan_rows(scan.table.head(MAX_SCANNED)),
        hide_index=True,
        placeholder=words.UNDEFINED,
        alt="Slices of all segment columns by how far their scores are off",
        column_config={
            "column": st.column_config.TextColumn("Column", width=_NAME_WIDTH),
            "value": st.column_config.TextColumn("Value", width=_NAME_WIDTH),
            "to_the_rest": st.column_config.NumberColumn(
                "To the rest", format="%.1f", help="Points by which the slice is off more than all other rows."
            ),
            **_columns_of(),
        },
    )
    st.caption(escaped(f"{readings.scan_reading(scan)} {FURTHER}"))
    table_downloads(scan.table, "calibration_scan", key="calibration_scan", title="Calibration of every segment column")


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


def _draw_time(question: Question, groups: int) -> None:
    """Show calibration over time, mean score beside observed rate."""
    if question.log.time_low is None:
        return
    st.subheader("Since when?")
    chosen = st.segmented_control("By", list(_EVERY), key="every", bind="query-params")
    found = kept(calibration_time, question, _EVERY.get(chosen or ""), groups=groups)
    if found is None:
        return
    broke = found.broke.bucket if found.broke else None
    figure(
        figures.calibration_trend(found.table, found.every, broke, found.unripe_from),
        readings.calibration_trend_reading(found),
        "calibration_trend",
        alt="Mean score, observed rate and their difference over time",
        table=found.table,
    )
