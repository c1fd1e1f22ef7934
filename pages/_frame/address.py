"""The question in the address: taken over from it, and written into it; `session.question` makes the value of it."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from analytics.measure.thresholds.operating import LIMITED

QUESTION_KEYS = ("log", "model", "threshold", "where")
_LARGEST = 1e300
"""From here on a number of the address stands for an infinite one."""
_COST = 1e12
"""The largest cost that a policy takes."""
_MOST = 2**53 - 1
"""The largest whole number that a browser counts to."""
NUMBERS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("threshold", "to"), (-_LARGEST, _LARGEST)),
    "look": (-_COST, _COST),
    **dict.fromkeys(("cost_tp", "cost_fp", "cost_fn", "cost_tn", "cost_review"), (-_COST, _COST)),
    **dict.fromkeys(("capacity", "looks"), (0, _COST)),
    **dict.fromkeys(LIMITED, (0, 1)),
    "tolerance": (0, 100),
    **dict.fromkeys(("support", "slice_rows"), (1, _MOST)),
    "pooled": (0, _MOST),
    "bins": (2, 100),
    "share": (10, 90),
    "least": (0.1, 50),
    "depth": (1, 5),
    "look_error": (0, 100),
}
"""By name in the address: the least and the largest number that its control takes."""


def leave_out_wrong_numbers() -> None:
    """Take out of the address what is no number, is not finite, or is beyond the bounds of its control: before any is drawn."""
    given = st.query_params.to_dict()
    right = {key: text for key, text in given.items() if key not in NUMBERS or _is_within(text, NUMBERS[key])}
    if len(right) < len(given):
        st.query_params.from_dict({key: st.query_params.get_all(key) for key in right})
        context = get_script_run_ctx()
        if context is not None:
            with context.session_state.query_params() as bound:
                bound.set_initial_query_params_from_current()  # what controls begin with is a copy of the address


def _is_within(text: str, bounds: tuple[float, float]) -> bool:
    """Whether a text is a number within bounds; an empty one is that of an emptied control."""
    try:
        return not text or bounds[0] <= float(text) <= bounds[1]
    except ValueError:
        return False


def from_address() -> None:
    """Take over what the address newly says, by a copied link, an edited address, back and forward, and what the session lost.

    A session whose page changes without its controls' values forgets them: the address then still says which log is meant.
    """
    written = st.session_state.setdefault("_address", {})
    for key in QUESTION_KEYS:
        given = st.query_params.get(key)
        if given is not None and (given != written.get(key) or key not in st.session_state):
            written[key] = given
            if key != "threshold":
                st.session_state[key] = given
            elif given:
                st.session_state[key] = float(given)


def to_address() -> None:
    """Write the whole question into the address, defaults included: tomorrow's default may differ."""
    written = st.session_state.setdefault("_address", {})
    for key in QUESTION_KEYS:
        value = st.session_state.get(key)
        text = _number_text(value) if isinstance(value, float) else str(value or "")
        written[key] = text
        if st.query_params.get(key, "") != text:
            if text:
                st.query_params[key] = text
            else:
                st.query_params.pop(key, None)


def _number_text(value: float) -> str:
    """Write a number so that it reads back as itself, short where that is enough.

    >>> _number_text(5.0), _number_text(0.1 + 0.2)
    ('5', '0.30000000000000004')
    """
    short = f"{value:.12g}"
    return short if float(short) == value else repr(value)
