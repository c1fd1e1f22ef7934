"""What a gate says, in words: its statement, its limit and its values."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING

from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.gates.result import GatePart
    from analytics.answers.gates.statement import Gate

_AGAINST = {
    "reference": "the reference, the change of",
    "last": "last time, the change of",
    "live": "what is live, the candidate's change of",
}
_MAX_NAME = 60
"""Characters of a name of a gate or a filter that a sentence shows. A judgement."""


def statement(gate: Gate) -> str:
    """Say a gate as a sentence without its end.

    >>> from analytics.answers.gates.statement import Gate
    >>> statement(Gate("g", "metric", "recall", low=0.8, by="carrier")).replace(words.THIN_SPACE, " ")
    'Recall is at least 80.0 % in every slice of carrier'
    """
    every = f" in every slice of {words.column_words(gate.by)}" if gate.by is not None else ""
    where = f", where {words.listed([short_text(text) for text in gate.where])}" if gate.where else ""
    return f"{_subject(gate)} is {limit_text(gate)}{every}{where}"


def _subject(gate: Gate) -> str:
    """Say what a gate is about, as the subject of its sentence."""
    column = words.column_words(gate.subject)
    own = {
        "calibration": "Mean score less observed rate",
        "missing": f"The share of rows without {column}",
        "new_values": f"The share of rows with a value of {column} that the reference does not have",
        "to_come": "The share of labels still to come",
        "days_not_trusted": "The number of days after the last trusted one",
    }.get(gate.subject if gate.about == "labels" else gate.about, "")
    own = own or capital(words.metric_phrase(gate.subject))
    if gate.against == "limit" or gate.about == "new_values":
        return own
    inside = words.metric_phrase(gate.subject) if gate.about == "metric" else own[:1].lower() + own[1:]
    return f"Against {_AGAINST[gate.against]} {inside}"


def limit_text(gate: Gate) -> str:
    """Say where the value has to be."""
    if isinf(gate.low) and gate.high == 0:
        return "none" if gate.against == "limit" or gate.about == "new_values" else f"at most {value_text(gate, 0.0)}"
    if isinf(gate.high):
        return f"at least {value_text(gate, gate.low)}"
    if isinf(gate.low):
        return f"at most {value_text(gate, gate.high)}"
    return f"between {value_text(gate, gate.low)} and {value_text(gate, gate.high)}"


def value_text(gate: Gate, value: float) -> str:
    """Write a value that is held against the limit of a gate."""
    if gate.about == "labels" and gate.subject == "days_not_trusted":
        return words.number(value, 0)
    if gate.about == "calibration":
        return words.points(value)
    is_change = gate.against != "limit" and gate.about != "new_values"
    if gate.about == "metric":
        return words.metric_difference(gate.subject, value) if is_change else words.metric_text(gate.subject, value)
    return words.points(value) if is_change else words.share(value)


def part_text(gate: Gate, part: GatePart) -> str:
    """Write the value of a part with its interval, and without one where it is known exactly."""
    value = value_text(gate, part.value)
    if not words.is_known(part.value) or part.low == part.high or not words.is_known(part.low):
        return value
    if gate.about == "calibration":
        return words.points(part.value, part.low, part.high)
    is_change = gate.against != "limit"
    if gate.about == "metric":
        write = words.metric_difference if is_change else words.metric_interval
        return write(gate.subject, part.value, part.low, part.high)
    if is_change:
        return words.points(part.value, part.low, part.high)
    return f"{value} ({words.between(words.plain(100 * part.low, 1), words.plain(100 * part.high, 1))})"


def short_text(text: str) -> str:
    """Return a text that a person wrote on one line."""
    return words.shortened(words.one_line(text), _MAX_NAME)


def capital(text: str) -> str:
    """Return a text with a capital at its begin."""
    return text[:1].upper() + text[1:]
