"""What errors cost, in the address of every page that it leads: a copied link carries the costs, and not the metric alone.

Fields of costs stand in the address of their page by themselves, each under its name; elsewhere all of them are one parameter.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.thresholds.priced import costs_text
from analytics.measure.thresholds.costs import CELLS
from analytics.measure.thresholds.policy import Policy
from pages._frame import address
from pages._frame.policy import COST_KEYS, KEPT, held_policy

_COSTS = "costs"
_AMOUNTS, _UNIT = "amounts", "unit"
_ASKED = ("cost_fp", "cost_fn")
_MAX_UNIT = 12
"""Characters of a unit, as in the field of it."""


def held_costs(question: Question) -> Policy | None:
    """Return the policy by which rows are priced: of rows that are of two classes, once somebody said what errors cost.

    The costs of a link are taken over before, and those that are held are written into the address.
    """
    given = address.taken(_COSTS)
    if given is not None:
        st.session_state[KEPT] = {**st.session_state.get(KEPT, {}), **_fields_of(given[0] if given else "")}
    policy = held_policy(question)
    address.put(_COSTS, [] if policy is None else [costs_text(policy)])
    return None if question.log.is_right_or_wrong else policy


def _fields_of(text: str) -> dict[str, Any]:
    """Read costs of an address, which anyone may have written, as their fields; what cannot be one is left out.

    >>> found = _fields_of("fp:1;fn:x;amounts:fn,zz;unit:€")
    >>> found["cost_fp"], found["cost_fn"], found["cost_tp"], found["amounts"], found["unit"]
    (1.0, None, 0.0, ['fn'], '€')
    """
    parts = dict(part.partition(":")[::2] for part in text.split(";"))
    found: dict[str, Any] = {key: None if key in _ASKED else 0.0 for key in COST_KEYS}
    for key, name in COST_KEYS.items():
        if parts.get(name) and address.is_within(parts[name], address.NUMBERS[key]):
            found[key] = float(parts[name])
    found[_AMOUNTS] = [cell for cell in parts.get(_AMOUNTS, "").split(",") if cell in CELLS]
    return {**found, **({_UNIT: parts[_UNIT][:_MAX_UNIT]} if _UNIT in parts else {})}
