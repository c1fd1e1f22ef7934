"""The figures of the overview; cells of the confusion matrix open their rows, and a click on a bucket of time keeps it."""

from __future__ import annotations

import streamlit as st

from analytics.answers.labels_answer import ripe_until
from analytics.answers.overview import Overview, bucket_clauses
from analytics.answers.question import Question
from analytics.present import figures, readings, words
from analytics.query.cohort import Cohort
from pages._frame import address, session
from pages._frame.cache import kept
from pages._frame.registry import PAGES
from pages._frame.render import clicked, escaped, figure
from pages._overview import numbers

_CELLS = {"tp": "True positives", "fp": "False positives", "fn": "False negatives", "tn": "True negatives"}
_ROWS = {"fp": "fp", "fn": "fn"}
"""What Review lists by a cell; rows that are right stand among all rows."""
_OF_CLASSES = tuple(f"{name}{end}" for name in ("prevalence", "selection_rate") for end in ("", "_low", "_high"))
"""Columns of the course that mean nothing where rows are right or wrong."""


def draw_confusion(answer: Overview) -> None:
    """Show the confusion matrix; each cell opens its rows."""
    figure(
        figures.confusion_matrix(answer.counts),
        readings.confusion_reading(answer.counts, is_weighted=answer.rows is not None, selective=answer.selective),
        "confusion",
        alt="Confusion matrix: counts and shares of true and false positives and negatives",
        table=numbers.counts_table(answer),
    )
    rows = answer.rows or answer.counts
    here = {key: value for key, value in st.query_params.items() if key in address.QUESTION_KEYS}
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("Read", width="content")
        for cell, label in _CELLS.items():
            where = Cohort(session.cohort().clauses, (cell,)).to_text()
            st.page_link(
                PAGES["review"].path,
                label=label,
                help=f"Read {words.plural(rows[cell], label.lower().removesuffix('s'))} one by one in Review.",
                disabled=not rows[cell],
                query_params={**here, "where": where, "errors": _ROWS.get(cell, "all")},
            )


def draw_scores(answer: Overview, question: Question) -> None:
    """Show the scores by label, with the threshold."""
    is_kind = question.log.is_right_or_wrong
    if is_kind and not question.log.mapping.has_score:
        st.caption(escaped(readings.NO_CONFIDENCE))
        return
    figure(
        figures.score_distribution(answer.histogram, question.threshold, is_right_or_wrong=is_kind),
        readings.score_reading(answer, question),
        "scores",
        alt="Rows by confidence, right and wrong" if is_kind else "Rows by score, split by label, with the threshold",
        table=answer.histogram,
    )


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
    figure(
        figures.trend(
            answer.trend,
            answer.every,
            unripe_from,
            is_right_or_wrong=is_kind,
            rows="rows with a label" if answer.selective is not None else "",
        ),
        f"{readings.trend_reading(answer.trend, answer.every, are_late=answer.may_labels_come, selective=answer.selective)} "
        f"{readings.unripe_reading(answer.trend, unripe_from)}Click a {unit} to keep its rows.",
        "trend",
        alt=f"Error rate{'' if is_kind else ', prevalence, selection rate'} and share not known yet over time",
        table=answer.trend.drop(_OF_CLASSES, strict=False) if is_kind else answer.trend,
        on_select=keep_clicked,
    )
