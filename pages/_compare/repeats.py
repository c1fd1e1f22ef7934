"""The same input again: how many answers would be others, how often several are all right, and for whom they change."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.answers.question import Question
from analytics.answers.repeats import Repeats, repeats
from analytics.errors import QuestionError
from analytics.log.repeats import same_input
from analytics.present import figures, readings, words
from pages._frame.address import place_of, seed_choice
from pages._frame.cache import kept
from pages._frame.render import escaped, figure, say_rows_are_counted, sentence, table_downloads
from pages._frame.tables import number_table


def draw_repeats(question: Question, head: DeltaGenerator) -> None:
    """Choose what is equal where the same was asked and a column to compare by, and show what the answers to it are."""
    log = question.log
    version = log.mapping.model_version
    is_of_several = version is not None and log.column(version).n_distinct > 1
    usual = version if version in log.mapping.segments and is_of_several else None
    seed_choice("pair_again_by", log.mapping.segments, usual)
    first, second, _ = st.columns([4, 3, 4], vertical_alignment="bottom")
    same = first.multiselect(
        "The same was asked where these are equal",
        [name for name in log.reading.names if name not in (log.mapping.judged, log.mapping.label)],
        key="pair_same",
        bind="query-params",
        placeholder=" and ".join(filter(None, (same_input(log), version if is_of_several else None)))
        or "Choose columns",
        help="By default the column that is called as what is asked, of each version of the model for itself.",
    )
    by = second.selectbox(
        "By column",
        log.mapping.segments,
        index=place_of(usual, log.mapping.segments),
        key="pair_again_by",
        bind="query-params",
        placeholder="Choose a column",
    )
    try:
        answer = kept(repeats, question, tuple(same), (by,) if by else ())
    except QuestionError as error:
        st.info(escaped(str(error)), icon=":material/replay:")
        return
    with head:
        sentence(readings.repeats_reading(answer))
        say_rows_are_counted(log)
    if answer.whole.passes.height:
        figure(
            figures.pass_figure(answer.whole.passes),
            readings.passes_reading(answer),
            "passes",
            alt="How often several answers to one input are all right, and at least one of them",
            table=answer.whole.passes,
        )
    if by:
        number_table(_in_words(answer, by), hide_index=True, alt=f"How often answers change, by {by}")
        table_downloads(
            answer.slices, "repeats", key="pair_again", slices=("slice_0",), title=f"Answers that change by {by}"
        )


def _rate(row: dict[str, Any], name: str) -> str:
    """Write a share with its interval, nothing where it is not known."""
    return words.metric_interval("accuracy", *(row[f"{name}{end}"] for end in ("", "_low", "_high")))


def _in_words(answer: Repeats, by: str) -> pl.DataFrame:
    """Return the slices as people read them."""
    rows, ks = [], set(answer.slices["k"])
    for row in answer.slices.iter_rows(named=True):
        ends = (row["difference"], row["difference_low"], row["difference_high"])
        rates = (row["flip_rate"], row["flip_rate_low"], row["flip_rate_high"])
        rows.append(
            {
                by: words.shortened(words.one_line(words.value_label(row["slice_0"])), 80),
                "Inputs": row["n_repeated"],
                "Change (95 %)": words.metric_interval("error_rate", *rates),
                "Against the others": words.UNDEFINED if ends[0] is None else words.points(*ends),
                "One is right": _rate(row, "right"),
                f"All of {row['k']} are right" if len(ks) == 1 else "All are right": _rate(row, "all_right"),
                "Adjusted p": words.UNDEFINED if row["p_adjusted"] is None else words.number(row["p_adjusted"]),
            }
        )
    return pl.DataFrame(rows)
