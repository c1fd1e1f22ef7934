"""The controls of a policy: four costs that read like a sentence, capacity, limits, presets and saved policies."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.thresholds.costs import CELLS, Costs
from analytics.measure.thresholds.operating import LIMITED, Limits
from analytics.measure.thresholds.policy import PRESETS, Policy
from analytics.present import words
from analytics.present.money import money
from pages._frame import session
from pages._frame.render import escaped

_DEFAULT = Policy()
COST_KEYS = {f"cost_{name}": name for name in (*CELLS, "review")}
_LIMIT_KEYS = {
    name: f"{metric.heading} at {'least' if name.startswith('min_') else 'most'}" for name, metric in LIMITED.items()
}
_CELL_LABELS = {"tp": "True positive", "fp": "False positive", "fn": "False negative", "tn": "True negative"}
KEPT, _DRAWN_ON = "_policy_fields", "_policy_page"


def _policy_fields(policy: Policy) -> dict[str, Any]:
    """Return the value of every control for a policy."""
    return {
        **{key: float(getattr(policy.costs, name)) for key, name in COST_KEYS.items()},
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


def _take_saved(text: str) -> None:
    """Put a saved policy into the controls; for callbacks only."""
    try:
        _take_policy(Policy.from_text(text))
    except QuestionError as error:
        st.session_state["_policy_error"] = str(error)


def _begin() -> None:
    """Give the controls what they held when the page was left; the address goes before.

    Controls of the same key on two pages are two to Streamlit: what one holds would be the other's default, which is nothing.
    """
    page = st.session_state.get(session.PAGE)
    is_entered = st.session_state.get(_DRAWN_ON) != page
    st.session_state[_DRAWN_ON] = page
    for key, value in {**_policy_fields(_DEFAULT), **st.session_state.get(KEPT, {})}.items():
        if (is_entered or key not in st.session_state) and key not in st.query_params:
            st.session_state[key] = value


def draw_policy(question: Question) -> Policy:
    """Draw the controls and return what they say; all stand in the address."""
    _begin()
    broken = st.session_state.pop("_policy_error", None)
    if broken:
        st.warning(escaped(broken), icon=":material/bookmark_remove:")
    st.markdown("**What one row costs**")
    said = st.container()
    for pair in (("tp", "fn"), ("fp", "tn")):
        for column, cell in zip(st.columns(2, gap="small", vertical_alignment="bottom"), pair, strict=True):
            with column:
                _number(_CELL_LABELS[cell], f"cost_{cell}", _help_of(cell))
    look, unit = st.columns(2, gap="small", vertical_alignment="bottom")
    with look:
        _number("Review", "cost_review", "Added for every flagged row, right or wrong.")
    unit.text_input("Unit", key="unit", bind="query-params", max_chars=12, help="A currency, minutes, points, …")
    if question.log.mapping.amount is not None:
        draw_amounts(question.log.mapping.amount)
    elif st.session_state.get("amounts"):
        st.caption("This log has no amount column: every row counts once. Choose one on the Logs page.")
    with said:  # after the fields, which take over the address
        st.caption(sentence_of(question.log.mapping.amount))
    _draw_saved()
    st.markdown("**Capacity and limits**")
    _draw_limits(question)
    _keep()
    return policy_for(question)


def draw_amounts(amount: str) -> None:
    """Choose the cells whose cost a row's amount multiplies."""
    st.pills(
        f"Multiplied by {amount}",
        CELLS,
        selection_mode="multi",
        key="amounts",
        bind="query-params",
        help="The cost of a row in these cells is multiplied by its amount: tp, fp, fn, tn.",
    )


def draw_errors(question: Question) -> Policy:
    """Draw the costs of the two errors, for a page that needs no more of a policy, and return the whole of it."""
    _begin()
    for cell, column in zip(("fp", "fn"), st.columns(2), strict=True):
        with column:
            _number(f"A {_CELL_LABELS[cell].lower()} costs", f"cost_{cell}", _help_of(cell))
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
    """Draw a number that stands in the address."""
    empty = {"value": None} if "placeholder" in options else {}
    st.number_input(label, key=key, bind="query-params", help=help_, format="%.6g", **{"step": 1.0, **empty, **options})


def sentence_of(amount: str | None) -> str:
    """Say what a row of each outcome costs."""
    state, unit = st.session_state, st.session_state.get("unit") or ""
    multiplied = set(state.get("amounts") or ()) if amount else set()
    parts = [
        f"a {_CELL_LABELS[cell].lower()} {money(float(state.get(f'cost_{cell}') or 0.0), unit)}"
        f"{f' × {amount}' if cell in multiplied else ''}"
        for cell in ("fp", "fn", "tp", "tn")
    ]
    look = float(state.get("cost_review") or 0.0)
    looked = f", and every flagged row {money(look, unit)} for its review" if look else ""
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
    state = st.session_state
    costs = {name: float(state.get(key) or 0.0) for key, name in COST_KEYS.items()}
    return Policy(
        Costs(**costs, amount_cells=tuple(state.get("amounts") or ()) if has_amount else ()),
        (state.get("unit") or "").strip(),
        Limits(**{key: state.get(key) for key in _LIMIT_KEYS}),
        state.get("capacity") if has_time else None,
        state.get("period") or "day",
        (state.get("tolerance") or 0.0) / 100,
        state.get("to"),
    )


def _draw_saved() -> None:
    """Offer presets and saved policies, and to save the present one."""
    workspace = session.workspace()
    with st.popover("Presets and saved policies", icon=":material/bookmark:", width="stretch"):
        for name, costs in PRESETS.items():
            preset = Policy(costs, st.session_state.get("unit") or _DEFAULT.unit)
            st.button(name, key=f"preset_{name}", on_click=_take_policy, args=(preset,), type="tertiary")
        saved = workspace.saved_policies()
        if saved:
            st.caption("Saved")
        for place, (name, text) in enumerate(saved.items()):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(escaped(name), key=f"policy_{place}", on_click=_take_saved, args=(text,), type="tertiary")
                st.button(
                    "Forget",
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
