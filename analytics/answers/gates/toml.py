"""TOML that a person wrote, read table by table: what is wrong is kept with its line and the nearest word that is known."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Any

SHOWN = 40
"""Characters of what was found that a message repeats. A judgement."""
_KINDS: dict[type[Any], str] = {str: "a text in quotes", bool: "true or false", dict: "a table", list: "[[tables]]"}


class TomlReader:
    """Reads values of tables, and gathers what is wrong with them.

    Attributes
    ----------
    lines, problems : list of str
        The lines of the file, and what is wrong with it.
    place : (str, int)
        The heading of the table that is read, and the how manieth of its name; an empty heading is the head of the file.
    """

    def __init__(self, text: str) -> None:
        self.lines, self.problems = text.splitlines(), list[str]()
        self.place = "", 0

    def known(self, table: Mapping[str, Any], keys: Iterable[str], where: str) -> None:
        """Refuse keys that mean nothing."""
        for key in table:
            if key not in keys:
                self.say(f"a key of the {where} ({', '.join(keys)})", repr(key[:SHOWN]), self.nearest(key, keys), key)

    def of(self, table: Mapping[str, Any], key: str, kind: type[Any], default: Any) -> Any:
        """Return a value of one type."""
        value = table.get(key, default)
        if isinstance(value, kind):
            return value
        self.say(f"{key} as {_KINDS[kind]}", repr(value)[:SHOWN], "Correct it", key)
        return default

    def text(self, table: Mapping[str, Any], key: str) -> str | None:
        """Return a text, None where it is not said."""
        return self.of(table, key, str, "") if key in table else None

    def texts(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        """Return a list of texts; one text is a list of one."""
        value = table.get(key, [])
        values = [value] if isinstance(value, str) else value
        if isinstance(values, list) and all(isinstance(each, str) for each in values):
            return tuple(values)
        self.say(f"{key} as a list of texts", repr(value)[:SHOWN], "Correct it", key)
        return ()

    def number(
        self, table: Mapping[str, Any], key: str, default: float, fits: Callable[[float], bool], what: str
    ) -> float:
        """Return a number."""
        value = table.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and _is_finite(value) and fits(value):
            return float(value)
        self.say(f"{what} as {key}", repr(value)[:SHOWN], "Correct it", key)
        return default

    def say(self, expected: str, found: str, todo: str, key: str) -> None:
        """Keep what is wrong, with the line on which it stands."""
        self.problems.append(f"Line {self._line(key)}: expected {expected}, found {found}. {todo}.")

    def nearest(self, word: str, known: Iterable[str]) -> str:
        """Say what to write instead."""
        near = difflib.get_close_matches(word.casefold(), list(known), 1, 0.5)
        return f"Write {near[0]!r}" if near else f"Choose from {', '.join(list(known)[:8])}"

    def _line(self, key: str) -> int:
        """Return the line of a key in the table that is read, else the line on which the table begins."""
        heading, place = self.place
        start = 0
        if heading:
            pattern = re.compile(rf"\s*\[{{1,2}}\s*{heading}\s*\]{{1,2}}")
            heads = [number for number, line in enumerate(self.lines) if pattern.match(line)]
            start = heads[place] if place < len(heads) else 0
        of_key = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.\]]|\s*\[+\s*{re.escape(key)}\s*\]")
        for number in range(start, len(self.lines)):
            if heading and number > start and self.lines[number].lstrip().startswith("["):
                break
            if of_key.match(self.lines[number]):
                return number + 1
        return start + 1


def _is_finite(value: float) -> bool:
    """Whether a number is finite as a float: TOML has whole numbers of any length."""
    try:
        return isfinite(value)
    except OverflowError:
        return False
