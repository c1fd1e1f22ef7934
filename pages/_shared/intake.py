"""Bringing a log in: the drop zone, the reading with its progress, the mapping, and the accounting of a log."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import streamlit as st
from streamlit.typing import UploadedFile

from analytics import intake
from analytics.errors import AnalysisError, QuestionError
from analytics.intake import OnProgress, Staged
from analytics.log import roles
from analytics.log.schema import Log, Mapping
from analytics.present.export import to_csv
from pages._shared import mapping, mending, session
from pages._shared.render import escaped

SEVERITY = {
    "error": ":red[:material/error:] error",
    "warning": ":orange[:material/warning:] warning",
    "note": ":gray[:material/info:] note",
}
Answer = TypeVar("Answer")


def draw_drop_zone() -> None:
    """Take a file from the browser, or by its path where it is too large for one."""
    nonce = st.session_state.setdefault("_upload_nonce", 0)
    file = st.file_uploader(
        "Upload an export",
        type=mending.KINDS,
        key=f"upload_{nonce}",
        max_upload_size=mending.MAX_UPLOAD_MB,
        help="CSV, TSV, JSON, NDJSON, Parquet, Arrow or Feather, plain or as .gz or .zst, up to 512 MB.",
    )
    with st.expander("Larger than 512 MB? Read it by its path"):
        path = st.text_input("Path on this computer", key="path", placeholder="/exports/log.parquet")
        if st.button("Read", key="read_path", disabled=not path):
            read(lambda progress: intake.read_file(session.workspace(), Path(path).expanduser(), on_progress=progress))
    if file is not None:
        read(lambda progress: read_upload(file, progress))


def forget_upload() -> None:
    """Empty the drop zone: it would hand its file to the next run again."""
    st.session_state["_upload_nonce"] = st.session_state.get("_upload_nonce", 0) + 1


def read_upload(file: UploadedFile, progress: OnProgress) -> Staged | Log:
    """Hand an upload to the disk in pieces and read it there."""
    with mending.on_disk(file) as path:
        return intake.read_file(session.workspace(), path, name=file.name, on_progress=progress)


def read(work: Callable[[OnProgress], Staged | Log]) -> None:
    """Read with a moving bar and a way to stop; the run ends in the mapping, or in the log that was there already."""
    try:
        found = with_progress(work)
    finally:
        forget_upload()
    if isinstance(found, Staged):
        st.session_state["staged"] = found.staged_id
        st.session_state.pop("remap", None)
    else:
        st.session_state["_wanted_log"] = found.log_id
        st.toast(escaped(f"This file is already in the workspace as {found.name}."))
    st.rerun()


def with_progress(work: Callable[[OnProgress], Answer]) -> Answer:
    """Run work under a bar that moves; a click on stop reruns the page, ends the work and leaves nothing behind."""
    place = st.empty()
    with place.container():
        bar = st.progress(0.0, "Starting")
        st.button("Stop", key=f"stop_{uuid.uuid4().hex}", icon=":material/stop_circle:", on_click=forget_upload)
    try:
        answer = work(lambda step, done: bar.progress(min(max(done, 0.0), 1.0), f"{step} … {done:.0%}"))
    except AnalysisError:
        place.empty()
        raise
    place.empty()
    return answer


def staged() -> Staged | None:
    """Return the upload that waits for its mapping, or a log whose mapping is being changed."""
    staged_id = st.session_state.get("staged")
    if not staged_id:
        return None
    try:
        return intake.staged(session.workspace(), staged_id)
    except QuestionError:
        st.session_state["staged"] = None
        return None


def draw_mapping(upload: Staged) -> None:
    """Confirm the columns of an upload."""
    reading = upload.reading
    st.subheader(escaped(f"Confirm the columns of {reading.source}"))
    remembered = " The mapping is the one that was last used for these columns." if upload.is_remembered else ""
    aside = sum(reason.rows for reason in reading.set_aside)
    st.caption(f"{reading.rows_read:,} rows read: {reading.rows_kept:,} kept, {aside:,} set aside.{remembered}")
    with st.container(horizontal=True):
        confirm = st.button("Confirm and see what fails", type="primary", key="confirm", icon=":material/check:")
        if st.button("Discard", key="discard"):
            intake.discard(session.workspace(), upload.staged_id)
            st.session_state["staged"] = None
            st.rerun()
    progress = st.container()
    changed = mapping.edit(reading, upload.mapping, upload.reasons, upload.sample, f"map_{upload.staged_id}")
    if confirm:
        with progress:
            log = with_progress(lambda on: intake.build_staged(session.workspace(), upload, changed, on_progress=on))
        st.session_state["staged"] = None
        finish(log)


def finish(log: Log) -> None:
    """Go on to the question where the log fails."""
    st.session_state["_wanted_log"] = log.log_id
    st.switch_page("pages/slices.py")


def draw_list() -> None:
    """List the logs of the workspace; a click opens one."""
    st.markdown("**In the workspace**")
    for log in session.logs():
        share = f"{log.n_labelled / log.n_rows:.0%} labelled" if log.n_rows else "no rows"
        graver = sum(finding.severity != "note" for finding in log.findings)
        with st.container(border=True):
            st.button(
                escaped(log.name),
                key=f"open_{log.log_id}",
                type="tertiary",
                on_click=open_log,
                args=(log,),
                icon=":material/radio_button_checked:"
                if log.log_id == session.current_log().log_id
                else ":material/radio_button_unchecked:",
            )
            period = f" · {log.time_low[:10]} to {log.time_high[:10]}" if log.time_low and log.time_high else ""
            st.caption(f"{log.n_rows:,} rows · {share}{period} · {graver} finding{'s' * (graver != 1)}")


def open_log(log: Log) -> None:
    """Make a log the present one and close the mapping."""
    session.choose_log(log)
    st.session_state["staged"] = None


def draw_log(log: Log) -> None:
    """Show the accounting, the findings and the mapping of a log."""
    st.subheader(escaped(log.name))
    draw_accounting(log)
    draw_findings(log)
    mending.draw_mending(log, rebuild)
    mending.draw_attach(log, read)
    with st.expander("Columns and roles: change them in place"):
        guess = roles.guess(log.reading)
        sample = session.engine().sample(log)
        changed = mapping.edit(log.reading, log.mapping, guess.reasons, sample, f"remap_{log.key}")
        draw_rebuild(log, changed)
    with st.popover("Remove this log", icon=":material/delete:"):
        st.write("The log leaves the workspace; the file that it came from is not touched.")
        if st.button("Remove", type="primary", key="remove"):
            session.workspace().remove(log.log_id)
            st.session_state["_wanted_log"] = ""
            st.rerun()


def rebuild(log: Log, wanted: Mapping) -> None:
    """Build a log anew under another mapping and open it."""
    rebuilt = with_progress(lambda on: intake.remap(session.workspace(), log, wanted, on_progress=on))
    st.session_state["_wanted_log"] = rebuilt.log_id
    st.rerun()


def draw_rebuild(log: Log, changed: Mapping) -> None:
    """Offer to build the log anew once its mapping differs."""
    if st.button("Apply", key="apply", type="primary", disabled=changed.digest() == log.revision):
        rebuild(log, changed)


def draw_accounting(log: Log) -> None:
    """Close the books: rows read = rows kept + rows set aside, and what of the kept ones can be judged."""
    reading = log.reading
    aside = sum(reason.rows for reason in reading.set_aside)
    unknown = log.n_rows - log.n_labelled
    with st.grid(5, min_column_width=110):
        for name, value, help_ in (
            ("Rows read", reading.rows_read, "Rows found in the file."),
            ("Kept", reading.rows_kept, "Rows of the log."),
            ("Set aside", aside, "Lines that could not be read as rows; they can be downloaded."),
            ("Labelled", log.n_labelled, "Kept rows whose outcome is known."),
            ("Not known yet", unknown, "Kept rows without a label: never counted as negative."),
        ):
            st.metric(name, f"{value:,}", help=help_)
    reasons = "; ".join(f"{reason.rows:,} {reason.reason}" for reason in reading.set_aside)
    st.caption(
        escaped(
            f"{reading.rows_read:,} read = {reading.rows_kept:,} kept + {aside:,} set aside"
            + (f" ({reasons})" if reasons else "")
        )
    )
    if aside:
        st.download_button(
            "Download the rows set aside",
            lambda: to_csv(session.engine().set_aside(log)),
            "set_aside.csv",
            "text/csv",
            key="download_set_aside",
            icon=":material/download:",
            on_click="ignore",
        )


def draw_findings(log: Log) -> None:
    """Show what preflight found, the gravest first."""
    st.markdown("**What preflight found**")
    if not log.findings:
        st.success("Nothing that stands in the way.", icon=":material/check_circle:")
        return
    st.table(
        [
            {
                "": SEVERITY[finding.severity],
                "Column": escaped(finding.column) if finding.column else "–",
                "Rows": f"{finding.rows:,}" if finding.rows is not None else "–",
                "What was found, and what to do": escaped(finding.message),
            }
            for finding in log.findings
        ],
        hide_index=True,
        alt="Findings of preflight, the gravest first",
    )
