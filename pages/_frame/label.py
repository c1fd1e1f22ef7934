"""A log without a label: instead of a page that could only be empty, one question and one way to answer it."""

from __future__ import annotations

import streamlit as st

from analytics.log import hints, roles
from analytics.log.preferred import preferred
from analytics.log.schema import Log
from analytics.present import words
from pages._frame import address, session
from pages._frame.registry import PAGES, Page
from pages._frame.render import escaped, headline

_CHOSEN = "label_likely"


def is_asked(page: Page) -> bool:
    """Whether a page judges, and no row of the present log has a label to be judged by, nor says which answer was better."""
    if not page.needs_label or not session.logs() or session.current_log().n_labelled:
        return False
    return page is not PAGES["compare"] or preferred(session.current_log().reading) is None


def ask(page: Page) -> None:
    """Draw a page that asks which column is the label, with the likely ones, and leads to where it is said."""
    log = session.current_log()
    headline(page.title, _question(log))
    likely = _likely_columns(log)
    if likely:
        st.pills("Likely columns for the label", likely, key=_CHOSEN, format_func=escaped)
    chosen = st.session_state.get(_CHOSEN) if likely else None
    words_of = f"Take {words.shortened(chosen, 40)} as the label" if chosen else "Choose the label"
    if st.button(
        escaped(words_of if likely else "Attach or choose the label"),
        type="primary",
        key="ask_label",
        icon=":material/label:",
        on_click=_take,
        args=(log, chosen),
    ):
        st.switch_page(PAGES["logs"].path, query_params=address.of_question())


def _take(log: Log, chosen: str | None) -> None:
    """Choose a column where the roles are said."""
    if chosen and _are_steps(log, chosen):
        st.session_state[f"remap_{log.key}_right"] = "grades"
        st.session_state[f"remap_{log.key}_true_grades"] = chosen
    elif chosen:
        st.session_state[f"remap_{log.key}_label"] = chosen
        if chosen == log.mapping.decision:
            st.session_state[f"remap_{log.key}_decision"] = None


def _are_steps(log: Log, name: str) -> bool:
    """Whether a column holds grades of which more than two are given: a mark says from which on a row is right."""
    return hints.is_grade(log.reading, name) and log.reading.column(name).n_distinct > 2


def _likely_columns(log: Log) -> list[str]:
    """Return the columns that could be the label of a log, the likeliest first."""
    guess = roles.guess(log.reading)
    names = [name for name, _ in guess.open.get("label", ())] or list(filter(None, [guess.mapping.label]))
    played = {log.mapping.label, log.mapping.score}
    graded = [name for name in log.reading.names if _are_steps(log, name)]
    return [name for name in dict.fromkeys((*names, *graded)) if name not in played]


def _question(log: Log) -> str:
    """Ask for the label, with the true reason."""
    rows = words.plural(log.n_rows, "row")
    if log.mapping.label is not None:
        name = words.shortened(log.mapping.label, 60)
        lacking = f"None of {rows} has a label in {name!r} yet, so nothing can be judged"
        return f"{lacking}: attach labels that came later, or choose another column."
    lacking = f"{words.shortened(log.name, 60)} has no label, so none of its {rows} can be judged"
    return f"{lacking}: which column says what turned out to be true?"
