"""Several tables on one sheet: told apart by the blank rows and columns between them, and the one that is the log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.log.role_names import n_judged

if TYPE_CHECKING:
    import polars as pl

_MAX_GROUPS = 200
"""Runs of filled rows up to which tables are looked for: rows with blank ones between them all the way are one table. A
judgement."""
_NUMBER = re.compile(r"[-+]?[\d.,]+%?")
_MAX_NAMED = 3
"""Names of columns, and tables, that a sentence shows. A judgement."""


@dataclass(frozen=True)
class _Block:
    """A rectangle of a sheet: its first row, the row after its last, and the same of its columns."""

    top: int
    end: int
    left: int
    right: int


def the_log(frame: pl.DataFrame) -> tuple[pl.DataFrame, str | None]:
    """Return the cells of the table that is the log, and a sentence on the tables that were left out.

    It is the one whose columns are called like a score or a decision and a label, of several the largest. Remarks around a
    table stay with it.
    """
    found = [block for side in _sides(frame) for block in _stacked(frame, side)]
    if len(found) < 2:
        return frame, None
    best = max(found, key=lambda block: (n_judged(_names(frame, block)), _n_cells(block)))
    others = [block for block in found if block != best]
    shown = "; ".join(_said(frame, block) for block in others[:_MAX_NAMED])
    more = f"; and {len(others) - _MAX_NAMED:,} more" if len(others) > _MAX_NAMED else ""
    kept = frame[best.top : best.end, best.left : best.right]
    return kept, (
        f"The sheet holds {len(found):,} tables: {_said(frame, best)} was read. Left out: {shown}{more}. "
        "Put the one you want on a sheet of its own if it is another."
    )


def _n_cells(block: _Block) -> int:
    return (block.end - block.top) * (block.right - block.left)


def _runs(filled: list[bool]) -> list[tuple[int, int]]:
    """Return where runs of true values begin, and the place after each."""
    edges = [place for place, (a, b) in enumerate(zip([False, *filled], [*filled, False], strict=True)) if a != b]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _filled_rows(frame: pl.DataFrame) -> list[bool]:
    import polars as pl  # the only use: most files are no workbooks

    return frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series().to_list()


def _sides(frame: pl.DataFrame) -> list[_Block]:
    """Return the tables side by side; those that span the same rows are one, with a blank column in it."""
    filled = [column.null_count() < column.len() for column in frame]
    found = []
    for left, right in _runs(filled):
        rows = _runs(_filled_rows(frame[:, left:right]))
        found.append(_Block(rows[0][0], rows[-1][1], left, right))
    spans = {(block.top, block.end) for block in found}
    if len(spans) < len(found) or not all(_is_table(frame, block) for block in found):
        return [_Block(0, frame.height, 0, frame.width)]
    return found


def _stacked(frame: pl.DataFrame, side: _Block) -> list[_Block]:
    """Return the tables one below the other: each begins with names, over other columns than the one before."""
    cells = frame[side.top : side.end, side.left : side.right]
    groups = _runs(_filled_rows(cells))
    if len(groups) > _MAX_GROUPS:
        return [side]
    found: list[_Block] = []
    span: tuple[int, int] | None = None
    for top, end in groups:
        part = cells[top:end]
        places = [place for place, column in enumerate(part) if column.null_count() < column.len()]
        block = _Block(side.top + top, side.top + end, side.left + places[0], side.left + places[-1] + 1)
        is_other = _is_table(frame, block) and (block.left, block.right) != span
        if found and (not is_other or span is None):  # a remark below a table, rows after a blank one, or a title above
            last = found[-1]
            block = _Block(last.top, block.end, min(last.left, block.left), max(last.right, block.right))
            found[-1] = block
        else:
            found.append(block)
        if is_other:
            span = (side.left + places[0], side.left + places[-1] + 1)
    return found


def _names(frame: pl.DataFrame, block: _Block) -> list[str]:
    """Return the first row of a block in which several cells are filled, as names."""
    rows = frame[block.top : block.end, block.left : block.right].head(_MAX_GROUPS).rows()
    row = max(rows, key=lambda cells: sum(cell is not None for cell in cells))
    return [str(cell) for cell in row if cell is not None]


def _is_table(frame: pl.DataFrame, block: _Block) -> bool:
    """Whether a block begins with a name for each of its columns, and numbers stand below one of them."""
    if block.right - block.left < 2 or block.end - block.top < 2:
        return False
    first, *rest = frame[block.top : block.end, block.left : block.right].head(_MAX_GROUPS).rows()
    if any(cell is None or _NUMBER.fullmatch(cell.strip()) for cell in first) or len({*first}) < len(first):
        return False
    below = [[cell for cell in column if cell is not None] for column in zip(*rest, strict=True)]
    return any(cells and all(_NUMBER.fullmatch(cell.strip()) for cell in cells) for cells in below)


def _said(frame: pl.DataFrame, block: _Block) -> str:
    """Return a table in words: its first names, and how many rows of cells it spans."""
    names = _names(frame, block)
    shown = ", ".join(repr(name[:40]) for name in names[:_MAX_NAMED]) + (", …" if len(names) > _MAX_NAMED else "")
    return f"the one with {shown} and {block.end - block.top - 1:,} rows"
