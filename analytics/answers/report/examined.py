"""Which segment columns a report looks through by what takes long: on a wide log those that separate the errors most."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.log.schema import Log

MAX_EXAMINED = 40
"""Segment columns that the search, the gap and calibration look through in a report: on 20,000 rows of 150 columns all three then
take some 10 s of a processor, where all columns take a minute. A judgement."""


def examined(log: Log, ranked: Sequence[str], named: Sequence[tuple[str, ...]] = ()) -> tuple[str, ...]:
    """Return the columns that are looked through, none where that is all of them.

    Parameters
    ----------
    log : Log
    ranked : sequence of str
        The segment columns, those that separate the errors most first.
    named : sequence of tuple of str
        Columns that somebody asked for: they are among them.
    """
    if len(log.mapping.segments) <= MAX_EXAMINED:
        return ()
    first = [name for columns in named for name in columns]
    return tuple(dict.fromkeys([*first, *ranked]))[:MAX_EXAMINED]


def unexamined(log: Log, chosen: Sequence[str]) -> tuple[str, ...]:
    """Return the segment columns that are not looked through."""
    return tuple(name for name in log.mapping.segments if chosen and name not in chosen)
