"""Who never gets a label, and who gets it late, slice by slice."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analytics.answers.labels_answer import LabelsAnswer
from analytics.answers.labels_never import late, late_age, never
from analytics.answers.question import Question
from analytics.present import readings, words
from pages._frame.cache import kept
from pages._frame.render import escaped, table_downloads
from pages._frame.tables import number_table

_AT_ONCE = 2_000_000
"""Rows of a log up to which its segment columns are looked at without being asked: a query each, about a second in all."""
_SHOWN = 12
"""Slices that the table shows; the download has all."""


def draw_never(answer: LabelsAnswer, question: Question) -> None:
    """Show which slices of ripe rows lack a label; nothing where no day is ripe or every row gets one."""
    if answer.ripe_age is None or not answer.never:
        return
    st.subheader("Who never gets a label?", anchor=False)
    if question.log.n_rows > _AT_ONCE and not st.toggle("Look at every segment column", key="never_asked"):
        return
    found = kept(never, question)
    st.caption(escaped(readings.never_reading(found)))
    if found.is_empty():
        return
    _draw_table(found, "Without a label", "Slices whose rows lack a label more often than the others")
    table_downloads(found, "never", key="never", slices=("slice",), title="Who never gets a label")


def draw_late(answer: LabelsAnswer, question: Question) -> None:
    """Show whose labels come late; nothing where their times are not known."""
    age = late_age(answer)
    if question.log.mapping.label_time is None or age is None:
        return
    st.subheader("Whose labels come late?", anchor=False)
    if question.log.n_rows > _AT_ONCE and not st.toggle("Look at every segment column", key="late_asked"):
        return
    found = kept(late, question, age, answer.unit)
    st.caption(escaped(readings.late_reading(found, age, answer.unit)))
    if found.is_empty():
        return
    _draw_table(found, "Without one by then", "Slices whose rows wait for their labels longer than the others")
    table_downloads(found, "late", key="late", slices=("slice",), title="Whose labels come late")


def _draw_table(found: pl.DataFrame, what: str, alt: str) -> None:
    """Show slices with their share of rows of a kind beside that of the others."""
    shown = found.head(_SHOWN).select(
        pl.col("column").alias("Column"),
        pl.col("slice").fill_null(words.MISSING).alias("Slice"),
        pl.col("n").alias("Ripe rows"),
        (100 * pl.col("share")).alias(what),
        (100 * pl.col("share_rest")).alias("Other rows"),
        pl.col("excess").round().cast(pl.Int64).alias("More than usual"),
    )
    shares = {
        name: st.column_config.NumberColumn(format="%.1f %%", width=width)
        for name, width in ((what, 140), ("Other rows", 90))
    }
    counts = {
        name: st.column_config.NumberColumn(format="localized")
        for name in shown.columns
        if shown[name].dtype == pl.Int64
    }
    usual = "Rows without a label beyond the share of the others."
    config = (
        shares | counts | {"More than usual": st.column_config.NumberColumn(format="localized", help=usual, width=120)}
    )
    number_table(shown, hide_index=True, alt=alt, column_config=config)
