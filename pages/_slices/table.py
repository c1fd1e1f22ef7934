"""The tables: of slices, what decides first and every further metric behind it; of segment columns, ranked."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from analytics.answers.labels import selective_of
from analytics.answers.question import Question
from analytics.answers.slices import SliceAnswer
from analytics.measure.metrics import METRICS
from analytics.measure.slices import MIN_SUPPORT
from analytics.present import readings, words
from analytics.present.described import described
from analytics.present.marks.slices import compared_words, p_words
from analytics.present.tables.slices import column_labels, slice_display_table, with_question
from analytics.present.tables.slices_cells import heading, slice_cells
from pages._frame.cache import kept
from pages._frame.cautions import cautioned_sentence
from pages._frame.metric import choose_metric
from pages._frame.render import muted_ink, table_downloads
from pages._frame.tables import number_table, table_height
from pages._slices.choice import choose_from_table

_RANKED = ("column", "n_slices", "n_worse", "share_separated", "worst", "worst_rate")
SHOWN = ("error_rate", "fpr", "fnr", "precision", "recall", "prevalence", "selection_rate")
"""Metrics of the table of slices, whatever metric decides."""
_EXCESS = ("excess_errors", "excess_base_rate", "excess_model")
_ROW_HEIGHT = 40
"""Pixels of a row: a small interval."""
_MAX_NAME_WIDTH = 190
"""Pixels of the column of names."""
_WIDTHS = {  # pixels
    "n": 60,
    "n_labelled": 68,
    "interval": 88,
    "difference": 54,
    "difference_interval": 92,
    "p": 56,
    "excess_errors": 58,
    "excess_base_rate": 64,
    "excess_model": 64,
    "share_of_errors": 64,
}
_HELP = {
    "difference": "Difference to the rest: slice less its complement, all other rows of the cohort.",
    "excess_errors": "Excess errors: errors beyond what the complement's error rate would predict on these rows.",
    "excess_base_rate": "Of the excess errors those that come from positives being more, or less, frequent in the slice.",
    "excess_model": "Of the excess errors those beyond what the FNR and FPR of the rest predict on the slice's positives and "
    "negatives: here the model is worse, or better.",
    "share_of_errors": "Errors of the slice as a share of all errors.",
    "interval": "The line is the whole cohort.",
    "difference_interval": "The line is no difference.",
}
_HEADINGS = {
    "interval": "95 % interval",
    "difference": "To rest",
    "difference_interval": "95 % interval",
    "p": "p, adj.",
    "excess_errors": "Excess",
    "excess_base_rate": "By base rate",
    "excess_model": "By model",
    "share_of_errors": "Of errors",
    "interval_text": "95 % interval in figures",
    "difference_text": "To rest, 95 % interval in figures",
}


_RANKED_WIDTH = 140
"""Pixels of a column's name in the ranking: the last column then still fits a window of 1,024."""


def _plain_table(answer: SliceAnswer) -> pl.DataFrame:
    """Return the whole table of an answer under the names that people see."""
    names = {f"slice_{place}": name for place, name in enumerate(answer.by)}
    taken = set(answer.table.columns)
    return answer.table.rename({key: f"{name} (slice)" if name in taken else name for key, name in names.items()})


def draw_table(answer: SliceAnswer, question: Question) -> None:
    """Show the sortable table; a selected row becomes the chosen slice."""
    metric = answer.metric
    further = [name for name in SHOWN if name != metric and name in answer.table.columns]
    table = slice_display_table(answer, further)
    excess = [name for name in _EXCESS if name in table.columns]
    shares = [name for name in (metric, *further, "share_of_errors") if name not in METRICS or METRICS[name].is_share]
    shown = table.with_columns(pl.col(shares) * 100, pl.col(excess).round().cast(pl.Int64)).hstack(
        slice_cells(answer, ink=muted_ink())
    )
    names = table.columns[: len(answer.by)]
    first = [
        "n",
        "n_labelled",
        metric,
        "interval",
        "difference",
        "difference_interval",
        "p",
        *excess,
        "share_of_errors",
    ]
    order = [*names, *first, *further, "interval_text", "difference_text"]
    labels = {**column_labels(answer), **{name: heading(name) for name in (metric, *further)}, **_HEADINGS}
    is_kind = answer.is_right_or_wrong
    config = {
        name: _column_config(name, labels[name], metric, shares, is_kind=is_kind) for name in order if name not in names
    }
    config |= {name: st.column_config.TextColumn(pinned=True, width=_name_width(table[name])) for name in names}
    st.subheader("All slices", anchor=False)
    number_table(
        shown,
        hide_index=True,
        key="slice_table",
        on_select=choose_from_table,
        selection_mode="single-row",
        column_order=order,
        column_config=config,
        row_height=_ROW_HEIGHT,
        placeholder=words.UNDEFINED,
        height=table_height(shown.height),
        alt="Slices with support, the metric, difference to the rest, excess errors and further metrics",
    )
    unit = " in points" if METRICS[metric].is_share else ""
    st.caption(
        f"“To rest” is the difference{unit} to all other rows of the cohort; p is adjusted for looking at many. "
        "A click on a heading sorts, the box of a row chooses its slice. Further metrics are to the right."
    )
    plain = with_question(_plain_table(answer), question)
    sliced = plain.columns[: len(answer.by)]
    table_downloads(plain, "slices", key="all_slices", slices=sliced)


def _name_width(names: pl.Series) -> int:
    """Return the pixels that the names of slices need, within limits."""
    longest = max([len(names.name), *(len(name) for name in names)])
    return min(max(6 * longest + 20, 50), _MAX_NAME_WIDTH)


def _column_config(name: str, label: str, metric: str, shares: list[str], *, is_kind: bool) -> Any:
    """Return how a column of the table is written."""
    about = described(name, is_right_or_wrong=is_kind).definition if name in METRICS else _HELP.get(name)
    if name == "p":
        about = p_words(metric, is_right_or_wrong=is_kind)
    if name in METRICS and label != METRICS[name].label:
        about = f"{METRICS[name].label}: {about}"
    width = _WIDTHS.get(name, 74 if name == metric and len(label) < 12 else None)
    if name.endswith("interval"):
        return st.column_config.ImageColumn(label, width=width, help=about)
    if name.endswith("_text") or name == "p":
        return st.column_config.TextColumn(label, width=width, help=about, alignment="right")
    if name in ("n", "n_labelled", *_EXCESS):
        written = "localized"
    elif name in shares:
        written = "%.1f %%"
    else:
        written = "%+.3f" if name == "difference" else "%.3f"
    if name == "difference" and METRICS[metric].is_share:
        written = "%+.1f"
    return st.column_config.NumberColumn(label, width=width, format=written, help=about)


def draw_reading(answer: SliceAnswer, question: Question) -> None:
    """Say what the slices show, behind what undoes it."""
    chosen = readings.chosen_reading(question, answer.overall.row(0, named=True))
    said = chosen or readings.slices_reading(answer, readings.positives_of(question.log))
    cautioned_sentence(said, question, at_threshold=METRICS[answer.metric].hangs_on_threshold)


def draw_ranking(table: pl.DataFrame, metric: str, question: Question, *, instead_of: str, is_graver: bool) -> None:
    """Show the segment columns ranked by how much of the errors they separate; a click opens one, by the metric shown."""
    is_right_or_wrong = question.log.is_right_or_wrong
    said = readings.ranking_reading(
        table,
        MIN_SUPPORT,
        metric,
        is_right_or_wrong=is_right_or_wrong,
        instead_of=instead_of,
        is_graver=is_graver,
        selective=kept(selective_of, question),
    )
    cautioned_sentence(said, question, at_threshold=METRICS[metric].hangs_on_threshold)
    if table.is_empty():
        return
    is_share, is_by_model = METRICS[metric].is_share, METRICS[metric].is_of_errors and not is_right_or_wrong
    than = compared_words(metric, is_right_or_wrong=is_right_or_wrong)
    by_class = "what their base rates explain, or for other metrics than the error rate beyond "
    explained = "" if is_right_or_wrong else by_class
    shown = table.with_columns(pl.col("share_separated") * 100, pl.col("worst_rate") * (100 if is_share else 1))
    st.dataframe(
        shown,
        hide_index=True,
        key="ranking",
        on_select=partial(_open_column, None if metric == instead_of else metric),
        selection_mode="single-row",
        height=table_height(shown.height),
        column_order=_RANKED,
        placeholder=words.UNDEFINED,
        alt="Segment columns ranked by how much of the errors they separate",
        column_config={
            "column": st.column_config.TextColumn("Column", width=_RANKED_WIDTH),
            "n_slices": st.column_config.NumberColumn("Slices", format="localized", width=60),
            "n_worse": st.column_config.NumberColumn(
                "Worse",
                width=60,
                help=f"Worse than {than}: adjusted p below 0.05, enough rows, and fewer than half of all rows.",
            ),
            "share_separated": st.column_config.ProgressColumn(
                "Share of errors by the model" if is_by_model else "Share beyond the rest",
                format="%.1f %%",
                min_value=0.0,
                max_value=max([1.0, *shown["share_separated"].drop_nulls().to_list()]),
                width=160,
                help=f"What the worse slices hold beyond {explained}the rest, as a share of all.",
            ),
            "worst": st.column_config.TextColumn("Worst"),
            "worst_rate": st.column_config.NumberColumn(
                METRICS[metric].label, format="%.1f %%" if is_share else "%.3f"
            ),
        },
    )
    st.session_state["_ranking"] = table["column"].to_list()
    st.caption("Select a row to slice by its column.")
    table_downloads(table, "segment_columns", key="segment_columns", title="Segment columns ranked", metric=metric)


def _open_column(metric: str | None) -> None:
    """Slice by the column of the selected row, by the metric that ranked it where it is another one than that asked for."""
    rows = st.session_state["ranking"]["selection"]["rows"]
    if rows:
        if metric is not None:
            st.session_state["metric"] = metric
            choose_metric("metric")
        st.session_state["by"] = [st.session_state["_ranking"][rows[0]]]
