"""What can be done about a log that is in the workspace: attach labels that came later, merge spellings of one value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace

import streamlit as st
from streamlit.typing import UploadedFile

from analytics.log import score_form
from analytics.log.mapping import Mapping
from analytics.log.schema import Log
from analytics.reading import api
from analytics.reading.api import Staged
from analytics.reading.formats.registry import endings
from analytics.reading.process import OnProgress
from pages._frame import session
from pages._frame.render import escaped
from pages._logs import incoming

KINDS = [ending.removeprefix(".") for ending in endings()]
MAX_UPLOAD_MB = 499
"""MB of one uploaded file; from about 500 on, the widget rounds to "1GB per file"."""


def draw_mending(log: Log, rebuild: Callable[[Log, Mapping], None]) -> None:
    """Offer what mends a finding, spellings to merge and labels to settle, and to undo it."""
    merging = [finding for finding in log.findings if finding.merges]
    wanted = log.mapping
    with st.container(horizontal=True):
        for finding in merging:
            if st.button(
                escaped(
                    f"Merge {len(finding.merges):,} spelling{'s' * (len(finding.merges) != 1)} of {finding.column}"
                ),
                key=f"merge_{log.key}_{finding.column}",
                icon=":material/merge:",
                help=escaped("; ".join(f"“{old}” becomes “{new}”" for old, new in finding.merges[:12])),
            ):
                added = tuple((finding.column or "", old, new) for old, new in finding.merges)
                wanted = replace(wanted, merges=(*wanted.merges, *added))
        if log.mapping.merges and st.button(
            f"Undo {len(log.mapping.merges):,} merged spelling{'s' * (len(log.mapping.merges) != 1)}",
            key=f"unmerge_{log.key}",
            icon=":material/undo:",
            help="Slices show every spelling again; the original text was kept.",
        ):
            wanted = replace(wanted, merges=())
        is_contrary = any(finding.code == "different-outcomes" for finding in log.findings)
        if (
            is_contrary
            and log.mapping.time
            and st.button(
                escaped(f"Take the latest label of each {log.mapping.row_id}"),
                key=f"latest_{log.key}",
                icon=":material/update:",
                help=escaped(
                    f"The latest by {log.mapping.time} counts for all rows of the id; the column itself stays as it is."
                ),
            )
        ):
            wanted = replace(wanted, latest_by=log.mapping.time)
        wanted = _turned(log, wanted)
        if log.mapping.latest_by and st.button(
            "Take each row's own label",
            key=f"own_{log.key}",
            icon=":material/undo:",
            help="Rows of one id may have different labels again.",
        ):
            wanted = replace(wanted, latest_by=None)
    if wanted != log.mapping:
        rebuild(log, wanted)


def _turned(log: Log, wanted: Mapping) -> Mapping:
    """Offer to read low scores as positive where high ones rank the wrong way round, and to undo it."""
    is_turned = log.mapping.score_minus is not None
    if log.mapping.score is None or not (log.ranks_wrong_way or is_turned):
        return wanted
    words, icon = (
        ("Take high scores as positive", "undo") if is_turned else ("Take low scores as positive", "swap_vert")
    )
    help_ = "The scores tell the two classes apart, but the other way round. Errors and the threshold are counted anew."
    if not st.button(words, key=f"turn_{log.key}", icon=f":material/{icon}:", help=help_):
        return wanted
    found = replace(wanted, score_minus=None) if is_turned else score_form.turned(wanted, log.reading)
    return replace(found, threshold=score_form.first_threshold(found, log.reading))


def draw_attach(log: Log, read: Callable[[Callable[[OnProgress], Staged | Log]], None]) -> None:
    """Take labels that came later in another file; they make a log of their own."""
    with st.expander("Attach labels from another file"):
        st.caption(
            "Labels are joined by the id, and by the model version where the file has one. Of several labels of one id the "
            "latest counts; of several files the later, by the days in their names where all have one. What labels were before "
            "is kept. This log stays as it is; a new one with the labels is listed beside it."
        )
        names = list(log.reading.names)
        row_id = log.mapping.row_id
        id_column = st.selectbox(
            "Id that both files have",
            names,
            index=names.index(row_id) if row_id in names else None,
            key=f"attach_id_{log.key}",
            placeholder="Choose the id",
        )
        nonce = st.session_state.setdefault("_upload_nonce", 0)
        files = st.file_uploader(
            "Labels files",
            type=KINDS,
            key=f"labels_{log.key}_{nonce}",
            max_upload_size=MAX_UPLOAD_MB,
            disabled=id_column is None,
            accept_multiple_files=True,
        )
        if files:
            read(lambda progress: _read_labels(log, files, id_column, progress))


def _read_labels(log: Log, files: Sequence[UploadedFile], id_column: str | None, progress: OnProgress) -> Staged | Log:
    """Hand labels files to the disk in pieces and join them there."""
    with ExitStack() as stack:
        paths = [stack.enter_context(incoming.on_disk(file)) for file in files]
        names = [file.name for file in files]
        return api.attach(session.workspace(), log, paths, names=names, id_column=id_column, on_progress=progress)
