"""A proof that a delimited file is clean: every record of one width, every quote where the rules have it, byte by byte."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analytics.reading.delimited.lexer import Dialect

_CHUNK = 1 << 20
"""Bytes looked at at once: bounds the memory of the arrays of places, 8 bytes for each separator. A judgement."""
_MAX_CARRIED = 2 << 20
"""Bytes of a record beyond which no proof is tried: behind a quote that is never closed all of the file is one record, and to
look for its end at every piece anew takes the square of what is carried. A judgement.
"""
_NEWLINE, _RETURN, _POINT, _ZERO, _NINE, _MINUS, _UNDERSCORE = b"\n\r.09-_"
_MAX_DIGITS = 15
"""Significant decimal digits that every double keeps (DBL_DIG, IEEE 754): longer whole numbers would change."""
_POINT_WITHIN = 12
"""Bytes from an end of a field within which its point is looked for, one step over the array for each. A point farther
off is not seen. A judgement."""

_Bytes = NDArray[np.uint8]
_Places = NDArray[np.intp]


@dataclass(frozen=True)
class Proof:
    """What was counted on the bytes of a clean file.

    Attributes
    ----------
    records, lines, blank : int
        Records, their physical lines, and blank lines at the end of the file.
    lengths, squares : tuple of int
        Per column the sum of the lengths of its fields in bytes, and that of their squares: what a reader made of a column
        gives the same two when it is written again as it was. Counted for every type but text and real numbers.
    is_decimal : tuple of bool
        Per column of real numbers whether its fields have no underscore and do not look like codes: ``007``, or more than
        15 digits; true for the others.
    has_end_zero : tuple of bool
        Per column of real numbers whether a fraction ends with a zero, as in ``1.10``; false for the others.
    """

    records: int
    lines: int
    blank: int
    lengths: tuple[int, ...]
    squares: tuple[int, ...]
    is_decimal: tuple[bool, ...]
    has_end_zero: tuple[bool, ...]


def prove(path: Path, dialect: Dialect, types: Sequence[str], first_line: int) -> Proof | None:
    """Return the proof that the records from ``first_line`` on are clean, None where they are not.

    The quotes of a record pair up, those inside a field are doubled, an outer one stands beside a delimiter or a line end, and
    every record has one field for each of ``types``. Then there is one way to read the file, and any strict reader finds it.
    """
    width = len(types)
    delimiter, quote = dialect.delimiter.encode() or b"\x1f", dialect.quote.encode()
    if len(delimiter) != 1 or len(quote) > 1 or (quote and dialect.escape != dialect.quote):
        return None
    if not dialect.delimiter and width != 1:
        return None
    sums = _Sums(types)
    lines = blank = 0
    returns: set[bool] = set()
    for piece, is_last in _pieces(path, first_line - 1, quote):
        data, blank = _without_blank_end(piece) if is_last else (piece, 0)
        if not data:
            continue
        has_returns = b"\r" in data
        found = _clean_ends(data, width, delimiter, quote, has_returns=has_returns)
        if found is None:
            return None
        returns.add(has_returns)
        lines += data.count(b"\n")
        sums.add(np.frombuffer(data, dtype=np.uint8), found, has_returns=has_returns)
    if len(returns) > 1 or (returns == {True} and not dialect.delimiter):
        return None
    return Proof(
        sums.records,
        lines,
        blank,
        tuple(sums.lengths),
        tuple(sums.squares),
        tuple(sums.is_decimal),
        tuple(sums.has_end_zero),
    )


def _pieces(path: Path, skipped: int, quote: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield a file from a line on in pieces that end with records; the last says so."""
    with path.open("rb") as file:
        for _ in range(skipped):
            file.readline()
        carried = b""
        while chunk := file.read(_CHUNK):
            data = carried + chunk
            end = _last_end(data, quote)
            if len(data) - end > _MAX_CARRIED:
                end = len(data)
            if end:
                yield data[:end], False
            carried = data[end:]
        yield carried, True


def _last_end(data: bytes, quote: bytes) -> int:
    """Return where the last whole record ends: after a line feed with an even number of quotes before it."""
    end = data.rfind(b"\n") + 1
    quotes = data.count(quote, 0, end) if quote else 0
    while end and quotes % 2:
        before = data.rfind(b"\n", 0, end - 1) + 1
        quotes -= data.count(quote, before, end)
        end = before
    return end


def _without_blank_end(data: bytes) -> tuple[bytes, int]:
    """Return the end of a file without its blank lines, and how many they are.

    >>> _without_blank_end(b"a,b\\n\\n")
    (b'a,b\\n', 1)
    """
    kept = data.rstrip(b"\r\n")
    ends = data[len(kept) :]
    if not kept:
        return b"", ends.count(b"\n")
    return kept + (b"\r\n" if ends.startswith(b"\r\n") or (not ends and b"\r\n" in kept) else b"\n"), max(
        ends.count(b"\n") - 1, 0
    )


def _clean_ends(data: bytes, width: int, delimiter: bytes, quote: bytes, *, has_returns: bool) -> _Places | None:
    """Return where each field of each record ends, one row per record; None where a record is not clean."""
    array = np.frombuffer(data, dtype=np.uint8)
    is_mark = (array == _NEWLINE) | (array == delimiter[0])
    if quote and quote in data:
        is_mark |= array == quote[0]
    places = np.flatnonzero(is_mark)
    marks = array[places]
    if quote and quote in data:
        is_quote = marks == quote[0]
        inside = (np.cumsum(is_quote, dtype=np.uint8) & 1).astype(bool)
        if not _are_quotes_regular(array, places[is_quote], delimiter[0], quote[0]):
            return None
        keep = ~(is_quote | inside)
        places, marks = places[keep], marks[keep]
    if not len(places) or len(places) % width or places[-1] != len(array) - 1:
        return None
    at_end = (marks == _NEWLINE).reshape(-1, width)
    if not at_end[:, -1].all() or np.count_nonzero(at_end) != len(at_end):
        return None
    if width == 1 and (np.diff(places, prepend=-1) <= 1 + has_returns).any():
        return None
    if has_returns:
        returns = np.flatnonzero(array == _RETURN)
        if len(returns) != len(at_end) or not (returns == places[width - 1 :: width] - 1).all():
            return None
    return places.reshape(-1, width)


def _are_quotes_regular(array: _Bytes, quotes: _Places, delimiter: int, quote: int) -> bool:
    """Whether quotes open right after a delimiter or a line end, close right before one, and are doubled inside."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    before = array[np.maximum(opening - 1, 0)]
    after = array[np.minimum(closing + 1, len(array) - 1)]
    is_opened = (opening == 0) | (before == delimiter) | (before == _NEWLINE) | (before == quote)
    is_closed = (after == delimiter) | (after == _NEWLINE) | (after == _RETURN) | (after == quote)
    return bool(is_opened.all() and is_closed.all())


class _Sums:
    """Counts over all pieces of a file, column by column, as far as the types need them."""

    def __init__(self, types: Sequence[str]) -> None:
        self.width = len(types)
        self.records = 0
        self.measured = [place for place, type_ in enumerate(types) if type_ not in ("VARCHAR", "DOUBLE")]
        self.decimals = [place for place, type_ in enumerate(types) if type_ == "DOUBLE"]
        self.lengths = [0] * self.width
        self.squares = [0] * self.width
        self.is_decimal = [True] * self.width
        self.has_end_zero = [False] * self.width

    def add(self, array: _Bytes, ends: _Places, *, has_returns: bool) -> None:
        """Count one clean piece."""
        self.records += len(ends)
        befores = np.concatenate(([-1], ends.ravel()[:-1])).reshape(ends.shape)
        for column in [*self.measured, *(place for place in self.decimals if self.is_decimal[place])]:
            starts = befores[:, column] + 1
            length = ends[:, column] - starts
            if has_returns and column == self.width - 1:
                length -= 1
            if column in self.measured:
                self.lengths[column] += int(length.sum())
                self.squares[column] += int(np.dot(length, length))
            else:
                self.is_decimal[column] = _is_decimal(array, starts, length)
                self.has_end_zero[column] = self.has_end_zero[column] or _has_end_zero(array, starts, length)
        if any(self.is_decimal[place] for place in self.decimals):
            touched = np.searchsorted(ends.ravel(), np.flatnonzero(array == _UNDERSCORE)) % self.width
            for column in set(touched.tolist()) & set(self.decimals):
                self.is_decimal[column] = False


def _is_decimal(array: _Bytes, starts: _Places, lengths: _Places) -> bool:
    """Whether every field begins like a number and none like a code of digits, and long ones have a point."""
    starts = starts[lengths > 0]
    starts = starts + (array[starts] == _MINUS)
    first, second = array[starts], array[np.minimum(starts + 1, len(array) - 1)]
    if bool((~_is_digit(first) & (first != _POINT)).any()) or bool(((first == _ZERO) & _is_digit(second)).any()):
        return False
    lengths = lengths[lengths > 0]
    long = starts[lengths > _MAX_DIGITS]
    has_point = np.zeros(len(long), dtype=bool)
    for offset in range(1, _POINT_WITHIN):
        has_point |= array[np.minimum(long + offset, len(array) - 1)] == _POINT
    return bool(has_point.all())


def _has_end_zero(array: _Bytes, starts: _Places, lengths: _Places) -> bool:
    """Whether a field ends with a zero that says nothing after its point; the one of ``1.0`` is not counted."""
    places = np.flatnonzero(lengths > 2)
    ends = starts[places] + lengths[places] - 1
    is_zero = (array[ends] == _ZERO) & (array[ends - 1] != _POINT)
    starts, ends = starts[places][is_zero], ends[is_zero]
    return any(bool((array[np.maximum(ends - offset, starts)] == _POINT).any()) for offset in range(2, _POINT_WITHIN))


def _is_digit(array: _Bytes) -> NDArray[np.bool_]:
    """Return which bytes are digits."""
    return (array >= _ZERO) & (array <= _NINE)
