"""Words that stand for a value that is not there."""

from __future__ import annotations

WORDS = (
    "unknown",
    "undefined",
    "default",
    "test",
    "dummy",
    "tbd",
    "todo",
    "xxx",
    "xx",
    "n.a.",
    "n/a",
    "na",
    "not available",
    "not specified",
    "unspecified",
    "null",
    "none",
    "nan",
    "nil",
    "missing",
    "#n/a",
    "?",
    "-",
    "--",
    ".",
    "(blank)",
    "blank",
    "empty",
    "not set",
    "not provided",
    "keine angabe",
    "unbekannt",
    "k.a.",
    "inconnu",
    "desconocido",
    "",
)

NUMBERS = {float(sign * int(digit * length)) for sign in (1, -1) for digit in "19" for length in range(1, 10)} - {
    1.0,
    9.0,
}
"""Numbers that people write for a missing one: -1, -9, and ones or nines in a row of up to nine digits, such as 99 or -999."""
