"""Which days gates look at: their values are others than those of the whole log on the other pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.gates.result import GatesAnswer


def span_part(answer: GatesAnswer) -> str:
    """Say on which days gates are judged; empty where on all of the log."""
    labels, inputs = answer.of_labels, answer.of_inputs
    if labels is None and inputs is None:
        return ""
    if labels is None or inputs is None or labels == inputs:
        return f"Judged on {_days(labels or inputs)} alone."
    return (
        f"Judged on {_days(labels)} alone, those that have their labels; gates that need no label on {_days(inputs)}."
    )


def _days(span: tuple[datetime, datetime] | None) -> str:
    """Name the first day and the last.

    >>> _days((datetime(2026, 7, 2), datetime(2026, 8, 1)))
    '2 Jul 2026 to 31 Jul 2026'
    """
    if span is None:
        return ""
    ends = (span[0], span[1] - timedelta(microseconds=1))
    return " to ".join(words.bucket_label(end, "1d") for end in ends)
