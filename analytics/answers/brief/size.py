"""What mending a finding would win."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """What mending would win, in wrong decisions or in money, over the judged rows of the cohort, with its interval."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves zero out on the side of a gain."""
        return self.low > 0
