"""JSON that is not one record per line: laid out as that, damaged lines set aside, long whole numbers kept to the digit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analytics.errors import InputError
from analytics.log.receipt import PROGRAM_WORDS
from analytics.reading.formats import pages

MAX_DOCUMENT_BYTES = 512 << 20
"""Of a document that is parsed as a whole: its Python objects take a multiple of that. A judgement."""
_MAX_LINE_CHARS = 64 << 20
"""Read at once: bounds the memory of a file without line ends. README names it as the limit of a record."""
_MAX_DIGITS = 18
"""With so many digits a whole number is within 64 bits, which end at 9.2e18, a number of 19 digits."""
_MAX_BAD_SHARE = 0.5
"""Of the lines: where half are no objects, the file is something else than one object per line. A judgement."""
_NO_JSON = "no JSON: {}"
_NO_OBJECT = "JSON, but no object"
MARKS = "\ufeff\x1e \t\r\n"
"""What may stand before and after a record: a mark of the encoding where files were joined, and that of a sequence (RFC 7464)."""
_BETWEEN = re.compile(rf"(?:[,;{MARKS}]|---+)*")
_PREFERRED = (
    "data",
    "rows",
    "records",
    "results",
    "items",
    "values",
    "logs",
    "predictions",
    "hits",
    "samples",
    "response",
    "result",
)
_MAX_NAMED = 8
"""Tables that a sentence names. A judgement."""
_NAMES = ("columns", "meta", "fields", "schema", "headers", "header", "names", "cols", "columnNames", "column_names")
_ROWS = ("data", "rows", "values", "records", "results", "dataset")
"""Keys of names and of rows that are lists, the surest first."""

_ADVICE = "Save it as a list of objects, or as one object per line."


@dataclass(frozen=True)
class _BadLine:
    """A line of an NDJSON file that is no record."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class _Lines:
    """What became of the lines of an NDJSON file."""

    kept: int
    blank: int
    bad: tuple[_BadLine, ...]


def _whole(digits: str) -> int | str:
    """Return a whole number, as text where a 64-bit integer would not hold it."""
    return int(digits) if len(digits) <= _MAX_DIGITS else digits


def _parse(text: str) -> Any:
    """Return a JSON value."""
    return json.loads(text, parse_int=_whole)


def sort_lines(path: Path, target: Path, *, has_noise: bool = False) -> _Lines:
    """Write the records of an NDJSON file to ``target``, one per line; return what is no record.

    Raises
    ------
    InputError
        If half of the lines or more are none, or all of them where a program's words stand between (``has_noise``).
    """
    kept = blank = 0
    bad: list[_BadLine] = []
    with path.open(encoding="utf-8") as file, target.open("w", encoding="utf-8") as out:
        for number, line in enumerate(iter(lambda: file.readline(_MAX_LINE_CHARS), ""), start=1):
            if not line.strip():
                blank += 1
                continue
            try:
                value = _parse(line.strip(MARKS))
            except (ValueError, RecursionError) as error:
                reason = PROGRAM_WORDS if has_noise else _NO_JSON.format(_reason_of(error))
                bad.append(_BadLine(number, reason, line.rstrip("\r\n")))
                continue
            if isinstance(value, dict):
                kept += 1
                out.write(_dumped(value))
            else:
                bad.append(_BadLine(number, _NO_OBJECT, line.rstrip("\r\n")))
    if len(bad) >= (1 if has_noise else _MAX_BAD_SHARE) * (kept + len(bad)):
        raise InputError(
            f"Expected a whole file with one JSON object per line, found {len(bad):,} of {kept + len(bad):,} "
            f"lines that are none, the first on line {bad[0].line:,}: {bad[0].reason}. {_ADVICE}"
        )
    return _Lines(kept, blank, tuple(bad))


def _reason_of(error: Exception) -> str:
    """Return what a parser said, without the position in its own words."""
    return error.msg.lower() if isinstance(error, json.JSONDecodeError) else "nested too deeply"


def _dumped(record: dict[str, Any]) -> str:
    """Return a record as a line."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def lay_out(path: Path, target: Path) -> str | None:
    """Write the records of a JSON document to ``target``, one per line; return a sentence on where they were.

    Raises
    ------
    InputError
        If the document is damaged, too large to be turned over in memory, or holds no table.
    """
    if path.stat().st_size > MAX_DOCUMENT_BYTES:
        raise InputError(
            f"Expected a JSON object of at most {MAX_DOCUMENT_BYTES >> 20} MB, found {path.stat().st_size >> 20:,} MB. {_ADVICE}"
        )
    try:
        document, n_documents = _parse_all(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        where = f" in line {error.lineno:,}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(
            f"Expected a whole JSON document; reading it stopped with: {_reason_of(error)}{where}. {_ADVICE}"
        ) from error
    records, said = _records_of(document)
    with target.open("w", encoding="utf-8") as out:
        n_written = sum(out.write(_dumped(record)) > 0 for record in records)
    if not n_written:
        raise InputError(f"Expected records in the JSON document, found none. {_ADVICE}")
    return f"{n_documents:,} JSON documents one after the other were joined." if n_documents > 1 else said


def _parse_all(text: str) -> tuple[Any, int]:
    """Return the JSON value of a text and 1, or the records of several documents one after the other and how many they are."""
    decoder = json.JSONDecoder(parse_int=_whole)
    documents, end = [], 0
    while (found := _BETWEEN.match(text, end)) and found.end() < len(text):
        document, end = decoder.raw_decode(text, found.end())
        documents.append(document)
    if len(documents) == 1:
        return documents[0], 1
    return [*pages.joined(documents, lambda document: _records_of(document)[0])], len(documents)


def _records_of(document: Any) -> tuple[Iterable[dict[str, Any]], str | None]:
    """Return the records of a document, however they were laid out, and what to say about it."""
    if isinstance(document, list):
        return _from_list(document), None
    if not isinstance(document, dict):
        raise InputError(f"Expected records in the JSON document, found a single value. {_ADVICE}")
    for is_layout, read, said in _LAYOUTS:
        if is_layout(document):
            return read(document), said
    key = _key_of_records(document)
    if key is not None:
        records, said = _records_of(document[key])
        rest = {name: value for name, value in document.items() if name != key and _is_table(value)}
        others = [f"{name!r} ({len(value):,})" for name, value in rest.items()]
        beside = f" Left out as smaller: {', '.join(others[:_MAX_NAMED])}." if others else ""
        return records, f"The records stand under {key!r} in the JSON document.{beside}" + (f" {said}" if said else "")
    return [document], None


def _key_of_records(document: dict[str, Any]) -> str | None:
    """Return the key under which an object holds its records: that of the most, by a usual name where two have as many."""
    held = {key: value for key, value in document.items() if _is_table(value) or key in _PREFERRED or is_split(value)}
    sizes = {key: _n_records(value) for key, value in held.items()}
    largest = [key for key, size in sizes.items() if size == max(sizes.values()) > 0]
    return next((key for key in _PREFERRED if key in largest), largest[0] if largest else None)


def _n_records(value: Any) -> int:
    """Return how many records a value holds: a list of them, or an object with such a list or in another layout; else 0."""
    if isinstance(value, list):
        return len(value) if _is_table(value) else 0
    if not isinstance(value, dict):
        return 0
    if any(is_layout(value) for is_layout, _, _ in _LAYOUTS):
        return max((len(part) for part in value.values() if isinstance(part, list | dict)), default=1)
    key = _key_of_records(value)
    return 0 if key is None else _n_records(value[key])


def _is_table(value: Any) -> bool:
    """Whether a value is a list of objects, or a list of lists under a line of names."""
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(entry, dict) for entry in value) or _is_headed(value)


def _is_headed(rows: list[Any]) -> bool:
    """Whether a list of lists begins with names."""
    return (
        len(rows) > 1
        and all(isinstance(row, list) for row in rows)
        and bool(rows[0])
        and all(isinstance(name, str) for name in rows[0])
    )


def _from_list(rows: list[Any]) -> Iterator[dict[str, Any]]:
    """Yield the records of a list: objects, or lists under a line of names or under the numbers of their columns."""
    if all(isinstance(row, dict) for row in rows):
        yield from rows
        return
    if not all(isinstance(row, list) for row in rows):
        place = next(place for place, row in enumerate(rows, start=1) if not isinstance(row, dict))
        raise InputError(
            f"Expected a list of objects in the JSON document, found something else as entry {place:,}. {_ADVICE}"
        )
    width = max(len(row) for row in rows)
    names = rows[0] if _is_headed(rows) else [f"column {place}" for place in range(1, width + 1)]
    yield from _zipped(names, rows[1:] if _is_headed(rows) else rows)


def _zipped(names: list[Any], rows: Iterable[list[Any]]) -> Iterator[dict[str, Any]]:
    """Yield lists as records; one of another length is an error."""
    for place, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(names):
            raise InputError(
                f"Expected rows of {len(names):,} values in the JSON document, found another one as row {place:,}. {_ADVICE}"
            )
        yield dict(zip(map(str, names), row, strict=True))


def _split_of(document: dict[str, Any]) -> tuple[list[Any], list[Any]] | None:
    """Return names under one key and lists of values under another, as databases answer; None where an object has none."""
    rows = next((rows for key in _ROWS if _is_listed(rows := document.get(key))), None)
    if rows is None:
        return None
    for key in _NAMES:
        names = document.get(key)
        if isinstance(names, list) and (key == "columns" or len(names) == len(rows[0])):
            told = [name.get("name", place) if isinstance(name, dict) else name for place, name in enumerate(names)]
            if all(isinstance(name, str | int) for name in told):
                return told, rows
    return None


def _is_listed(rows: Any) -> bool:
    """Whether a value is a list of lists."""
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, list) for row in rows)


def is_split(document: Any) -> bool:
    """Whether a value is an object of names under one key and lists of values under another, as databases answer."""
    return isinstance(document, dict) and _split_of(document) is not None


def _from_split(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the records of such an object; a column may be described by an object with its name."""
    names, rows = _split_of(document) or ([], [])
    return _zipped(names, rows)


def _is_lists(document: dict[str, Any]) -> bool:
    """Whether every value is a list of plain values, all of one length."""
    values = list(document.values())
    return (
        bool(values)
        and all(isinstance(value, list) and not _is_table(value) for value in values)
        and len({len(value) for value in values}) == 1
        and (len(values) > 1 or not any(isinstance(entry, list) for entry in values[0]))
    )


def _from_lists(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the records of columns that are lists."""
    return _zipped(list(document), map(list, zip(*document.values(), strict=True)))


def _is_nested(document: dict[str, Any]) -> bool:
    """Whether every value is an object with the same keys: a table by columns or by rows."""
    values = list(document.values())
    if not values or not all(
        isinstance(value, dict) and value and value.keys() == values[0].keys() for value in values
    ):
        return False
    return not any(isinstance(cell, list | dict) for cell in values[0].values())


def _from_nested(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the records of nested objects: the side whose keys are numbers counts the rows."""
    inner = list(next(iter(document.values())))
    if all(key.isdigit() for key in inner) or not (
        all(key.isdigit() for key in document) or len(document) > len(inner)
    ):
        for key in inner:
            yield {name: column[key] for name, column in document.items()}
    else:
        is_counted = all(key.isdigit() for key in document)
        for key, record in document.items():
            yield record if is_counted or "key" in record else {"key": key, **record}


_LAYOUTS: tuple[
    tuple[Callable[[dict[str, Any]], bool], Callable[[dict[str, Any]], Iterable[dict[str, Any]]], str | None], ...
] = (
    (is_split, _from_split, None),
    (_is_lists, _from_lists, "The JSON document holds columns; they were turned into rows."),
    (_is_nested, _from_nested, "The JSON document holds nested objects; they were turned into rows."),
)
