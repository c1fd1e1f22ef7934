"""The question in the address: taken over from it, and written into it; `session.question` makes the value of it."""

from __future__ import annotations

import streamlit as st

QUESTION_KEYS = ("log", "model", "threshold", "where")
_FINITE = 1e300
"""A threshold of the address from this size on stands for an infinite one, and is left out."""


def from_address() -> None:
    """Take over what the address newly says: by a copied link, an edited address, back and forward."""
    written = st.session_state.setdefault("_address", {})
    for key in QUESTION_KEYS:
        given = st.query_params.get(key)
        if given is not None and given != written.get(key):
            written[key] = given
            if key == "threshold":
                _take_threshold(given)
            else:
                st.session_state[key] = given


def _take_threshold(text: str) -> None:
    """Take a threshold from the address; what is no finite number is left out."""
    try:
        value = float(text)
    except ValueError:
        return
    if abs(value) < _FINITE:
        st.session_state["threshold"] = value


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
