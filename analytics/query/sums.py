"""Which of the sums that a score table can add up a log holds something of."""

from __future__ import annotations

from collections.abc import Collection

from analytics.log.schema import Log
from analytics.query import relations


def held_sums(log: Log, sums: Collection[str]) -> frozenset[str]:
    """Return the sums without those of which the log holds nothing."""
    unknown: frozenset[str] = frozenset() if log.is_probability else relations.LOG_LOSS
    unknown |= frozenset() if log.mapping.amount is not None else relations.AMOUNTS | relations.AMOUNT_SQUARES
    unknown |= frozenset() if log.mapping.kind == "numbers" else relations.ERRORS
    unknown |= frozenset() if log.mapping.kind in ("numbers", "grades") else relations.TRUTH
    unknown |= frozenset() if log.mapping.has_interval else relations.INTERVALS
    unknown |= frozenset() if log.mapping.kind == "rankings" else relations.RANKS
    return frozenset(sums) - unknown
