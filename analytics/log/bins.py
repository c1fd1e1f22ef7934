"""The stored bins of a numeric column, and what people read of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

N_BINS = 10
"""Bins of a numeric column that are aimed at; a value that fills such a share of the rows has its own. A judgement."""


def whole(number: float) -> str:
    """Write a whole number, with separators from 10,000 on so that years stay years."""
    return f"{number:,.0f}" if abs(number) >= 10_000 else f"{number:.0f}"


@dataclass(frozen=True)
class Bins:
    """Stored bins of a numeric column: bin k holds values in [edges[k], edges[k + 1]), the last one closed."""

    edges: tuple[float, ...]
    is_integer: bool = False

    def label(self, code: int | None) -> str | None:
        """Say which values bin ``code`` holds.

        >>> Bins((0, 10, 20), is_integer=True).label(0), Bins((-9, 0, 20), is_integer=True).label(0), Bins((0, 0.5, 2)).label(1)
        ('0–9', '-9 to -1', '0.5 to 2')
        """
        if code is None:
            return None
        low, high = self.edges[code], self.edges[code + 1]
        is_last = code == len(self.edges) - 2
        if self.is_integer:
            top = high if is_last else high - 1
            return whole(low) if top == low else f"{whole(low)}{' to ' if low < 0 else '–'}{whole(top)}"
        digits = next(
            (
                digits
                for digits in range(6, 17)
                if len({f"{edge:.{digits}g}" for edge in self.edges}) == len(set(self.edges))
            ),
            17,
        )
        if low == high:
            return f"{low:,.{digits}g}"
        return f"{low:,.{digits}g} to {'' if is_last else 'under '}{high:,.{digits}g}"


def bins_between(
    low: float, high: float, quantiles: Sequence[float], gaps: Sequence[tuple[float, float]], *, is_integer: bool
) -> Bins:
    """Return bins of about equal mass from a column's lowest value to its highest.

    Parameters
    ----------
    low, high : float
        The ends.
    quantiles : sequence of float
        Of the values that are not frequent; edges are rounded to three digits where that keeps them apart.
    gaps : sequence of (float, float)
        Each value that has a bin of its own, and the next higher one, the same where there is none: an edge twice.
    is_integer : bool
        Whether the values are whole numbers.
    """
    edges = {_rounded(edge, quantiles, is_integer=is_integer) for edge in quantiles}
    edges = {edge for edge in edges if edge < high and not any(spike < edge < upper for spike, upper in gaps)}
    edges |= {edge for gap in gaps for edge in gap}
    return Bins((low, *sorted(edge for edge in edges if edge > low), high), is_integer=is_integer)


def _rounded(edge: float, edges: Sequence[float], *, is_integer: bool) -> float:
    """Round an edge to three significant digits where it stays nearer to itself than to its neighbours."""
    short = float(f"{edge:.3g}")
    gap = min((abs(edge - other) for other in edges if other != edge), default=abs(edge) or 1.0)
    short = round(short) if is_integer else short
    return short if abs(short - edge) < gap / 2 else edge
