"""What rows that belong together mean for the intervals on a page, in a sentence."""

from __future__ import annotations

from math import sqrt

from analytics.present.words import column_words

_WORTH_SAYING = 1.2
"""Design effect from which it is said: intervals are then a tenth wider than those of independent rows. A convention."""


def alike_part(unit: str | None, effect: float | None, weight: str | None = None) -> str:
    """Say that rows of one unit are alike and how much wider intervals are for it; empty where they hardly are.

    Rows that stand for many differ in their weights too, which makes intervals wider.

    >>> alike_part("task_id", 2.24)
    'Rows of one task id are alike: intervals are 1.5 times as wide as rows alone would give.'
    >>> alike_part("task", 1.1), alike_part(None, None)
    ('', '')
    >>> alike_part("task", 2.24, "w"), alike_part(None, 2.24, "w")
    ('As rows of one task are alike and weights differ, intervals are 1.5 times as wide as rows alone would give.', '')
    """
    if unit is None or effect is None or not effect > _WORTH_SAYING:
        return ""
    name = column_words(unit)
    if weight is not None:
        wide = f"intervals are {sqrt(effect):.1f} times as wide as rows alone would give."
        return f"As rows of one {name} are alike and weights differ, {wide}"
    return f"Rows of one {name} are alike: intervals are {sqrt(effect):.1f} times as wide as rows alone would give."
