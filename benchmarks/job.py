"""What a job is: two sides that do the same work, each in a process of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

SIZES = (100_000, 1_000_000, 10_000_000, 100_000_000)
"""Rows of the generated logs."""


@dataclass(frozen=True)
class Taken:
    """What one act took.

    Attributes
    ----------
    act : str
        Which of the acts of a job; empty where it has one.
    seconds, processor : float and float or None
        Of the clock, and of processors in this process and those that it waited for: beside other work only the latter can be
        compared. None where other processes do the work.
    peak_mb : float or None
        Where the peak of the process says nothing of it.
    """

    act: str
    seconds: float
    processor: float | None = None
    peak_mb: float | None = None


Side = Callable[[int], Iterator[Taken]]
"""Prepares for so many rows, then does one act after the other; only these are timed."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One thing that is measured.

    Attributes
    ----------
    name, meaning : str
        What it is called, and what it does.
    ours, theirs : callable
        The app's side and the other one; without another side there is no ratio. An act of theirs without a name stands beside
        every act of ours.
    peer : str
        What the other side is.
    needs : str
        A package of the group ``peers`` without which there is no other side; empty where none is needed.
    rows : tuple of int
        Sizes it is asked for where none are given; it can be asked for others where it uses the generated logs.
    """

    name: str
    meaning: str
    ours: Side
    theirs: Side | None = None
    peer: str = ""
    needs: str = ""
    rows: tuple[int, ...] = SIZES[:3]


def _spent_here() -> float:
    """Return the seconds of processors that this process and its children took so far."""
    return sum(os.times()[:4])


def timed(act: str, work: Callable[[], object], *, spent: Callable[[], float] = _spent_here) -> Taken:
    """Return what an act takes; ``spent`` tells the processor time so far of those that do the work."""
    started, before = time.perf_counter(), spent()
    work()
    seconds = time.perf_counter() - started
    return Taken(act, seconds, spent() - before)
