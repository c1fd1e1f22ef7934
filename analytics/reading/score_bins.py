"""The bin of each score of the grid, by comparison with its edges: row by row, in the order of the file."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate


def with_score_bins(rows: str, edges: Sequence[float]) -> str:
    """Return what selects ``rows`` with ``score_bin``: the place of the last edge that ``score`` does not lie below.

    The scores are cut into as many even cells as there are edges. Which cell a number lies in grows with it, whatever is rounded:
    the edges of the cells before lie below a score, those of the cells behind do not, and the few in its own cell are compared.

    Parameters
    ----------
    rows : str
        What selects the rows, with a column ``score`` that is missing or lies between the first edge and the last.
    edges : sequence of float
        The edges of the grid, ascending.

    Returns
    -------
    str
        The same rows and columns, and ``score_bin`` as an integer, missing where the score is.
    """
    low = edges[0]
    scale = len(edges) / (edges[-1] - low) if edges[-1] > low else 0.0
    if not math.isfinite(scale * (edges[-1] - low)):
        low = scale = 0.0  # ends so far or so near that the width of a cell is no number: one cell holds all
    inside = Counter(math.floor((edge - low) * scale) for edge in edges)
    before = accumulate((inside[cell] for cell in range(max(inside))), initial=0)
    cell = f"floor((score - {_number(low)}) * {_number(scale)})::INT"
    rows = f"SELECT *, {_numbers([n - 1 for n in before], 'INT')}[{cell} + 1] AS score_bin FROM ({rows})"
    step = 1 << (max(inside.values()).bit_length() - 1)
    compared = _numbers([*edges, *[math.inf] * 2 * step], "DOUBLE")
    while step:
        moved = f"CASE WHEN score >= {compared}[score_bin + {step + 1}] THEN score_bin + {step} ELSE score_bin END"
        rows = f"SELECT * REPLACE ({moved} AS score_bin) FROM ({rows})"
        step //= 2
    return rows


def _number(number: float) -> str:
    """Write a number as SQL: text is read to the nearest double, a plain literal would be a decimal first."""
    return f"'{number!r}'::DOUBLE"


def _numbers(numbers: Sequence[float], type_: str) -> str:
    """Write numbers as a list of SQL."""
    return f"('[{', '.join(map(repr, numbers))}]'::{type_}[])"
