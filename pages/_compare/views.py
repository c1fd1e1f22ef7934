"""Which question is asked of answers: the candidate against what is live, the same input again, or which one was preferred."""

from __future__ import annotations

import streamlit as st

from analytics.log.other_answer import likely_answer
from analytics.log.preferred import preferred as preferred_of
from analytics.log.repeats import same_input, trial_number
from analytics.log.schema import Log
from pages._frame.address import seed_choice

_PAIRS, AGAIN, PREFERRED = "Candidate against live", "The same input again", "Which answer was preferred"


def draw_view(log: Log) -> str:
    """Choose what is asked, where the log can answer more than one question; it opens on the one that it is made for."""
    views = [_PAIRS]
    if _holds_repeats(log):
        views.append(AGAIN)
    if preferred_of(log.reading) is not None:
        views.append(PREFERRED)
    if len(views) == 1:
        return _PAIRS
    usual = _usual_view(log)
    seed_choice("pair_view", views, usual)
    chosen = st.segmented_control(
        "What is asked", views, default=usual, key="pair_view", bind="query-params", required=True
    )
    return chosen or _PAIRS


def _usual_view(log: Log) -> str:
    """Return the question that a log is made for: of pairs, unless nothing but chance would tell two sides apart."""
    mapping = log.mapping
    preferred = preferred_of(log.reading)
    judged_by = (*(mapping.right.columns if mapping.right else ()), mapping.label, mapping.decision)
    if preferred is not None and preferred in judged_by:
        return PREFERRED
    version = mapping.model_version
    has_sides = (version is not None and log.column(version).n_distinct > 1) or likely_answer(log) is not None
    if preferred is not None and not has_sides:
        return PREFERRED
    has_trials = trial_number(log) is not None
    return AGAIN if _holds_repeats(log) and (has_trials or not has_sides) else _PAIRS


def _holds_repeats(log: Log) -> bool:
    """Whether a column is called as what is asked, and its values come again."""
    found = None if log.mapping.kind == "rankings" else same_input(log)
    return found is not None and (found != log.mapping.row_id or trial_number(log) is not None)
