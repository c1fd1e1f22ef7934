"""Which column says which of two answers was better, by what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable

from analytics.log.role_names import folded_name

_PREFERENCE = re.compile(r"(.*_)?(preferences?|preferred|winner|better)(_(answer|model|response|output))?(_?\d)?")
"""How columns are called that say which of two answers was better, in sets that are published."""


def preference_column(names: Iterable[str]) -> str | None:
    """Return the first column that is called as one of preferences; None where none is.

    >>> preference_column(["generator_1", "preference"])
    'preference'
    """
    return next((name for name in names if _PREFERENCE.fullmatch(folded_name(name))), None)
