"""The dialect of a file, by how regular its columns become: many lines of one width, and values of one kind per column.

The idea of judging a dialect by the consistency of what it gives, pattern times type, is that of van den Burg, Nazábal and
Sutton, "Wrangling messy CSV files by detecting row and type patterns", Data Mining and Knowledge Discovery 33 (2019).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from analytics.log.layout import CsvOptions
from analytics.reading.delimited.lexer import Dialect, Lexer, Records, lenient_fields, without_end
from analytics.reading.delimited.shapes import is_texty, shape

_PRIORS = {
    ",": 1.0,
    ";": 1.0,
    "\t": 1.0,
    "|": 1.0,
    "^": 0.9,
    "~": 0.8,
    "\x1f": 1.0,
    "\x01": 1.0,
    " ": 0.8,
    ":": 0.4,
    "#": 0.4,
    "&": 0.4,
}
"""Delimiters that are tried, and how ready we are to believe in them."""

_SPACED = ",;|"
_MOMENT = re.compile(r"\d{1,4}([-/.]\d{1,2}[-/.]\d{1,4})?([ T]?\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)?Z?")
_QUOTES = ('"', "'")
_BARS = ("|", "+")
"""What alone in a cell is the frame of a drawn table, which another delimiter cut wrongly."""
_OBJECT = re.compile(r"\s*(\{.*\}|\[.*\])\s*", re.DOTALL)
"""An object or a list, as JSON or Python write it: one value, however it looks inside."""
_FORMULA = re.compile(r'\s*="[^"]*"\s*')
"""A text that a spreadsheet is not to read as a number: one value too."""
_LINES = 300
"""First lines that delimiters are compared on: bounds the time, each is cut once per delimiter and quote. A
judgement."""
_COLUMNS = 40
"""Columns, evenly spread, whose cells are compared: bounds the time of wide tables. A judgement."""
_MIN_SCORE = 0.12
"""Regularity, of at most 1, below which no delimiter is taken and a file is one column. Set by hand; a quarter of it is
a near miss."""
_MIN_WHOLE = 3
"""Lines, the header among them, that one firm delimiter has to cut into one width before a blank or a colon that does not is
out of the question. By hand."""
_DECIMAL = re.compile(r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+ ?[%€]?")
_MIN_DECIMAL = 2
"""Delimiters of the first line from which on decimal commas are told from commas between fields: ``1,2;3,4`` alone may be
either. A judgement."""
_WORD, _TEXT, _EMPTY, _BROKEN = 0.6, 0.3, 0.5, 0.05
"""What a cell adds to its column's worth, where numbers and codes of one shape add 1: a word, a text, nothing, and a
quote that cuts through it. Set by hand: what a line cut wrongly may also hold says least."""


@dataclass(frozen=True)
class Guess:
    """A dialect, how sure we are, and the delimiter that nearly was one where there is a single column."""

    dialect: Dialect
    score: float
    missed: str | None = None


def guess_dialect(head: Sequence[str], options: CsvOptions) -> Guess:
    """Return the dialect that makes the first lines most regular; what ``options`` gives is taken as given."""
    texts = [text for line in head if (text := without_end(line)).strip()][:_LINES]
    quotes = [options.quote] if options.quote is not None else list(_QUOTES)
    delimiters = [options.delimiter] if options.delimiter else _candidates(texts)
    found: list[tuple[Guess, float]] = []
    for delimiter in delimiters:
        for quote in quotes:
            if quote != '"' and options.quote is None and not _is_quote(texts, quote, delimiter):
                continue
            dialect = Dialect(delimiter, quote, quote)
            score, share = _regularity(texts, dialect)
            found.append((Guess(dialect, score * _PRIORS.get(delimiter, 1.0)), share))
    is_whole = len(texts) >= _MIN_WHOLE and any(share == 1 and _is_firm(guess) for guess, share in found)
    whole = [guess.dialect.delimiter for guess, share in found if share == 1 and _is_firm(guess)]
    best: Guess | None = None
    for guess, share in found:
        if is_whole and ((share < 1 and not _is_firm(guess)) or _is_inside(guess.dialect.delimiter, whole, texts)):
            continue
        if best is None or guess.score > best.score + 1e-9:
            best = guess
    if best is None or (best.score < _MIN_SCORE and not options.delimiter):
        quote = options.quote if options.quote is not None else '"'
        missed = best.dialect.delimiter if best and best.score > _MIN_SCORE / 4 else None
        best = Guess(Dialect("", quote, quote), 0.0, missed)
    dialect = best.dialect
    if dialect.delimiter and not options.delimiter:
        dialect = replace(dialect, delimiter=_widened(texts, dialect))
    escape = options.escape if options.escape is not None else _guess_escape(texts, dialect)
    return replace(best, dialect=replace(dialect, escape=escape if dialect.quote else ""))


def _candidates(texts: Sequence[str]) -> list[str]:
    """Return the delimiters that stand on at least a quarter of the lines; those inside times are none."""
    if texts and all(_MOMENT.fullmatch(text) for text in texts[1:] or texts):
        return []
    wider = [
        delimiter + " " for delimiter in _SPACED[:2] if sum(delimiter + " " in text for text in texts) * 4 >= len(texts)
    ]
    return (
        [*[char for char in _PRIORS if sum(char in text for text in texts) * 4 >= len(texts)], *wider] if texts else []
    )


def _is_quote(texts: Sequence[str], quote: str, delimiter: str) -> bool:
    """Whether a character opens and closes fields on some line."""
    mark, cut = re.escape(quote), re.escape(delimiter)
    pattern = re.compile(f"(?:^|{cut}){mark}[^{mark}].*?{mark}(?:$|{cut})")
    return any(pattern.search(text) for text in texts)


def _is_firm(guess: Guess) -> bool:
    """Whether a delimiter is one that texts hold less often than lists do: a comma cuts a list, a blank cuts words."""
    return _PRIORS.get(guess.dialect.delimiter[:1], 1.0) == 1.0


def _is_inside(delimiter: str, whole: Sequence[str], texts: Sequence[str]) -> bool:
    """Whether a character stands inside of values, of decimal numbers or lists, as a delimiter that cuts all lines tells.

    It does where the first line, which may be names, lacks it and has the other, and a comma where each value with one is a
    decimal number.
    """
    for other in whole:
        if delimiter not in texts[0] and other in texts[0]:
            return True
        if delimiter == "," != other and texts[0].count(other) >= _MIN_DECIMAL:
            cells = [cell for text in texts[1:] for cell in text.split(other) if "," in cell]
            if cells and all(_DECIMAL.fullmatch(cell.strip('" ')) for cell in cells):
                return True
    return False


def _regularity(texts: Sequence[str], dialect: Dialect) -> tuple[float, float]:
    """Return how regular columns become, and the share of lines of the commonest width.

    The first is that share, times how alike the cells of each column are, times the width's worth.
    """
    rows = [record.cells or lenient_fields(record.text, dialect) for record in _records_of(texts, dialect)]
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0.0, 0.0
    width, _ = max(widths.items(), key=lambda item: (item[1] * (1 - 1 / item[0]), item[0]))
    alike = [row for row in rows if len(row) == width]
    share = len(alike) / len(rows)
    alike = alike[1:] if len(alike) > 2 else alike  # the first may be names
    places = range(0, width, max(1, width // _COLUMNS))
    kinds = [_column_worth([row[place] for row in alike], dialect.quote) for place in places]
    return share * sum(kinds) / len(kinds) * (1 - 1 / width), share


def _records_of(texts: Sequence[str], dialect: Dialect) -> Records:
    """Return the records of some lines."""
    return Records((text + "\n" for text in texts), dialect)


def _column_worth(cells: Sequence[str], quote: str) -> float:
    """Return how alike the cells of a column are, more for numbers and codes than for words and texts."""
    worth = 0.0
    shapes = Counter()  # type: Counter[str]
    for cell in cells:
        if cell in _BARS:
            worth += _EMPTY
            continue
        if _OBJECT.fullmatch(cell) or _FORMULA.fullmatch(cell):
            shapes[cell.lstrip()[0]] += 1
            continue
        if quote and quote in cell and (cell.startswith(quote) or cell.endswith(quote) or "," + quote in cell):
            worth += _BROKEN
            continue
        if (
            quote in _QUOTES and len(cell) > 1 and cell[0] == cell[-1] != quote and cell[0] in _QUOTES
        ):  # quoted otherwise
            worth += _BROKEN
            continue
        loose = shape(cell.strip())[1]
        if loose == "" or is_texty(loose):
            worth += {"": _EMPTY, "word": _WORD, "text": _TEXT}[loose]
        else:
            shapes[loose] += 1
    for count in shapes.values():
        worth += count * max(0.25, count / len(cells))
    return worth / len(cells)


def _widened(texts: Sequence[str], dialect: Dialect) -> str:
    """Return the delimiter with the blanks around it, or doubled, where it stands so on nearly every line."""
    delimiter = dialect.delimiter
    bare = [text for line in texts if delimiter in (text := _outside_quotes(line, dialect))]
    if len(delimiter) > 1 or len(bare) < 2 or delimiter not in _SPACED + ":\t":
        return delimiter
    for wider in (delimiter * 2, delimiter):
        for padded in (f" {wider} ", f"{wider} ", wider) if delimiter in _SPACED else (wider,):
            whole = sum(text.count(padded) * len(wider) == text.count(delimiter) for text in bare)
            if padded != delimiter and whole >= 0.98 * len(bare):
                return padded
    return delimiter


def _outside_quotes(text: str, dialect: Dialect) -> str:
    """Return a line with its quoted fields left out."""
    if not dialect.quote or dialect.quote not in text or Lexer(dialect).fields(text)[0] is None:
        return text
    return dialect.quoted_field.sub("x", text)


def _guess_escape(texts: Sequence[str], dialect: Dialect) -> str:
    """Return the escape that the lines need which the doubled quote does not explain; the doubled quote where there are none."""
    quote = dialect.quote
    if not quote:
        return ""
    whole = "\n".join(content for text in texts for content in _quoted_contents(text, dialect))
    if quote != '"' and '""' in whole and '"' not in whole.replace('""', ""):
        return '"'
    backslash = Lexer(replace(dialect, escape="\\"))
    odd = [record.text for record in _records_of(texts, dialect) if record.cells is None]
    if not odd:
        return quote
    mended = [text for text in odd if backslash.fields(text)[0] is not None]
    if any("\\" + quote in text for text in mended) and 2 * len(mended) > len(odd):
        return "\\"
    is_doubled = any(quote * 2 in cell for text in texts for cell in dialect.quoted_field.findall(text))
    return "" if len(odd) > 2 and not is_doubled else quote


def _quoted_contents(text: str, dialect: Dialect) -> list[str]:
    """Return what stands inside the quoted fields of a line; each ends at the first quote that a delimiter follows."""
    mark, cut = re.escape(dialect.quote), re.escape(dialect.delimiter)
    ends = f"(?={cut}|$)" if cut else "$"
    starts = f"(?:^|(?<={cut}))" if cut else "^"
    return re.findall(f"{starts}{mark}(.*?){mark}{ends}", text)
