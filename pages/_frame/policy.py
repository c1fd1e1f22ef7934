"""The controls of a policy: four costs that read like a sentence, capacity, limits, presets and saved policies."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import streamlit as st

from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.unit import unit_of
from analytics.measure.thresholds.costs import CELLS, Costs
from analytics.measure.thresholds.operating import LIMITED, Limits
from analytics.measure.thresholds.policy import PRESETS, Policy
from analytics.present import words
from analytics.present.money import money
from pages._frame import session
from pages._frame.render import escaped

_State = MutableMapping[Any, Any]
_DEFAULT = Policy(unit="", has_costs=False)
COST_KEYS = {f"cost_{name}": name for name in (*CELLS, "review")}
_N_ASKED = 4
"""Answers that the page offers where nobody said what errors cost."""
_ASKED = ("cost_fp", "cost_fn")
"""Costs that are empty until somebody says them."""
_LIMIT_KEYS = {
    name: f"{metric.heading} at {'least' if name.startswith('min_') else 'most'}" for name, metric in LIMITED.items()
}
_CELL_LABELS = {"tp": "True positive", "fp": "False positive", "fn": "False negative", "tn": "True negative"}
KEPT, _DRAWN_ON = "_policy_fields", "_policy_page"


def _policy_fields(policy: Policy) -> dict[str, Any]:
    """Return the value of every control for a policy."""
    return {
        **{
            key: float(getattr(policy.costs, name)) if policy.has_costs or key not in _ASKED else None
            for key, name in COST_KEYS.items()
        },
        "amounts": list(policy.costs.amount_cells),
        "unit": policy.unit,
        "capacity": policy.capacity,
        "period": policy.period,
        **{key: getattr(policy.limits, key) for key in _LIMIT_KEYS},
        "tolerance": round(100 * policy.tolerance, 3),
        "to": policy.threshold,
    }


def _take_policy(policy: Policy) -> None:
    """Put a policy into the controls; for callbacks only."""
    st.session_state.update(_policy_fields(policy))


def hold_policy(policy: Policy) -> None:
    """Hold a policy as its controls would have been left with; for callbacks only."""
    st.session_state[KEPT] = _policy_fields(policy)


def _take_saved(text: str) -> None:
    """Put a saved policy into the controls; for callbacks only."""
    try:
        _take_policy(Policy.from_text(text))
    except QuestionError as error:
        st.session_state["_policy_error"] = str(error)


def _begin(question: Question) -> None:
    """Give the controls what they held when the page was left; the address goes before.

    Controls of the same key on two pages are two to Streamlit: what one holds would be the other's default, which is nothing.
    """
    page = st.session_state.get(session.PAGE)
    is_entered = st.session_state.get(_DRAWN_ON) != page
    st.session_state[_DRAWN_ON] = page
    usual = {**_policy_fields(_DEFAULT), "unit": unit_of(question.log)}
    for key, value in {**usual, **st.session_state.get(KEPT, {})}.items():
        if (is_entered or key not in st.session_state) and key not in st.query_params:
            st.session_state[key] = value


def draw_policy(question: Question) -> Policy:
    """Draw the controls and return what they say; all stand in the address."""
    _begin(question)
    broken = st.session_state.pop("_policy_error", None)
    if broken:
        st.warning(escaped(broken), icon=":material/bookmark_remove:")
    _draw_presets(question)
    st.subheader("What one row costs", anchor=False)
    said = st.container()
    for pair in (("tp", "fn"), ("fp", "tn")):
        for column, cell in zip(st.columns(2, gap="small", vertical_alignment="bottom"), pair, strict=True):
            with column:
                _number(_CELL_LABELS[cell], f"cost_{cell}", _help_of(cell), **_empty(cell))
    look, unit = st.columns(2, gap="small", vertical_alignment="bottom")
    with look:
        _number("Review", "cost_review", "Added for every flagged row, right or wrong.")
    unit.text_input(
        "Unit",
        unit_of(question.log),
        key="unit",
        bind="query-params",
        max_chars=12,
        help="A currency, minutes, points, …",
    )
    if question.log.mapping.amount is not None:
        draw_amounts(question.log.mapping.amount)
    elif st.session_state.get("amounts"):
        st.caption("This log has no amount column: every row counts once. Choose one on the Logs page.")
    with said:  # after the fields, which take over the address
        st.caption(sentence_of(question.log.mapping.amount))
    _draw_saved()
    st.subheader("Capacity and limits", anchor=False)
    _draw_limits(question)
    _keep()
    return policy_for(question)


def draw_amounts(amount: str) -> None:
    """Choose the cells whose cost a row's amount multiplies."""
    st.pills(
        f"Multiplied by {escaped(amount)}",
        CELLS,
        selection_mode="multi",
        key="amounts",
        bind="query-params",
        help="The cost of a row in these cells is multiplied by its amount: tp, fp, fn, tn.",
    )


def draw_errors(question: Question) -> Policy:
    """Draw the costs of the two errors, for a page that needs no more of a policy, and return the whole of it."""
    _begin(question)
    for cell, column in zip(("fp", "fn"), st.columns(2), strict=True):
        with column:
            _number(f"A {_CELL_LABELS[cell].lower()} costs", f"cost_{cell}", _help_of(cell), **_empty(cell))
    _keep()
    return policy_for(question)


def _keep() -> None:
    """Remember what the controls hold for when the page is left."""
    held = st.session_state.get(KEPT, {})
    st.session_state[KEPT] = {key: st.session_state.get(key, held.get(key)) for key in _policy_fields(_DEFAULT)}


def policy_for(question: Question) -> Policy:
    """Return the policy that the controls hold, for what a log has."""
    mapping = question.log.mapping
    return _current_policy(has_amount=mapping.amount is not None, has_time=mapping.time is not None)


def _number(label: str, key: str, help_: str, **options: Any) -> None:
    """Draw a number that stands in the address where it is not the usual one."""
    usual = _policy_fields(_DEFAULT)[key]
    st.number_input(
        label, value=usual, key=key, bind="query-params", help=help_, format="%.6g", **{"step": 1.0, **options}
    )


def _empty(cell: str) -> dict[str, str]:
    """Return what an empty field of a cost shows."""
    return {"placeholder": "not said"} if f"cost_{cell}" in _ASKED else {}


def _cost_of(key: str, value: float | None) -> float:
    """Return the cost that a field holds; of the errors one that is not said is 1."""
    return (1.0 if key in _ASKED else 0.0) if value is None else float(value)


def _cost_in(cell: str) -> float:
    """Return the cost of a cell."""
    return _cost_of(f"cost_{cell}", st.session_state.get(f"cost_{cell}"))


def _has_costs(state: _State) -> bool:
    """Say whether somebody said what errors cost."""
    others = any(state.get(key) for key in COST_KEYS if key not in _ASKED)
    return others or bool(state.get("amounts")) or any(state.get(key) is not None for key in _ASKED)


def _draw_presets(question: Question) -> None:
    """Ask what a miss costs, with four answers that the log allows; once one is given they stand in the popover."""
    if _has_costs(st.session_state):
        return
    with st.container(border=True):
        st.markdown("**What does a miss cost compared with a false alarm?**")
        has_amount = question.log.mapping.amount is not None
        fitting = [(name, costs) for name, costs in PRESETS.items() if has_amount or not costs.amount_cells]
        for name, costs in fitting[:_N_ASKED]:
            preset = Policy(costs, st.session_state.get("unit") or "")
            st.button(name, key=f"ask_{name}", on_click=_take_policy, args=(preset,), width="stretch")


def sentence_of(amount: str | None) -> str:
    """Say what a row of each outcome costs."""
    state, unit = st.session_state, st.session_state.get("unit") or ""
    multiplied = set(state.get("amounts") or ()) if amount else set()
    parts = [
        f"a {_CELL_LABELS[cell].lower()} {money(_cost_in(cell), unit)}{f' × {amount}' if cell in multiplied else ''}"
        for cell in ("fp", "fn", "tp", "tn")
    ]
    look = float(state.get("cost_review") or 0.0)
    looked = f", and every flagged row {money(look, unit)} for its review" if look else ""
    if not _has_costs(st.session_state):
        return "Nobody said what errors cost yet."
    text = f"{words.listed(parts)} each{looked}. Negative is gain."
    return escaped(f"{text[:1].upper()}{text[1:]}".replace("A false positive ", "A false positive costs ", 1))


def _help_of(cell: str) -> str:
    """Say what a cell is; costs are over judged rows."""
    flagged = "flagged" if cell in ("tp", "fp") else "not flagged"
    label = "positive" if cell in ("tp", "fn") else "negative"
    return f"A row that is {flagged} and turns out {label}. Negative is gain."


def _draw_limits(question: Question) -> None:
    """Draw the capacity and the limits; an empty field is no limit."""
    has_time = question.log.mapping.time is not None
    amount, period = st.columns([3, 2], vertical_alignment="bottom")
    with amount:
        hint = (
            "Flagged rows that can be handled, on average." if has_time else "Needs a time column: see the Logs page."
        )
        _number("Flagged rows at most", "capacity", hint, min_value=0.0, placeholder="no limit", disabled=not has_time)
    with period:
        st.selectbox("per", ("day", "week"), key="period", bind="query-params", disabled=not has_time)
    limits = list(_LIMIT_KEYS.items())
    for pair in (limits[:2], limits[2:]):
        for column, (key, label) in zip(st.columns(2, gap="small", vertical_alignment="bottom"), pair, strict=True):
            with column:
                _number(label, key, "From 0 to 1.", min_value=0.0, max_value=1.0, step=0.05, placeholder="no limit")
    _number(
        "As good as the best: within %",
        "tolerance",
        "Thresholds whose cost is within this share of the best.",
        min_value=0.0,
        max_value=100.0,
    )


def _current_policy(*, has_amount: bool, has_time: bool) -> Policy:
    """Return the policy that the controls hold; what a log cannot have is left out."""
    return _policy_in(st.session_state, has_amount=has_amount, has_time=has_time)


def held_policy(question: Question) -> Policy | None:
    """Return the policy that its controls were left with on another page, None where nobody said what errors cost."""
    mapping, held = question.log.mapping, st.session_state.get(KEPT, {})
    policy = _policy_in(held, has_amount=mapping.amount is not None, has_time=mapping.time is not None)
    return policy if policy.has_costs else None


def _policy_in(state: _State, *, has_amount: bool, has_time: bool) -> Policy:
    """Return the policy that fields hold, by the keys of the controls."""
    costs = {name: _cost_of(key, state.get(key)) for key, name in COST_KEYS.items()}
    return Policy(
        Costs(**costs, amount_cells=tuple(state.get("amounts") or ()) if has_amount else ()),
        (state.get("unit") or "").strip(),
        Limits(**{key: state.get(key) for key in _LIMIT_KEYS}),
        state.get("capacity") if has_time else None,
        state.get("period") or "day",
        (state.get("tolerance") or 0.0) / 100,
        state.get("to"),
        has_costs=_has_costs(state),
    )


def _draw_saved() -> None:
    """Offer presets and saved policies, and to save the present one."""
    workspace = session.workspace()
    with st.popover("Presets and saved policies", icon=":material/bookmark:", width="stretch"):
        for name, costs in PRESETS.items():
            preset = Policy(costs, st.session_state.get("unit") or "")
            st.button(name, key=f"preset_{name}", on_click=_take_policy, args=(preset,), type="tertiary")
        saved = workspace.saved_policies()
        if saved:
            st.caption("Saved")
        for place, (name, text) in enumerate(saved.items()):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(escaped(name), key=f"policy_{place}", on_click=_take_saved, args=(text,), type="tertiary")
                st.button(
                    "Remove",
                    key=f"forget_policy_{place}",
                    icon=":material/delete:",
                    type="tertiary",
                    on_click=workspace.save_policy,
                    args=(name, None),
                )
        st.text_input("Save these costs, limits and the threshold as", key="policy_name", max_chars=80)
        st.button("Save", key="save_policy", on_click=_save_policy, disabled=not st.session_state.get("policy_name"))


def _save_policy() -> None:
    """Keep the present policy under the name that was typed."""
    name = (st.session_state.get("policy_name") or "").strip()
    if name:
        session.workspace().save_policy(name, _current_policy(has_amount=True, has_time=True).to_text())
        st.session_state["policy_name"] = ""
