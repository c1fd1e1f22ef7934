"""The left side of the Logs page: the way in for a first log, the uploads that wait, and the logs of the workspace."""

from __future__ import annotations

import streamlit as st

from analytics.errors import AnalysisError, QuestionError
from analytics.log.kept.thresholds import decisions
from analytics.log.removed import forget, put_away, removed_logs, restore
from analytics.log.schema import Log
from analytics.present import words
from analytics.reading import api
from pages._frame import sample, session
from pages._frame.render import escaped

_UPLOAD_KEY = "upload"
_N_UNSCROLLED = 8
"""Logs that are listed without a bar to scroll."""
_SCROLLED_HEIGHT = 560
"""Pixels of a longer list."""
_ASKED, _SAID = "_removal_asked", "_removal_said"
_STEPS = "**1** Drop an export → **2** Confirm its columns → **3** See what fails"


def waiting_id() -> str | None:
    """Return the upload that waits for its mapping: after a reload of the page, the address still knows it."""
    if "staged" not in st.session_state:
        st.session_state["staged"] = st.query_params.get(_UPLOAD_KEY)
    found: str | None = st.session_state["staged"]
    if found:
        st.query_params[_UPLOAD_KEY] = found
    else:
        st.query_params.pop(_UPLOAD_KEY, None)
    return found


def stage(upload: str | None) -> None:
    """Turn to an upload that waits for its mapping; None leaves it."""
    st.session_state["staged"] = upload


def draw_lead() -> None:
    """Lead by the hand where nothing but the sample is here."""
    if all(log.name == sample.NAME for log in session.logs()):
        st.markdown(_STEPS)


def draw_waiting() -> None:
    """List the uploads that were read and not confirmed; they are kept for a day."""
    current = waiting_id()
    others = [name for name in session.workspace().waiting() if name != current]
    if not others:
        return
    st.markdown("**Waiting to be confirmed**")
    for staged_id in others:
        try:
            reading = api.staged(session.workspace(), staged_id).reading
        except QuestionError:
            continue
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.button(
                escaped(f"{words.shortened(reading.source, 24)} · {words.plural(reading.rows_kept, 'row')}"),
                key=f"waiting_{staged_id}",
                icon=":material/pending:",
                type="tertiary",
                on_click=stage,
                args=(staged_id,),
            )
            st.button(
                "",
                key=f"discard_{staged_id}",
                icon=":material/delete:",
                type="tertiary",
                help="Remove this upload",
                on_click=discard,
                args=(staged_id,),
            )


def discard(staged_id: str) -> None:
    """Forget an upload that was not confirmed."""
    api.discard(session.workspace(), staged_id)
    if waiting_id() == staged_id:
        stage(None)


def draw_list() -> None:
    """List the logs of the workspace; a click opens one."""
    st.subheader("In the workspace", anchor=False)
    logs = session.logs()
    chosen = session.current_log().log_id if logs else None
    height = _SCROLLED_HEIGHT if len(logs) > _N_UNSCROLLED else "content"
    with st.container(height=height, border=False, gap="small"):  # type: ignore[arg-type]
        for log in logs:
            with st.container(gap=None):
                st.button(
                    escaped(words.shortened(log.name, 60)),
                    key=f"open_{log.log_id}",
                    type="tertiary",
                    on_click=_open_log,
                    args=(log,),
                    icon=f":material/radio_button_{'checked' if log.log_id == chosen else 'unchecked'}:",
                )
                st.caption(escaped(_facts_of(log)))


def _facts_of(log: Log) -> str:
    """Say rows, labelled share, period and findings of a log on one line."""
    share = f"{words.share(log.n_labelled / log.n_rows)} labelled" if log.n_rows else "no labels"
    period = f"{log.time_low[:10]} to {log.time_high[:10]}" if log.time_low and log.time_high else ""
    return " · ".join(
        filter(None, [words.plural(log.n_rows, "row"), share, period, words.plural(len(log.findings), "finding")])
    )


def _open_log(log: Log) -> None:
    """Make a log the present one and close the mapping."""
    session.choose_log(log)
    stage(None)


def draw_remove(log: Log) -> None:
    """Offer to remove a log, by a dialog that names it and is closed by what it does."""
    st.button(
        "Remove this log",
        key=f"ask_remove_{log.log_id}",
        icon=":material/delete:",
        on_click=st.session_state.update,
        kwargs={_ASKED: log.log_id},
    )
    if st.session_state.pop(_ASKED, None) == log.log_id:
        st.dialog(f"Remove {escaped(words.shortened(log.name, 60))}?")(_draw_question)(log)


def _draw_question(log: Log) -> None:
    """Say what becomes of the log and of what people wrote about it, and wait for a click."""
    st.markdown(escaped(f"{log.name}, {words.plural(log.n_rows, 'row')}, leaves the workspace."))
    verdicts = session.reviews().verdicts(log.reading.content_hash)
    decided = decisions(session.workspace(), log.key)
    written = f"{words.plural(len(verdicts), 'verdict')} and {words.plural(len(decided), 'decision')}"
    st.markdown(
        escaped(
            f"Its {written} stay, as does what the library holds of it: they are there again once the log is back, "
            "or the same export is uploaded. The file that it came from is not touched. "
            "For a day, Undo on this page brings it back as it is."
        )
    )
    if st.button("Remove", type="primary", key=f"remove_{log.log_id}", on_click=_remove, args=(log.log_id,)):
        st.rerun()


def _remove(log_id: str) -> None:
    """Put a log away, and open another one."""
    try:
        put_away(session.workspace(), log_id)
    except AnalysisError as error:
        st.session_state[_SAID] = str(error)
        return
    st.session_state["_wanted_log"] = ""


def draw_removed() -> None:
    """List what was removed within a day; one click brings it back."""
    if said := st.session_state.pop(_SAID, None):
        st.warning(escaped(said))
    gone = removed_logs(session.workspace())
    if gone:
        st.markdown("**Removed**")
    for entry in gone:
        until = f"{entry.until.astimezone():%d %b, %H:%M}"
        st.caption(escaped(f"{words.shortened(entry.log.name, 60)}, kept until {until}"))
        with st.container(horizontal=True):
            st.button(
                "Undo",
                key=f"restore_{entry.log.log_id}",
                icon=":material/undo:",
                type="tertiary",
                on_click=_restore,
                args=(entry.log.log_id,),
            )
            st.button(
                "Remove for good",
                key=f"forget_{entry.log.log_id}",
                icon=":material/delete_forever:",
                type="tertiary",
                on_click=forget,
                args=(session.workspace(), entry.log.log_id),
            )


def _restore(log_id: str) -> None:
    """Bring a log back and open it."""
    try:
        restore(session.workspace(), log_id)
    except AnalysisError as error:
        st.session_state[_SAID] = str(error)
        return
    st.session_state["_wanted_log"] = log_id
