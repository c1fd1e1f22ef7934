"""What ends the reading of a file, as a sentence and a code."""

from __future__ import annotations

import os

import duckdb

from analytics import settings
from analytics.errors import AnalysisError
from analytics.log.disk import NO_ROOM
from analytics.reading import protocol

_MAX_CHAIN = 10
"""Causes of an error that are looked at, so that no long chain holds the answer. A judgement."""

_EXPECTED = (AnalysisError, duckdb.Error, OSError, MemoryError, RecursionError)
_NO_THREAD = "can't start new thread"
_LIBRARIES = ("pyarrow", "polars", "pyo3_runtime")
"""Whose errors a file can cause as well; Rust's panics are no `Exception`."""

_FULL = (
    "There is no room left for the log: the disk is full, or a file grew larger than it may. Nothing was kept. "
    f"Make room, or set {settings.READER_FILE_MB.name}."
)
_TOO_LARGE = (
    "Reading this file needs more than the {:,} MB of memory that the reader may use. Nothing was kept. "
    f"Split the export, or set {settings.READER_MEMORY_MB.name}."
)


def can_be_of_a_file(error: BaseException) -> bool:
    """Whether what is in a file, or how large it is, can cause an error."""
    library = type(error).__module__.partition(".")[0]
    return isinstance(error, _EXPECTED) or _is_memory(error) or library in _LIBRARIES


def explained(error: BaseException) -> protocol.Refusal:
    """Return the sentence and the code of a failure; a full disk or memory counts more than what was made of it."""
    chain: list[BaseException] = [error]
    while (above := chain[-1].__cause__ or chain[-1].__context__) is not None and len(chain) < _MAX_CHAIN:
        chain.append(above)
    for cause in chain:
        if _is_full(cause):
            return protocol.Refusal(error=_FULL, code="disk-full")
        if _is_memory(cause):
            return protocol.Refusal(error=_TOO_LARGE.format(settings.READER_MEMORY_MB.value), code="reader-memory")
    if isinstance(error, AnalysisError):
        return protocol.Refusal(error=str(error), code=error.code)
    first = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
    return protocol.Refusal(error=f"The file could not be read to its end: {first}", code="reader-unread")


def _is_full(error: BaseException) -> bool:
    """Whether an error says that the disk is full or a file as large as it may become."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    return isinstance(error, duckdb.Error) and any(os.strerror(number) in str(error) for number in NO_ROOM)


def _is_memory(error: BaseException) -> bool:
    """Whether an error says that the memory of the process is used up; a thread needs some for its stack."""
    return isinstance(error, (MemoryError, duckdb.OutOfMemoryException)) or str(error) == _NO_THREAD
