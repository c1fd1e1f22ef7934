"""Listings whose columns stand below each other, apart by blanks, as programs print them: as text with delimiters."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from analytics.errors import InputError

_MAX_BYTES = 256 << 20
"""Of a listing, as of a page: it is read twice. README names none, as longer ones are read by their blanks. A judgement."""
_MAX_WIDTH = 10_000
"""Characters of a line of a listing: longer ones are texts. A judgement."""
_N_LINES, _MIN_LINES = 400, 4
"""First lines that are looked at, and the least that tell. A judgement."""
_MAX_OTHER = 0.05
"""Share of lines that may have a letter where all others have a blank: titles, remarks, sums. A judgement."""
_MIN_WIDE = 0.5
"""Share of lines with two blanks in a row from which on blanks fill columns up and part no words. A judgement."""
_MIN_COLUMNS = 2
"""Columns of a listing: of one there is nothing to part."""
_CHARS_BETWEEN = 1 << 20
"""Characters read between two words on progress. A judgement."""

_IN_NUMBER = re.compile(r"(?<=\d)[,.](?=\d)")
_DIGIT = re.compile(r"\d")
_COUNT = re.compile(r"\(?\d[\d.,]* (?:rows?|records?|zeilen?|filas?|lignes?)\b", re.IGNORECASE)
"""The number of rows that databases print below them."""
_GROUP = re.compile(r"[-=]{2,}")
_FRAME = "|+"
"""What stands at the edges of a listing in a frame."""

_BLANKS = [ord(" "), ord("\N{NO-BREAK SPACE}")]
_Span = tuple[int, int]


@dataclass(frozen=True)
class _Columns:
    """Where the columns of a listing stand, and where all lines but a few have a blank."""

    spans: list[_Span]
    gaps: npt.NDArray[np.bool_]
    bars: tuple[int, ...] = ()

    def row(self, line: str) -> list[str]:
        """Return the cells of a line; a line that does not fit in is one cell."""
        if _COUNT.match(line.strip()) or (self.bars and _bars_of(line) != self.bars):
            return [line.strip()]
        letters = _letters(line)[: len(self.gaps)]
        if (letters & self.gaps[: len(letters)]).any():
            return [line.strip()]
        return [line[start:end].strip() for start, end in self.spans]


def is_listing(start: str) -> bool:
    """Whether the first lines of a text are a table whose columns stand below each other.

    >>> is_listing("id   score\\na1    0.50\\na22   0.75\\na3    1.00\\n"), is_listing("id,score\\na1,0.5\\na2,0.7\\na3,1\\n")
    (True, False)
    """
    lines = [line for line in start.splitlines()[:_N_LINES] if line.strip()]
    lines = lines[:-1] if len(lines) > _MIN_LINES else lines
    if (
        len(lines) < _MIN_LINES
        or start.startswith(("{", "[", "<", "@"))
        or any(len(line) > _MAX_WIDTH for line in lines)
    ):
        return False
    rows = [line for line in lines if not _is_rule(line)]
    if not rows or _bars(rows):
        return bool(rows)
    wide = sum("  " in line.strip() for line in rows)
    if wide < _MIN_WIDE * len(rows) or any("\t" in line for line in rows) or _is_delimited(rows):
        return False
    columns = _columns_of(lines)
    if columns is None:
        return False
    fitting = [row for line in rows if len(row := columns.row(line)) > 1]
    return len(fitting) >= _MIN_LINES - 1 and all(sum(map(bool, row)) > 1 for row in fitting[:_MIN_LINES])


def lay_out(path: Path, target: Path, progress: Callable[[float], None]) -> str:
    """Write the rows of a listing as CSV, a line that does not fit in as one cell, and say so.

    Raises
    ------
    InputError
        If the listing is too long.
    """
    if path.stat().st_size > _MAX_BYTES:
        raise InputError(
            f"Expected a listing of at most {_MAX_BYTES >> 20} MB, found {path.stat().st_size >> 20:,} MB. Export it as CSV."
        )
    columns = _columns_of(_lines(path, lambda share: progress(share / 2)))
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for line in _lines(path, lambda share: progress((1 + share) / 2)):
            if columns is None:
                writer.writerow([line])
            elif not _is_rule(line):
                writer.writerow(columns.row(line))
    return "Columns stand below each other, filled up with blanks: each was cut at its place."


def _lines(path: Path, progress: Callable[[float], None]) -> Iterator[str]:
    """Yield the lines that hold something."""
    size, done, told = path.stat().st_size or 1, 0, 0
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in iter(lambda: file.readline(_MAX_WIDTH), ""):
            done += len(line)
            if line.strip():
                yield line.rstrip("\r\n")
            if done - told >= _CHARS_BETWEEN:
                told = done
                progress(min(done / size, 1.0))


def _is_rule(line: str) -> bool:
    """Whether a line is drawn: dashes, and blanks or the frame between them."""
    return ("--" in line or "==" in line or "__" in line) and not line.strip("-=_|+ \t")


def _is_delimited(rows: Sequence[str]) -> bool:
    """Whether a delimiter stands equally often in most lines, other than in numbers or as the frame of a listing."""
    for delimiter in ",;|":
        counts = Counter(_IN_NUMBER.sub("", row).count(delimiter) for row in rows)
        often, n_rows = counts.most_common(1)[0]
        is_frame = delimiter == "|" and often == len(_FRAME) and not rows[-1].strip().startswith("|")
        if often and not is_frame and 2 * n_rows > len(rows):
            return True
    return False


def _letters(line: str) -> npt.NDArray[np.bool_]:
    """Return where a line has no blank, character by character."""
    codes = np.frombuffer(line.encode("utf-32-le", errors="replace"), dtype=np.uint32)
    return np.isin(codes, _BLANKS, invert=True)


def _columns_of(lines: Iterator[str] | Sequence[str]) -> _Columns | None:
    """Return where the columns stand: by a line of dashes below the names, else where hardly any line has a letter."""
    seen = np.zeros(_MAX_WIDTH + 1, dtype=np.int64)
    count, first, rule = 0, list[str](), ""
    for line in lines:
        if _is_rule(line):
            if count <= _MIN_LINES and len(_GROUP.findall(line)) >= _MIN_COLUMNS:
                rule = rule or line
            continue
        letters = _letters(line)
        seen[: len(letters)] += letters
        count += 1
        if len(first) < _N_LINES:
            first.append(line)
    if not count:
        return None
    width = int(np.flatnonzero(seen).max(initial=-1)) + 1
    few = seen[:width] <= _MAX_OTHER * count
    if rule:
        columns = _by_rule(rule, width)
        if sum(len(columns.row(line)) > 1 for line in first) >= (1 - _MAX_OTHER) * len(first) - _MIN_LINES:
            return columns
    if bars := _bars(first):
        spans = [(start + 1, end) for start, end in itertools.pairwise(bars)]
        return _Columns(spans, np.zeros(width, dtype=np.bool_), bars)
    names = _names(first, few)
    gaps = few.copy()
    letters = _letters(names)[:width]
    gaps[: len(letters)] &= ~letters
    spans = _joined(_spans(gaps), names, first)
    if len(spans) < _MIN_COLUMNS:
        return None
    kept = np.ones(width, dtype=np.bool_)
    for start, end in spans:
        kept[start:end] = False
    rows = [line for line in first if not (_letters(line)[:width] & kept[: len(line)]).any()]
    framed = {span for span in spans if {line[slice(*span)].strip() for line in rows} <= {*_FRAME, ""}}
    for start, end in framed:
        kept[start:end] = False
    return _Columns([span for span in spans if span not in framed], kept)


def _bars_of(line: str) -> tuple[int, ...]:
    """Return where a line has bars."""
    return tuple(place for place, letter in enumerate(line) if letter == "|")


def _bars(rows: Sequence[str]) -> tuple[int, ...]:
    """Return the places of bars that frame the cells of most lines closely, as in lists of SAP; none where others part them.

    Where a blank stands beside each bar, these together are the delimiter.
    """
    if not rows:
        return ()
    bars, count = Counter(map(_bars_of, rows)).most_common(1)[0]
    framed = [row for row in rows if _bars_of(row) == bars and row.startswith("|") and row.endswith("|")]
    is_close = any(not row[place + 1].isspace() for row in framed for place in bars[:-1])
    return bars if len(bars) > _MIN_COLUMNS and is_close and count == len(framed) > len(rows) / 2 else ()


def _by_rule(rule: str, width: int) -> _Columns:
    """Return the columns that a line of dashes below the names shows: each reaches to the blank before the next one."""
    starts = [found.start() for found in _GROUP.finditer(rule)]
    gaps = np.zeros(max(width, len(rule)), dtype=np.bool_)
    gaps[[start - 1 for start in starts[1:]]] = True
    return _Columns([*zip(starts, [*(start - 1 for start in starts[1:]), len(gaps)], strict=True)], gaps)


def _names(first: Sequence[str], few: npt.NDArray[np.bool_]) -> str:
    """Return the line of names: the last before the first rows that all fit in, or the first of these.

    Names that are longer than the values do not fit in; a title does not either, and mostly has a date."""
    fits = [not (_letters(line)[: len(few)] & few[: len(line)]).any() for line in first]
    body = next((place for place in range(len(fits)) if all(fits[place : place + _MIN_LINES - 1])), 0)
    names = first[body]
    before = first[body - 1] if body else ""
    pieces = len(re.split(r" {2,}", before.strip()))
    is_named = pieces >= _MIN_COLUMNS and not _DIGIT.search(before) and _DIGIT.search(names) is not None
    return before if is_named and 2 * pieces >= len(_spans(few)) else names


def _spans(gaps: npt.NDArray[np.bool_]) -> list[_Span]:
    """Return the stretches between the gaps."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], gaps, [True])).astype(np.int8)))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _joined(spans: list[_Span], names: str, first: Sequence[str]) -> list[_Span]:
    """Return the columns with those made one that a single blank parts and of which one has no name, or no values.

    A day and its time, or two words that stand below each other in each row, have one name; names of two words have one column.
    """
    rows = [line for line in first if line != names]
    found: list[_Span] = []
    for place, (start, end) in enumerate(spans):
        is_close = bool(found) and start - found[-1][1] == 1
        before = names[slice(*found[-1])].strip() if found else ""
        is_part = (
            not names[start:end].strip() or not before or _is_empty(rows, found[-1]) or _is_empty(rows, (start, end))
        )
        if is_close and is_part and not (place == 1 and not before):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _is_empty(rows: Sequence[str], span: _Span) -> bool:
    """Whether hardly a line has something in a column."""
    return sum(bool(line[slice(*span)].strip()) for line in rows) <= _MAX_OTHER * len(rows)
