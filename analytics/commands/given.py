"""From what the command line names, a path and options of its layout, to what is read of it."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from analytics.commands.options import ROLE_OPTIONS, Source
from analytics.errors import QuestionError
from analytics.log.layout import CsvOptions
from analytics.log.schema import Log, Reading
from analytics.log.workspace import Workspace
from analytics.reading import api


def read_path(
    workspace: Workspace, source: Source, further: Sequence[Path] = (), *, also: Sequence[str] = ()
) -> api.Staged | Log:
    """Read the file, the folder or the files that the command line names, with the paths into values that it names."""
    path = [Path(source.log), *further] if further else Path(source.log)
    options: dict[str, Any] = {"labels": source.labels or (), "id_column": source.id, "label_column": source.label}
    read = api.read_file(workspace, path, csv=source.csv, **options)
    paths = _paths_named(source, read.reading, also)
    further_columns = [name for name in _named(source, read.reading, also) if name in read.reading.origin.offered]
    if not paths and not further_columns:
        return read
    if isinstance(read, api.Staged):
        api.discard(workspace, read.staged_id)
    return api.read_file(workspace, path, csv=_with_named(source, read.reading, paths, further_columns), **options)


def _with_named(source: Source, reading: Reading, paths: tuple[str, ...], columns: Sequence[str]) -> CsvOptions:
    """Return the layout with the ways into values, and with the columns of a wide table, that the command line names."""
    said = replace(source.csv or CsvOptions(), paths=paths or None)
    kept = [name for name in reading.names if name in reading.origin.offered]
    return replace(said, columns=(*kept, *columns)) if columns else said


def _paths_named(source: Source, reading: Reading, also: Sequence[str]) -> tuple[str, ...]:
    """Return what the command line names that is no column and may be a way into values inside values."""
    offered = reading.origin.offered
    return tuple(name for name in _named(source, reading, also) if name not in offered and {".", "["} & {*name})


def _named(source: Source, reading: Reading, also: Sequence[str]) -> list[str]:
    """Return what the command line names that is no column of what was read."""
    named = [getattr(source, option) for option in ROLE_OPTIONS]
    named += listed_columns(source.segments, reading.names) if source.segments else []
    named += [name for text in also for name in listed_columns(text, reading.names)]
    return [name for name in dict.fromkeys(named) if name and name not in reading.names]


def listed_columns(text: str, names: Collection[str]) -> list[str]:
    """Return the names in a list that is separated by commas; a name that holds a comma stands alone or in quotes."""
    if text in names:
        return [text]
    try:
        cells = next(csv.reader([text], skipinitialspace=True), [])
    except csv.Error as error:
        raise QuestionError(
            f"Expected names of columns, separated by commas, found {text!r}. Put them in quotes."
        ) from error
    return [name if name in names else name.strip() for name in cells]
