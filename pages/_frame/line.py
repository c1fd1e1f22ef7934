"""The slider that moves a threshold: its bounds and step, and the numbers it can stand at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

_STEPS = 1_000
"""Steps of the slider: those of the grid of probabilities (DESIGN.md, section 2)."""
_DIGITS = 12
"""Digits that a place keeps behind its point: a browser counts 0.1 + 0.2 as we do, and a threshold beyond an edge is another."""


@dataclass(frozen=True)
class Line:
    """Between which scores a threshold moves, and in which steps."""

    low: float
    high: float
    step: float

    @property
    def format(self) -> str:
        """How the slider writes its number."""
        return f"%.{max(0, -floor(log10(self.step)))}f"

    def place(self, value: float) -> float:
        """Return where the slider stands for a threshold.

        >>> Line(0.0, 1.0, 0.001).place(0.30049), Line(1.0, 11.0, 1.0).place(50.0)
        (0.3, 11.0)
        """
        steps = round((value - self.low) / self.step)
        return min(max(round(self.low + steps * self.step, _DIGITS), self.low), self.high)


def line_of(edges: Sequence[float], *, is_probability: bool) -> Line:
    """Return the grid of probabilities, whole ranks, or a power of ten of which the span holds thousands: round numbers alone.

    Beyond the last score nothing is flagged.

    >>> line_of((1.0, 5.0, 10.0), is_probability=False), line_of((5.32, 29.967), is_probability=False)
    (Line(low=1.0, high=11.0, step=1.0), Line(low=5.32, high=29.98, step=0.01))
    """
    if is_probability:
        return Line(0.0, 1.0, 1 / _STEPS)
    low, high = float(edges[0]), float(edges[-1])
    is_whole = high == low or all(float(edge).is_integer() for edge in edges)
    step = 1.0 if is_whole else 10.0 ** floor(log10((high - low) / _STEPS))
    first, last = floor(round(low / step, _DIGITS)), ceil(round(high / step, _DIGITS))
    return Line(round(first * step, _DIGITS), round((last + 1) * step, _DIGITS), step)
