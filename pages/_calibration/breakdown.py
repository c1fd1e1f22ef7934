"""Calibration broken down: of which class, for whom by slice, since when by time."""

from __future__ import annotations

from typing import Any

import polars as pl
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
from pages._frame.render import escaped, figure, sentence, table_downloads
from pages._frame.tables import number_table

_TOLD = ("n", "mean_score", "observed", "difference", "interval", "to_the_rest", "p", "slope", "ece")
"""Columns that are shown of a table of slices: with a name of 130 pixels they are all seen at 1,024. The others are in its
file."""
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
            (shown := _with_one_p(class_rows(answer))),
            hide_index=True,
            placeholder=words.UNDEFINED,
            alt="Calibration of each class against the rest",
            column_order=_order_of(shown, "class", "n_pos"),
            column_config={
                "class": st.column_config.TextColumn("Class"),
                "n_pos": st.column_config.NumberColumn("Rows of it", format="localized", width=80),
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
    table = _with_one_p(slice_rows(answer))
    number_table(
        table,
        hide_index=True,
        placeholder=words.UNDEFINED,
        alt=f"Calibration by {by}",
        column_order=_order_of(table, table.columns[0]),
        column_config=_columns_of(),
    )
    st.caption(
        "Those slices first whose ECE is furthest above chance, rows counted. “Off by” is mean score less observed rate, in "
        "points: above 0 the scores are too high. p is the smaller one of level and slope, adjusted for all looks; "
        "the intervals of slopes, and what ECE would be by chance, are in the file."
    )
    table_downloads(answer.table, "calibration_by_slice", key="calibration_by_slice", title="Calibration by slice")


def _draw_scan(scan: CalibrationScan) -> None:
    """Show the slices of all segment columns that are most off, and name the columns that were left out."""
    if scan.table.is_empty():
        sentence("No segment column has a slice with enough judged rows.")
        return
    rows = scan_rows(scan.table.head(MAX_SCANNED))
    columns = pl.Series([words.column_words(name) for name in rows["column"]], dtype=pl.String)
    names = pl.format("{}: {}", columns, "value").alias("slice")
    table = _with_one_p(rows.select(names, pl.exclude("column", "value", "ece")))
    number_table(
        table,
        hide_index=True,
        placeholder=words.UNDEFINED,
        alt="Slices of all segment columns by how far their scores are off",
        column_order=_order_of(table, "slice"),
        column_config={"slice": st.column_config.TextColumn("Slice"), **_columns_of()},
    )
    st.caption(escaped(readings.scan_reading(scan)))
    table_downloads(scan.table, "calibration_scan", key="calibration_scan", title="Calibration of every segment column")


def _with_one_p(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table of slices with the smaller one of the p-values of level and slope, which are written."""
    values = [
        pl.col(name).str.strip_chars("< ").cast(pl.Float64, strict=False) for name in ("p_adjusted", "slope_p_adjusted")
    ]
    is_slope = values[1].fill_null(2.0) < values[0].fill_null(2.0)
    return table.with_columns(p=pl.when(is_slope).then("slope_p_adjusted").otherwise("p_adjusted"))


def _order_of(table: pl.DataFrame, *first: str) -> list[str]:
    """Return which columns are shown, in their order."""
    return [*first, *(name for name in _TOLD if name in table.columns)]


def _columns_of() -> dict[str, Any]:
    """Return how the columns of a table of slices are written."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "n": number("Judged rows", format="localized", width=84),
        "mean_score": number("Mean score", format="%.1f %%", width=82),
        "observed": number("Observed", format="%.1f %%", width=70),
        "difference": number("Off by", format="%.1f", width=58, help="Mean score less observed rate, in points."),
        "interval": text("Its interval", width=104),
        "to_the_rest": number(
            "To the rest", format="%.1f", width=80, help="Points by which the slice is off more than all other rows."
        ),
        "p": text("p", alignment="right", width=60, help="That level and slope are right, adjusted for all looks."),
        "slope": number(
            "Slope", format="%.2f", width=56, help="1 is right; below 1 scores are too extreme, above 1 too timid."
        ),
        "ece": number("ECE", format="%.3f", width=56),
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
