"""Tables as files: what a spreadsheet would run as a formula arrives as text."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import polars as pl

from analytics.present import words

FORMULA = r"^(?:[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|[\t\r\n])"
"""Blanks, control characters and what has no width may stand before the sign that makes a formula."""


def to_csv(frame: pl.DataFrame, slices: Sequence[str] = ()) -> bytes:
    r"""Write a table as CSV in UTF-8.

    Cells and headers that a spreadsheet would run as a formula get a leading apostrophe; numbers stay numbers.

    Parameters
    ----------
    frame : DataFrame
        Any table; a column that is neither number, truth value, time nor text is written as text.
    slices : sequence of str
        Columns in which null is written ``(missing)``, told apart from such a text as `words.missing_text` says; in the
        others null is an empty cell.

    Examples
    --------
    >>> to_csv(pl.DataFrame({"a": ["=1+1", "ok"], "b": [-1, 2]}))
    b"a,b\n'=1+1,-1\nok,2\n"
    """
    headers = _guarded(pl.Series(frame.columns, dtype=pl.String)).to_list()
    columns = [_guarded(_as_text(column)) for column in frame.get_columns()]
    columns = [
        _with_missing(column) if name in slices else column for name, column in zip(frame.columns, columns, strict=True)
    ]
    cells = pl.DataFrame([column.alias(f"c{place}") for place, column in enumerate(columns)])
    first = pl.DataFrame([pl.Series(f"c{place}", [header]) for place, header in enumerate(headers)])
    options = {"include_header": False, "quote_style": "necessary"}
    top = first.write_csv(**options) if headers else "\n"  # type: ignore[call-overload]
    rest = cells.write_csv(**options) if headers else ""  # type: ignore[call-overload]
    return f"{top}{rest}".encode()


def to_parquet(frame: pl.DataFrame) -> bytes:
    """Write a table as Parquet, its names and values unchanged."""
    file = BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


def _as_text(column: pl.Series) -> pl.Series:
    """Return a column that CSV can hold: text where it is no number, truth value or time."""
    kind = column.dtype
    if kind.is_numeric() or kind.is_temporal() or kind in (pl.Boolean, pl.String, pl.Null):
        return column
    if isinstance(kind, pl.Enum | pl.Categorical):
        return column.cast(pl.String)
    texts = [None if value is None else str(value) for value in column.to_list()]
    return pl.Series(column.name, texts, dtype=pl.String)


def _with_missing(column: pl.Series) -> pl.Series:
    """Return a column of slices as text, in which null and a text that reads like it stay apart."""
    written = [words.missing_text(value) for value in column.cast(pl.String)]
    return pl.Series(column.name, written, dtype=pl.String)


def _guarded(column: pl.Series) -> pl.Series:
    """Return a column whose texts no spreadsheet takes for a formula."""
    if column.dtype != pl.String:
        return column
    return pl.select(pl.when(column.str.contains(FORMULA)).then("'" + column).otherwise(column)).to_series()
