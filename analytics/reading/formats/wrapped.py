"""JSON inside a script or behind a guard: given to a variable or a function, as pages and downloads of services have it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from analytics.reading.formats import documents

_BLANK = r"(?:\s|//[^\n]{0,2000}\n|/\*[^*]{0,2000}\*/)*"
_WRAPPED = re.compile(
    rf"{_BLANK}(?:\)\]\}}'?,?|for\s*\(;;\);|while\s*\((?:1|true)\);|(?:export\s+)?default\b"
    r"|(?:export\s+)?(?:(?:var|let|const)\s+)?[A-Za-z_$][\w$.]{0,200}(?:\[[\w\"']{1,100}\])?\s*(?:=|\())\s*(?=[\[{])"
)
"""What stands before the JSON: a guard against scripts of others, a variable, or a function that is called with it."""
_CLOSED, _MAX_REST = re.compile(r"[\s;)]*"), 500
"""What ends it, and the characters that a script may have after it. A judgement."""
_SAID = "The JSON stands in a script or behind a guard, which was left out."


def is_wrapped(start: str) -> bool:
    """Whether a text begins with a script or a guard and JSON inside.

    >>> is_wrapped('var rows = [{"a": 1}];'), is_wrapped('callback({"a": 1})'), is_wrapped('[{"a": 1}]'), is_wrapped("a=1 b=2")
    (True, True, False, False)
    """
    return _WRAPPED.match(start) is not None


def lay_out(path: Path, target: Path) -> str | None:
    """Write the JSON to ``target`` and say so; None where it is none, or not all that there is."""
    if path.stat().st_size > documents.MAX_DOCUMENT_BYTES:
        return None
    text = path.read_text("utf-8")
    found = _WRAPPED.match(text)
    if found is None:
        return None
    try:
        end = json.JSONDecoder().raw_decode(text, found.end())[1]
    except (ValueError, RecursionError):
        return None
    rest = text[end:]
    rest = rest[len((_CLOSED.match(rest) or [""])[0]) :]
    if len(rest) > _MAX_REST or "{" in rest:
        return None
    target.write_text(text[found.end() : end], "utf-8")
    return _SAID
