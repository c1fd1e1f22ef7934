"""Which values of a label or a decision are positive, negative or not known yet, and a threshold to begin with."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from analytics.log.column import Column
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading
from analytics.log.value_words import UNKNOWN_WORDS, folded, groups, plain, positive_of

_ADVERSE_LABELS = (
    "bad",
    "fraud",
    "default",
    "charged off",
    "churn",
    "churned",
    "late",
    "spam",
    "fail",
    "failed",
    "recidivist",
)
_ADVERSE_DECISIONS = (
    "reject",
    "rejected",
    "deny",
    "denied",
    "decline",
    "declined",
    "block",
    "blocked",
    "flag",
    "flagged",
    "refuse",
    "refused",
    "stop",
    "stopped",
    "alert",
)
"""A decision against somebody is the prediction of a label that is."""

_OTHER_CLASS = {"0": "1", "0.0": "1.0", "false": "true"}
"""What the positive class is called where rows of the negative one alone are known."""


def with_values(mapping: Mapping, reading: Reading) -> Mapping:
    """Complete a mapping with the positive and negative values and a first threshold."""
    if mapping.label:
        positive, negative = split_values(reading.column(mapping.label))
        mapping = replace(mapping, positive=positive, negative=negative)
    if mapping.decision:
        mapping = replace(mapping, decision_positive=decision_values(mapping, reading))
    threshold = reading.logged_threshold
    return replace(mapping, threshold=first_threshold(mapping, reading) if threshold is None else threshold)


def decision_values(mapping: Mapping, reading: Reading) -> tuple[str, ...]:
    """Return the values of the decision that mean positive: those of the label where both columns hold them."""
    if mapping.decision is None:
        return ()
    column = reading.column(mapping.decision)
    return shared_values(mapping, column) or _adverse_values(mapping, column) or split_values(column)[0]


def _adverse_values(mapping: Mapping, column: Column) -> tuple[str, ...]:
    """Return the decision against somebody where the positive label is against them too."""
    if not any(value.strip().casefold() in _ADVERSE_LABELS for value in mapping.positive):
        return ()
    return tuple(value for value, _ in column.top if value.strip().casefold() in _ADVERSE_DECISIONS)


def shared_values(mapping: Mapping, column: Column) -> tuple[str, ...]:
    """Return the values of a column that mean the same as the positive ones of the label."""
    wanted = {folded(value) for value in mapping.positive}
    return tuple(value for value, _ in column.top if folded(value) in wanted)


def split_values(column: Column) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split the values of a label into positive and negative ones; what is in neither is not known yet.

    Spellings of one value, such as ``Fraud`` and ``fraud``, ``TRUE`` and ``1``, stay together.
    """
    values = [value for value, _ in column.top]
    known = values if is_plain_zero_one(values) else [value for value in values if plain(value) not in UNKNOWN_WORDS]
    spellings = groups(known)
    positive = positive_of([*spellings])
    if positive is None and len(spellings) == 1 and "0" in spellings:
        return (_OTHER_CLASS.get(known[0].strip().casefold(), "1"),), tuple(known)
    if positive is None:
        positive = max(spellings, default=None) if len(spellings) == 2 else next(reversed(spellings), None)
    if positive is None:
        return ((values[-1],), ()) if values else ((), ())
    return tuple(spellings[positive]), tuple(value for value in known if value not in spellings[positive])


def is_plain_zero_one(values: Sequence[str]) -> bool:
    """Whether the values are two numbers such as 0 and 1 or -1 and 1, so that -1 is a class and not a stand-in."""
    return len(values) == 2 and all(re.fullmatch(r"-?[01](\.0)?", value) for value in values)


def first_threshold(mapping: Mapping, reading: Reading) -> float:
    """Return a threshold to begin with: ½ for scores in [0, 1], the middle of the range for others."""
    if mapping.score is None:
        return 1.0
    column = reading.column(mapping.score)
    try:
        low, high = float(column.low or "nan"), float(column.high or "nan")
    except ValueError:
        return 0.5
    if not low <= high or (low >= 0 and high <= 1):
        return 0.5
    middle = (low + high) / 2
    return float(math.floor(middle)) if high - low >= 4 else middle
