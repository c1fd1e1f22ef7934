"""The verdict on the open row: given with the keyboard, written at once, and never lost."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.review.queue import Case
from analytics.answers.review.replay import kept_case
from analytics.errors import AnalysisError
from analytics.present import words
from analytics.query.phrases import either
from analytics.review import library
from analytics.review.store import MAX_NOTE, MAX_REVIEWER
from analytics.review.taxonomy import LABEL_WRONG, Reason, label_of
from analytics.review.verdict import Conflict, Verdict
from pages._frame import session
from pages._frame.render import escaped
from pages._review import queue
from pages._review.draft import (
    BASE,
    BY_REASON,
    CONFLICT,
    EXPECTED,
    FAILED,
    LAST_NAME,
    NOTE,
    OPEN,
    REASON,
    REVIEWER,
    Open,
    draft,
    open_case,
    reviewer,
)
from pages._review.flipped import save_for_other

_SAID, _NAMELESS = "_judging_said", "_judging_nameless"
_EXPECTED_WORDS = {
    False: {None: "not said", 1: "positive", 0: "negative"},
    True: {None: "not said", 1: "right", 0: "wrong"},
}
"""What a row is expected to be, by whether rows are right or wrong."""
_HELP = (
    "**1**–**9** reason · **N** note, **Esc** leaves it · **Ctrl+Enter** save and next · **J** next · **K** previous · "
    "**E** expected label · **L** keep in the library"
)


def _choose(reason: str, label: int | None) -> None:
    """Take a reason; a wrong label is expected to be the other one, for as long as that is the reason."""
    state = st.session_state
    state[REASON] = reason
    if reason == LABEL_WRONG and label is not None and state.get(EXPECTED) is None:
        state[EXPECTED], state[BY_REASON] = 1 - label, True
    elif reason != LABEL_WRONG and state.pop(BY_REASON, False):
        state[EXPECTED] = None


def _turn_expected() -> None:
    """Go from not said to positive to negative and back."""
    st.session_state.pop(BY_REASON, None)
    order = list(_EXPECTED_WORDS[False])
    st.session_state[EXPECTED] = order[(order.index(st.session_state.get(EXPECTED)) + 1) % len(order)]


def _written(question: Question, case: Case, frame: str) -> Verdict:
    """Return the verdict that the form holds."""
    written = draft()
    return Verdict(
        content_hash=question.log.reading.content_hash,
        row_id=case.row_id,
        reviewer=st.session_state.get(REVIEWER) or "",
        reason=written.reason or "",
        note=written.note or "",
        expected_label=written.expected_label,
        error_kind=case.error_kind,
        frame=frame,
        random_rank=case.random_rank,
    )


def _save(question: Question, case: Case, frame: str) -> None:
    """Write the verdict and go on; whatever stands against it, the text stays in the box."""
    if not reviewer() and draft().reason:
        st.session_state[_NAMELESS] = True
        return
    _put(question, _written(question, case, frame), st.session_state[BASE], case.position)


def _put(question: Question, verdict: Verdict, base: int, position: int) -> None:
    """Write a verdict on what somebody saw of a case."""
    state = st.session_state
    state.pop(FAILED, None)
    try:
        found = session.reviews().save(verdict, base, log_name=question.log.name)
    except AnalysisError as error:
        state[FAILED] = str(error)
        return
    if isinstance(found, Conflict):
        state[CONFLICT] = found
        return
    state.pop(CONFLICT, None)
    state[OPEN] = Open()
    at = datetime.fromisoformat(found.judged_at).astimezone()
    label = label_of(found.reason, session.reviews().reasons()[0])
    state[_SAID] = f"Saved at {at:%H:%M:%S}: row {position + 1:,}, {label}.{save_for_other(found)}"
    queue.go(position + 1)


def _keep_theirs(position: int) -> None:
    """Leave the case as somebody else left it, and go on."""
    st.session_state.pop(CONFLICT, None)
    st.session_state[_SAID] = "Nothing was saved: the other verdict stands."
    queue.go(position + 1)


def draw(question: Question, case: Case, frame: str, n_rows: int, reasons: tuple[Reason, ...]) -> None:
    """Draw the form; its height does not change with what is said."""
    history = open_case(question, case)
    _draw_reasons(reasons, case)
    note, side = st.columns([1.8, 1], gap="small")
    note.text_area(
        "Note",
        key=NOTE,
        height=104,
        placeholder="Why is this row wrong? N writes here.",
        label_visibility="collapsed",
        max_chars=MAX_NOTE,
        persist_state="session",
    )
    with side:
        _draw_reviewer()
        expected = _EXPECTED_WORDS[question.log.is_right_or_wrong]
        st.button(
            f"Expected: {expected[st.session_state.get(EXPECTED)]}",
            key="review_turn",
            shortcut="e",
            on_click=_turn_expected,
            width="stretch",
            help=escaped(f"What the label should be: {either(list(expected.values()))}."),
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        last = case.position + 1 >= n_rows
        st.button(
            "Save and next",
            key="review_save",
            type="primary",
            shortcut="Ctrl+Enter",
            on_click=_save,
            args=(question, case, frame),
        )
        st.button(
            "Previous",
            key="review_back",
            shortcut="k",
            disabled=case.position == 0,
            on_click=queue.go,
            args=(case.position - 1,),
        )
        st.button("Next", key="review_on", shortcut="j", disabled=last, on_click=queue.go, args=(case.position + 1,))
        st.button(
            "Keep",
            key="review_keep",
            shortcut="l",
            help="Keep this row in the library of counterexamples.",
            on_click=_keep,
            args=(question, case, frame),
        )
    if reviewer():
        st.session_state[LAST_NAME] = reviewer()
        st.session_state.pop(_NAMELESS, None)
    elif st.session_state.get(_NAMELESS):
        _draw_name(question, case, frame)
    with st.container(height=52, border=False, gap=None):
        _draw_said(history, reasons)
    st.caption(_HELP)
    if CONFLICT in st.session_state:
        _draw_conflict(question, st.session_state[CONFLICT], case.position, reasons)


def _draw_reasons(reasons: tuple[Reason, ...], case: Case) -> None:
    """Draw one button for each reason, each with its number."""
    with st.container(horizontal=True, gap="xsmall"):
        for number, reason in enumerate(reasons, start=1):
            st.button(
                escaped(reason.label),
                key=f"reason_{number}",
                shortcut=str(number),
                type="primary" if st.session_state.get(REASON) == reason.key else "secondary",
                help=escaped(reason.meaning) or None,
                on_click=_choose,
                args=(reason.key, case.label),
            )


def _draw_reviewer() -> None:
    """Ask who judges; the name is kept for as long as the visit, and in the address for a reload."""
    name = st.text_input(
        "Your name",
        key=REVIEWER,
        max_chars=MAX_REVIEWER,
        placeholder="Your name",
        label_visibility="collapsed",
        persist_state="session",
    )
    if name and st.query_params.get("reviewer") != name:
        st.query_params["reviewer"] = name


def _draw_name(question: Question, case: Case, frame: str) -> None:
    """Ask for the name that the first verdict needs, where it was to be saved; Enter saves it."""
    with st.container(border=True):
        st.text_input(
            "Who judges? Enter saves the verdict under this name.",
            key="review_ask_name",
            max_chars=MAX_REVIEWER,
            placeholder="Your name",
            on_change=_save_named,
            args=(question, case, frame),
        )


def _save_named(question: Question, case: Case, frame: str) -> None:
    """Take the name that was asked for, and save what waited for it."""
    st.session_state[REVIEWER] = st.session_state["review_ask_name"]
    if reviewer():
        st.session_state.pop(_NAMELESS, None)
        _save(question, case, frame)


def _draw_said(history: list[Verdict], reasons: tuple[Reason, ...]) -> None:
    """Say on one line what became of the last verdict, or what is known of this row."""
    state = st.session_state
    if FAILED in state:
        st.markdown(f":red[:material/error: **Not saved.**] {escaped(state[FAILED])}")
        return
    said = state.get(_SAID, "")
    if any(entry.reviewer == reviewer() for entry in history):
        last = history[-1]
        said += f" This row: {words.plural(len({v.reviewer for v in history}), 'verdict')}, "
        said += f"last “{label_of(last.reason, reasons)}” by {last.reviewer}."
    elif history:
        said += " Somebody else judged this row; you will see how once you did."
    st.markdown(escaped(said) or ":gray[No verdict on this row yet.]")


def _draw_conflict(question: Question, conflict: Conflict, position: int, reasons: tuple[Reason, ...]) -> None:
    """Show both texts where somebody wrote since the case was opened; who is second chooses."""
    with st.container(border=True):
        st.markdown(":material/group: **Somebody judged this row while you did.** Nothing of yours is saved yet.")
        mine, theirs = st.columns(2)
        for place, title, verdict in (
            (mine, "Yours", conflict.mine),
            (theirs, conflict.theirs.reviewer, conflict.theirs),
        ):
            with place:
                st.markdown(f"**{escaped(title)}** – {escaped(label_of(verdict.reason, reasons))}")
                st.code(verdict.note or "(no note)", language=None, wrap_lines=True)
        with st.container(horizontal=True):
            st.button(
                "Save mine too",
                key="conflict_mine",
                type="primary",
                on_click=_put,
                args=(question, conflict.mine, conflict.theirs.revision, position),
            )
            st.button("Leave theirs alone", key="conflict_theirs", on_click=_keep_theirs, args=(position,))


def _keep(question: Question, case: Case, frame: str) -> None:
    """Keep the row in the library, with the verdict as it stands in the form."""
    held = library.with_verdict(kept_case(question, case), _written(question, case, frame))
    try:
        is_new = library.keep(session.reviews(), held)
    except AnalysisError as error:
        st.session_state[FAILED] = str(error)
        return
    st.session_state.pop(FAILED, None)
    st.session_state[_SAID] = "Kept in the library." if is_new else "This row is in the library already."
