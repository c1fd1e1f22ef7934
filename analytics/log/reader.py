"""Which reader took a log apart: after a mend the same file may give other rows, and a stored log keeps its own."""

from __future__ import annotations

from analytics.log.schema import Reading

READER = 3
"""Version of the reader. Raise it with every mend after which a file that was read before gives other rows, columns, types or
values. Receipts without one are of version 1."""


def is_outdated(reading: Reading) -> bool:
    """Whether an earlier reader took a log apart; rows that stay in Spark are read whenever they are asked."""
    return reading.reader not in (READER, None)


def outdated_sentence(reading: Reading) -> str | None:
    """Say that a log was read by an earlier reader and how it is read anew, None where it was not."""
    if not is_outdated(reading):
        return None
    return (
        f"This log was read by version {reading.reader} of the reader, now it is {READER}: today the same file may give other "
        "numbers. Give the file again to have it read anew; roles and verdicts stay."
    )
