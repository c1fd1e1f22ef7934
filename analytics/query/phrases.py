"""The phrases of which the sentence of a cohort is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

READS_LIKE_NONE = ("missing", "(missing)", "not missing")
"""Texts of a log that read like a missing value: they are said in quotes."""
_MAX_PLAIN = 1e15
"""From here on a number is said as it was written: separators would hide digits that a float does not hold."""


def quoted(phrase: str) -> Callable[[Sequence[str]], list[str]]:
    """Return words that say a phrase before each value."""
    return lambda values: [f"{phrase} {value!r}" for value in values]


def limited(phrase: str) -> Callable[[Sequence[str]], list[str]]:
    """Return words that say a phrase before each bound."""
    return lambda values: [f"{phrase} {shown_number(value)}" for value in values]


def gap_words(values: Sequence[str]) -> list[str]:
    """Say how many fields of a row have no value.

    >>> gap_words(("5+", "seats", "year"))
    ['5 or more of seats and year are missing']
    """
    number, *names = values or ("",)
    joined = " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
    return [f"{number.replace('+', ' or more')} of {joined} are missing"]


def differ_words(values: Sequence[str]) -> list[str]:
    """Say that columns differ.

    >>> differ_words(("rater_1", "rater_2"))
    ['rater_1 and rater_2 differ']
    """
    joined = " and ".join(filter(None, [", ".join(values[:-1]), *values[-1:]]))
    return [f"{joined} differ"]


def shown(value: str) -> str:
    """Return a value for a sentence; an empty text, and one that reads like no value, stand in quotes.

    >>> shown("north"), shown(""), shown("missing")
    ('north', "''", "'missing'")
    """
    return value if value.strip() and value.strip() not in READS_LIKE_NONE else repr(value)


def shown_number(value: str) -> str:
    """Return a bound with separators where it is a plain number."""
    try:
        number = float(value)
    except ValueError:
        return value
    return f"{number:,.10g}" if abs(number) < _MAX_PLAIN else value


def either(words: Sequence[str]) -> str:
    """Join words with commas and a last "or"."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""
