"""JSON as people write it by hand: comments, and commas after the last value."""

from __future__ import annotations

import re

_COMMENT = r"//[^\n]*|/\*.*?\*/"
_STRING = r'"(?:[^"\\]|\\.)*"'
_COMMENTS = re.compile(rf"({_STRING})|{_COMMENT}", re.DOTALL)
_LAST_COMMAS = re.compile(rf"({_STRING})|,(?=\s*[}}\]])", re.DOTALL)
_LEADING = re.compile(rf"(?:\s|{_COMMENT})*", re.DOTALL)


def plain(text: str) -> str:
    """Return a text without comments and without commas before a bracket, but for those in strings.

    >>> plain('[{"a": "1, ]//", // one' + chr(10) + ' "b": 2,}, /* end */ ]')
    '[{"a": "1, ]//", \\n "b": 2}  ]'
    """
    return _LAST_COMMAS.sub(_kept, _COMMENTS.sub(_kept, text))


def without_leading(start: str) -> str:
    """Return a text from its first character on that is of no comment.

    >>> without_leading("// by hand" + chr(10) + "[1]"), without_leading("a // b")
    ('[1]', 'a // b')
    """
    found = _LEADING.match(start)
    return start if found is None else start[found.end() :]


def _kept(found: re.Match[str]) -> str:
    """Return a string as it is, nothing for what is to go."""
    return found[1] or ""
