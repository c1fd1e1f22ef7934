"""A pack or a saved report, asked again of the log that is open; what that log cannot answer is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from analytics.answers.report.again import asked_again, differences, without_found
from analytics.answers.report.asking import ReportAsking
from analytics.answers.report.view import View
from analytics.log.kept.discovery import found_slices
from analytics.log.kept.report_added import add
from analytics.measure.headline import headline
from analytics.present.report.sections.pack import outline_of
from analytics.present.report.sections.registry import SECTIONS
from pages._frame import session
from pages._frame.added import OUTLINE
from pages._frame.handover import hold_handover
from pages._frame.policy import hold_policy
from pages._frame.render import escaped
from pages._frame.report import SECTIONS as CHOSEN
from pages._frame.report import section_options

COMMENTS, STRUCK = "_report_comments", "_report_struck"
FIRST = "first"
_SAID, _LAST, _UNDONE = "_report_again_said", "_report_last", "_report_undone"


def ask_again(view: View, manifest: Mapping[str, Any] | None = None, known: Mapping[str, Any] | None = None) -> None:
    """Put a view into the controls of the page and keep what this log cannot answer to be said; for callbacks only.

    Parameters
    ----------
    view : View
    manifest : mapping, optional
        Of the pack that it comes from: the first page then says what changed since.
    known : mapping, optional
        Of a saved report what `known_columns` kept: columns that are gone, new or renamed are then said.
    """
    question = session.question()
    view = without_found(view, (each.title for each in found_slices(session.workspace(), question.log.key)))
    usual = ReportAsking(question, headline(*question.log.class_counts).metric)
    asked, said = asked_again(view, question.log, usual)
    state = st.session_state
    add(session.workspace(), question.log.key, *view.added)
    state[OUTLINE] = list(outline_of(view))
    state[COMMENTS], state[STRUCK] = dict(view.comments), list(view.struck)
    for name in (FIRST, *SECTIONS, *(each.name for each in view.added)):
        state.pop(f"comment_{name}", None)
    labels = {frozenset(columns): label for label, columns in section_options(question).items()}
    if view.by:
        state[CHOSEN] = [labels[columns] for columns in map(frozenset, asked.by) if columns in labels]
        if not state[CHOSEN]:
            state.pop(CHOSEN)
    if view.metric:
        state["report_metric"] = asked.metric
    session.choose_every_version()
    session.set_cohort_text(asked.question.cohort.to_text())
    if view.threshold is not None:
        state["threshold"] = view.threshold
    if asked.policy is not None:
        hold_policy(asked.policy)
    if asked.handover is not None:
        hold_handover(asked.handover)
    state[_LAST] = None if manifest is None else (question.log.key, dict(manifest))
    sides = ["Reference and production are chosen on Gap: they are not taken over."] if view.sides else []
    if asked.compared is not None:
        sides.append("The live side and the candidate are chosen on Compare: they are not taken over.")
    undone = [*differences(question.log, manifest or known or {}), *said]
    state[_SAID], state[_UNDONE] = [*undone, *sides], (question.log.key, undone)


def known_columns(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a pack the names of its columns, and values by which they are known again under another name."""
    return {part: manifest[part] for part in ("columns", "values")}


def undone(key: str) -> list[str]:
    """Return what a log could not answer of what was asked again: the paper says it too."""
    found = st.session_state.get(_UNDONE)
    return list(found[1]) if found and found[0] == key else []


def draw_said() -> None:
    """Say once what the log that is open could not answer of what was asked again."""
    for text in st.session_state.pop(_SAID, ()):
        st.warning(escaped(text), icon=":material/info:")


def opened_pack(key: str) -> Mapping[str, Any] | None:
    """Return the manifest of the pack that was opened on a log, None where none was."""
    found = st.session_state.get(_LAST)
    return found[1] if found and found[0] == key else None
