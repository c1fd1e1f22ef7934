"""What became of a column's type, and which of its texts mean a value."""

from __future__ import annotations

from dataclasses import dataclass

_SAMPLE_ROWS = 20_000
"""Values of a column that first say which types are tried on all of it: bounds the time, as most types fall out there.
A judgement."""
GROUP = 20
"""Columns per statement: DuckDB plans one over 600 columns in 20 seconds, 30 statements over 20 in one."""

MAX_NAMES = 200
"""Different values up to which numbers with a fraction may be names, such as versions."""

MIN_SHARE_SAMPLE = 0.9
"""Share of the first values that a type or a notation has to read before all are tried: less than is asked of all of
them, as the first rows may be worse than the rest. A judgement."""
MAX_SHARE_UNPARSABLE = 0.05
"""Share of a column's values that may become missing for its type's sake; with more of them it stays text. A
judgement."""
_MISSING_TOKENS = (
    *("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "?", ".", "missing", "<na>"),
    *(r"\n", "undefined", "(null)", "<null>", "[null]", "(none)", "<none>", "(blank)", "(empty)", "#null!"),
)
_TOKENS = ", ".join(f"'{token}'" for token in _MISSING_TOKENS)


@dataclass(frozen=True)
class Conversion:
    """A column's type, what did not fit it, how its values are written where not in the engine's way, what was taken off."""

    type: str
    n_unparsable: int = 0
    example: str | None = None
    notation: str | None = None
    sign: str | None = None
    taken_off: str | None = None


def is_value(name: str) -> str:
    """Return the predicate for text that means a value, not one of the usual words for a missing one."""
    return f"({name} IS NOT NULL AND lower(trim({name})) NOT IN ({_TOKENS}))"


def looks_like_code(name: str) -> str:
    """Return the predicate for digits that are a name and not a quantity: a leading zero, or too long for an integer."""
    return f"regexp_full_match(trim({name}), '[+-]?(0[0-9]+|[0-9]{{19,}})')"


def first_values(name: str) -> str:
    """Return the first rows of a column that have a value as a source: a field may come late, and stand as NA before."""
    return f"(SELECT {name} FROM raw WHERE {is_value(name)} LIMIT {_SAMPLE_ROWS})"
