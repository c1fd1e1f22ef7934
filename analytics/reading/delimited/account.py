"""The books of a reading: how many lines came into each class, what was mended, and why records were set aside."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from analytics.log.receipt import LineCounts
from analytics.reading.delimited.lexer import Record


@dataclass
class Books:
    """What became of the lines, counted while they are read."""

    header: int = 0
    skipped: int = 0
    blank: int = 0
    kept: int = 0
    set_aside: int = 0
    rows: int = 0
    repairs: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    first_lines: dict[str, int] = field(default_factory=dict)

    def counts(self) -> LineCounts:
        """Return the counts of lines."""
        total = self.header + self.skipped + self.blank + self.kept + self.set_aside
        return LineCounts(self.header, self.skipped, self.blank, self.kept, self.set_aside, total)


@dataclass(frozen=True, slots=True)
class Aside:
    """A record that is no row of the table."""

    record: Record
    reason: str
