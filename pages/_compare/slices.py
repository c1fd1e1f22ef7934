"""For whom the candidate is worse and for whom better: confirmed slices, and any column as intervals."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analytics.answers.compare.answer import Comparison
from analytics.answers.compare.slices import LosingSlices, by_column, losing
from analytics.errors import QuestionError
from analytics.measure.compare.difference import COST
from analytics.measure.metrics import METRICS
from analytics.measure.thresholds.costs import Costs
from analytics.present import readings, words
from analytics.present.discovery import slice_words
from analytics.query.compare.pairs import Pairing
from analytics.query.engine import Engine
from pages._frame.cache import MODEST, keeping, kept
from pages._frame.render import escaped, say_rows_are_counted, table_downloads
from pages._frame.tables import number_table

_AT_ONCE = 300_000
"""Pairs up to which slices are searched for without being asked: some seconds."""

_SLICE_WIDTH = 270
"""Pixels of the names of slices of two conditions: what is found of them is then seen at 1,024 pixels. Measured."""
_AGAINST_OTHERS = {"loses": "worse", "wins": "better"}
"""What a direction of the search says: where not confirmed, the candidate may be better than the live side in both."""


@keeping("Searching for slices …", MODEST)
def _searched(engine: Engine, pairing: Pairing, metric: str, costs: Costs | None) -> LosingSlices | None:
    """Return the slices in which the candidate loses or wins; None where no column is left to search by."""
    try:
        return losing(engine, pairing, metric, costs)
    except QuestionError:
        return None


def draw_slices(answer: Comparison) -> LosingSlices | None:
    """Show the slices of the search, and those of a chosen column; none are searched for where both cannot be told apart.

    Return what the search found, which the first sentence of the page says too.
    """
    log, found = answer.pairing.live.log, None
    if not answer.account.judged or not log.mapping.segments:
        return None
    asked = answer.pairing, answer.metric, answer.costs
    st.subheader("For whom is the candidate worse, and for whom better?", anchor=False)
    say_rows_are_counted(log, "In slices and in what answers take")
    is_told = answer.hanging is None
    if is_told and (answer.account.judged <= _AT_ONCE or st.toggle("Search for slices", key="pair_search")):
        found = kept(_searched, *asked)
        if found is not None:
            st.markdown(escaped(readings.losing_reading(found)))
            _draw_found(found)
    columns = [name for name in log.mapping.segments if name not in answer.pairing.live.cohort.columns()]
    column = st.selectbox(
        "By column", columns, index=None, key="pair_by", bind="query-params", placeholder="Choose a column"
    )
    if column:
        table = kept(by_column, answer.pairing, answer.metric, column, answer.costs)
        number_table(_in_words(table, answer.metric), hide_index=True, alt=f"Both sides slice by slice of {column}")
        table_downloads(
            table,
            "compare_by_column",
            key="pair_by",
            slices=("slice",),
            title=f"Both sides by {column}",
            asked=(column,),
        )
    return found


def _draw_found(found: LosingSlices) -> None:
    """Show the slices that were found."""
    if found.table.is_empty():
        return
    names = pl.Series("slice", [slice_words(each) for each in found.slices], dtype=pl.String)
    table = found.table.with_columns(names)
    shown = table.select(
        pl.col("slice").alias("Slice"),
        pl.col("direction").replace(_AGAINST_OTHERS).alias("Against other pairs"),
        pl.col("n").alias("Pairs"),
        _difference(table, found.metric).alias("Worse by (95 %)"),
        pl.when(pl.col("is_confirmed")).then(pl.lit("confirmed")).otherwise(pl.lit("not confirmed")).alias("Status"),
    )
    number_table(
        shown,
        hide_index=True,
        alt="Slices in which the candidate loses or wins",
        column_config={
            "Slice": st.column_config.TextColumn(width=_SLICE_WIDTH),
            "Pairs": st.column_config.NumberColumn(format="localized"),
        },
    )
    table_downloads(table, "compare_slices", key="pair_slices", title="Slices where the sides differ")


def _in_words(table: pl.DataFrame, metric: str) -> pl.DataFrame:
    """Return the slices of a column as people read them."""
    written = words.share if _is_in_points(metric) else words.number
    return table.select(
        pl.Series("Slice", [words.value_label(value) for value in table["slice"]], dtype=pl.String),
        pl.col("n").alias("Pairs"),
        pl.Series("Loss, live", [written(value) for value in table["live"]], dtype=pl.String),
        pl.Series("Loss, candidate", [written(value) for value in table["candidate"]], dtype=pl.String),
        _difference(table, metric).alias("Worse by (95 %)"),
    )


def _is_in_points(metric: str) -> bool:
    """Whether the loss of a row is a share of rows."""
    return metric != COST and METRICS[metric].is_share


def _difference(table: pl.DataFrame, metric: str) -> pl.Series:
    """Write by how much more the candidate loses, with intervals."""
    texts = [
        words.UNDEFINED
        if value is None
        else words.points(value, low, high)
        if _is_in_points(metric)
        else f"{words.signed(value, 3)} ({words.between(words.number(low), words.number(high))})"
        for value, low, high in table.select("difference", "low", "high").iter_rows()
    ]
    return pl.Series(texts, dtype=pl.String)
