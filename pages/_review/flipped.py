"""Rows that flipped between a live side and a candidate: the comparison that a link brought along, and the candidate's answer."""

from __future__ import annotations

import streamlit as st

from analytics.answers.compare.answer import Comparison, compare
from analytics.answers.question import Question
from analytics.answers.review.flipped import OtherAnswer, flipped_queue, other_answer
from analytics.answers.review.queue import Case, Queue
from analytics.errors import AnalysisError
from analytics.review.store import speakable
from analytics.review.verdict import Conflict, Verdict
from pages._frame import session
from pages._frame.cache import kept
from pages._frame.compared import FLIPPED_OF, comparison_of
from pages._review.queue import PAGE_ROWS

_OTHER = "_judging_other"
"""The row of the candidate that a verdict on the open row counts for too."""


def comparison(question: Question) -> Comparison | None:
    """Return the comparison whose flipped rows can be reviewed; None where no link brought one along."""
    asked = comparison_of(FLIPPED_OF, question)
    if asked is None:
        return None
    try:
        return kept(compare, asked.pairing, asked.metric, asked.margin, asked.costs)
    except AnalysisError:
        return None


def page_of(answer: Comparison, turned: str, at: int) -> Queue:
    """Return the page of flipped rows on which the open row stands."""
    offset = at // PAGE_ROWS * PAGE_ROWS
    return kept(flipped_queue, answer.pairing, turned, offset=offset, limit=PAGE_ROWS, costs=answer.costs)


def other_of(answer: Comparison | None, case: Case) -> OtherAnswer | None:
    """Return the candidate's answer to a case, and remember its row for the verdict; None where nothing is compared."""
    found = None if answer is None else kept(other_answer, answer.pairing, case)
    st.session_state[_OTHER] = found
    return found


def save_for_other(verdict: Verdict) -> str:
    """Write a verdict for the candidate's answer to the same input too, and say so; nothing where both are one row."""
    other: OtherAnswer | None = st.session_state.get(_OTHER)
    if other is None or (other.log.reading.content_hash, other.row_id) == (verdict.content_hash, verdict.row_id):
        return ""
    store, place = session.reviews(), (other.log.reading.content_hash, other.row_id)
    history = store.history(*place)
    own = Verdict(
        content_hash=place[0],
        row_id=place[1],
        reviewer=verdict.reviewer,
        reason=verdict.reason,
        note=speakable(verdict.note),
        expected_label=verdict.expected_label,
        error_kind=other.error_kind,
        frame=verdict.frame,
    )
    try:
        found = store.save(own, history[-1].revision if history else 0, log_name=other.log.name)
    except AnalysisError as error:
        return f" Not for the candidate's answer: {error}"
    return (
        " Not for the candidate's answer, which somebody judged."
        if isinstance(found, Conflict)
        else " For both answers."
    )
