"""Words that have no meaning where a row is right or wrong, and where they stand in what a reader sees."""

from __future__ import annotations

import re

_WORDS = re.compile(
    r"\b(false|true)[ _](positive|negative)s?\b|\bpositives?\b|\bpredicted positive\b|\bbase[ _]rates?\b|\bprevalence\b|"
    r"\bselection[ _]rate\b|\bn?_?flagged\b|\bfpr\b|\bfnr\b|\brecall\b|\bexcess_model\b",
    re.IGNORECASE,
)


def strange_in(text: str, *allowed: str) -> set[str]:
    """Return each strange word of a text with what stands around it, but for what is allowed."""
    found = set()
    for hit in _WORDS.finditer(text):
        around = text[max(0, hit.start() - 60) : hit.end() + 60].replace("\n", " ")
        if not any(part in around for part in allowed):
            found.add(around)
    return found
