"""What a wrong answer and a person's look cost, as the controls of Thresholds hold it for every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from analytics.answers.question import Question
from analytics.measure.thresholds.handover import handover_costs
from analytics.measure.thresholds.operating import Limits
from analytics.measure.thresholds.policy import Policy

HANDOVER = "_handover_fields"


def handover_policy(state: Mapping[str, Any], *, has_time: bool) -> Policy:
    """Return what fields say, by the keys of the controls; of the two costs one that is not said is 1."""
    wrong, person, rows = (state.get(key) for key in ("cost_wrong", "cost_person", "people"))
    return Policy(
        handover_costs(1.0 if wrong is None else float(wrong), 1.0 if person is None else float(person)),
        (state.get("unit") or "").strip(),
        Limits() if has_time else Limits(capacity=rows),
        rows if has_time else None,
        "week",
        has_costs=wrong is not None or person is not None,
    )


def held_handover(question: Question) -> Policy | None:
    """Return what the controls were left with on Thresholds, None where nobody said what a wrong answer costs."""
    if not question.log.is_right_or_wrong:
        return None
    held = st.session_state.get(HANDOVER, {})
    policy = handover_policy(held, has_time=question.log.mapping.time is not None)
    return policy if policy.has_costs else None


def hold_handover(policy: Policy) -> None:
    """Hold a policy as its controls would have been left with; for callbacks only."""
    rows = policy.capacity if policy.capacity is not None else policy.limits.capacity
    costs = {"cost_wrong": policy.costs.fn, "cost_person": policy.costs.fp}
    st.session_state[HANDOVER] = {**costs, "unit": policy.unit, "people": rows, "confidence": None}
