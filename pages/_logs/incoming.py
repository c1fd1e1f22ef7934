"""Uploads on their way from the browser to the disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.typing import UploadedFile

from pages._frame import session


@contextmanager
def on_disk(file: UploadedFile) -> Iterator[Path]:
    """Hand an upload to the disk in pieces, free its memory, and forget it afterwards."""
    with session.workspace().incoming(file) as path:
        _give_back(file)
        yield path


def _give_back(file: UploadedFile) -> None:
    """Free the memory of an upload; Streamlit would keep it for as long as the session lives."""
    file.seek(0)
    file.truncate()
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
