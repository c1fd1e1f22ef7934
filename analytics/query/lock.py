"""The lock of the connection that questions are asked through: it reads the workspace's logs and nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb

from analytics.errors import QuestionError

_MEMORY_LIMIT = "4GB"
"""Of all questions together: half of a laptop with 8 GB. DuckDB does not hold it strictly, so the time is limited as well."""
MAX_EXECUTION_MS = 120_000
"""Of one question, in milliseconds: nobody waits longer than two minutes for a page, and what runs away ends."""
_MAX_SPILL = "20GB"
"""Of what does not fit into memory and is written to the scratch folder: five times the memory."""
_ARRAY_BITS = 18
"""Bits of slice and score bin together up to which cells are counted in an array, not in a hash table: 128 slices of
2,000 bins, where an array of sums takes some 20 MB of each thread. Measured: at 10 million rows a table by segment and score
takes 0.16 s of a processor instead of 0.29 s, with sums of scores 0.36 s instead of 0.55 s."""
_UNREADABLE = (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException, duckdb.InternalException)
_CORRUPT = "Corrupt database file"


def lock_down(connection: duckdb.DuckDBPyConnection, logs: Path, spill: Path) -> None:
    """Take from a connection everything but reading the workspace's logs; the order matters.

    What is not GLOBAL would hold for this connection alone, and questions are asked on cursors, which are others.
    """
    for name in ("autoinstall_known_extensions", "autoload_known_extensions", "allow_community_extensions"):
        connection.execute(f"SET {name} = false")
    connection.execute("SET GLOBAL python_enable_replacements = false")
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute(f"SET memory_limit = '{_MEMORY_LIMIT}'")
    connection.execute("SET temp_directory = ?", [str(spill)])
    connection.execute(f"SET max_temp_directory_size = '{_MAX_SPILL}'")
    connection.execute(f"SET GLOBAL perfect_ht_threshold = {_ARRAY_BITS}")
    connection.execute(f"SET GLOBAL max_execution_time = {MAX_EXECUTION_MS}")
    connection.execute("SET allow_persistent_secrets = false")
    connection.execute("SET allowed_directories = ?", [[str(logs)]])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def raise_where_too_large(error: duckdb.Error) -> None:
    """Say of an error that a question took too long or too much memory.

    Raises
    ------
    QuestionError
        If it did.
    """
    if isinstance(error, duckdb.InterruptException):
        raise QuestionError(
            f"The question took longer than {MAX_EXECUTION_MS / 1000:.0f} seconds and was stopped. Narrow the cohort.",
            code="question-time",
        ) from error
    if isinstance(error, duckdb.OutOfMemoryException):
        raise QuestionError(
            f"The question needs more than {_MEMORY_LIMIT} of memory. Narrow the cohort.", code="question-memory"
        ) from error


def is_unreadable(error: duckdb.Error) -> bool:
    """Whether an error means that the file of a log is damaged: a wrong checksum has no class of its own."""
    return isinstance(error, _UNREADABLE) or _CORRUPT in str(error)
