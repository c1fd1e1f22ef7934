"""Which lines of a large file are rows as they stand, so that only the stretches around the others are read line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analytics.reading.delimited.lexer import MAX_JOINED_LINES, Dialect

_CHUNK = 4 << 20
"""Bytes looked at at once: bounds the memory of the arrays of places. A judgement."""
_MAX_LINE = 1 << 20
"""Bytes of a line that is looked at in this way. A judgement."""
_SETTLING = 60
"""Plain lines around an odd one that are read line by line as well: what a blank line or a footer leaves open is settled
by then. A judgement."""
_AT_ENDS = 1_000
"""Lines at both ends of a file that are read line by line: twice what a footer may hold (`rows`). A judgement."""
_MAX_STRETCHES = 64
"""Stretches of odd lines from which the file is read line by line as a whole. A judgement."""
_NEWLINE, _RETURN = b"\n\r"


@dataclass(frozen=True)
class Stretch:
    """Lines of a file that are all plain rows, or that have to be looked at one by one: numbers from 1, and bytes."""

    first_line: int
    n_lines: int
    start: int
    end: int
    is_plain: bool


def stretches(path: Path, dialect: Dialect, width: int) -> list[Stretch] | None:
    """Part a file into stretches; None where most of it would be read line by line.

    A line is plain if it has the fields of a row and each of its quotes is where the rules have it. Behind a quote that opens
    and does not close, the reader looks at `MAX_JOINED_LINES` for its end, which only a line that is not plain can be: two such
    lines no farther apart are in one stretch.
    """
    if width < 2 or len(dialect.delimiter.encode()) != 1 or dialect.quote != dialect.escape:
        return None
    odd: list[NDArray[np.intp]] = []
    starts: list[NDArray[np.intp]] = []
    n_lines = at = 0
    for piece in _pieces(path):
        if piece is None:
            return None
        array = np.frombuffer(piece, dtype=np.uint8)
        ends = np.flatnonzero(array == _NEWLINE)
        starts.append(at + np.concatenate(([0], ends[:-1] + 1)))
        odd.append(n_lines + np.flatnonzero(~_is_plain(array, ends, dialect, width)))
        n_lines, at = n_lines + len(ends), at + len(array)
    if not starts:
        return None
    places = np.concatenate([*starts, [at]])
    spans = _spans(np.concatenate(odd), n_lines)
    if len(spans) > _MAX_STRETCHES or 2 * sum(end - start for start, end in spans) > n_lines:
        return None
    found, line = [], 0
    for start, end in [*spans, (n_lines, n_lines)]:
        if start > line:
            found.append(Stretch(line + 1, start - line, int(places[line]), int(places[start]), is_plain=True))
        if end > start:
            found.append(Stretch(start + 1, end - start, int(places[start]), int(places[end]), is_plain=False))
        line = end
    return found


def _pieces(path: Path) -> Iterator[bytes | None]:
    """Yield a file in pieces of whole lines; None where a line is too long or the last one does not end."""
    rest = b""
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            data = rest + data
            cut = data.rfind(b"\n") + 1
            rest = data[cut:]
            if len(rest) > _MAX_LINE:
                yield None
                return
            if cut:
                yield data[:cut]
    if rest:
        yield rest + b"\n"


def _is_plain(array: NDArray[np.uint8], ends: NDArray[np.intp], dialect: Dialect, width: int) -> NDArray[np.bool_]:
    """Return which lines have the fields of a row, with every quote in its place."""
    delimiter, quote = ord(dialect.delimiter), ord(dialect.quote) if dialect.quote else -1
    places = np.flatnonzero((array == delimiter) | (array == _NEWLINE) | (array == quote))
    marks = array[places]
    is_end, is_quote = marks == _NEWLINE, marks == quote
    line = np.cumsum(is_end) - is_end
    quotes = np.cumsum(is_quote)
    before = np.concatenate(([0], quotes[is_end][:-1]))
    is_inside = ((quotes - before[line]) & 1).astype(bool)
    n_fields = np.bincount(line[(marks == delimiter) & ~is_inside], minlength=len(ends)) + 1
    plain: NDArray[np.bool_] = (n_fields == width) & ~is_inside[is_end]
    at = places[is_quote]
    if len(at):
        is_opening = is_inside[is_quote]
        left = np.where(at > 0, array[at - 1], _NEWLINE)
        right = array[np.minimum(at + 1, len(array) - 1)]
        is_left = (left == delimiter) | (left == _NEWLINE) | (left == quote)
        is_right = (right == delimiter) | (right == _NEWLINE) | (right == _RETURN) | (right == quote)
        plain[line[is_quote][~np.where(is_opening, is_left, is_right)]] = False
    returns = np.flatnonzero(array == _RETURN)
    if len(returns):
        plain &= np.bincount(np.searchsorted(ends, returns), minlength=len(ends)) == 1
        plain &= array[np.maximum(ends - 1, 0)] == _RETURN
    return plain


def _spans(odd: NDArray[np.intp], n_lines: int) -> list[tuple[int, int]]:
    """Return the lines to be read one by one, as half-open spans in their order: odd ones, those between and around them."""
    spans: list[tuple[int, int]] = []
    wanted = [
        (0, _AT_ENDS),
        *((at - _SETTLING, at + 1 + _SETTLING) for at in odd.tolist()),
        (n_lines - _AT_ENDS, n_lines),
    ]
    for start, end in sorted((max(start, 0), min(end, n_lines)) for start, end in wanted):
        if spans and start <= spans[-1][1] + MAX_JOINED_LINES:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        elif len(spans) > _MAX_STRETCHES:
            break
        else:
            spans.append((start, end))
    return spans
