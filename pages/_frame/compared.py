"""The comparison that somebody added to the report on Compare, for pages that have no controls for it; the address carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

import streamlit as st

from analytics.answers.compare.sides import column_pairing, pairing_of, side_names
from analytics.answers.compare.whole import PairAsking, with_people
from analytics.answers.question import Question
from analytics.errors import AnalysisError
from analytics.log.operation_names import OPERATION_ROLES
from analytics.log.other_answer import other_columns
from analytics.measure.thresholds.costs import Costs
from analytics.present import words
from analytics.query.compare.pairs import Pairing
from pages._frame import address, session
from pages._frame.policy import held_policy
from pages._frame.reference import BY_LOG, sides_by_log, sides_by_value, values_of_sides, ways_apart
from pages._frame.render import escaped

BY_COLUMN = "another column of this log"
_FIXED = ("pair_apart", "pair_live", "pair_candidate", "pair_log", "pair_column", "pair_metric", "pair_margin")
TOOK = {role: f"pair_took_{role}" for role in OPERATION_ROLES}
"""By role: the control of the column that says what the answers of another column took."""
IN_REPORT, FLIPPED_OF = "compared", "flipped_of"
"""In the address: the comparison of the report, and that whose flipped rows are reviewed. Either is what the controls of Compare
hold, then the columns by which rows meet; of answers in one row ``role=column`` of what the candidate's took."""


def draw_add_comparison() -> None:
    """Offer to add what Compare shows to the report."""
    if st.button("Add to report", key="report_compared", icon=":material/note_add:", on_click=_add_comparison):
        st.toast("Added to the report: whether the candidate may replace what is live.")


def _add_comparison() -> None:
    """Put what the controls of Compare hold into the report of the log that is open; for callbacks only."""
    st.session_state[_kept_as(IN_REPORT)] = _held()


def _held() -> dict[str, object]:
    """Return what the controls of Compare hold of the log that is open."""
    state = {key: st.session_state.get(key) for key in _FIXED}
    on = tuple(st.session_state.get("pair_on") or ())
    if state["pair_apart"] == BY_COLUMN:
        on = tuple(f"{role}={name}" for role, key in TOOK.items() if (name := st.session_state.get(key)))
    return {**state, "pair_on": on, "log": session.current_log().key}


def _kept_as(name: str) -> str:
    """Return the key under which a comparison is kept."""
    return f"_pair_{name}"


def _texts(held: Mapping[str, object]) -> list[str]:
    """Write a comparison as the address does."""
    values = ["" if held.get(key) is None else str(held[key]) for key in _FIXED]
    return [*values, *map(str, _listed(held.get("pair_on")))]


def flipped_address(turned: str) -> dict[str, str | list[str]]:
    """Return what the address of Review says of the rows that flipped between what the controls of Compare hold."""
    return {**address.of_question(), FLIPPED_OF: _texts(_held()), "errors": turned}


def _drop(name: str) -> None:
    """Forget a comparison; for callbacks only."""
    st.session_state.pop(_kept_as(name), None)


def costs_of(pairing: Pairing, question: Question) -> Costs | None:
    """Return what errors cost, where somebody said it and rows have errors of two kinds."""
    held = held_policy(question) if pairing.is_yes_no else None
    return None if held is None else held.costs


def comparison_of_report(question: Question) -> PairAsking | None:
    """Return the comparison that somebody added to the report; None where nobody did or where it no longer fits the log."""
    return comparison_of(IN_REPORT, question)


def comparison_of(name: str, question: Question) -> PairAsking | None:
    """Return a comparison that somebody brought along; None where nobody did or where it no longer fits the log."""
    state = st.session_state.get(_kept_as(name))
    if not state or state.get("log") != question.log.key:
        return None
    try:
        pairing = _pairing(question, state)
    except AnalysisError:
        return None
    margin = state.get("pair_margin") or None
    costs = None if pairing is None else costs_of(pairing, question)
    if pairing is None:
        return None
    return with_people(PairAsking(pairing, state.get("pair_metric"), margin, costs), session.remapped)


def _pairing(question: Question, state: Mapping[str, object]) -> Pairing | None:
    """Return how the rows of the sides meet that controls said."""
    log, way = question.log, str(state.get("pair_apart"))
    on = [str(name) for name in _listed(state.get("pair_on"))]
    if way == BY_COLUMN:
        name = state.get("pair_column")
        if name not in other_columns(log):
            return None
        took = {role: column for role, _, column in (each.partition("=") for each in on) if role in TOOK}
        return with_taken(column_pairing(question, str(name), session.remapped), took)
    if way not in ways_apart(log):
        return None
    if way == BY_LOG:
        other = next((each for each in session.logs() if each.log_id == state.get("pair_log")), None)
        if other is None or other.log_id == log.log_id:
            return None
        candidate, live = sides_by_log(question, other, is_both=True)
        return pairing_of(live, candidate, on)
    column = log.column(way)
    values = values_of_sides(log, column)
    labels = [str(state.get(key)) for key in ("pair_live", "pair_candidate")]
    if not set(labels) <= set(values):
        return None
    return pairing_of(*sides_by_value(question, column, [values[label] for label in labels]), on)


def with_taken(pairing: Pairing, took: Mapping[str, str]) -> Pairing:
    """Return a pairing of answers in one row whose candidate has these columns of what its answers took, by role."""
    known = {role: name for role, name in took.items() if name in pairing.candidate.log.reading.names}
    if not known:
        return pairing
    candidate, changed = pairing.candidate, replace(pairing.candidate.log.mapping, **dict[str, Any](known))
    log = session.remapped(candidate.log, changed)
    return replace(pairing, candidate=Question(log, candidate.cohort, candidate.threshold))


def _listed(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, list | tuple) else ()


def comparison_from_address(name: str, question: Question) -> None:
    """Take over the comparison of a link, and write the one that is kept into the address."""
    given = address.taken(name)
    if given == ():
        _drop(name)
    elif given:
        texts = dict(zip(_FIXED, given, strict=False))
        state = {key: text or None for key, text in texts.items()}
        margin = _margin(texts.get("pair_margin", ""))
        st.session_state[_kept_as(name)] = {
            **state,
            "pair_margin": margin,
            "pair_on": given[len(_FIXED) :],
            "log": question.log.key,
        }
    held = st.session_state.get(_kept_as(name)) or {}
    address.put(name, _texts(held) if held.get("log") == question.log.key else [])


def _margin(text: str) -> float | None:
    """Read a margin of the address, None for what is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) and value > 0 else None


def draw_comparison_of_report(question: Question) -> None:
    """Say which comparison the report holds, with a way to take it out; nothing where it holds none."""
    asking = comparison_of_report(question)
    if asking is None:
        return
    live, candidate = (words.shortened(words.one_line(name), 60) for name in side_names(asking.pairing))
    st.caption("Compared in the report:")
    st.button(
        escaped(f"{live} with {candidate}"),
        key="drop_compared",
        icon=":material/close:",
        on_click=_drop,
        args=(IN_REPORT,),
        help="Take this comparison out of the report",
    )
