"""Two codings of one label in one column: 1 and 0 of the one place, positive and negative of the other."""

from __future__ import annotations

import re
from collections.abc import Mapping

from analytics.log.value_words import NEGATIONS

_POSITIVE = ("positive", "pos", "positiv", "positivo", "positif")
_STEMS = ("fraud", "scam", "malign", "defect", "toxic", "spam", "betrug", "bosartig", "bösartig")
_NUMBERED = re.compile(r"([01])\s*[-–:=.)|]\s*[^\W\d]")
"""A code with its word behind it: ``1 - fraud``."""
_NEGATIVE = ("negative", "neg", "negativ", "negativo", "négatif", "benign", "legit", "genuine", "ham", "healthy")
"""Words as sure as 1 and 0, whatever a column is about: what is *good*, *late* or *paid* depends on the question."""


def as_one(groups: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return groups of values by what they mean, words of a second coding with 1 and 0; as they are where one is not sure.

    >>> as_one({"1": ["1"], "0": ["0"], "positive": ["Positive"], "negative": ["negative"]})
    {'1': ['1', 'Positive'], '0': ['0', 'negative']}
    >>> [*as_one({"1": ["1"], "0": ["0"], "fraud": ["fraud"], "not fraud": ["not fraud"]})]
    ['1', '0']
    >>> [*as_one({"1": ["1"], "0": ["0"], "late": ["late"], "cancelled": ["cancelled"]})]
    ['1', '0', 'late', 'cancelled']
    """
    if len(groups) <= 2 or not {"1", "0"} <= {*groups}:
        return dict(groups)
    meant = {key: key if key in ("1", "0") else _meant(key) for key in groups}
    if None in meant.values():
        return dict(groups)
    digits = [key for key in groups if key in ("1", "0")]
    return {
        digit: [value for key, values in groups.items() if meant[key] == digit for value in values] for digit in digits
    }


def _meant(key: str) -> str | None:
    """Return 1 or 0 as a word means it for sure, None where it does not."""
    if numbered := _NUMBERED.match(key):
        return numbered[1]
    if key in _POSITIVE or key.startswith(_STEMS):
        return "1"
    first, _, rest = key.replace("-", " ").partition(" ")
    is_denied = first in NEGATIONS and _meant(rest) == "1"
    return "0" if is_denied or key in _NEGATIVE else None
