"""A large file with some damaged lines: its plain stretches read by the engine, the others line by line, in their order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from analytics.reading.delimited.batches import write_rows
from analytics.reading.delimited.head import Head, Outcome, begin, outcome
from analytics.reading.delimited.lexer import Records
from analytics.reading.delimited.rows import Rows
from analytics.reading.delimited.stretches import Stretch, stretches
from analytics.reading.delimited.two_tables import has_header_again
from analytics.reading.seen.paths import escape_glob

_CHUNK = 4 << 20
"""Bytes that are copied at once. A judgement."""


def load_partly(
    connection: duckdb.DuckDBPyConnection, path: Path, scratch: Path, head: Head, progress: Callable[[float], None]
) -> Outcome | None:
    """Read a file into ``raw`` as text and what is no row into ``set_aside``; None where reading it line by line may give more.

    The account is that of reading all of it line by line.
    """
    dialect, width = head.guess.dialect, head.layout.width
    found = stretches(path, dialect, width)
    if found is None:
        return None
    connection.execute(f"CREATE TABLE raw ({', '.join(f'c{place} VARCHAR' for place in range(width))})")
    rows, size = begin(path, head), path.stat().st_size or 1
    for place, stretch in enumerate(found):
        rows.is_last = place == len(found) - 1
        if stretch.is_plain:
            if not _take_plain(connection, path, scratch, head, stretch):
                return None
            rows.books.kept += stretch.n_lines
            rows.books.rows += stretch.n_lines
        else:
            _take_odd(connection, path, scratch, rows, stretch)
        if not rows.is_settled and not (rows.is_last and not rows.waiting):
            return None
        progress(min(stretch.end / size, 1.0))
    account = outcome(rows.books, head)
    counted = connection.execute("SELECT (SELECT count(*) FROM raw), (SELECT count(*) FROM set_aside)").fetchone()
    is_whole = counted == (account.rows, sum(reason.rows for reason in account.set_aside))
    return (
        account if is_whole and not (head.layout.header and has_header_again(connection, head.layout.header)) else None
    )


def _take_plain(connection: duckdb.DuckDBPyConnection, path: Path, scratch: Path, head: Head, stretch: Stretch) -> bool:
    """Put plain lines behind the rows of ``raw``; False where the engine does not take each for a row."""
    part, dialect = scratch / "plain.csv", head.guess.dialect
    with path.open("rb") as file, part.open("wb") as out:
        file.seek(stretch.start)
        left = stretch.end - stretch.start
        while left and (piece := file.read(min(left, _CHUNK))):
            out.write(piece)
            left -= len(piece)
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(head.layout.width))
    try:
        added = connection.execute(
            f"INSERT INTO raw FROM read_csv(?, auto_detect = false, columns = {{{columns}}}, header = false, "
            "delim = ?, quote = ?, escape = ?, strict_mode = true)",
            [escape_glob(part), dialect.delimiter, dialect.quote, dialect.escape],
        ).fetchone()
    except duckdb.OutOfMemoryException:  # reading line by line would need no less
        raise
    except duckdb.Error:
        return False
    finally:
        part.unlink()
    return added == (stretch.n_lines,)


def _take_odd(connection: duckdb.DuckDBPyConnection, path: Path, scratch: Path, rows: Rows, stretch: Stretch) -> None:
    """Read lines one by one, and put them behind the rows of ``raw`` or into ``set_aside``."""
    with path.open("rb") as file:
        file.seek(stretch.start)
        text = file.read(stretch.end - stretch.start).decode("utf-8")
    lines = text.split("\n")
    source = (line + "\n" for line in lines[: stretch.n_lines])
    rows.records = Records(source, rows.dialect, width=rows.layout.width, first_line=stretch.first_line)
    plain, aside = scratch / "rows.parquet", scratch / "aside.parquet"
    write_rows(rows, rows.layout.width, plain, aside)
    connection.execute("INSERT INTO raw FROM read_parquet(?)", [escape_glob(plain)])
    connection.execute("INSERT INTO set_aside FROM read_parquet(?)", [escape_glob(aside)])
    plain.unlink()
    aside.unlink()
