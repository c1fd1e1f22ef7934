"""The question in the address: taken over from it, and written into it; `session.question` makes the value of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from analytics.measure.thresholds.operating import LIMITED
from analytics.query.known import AS_OF

_QUESTION_KEYS = ("log", "model", "class", "threshold", "where", AS_OF)
_EVERY_VERSION = "all versions"
"""In the place of a model version, where a log opens on one."""
_WRITTEN, _PAGE, _VISIT, _IS_WHOLE = "_address", "_address_page", "_address_visit", "_address_is_whole"
WENT_BACK = "back"
"""What the address holds for a moment where back or forward opened it: then it says all of the question."""
_LARGEST = 1e300
"""From here on a number of the address stands for an infinite one."""
_COST = 1e12
"""The largest cost that a policy takes."""
_MOST = 2**53 - 1
"""The largest whole number that a browser counts to."""
NUMBERS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("threshold", "to", "confidence"), (-_LARGEST, _LARGEST)),
    "look": (-_COST, _COST),
    **dict.fromkeys(("cost_tp", "cost_fp", "cost_fn", "cost_tn", "cost_review"), (-_COST, _COST)),
    **dict.fromkeys(("capacity", "looks", "cost_wrong", "cost_person", "people"), (0, _COST)),
    **dict.fromkeys(LIMITED, (0, 1)),
    "tolerance": (0, 100),
    **dict.fromkeys(("support", "slice_rows"), (1, _MOST)),
    "pooled": (0, _MOST),
    "bins": (2, 100),
    "share": (10, 90),
    "least": (0.1, 50),
    "depth": (1, 5),
    "pair_margin": (0, _COST),
    "look_error": (0, 100),
}
"""By name in the address: the least and the largest number that its control takes."""


@dataclass(frozen=True)
class _Written:
    """What the address was last known to say of a parameter, and on which visit of a page."""

    visit: int
    values: tuple[str, ...]


def leave_out_wrong_numbers() -> None:
    """Take out of the address what is no number, is not finite, or is beyond the bounds of its control: before any is drawn."""
    given = st.query_params.to_dict()
    wrong = [key for key, text in given.items() if key in NUMBERS and not is_within(text, NUMBERS[key])]
    context = get_script_run_ctx()
    if wrong and context is not None:
        with context.session_state.query_params() as bound:
            for key in wrong:
                bound.remove_param(key)  # Streamlit refuses to set or pop what a control of the last run was bound to
            bound.set_initial_query_params_from_current()  # what controls begin with is a copy of the address


def is_within(text: str, bounds: tuple[float, float]) -> bool:
    """Whether a text is a number within bounds; an empty one is that of an emptied control."""
    try:
        return not text or bounds[0] <= float(text) <= bounds[1]
    except ValueError:
        return False


def begin(page: str) -> None:
    """Count the visits of pages, once per run: the address of a page just entered does not yet say what the session holds.

    Where back or forward opened it, it does.
    """
    if st.session_state.get(_PAGE) != page:
        st.session_state[_PAGE] = page
        st.session_state[_VISIT] = st.session_state.get(_VISIT, 0) + 1
    if st.query_params.pop(WENT_BACK, None) is not None:
        st.session_state[_IS_WHOLE] = st.session_state[
            _VISIT
        ]  # of the visit, not of the run, which may end before it asks


def taken(name: str) -> tuple[str, ...] | None:
    """Return what the address newly says of a parameter, by a copied link, an edited address, back or forward.

    Returns
    -------
    tuple of str or None
        Nothing in it where the address on this page no longer says what was written: its default is meant. None where nothing
        is new.
    """
    written = st.session_state.setdefault(_WRITTEN, {})
    given, visit = tuple(st.query_params.get_all(name)), st.session_state.get(_VISIT, 0)
    known = written.get(name, _Written(visit, ()))
    is_whole = visit in (known.visit, st.session_state.get(_IS_WHOLE))
    if given == known.values or (not given and not is_whole):
        return None
    written[name] = _Written(visit, given)
    if given:
        st.query_params[name] = list(given)  # a link to the page that is open is asked and not shown in the address
    return given


def seed_choice(key: str, offered: Sequence[str], usual: str | None = None) -> None:
    """Set a choice that is bound to the address before it is drawn: what was chosen or linked, where it is offered.

    A widget takes its value from the address only where its key holds none, so a default must not be set before it.
    """
    given = st.session_state.get(key, st.query_params.get(key))
    st.session_state[key] = given if given in offered else usual


def place_of(usual: object, offered: Sequence[object]) -> int | None:
    """Return where a choice that is bound to the address begins, which is what stays out of the address; None for nothing.

    What a script sets is written into the address unless the widget begins with it.
    """
    return offered.index(usual) if usual in offered else None


def put(name: str, values: Sequence[str]) -> None:
    """Write a parameter into the address; no value takes it out, which is how defaults are written."""
    written = st.session_state.setdefault(_WRITTEN, {})
    written[name] = _Written(st.session_state.get(_VISIT, 0), tuple(values))
    if values and st.query_params.get_all(name) != list(values):
        st.query_params[name] = list(values)
    elif not values:
        st.query_params.pop(name, None)


def from_address() -> None:
    """Take over what the address newly says of the question, and what the session lost.

    A session whose page changes without its controls' values forgets them: the address then still says which log is meant.
    """
    state = st.session_state
    for key in _QUESTION_KEYS:
        given = taken(key)
        if given is None and key not in state:
            given = tuple(st.query_params.get_all(key)) or None
        if given == () and key in (AS_OF, "where"):
            state[key] = (
                None if key == AS_OF else ""
            )  # controls that show no default: without a value they keep the old one
        elif given == ():
            state.pop(key, None)
        elif given and key == "threshold":
            state[key] = float(given[0]) if given[0] else None
        elif given:
            state[key] = None if given[0] == _EVERY_VERSION and key == "model" else given[0]


def of_question() -> dict[str, str]:
    """Return the question as the address has it, for a way to another page: a page that is entered without forgets which log."""
    return {key: value for key, value in st.query_params.items() if key in _QUESTION_KEYS}


def to_address(usual: Mapping[str, object]) -> None:
    """Write the question into the address, without what is usual for its log."""
    for key in _QUESTION_KEYS:
        value = st.session_state.get(key)
        if key == "model" and value is None:
            value = _EVERY_VERSION if usual[key] else None
        text = _number_text(value) if isinstance(value, float) else str(value or "")
        put(key, [] if not text or value == usual[key] else [text])


def _number_text(value: float) -> str:
    """Write a number so that it reads back as itself, short where that is enough.

    >>> _number_text(5.0), _number_text(0.1 + 0.2)
    ('5', '0.30000000000000004')
    """
    short = f"{value:.12g}"
    return short if float(short) == value else repr(value)
