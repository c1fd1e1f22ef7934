"""What the form of a verdict holds: filled when a row is opened, kept as a draft when one leaves it, and whose it is."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.review.queue import Case
from analytics.review.store import MAX_REVIEWER
from analytics.review.taxonomy import LABEL_WRONG
from analytics.review.verdict import Verdict
from pages._frame import session

NOTE, REASON, EXPECTED, REVIEWER = "review_note", "_review_reason", "_review_expected", "review_reviewer"
BY_REASON, LAST_NAME = "_review_expected_by_reason", "_review_last_name"
OPEN, BASE, CONFLICT, FAILED = "_judging_open", "_judging_base", "_judging_conflict", "_judging_failed"
_DRAFTS = "_judging_drafts"


@dataclass(frozen=True)
class _Draft:
    """What the form holds: the note, the key of a reason, and what the label should be where that is said."""

    note: str | None = ""
    reason: str | None = None
    expected_label: int | None = None


@dataclass(frozen=True)
class _Place:
    """A row of a log, by the log's content."""

    content_hash: str
    row_id: int


@dataclass(frozen=True)
class Open:
    """The row that the form was filled for, and for whom."""

    place: _Place | None = None
    reviewer: str = ""


def open_case(question: Question, case: Case) -> list[Verdict]:
    """Begin with a row: what this reviewer last wrote of it stands in the form; return the row's history."""
    state = st.session_state
    place = _Place(question.log.reading.content_hash, case.row_id)
    history = session.reviews().history(place.content_hash, place.row_id)
    before, now = state.get(OPEN, Open()), Open(place, reviewer())
    if before == now:
        return history
    mine = next((entry for entry in reversed(history) if entry.reviewer == now.reviewer), None)
    drafts: dict[_Place, _Draft] = state.setdefault(_DRAFTS, {})
    if before.place != place:
        if before.place is not None:
            drafts[before.place] = draft()
        written = _draft_of(mine) if mine else _Draft()
        _fill(drafts.pop(place) if place in drafts else written)
        state[BASE] = history[-1].revision if history else 0
        state.pop(CONFLICT, None)
        state.pop(FAILED, None)
    elif mine is not None and draft() == _Draft():
        _fill(_draft_of(mine))
    state[OPEN] = now
    return history


def reviewer() -> str:
    """Return the name in the form as the store writes it."""
    if REVIEWER not in st.session_state:
        given = st.query_params.get("reviewer") or st.session_state.get(LAST_NAME) or session.person_name()
        st.session_state[REVIEWER] = str(given)[:MAX_REVIEWER]
    return " ".join(str(st.session_state[REVIEWER] or "").split())


def draft() -> _Draft:
    """Return what the form holds."""
    return _Draft(*(st.session_state.get(key) for key in (NOTE, REASON, EXPECTED)))


def _draft_of(verdict: Verdict) -> _Draft:
    """Return what the form holds for a verdict."""
    return _Draft(verdict.note, verdict.reason, verdict.expected_label)


def _fill(draft: _Draft) -> None:
    """Put note, reason and expected label into the form."""
    st.session_state.update(zip((NOTE, REASON, EXPECTED), astuple(draft), strict=True))
    st.session_state[BY_REASON] = draft.reason == LABEL_WRONG and draft.expected_label is not None
