"""Findings about time: an end before its start, UTC beside local time, columns that change at a date."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.log.receipt import Finding
from analytics.reading.checks.evidence import Facts


def about_times(facts: Facts) -> Iterator[Finding]:
    """Pairs of times that contradict each other, or are written in different time zones."""
    for pair in facts.reversed_pairs:
        yield Finding(
            "end-before-start",
            "warning",
            pair.end,
            pair.rows,
            f"Expected {pair.end!r} after {pair.start!r}; on {pair.rows:,} of {pair.n_both:,} rows it lies before, the first is "
            f"{pair.example}. Check whether the columns are swapped or in different time zones, and leave these rows out.",
            pair.example,
        )
    for offset in facts.offsets:
        hours = ", ".join(f"{hours:+d} h from {since}" for hours, since in offset.hours)
        yield Finding(
            "utc-and-local",
            "warning",
            offset.first,
            offset.rows,
            f"{offset.first!r} differs from {offset.second!r} by whole hours that switch with daylight saving: {hours}. One is "
            "UTC and the other local time: convert one of them before you compare hours or subtract.",
            offset.example,
        )


def about_changes(facts: Facts) -> Iterator[Finding]:
    """Columns whose unit or format changes at a date."""
    for change in facts.changes:
        until = f" until {change.until}" if change.until else ""
        if change.factor is None:
            yield Finding(
                "format-change",
                "warning",
                change.column,
                change.rows,
                f"Values look like {change.before!r} at first and like {change.after!r} from about {change.since}{until}. Have "
                "one format written, or treat the two parts apart.",
                change.after,
            )
        else:
            ratio = f"times {change.factor:g}" if change.factor > 1 else f"divided by {1 / change.factor:g}"
            yield Finding(
                "unit-change",
                "warning",
                change.column,
                change.rows,
                f"Expected one unit; the typical value is {change.before} at first and {change.after} from about {change.since}"
                f"{until}: {ratio}. Convert one part, or leave the column out of slices and models.",
                f"{change.before} → {change.after}",
            )
