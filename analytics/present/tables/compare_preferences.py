"""The object that the command line writes of preferences."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from analytics.present.readings.compare_preferences import paired_preferences_reading, preferences_reading
from analytics.present.tables.slices import json_value
from analytics.present.words import missing_text

if TYPE_CHECKING:
    from analytics.answers.compare.preferences import Preferences
    from analytics.answers.compare.preferences_paired import PairedPreferences
    from analytics.measure.compare.lengths import EqualLength
    from analytics.measure.compare.orders import Orders
    from analytics.measure.compare.preferences import PairedRates, WinRate

_ENDS = {"": "rate", "_low": "low", "_high": "high"}


def preferences_json(answer: Preferences) -> dict[str, Any]:
    """Return the answer as one object, numbers unrounded."""
    return {
        "verdict": answer.verdict.word,
        "column": answer.column,
        "live": answer.who[0],
        "candidate": answer.who[1],
        **_rate(answer.whole),
        "margin": answer.verdict.margin,
        "more": answer.verdict.more,
        "not_said": answer.unsaid,
        "read_as": answer.read_as,
        **_orders(answer.orders, answer.turned),
        "reading": preferences_reading(answer),
        **({} if answer.as_answers is None else {"win_rate_as_answers": answer.as_answers.rate}),
        **_equal(answer.equal),
        "by": [
            {"slice": missing_text(json_value(value)), **_rate(each), **_rate_at_equal_length(equal)}
            for (value, each), equal in zip(answer.by, answer.equal_by or (None,) * len(answer.by), strict=True)
        ],
    }


def paired_preferences_json(answer: PairedPreferences) -> dict[str, Any]:
    """Return the answer on two candidates as one object, numbers unrounded."""
    equal = answer.at_equal_length
    return {
        "verdict": answer.verdict.word,
        "column": answer.column,
        "sides": dict(zip(("live", "candidate"), answer.names, strict=True)),
        "against": dict(zip(("live", "candidate"), answer.against, strict=True)),
        **_paired(answer.whole),
        **({} if answer.as_answers is None else {"difference_as_answers": answer.as_answers.difference}),
        "margin": answer.verdict.margin,
        "more": answer.verdict.more,
        "not_said": answer.unsaid,
        "read_as": answer.read_as,
        "pairing": asdict(answer.account),
        "reading": paired_preferences_reading(answer),
        **(
            {}
            if equal is None
            else {f"length_controlled_{name}": json_value(each) for name, each in asdict(equal).items()}
        ),
        "by": [{"slice": missing_text(json_value(value)), **_paired(each)} for value, each in answer.by],
    }


def _orders(orders: Orders | None, turned: tuple[str, bool] | None) -> dict[str, Any]:
    """Return what the order of the answers does; nothing where one alone was judged."""
    if orders is None:
        return {}
    found = {"changed": orders.changed, "first_place": orders.first}
    ends = {
        f"{name}{end}": json_value(getattr(each, key)) for name, each in found.items() for end, key in _ENDS.items()
    }
    return {"other_order": turned[0] if turned else None, "both_orders": json_value(orders.changed.n), **ends}


def _equal(found: EqualLength | None) -> dict[str, Any]:
    """Return the win rate at equal length; nothing where it was not asked for."""
    if found is None:
        return {}
    names = {"rate": "win_rate", "n": "rows", "effect": "effect_of_length"}
    return {f"length_controlled_{names.get(name, name)}": json_value(value) for name, value in asdict(found).items()}


def _rate_at_equal_length(found: EqualLength | None) -> dict[str, Any]:
    """Return the win rate of a slice at equal length, with its interval."""
    return {name: value for name, value in _equal(found).items() if name.endswith(("rate", "low", "high", "error"))}


def _paired(found: PairedRates) -> dict[str, Any]:
    """Return the difference of two rates, and the rates with their standard errors."""
    own = {name: json_value(value) for name, value in asdict(found).items() if name not in ("live", "candidate")}
    sides = {"live": found.live, "candidate": found.candidate}
    rates = {f"{name}_win_rate": json_value(each.rate) for name, each in sides.items()}
    return rates | {f"{name}_standard_error": json_value(each.standard_error) for name, each in sides.items()} | own


def _rate(found: WinRate) -> dict[str, Any]:
    """Return a rate with what it is made of."""
    names = {"rate": "win_rate"}
    return {names.get(name, name): json_value(value) for name, value in asdict(found).items()}
