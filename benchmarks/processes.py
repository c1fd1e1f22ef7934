"""What other processes take, as the system tells it: their memory and their processor time."""

from __future__ import annotations

import os
from pathlib import Path


def private(process: int) -> float:
    """Return the memory that is a process's own, in MB; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def below(process: int) -> list[int]:
    """Return the processes that a process started, and those that these did."""
    try:
        children = [
            int(child)
            for task in Path(f"/proc/{process}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []
    return [each for child in children for each in (child, *below(child))]


def processor(process: int) -> float:
    """Return the seconds of processors that a process took so far, with those of its children that have ended."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
