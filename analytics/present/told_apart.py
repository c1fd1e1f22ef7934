"""Texts that are shortened side by side and must stay different."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from analytics.present.words import shortened


def told_apart(texts: Sequence[str], limit: int) -> list[str]:
    """Shorten texts to at most ``limit`` characters so that different ones stay different: by the part in which they differ.

    >>> told_apart(["customer_support_refund", "customer_support_return", "sales"], 12)
    ['…fund', '…turn', 'sales']
    """
    cuts: dict[str, list[str]] = {}
    for text in dict.fromkeys(texts):
        cuts.setdefault(shortened(text, limit), []).append(text)
    short: dict[str, str] = {}
    for cut, alike in cuts.items():
        start = sum(1 for _ in takewhile(lambda marks: len({*marks}) == 1, zip(*alike, strict=False)))
        if len(alike) == 1 or start < 2:  # blanks of two kinds at the cut: numbered below
            short.update(dict.fromkeys(alike, cut))
            continue
        short.update(zip(alike, told_apart([f"…{text[start:]}" for text in alike], limit), strict=True))
    taken: set[str] = set()
    for text, cut in short.items():
        numbered = (f"{cut[: limit - 4]} ({count})" for count in range(2, len(short) + 2))
        short[text] = cut if cut not in taken else next(other for other in numbered if other not in taken)
        taken.add(short[text])
    return [short[text] for text in texts]
