"""From a delimited file to the table ``raw``: by the engine where the file is proven clean, else line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from analytics.errors import InputError
from analytics.log.layout import CsvOptions
from analytics.reading.delimited.batches import write_rows
from analytics.reading.delimited.head import Head, Outcome, as_options, begin, books_before, examine, outcome
from analytics.reading.delimited.two_tables import has_header_again, line_of_the_log, sentence_on_both
from analytics.reading.seen.paths import escape_glob
from analytics.reading.types.conversion import MAX_NAMES

if TYPE_CHECKING:
    from analytics.reading.delimited.proof import Proof

_TYPES = (
    ("BIGINT", re.compile(r"-?(?:0|[1-9]\d{0,17})")),
    ("DOUBLE", re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")),
    ("BOOLEAN", re.compile("true|false", re.IGNORECASE)),
    ("TIMESTAMP", re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{0,5}[1-9])?")),
    ("DATE", re.compile(r"\d{4}-\d\d-\d\d")),
)
_WITH_COMMA = re.compile(r"-?[\d.]*,\d+")
_GROUPED = re.compile(r"-?(?:\d{1,3}|[1-9]\d{0,2}(?:\.\d{3})+)")
_N_PLACES, _PLACE_BYTES = 16, 1 << 14
"""Places of a file, evenly spread, whose lines say which types to try, and bytes read at each: 256 KB in all. A
judgement."""
_FEW = 8
"""Different numbers with a fraction that may all be versions, even where none ends in a zero. A judgement."""
_COLUMNS_AT_ONCE = 20
"""Columns per statement, as `conversion.GROUP`."""
_LARGE = 8 << 20
"""Bytes from which a file with some damaged lines is not read line by line as a whole, which takes a second for four MB."""
_MAX_CLEAN_LINE = 2_000_000
"""Bytes of a line that the engine's reader takes: it keeps sixteen of them per thread, at 64 MB all the memory there is."""


@dataclass(frozen=True)
class _Loaded:
    """What stands in ``raw``: the header as it is in the file (empty: none), the columns' types, the account of lines, and how
    the lines were taken apart."""

    header: tuple[str, ...]
    types: tuple[str, ...]
    outcome: Outcome
    layout: CsvOptions


def load(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    scratch: Path,
    options: CsvOptions,
    *,
    as_text: bool,
    progress: Callable[[float], None] | None = None,
) -> _Loaded:
    """Read a UTF-8 file into ``raw`` and what is no row of it into ``set_aside``.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Holds an empty ``set_aside``.
    path, scratch : Path
        The file, and a folder for what is laid out anew.
    options : CsvOptions
        What is known of its layout.
    as_text : bool
        Whether every column stays text.
    progress : callable, optional
        Told the share of the file that is read, where it is read line by line.

    Raises
    ------
    InputError
        If the file holds nothing but blank lines, or a line beyond all measure.
    """
    head = examine(path, options)
    loaded = _load_clean(connection, path, head, as_text=as_text) if head.may_be_clean else None
    if loaded is not None:
        return loaded
    connection.execute("DROP TABLE IF EXISTS raw")
    loaded = _load_partly(connection, path, scratch, head, progress) or _load_slowly(
        connection, path, scratch, head, progress
    )
    line = line_of_the_log(connection, head, loaded.outcome) if options.skip_lines is None else None
    if line is None:
        return loaded
    connection.execute("DROP TABLE raw")
    connection.execute("DELETE FROM set_aside")
    options = replace(options, skip_lines=line - 1)
    below = load(connection, path, scratch, options, as_text=as_text, progress=progress)
    said = sentence_on_both(line, head, loaded.outcome)
    return replace(below, outcome=replace(below.outcome, repairs=(said, *below.outcome.repairs)))


def _load_clean(connection: duckdb.DuckDBPyConnection, path: Path, head: Head, *, as_text: bool) -> _Loaded | None:
    """Let the engine read a file while it is proven clean; None where it is not, or the answer is not the proven one."""
    types = ["VARCHAR"] * head.layout.width if as_text else _candidates(path, head)
    try:
        with ThreadPoolExecutor(1) as pool:
            proving = pool.submit(_proven, path, head, types)
            is_typed = _create(connection, path, head, types)
        proof = proving.result()
        if proof is None or not proof.records:
            return None
        kept = (
            _with_names(connection, _exact(connection, types, proof), proof) if is_typed else ["VARCHAR"] * len(types)
        )
        if kept != types and not _create(connection, path, head, kept):
            return None
        if not _is_as_proven(connection, path, head, proof, kept):
            return None
        for place in [place for place, type_ in enumerate(kept) if type_ == "DATE"]:
            connection.execute(f"ALTER TABLE raw ALTER c{place} TYPE TIMESTAMP")
            kept[place] = "TIMESTAMP"
    except duckdb.OutOfMemoryException:  # reading line by line would need no less
        raise
    except duckdb.Error:
        return None
    books = books_before(path, head)
    books.kept, books.rows, books.blank = proof.lines, proof.records, books.blank + proof.blank
    return _Loaded(head.layout.header, tuple(kept), outcome(books, head), as_options(head))


def _proven(path: Path, head: Head, types: Sequence[str]) -> Proof | None:
    """Return the proof of a file; NumPy is imported while the engine reads."""
    from analytics.reading.delimited.proof import prove

    return prove(path, head.guess.dialect, types, head.layout.first_line)


def _candidates(path: Path, head: Head) -> list[str]:
    """Return the types that all values of the columns are written in, at the beginning of a file and at some places below."""
    values = [set(column.values) for column in head.layout.columns]
    for row in _rows_below(path, head):
        for known, cell in zip(values, row, strict=True):
            known.add(cell)
    found = [_candidate(known - {""}) for known in values]
    if any(known and all(map(_WITH_COMMA.fullmatch, known - {""})) for known in values):  # then 1.234 may be a thousand
        found = ["VARCHAR" if type_ == "DOUBLE" else type_ for type_ in found]
    return found


def _rows_below(path: Path, head: Head) -> Iterator[list[str]]:
    """Yield rows from places spread over a file, where its lines show them without quotes."""
    delimiter, quote, size = head.guess.dialect.delimiter, head.guess.dialect.quote, path.stat().st_size
    places = [size * place // (_N_PLACES + 1) for place in range(1, _N_PLACES + 1)]
    if size <= _N_PLACES * _PLACE_BYTES:  # they overlap: once to the end
        places = places[:1]
    with path.open("rb") as file:
        for place in places:
            file.seek(place)
            text = file.read(_PLACE_BYTES if len(places) > 1 else -1).decode("utf-8", errors="ignore")
            for line in text.split("\n")[1:-1]:
                row = line.rstrip("\r").split(delimiter) if delimiter else [line]
                if len(row) == head.layout.width and not (quote and quote in line):
                    yield row


def _candidate(values: Collection[str]) -> str:
    """Return the type that all of the values are written in; text where they may be names of which all rows must decide.

    >>> _candidate({"1", "2.5", *map(str, range(50))}), _candidate({"1.1", "1.2", "1.10"}), _candidate(set())
    ('DOUBLE', 'VARCHAR', 'VARCHAR')
    """
    for type_, pattern in _TYPES:
        if values and all(pattern.fullmatch(value) for value in values):
            is_open = type_ == "DOUBLE" and (_may_be_names(values) or _may_be_grouped(values))
            return "VARCHAR" if is_open else type_
    return "VARCHAR"


def _may_be_grouped(values: Collection[str]) -> bool:
    """Whether numbers may be whole ones in groups of thousands, 3.610 beside 980."""
    return len({"." in value for value in values}) > 1 and all(map(_GROUPED.fullmatch, values))


def _may_be_names(values: Collection[str]) -> bool:
    """Whether numbers are so few that they may be versions: 1.1 and 1.10 would become one."""
    fractions = [value for value in values if float(value) % 1]
    return (
        len(values) <= MAX_NAMES
        and len(fractions) > 0
        and (len(values) <= _FEW or any(value.endswith("0") for value in fractions))
    )


def _create(connection: duckdb.DuckDBPyConnection, path: Path, head: Head, types: Sequence[str]) -> bool:
    """Create ``raw`` by the engine's reader; False where a value is not of its column's type."""
    dialect = head.guess.dialect
    columns = ", ".join(f"'c{place}': '{type_}'" for place, type_ in enumerate(types))
    connection.execute("DROP TABLE IF EXISTS raw")
    try:
        connection.execute(
            f"CREATE TABLE raw AS FROM read_csv(?, auto_detect = false, columns = {{{columns}}}, header = false, skip = ?, "
            f"delim = ?, quote = ?, escape = ?, strict_mode = true, max_line_size = {_MAX_CLEAN_LINE})",
            [escape_glob(path), head.layout.first_line - 1, dialect.delimiter or "\x1f", dialect.quote, dialect.escape],
        )
    except duckdb.ConversionException:
        return False
    return True


def _exact(connection: duckdb.DuckDBPyConnection, types: Sequence[str], proof: Proof) -> list[str]:
    """Return the types, with text where a column is not as in the file: written again, its values are as long as they were.

    The engine reads ``007`` as 7, ``1.5`` as 2 and ``0x10`` as 16 where a whole number is expected, and drops a time's offset.
    """
    places = [place for place, type_ in enumerate(types) if type_ not in ("VARCHAR", "DOUBLE")]
    is_exact = [type_ != "DOUBLE" or is_decimal for type_, is_decimal in zip(types, proof.is_decimal, strict=True)]
    for start in range(0, len(places), _COLUMNS_AT_ONCE):
        group = places[start : start + _COLUMNS_AT_ONCE]
        sums = ", ".join(f"sum(length(c{place}::VARCHAR)), sum(length(c{place}::VARCHAR) ** 2)" for place in group)
        row = connection.execute(f"SELECT {sums} FROM raw").fetchone()
        assert row is not None
        for at, place in enumerate(group):
            is_exact[place] = (row[2 * at] or 0, row[2 * at + 1] or 0) == (proof.lengths[place], proof.squares[place])
    return [type_ if same else "VARCHAR" for type_, same in zip(types, is_exact, strict=True)]


def _with_names(connection: duckdb.DuckDBPyConnection, types: Sequence[str], proof: Proof) -> list[str]:
    """Return the types, with text where few fractions may be versions: ``1.10`` may come late, after ``1.1`` to ``1.9``."""
    found = list(types)
    for place in [place for place, type_ in enumerate(types) if type_ == "DOUBLE" and proof.has_end_zero[place]]:
        row = connection.execute(
            f"SELECT approx_count_distinct(c{place}) FILTER (c{place} <> trunc(c{place})) FROM raw"
        ).fetchone()
        if row is not None and 0 < row[0] <= 2 * MAX_NAMES:
            found[place] = "VARCHAR"
    return found


def _is_as_proven(
    connection: duckdb.DuckDBPyConnection, path: Path, head: Head, proof: Proof, types: Sequence[str]
) -> bool:
    """Whether ``raw`` has the proven number of rows, its last one is no footer, and none is the header once more."""
    row = connection.execute("SELECT count(*) FROM raw").fetchone()
    last = connection.execute("SELECT * FROM raw ORDER BY rowid DESC LIMIT 1").fetchone()
    if row is None or row[0] != proof.records or last is None:
        return False
    cells = ["" if cell is None else str(cell) for cell in last]
    rows = begin(path, head)
    if rows.is_sparse(cells) or rows.is_aggregate(cells) or (head.layout.width > 1 and not any(cells)):
        return False
    if not head.layout.header or set(types) != {"VARCHAR"}:
        return True
    return not has_header_again(connection, head.layout.header)


def _load_partly(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    scratch: Path,
    head: Head,
    progress: Callable[[float], None] | None,
) -> _Loaded | None:
    """Read the plain lines of a large file by the engine and only the stretches around the others line by line."""
    if path.stat().st_size < _LARGE:
        return None
    from analytics.reading.delimited.partly import load_partly  # with NumPy, which small files do without

    account = load_partly(connection, path, scratch, head, progress or (lambda _: None))
    if account is None:
        connection.execute("DROP TABLE IF EXISTS raw")
        connection.execute("DELETE FROM set_aside")
        return None
    return _Loaded(head.layout.header, ("VARCHAR",) * head.layout.width, account, as_options(head))


def _load_slowly(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    scratch: Path,
    head: Head,
    progress: Callable[[float], None] | None,
) -> _Loaded:
    """Read a file line by line, mending what can be mended, and hand its rows to the engine as Parquet."""
    rows = begin(path, head, progress)
    plain, aside = scratch / "rows.parquet", scratch / "aside.parquet"
    write_rows(rows, head.layout.width, plain, aside)
    connection.execute("CREATE TABLE raw AS FROM read_parquet(?)", [escape_glob(plain)])
    connection.execute("INSERT INTO set_aside FROM read_parquet(?)", [escape_glob(aside)])
    counted = connection.execute("SELECT (SELECT count(*) FROM raw), (SELECT count(*) FROM set_aside)").fetchone()
    plain.unlink()
    aside.unlink()
    account = outcome(rows.books, head)
    if counted != (account.rows, sum(reason.rows for reason in account.set_aside)):
        raise InputError(f"Expected {account.rows:,} rows, found {counted} after reading. Please report this file.")
    return _Loaded(head.layout.header, ("VARCHAR",) * head.layout.width, account, as_options(head))
