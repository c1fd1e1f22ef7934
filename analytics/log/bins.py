"""The stored bins of a numeric column, and what people read of them."""

from __future__ import annotations

from dataclasses import dataclass


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
