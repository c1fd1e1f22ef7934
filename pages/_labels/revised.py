"""Whether labels stay: what revisions did to every metric, when, and where."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analytics.answers.labels_revised import RevisedAnswer, revised, revised_where
from analytics.answers.question import Question
from analytics.measure.metrics import METRICS
from analytics.measure.slices_cost import COST
from analytics.present import figures, readings, words
from pages._frame.cache import kept
from pages._frame.render import escaped, figure, sentence, table_downloads
from pages._frame.tables import number_table

_SHOWN = 12
"""Slices that the table shows; the download has all."""
_AT_ONCE = 2_000_000
"""Rows up to which segment columns are looked at without being asked: as for who never gets a label."""


def draw_revised(question: Question, metric: str | None) -> None:
    """Show what became of labels after they were given; nothing where none was revised."""
    if not question.log.n_revised:
        return
    st.subheader("Do labels stay?", anchor=False)
    answer = kept(revised, question, None if metric == COST else metric)
    sentence(readings.revised_reading(answer))
    pair = st.grid(2, min_column_width=460, gap="medium")
    if answer.buckets is not None and answer.every is not None:
        with pair.cell():
            figure(
                figures.revised_figure(answer.buckets, answer.metric, answer.every),
                readings.revised_time_reading(answer),
                "revised",
                alt="A metric over time, by the labels as first given and by those known now",
                table=answer.buckets,
            )
    with pair.cell():
        _draw_metrics(answer)
    _draw_where(question)


def _draw_metrics(answer: RevisedAnswer) -> None:
    """Show every metric by the labels as first given, and by those known now."""
    shown = pl.DataFrame(
        [
            {
                "Metric": METRICS[row["metric"]].label,
                "As first given": words.metric_text(row["metric"], row["first"]),
                "As known now": words.metric_interval(row["metric"], row["now"], row["now_low"], row["now_high"]),
            }
            for row in answer.metrics.iter_rows(named=True)
        ],
        schema={"Metric": pl.String, "As first given": pl.String, "As known now": pl.String},
    )
    number_table(shown, hide_index=True, alt="Every metric by the labels as first given and by those known now")
    table_downloads(
        answer.metrics,
        "revised_metrics",
        key="revised_metrics",
        title="Every metric by the labels as first given and now",
    )


def _draw_where(question: Question) -> None:
    """Show in which slices labels are revised more often than elsewhere."""
    if question.log.n_rows > _AT_ONCE and not st.toggle("Look where labels are revised", key="revised_asked"):
        return
    found = kept(revised_where, question)
    st.caption(escaped(readings.revised_where_reading(found)))
    if found.is_empty():
        return
    shown = found.head(_SHOWN).select(
        pl.col("column").alias("Column"),
        pl.col("slice").fill_null(words.MISSING).alias("Slice"),
        pl.col("n").alias("Labels"),
        (100 * pl.col("share")).alias("Revised"),
        (100 * pl.col("share_rest")).alias("Other rows"),
    )
    shares = {name: st.column_config.NumberColumn(format="%.1f %%") for name in ("Revised", "Other rows")}
    counts = {"Labels": st.column_config.NumberColumn(format="localized")}
    number_table(
        shown,
        hide_index=True,
        alt="Slices whose labels are revised more often than those of the others",
        column_config=shares | counts,
    )
    table_downloads(
        found, "revised", key="revised_where", slices=("slice",), title="Slices whose labels are revised most"
    )
