"""Which gates a log is held to: drafted, brought as a file, written here; kept with the log and for its next export."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from analytics.answers.gates.draft import drafted_gates
from analytics.answers.gates.file import read_gates
from analytics.answers.gates.written import written_gates
from analytics.answers.question import Question
from analytics.errors import AnalysisError, QuestionError
from analytics.log.kept.gates import choose_gates, chosen_gates
from pages._frame import session
from pages._frame.render import escaped

_TEXT, _UPLOAD, _WRONG = "gates_text", "gates_upload", "_gates_wrong"
_DRAFTED = "_gates_drafted"
"""The log of which the gates were drafted in this session, and are kept as they were drafted."""
_FIRST = (
    "No gates yet. Draft them from what this log would have passed last month, or bring a file of gates: then this page says "
    "whether the model may go on, and if nobody can tell, when somebody will."
)


def chosen(question: Question) -> str | None:
    """Return the gates of a log; None where nobody chose any, or what is kept cannot be read any more."""
    text = chosen_gates(session.workspace(), question.log)
    try:
        return text if text is not None and read_gates(text) else None
    except QuestionError as error:
        st.session_state[_WRONG] = str(error)
        return None


def draw_first(question: Question) -> None:
    """Lead to the first gates."""
    st.info(_FIRST, icon=":material/traffic:")
    _draw_wrong()
    _draw_ways(question)


def draw_file(question: Question, text: str) -> None:
    """Show the file behind the gates, to change, take along or replace."""
    if st.session_state.get(_DRAFTED) == (question.log.key, text):
        st.caption(
            "These limits were drafted from this log, so it passes. Set them to what you ask of the model, below; the next "
            "export is held to them."
        )
    with st.expander("The file of gates"):
        _draw_wrong()
        st.text_area("Gates, in TOML", text, key=_TEXT, height=360, help="What each line can say stands in the README.")
        with st.container(horizontal=True):
            st.button(
                "Save",
                key="gates_save",
                icon=":material/save:",
                on_click=_keep,
                args=(question, _written),
                type="primary",
            )
            st.download_button(
                "gates.toml",
                text,
                "gates.toml",
                "application/toml",
                key="gates_download",
                icon=":material/download:",
                on_click="ignore",
            )
            st.button(
                "Forget these gates", key="gates_forget", type="tertiary", on_click=_keep, args=(question, lambda: None)
            )
        _draw_ways(question)


def _draw_ways(question: Question) -> None:
    """Offer a draft, and a file."""
    st.button(
        "Draft gates from this log",
        key="gates_draft",
        icon=":material/edit_note:",
        on_click=_keep,
        args=(question, lambda: _drafted(question)),
    )
    st.file_uploader(
        "Bring a file of gates",
        type="toml",
        key=_UPLOAD,
        max_upload_size=1,
        on_change=_keep,
        args=(question, _uploaded),
    )


def _drafted(question: Question) -> str:
    """Draft gates from the last month of a log."""
    with st.spinner("Looking at last month …"):
        text = written_gates(drafted_gates(session.engine(), question))
    st.session_state[_DRAFTED] = question.log.key, text
    return text


def _draw_wrong() -> None:
    """Say what was wrong with what was written or brought, a line each."""
    for line in (st.session_state.pop(_WRONG, "") or "").splitlines():
        st.error(escaped(line))


def _written() -> str:
    """Return what stands in the box."""
    return str(st.session_state.get(_TEXT) or "")


def _uploaded() -> str | None:
    """Return the text of the file that was brought."""
    file = st.session_state.get(_UPLOAD)
    if file is None:
        raise QuestionError("")
    try:
        return str(file.getvalue().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise QuestionError("Expected a file of gates in UTF-8, found other bytes. Save it as UTF-8.") from error


def _keep(question: Question, text_of: Callable[[], str | None]) -> None:
    """Keep gates that can be read; say what is wrong with others, and leave the old ones."""
    try:
        text = text_of()
        if text is not None:
            read_gates(text)
        choose_gates(session.workspace(), question.log, text)
        st.session_state.pop(_TEXT, None)
    except AnalysisError as error:
        st.session_state[_WRONG] = str(error)
