"""Text of which each line stands in quotes as a whole, as spreadsheets write a column that holds lines of another file."""

from __future__ import annotations

import re
from pathlib import Path

_MAX_LINE_CHARS = 64 << 20
"""Characters read at once, which bounds the memory of a file without line ends as in `documents`."""
_N_LINES, _MIN_LINES = 50, 3
"""First lines that are looked at, and the least that tell. A judgement."""
_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"((?:[^"]|"")*)"[,;\t]*[ \t]*')
_INSIDE = re.compile(r'"(?:[^"]|"")*"')


def is_quoted(start: str) -> bool:
    """Whether all of the first lines, perhaps without the first, are one text in quotes that holds as many fields as the others.

    >>> is_quoted('"id,score"\\n"1,0.5"\\n"2,0.7"\\n'), is_quoted('"note"\\n"yes, but"\\n"no"\\n')
    (True, False)
    """
    lines = [line for line in start.splitlines()[:_N_LINES] if line.strip()]
    if len(lines) < _MIN_LINES or not all(_QUOTED.fullmatch(line) for line in lines[1:]):
        return False
    texts = [_INSIDE.sub("", _without_quotes(line)) for line in lines]
    counts = [{text.count(delimiter) for text in texts} for delimiter in _DELIMITERS]
    return any(len(found) == 1 and 0 not in found for found in counts)


def lay_out(path: Path, target: Path) -> str:
    """Write each line without the quotes around it, and say so."""
    with path.open(encoding="utf-8", newline="") as file, target.open("w", encoding="utf-8", newline="") as out:
        for line in iter(lambda: file.readline(_MAX_LINE_CHARS), ""):
            text = line.rstrip("\r\n")
            out.write(_without_quotes(text) + line[len(text) :])
    return "Each line stood in quotes as a whole: they were taken off."


def _without_quotes(text: str) -> str:
    """Return a line without the quotes around it and what follows them; one without them as it stands."""
    found = _QUOTED.fullmatch(text)
    return found[1].replace('""', '"') if found else text
