"""Which text is JSON: one document, an object per line, objects after the time and level of a log, or a damaged one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

from analytics.errors import InputError

_Layout = Literal["json", "ndjson", "log lines"]

_START = re.compile(r'\{\s*["}]|\[\s*(\{|\]|$|\[\s*(["\d\[\]-]|null|true|false))')
"""An object or a list of objects or lists; a header such as ``[id],[score]`` begins alike."""

_LIKE_START = re.compile(r"\[?\s*\{\s*['\"]?\w+['\"]?\s*:")
_MEMBER = re.compile(
    r'(?:^|[{,\[])\s*\{?\s*"[^"\n]{1,200}"\s*:\s*(?:"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|(?=[{\[]))'
)
_MIN_MEMBERS, _MIN_SHARE, _LOOKED_AT = 3, 0.5, 1 << 14
"""Members in a row, and their share of the first line's characters, from which a text is JSON whatever its beginning."""

_TIME = (
    r"(?:\d{4}[-/]\d\d[-/]\d\d[T ]|[A-Z][a-z]{2} [ \d]\d )\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
)
"""Time of a log line, with a month by its name as syslog writes it."""
_LEADING_TIME = re.compile(rf"\[?({_TIME})\b")
_LEVEL = r"TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL"
_LOG_LINE = re.compile(
    rf"\[?(?:(?P<time>{_TIME})\b\]?|(?=\[?(?:{_LEVEL})\b))(?P<rest>[^{{\t]{{0,300}}?)(?P<record>\{{.*\}})\s*$"
)
_LEVEL_WORD = re.compile(rf"\b(?:{_LEVEL})\b")
_N_LINES, _MAX_LINE_CHARS = 20, 64 << 20
"""First lines that say how a text is laid out, a judgement; and characters read at once, which bounds the memory of a
file without line ends as in `documents`."""
_MIN_LOG_LINES = 0.5
"""Share of the first lines that end in a record from which a text is a log with prefixes: other lines of the program
stand between. A judgement."""
_MIN_RECORDS, _MIN_RECORD_SHARE = 3, 0.25
"""Records, and their share of the lines of the beginning, from which a text whose first line is none is a log: a banner and
traces of errors stand around them. By hand; the tests hold tables of times and text against it."""
_CELL_ENDS = ",;|"
"""What right before an object makes it the last cell of a table's row."""


def layout_of(start: str) -> _Layout | None:
    """Return how a text that begins like this is laid out as JSON, None where it is none.

    Raises
    ------
    InputError
        If it is JSON whose beginning is damaged or missing.

    >>> layout_of('{"a": 1}\\n{"a": 2}'), layout_of('[{"a": 1}]'), layout_of('{"data": [{"a": 1}]}')
    ('ndjson', 'json', 'json')
    >>> layout_of('2024-03-01 08:00:00 INFO predict {"a": 1}'), layout_of("a,b")
    ('log lines', None)
    """
    if _START.match(start):
        return _layout_of_json(start)
    lines = [line for line in start.split("\n")[:_N_LINES] if line.strip()]
    if not lines:
        return None
    if len(whole := lines[1:-1] if len(lines) == _N_LINES else lines[1:]) > 1 and all(map(_is_record, whole)):
        return "ndjson"  # its first line is damaged, and set aside
    if _LOG_LINE.match(lines[0]) and sum(map(_is_log_line, lines)) >= _MIN_LOG_LINES * len(lines):
        return "log lines"
    if not _LOG_LINE.match(lines[0]) and _has_records(start):
        return "log lines"
    if _LIKE_START.match(start) or _is_damaged(lines[0]):
        raise InputError(
            "Expected a table or whole JSON, found JSON whose beginning is damaged or missing: "
            f"{lines[0][:40]!r}. Export it again, or send the whole file."
        )
    return None


def _layout_of_json(start: str) -> _Layout:
    """Tell one JSON document from one JSON object per line."""
    if start.startswith("["):
        return "json"
    lines = [line for line in start.split("\n", 3)[:3] if line.strip()]
    return "ndjson" if len(lines) > 1 and any(_is_record(line) for line in lines[:2]) else "json"


def _is_record(line: str) -> bool:
    """Whether a line is a JSON object of its own."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _is_damaged(line: str) -> bool:
    """Whether a line that is no JSON consists of members of JSON objects."""
    shown = line[:_LOOKED_AT]
    found = [member.end() - member.start() for member in _MEMBER.finditer(shown)]
    return len(found) >= _MIN_MEMBERS and sum(found) >= _MIN_SHARE * len(shown)


def _is_log_line(line: str) -> bool:
    """Whether a line is one of a log with a JSON object at its end."""
    found = _LOG_LINE.match(line)
    return found is not None and _is_record(found["record"])


def _has_records(start: str) -> bool:
    """Whether enough lines of a text are objects, alone or after a time and a level, for all others to be a program's words."""
    lines = [line for line in start.split("\n")[:-1] if line.strip()]
    n_records = sum(map(_is_noted, lines))
    return n_records >= max(_MIN_RECORDS, _MIN_RECORD_SHARE * len(lines))


def _is_noted(line: str) -> bool:
    """Whether a line is an object of its own, or a log line with one that is no cell of a table."""
    if line.lstrip().startswith("{"):
        return _is_record(line)
    found = _LOG_LINE.match(line)
    return found is not None and found["rest"].rstrip()[-1:] not in tuple(_CELL_ENDS) and _is_record(found["record"])


def leading_time(line: str) -> str | None:
    """Return the time with which a line of a log begins, None where it begins otherwise.

    >>> leading_time("2024-03-01 08:00:00,123 INFO scored"), leading_time("scored")
    ('2024-03-01 08:00:00,123', None)
    """
    found = _LEADING_TIME.match(line)
    return found[1] if found else None


def without_prefixes(path: Path, target: Path) -> str | None:
    """Write the objects of log lines to ``target``, each on its own line, with the time and level before them; say so.

    A line without an object stays as it is. Nothing is said where no object had anything before it.
    """
    is_prefixed = False
    with path.open(encoding="utf-8") as file, target.open("w", encoding="utf-8") as out:
        for line in iter(lambda: file.readline(_MAX_LINE_CHARS), ""):
            found = _LOG_LINE.match(line)
            is_record = found is not None and _is_record(found["record"])
            is_prefixed = is_prefixed or is_record
            out.write(_with_prefix(found) + "\n" if found and is_record else line)
    said = "The lines hold JSON after a time and a level, which were kept as 'log_time' and 'log_level'."
    return said if is_prefixed else None


def _with_prefix(found: re.Match[str]) -> str:
    """Return the object of a log line with what stands before it, as text."""
    level = _LEVEL_WORD.search(found["rest"] or "")
    before: dict[str, Any] = {"log_time": found["time"]} if found["time"] else {}
    before |= {"log_level": level[0]} if level else {}
    record = found["record"].strip()
    if not before or record[1:].strip() == "}":
        return record
    return json.dumps(before)[:-1] + "," + record[1:]
