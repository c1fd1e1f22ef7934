"""Records of which each value stands on a line of its own behind its name, ``Score : 0.7``: as a table."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_MAX_LINE_CHARS = 64 << 20
"""Characters read at once, which bounds the memory of a file without line ends as in `documents`."""
_MIN_NAMES, _MIN_RECORDS, _MIN_SHARE = 2, 3, 0.9
"""Names of a record, records, and the share of lines that name a value and of records with the same names, from which a text
is one of records. A judgement."""
_N_LINES = 400
"""First lines that are looked at. A judgement."""

_NAMED = re.compile(
    r"(?P<name>[^\W\d][\w .()%/$-]{0,60}?)\s*(?:[:=|](?=\s|$)|=|:(?=[^\s:/\\]))(?P<value>.*)", re.DOTALL
)
_BETWEEN = re.compile(
    r"|[-=*_#~]{3,}|-\[ RECORD \d+ \][-+]*|\*{3,} \d+\. row \*{3,}"
    r"|(?:record|row|case|datensatz|registro|ligne)? ?#?\d+[:.]?",
    re.IGNORECASE,
)
"""What stands between two records: nothing, a rule, or the number of the next."""


def is_stanzas(start: str) -> bool:
    """Whether nearly all of the first lines name one value each, and the same names come again and again.

    >>> is_stanzas("id: a\\nscore: 0.5\\n\\nid: b\\nscore: 0.7\\n\\nid: c\\nscore: 0.1\\n\\n")
    True
    >>> is_stanzas("id,score\\na,0.5\\nb,0.7\\n"), is_stanzas("score: 0.5\\nscore: 0.7\\nscore: 0.1\\n")
    (False, False)
    """
    lines = [line.strip() for line in start.splitlines()[:_N_LINES]]
    told = [line for line in lines if not _BETWEEN.fullmatch(line)]
    if len(told) < _MIN_NAMES * _MIN_RECORDS or sum(map(_is_named, told)) < _MIN_SHARE * len(told):
        return False
    records = list(_records(lines))[:-1] or [{}]
    names = {name for record in records for name in record}
    same = sum(record.keys() == records[0].keys() for record in records)
    return (
        len(records) + 1 >= _MIN_RECORDS
        and _MIN_NAMES <= len(names) <= 3 * len(records[0])
        and same >= len(records) / 2
        and not all(any(mark in value for mark in ",;\t|{") for value in records[0].values())
    )


def lay_out(path: Path, target: Path) -> str:
    """Write the records as a table, and say so."""
    names = {name: None for record in _read(path) for name in record}
    with target.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, [*names], restval="", lineterminator="\n")
        table.writeheader()
        table.writerows(_read(path))
    return "Each value stands on a line of its own behind its name: the names became columns, and each block a row."


def _read(path: Path) -> Iterator[dict[str, str]]:
    """Yield the records of a file."""
    with path.open(encoding="utf-8") as file:
        yield from _records(iter(lambda: file.readline(_MAX_LINE_CHARS), ""))


def _is_named(line: str) -> bool:
    """Whether a line names a value."""
    return _NAMED.fullmatch(line) is not None


def _records(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield the records of lines: another begins behind a blank line or a rule, and where a name comes again.

    A line that names nothing goes on with the value above it.
    """
    record: dict[str, str] = {}
    last = ""
    for line in lines:
        text = line.strip()
        found, is_between = _NAMED.fullmatch(text), _BETWEEN.fullmatch(text) is not None
        if record and (found["name"] in record if found else is_between):
            yield record
            record = {}
        if found:
            last = found["name"]
            record[last] = found["value"].strip()
        elif record and not is_between:
            record[last] = f"{record[last]} {text}"
    if record:
        yield record
