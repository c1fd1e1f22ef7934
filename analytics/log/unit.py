"""What the amounts of a log are counted in, by the name or the values of their column."""

from __future__ import annotations

import re

from analytics.log.schema import Log

_SIGNS = {"€": "€", "$": "$", "£": "£", "¥": "¥", "₹": "₹"}
_NAMES = {
    "eur": "€",
    "euro": "€",
    "euros": "€",
    "usd": "$",
    "dollar": "$",
    "dollars": "$",
    "gbp": "£",
    "pound": "£",
    "pounds": "£",
    "jpy": "¥",
    "yen": "¥",
    "inr": "₹",
    "chf": "CHF",
    "min": "min",
    "mins": "min",
    "minutes": "min",
    "hours": "h",
    "days": "days",
    "kg": "kg",
    "kwh": "kWh",
    "points": "points",
}
"""Words that name a unit, as part of a column's name; currencies as their signs."""


def unit_of(log: Log) -> str:
    """Return the unit of a log's amount column, empty where neither its name nor its values say one."""
    if log.mapping.amount is None:
        return ""
    column = log.column(log.mapping.amount)
    texts = [column.name, *(value for value, _ in column.top), column.example_unparsable or ""]
    named = (_unit_in(text) for text in texts)
    return next(filter(None, named), "")


def _unit_in(text: str) -> str:
    """Find a unit in a name or a value.

    >>> _unit_in("amount_usd"), _unit_in("Betrag (€)"), _unit_in("amountEUR"), _unit_in("minimum")
    ('$', '€', '€', '')
    """
    sign = next((sign for sign in _SIGNS if sign in text), None)
    if sign is not None:
        return _SIGNS[sign]
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", text)
    return next((_NAMES[part.lower()] for part in parts if part.lower() in _NAMES), "")
