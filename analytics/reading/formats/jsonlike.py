"""Which text is JSON: one document, an object per line, objects after the time and level of a log, or a damaged one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

from analytics.errors import InputError
from analytics.reading.formats import commented, documents, pages, printed

_Layout = Literal["json", "ndjson", "log lines"]

_START = re.compile(r'\{\s*["}]|\[\s*(\{|\]|$|\[\s*(["\d\[\]-]|null|true|false))')
"""An object or a list of objects or lists; a header such as ``[id],[score]`` begins alike."""

_COMMENTS = ("//", "/*")
_NAMES_AND_ROWS = 2
"""Keys of a table in one object."""
_LIKE_START = re.compile(r"\[?\s*\{\s*['\"]?\w+['\"]?\s*:")
_MEMBER = re.compile(
    r'(?:^|[{,\[])\s*\{?\s*"[^"\n]{1,200}"\s*:\s*(?:"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|(?=[{\[]))'
)
_MIN_MEMBERS, _MIN_SHARE, _LOOKED_AT = 3, 0.5, 1 << 14
"""Members in a row, and their share of the first line's characters, from which a text is JSON whatever its beginning."""

_TIME = (
    r"(?:\d{4}[-/]\d\d[-/]\d\d[T ]|[A-Z][a-z]{2} [ \d]\d |[IWEF]\d{4} )\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
    r"(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?"
)
"""Time of a log line, with a month by its name as syslog writes it, or behind the letter of a level as Go and C++ programs do."""
_LEADING_TIME = re.compile(rf"\[?({_TIME})\b")
_LEVEL = r"TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL"
_LOG_LINE = re.compile(
    rf"\[?(?:(?P<time>{_TIME})\b\]?|(?=\[?(?:{_LEVEL})\b))(?P<rest>[^{{\t]{{0,300}}?)(?P<record>\{{.*\}})"
    r"(?P<after> [^{}\t,;|]{1,200})?\s*$"
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
_REQUEST = re.compile(r"[A-Z]{3,7} \S+ HTTP/\d|HTTP/\d(?:\.\d)? \d{3}\b")
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}: ")
"""The first line of a request or of its answer, and a field of its header (RFC 9110)."""
_CELL_ENDS = ",;|"
"""What right before an object makes it the last cell of a table's row, and right after it the first."""
_LONGEST_START = 16 << 20
"""Characters of a first line that are read to see whether it is a record. A judgement."""


def layout_of(start: str, path: Path | None = None) -> _Layout | None:
    """Return how a text that begins like this is laid out as JSON, None where it is none.

    Where the first line of the file at ``path`` is longer than what was looked at, it is read whole.

    Raises
    ------
    InputError
        If it is JSON whose beginning is damaged or missing.

    >>> layout_of('{"a": 1}\\n{"a": 2}'), layout_of('[{"a": 1}]'), layout_of('{"data": [{"a": 1}]}')
    ('ndjson', 'json', 'json')
    >>> layout_of('2024-03-01 08:00:00 INFO predict {"a": 1}'), layout_of("a,b")
    ('log lines', None)
    """
    start = commented.without_leading(start) if start.startswith(_COMMENTS) else start
    if _START.match(start):
        if path is not None and "\n" not in start.rstrip():
            with path.open(encoding="utf-8") as file:
                start = "".join(file.readline(_LONGEST_START) for _ in range(3)).lstrip()
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
    if len(lines) > 1 and any(_is_record(line) for line in lines[:2]):
        values = [*map(_value_of, lines[:2])]
        return "json" if pages.are_pages(values) or all(map(_is_split, values)) else "ndjson"
    return "log lines" if len(lines) > 1 and all(_trailed(line) for line in lines[:2]) else "json"


def _is_split(value: Any) -> bool:
    """Whether a line is a table of its own: names and rows, or an object of nothing but these.

    >>> _is_split({"columns": ["a"], "data": [[1]]}), _is_split({"columns": ["a"], "data": [[1]], "id": 7})
    (True, False)
    """
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    return isinstance(value, dict) and len(value.keys() - {"index"}) == _NAMES_AND_ROWS and documents.is_split(value)


def _is_record(line: str) -> bool:
    """Whether a line is a JSON object of its own."""
    return isinstance(_value_of(line), dict)


def _value_of(text: str) -> Any:
    """Return the JSON value of a line, None where it is none."""
    try:
        return json.loads(text.strip(documents.MARKS))
    except (ValueError, RecursionError):
        return None


def _trailed(line: str) -> tuple[str, str] | None:
    """Return the object with which a line begins and the text after it, None where nothing follows or it begins otherwise."""
    text = line.strip()
    try:
        value, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    after = text[end:].strip()
    return (text[:end], after) if isinstance(value, dict) and after and after[0] not in _CELL_ENDS else None


def _record_of(text: str) -> str | None:
    """Return an object as JSON, also one that Python wrote in its own way; None for any other text."""
    if _is_record(text):
        return text.strip()
    value = printed.object_of(text.strip())
    try:
        return None if value is None else json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return None


def _is_damaged(line: str) -> bool:
    """Whether a line that is no JSON consists of members of JSON objects."""
    shown = line[:_LOOKED_AT]
    found = [member.end() - member.start() for member in _MEMBER.finditer(shown)]
    return len(found) >= _MIN_MEMBERS and sum(found) >= _MIN_SHARE * len(shown)


def _is_log_line(line: str) -> bool:
    """Whether a line is one of a log with a JSON object at its end."""
    found = _LOG_LINE.match(line)
    return found is not None and _record_of(found["record"]) is not None


def _has_records(start: str) -> bool:
    """Whether enough lines of a text are objects, alone or after a time and a level, for all others to be a program's words."""
    lines = [line for line in start.split("\n")[:-1] if line.strip()]
    if _REQUEST.match(start):  # each object has as many fields before it as the server liked
        lines = [line for line in lines if not _FIELD.match(line)]
    n_records = sum(map(_is_noted, lines))
    return n_records >= max(_MIN_RECORDS, _MIN_RECORD_SHARE * len(lines))


def _is_noted(line: str) -> bool:
    """Whether a line is an object of its own, or a log line with one that is no cell of a table."""
    if line.lstrip().startswith("{"):
        return _record_of(line) is not None or _trailed(line) is not None
    found = _LOG_LINE.match(line)
    return found is not None and found["rest"].rstrip()[-1:] not in tuple(_CELL_ENDS) and _is_log_line(line)


def leading_time(line: str) -> str | None:
    """Return the time with which a line of a log begins, None where it begins otherwise.

    >>> leading_time("2024-03-01 08:00:00,123 INFO scored"), leading_time("scored")
    ('2024-03-01 08:00:00,123', None)
    """
    found = _LEADING_TIME.match(line)
    return found[1] if found else None


def without_prefixes(path: Path, target: Path) -> str | None:
    """Write the objects of log lines to ``target``, each on its own line, with the time, the level and words about them; say so.

    A line without an object stays as it is. Nothing is said where no object had anything about it.
    """
    seen: set[str] = set()
    with path.open(encoding="utf-8") as file, target.open("w", encoding="utf-8") as out:
        for line in iter(lambda: file.readline(_MAX_LINE_CHARS), ""):
            record, about = _parts_of(line)
            seen |= about.keys()
            out.write(line if record is None else _with_words(record, about) + "\n")
    if not seen - {"log_after"}:
        return "The lines hold JSON before other words, which were kept as 'log_after'." if seen else None
    after = " and 'log_after'" if "log_after" in seen else ""
    return f"The lines hold JSON after a time and a level, which were kept as 'log_time' and 'log_level'{after}."


def _parts_of(line: str) -> tuple[str | None, dict[str, str]]:
    """Return the object of a line of a log as JSON, None where it has none, and what stands about it."""
    if line.lstrip().startswith("{"):
        record, after = _trailed(line) or (_record_of(line.strip()), "")
        return record, {"log_after": after} if after else {}
    found = _LOG_LINE.match(line)
    record = _record_of(found["record"]) if found else None
    if found is None or record is None:
        return None, {}
    level = _LEVEL_WORD.search(found["rest"] or "")
    about = {"log_time": found["time"], "log_level": level and level[0], "log_after": (found["after"] or "").strip()}
    return record, {name: word for name, word in about.items() if word}


def _with_words(record: str, about: dict[str, str]) -> str:
    """Return an object with what stands about it, as text."""
    if not about or record[1:].strip() == "}":
        return record
    return json.dumps(about)[:-1] + "," + record[1:]
