"""Bringing a log in: the drop zone, the reading with its progress, the mapping, and a log that was brought in."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import streamlit as st
from streamlit.typing import UploadedFile

from analytics.errors import AnalysisError, QuestionError
from analytics.log import logged, roles
from analytics.log.mapping import Mapping
from analytics.log.preferred import preferred, with_preferences
from analytics.log.schema import Log, Reading
from analytics.present import words
from analytics.query import spark_log, spark_session
from analytics.reading import api, inbox, preview
from analytics.reading.api import Staged
from analytics.reading.formats.registry import readable
from analytics.reading.process import OnProgress
from pages._frame import session
from pages._frame.registry import PAGES
from pages._frame.render import escaped
from pages._logs import account, incoming, layout, mapping, mending, shelf

_Answer = TypeVar("_Answer")
_UNFINISHED = "_upload_unfinished"
_PARTS = {
    "Recognising the file": (0.0, 0.05),
    "Reading rows": (0.05, 0.7),
    "Joining labels": (0.7, 0.75),
    "Recognising types": (0.75, 0.9),
    "Describing columns": (0.9, 1.0),
    "Preparing scores and segments": (0.7, 0.9),
    "Checking the log": (0.9, 1.0),
}
"""By step of the reading process: from which part of the bar to which. Rows take longest; the shares are judgements."""


def draw_drop_zone() -> None:
    """Take the files of a log from the browser, or read them where they lie when they are too large for one."""
    _draw_unfinished()
    nonce = st.session_state.setdefault("_upload_nonce", 0)
    files = st.file_uploader(
        "Upload an export",
        type=mending.KINDS,
        key=f"upload_{nonce}",
        accept_multiple_files=True,
        max_upload_size=mending.MAX_UPLOAD_MB,
        help=f"{readable()}, up to {mending.MAX_UPLOAD_MB} MB. Several files become one log: drop them together.",
    )
    root = inbox.inbox()
    path = None
    if root is not None or not inbox.are_paths_closed():
        where = "Larger than 499 MB? Read it " + ("by its path" if root is None else "from the inbox")
        with st.expander(where, key="by_path"):
            path = _draw_path() if root is None else _draw_inbox(root)
    if path is not None and spark_session.is_in_spark(path):
        _read(lambda progress: _of_spark(path), path)
    elif path is not None:
        place = Path(path).expanduser()
        _read(lambda progress: api.read_file(session.workspace(), place, on_progress=progress), place.name)
    if files:
        _read(lambda progress: _read_uploads(files, progress), ", ".join(file.name for file in files))


def _draw_path() -> str | None:
    """Ask for a path, or for what Spark reads; return it once it is to be read."""
    path = st.text_input(
        "Path on this computer",
        key="path",
        placeholder="/exports/log.parquet, or a folder of exports",
        help="A path or a table behind spark: stays where Spark reads it, and every question is asked there.",
    )
    return path if st.button("Read", key="read_path", disabled=not path) else None


def _of_spark(name: str) -> Log:
    """Keep a log that stays in Spark under the roles that are guessed; they are changed in place."""
    reading = spark_log.describe(name)
    mapping = roles.guess(reading).mapping
    log = spark_log.log_of(reading, replace(mapping, threshold=logged.first_threshold(mapping, reading)))
    if session.workspace().state(log.key) is None:
        spark_log.keep(session.workspace(), log)
    return log


def _draw_inbox(root: Path) -> str | None:
    """Offer the files of the inbox; return the one that is to be read."""
    offers = {offer.name: offer for offer in inbox.offers(root)}
    name = st.selectbox(
        "Files and folders in the inbox",
        list(offers),
        index=None,
        key="inbox",
        format_func=lambda name: f"{name} ({_about(offers[name])})",
        placeholder="Choose a file or a folder" if offers else "The inbox is empty",
    )
    return str(inbox.resolved(root, name)) if st.button("Read", key="read_inbox", disabled=not name) and name else None


def _about(offer: inbox.Offer) -> str:
    """Say how large an offer is."""
    size = f"{offer.size / 1e6:,.1f} MB" if offer.size >= 1e5 else f"{offer.size / 1e3:,.1f} kB"
    return size if offer.n_files == 1 else f"{offer.n_files:,} files, {size}"


def _forget_upload() -> None:
    """Empty the drop zone: it would hand its file to the next run again."""
    st.session_state["_upload_nonce"] = st.session_state.get("_upload_nonce", 0) + 1


def _read_uploads(files: Sequence[UploadedFile], progress: OnProgress) -> Staged | Log:
    """Hand uploads to the disk in pieces and read them there; they are kept beside what was read until it is confirmed."""
    workspace = session.workspace()
    with ExitStack() as stack:
        targets = [stack.enter_context(incoming.on_disk(file)) for file in files]
        found = api.read_file(workspace, targets, names=[file.name for file in files], on_progress=progress)
        if isinstance(found, Staged):
            preview.keep_files(workspace, found)
        return found


def _read(work: Callable[[OnProgress], Staged | Log], what: str = "the labels") -> None:
    """Read with a moving bar and a way to stop; the run ends in the mapping, or in the log that was there already."""
    try:
        found = _with_progress(work, words.shortened(what, 80))
    finally:
        _forget_upload()
    _show(found)


def _show(found: Staged | Log) -> None:
    """End the run in the mapping of what was read, or in the log that was there already."""
    if isinstance(found, Staged):
        st.session_state["staged"] = found.staged_id
        st.session_state.pop("remap", None)
    else:
        st.session_state["_wanted_log"] = found.log_id
        st.toast(escaped(f"This file is already in the workspace as {found.name}."))
    st.rerun()


def _with_progress(work: Callable[[OnProgress], _Answer], what: str = "the log") -> _Answer:
    """Run work under a bar that moves once from left to right; what ends it before its end is said by the next run."""
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, "Starting")
        st.button("Stop", key=f"stop_{uuid.uuid4().hex}", icon=":material/stop_circle:", on_click=_stop, args=(what,))
    reached = 0.0

    def show(step: str, done: float) -> None:
        nonlocal reached
        reached = max(reached, overall(step, done))
        bar.progress(reached, f"{step} … {reached:.0%}")

    st.session_state[_UNFINISHED] = f"{what[:1].upper() + what[1:]} was left before it was read to its end"
    try:
        answer = work(show)
    except AnalysisError:
        st.session_state.pop(_UNFINISHED)
        place.empty()
        raise
    st.session_state.pop(_UNFINISHED)
    place.empty()
    return answer


def overall(step: str, done: float) -> float:
    """Return which part of all the work is done once a part of a step is.

    >>> overall("Reading rows", 0.5)
    0.375
    """
    low, high = _PARTS.get(step, (0.0, 0.0))
    return low + (high - low) * min(max(done, 0.0), 1.0)


def _stop(what: str) -> None:
    """Empty the drop zone, and let the next run say that it was stopped."""
    st.session_state[_UNFINISHED] = f"Stopped while {what} was read"
    _forget_upload()


def _draw_unfinished() -> None:
    """Say once that work did not come to its end: stopped, or left by a click elsewhere or a lost connection."""
    if said := st.session_state.pop(_UNFINISHED, None):
        st.warning(escaped(f"{said}. Nothing of it was kept: drop or read it again."), icon=":material/upload_file:")


def staged() -> Staged | None:
    """Return the upload that waits for its mapping, or a log whose mapping is being changed."""
    staged_id = shelf.waiting_id()
    if not staged_id:
        return None
    try:
        return api.staged(session.workspace(), staged_id)
    except QuestionError as error:
        shelf.stage(None)
        st.warning(escaped(str(error)), icon=":material/upload_file:")
        return None


def draw_mapping(upload: Staged) -> None:
    """Confirm the columns of an upload."""
    reading = upload.reading
    upload = replace(upload, mapping=with_preferences(upload.mapping, reading))
    st.subheader(escaped(f"Confirm the columns of {reading.source}"))
    remembered = " The mapping is the one that was last used for these columns." if upload.is_remembered else ""
    aside = sum(reason.rows for reason in reading.set_aside)
    st.caption(f"{reading.rows_read:,} rows read: {reading.rows_kept:,} kept, {aside:,} set aside.{remembered}")
    actions = st.container(horizontal=True)
    progress = st.container()
    wanted = layout.draw(upload)
    if wanted is not None:
        with progress:
            _show(_with_progress(lambda on: preview.read_again(session.workspace(), upload, wanted, on_progress=on)))
    changed = mapping.edit(upload, upload.sample, f"map_{upload.staged_id}")
    with progress:
        is_refused = mapping.draw_conflicts(reading, changed)
        is_of_wins = _says_who_wins(reading, changed)
        if is_of_wins:
            st.info(
                escaped(
                    f"{preferred(reading)!r} says which of two answers was better: Compare says who wins, without a label."
                ),
                icon=":material/compare:",
            )
        elif changed.label is None:
            st.warning(
                "Which column says what turned out to be true? Until a label is chosen, nothing can be judged. Labels that come "
                "in another file can be added afterwards.",
                icon=":material/help:",
            )
    with actions:
        has_label = changed.label is not None or is_of_wins
        see = "Confirm and see who wins" if is_of_wins else "Confirm and see what fails"
        confirm = st.button(
            see if has_label else "Go on without a label",
            type="primary" if has_label else "secondary",
            key="confirm",
            icon=":material/check:" if has_label else None,
            disabled=is_refused,
        )
        st.button("Remove", key="discard", on_click=shelf.discard, args=(upload.staged_id,))
    if confirm:
        with progress:
            log = _with_progress(lambda on: api.build_staged(session.workspace(), upload, changed, on_progress=on))
            session.workspace().remember(log)
        st.session_state["staged"] = None
        _finish(log)


def _finish(log: Log) -> None:
    """Go on to the question where the log fails."""
    st.session_state["_wanted_log"] = log.log_id
    if _says_who_wins(log.reading, log.mapping):
        st.switch_page(PAGES["compare"].path)
    if log.mapping.label is None:
        st.rerun()
    st.switch_page(PAGES["slices"].path)


def _says_who_wins(reading: Reading, mapping: Mapping) -> bool:
    """Whether what is judged is which of two answers was better."""
    name, grade = preferred(reading), mapping.right.true if mapping.right else None
    return name is not None and ((mapping.label is None and name == mapping.decision) or name == grade)


def draw_notices() -> None:
    """Say what of the workspace was damaged and set aside."""
    notices = session.workspace().notices()
    if notices:
        st.warning(escaped(" ".join(notices)), icon=":material/healing:")
        st.button("Remove what was set aside", key="forget_damaged", on_click=session.workspace().forget_damaged)


def draw_log(log: Log) -> None:
    """Show the accounting, the findings and the mapping of a log."""
    st.subheader(escaped(log.name))
    account.draw_fitness(log)
    account.draw_accounting(log)
    account.draw_findings(log)
    mending.draw_mending(log, _rebuild)
    if not log.reading.is_in_spark:
        mending.draw_attach(log, _read)
    with st.expander("Columns and roles: change them in place", expanded=not log.n_labelled):
        sample = session.engine().sample(log)
        changed = mapping.edit(log, sample, f"remap_{log.key}")
        _draw_rebuild(log, changed)
    shelf.draw_remove(log)


def _rebuild(log: Log, wanted: Mapping) -> None:
    """Build a log anew under another mapping and open it."""
    rebuilt = _with_progress(lambda on: session.remapped(log, wanted, is_current=True, on_progress=on))
    session.workspace().remember(rebuilt)
    st.session_state["_wanted_log"] = rebuilt.log_id
    st.rerun()


def _draw_rebuild(log: Log, changed: Mapping) -> None:
    """Offer to build the log anew once its mapping differs."""
    is_refused = mapping.draw_conflicts(log.reading, changed)
    if st.button("Apply", key="apply", type="primary", disabled=is_refused or changed.digest() == log.revision):
        _rebuild(log, changed)
