"""Two sides under a name: offered, saved and removed alike where Gap and where Compare asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from pages._frame.render import escaped

_Save = Callable[[str, str | None], None]
"""Keeps sides, as text, under a name; None removes them."""


def draw_saved(
    key: str, saved: Mapping[str, str], save: _Save, state: Callable[[], str], take: Callable[[str], None]
) -> None:
    """Offer saved pairs of sides, and to save the present one.

    Parameters
    ----------
    key : str
        What the keys of the controls begin or end with.
    saved : mapping of str to str
        Sides as text, by name.
    save, state, take : callable
        Keeps sides under a name, gives the present ones as text, and puts saved ones into the controls.
    """
    typed = f"{key}_name"
    with st.popover("Saved", icon=":material/bookmark:", width="stretch"):
        for place, (name, text) in enumerate(saved.items()):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button(escaped(name), key=f"{key}_{place}", on_click=take, args=(text,), type="tertiary")
                st.button(
                    "Remove",
                    key=f"forget_{key}_{place}",
                    icon=":material/delete:",
                    type="tertiary",
                    on_click=save,
                    args=(name, None),
                )
        if not saved:
            st.caption("No pair of sides is saved yet.")
        st.text_input("Save these sides, with log and filters, as", key=typed, max_chars=80)
        is_named = bool(st.session_state.get(typed))
        st.button("Save", key=f"save_{key}", on_click=_save, args=(typed, save, state), disabled=not is_named)


def _save(typed: str, save: _Save, state: Callable[[], str]) -> None:
    """Keep the present sides under the name that was typed; for callbacks only."""
    if name := (st.session_state.get(typed) or "").strip():
        save(name, state())
        st.session_state[typed] = ""
