"""What to do about a finding of preflight, and whose it is."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from analytics.measure.labels.selective import AUDIT_ROWS
from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.brief.finding import PreflightParts

DATA, MODEL, SYSTEM = "data", "model", "system"
"""Whose a finding is."""
_MAX_NAME = 60
"""Characters of a name within a sentence. A judgement."""


def name_of(text: str) -> str:
    """Name a column, a value or a side within a sentence."""
    return words.shortened(words.one_line(text), _MAX_NAME)


_OF_CODES = {
    "label-third-value": (
        "Choose on Logs which of these values are positive, negative or not known yet, and read the log again.",
        DATA,
    ),
    "decisions-alike": ("Find out which rule decides, before anything is made of single errors.", SYSTEM),
    "threshold-moved": (
        "Find out who moved the threshold and why, and judge each part of the rows at its own.",
        SYSTEM,
    ),
    "score-too-good": (
        "Find out which of the score's inputs is known only after the outcome, before anybody relies on it.",
        DATA,
    ),
}
"""By finding of preflight that needs no column: what to do, and whose it is."""


def preflight_action(parts: PreflightParts) -> tuple[str, str]:
    """Return what to do about the gravest finding of preflight, and whose it is.

    What undoes every other number is told apart; whatever else preflight finds is mended where it comes from.
    """
    if parts.found.code == "labels-hang-on-score":
        return f"Have some {AUDIT_ROWS} of the rows without a label judged, drawn at random.", DATA
    if parts.found.code == "one-class-after" and parts.found.example is not None:
        since = words.bucket_label(date.fromisoformat(parts.found.example[:10]), "1d")
        return (
            f"Leave out the rows from {since} on, and find out whether labels are still to come or a rule wrote them.",
            DATA,
        )
    if parts.found.code == "labels-stopped-in" and parts.found.example is not None:
        value = parts.found.example.rpartition(" since ")[0]
        where = f"{name_of(words.column_words(parts.found.column or ''))} is {name_of(value)}"
        return f"Mend the feed of labels where {where}, and read the log again.", DATA
    if parts.found.code in _OF_CODES:
        return _OF_CODES[parts.found.code]
    if parts.found.code == "drawn-by-class" and parts.found.column is not None:
        return f"Choose {name_of(parts.found.column)} as weight on Logs, and read every rate again.", DATA
    if parts.found.code == "missing-since" and parts.found.column is not None:
        return f"Mend the source of {name_of(parts.found.column)}, or train with the field empty as it arrives.", DATA
    return "Mend it at its source, or in the mapping of Logs, and read the log again.", DATA
