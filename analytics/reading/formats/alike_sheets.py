"""Sheets of a workbook that hold more rows of the same table, as one a month does: put below each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

_FRACTION = r"^-?\d*[.,]\d+$"
"""A number that tells no row apart: two scores may be equal by chance, or all different."""
_SHEET = "sheet"
"""The column that says of which sheet a row is."""


def keys_of(frame: pl.DataFrame) -> list[int]:
    """Return the places of the columns that tell the rows of a sheet apart; none where its first row is no header.

    >>> import polars as pl
    >>> keys_of(pl.DataFrame({"a": ["id", "7", "8"], "b": ["score", "0.1", "0.2"], "c": ["x", "n", "n"]}))
    [0]
    """
    head = frame.row(0) if frame.height > 1 else ()
    if None in head or len({*head}) < frame.width:
        return []
    rows = frame[1:]
    return [
        place
        for place, column in enumerate(rows)
        if not column.null_count() and column.is_unique().all() and not column.str.contains(_FRACTION).any()
    ]


def is_more(frame: pl.DataFrame, keys: list[int], other: pl.DataFrame) -> bool:
    """Whether another sheet has the same header and none of the rows of ``frame``, by its ``keys``."""
    if not keys or other.height < 2 or other.width != frame.width or other.row(0) != frame.row(0):
        return False
    return not any(other[:, place][1:].is_in(frame[:, place][1:].to_list()).any() for place in keys)


def joined(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Put sheets of the same columns below each other, with the name of the sheet of each row where no column is called so."""
    import polars as pl

    first, parts = next(iter(frames.values())), []
    is_new = _SHEET not in {str(name).strip().lower() for name in first.row(0)}
    for place, (name, frame) in enumerate(frames.items()):
        part = (frame if place == 0 else frame[1:]).rename(dict(zip(frame.columns, first.columns, strict=True)))
        said = [_SHEET, *[name] * (part.height - 1)] if place == 0 else [name] * part.height
        parts.append(part.with_columns(pl.Series(f"{_SHEET} of row", said)) if is_new else part)
    return pl.concat(parts)
