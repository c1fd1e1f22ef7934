"""Names of columns that are ways into values inside values: ``request.user.amount``, ``scores[1]``."""

from __future__ import annotations

import re

_PLACE = re.compile(r"\[\d+\]")

_SAYS_NOTHING = {
    *("value", "values", "data", "s", "n", "bool", "$date", "$oid", "$numberdouble", "$numberint", "$numberlong"),
    *("doublevalue", "stringvalue", "integervalue", "intvalue", "int64value", "booleanvalue", "boolvalue"),
    *("double", "float", "int", "long", "string", "boolean"),
}
"""Ends of paths that tell a kind and no meaning; databases that store documents, traces and unions of Avro write some."""


def short_name(path: str) -> str:
    """Return what the end of a path calls a value, without places and without what says nothing.

    >>> short_name("request.user.amount"), short_name("prediction.scores[1]"), short_name("scores.match.value")
    ('amount', 'scores', 'match')
    """
    words = [word for word in _PLACE.sub("", path).split(".") if word and not word.isdigit()]
    while len(words) > 1 and words[-1].casefold() in _SAYS_NOTHING:
        words.pop()
    return words[-1] if words else path
