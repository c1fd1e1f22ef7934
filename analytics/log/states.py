"""States of a log for one question: which of them need only what their mapping decides, beside the columns of the log."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from analytics.log.column import MAX_VALUES_BY_VALUE
from analytics.log.mapping import Mapping
from analytics.log.schema import Log
from analytics.log.workspace import Workspace


def base_of(log: Log) -> str:
    """Return the key of the file that holds the columns of a log."""
    return log.base or log.key


def base_log(workspace: Workspace, log: Log) -> Log:
    """Return the log whose file holds the columns of a log."""
    return workspace.state(base_of(log)) or log


def known(workspace: Workspace, log: Log, mapping: Mapping) -> Log | None:
    """Return the state of a log under a mapping, whole or over its columns, None where the workspace holds neither."""
    states = (replace(log, mapping=mapping, base=base) for base in (None, base_of(log)))
    return next((found for state in states if (found := workspace.state(state.key))), None)


def file_columns(log: Log, held: Collection[str]) -> str:
    """List what a table called ``base`` that has the columns ``held`` stores of the columns of the file."""
    stored = (
        name for column in log.reading.columns for name in (column.sql_name, column.bin_name, column.original_name)
    )
    return ", ".join(f"base.{name}" for name in stored if name in held)


def is_over(log: Log, mapping: Mapping) -> bool:
    """Whether a log under another mapping can be read over its columns as they are stored.

    It can where spellings are merged alike, and every column that is sliced by is stored for it already. What the latest labels
    change they find by columns of the file, in a table that holds them.
    """
    before = log.mapping
    if log.base is not None or mapping.latest_by is not None or mapping.merges != before.merges:
        return False
    if not {*mapping.segments, mapping.model_version} <= {*before.segments, before.model_version, None}:
        return False
    binned = (log.reading.column(name) for name in mapping.segments)
    binned = (column for column in binned if column.kind == "number" and column.n_distinct > MAX_VALUES_BY_VALUE)
    return all(column.name in log.bins for column in binned)
