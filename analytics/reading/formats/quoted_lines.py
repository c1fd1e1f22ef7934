"""Text of which each line stands in quotes as a whole, as spreadsheets write a column of lines, or texts as formulas."""

from __future__ import annotations

import re
from pathlib import Path

_MAX_LINE_CHARS = 64 << 20
"""Characters read at once, which bounds the memory of a file without line ends as in `documents`."""
_N_LINES, _MIN_LINES = 50, 3
"""First lines that are looked at, and the least that tell. A judgement."""
_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"((?:[^"]|"")*)"[,;\t]*[ \t]*')
_FORMULA = re.compile(r'(?:(?<=[,;\t|])|^)="([^"]*)"(?=[,;\t|]|$)')
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


def has_formulas(start: str) -> bool:
    """Whether all of the first lines but that of the names hold ``="0012"``, a text for spreadsheets, outside of quotes.

    >>> has_formulas('id,score\\n="01",0.5\\n="02",0.7\\n'), has_formulas("id,score\\n01,0.5\\n02,0.7\\n")
    (True, False)
    """
    lines = [line for line in start.splitlines()[:_N_LINES] if line.strip()]
    return len(lines) >= _MIN_LINES and all(map(_FORMULA.search, lines[1:]))


def lay_out(path: Path, target: Path, *, are_formulas: bool = False) -> str:
    """Write each line without the quotes around it, or without what makes texts of it formulas, and say so."""
    with path.open(encoding="utf-8", newline="") as file, target.open("w", encoding="utf-8", newline="") as out:
        for line in iter(lambda: file.readline(_MAX_LINE_CHARS), ""):
            text = line.rstrip("\r\n")
            mended = _FORMULA.sub(r'"\1"', text) if are_formulas else _without_quotes(text)
            out.write(mended + line[len(text) :])
    if are_formulas:
        return 'Texts were written as formulas for spreadsheets, ="…": what is in them was read.'
    return "Each line stood in quotes as a whole: they were taken off."


def _without_quotes(text: str) -> str:
    """Return a line without the quotes around it and what follows them; one without them as it stands."""
    found = _QUOTED.fullmatch(text)
    return found[1].replace('""', '"') if found else text
