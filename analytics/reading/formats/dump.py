"""Dumps of databases: rows of INSERT statements and of COPY blocks, as text with delimiters."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from analytics.errors import InputError

_MAX_BYTES = 256 << 20
"""Of a dump, whose text is held in memory as a whole. README names it. A judgement, as for a page of HTML."""

_ROWS_BETWEEN = 10_000
"""Rows held before they are written, and read between two words on progress: a second's work at most. A judgement."""

_MAX_TABLES = 1_000
"""Tables that are told apart, each in a file of its own. A judgement, as for a database."""

_MAX_DECLARED = 1 << 16
"""Characters of a statement that declares columns: 1,500 of them at forty each. A judgement."""

_MAX_DEPTH = 8
"""Calls inside of each other around a value. A judgement: tools write two."""

_NAME = r"(?:`[^`\n]{1,200}`|\"[^\"\n]{1,200}\"|\[[^\]\n]{1,200}\]|[\w$]{1,200})"
_TABLE = rf"(?P<table>{_NAME}(?:\.{_NAME}){{0,3}})"
_STATEMENT = re.compile(
    rf"^[ \t]*(?:(?P<insert>INSERT(?:\s+IGNORE|\s+OR\s+\w+)?(?:\s+INTO)?)|(?P<copy>COPY)|(?P<create>CREATE\s+TABLE(?:\s+IF\s+NOT"
    rf"\s+EXISTS)?))\s+{_TABLE}\s*(?P<names>\([^()]*\))?\s*(?P<rest>VALUES?(?=[\s(])|FROM\s+stdin[^\n]*\n|\()?",
    re.IGNORECASE | re.MULTILINE,
)
_STRING = r"'((?>(?:[^'\\]|\\.|'')*))'"
_PLAIN_STRING = r"'((?>(?:[^']|'')*))'"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_BARE = re.compile(r"[^\s,()';]+(?:[ \t]+[^\s,()';]+){0,3}")
_CALL = re.compile(r"[\w.]+\s*\(")
_CAST = re.compile(r"\s*::\s*[\w\"]+(?:\s+[\w\"]+){0,4}(?:\(\d+(?:,\s*\d+)?\))?")
_PREFIX = re.compile(r"(?:N|E|B|X|_\w{1,20}|DATE|TIMESTAMP|TIME)\s*(?=')", re.IGNORECASE)
_BLANK = re.compile(r"\s*")
_COLUMN = re.compile(rf"\s*(?P<name>{_NAME})\s+(?P<type>\w+)")
_NO_COLUMN = ("primary", "key", "unique", "constraint", "index", "foreign", "check", "fulltext")


@dataclass
class _Table:
    """A table of a dump: its columns, as declared or named, the rows that wait to be written, and where to."""

    path: Path
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    n_rows: int = 0
    width: int = 0

    def keep(self, row: list[str]) -> bool:
        """Add a row; False where it is of another width than the table."""
        self.width = self.width or len(self.columns) or len(row)
        if len(row) != self.width:
            return False
        self.rows.append(row)
        self.n_rows += 1
        if len(self.rows) >= _ROWS_BETWEEN:
            self.write()
        return True

    def write(self) -> None:
        """Write the rows that wait, below the names."""
        is_first = self.n_rows == len(self.rows)
        with self.path.open("w" if is_first else "a", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, quoting=csv.QUOTE_ALL)
            if is_first and self.columns:
                writer.writerow(self.columns)
            writer.writerows(self.rows)
        self.rows.clear()


def is_dump(start: str) -> bool:
    """Whether a text begins with statements that hold rows: remarks and settings may stand before them.

    >>> is_dump("-- a dump\\nINSERT INTO t (a) VALUES (1);"), is_dump("id,note\\n1,insert into t values (2)")
    (True, False)
    """
    first = next((line.strip() for line in start.split("\n") if line.strip()), "")
    if not re.match(r"--|/\*|(?:SET|INSERT|CREATE|DROP|USE|BEGIN|START|REM|PRAGMA|COPY|LOCK)\b", first, re.IGNORECASE):
        return False
    return any(found["rest"] and not found["create"] for found in _STATEMENT.finditer(start))


def lay_out(path: Path, target: Path, progress: Callable[[float], None]) -> str | None:
    """Write the largest table of a dump as CSV with a header, and say which others it has.

    Raises
    ------
    InputError
        If the dump is too large, holds no rows, or a statement is of another form.
    """
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(
            f"Expected a dump of at most {_MAX_BYTES >> 20} MB, found {path.stat().st_size >> 20:,} MB. "
            "Export the table as CSV or Parquet."
        )
    found = _Dump(path.read_text(encoding="utf-8"), target, progress).tables()
    sizes = {name: table.n_rows for name, table in found.items() if table.n_rows}
    if not sizes:
        raise InputError("Expected rows in the statements of a dump, found none. Export the table as CSV.")
    name = max(sizes, key=lambda name: sizes[name])
    for table in found.values():
        if table.n_rows:
            table.write()
    found[name].path.rename(target)
    others = [f"{other!r} ({size:,})" for other, size in sizes.items() if other != name]
    if not others:
        return None
    shown = ", ".join(others[:6]) + (", …" if len(others) > 6 else "")
    return f"The table {name!r} with {sizes[name]:,} rows, the largest, was read; the dump also has {shown}."


class _Dump:
    """Walks through the statements of a dump."""

    def __init__(self, text: str, target: Path, progress: Callable[[float], None]) -> None:
        self.text, self.target, self.progress, self.n = text, target, progress, 0
        self.is_escaped = any(sign in text[:_MAX_DECLARED] for sign in ("`", "MySQL", "MariaDB"))
        self.string = re.compile(_STRING if self.is_escaped else _PLAIN_STRING, re.DOTALL)

    def tables(self) -> dict[str, _Table]:
        """Return the tables by their names."""
        found: dict[str, _Table] = {}
        at = 0
        while statement := _STATEMENT.search(self.text, at):
            at = statement.end()
            name = _bare(re.split(r"\.(?=[`\"\[\w])", statement["table"])[-1])
            if name not in found and len(found) == _MAX_TABLES:
                raise InputError(
                    f"Expected at most {_MAX_TABLES:,} tables in a dump, found more. Dump the one to judge."
                )
            table = found.setdefault(name, _Table(self.target.with_suffix(f".{len(found)}")))
            rest = (statement["rest"] or "").casefold()
            names = _names(statement["names"] or "")
            if statement["create"]:
                table.columns = table.columns or self.declared(statement)
            elif statement["copy"] and rest.startswith("from"):
                table.columns = names or table.columns
                at = self.copy(at, table)
            elif statement["insert"] and rest.startswith("value"):
                at = self.insert(at, table, names)
        return found

    def declared(self, statement: re.Match[str]) -> list[str]:
        """Return the columns that a statement declares, one on each line as tools write them."""
        begun = self.text.find("(", statement.end("table")) + 1
        body = re.sub(r"\([^()]*\)", "", self.text[begun : begun + _MAX_DECLARED]).partition(")")[0]
        lines = re.split(r",\s*\n|\n" if "\n" in body.strip() else ",", body)
        found = [column for line in lines if (column := _COLUMN.match(line.strip()))]
        return [_bare(column["name"]) for column in found if column["name"].casefold() not in _NO_COLUMN]

    def copy(self, at: int, table: _Table) -> int:
        """Read the lines of a COPY block; return where it ends."""
        end = self.text.find("\n\\.", at - 1)
        block = self.text[at : end if end >= 0 else len(self.text)]
        for line in block.split("\n") if block else []:
            cells = ["" if cell == r"\N" else _unescaped(cell) for cell in line.split("\t")]
            self.keep(table, cells, at)
        return at + len(block)

    def insert(self, at: int, table: _Table, names: list[str]) -> int:
        """Read the rows of an INSERT statement; return where it ends."""
        while True:
            at = _end(_BLANK, self.text, at)
            if self.text[at : at + 1] != "(":
                raise self.refused(at)
            row, at = self.row(at + 1)
            if names and table.columns and names != table.columns:
                row = self.placed(row, names, table.columns, at)
            table.columns = table.columns or names
            self.keep(table, row, at)
            at = _end(_BLANK, self.text, at)
            if self.text[at : at + 1] != ",":
                return at
            at += 1

    def placed(self, row: list[str], names: list[str], columns: list[str], at: int) -> list[str]:
        """Return a row in the order of the table's columns; what it does not name is missing."""
        if len(row) != len(names) or {*names} - {*columns}:
            raise self.refused(at)
        values = dict(zip(names, row, strict=True))
        return [values.get(name, "") for name in columns]

    def keep(self, table: _Table, row: list[str], at: int) -> None:
        """Add a row of the table's width."""
        if not table.keep(row):
            raise self.refused(at)
        self.n += 1
        if self.n % _ROWS_BETWEEN == 0:
            self.progress(at / len(self.text))

    def row(self, at: int) -> tuple[list[str], int]:
        """Return the values up to the closing parenthesis, and the place behind it."""
        row = []
        while True:
            value, at = self.value(_end(_BLANK, self.text, at))
            row.append(value)
            if cast := _CAST.match(self.text, at):
                at = cast.end()
            at = _end(_BLANK, self.text, at)
            sign = self.text[at : at + 1]
            if sign == ")":
                return row, at + 1
            if sign != ",":
                raise self.refused(at)
            at += 1

    def value(self, at: int, depth: int = 0) -> tuple[str, int]:
        """Return one value as text, nothing where it is missing, and the place behind it; of a call its first value."""
        if prefix := _PREFIX.match(self.text, at):
            at = prefix.end()
        if found := self.string.match(self.text, at):
            text = found[1].replace("''", "'")
            return _unescaped(text) if self.is_escaped else text, found.end()
        if depth < _MAX_DEPTH and (call := _CALL.match(self.text, at)):
            return self.called(call.end(), depth + 1)
        if bare := _BARE.match(self.text, at):
            word = bare[0]
            return "" if word.casefold() in ("null", "default") else re.sub(r"::.*", "", word), bare.end()
        raise self.refused(at)

    def called(self, at: int, depth: int) -> tuple[str, int]:
        """Return the first value of a call such as ``CAST(N'…' AS date)``, and the place behind it."""
        at = _end(_BLANK, self.text, at)
        first, at = ("", at) if self.text[at : at + 1] == ")" else self.value(at, depth)
        n_open = 1
        while n_open:
            if found := self.string.match(self.text, at):
                at = found.end()
                continue
            if at >= len(self.text) or self.text[at] == ";":
                raise self.refused(at)
            n_open += {"(": 1, ")": -1}.get(self.text[at], 0)
            at += 1
        return re.sub(r"\s+AS\s.*", "", first, flags=re.IGNORECASE), at

    def refused(self, at: int) -> InputError:
        """Say where a statement is of another form."""
        line = self.text.count("\n", 0, at) + 1
        return InputError(
            f"Expected rows of plain values in the INSERT or COPY statements of a dump, found something else on line {line:,}: "
            f"{self.text[at : at + 40]!r}. Export the table as CSV."
        )


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _names(listed: str) -> list[str]:
    return [_bare(name.strip()) for name in listed.strip("()").split(",")] if listed.strip("() \n") else []


def _bare(name: str) -> str:
    return name[1:-1] if name[:1] in ("`", '"', "[") else name


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), text) if "\\" in text else text
