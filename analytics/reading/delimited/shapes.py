"""What the values of a column look like, and how badly a text would stand out among them."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache

_SHAPES = str.maketrans(string.digits + string.ascii_uppercase + string.ascii_lowercase, "9" * 10 + "A" * 26 + "a" * 26)
_RUNS = re.compile(r"(.)\1+")
_URL = re.compile(r"(?:https?|ftp|s3)://\S+|www\.\S+", re.IGNORECASE)
_MONEY = re.compile(r"[-+(]?\s?[$€£¥]?\s?[-+]?(?:\d{1,3}(?:[,. ]\d{3})+|\d+)?(?:[.,]\d+)?(?:[eE][-+]?\d+)?\s?[%$€£¥)]?")
_MASKED, _MAX_URL = 32, 2_000
"""Longer values are told apart by being text, not by their letters."""

_UNSEEN, _TEXT_SEEN = 1.5, 0.1
"""Misfit of a value unlike all others of its column, more than 1 and so clear by itself; and of a text among texts,
which is none worth a word. Set by hand."""
_RARE, _COMMON = 0.004, 0.06
"""Shares of a column's values: a first character up to the one is strange, a shape beyond the other is usual. Set by
hand."""


def shape(text: str) -> tuple[str, str]:
    """Return the exact and the loose shape of a value: digits, letters and signs, then the same with runs as one.

    >>> shape("28/01/2018"), shape("two words"), shape("-1,234.50")
    (('99/99/9999', '9/9/9'), ('text', 'text'), ('-9,999.99', 'number'))
    """
    if len(text) > _MASKED:
        kind = "url" if _URL.fullmatch(text, 0, _MAX_URL) else "text"
        return kind, kind
    return _short_shape(text)


@lru_cache(maxsize=50_000)
def _short_shape(text: str) -> tuple[str, str]:
    """Return the shapes of a value that is short enough to be looked at."""
    if not text:
        return "", ""
    if any(char.isdigit() for char in text) and _MONEY.fullmatch(text):
        sign = next((char for char in text if char in "$€£¥%"), "")
        return text.translate(_SHAPES), "number" + sign
    if _URL.fullmatch(text):
        return "url", "url"
    mask = text.translate(_SHAPES)
    if " " in text.strip() and any(char.isalpha() for char in text):
        return "text", "text"
    loose = _RUNS.sub(r"\1", mask)
    return mask, "word" if loose in ("a", "A", "Aa") or text.isalpha() else loose


def pattern(text: str) -> str:
    """Return the loose outline of a text, its first part where it is long.

    >>> pattern("row 12"), pattern("Total of 3")
    ('a 9', 'Aa a 9')
    """
    return _RUNS.sub(r"\1", text.strip()[:_MASKED].translate(_SHAPES))


def is_texty(loose: str) -> bool:
    """Whether a loose shape is that of words."""
    return loose in ("text", "word")


class ColumnProfile:
    """What was seen in one column."""

    def __init__(self, cells: Sequence[str], n_quoted: int) -> None:
        self.n = len(cells)
        filled = [cell for cell in cells if cell.strip()]
        shapes = [shape(cell) for cell in filled]
        self.exact = Counter(exact for exact, _ in shapes)
        self.loose = Counter(loose for _, loose in shapes)
        self.values = Counter(filled)
        self.n_filled = len(filled)
        self.longest = max((len(cell) for cell in filled), default=0)
        self.quotes_first = sum(1 for cell in filled if cell[0] in "\"'") > _COMMON * self.n_filled
        self.texty = sum(count for loose, count in self.loose.items() if is_texty(loose)) / max(self.n_filled, 1)
        self.empty = 1 - self.n_filled / self.n if self.n else 1.0
        self.quoted = n_quoted / self.n_filled if self.n_filled else 0.0

    @cached_property
    def patterns(self) -> set[str]:
        """The loose outlines of the values."""
        return {pattern(cell) for cell in self.values}

    @cached_property
    def firsts(self) -> Counter[str]:
        """How many values begin with which kind of character."""
        firsts: Counter[str] = Counter()
        for cell, count in self.values.items():
            firsts[_first_kind(cell)] += count
        return firsts

    @property
    def is_typed(self) -> bool:
        """Whether the values share a shape that words do not have."""
        top = self.loose.most_common(1)
        return bool(top) and not is_texty(top[0][0]) and top[0][1] >= 0.8 * self.n_filled

    @property
    def is_category(self) -> bool:
        """Whether few words stand on many rows."""
        return self.n_filled >= 8 and len(self.values) * 4 <= self.n_filled

    @property
    def is_of_words(self) -> bool:
        """Whether few words stand on many rows that have a shape of their own, as ``model_a`` and ``model_b``."""
        top = self.loose.most_common(1)
        return self.is_category and bool(top) and re.fullmatch(r"[aA_-]+", top[0][0]) is not None

    def has_shape(self, text: str) -> bool:
        """Whether values like this one were seen."""
        return self.loose[shape(text.strip())[1]] > _COMMON * self.n_filled

    def misfit(self, text: str, *, quoted: bool = False) -> float:
        """Return how badly a value would stand out: 0 not at all, from 1 on clearly."""
        if not self.n:
            return 0.0
        if not text.strip("\"' "):
            return 0.0 if self.empty > 0.02 else 1.0
        if not self.n_filled:
            return _UNSEEN
        strange = 0.0
        if self.quoted >= 0.95 and not quoted:
            strange += 0.75
        elif quoted and self.quoted == 0 and self.n_filled >= 10:
            strange += 0.3
        if text[0] in "\"'" and not self.quotes_first:
            strange += 0.3
        exact, loose = shape(text.strip("\"' "))
        if self.exact[exact] and not is_texty(loose):
            return strange + (0.0 if self.exact[exact] > 0.05 * self.n_filled else 0.05)
        if self.loose[loose] and not is_texty(loose):
            return strange + (0.6 if self.exact.most_common(1)[0][1] >= 0.9 * self.n_filled else 0.2)
        if self.texty >= 0.5:
            strange += _TEXT_SEEN if is_texty(loose) else 0.4
            strange += 0.4 if self.firsts[_first_kind(text)] <= _RARE * self.n_filled else 0.0
            return strange + (0.3 if len(text) > 3 * self.longest else 0.0)
        if self.texty > 0.02 and is_texty(loose):
            return strange + 0.4
        return strange + _UNSEEN


def _first_kind(text: str) -> str:
    """Return the kind of the first character."""
    first = text.lstrip("\"'")[:1]
    return shape(first)[0] if first.isascii() else "A"


def profiles(rows: Iterable[tuple[Sequence[str], Sequence[bool] | None]], width: int) -> list[ColumnProfile]:
    """Return the profile of each column of the rows that have ``width`` fields."""
    kept = [(cells, quoted) for cells, quoted in rows if len(cells) == width]
    found = []
    for place in range(width):
        cells = [row[place] for row, _ in kept]
        found.append(ColumnProfile(cells, sum(1 for row, quoted in kept if quoted and quoted[place] and row[place])))
    return found
