"""Tables of more columns than a log can have: those that matter are read, as named, or as names and first rows propose."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

import duckdb

from analytics.errors import InputError, QuestionError
from analytics.log.column import MAX_VALUES_BY_VALUE, unique_names
from analytics.log.layout import CsvOptions
from analytics.log.receipt import LineCounts, SetAside
from analytics.log.role_names import strength
from analytics.reading.bounds import MAX_COLUMNS, MAX_HEADER_BYTES, SEPARATORS, too_wide
from analytics.reading.seen.paths import escape_glob

_MOST = 50_000
"""Columns of a table of which some are read: more took minutes to look at once. A judgement."""
_PROPOSED = 100
"""Columns that are proposed beside those with a role: as many segments as a person looks at. A judgement."""
_SAMPLE = 300
"""First rows that say which columns have few values. A judgement."""
_LINES_BETWEEN = 200
"""Rows of at least 1,500 cells read between two words on progress: less than a second's work. A judgement."""
_MAX_TEXT = 1_000
"""Characters that are kept of a row that is set aside. A judgement."""

_ROLES = ("score", "label", "decision", "row_id", "time", "amount", "model_version")
_JUDGED = ("score", "label", "decision")
_NUMBER = re.compile(r"\s*[-+]?[\d.,]+(?:[eE][-+]?\d+)?\s*")

_OTHER_WIDTH = "another number of columns"
"""The reason of rows of a wide table that have more or fewer cells than its header."""


@dataclass(frozen=True)
class Narrow:
    """A table with the columns that matter: where it is, all names of the file, those that are kept, a sentence, and rows of
    another width."""

    path: Path
    names: tuple[str, ...]
    kept: tuple[str, ...]
    said: str
    odd: tuple[tuple[int, str], ...] = ()


def _chosen_places(
    names: Sequence[str], wanted: Sequence[str] | None, has_few_values: Callable[[int], bool]
) -> list[int]:
    """Return the places of the columns that are named, else of those that names and values propose.

    Raises
    ------
    InputError
        If nothing is named and no name says a score, a label or a decision: then nobody knows what matters.
    QuestionError
        If a named column is not there, or too many are named.
    """
    if wanted is not None:
        places = {name: place for place, name in enumerate(names)}
        unknown = [name for name in wanted if name not in places]
        if unknown:
            near = ", ".join(repr(name) for name in names[:8])
            raise QuestionError(f"Expected names of columns, found {unknown[0]!r}. The table begins with {near}.")
        if len({*wanted}) > MAX_COLUMNS:
            raise QuestionError(f"Expected at most {MAX_COLUMNS:,} columns, found {len({*wanted}):,} named.")
        return sorted({places[name] for name in wanted})
    if len(names) > _MOST or not any(strength(role, name) for role in _JUDGED for name in names):
        raise too_wide(len(names))
    with_role = {place for place, name in enumerate(names) if any(strength(role, name) for role in _ROLES)}
    with_role = {*islice(sorted(with_role), MAX_COLUMNS - _PROPOSED)}
    few = (place for place in range(len(names)) if place not in with_role and has_few_values(place))
    return sorted({*with_role, *islice(few, _PROPOSED)})


def _sentence(n_chosen: int, n_all: int, *, is_proposed: bool) -> str:
    """Say how many columns were read of how many."""
    if not is_proposed:
        return f"{n_chosen:,} of {n_all:,} columns were read, as named."
    return (
        f"The table has {n_all:,} columns, more than the {MAX_COLUMNS:,} of a log: {n_chosen:,} were read, those whose names say "
        "a role and others with few values. Name those that matter with --columns, or choose them where the file was read."
    )


def narrowed(path: Path, scratch: Path, options: CsvOptions, progress: Callable[[float], None]) -> Narrow | None:
    """Write the columns that matter of a wide text as CSV; None where all columns of the text can be read.

    Raises
    ------
    InputError
        If the text cannot be taken apart.
    QuestionError
        If a named column is not there.
    """
    delimiter, n_columns = _width(path, options)
    if (options.columns is None and n_columns <= MAX_COLUMNS) or not delimiter:
        return None
    target, odd = scratch / "narrow.csv", []
    try:
        with path.open(encoding="utf-8", newline="") as file, target.open("w", encoding="utf-8", newline="") as out:
            rows = _rows(file, delimiter, options)
            first = list(islice(rows, _SAMPLE + 1))
            has_header = bool(first) and options.header_lines != 0 and not _are_values(first[0][1])
            names = unique_names(first[0][1] if has_header else [""] * n_columns)
            sample = [row for _, row in first[has_header:] if len(row) == len(names)]
            places = _chosen_places(names, options.columns, lambda place: _has_few(row[place] for row in sample))
            writer = csv.writer(out, quoting=csv.QUOTE_ALL)
            writer.writerow([names[place] for place in places])
            size, done = path.stat().st_size, 0
            for n, (line, row) in enumerate(chain(first[has_header:], rows)):
                if len(row) == len(names):
                    writer.writerow([row[place] for place in places])
                elif row:
                    odd.append((line, delimiter.join(row)[:_MAX_TEXT]))
                done += sum(map(len, row)) + len(row)
                if n % _LINES_BETWEEN == 0:
                    progress(min(done / size, 1.0))
    except csv.Error as error:
        raise InputError(f"Expected rows of text, found none: {error}. Export the columns that matter.") from error
    said = _sentence(len(places), len(names), is_proposed=options.columns is None)
    return Narrow(target, names, tuple(names[place] for place in places), said, tuple(odd))


def account(
    connection: duckdb.DuckDBPyConnection, narrow: Narrow, set_aside: Sequence[SetAside], lines: LineCounts | None
) -> tuple[tuple[SetAside, ...], LineCounts | None]:
    """Set the rows of another width aside; return the account with them."""
    if not narrow.odd or lines is None:
        return tuple(set_aside), lines
    connection.execute(
        "INSERT INTO set_aside SELECT unnest(?::BIGINT[]), ?, unnest(?::VARCHAR[])",
        [[line for line, _ in narrow.odd], _OTHER_WIDTH, [text for _, text in narrow.odd]],
    )
    n = len(narrow.odd)
    lines = replace(lines, set_aside=lines.set_aside + n, total=lines.total + n)
    return (SetAside(_OTHER_WIDTH, n, narrow.odd[0][0]), *set_aside), lines


def narrowed_parquet(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    scratch: Path,
    headers: Sequence[str],
    wanted: Sequence[str] | None,
) -> Narrow:
    """Write the columns that matter of a Parquet file as another one; names never become part of a statement.

    Raises
    ------
    InputError, QuestionError
        As `_chosen_places` does.
    """
    names, target = unique_names(headers), scratch / "narrow.parquet"
    aliases = ", ".join(f"a{place}" for place in range(len(names)))
    scan = f"(FROM read_parquet(?)) AS t({aliases})"
    first = connection.execute(f"FROM {scan} LIMIT {_SAMPLE}", [escape_glob(path)]).fetchall()
    places = _chosen_places(names, wanted, lambda place: _has_few(str(row[place]) for row in first))
    selected = ", ".join(f"a{place}" for place in places)
    rows = connection.sql(f"SELECT {selected} FROM {scan}", params=[escape_glob(path)])
    rows.write_parquet(str(target))
    said = _sentence(len(places), len(names), is_proposed=wanted is None)
    return Narrow(target, names, tuple(names[place] for place in places), said)


def proposed(
    connection: duckdb.DuckDBPyConnection,
    scan: str,
    parameters: Sequence[str],
    names: Sequence[str],
    are_nested: Sequence[bool],
) -> tuple[list[int], str]:
    """Return the places of the values of records that are proposed, with a sentence; values inside values are looked at later.

    Raises
    ------
    InputError
        As `_chosen_places` does.
    """
    if len(names) > _MOST:
        raise too_wide(len(names))
    aliases = ", ".join(f"a{place}" for place in range(len(names)))
    first = connection.execute(f"FROM {scan} AS t({aliases}) LIMIT {_SAMPLE}", parameters).fetchall()
    places = _chosen_places(names, None, lambda place: are_nested[place] or _has_few(str(row[place]) for row in first))
    return places, _sentence(len(places), len(names), is_proposed=True)


def holds(name: str, wanted: Sequence[str]) -> bool:
    """Whether a value of records is one that is named, or holds one: ``model`` beside ``model.score``."""
    return any(each == name or each.startswith((f"{name}.", f"{name}[")) for each in wanted)


def chosen(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], wanted: Sequence[str], n_all: int
) -> tuple[list[int], str]:
    """Leave the named columns in ``raw``, and return the places that they had, with a sentence about all that there are.

    Raises
    ------
    QuestionError
        As `_chosen_places` does.
    """
    places = _chosen_places(names, wanted, lambda _: False)
    for place in {*range(len(names))} - {*places}:
        connection.execute(f"ALTER TABLE raw DROP COLUMN c{place}")
    for new, old in enumerate(places):
        if new != old:
            connection.execute(f"ALTER TABLE raw RENAME COLUMN c{old} TO c{new}")
    return places, _sentence(len(places), n_all, is_proposed=False)


def _width(path: Path, options: CsvOptions) -> tuple[str, int]:
    """Return what parts the first line of a text that is not blank, and into how many columns."""
    with path.open("rb") as file:
        head = file.read(MAX_HEADER_BYTES).lstrip(b"\r\n").replace(b"\r", b"\n").partition(b"\n")[0]
    line = head.decode("utf-8", errors="replace")
    delimiter = options.delimiter or max((chr(sign) for sign in SEPARATORS), key=line.count)
    return (delimiter if len(delimiter) == 1 else ""), line.count(delimiter) + 1


def _rows(file: Iterator[str], delimiter: str, options: CsvOptions) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a text with the lines at which they end."""
    for _ in range(options.skip_lines or 0):
        next(file, None)
    quote = '"' if options.quote is None else options.quote
    if quote:
        reader = csv.reader(file, delimiter=delimiter, quotechar=quote)
    else:
        reader = csv.reader(file, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    for row in reader:
        if row:
            yield reader.line_num + (options.skip_lines or 0), row


def _are_values(cells: Sequence[str]) -> bool:
    """Whether most cells of a first row are numbers, so that it holds no names."""
    return 2 * sum(_NUMBER.fullmatch(cell) is not None for cell in cells) > len(cells)


def _has_few(values: Iterator[str]) -> bool:
    """Whether values are several and few, as those of a segment."""
    return 1 < len({*values}) <= MAX_VALUES_BY_VALUE
