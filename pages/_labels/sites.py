"""Whether sites mean the same by the label."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analytics.answers.labels_sites import given_by, sites
from analytics.answers.question import Question
from analytics.present import readings, words
from pages._frame import address
from pages._frame.cache import kept
from pages._frame.render import sentence, table_downloads
from pages._frame.tables import number_table

_SHOWN = 20
"""Sites that the table shows; the download has all."""


def draw_sites(question: Question) -> None:
    """Choose the column of sites and show whose labels differ at equal scores; nothing where rows are right or wrong."""
    log = question.log
    segments = [name for name in log.mapping.segments if name != log.mapping.label]
    if log.is_right_or_wrong or log.mapping.label is None or not segments:
        return
    st.subheader("Do all mean the same by the label?", anchor=False)
    address.seed_choice("site", segments, given_by(log))
    column = st.selectbox(
        "Who gave the label, or where",
        segments,
        index=address.place_of(given_by(log), segments),
        key="site",
        bind="query-params",
        placeholder="A segment column",
        width=320,
        help="A site, a hospital, a reviewer: whoever may define or code the label in an own way.",
    )
    if column is None:
        return
    answer = kept(sites, question, column)
    sentence(readings.sites_reading(answer))
    shown = answer.sites.head(_SHOWN).select(
        pl.col("site").fill_null(words.MISSING).alias("Value"),
        pl.col("n").alias("Labels"),
        (100 * pl.col("share")).alias("Positive"),
        (100 * pl.col("difference")).alias("Points more at equal scores"),
        (100 * pl.col("low")).alias("At least"),
        (100 * pl.col("high")).alias("At most"),
        pl.col("written").list.head(_SHOWN).list.join(", ").alias("Codes"),
    )
    points = {
        name: st.column_config.NumberColumn(format="%.1f")
        for name in ("Points more at equal scores", "At least", "At most")
    }
    number_table(
        shown,
        hide_index=True,
        alt="Share of positive labels by site, and by how much it differs from the others at equal scores",
        column_config={
            **points,
            "Positive": st.column_config.NumberColumn(format="%.1f %%"),
            "Labels": st.column_config.NumberColumn(format="localized"),
        },
    )
    lists = [pl.col(name).list.join("; ").alias(name) for name in ("written", "alone", "never")]
    table_downloads(
        answer.sites.with_columns(lists), "sites", key="sites", slices=("site",), title="Positive labels by site"
    )
