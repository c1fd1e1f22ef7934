"""What a heat map of two columns draws, whatever draws it: the places of the cells and their colours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present import palette, words
from analytics.present.marks.slices import Mark, axis_values, slice_marks

MAX_DOWN = 40
"""Values drawn down the grid: two screens. A judgement."""
MAX_ACROSS = 16
"""Values drawn across: the page's width has room for as many cells with two short texts in each. A judgement."""
MAX_WIDE_ACROSS = 8
"""Values across up to which cells have room for texts in full. A judgement."""
_SMALLEST_REACH = 0.005
"""Difference from the middle that has the full colour where no cell differs by more: half a point is not painted as a
finding. A judgement."""


@dataclass(frozen=True)
class HeatGrid:
    """A grid of slices.

    Attributes
    ----------
    down, across : list
        Values of the first column from the top, of the second from the left; None is missing.
    left_down, left_across : int
        How many values of each are not shown.
    cells : list of (int, int, Mark)
        Place from the top, place from the left, slice.
    middle, reach : float
        The overall value, and the distance from it at which colours are full.
    direction : str
        Which values are better: lower, higher, neither.
    """

    down: list[object]
    across: list[object]
    left_down: int
    left_across: int
    cells: list[tuple[int, int, Mark]]
    middle: float
    reach: float
    direction: str

    @property
    def is_dense(self) -> bool:
        """Whether cells are so narrow that their texts are shortened."""
        return len(self.across) > MAX_WIDE_ACROSS

    def texts(self, mark: Mark, metric: str) -> tuple[str, str]:
        """Return what stands in a cell: the metric, or that rows are few, and under it the rows."""
        if self.is_dense:
            value = "few" if mark.verdict == "few" else words.metric_text(metric, mark.value).removesuffix("%").strip()
            return value, words.compact(mark.n)
        value = words.FEW_ROWS if mark.verdict == "few" else words.metric_text(metric, mark.value)
        return value, f"n {words.count(mark.n)}"

    def place(self, value: float) -> float:
        """Return where a value stands between -1, 0 (the overall value) and 1."""
        return max(-1.0, min(1.0, (value - self.middle) / self.reach))

    def colour(self, mark: Mark) -> str:
        """Return the colour of a cell: flat where rows are few or the value is undefined."""
        if mark.value is None or mark.verdict == "few":
            return palette.FEW_CELLS
        below, above = palette.ends(self.direction)
        place = self.place(mark.value)
        return palette.mixed(palette.MIDDLE, above if place > 0 else below, abs(place))


def cell_words(grid: HeatGrid, metric: str) -> str:
    """Say what stands in the cells."""
    unit = " in %" if METRICS[metric].is_share and grid.is_dense else ""
    short = " (1.2k = 1,200)" if grid.is_dense and any(mark.n >= 1_000 for *_, mark in grid.cells) else ""
    return f"in each cell {METRICS[metric].label}{unit} and rows{short}"


def heat_grid(table: pl.DataFrame, metric: str, overall: float | None) -> HeatGrid:
    """Lay out `SliceAnswer.table` of two columns.

    Parameters
    ----------
    overall : float or None
        The metric of the whole cohort, which has the middle colour; without it, the mean of the cells.
    """
    down, left_down = axis_values(table, "slice_0", MAX_DOWN)
    across, left_across = axis_values(table, "slice_1", MAX_ACROSS)
    places_down = {value: place for place, value in enumerate(down)}
    places_across = {value: place for place, value in enumerate(across)}
    is_drawn = table["slice_0"].is_in(down, nulls_equal=True) & table["slice_1"].is_in(across, nulls_equal=True)
    rows = is_drawn.arg_true().to_list()
    cells = [
        (places_down[mark.values[0]], places_across[mark.values[1]], replace(mark, row=rows[mark.row]))
        for mark in slice_marks(table[rows], metric, len(rows))
    ]
    trusted = [mark.value for *_, mark in cells if mark.value is not None and mark.verdict != "few"]
    middle = overall if overall is not None else sum(trusted) / len(trusted) if trusted else 0.0
    reach = max([abs(value - middle) for value in trusted] + [_SMALLEST_REACH])
    return HeatGrid(down, across, left_down, left_across, cells, middle, reach, METRICS[metric].direction)
