"""The object that the command line writes of preferences."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from analytics.present.readings.compare_preferences import preferences_reading
from analytics.present.tables.slices import json_value
from analytics.present.words import missing_text

if TYPE_CHECKING:
    from analytics.answers.compare.preferences import Preferences
    from analytics.measure.compare.preferences import WinRate


def preferences_json(answer: Preferences) -> dict[str, Any]:
    """Return the answer as one object, numbers unrounded."""
    return {
        "verdict": answer.verdict.word,
        "column": answer.column,
        **_rate(answer.whole),
        "margin": answer.verdict.margin,
        "more": answer.verdict.more,
        "not_said": answer.unsaid,
        "read_as": answer.read_as,
        "reading": preferences_reading(answer),
        "by": [{"slice": missing_text(json_value(value)), **_rate(each)} for value, each in answer.by],
    }


def _rate(found: WinRate) -> dict[str, Any]:
    """Return a rate with what it is made of."""
    names = {"rate": "win_rate"}
    return {names.get(name, name): json_value(value) for name, value in asdict(found).items()}
