"""The columns of a labels file by what they are for, and the key by which its labels and the rows of a log meet."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from analytics.errors import InputError
from analytics.log import claims, positives
from analytics.log.column import Column, find_column
from analytics.log.schema import Reading

_LABEL_TIMES = (
    r"(label|outcome|truth|target).*",
    r".*(available|known|updated|revised|resolved|observed|reported|matured|as_of).*",
    r".*",
)
"""Names of the column that says when a label was given, the clearest first."""


_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
"""A day in a file's name, as of exports that are called after the day on which they were made."""


@dataclass(frozen=True)
class LabelsFile:
    """A labels file and what is known of it: the id of the log's rows, their model version, the column of labels."""

    path: Path
    source: str
    id_column: str | None
    version_column: str | None = None
    label_column: str | None = None


def day_of(name: str) -> datetime | None:
    """Return the day that a file is named after; None where its name has none.

    >>> day_of("labels_2024-03-01.csv"), day_of("gt20240301_v2.parquet"), day_of("labels_2024-02-31.csv")
    (datetime.datetime(2024, 3, 1, 0, 0), datetime.datetime(2024, 3, 1, 0, 0), None)
    """
    for found in _DATE.finditer(name):
        try:
            return datetime(int(found[1]), int(found[3]), int(found[4]))
        except ValueError:
            continue
    return None


def in_order(given: Sequence[LabelsFile]) -> list[LabelsFile]:
    """Return labels files in the order of the days that they are named after, where all are; else as they are."""
    days = {file.source: day_of(file.source) for file in given}
    if None in days.values():
        return [*given]
    return sorted(given, key=lambda file: days[file.source] or datetime.min)


def labelled_digest(digest: str, given: Sequence[LabelsFile]) -> str:
    """Return the digest of a log with labels of other files: the same whether these came together or one after the other."""
    for labels in in_order(given):
        with labels.path.open("rb") as file:
            own = hashlib.file_digest(file, "sha256").hexdigest()
        digest = hashlib.sha256(json.dumps([digest, own, labels.id_column, labels.label_column]).encode()).hexdigest()
    return digest


@dataclass(frozen=True)
class Keys:
    """The columns of a labels file by what they are for."""

    row_id: Column
    label: Column
    version: Column | None
    time: Column | None


def id_of(reading: Reading, given: LabelsFile) -> Column:
    """Return the column of the log that joins the labels."""
    if given.id_column is None:
        shown = ", ".join(map(repr, reading.names[:8]))
        raise InputError(
            f"Expected a column that identifies a row, to join the labels by; found none among {shown}. Name it with --id, or "
            "choose it in the mapping."
        )
    if given.id_column not in reading.names:
        shown = ", ".join(map(repr, reading.names[:8]))
        raise InputError(
            f"Expected the id column {given.id_column!r} in the log, found the columns {shown}. Name one of them with --id."
        )
    return reading.column(given.id_column)


def keys_of(columns: Sequence[Column], n_rows: int, row_id: Column, given: LabelsFile) -> Keys:
    """Recognise the id, the label, the model version and the time of a labels file."""
    own_id = same_name(columns, row_id.name)
    shown = ", ".join(repr(column.name) for column in columns[:8])
    if own_id is None or len(columns) < 2:
        raise InputError(
            f"Expected the id column {row_id.name!r} and a label in {given.source!r}, found the columns {shown}. "
            "Rename the id there, or name another with --id."
        )
    rest = [column for column in columns if column != own_id]
    version = None
    if given.version_column is not None:
        version = same_name(rest, given.version_column) or _named(rest, claims.best("model_version", rest, n_rows))
        rest = [column for column in rest if column != version]
    label = _label_of(rest, n_rows, given)
    times = [column for column in rest if column.kind == "time" and column.n_distinct and column != label]
    ranked = (column for pattern in _LABEL_TIMES for column in times if re.fullmatch(pattern, column.name.casefold()))
    return Keys(own_id, label, version, next(ranked, None))


def _label_of(columns: Sequence[Column], n_rows: int, given: LabelsFile) -> Column:
    """Return the column of labels: the one that was named, else the one that looks like it, else the only one."""
    if given.label_column is not None and (found := same_name(columns, given.label_column)):
        return found
    found = _named(columns, claims.best("label", columns, n_rows)) or positives.any_binary(columns)
    plain = [column for column in columns if column.kind != "time" and column.n_distinct]
    if found is None and len(plain) == 1:
        found = plain[0]
    if found is None and len(columns) == 1:
        found = columns[0]  # of a file without a row, as of a day on which no label came
    if found is None:
        shown = ", ".join(repr(column.name) for column in columns[:8]) or "no other column"
        raise InputError(
            f"Expected a column of labels in {given.source!r} beside the id, found {shown}. Name it with --label, or send the id "
            "and the label alone."
        )
    return found


def same_name(columns: Sequence[Column], name: str) -> Column | None:
    """Return the column with this name, else the only one that differs from it in case or blanks around it."""
    exact = [column for column in columns if column.name == name]
    close = [column for column in columns if column.name.strip().casefold() == name.strip().casefold()]
    return exact[0] if exact else close[0] if len(close) == 1 else None


def _named(columns: Sequence[Column], found: tuple[str, str] | None) -> Column | None:
    """Return the column of a guess of `claims.best`."""
    return find_column(columns, found[0]) if found else None


def key_of(row_id: Column, version: Column | None) -> str:
    """Return the expression of the text by which rows and labels meet; an id and a version cannot run into each other."""
    name = f"{row_id.sql_name}::VARCHAR"
    if version is None:
        return name
    other = f"{version.sql_name}::VARCHAR"
    return f"(length({name}) || ':' || {name} || {other})"
