"""What the app and the reading process say to each other: a job, then progress and one answer, each a line of JSON.

A line that has a field too many or too few is refused on either side, in its messages and in the values that they carry:
both sides are one program, and a field that only one of them knows is a defect of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import msgspec

from analytics.errors import InputError
from analytics.log.bins import Bins
from analytics.log.layout import CsvOptions
from analytics.log.mapping import Mapping
from analytics.log.receipt import LineCounts
from analytics.log.schema import Reading


class _Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a message."""


class FileGiven(_Value, frozen=True, kw_only=True):
    """A file by its absolute path, and what people call it."""

    path: str
    name: str


class LabelsGiven(_Value, frozen=True, kw_only=True):
    """Labels files, the id that joins them and their column of labels; ``None`` is guessed."""

    files: tuple[FileGiven, ...]
    id_column: str | None
    label_column: str | None


class Before(_Value, frozen=True, kw_only=True):
    """A log of the same folder, as `Log.to_json` writes it, and its file."""

    log: str
    path: str


class _Request(_Value, frozen=True, kw_only=True, tag_field="task", tag=str.lower):
    """What the app asks for."""


class Read(_Request, frozen=True, kw_only=True):
    """Read the files of one log up to its mapping, unless its id is among ``known``; ``max_bytes`` is their plain size.

    ``beside`` are files of its folder that are no part of it. Where the folder only grew since ``before``, its log does.
    """

    files: tuple[FileGiven, ...]
    name: str
    known: tuple[str, ...]
    max_bytes: int
    csv: CsvOptions
    labels: LabelsGiven | None
    beside: tuple[str, ...]
    before: Before | None
    created_at: str


class Attach(_Request, frozen=True, kw_only=True):
    """Join labels to the rows of the log in the file ``origin``, up to its mapping."""

    origin: str
    reading: Reading
    mapping: Mapping
    name: str
    known: tuple[str, ...]
    max_bytes: int
    labels: LabelsGiven


class Copy(_Request, frozen=True, kw_only=True):
    """Write what is read from files as a CSV of text."""

    files: tuple[FileGiven, ...]
    max_bytes: int
    csv: CsvOptions


class Preview(_Request, frozen=True, kw_only=True):
    """Read the first rows of a text file under a layout."""

    file: FileGiven
    max_bytes: int
    csv: CsvOptions


class Build(_Request, frozen=True, kw_only=True):
    """Build a log from the rows in ``origin``: of a staged reading, or of a log under another mapping, whose bins stay.

    With ``over``, that log as `Log.to_json` writes it, only what the mapping decides is stored.
    """

    origin: str
    is_log: bool
    reading: Reading
    mapping: Mapping
    name: str
    created_at: str
    bins: dict[str, Bins]
    over: str | None


class Logged(_Request, frozen=True, kw_only=True):
    """Look for the threshold that the decisions in ``origin`` follow under a mapping."""

    origin: str
    is_log: bool
    reading: Reading
    mapping: Mapping


Request = Read | Attach | Copy | Preview | Build | Logged


class Job(_Value, frozen=True, kw_only=True):
    """A request, the folder to work in, and the memory that the engine may take, as it writes it (``"600MB"``)."""

    request: Request
    folder: str
    memory_limit: str


class _Reply(_Value, frozen=True, kw_only=True, tag_field="reply", tag=str.lower):
    """What the reading process says."""


class Progress(_Reply, frozen=True, kw_only=True):
    """The present step, and the share of it that is done, from 0 to 1."""

    step: str
    done: float


class Refusal(_Reply, frozen=True, kw_only=True):
    """Why there is no answer: a sentence, and its code of `analytics.errors.ERROR_CODES`."""

    error: str
    code: str


class Known(_Reply, frozen=True, kw_only=True):
    """The workspace has a log of the same bytes."""

    log_id: str


class Waiting(_Reply, frozen=True, kw_only=True):
    """The folder holds rows, reading and sample, which wait for a mapping; ``digest`` begins the hash of their content."""

    digest: str


class Copied(_Reply, frozen=True, kw_only=True):
    """Where the copy is."""

    path: str


class Head(_Reply, frozen=True, kw_only=True):
    """The first rows of a text file, what became of the lines of its head, and what was unusual."""

    names: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    lines: LineCounts
    repairs: tuple[str, ...]


class Built(_Reply, frozen=True, kw_only=True):
    """The log that the folder holds, as `Log.to_json` writes it: what crosses is what is stored."""

    log: str


class Followed(_Reply, frozen=True, kw_only=True):
    """The threshold that logged decisions follow, ``None`` where they follow none."""

    threshold: float | None


Answer = Known | Waiting | Copied | Head | Built | Followed
Reply = Progress | Refusal | Answer
_BARE = (str, int, float, type(None))
"""Values that have no fields: most of a message, and not looked into."""


def encode(message: Job | Reply) -> str:
    """Write a message as one line of ASCII: names of files may hold bytes that are no text of any encoding."""
    return json.dumps(msgspec.to_builtins(message), ensure_ascii=True) + "\n"


def decode_job(line: str) -> Job:
    """Read what the app asks.

    Raises
    ------
    InputError
        If a field is missing, unknown or of another type.
    """
    job: Job = _decoded(line, Job)
    return job


def decode_reply(line: str) -> Reply:
    """Read what the reading process says.

    Raises
    ------
    InputError
        If a field is missing, unknown or of another type.
    """
    reply: Reply = _decoded(line, Reply)
    return reply


def _decoded(line: str, kind: Any) -> Any:
    """Read a message; of dataclasses, `msgspec` lets fields pass that they do not know, and lack those with a default."""
    try:
        sent = json.loads(line)
        message = msgspec.convert(sent, kind)
    except ValueError as error:  # that of JSON, and of msgspec
        raise _strange(str(error)) from error
    if field := _differing(sent, message):
        raise _strange(f"the field {field!r} is on one side only")
    return message


def _strange(why: str) -> InputError:
    """Return what is said of a line that is no message."""
    return InputError(
        f"Expected a message between the app and its reader, found another: {why}. Start Slicewise anew: its files may have "
        "changed while it ran.",
        code="reader-unread",
    )


@cache
def _names_of(kind: type) -> frozenset[str] | None:
    """Return the names of the fields of a dataclass, None of another type."""
    return frozenset(field.name for field in fields(kind)) if is_dataclass(kind) else None


def _differing(sent: Any, value: Any) -> str | None:
    """Return the place of the first field that a line and a dataclass in its message do not share, None where they share all."""
    names = _names_of(value.__class__)
    if names is not None and names != sent.keys():
        return min(names.symmetric_difference(sent))
    parts: Iterable[tuple[str | int, Any, Any]]
    if names is not None or isinstance(value, msgspec.Struct):
        parts = ((name, inner, getattr(value, name)) for name, inner in sent.items() if hasattr(value, name))
    elif isinstance(value, tuple):
        parts = ((at, *pair) for at, pair in enumerate(zip(sent, value, strict=True)))
    else:
        return None
    for name, one, other in parts:
        if not isinstance(other, _BARE) and (found := _differing(one, other)):
            return f"{name}.{found}"
    return None
