"""Lines of a program that name each value, ``score=0.7 label=1``, or that hold an object behind a key: as one object per line."""

from __future__ import annotations

import json
import re
from pathlib import Path

from analytics.reading.formats.jsonlike import leading_time

_MAX_LINE_CHARS = 64 << 20
"""Characters read at once, which bounds the memory of a file without line ends as in `documents`."""
_N_LINES, _MIN_SHARE = 20, 0.8
"""First lines that are looked at, and the share of them that has pairs from which a text is one of pairs. A judgement."""
_MIN_PAIRS, _MIN_SHARE_CHARS = 2, 0.4
"""Pairs of a line, and their share of its characters: words of the program stand before them. A judgement."""

_PAIR = re.compile(
    r"(?<![^\s,;\[(])([A-Za-z_][\w.@/-]{0,60})=(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([^\s,;\"'=]*))(?=[\s,;\])]|$)"
)
_KEYED = re.compile(r"(?P<key>[^\t{}\"]{0,200})\t(?P<record>\{.*\})\s*$")


def is_pairs(start: str) -> bool:
    """Whether most of the first lines of a text hold pairs of a name and a value, or an object behind a key and a tab.

    >>> is_pairs('ts=1 score=0.7 label=1\\nts=2 score=0.2 label=0\\n'), is_pairs("id,score\\na=b,0.5\\n")
    (True, False)
    """
    lines = [line for line in start.split("\n")[:_N_LINES] if line.strip()]
    if len(lines) < 2 or start.startswith(("{", "[{")) or not _has_pairs(lines[0]):
        return False
    return sum(map(_has_pairs, lines)) >= _MIN_SHARE * len(lines)


def lay_out(path: Path, target: Path) -> str:
    """Write each line as an object on a line of its own, one without pairs as it stands, and say so."""
    with path.open(encoding="utf-8") as file, target.open("w", encoding="utf-8") as out:
        for line in iter(lambda: file.readline(_MAX_LINE_CHARS), ""):
            record = _record_of(line)
            out.write(json.dumps(record, ensure_ascii=False) + "\n" if record else line)
    return "Each line names its values, or holds an object behind a key: the names became columns."


def _has_pairs(line: str) -> bool:
    """Whether a line is mostly pairs, or an object behind a key."""
    if _keyed(line):
        return True
    found = [pair.end() - pair.start() for pair in _PAIR.finditer(line)]
    return len(found) >= _MIN_PAIRS and sum(found) >= _MIN_SHARE_CHARS * (len(line) - len(leading_time(line) or ""))


def _record_of(line: str) -> dict[str, object]:
    """Return a line as an object, with the time before its pairs; nothing where it has none."""
    if record := _keyed(line):
        return record
    pairs = {
        pair[1]: next((part for part in pair.groups()[1:] if part is not None), "") for pair in _PAIR.finditer(line)
    }
    time = leading_time(line)
    return {"log_time": time, **pairs} if time and pairs else {**pairs}


def _keyed(line: str) -> dict[str, object]:
    """Return the object behind a key and a tab with the key; nothing where a line is none."""
    found = _KEYED.match(line)
    try:
        record = json.loads(found["record"]) if found else None
    except (ValueError, RecursionError):
        return {}
    return {"key": found["key"], **record} if found and isinstance(record, dict) else {}
