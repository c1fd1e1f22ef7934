"""The figures of the overview: cells of the confusion matrix open their rows, the threshold moves, a click keeps a week."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import polars as pl
import streamlit as st

from analytics.answers.labels_answer import labels, ripe_until
from analytics.answers.overview import Overview, bucket_clauses
from analytics.answers.question import Question
from analytics.present import figures, readings, words
from analytics.query.cohort import Cohort
from pages._frame import address, session
from pages._frame.cache import kept
from pages._frame.line import line_of
from pages._frame.registry import PAGES
from pages._frame.render import clicked, clicked_name, escaped, figure
from pages._overview import numbers

_CELLS = {"tp": "True positives", "fp": "False positives", "fn": "False negatives", "tn": "True negatives"}
_OPENED = "_opened_cell"
_MATURED = "Of what is not ripe the error rate that all labels together will show, with its interval, as on Labels."
_ROWS = {"fp": "fp", "fn": "fn"}
"""What Review lists by a cell; rows that are right stand among all rows."""
_OF_CLASSES = tuple(f"{name}{end}" for name in ("prevalence", "selection_rate") for end in ("", "_low", "_high"))
"""Columns of the course that mean nothing where rows are right or wrong."""


def draw_confusion(answer: Overview) -> None:
    """Show the confusion matrix; each cell opens its rows."""
    rows = answer.rows or answer.counts
    opened = st.session_state.pop(_OPENED, None)
    if opened in _CELLS and rows[opened]:
        st.switch_page(PAGES["review"].path, query_params=_rows_of(opened))

    def open_clicked() -> None:
        st.session_state[_OPENED] = clicked_name("confusion")

    figure(
        figures.confusion_matrix(answer.counts),
        readings.confusion_reading(answer.counts, is_weighted=answer.rows is not None, selective=answer.selective),
        "confusion",
        alt="Confusion matrix: counts and shares of true and false positives and negatives",
        table=numbers.counts_table(answer),
        on_select=open_clicked,
        below=lambda: _draw_ways(rows),
    )


def _draw_ways(rows: Mapping[str, int]) -> None:
    """Offer the rows of each cell to be read in Review, for who cannot click into a picture."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("Read", width="content")
        for cell, label in _CELLS.items():
            st.page_link(
                PAGES["review"].path,
                label=label,
                help=f"Read {words.plural(rows[cell], label.lower().removesuffix('s'))} one by one in Review.",
                disabled=not rows[cell],
                query_params=_rows_of(cell),
            )


def _rows_of(cell: str) -> dict[str, str]:
    """Return the address of the rows of a cell."""
    where = Cohort(session.cohort().clauses, (cell,)).to_text()
    return {**address.of_question(), "where": where, "errors": _ROWS.get(cell, "all")}


def draw_scores(answer: Overview, question: Question) -> None:
    """Show the scores by label, with the threshold, which a slider beneath it and a click on a bar move."""
    is_kind = question.log.is_right_or_wrong
    if is_kind and not question.log.mapping.has_score:
        st.caption(escaped(readings.no_confidence(question.log.mapping.kind)))
        return
    is_moved = not is_kind and question.log.score_kind != "decision" and len(question.log.edges) > 1

    def move_to_bar() -> None:
        bar = clicked("scores")
        if bar is not None:
            st.session_state["threshold"] = float(answer.histogram["low"][bar])

    hint = " Click a bar to move the threshold to where it begins." if is_moved else ""
    figure(
        figures.score_distribution(answer.histogram, question.threshold, is_right_or_wrong=is_kind),
        f"{readings.score_reading(answer, question)}{hint}",
        "scores",
        alt="Rows by confidence, right and wrong" if is_kind else "Rows by score, split by label, with the threshold",
        table=answer.histogram,
        on_select=move_to_bar if is_moved else None,
        below=(lambda: _draw_line(question)) if is_moved else None,
    )


def _draw_line(question: Question) -> None:
    """Let the threshold be moved, here as in the sidebar: every number of every page follows."""
    log, key = question.log, f"line_{question.log.key}"
    line = line_of(log.edges, is_probability=log.is_probability)
    st.session_state[key] = line.place(question.threshold)

    def move() -> None:
        st.session_state["threshold"] = line.place(st.session_state[key])

    st.slider(
        "Move the threshold",
        line.low,
        line.high,
        step=line.step,
        key=key,
        on_change=move,
        format=line.format,
        help="Of every number on every page. Arrow keys move it by one step.",
    )


def _matured(question: Question, unripe_from: datetime | None) -> pl.DataFrame | None:
    """Offer the error rate of what is not ripe as all labels will say; None where nothing is open, or nobody asks for it."""
    if unripe_from is None or not st.toggle("As all labels will say", key="overview_matured", help=_MATURED):
        return None
    found = kept(labels, question, "error_rate").buckets.filter(pl.col("bucket") >= unripe_from)
    return found.drop_nulls(["value", "low", "high"]).select("bucket", "value", "low", "high")


def draw_trend(answer: Overview, question: Question) -> None:
    """Show the course over time; a click on a bucket keeps its rows."""
    if answer.trend is None or answer.every is None:
        return
    unit, is_kind = words.BUCKETS[answer.every], question.log.is_right_or_wrong

    def keep_clicked() -> None:
        row = clicked("trend")
        if answer.trend is not None and answer.every is not None and row is not None:
            session.add_clauses(bucket_clauses(question.log, answer.trend["bucket"][row], answer.every))

    is_open = question.log.mapping.label_time is not None and answer.counts["n_unlabelled"] > 0
    unripe_from = kept(ripe_until, question) if is_open else None
    matured = _matured(question, unripe_from)
    figure(
        figures.trend(
            answer.trend,
            answer.every,
            unripe_from,
            is_right_or_wrong=is_kind,
            rows="rows with a label" if answer.selective is not None else "",
            matured=matured,
        ),
        f"{readings.trend_reading(answer.trend, answer.every, are_late=answer.may_labels_come, selective=answer.selective)} "
        f"{readings.unripe_reading(answer.trend, unripe_from)}Click a {unit} to keep its rows.",
        "trend",
        alt=f"Error rate{'' if is_kind else ', prevalence, selection rate'} and share not known yet over time",
        table=answer.trend.drop(_OF_CLASSES, strict=False) if is_kind else answer.trend,
        on_select=keep_clicked,
    )
