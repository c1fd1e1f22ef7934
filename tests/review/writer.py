"""A process that judges rows until it is killed, and says which verdicts were acknowledged."""

from __future__ import annotations

import sys
from pathlib import Path

from analytics.review.store import ReviewStore
from analytics.review.verdict import Conflict, Verdict

NOTE = "why " * 2_000


def verdict(row: int, reviewer: str = "Ada", **given: object) -> Verdict:
    return Verdict(content_hash="log", row_id=row, reviewer=reviewer, reason="model-wrong", **given)  # type: ignore[arg-type]


def append(store: ReviewStore, row: int, reviewer: str, note: str) -> int:
    """Add a verdict on a row that others write too: on a conflict from where they are."""
    base = 0
    while True:
        found = store.save(verdict(row, reviewer, note=note), base)
        if not isinstance(found, Conflict):
            return found.revision
        base = found.theirs.revision


def main(home: str, first: int) -> None:
    store = ReviewStore(Path(home))
    for row in range(first, first + 1_000_000):
        store.save(verdict(row, note=f"{row} {NOTE}"), 0)
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()


def contend(home: str, reviewer: str, n: int) -> None:
    store = ReviewStore(Path(home))
    for number in range(n):
        append(store, number % 7, reviewer, f"{reviewer} {number}")


if __name__ == "__main__":
    if sys.argv[1] == "kill":
        main(sys.argv[2], int(sys.argv[3]))
    else:
        contend(sys.argv[2], sys.argv[3], int(sys.argv[4]))
