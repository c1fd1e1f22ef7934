"""Records of plain XML, an element that repeats with fields in it or attributes, as text with delimiters."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from analytics.errors import InputError

_MAX_BYTES = 256 << 20
"""Of a document, as of a page: it is read twice. README names it. A judgement."""
_CHUNK = 1 << 18
"""Bytes parsed between two words on progress. A judgement."""
_MAX_DEPTH, _MAX_PATHS, _MAX_FIELDS = 60, 20_000, 2_000
"""Elements inside of each other, different places of elements, and fields of a record: more than a table has, and what bounds
memory. A judgement."""
_MAX_CHARS = 64 << 20
"""Characters of one record, as of one line of text; bounds memory. A judgement."""
_MIN_RECORDS, _MIN_FIELDS = 2, 2
"""Records, and fields of one, that make a table. A judgement."""

_START = re.compile(rb"<(?:\?xml|!--|[A-Za-z_][\w:.-]*(?:[\s/][^<]*)?>)")
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,400}\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE", re.IGNORECASE)
_KEYED = frozenset(
    {"field", "value", "property", "column", "col", "data", "attribute", "param", "simpledata", "entry"}
) | {*("str", "int", "long", "float", "double", "bool", "date", "string", "number", "boolean")}
_KEYS = ("name", "key", "column", "field")
"""Elements that are called alike for all fields, and attributes that say which field each is, as databases write them."""
_APART = "; "
"""Between the values of a field that a record holds several times."""

_Path = tuple[str, ...]


def is_records(head: bytes, tail: bytes) -> bool:
    """Whether a text begins and ends as a document of elements does.

    >>> is_records(b"<rows><row a='1'/>", b"</rows>\\n"), is_records(b"<34>Oct 11 su: failed", b"root"), is_records(b"id", b">")
    (True, False, False)
    """
    return _START.match(head.lstrip(b"\xef\xbb\xbf \t\r\n")) is not None and tail.rstrip().endswith(b">")


def lay_out(path: Path, target: Path, progress: Callable[[float], None]) -> str:
    """Write the records of a document in UTF-8 to ``target`` as CSV, and say which element they are.

    Raises
    ------
    InputError
        If the document is too large, damaged, has a document type, or no element repeats with two fields or more.
    """
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(
            f"Expected an XML document of at most {_MAX_BYTES >> 20} MB, found {path.stat().st_size >> 20:,} MB. "
            "Export the table as CSV."
        )
    shape = _Shape()
    _parse(path, shape.open, shape.close, shape.text, lambda share: progress(share / 2))
    record, fields = shape.record()
    names = _names(fields)
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(names)
        rows = _Rows(record, fields, writer.writerow)
        _parse(path, rows.open, rows.close, rows.text, lambda share: progress((1 + share) / 2))
    others = sum(count > 1 for place, count in shape.counts.items() if place[: len(record)] != record)
    left = "; what stands beside them was left out" if others else ""
    return f"Each element {record[-1]!r} of the XML document became a row{left}."


@dataclass
class _Shape:
    """Which elements a document has, how often, and which of them repeat inside of one other."""

    counts: Counter[_Path] = field(default_factory=Counter)
    leaves: dict[_Path, None] = field(default_factory=dict)
    repeats: set[_Path] = field(default_factory=set)
    siblings: list[Counter[_Path]] = field(default_factory=lambda: [Counter()])
    has_attributes: list[bool] = field(default_factory=list)

    def open(self, place: _Path, attributes: dict[str, str]) -> None:
        self.counts[place] += 1
        self.siblings[-1][place] += 1
        if self.siblings[-1][place] > 1:
            self.repeats.add(place)
        self.siblings.append(Counter())
        self.has_attributes.append(bool(attributes))
        for name in attributes:
            self.leaves[(*place, f"@{name}")] = None
        if len(self.counts) + len(self.leaves) > _MAX_PATHS:
            raise InputError(
                f"Expected records of the same fields, found an XML document with more than {_MAX_PATHS:,} different elements. "
                "Export the table as CSV."
            )

    def text(self, place: _Path, _: str) -> None:
        self.leaves[place] = None

    def close(self, place: _Path) -> None:
        if not self.siblings.pop() and not self.has_attributes[-1]:
            self.leaves[place] = None
        self.has_attributes.pop()

    def record(self) -> tuple[_Path, list[_Path]]:
        """Return the element that is a row, the one with the most fields of its own, and these."""
        found: dict[_Path, list[_Path]] = {}
        for leaf in self.leaves:
            element = leaf[:-1] if leaf[-1].startswith("@") else leaf
            for depth in range(len(element), 0, -1):
                place = element[:depth]
                if self.counts[place] >= _MIN_RECORDS and place != leaf:
                    found.setdefault(place, []).append(leaf)
                if place in self.repeats and self.counts[place] and place != leaf:
                    break
        tables = {place: fields for place, fields in found.items() if len(fields) >= _MIN_FIELDS}
        if not tables:
            raise InputError(
                "Expected a table of two rows or more, found an XML document in which no element repeats with two fields. "
                "Export the table as CSV, Parquet or Excel (.xlsx)."
            )
        record = max(tables, key=lambda place: (len(tables[place]), self.counts[place]))
        if len(tables[record]) > _MAX_FIELDS:
            raise InputError(
                f"Expected at most {_MAX_FIELDS:,} fields, found {len(tables[record]):,} in the element {record[-1]!r}. "
                "Export the columns that matter as CSV."
            )
        return record, tables[record]


class _Rows:
    """Writes a row for each element that is a record."""

    def __init__(self, record: _Path, fields: list[_Path], write: Callable[[list[str]], object]) -> None:
        self.record, self.places, self.write = record, {leaf: at for at, leaf in enumerate(fields)}, write
        self.row: list[list[str]] | None = None
        self.n_chars = 0

    def open(self, place: _Path, attributes: dict[str, str]) -> None:
        if place == self.record:
            self.row, self.n_chars = [[] for _ in self.places], 0
        for name, value in attributes.items():
            self._take((*place, f"@{name}"), value)

    def text(self, place: _Path, text: str) -> None:
        self._take(place, text)

    def close(self, place: _Path) -> None:
        if place == self.record and self.row is not None:
            self.write([_APART.join(values) for values in self.row])
            self.row = None

    def _take(self, leaf: _Path, value: str) -> None:
        at = self.places.get(leaf)
        if at is None or self.row is None:
            return
        self.n_chars += len(value)
        if self.n_chars > _MAX_CHARS:
            raise InputError(
                f"Expected records of at most {_MAX_CHARS >> 20} MB, found a longer one. Split the export."
            )
        self.row[at].append(value)


def _names(fields: list[_Path]) -> list[str]:
    """Return the names of the columns: the last part of each place, and all of it where two end alike."""
    last = [leaf[-1].removeprefix("@") for leaf in fields]
    often = Counter(last)
    return [
        name if often[name] == 1 else ".".join(part.removeprefix("@") for part in leaf[-3:])
        for name, leaf in zip(last, fields, strict=True)
    ]


def _parse(
    path: Path,
    opened: Callable[[_Path, dict[str, str]], None],
    closed: Callable[[_Path], None],
    said: Callable[[_Path, str], None],
    progress: Callable[[float], None],
) -> None:
    """Tell the elements of a document one by one, with their attributes and their text.

    All is parsed inside of one more element: several documents may follow each other, and there is no place for a document
    type, so that no entity can be declared that unfolds without end or names a file.
    """
    parser = expat.ParserCreate("UTF-8")
    place: list[str] = []
    texts: list[list[str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        own = {key: value for key, value in attributes.items() if not key.startswith(("xmlns", "xsi:", "xml:"))}
        name = _local(tag)
        if name.casefold() in _KEYED and (key := next((key for key in _KEYS if key in own), None)):
            name = own.pop(key).strip() or name
        place.append(name)
        texts.append([])
        if len(place) > _MAX_DEPTH:
            raise InputError(
                f"Expected records, found elements more than {_MAX_DEPTH} deep inside of each other. Export the table as CSV."
            )
        if len(place) > 1:
            opened(tuple(place[1:]), {_local(key): value for key, value in own.items()})

    def end(_: str) -> None:
        here = tuple(place[1:])
        text = " ".join("".join(texts.pop()).split())
        if here and text:
            said(here, text)
        if here:
            closed(here)
        place.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: texts[-1].append(text)
    parser.buffer_text = True
    try:
        for piece in _wrapped(path, progress):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise InputError(
            f"Expected a whole XML document, found a fault in line {error.lineno:,}: {expat.ErrorString(error.code)}. "
            "Export it again, or as CSV."
        ) from error


def _wrapped(path: Path, progress: Callable[[float], None]) -> Iterator[str]:
    """Yield a document without its declaration, inside of one more element."""
    size, done = path.stat().st_size or 1, 0
    with path.open(encoding="utf-8", errors="replace") as file:
        first = file.read(_CHUNK).removeprefix("\ufeff")
        if _DOCTYPE.search(first):
            raise InputError(
                "Expected an XML document of records, found one with a document type (DTD), which can unfold without end and is "
                "never read. Export it without one, or as CSV."
            )
        yield "<_>" + _DECLARATION.sub("", first, count=1)
        while piece := file.read(_CHUNK):
            done += len(piece)
            progress(min(done / size, 1.0))
            yield piece
    yield "</_>"


def _local(name: str) -> str:
    """Return a name without the prefix of its namespace."""
    return name.rpartition(":")[2]
