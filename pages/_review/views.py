"""The Review page: cases, what the verdicts say, and the library."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import polars as pl
import streamlit as st

from analytics.answers.compare.answer import Comparison
from analytics.answers.question import Question
from analytics.answers.review.flipped import live_question
from analytics.answers.review.queue import Queue, cases
from analytics.measure.review import reason_table
from analytics.present import readings
from analytics.review.taxonomy import Reason, label_of
from analytics.review.verdict import Verdict
from pages._frame import session
from pages._frame.frame import boundary
from pages._frame.render import escaped, sentence, table_downloads
from pages._review import case as case_view
from pages._review import findings, flipped, library, queue
from pages._review import verdict as verdict_form
from pages._review.draft import reviewer

_VIEWS = {"cases": "Cases", "findings": "What the verdicts say", "library": "Library"}


@st.fragment
def draw(question: Question) -> None:
    """Show one of the three views; only this part of the page is drawn anew by a verdict."""
    with boundary():
        queue.take_valid()
        view = st.segmented_control(
            "View",
            list(_VIEWS),
            key="review_view",
            format_func=_VIEWS.__getitem__,
            required=True,
            label_visibility="collapsed",
        )
        store = session.reviews()
        reasons, _ = store.reasons()
        verdicts = store.verdicts(question.log.reading.content_hash)
        for said in store.notices():
            st.warning(escaped(f"{said} What was set aside is on the Logs page."), icon=":material/healing:")
        if view == "findings":
            findings.draw(question, verdicts, reasons)
        elif view == "library":
            library.draw(question, reasons)
        else:
            _draw_cases(question, verdicts, reasons)
        queue.to_address()


def _draw_cases(question: Question, verdicts: list[Verdict], reasons: tuple[Reason, ...]) -> None:
    """Show the queue and the open case."""
    said = st.container()
    answer = flipped.comparison(question)
    asked = queue.draw_controls(question, is_compared=answer is not None)
    is_flipped = answer is not None and asked.errors in queue.FLIPPED
    answer = answer if is_flipped else None
    if answer is not None:
        question = live_question(answer.pairing)
    page = _page_of(question, answer, asked)
    n_judged = len({verdict.row_id for verdict in verdicts})
    with said:
        sentence(
            readings.queue_reading(
                page.n_rows,
                asked.errors,
                question.threshold,
                n_judged,
                is_right_or_wrong=question.log.is_right_or_wrong,
            )
            if answer is None
            else readings.flipped_queue_reading(page.n_rows, asked.errors, n_judged, answer.names)
        )
    if not page.n_rows:
        st.info(
            "No row of this cohort is such an error. Choose other rows, or widen the cohort.", icon=":material/inbox:"
        )
        return
    if asked.at >= page.n_rows:
        queue.go(page.n_rows - 1)
        asked = replace(asked, at=page.n_rows - 1)
        page = _page_of(question, answer, asked)
    left, right = st.columns([1, 1.65], gap="medium")
    with left:
        queue.draw_list(question, asked, page, verdicts, reasons, reviewer())
        _draw_so_far(verdicts, reasons)
    case = cases(page.rows)[asked.at % queue.PAGE_ROWS]
    other = flipped.other_of(answer, case)
    with right:
        case_view.draw_head(question, case, page.n_rows, other)
        verdict_form.draw(question, case, page.frame, page.n_rows, reasons)
        case_view.draw_fields(question, case, other)


def _page_of(question: Question, answer: Comparison | None, asked: queue.Asked) -> Queue:
    """Return the page of the queue, or of the flipped rows of a comparison."""
    return queue.page_of(question, asked) if answer is None else flipped.page_of(answer, asked.errors, asked.at)


def _draw_so_far(verdicts: list[Verdict], reasons: tuple[Reason, ...]) -> None:
    """Show how often each reason was given for this log."""
    st.subheader("Verdicts so far", anchor=False)
    last = {verdict.row_id: verdict.reason for verdict in verdicts}
    table = reason_table(list(last.values()), [reason.key for reason in reasons])
    labels = {key: label_of(key, reasons) for key in table["reason"]}
    order = Counter({reason.key: -place for place, reason in enumerate(reasons)})
    shown = table.with_columns(
        place=pl.Series([-order[key] for key in table["reason"]], dtype=pl.Int64),
        label=pl.col("reason").replace(labels),
    ).sort("place")
    st.dataframe(
        shown,
        hide_index=True,
        height="content",
        column_order=["label", "n"],
        alt="How often each reason was given for this log",
        column_config={
            "label": st.column_config.TextColumn("Reason", width=140),
            "n": st.column_config.ProgressColumn(
                "Rows", format="%d", min_value=0, max_value=max(1, *table["n"].to_list()), width=90
            ),
        },
    )
    table_downloads(shown.select(reason="label", rows="n"), "verdicts", key="verdicts", title="Verdicts so far")
