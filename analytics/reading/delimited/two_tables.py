"""Two tables one after the other in a file: which of them is the log."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from analytics.log.role_names import n_judged
from analytics.reading.delimited.head import Head, Outcome
from analytics.reading.delimited.lexer import lenient_fields
from analytics.reading.delimited.rows import BYTE_ORDER_MARK, OTHER_TABLE

_COLUMNS_COMPARED = 5
"""First columns in which a header is looked for once more."""
_NAMES_SHOWN = 3
"""Names of a table that a sentence shows. A judgement."""


def has_header_again(connection: duckdb.DuckDBPyConnection, header: Sequence[str]) -> bool:
    """Whether a row of ``raw``, read as text, holds the header once more, in any order: read line by line it is no row."""
    first = range(len(header[:_COLUMNS_COMPARED]))
    same = " AND ".join(f"list_contains($1, coalesce(ltrim(c{place}, '{BYTE_ORDER_MARK}'), ''))" for place in first)
    return connection.execute(f"SELECT 1 FROM raw WHERE {same} LIMIT 1", [list(header)]).fetchone() is not None


def line_of_the_log(connection: duckdb.DuckDBPyConnection, head: Head, account: Outcome) -> int | None:
    """Return the line at which the second table begins where it is the log rather than the first; None where the first is.

    The log is the one whose columns are called like a score or a decision and a label; of two such, and of two others, the
    one with more rows.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Holds the lines of the second table in ``set_aside``.
    head, account : Head and Outcome
        What was found of the first table, and what became of its lines.
    """
    below = next((aside.rows - 1 for aside in account.set_aside if aside.reason == OTHER_TABLE), 0)
    row = connection.execute(
        "SELECT line, text FROM set_aside WHERE reason = ? ORDER BY line LIMIT 1", [OTHER_TABLE]
    ).fetchone()
    if row is None or not below:
        return None
    names = lenient_fields(row[1], head.guess.dialect)
    is_first = (n_judged(head.layout.header), account.rows) >= (n_judged(names), below)
    return None if is_first else int(row[0])


def sentence_on_both(line: int, head: Head, account: Outcome) -> str:
    """Return what is said where the second table, from ``line`` on, was read and the first was not."""
    header = head.layout.header
    shown = ", ".join(repr(name[:40]) for name in header[:_NAMES_SHOWN]) + (", …" if len(header) > _NAMES_SHOWN else "")
    return (
        f"Two tables stand one after the other: that from line {line:,} on was read; the {account.rows:,} rows above it, with "
        f"the columns {shown or 'without names'}, were left out. Export the one you want by itself if it is the other."
    )
