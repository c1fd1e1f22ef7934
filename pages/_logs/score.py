"""How the numbers of a score are read, and the threshold: the one that logged decisions follow, or a number that is typed."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from analytics.errors import AnalysisError
from analytics.log import logged as known
from analytics.log import score_form
from analytics.log.column import PERCENT, Column
from analytics.log.mapping import Mapping
from analytics.log.schema import Log, Reading
from analytics.reading import logged
from analytics.reading.api import Staged
from pages._frame import session
from pages._frame.render import escaped

_AS_THEY_STAND = Mapping()
_FORMS = {
    "score_scale": "Scores are in percent: divide by {on}",
    "score_missing": "These numbers stand for no score: {on}",
    "is_score_clipped": "Scores beyond 0 or 1 by rounding count as 0 and 1",
    "is_confidence": "The score is the confidence in the class that {decision} names: 1 minus it where that is negative",
}
"""How the numbers of a score can be read, by the field of the mapping; shown only where the values suggest it."""


def choose_form(reading: Reading, mapping: Mapping, changed: Mapping, key: str, *, has_classes: bool) -> Mapping:
    """Choose how the numbers of the score are read, where that is a question; which end is positive, of two classes alone."""
    if changed.score is None:
        return changed
    first = mapping if changed.score == mapping.score else score_form.with_form(changed, reading)
    guessed = score_form.with_form(changed, reading)
    for name, words in _FORMS.items():
        value = getattr(first, name)
        if name == "score_scale" and value == guessed.score_scale == 1 and _runs_to_100(reading.column(changed.score)):
            guessed = replace(guessed, score_scale=float(PERCENT))
        if value == getattr(_AS_THEY_STAND, name) == getattr(guessed, name):
            continue
        on = value if value != getattr(_AS_THEY_STAND, name) else getattr(guessed, name)
        is_on = st.toggle(
            escaped(words.format(on="; ".join(on) if isinstance(on, tuple) else f"{on:g}", decision=changed.decision)),
            value=value != getattr(_AS_THEY_STAND, name),
            key=f"{key}_{name}_{changed.score}_{changed.decision}",
        )
        changed = replace(changed, **{name: on if is_on else getattr(_AS_THEY_STAND, name)})
    if not has_classes:
        return changed
    is_low = st.toggle(
        "Low scores mean positive",
        value=first.score_minus is not None,
        key=f"{key}_score_minus_{changed.score}",
        help="As of a distance, or of a rank of which 1 is the highest. A score is then 1 minus the number, or minus it.",
    )
    return score_form.turned(changed, reading) if is_low and not changed.is_confidence else changed


def _runs_to_100(column: Column) -> bool:
    """Whether numbers lie in [0, 100] and leave [0, 1], so that they can be percent."""
    if column.kind != "number" or column.low is None or column.high is None:
        return False
    return float(column.low) >= 0 and 1 < float(column.high) <= PERCENT


def choose_threshold(read: Staged | Log, mapping: Mapping, changed: Mapping, key: str) -> float:
    """Draw the threshold; return the one that stands under the changed mapping."""
    first = _first(read, mapping, changed)
    pair = known.pair_of(changed)
    turned = "" if changed.score_minus is None else "_low"
    widget = f"{key}_threshold_{changed.score}_{changed.score_scale:g}_{pair}{turned}"
    st.session_state.setdefault(widget, first)
    threshold = st.number_input(
        "Threshold",
        value=None,
        key=widget,
        placeholder=f"{first:.6g}",
        format="%.6g",
        step=None,
        help="Predicted positive if the score is at least this. It can be moved later.",
    )
    return first if threshold is None else float(threshold)


def _first(read: Staged | Log, mapping: Mapping, changed: Mapping) -> float:
    """Return the threshold to begin with; where the decisions are others than before, their rows are asked once."""
    is_as_before = mapping.score == changed.score and score_form.is_alike(mapping, changed)
    if is_as_before and known.pair_of(mapping) == known.pair_of(changed):
        return mapping.threshold
    if known.is_known(changed, read.reading):
        return known.first_threshold(changed, read.reading)
    found = st.session_state.setdefault("_logged_thresholds", {})
    place = (read.reading.content_hash, known.pair_of(changed))
    if place not in found:
        try:
            with st.spinner("Looking for the threshold that the decisions follow"):
                found[place] = logged.first_threshold(session.workspace(), read, changed)
        except AnalysisError:  # a role that does not fit: the mapping says so
            return score_form.first_threshold(changed, read.reading)
    return float(found[place])
