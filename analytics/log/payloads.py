"""What the kind of a payload and its roles are, in a sentence."""

from __future__ import annotations

from analytics.log.mapping import ROLE_LABELS, Mapping
from analytics.log.schema import Reading

_SHOWN = ("score", "label", "decision", "row_id", "time")


def looks_like(reading: Reading, mapping: Mapping) -> str | None:
    """Return what a reading looks like and from where its roles are taken; None where no kind of payload was recognised."""
    if reading.origin.payload is None:
        return None
    taken = [(role, name) for role in _SHOWN if (name := getattr(mapping, role)) is not None]
    roles = ", ".join(f"{ROLE_LABELS[role].lower()} from {name!r}" for role, name in taken)
    return f"This looks like {reading.origin.payload}" + (f": {roles}." if roles else ".")
