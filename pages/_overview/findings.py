"""The findings of the brief: what is known at once, what fills in, and what somebody may want to have looked at."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.answers.brief.answer import MOST, Brief, address_of, can_ask, composed, days_of
from analytics.answers.brief.finding import Asking, Finding
from analytics.answers.brief.registry import SOURCES, Source
from analytics.answers.question import Question
from analytics.present import readings
from pages._frame import address, frame, session
from pages._frame.cache import is_kept, kept
from pages._frame.compared import comparison_of_report
from pages._frame.handover import held_handover
from pages._frame.policy import held_policy
from pages._frame.reference import reference_and_production
from pages._frame.registry import PAGES
from pages._frame.render import escaped

_WANTED = "_brief_wanted"
_LABELS = {"discovery": "Search", "gap": "Compare"}
"""What the button of a question that takes long says; others open their page."""
_DOING = {"discovery": "Searching for slices of several conditions …", "gap": "Splitting the change into parts …"}


@st.fragment
def draw(question: Question, metric: str) -> None:
    """Draw the findings as they come; what takes long is asked only where somebody wants it, or did before."""
    asking = Asking(
        question,
        held_policy(question),
        reference_and_production(question),
        metric,
        comparison_of_report(question),
        handover=held_handover(question),
    )
    asked = [source for source in SOURCES.values() if can_ask(source, asking) and _is_wanted(source, asking)]
    if asking.is_chosen:
        return
    st.subheader("What to take up first", anchor=False)
    places, found = [st.empty() for _ in range(MOST)], list[Finding]()
    days = kept(days_of, question)
    for number, source in enumerate(asked):
        if not is_kept(source.find, source.asked(asking)):
            _draw_list(places, composed(asking, asked, found, days), asked[number:])
        with frame.boundary(), st.spinner(_DOING[source.name]) if source.is_dear else nullcontext():
            found += kept(source.find, source.asked(asking))
    answer = composed(asking, asked, found, days)
    _draw_list(places, answer, ())
    said = readings.brief_reading(answer)
    if said:
        if answer.is_on_enough:
            st.success(escaped(said), icon=":material/check_circle:")
        else:
            st.info(escaped(said))
    _draw_open(answer)


def _is_wanted(source: Source, asking: Asking) -> bool:
    """Whether a question is cheap, was asked for, or has been answered before."""
    wanted = st.session_state.get(_WANTED, ())
    return (
        not source.is_dear
        or (source.name, asking.question.log.key) in wanted
        or is_kept(source.find, source.asked(asking))
    )


def _want(name: str, log_key: str) -> None:
    """Ask a question that takes long, of this log; for callbacks only."""
    st.session_state[_WANTED] = {*st.session_state.get(_WANTED, ()), (name, log_key)}


def _draw_list(places: Sequence[DeltaGenerator], answer: Brief, waiting: Sequence[Source]) -> None:
    """Show the findings, and what is being looked at in the room of those to come.

    Each has a place of its own: a browser keeps what a redrawn list no longer holds until the run ends.
    """
    for number, place in enumerate(places):
        if number < len(answer.leading):
            with place.container(border=True, gap="xsmall"):
                _draw_finding(answer, answer.leading[number])
        elif number < len(answer.leading) + len(waiting):
            with place.container(border=True, gap="xsmall"):
                st.caption(f"Looking at {waiting[number - len(answer.leading)].what} …")
        else:
            place.empty()


def _draw_finding(answer: Brief, finding: Finding) -> None:
    """Show one finding: its sentence, its size and certainty, and the way to its evidence."""
    log, page = answer.asking.question.log, PAGES[finding.page]
    worth = readings.finding_worth(finding, answer)
    text, way = st.columns([5, 1], gap="small", vertical_alignment="center")
    with text, st.container(gap="xsmall"):
        st.markdown(f"**{escaped(readings.finding_sentence(finding, log))}**")
        size = f"**{escaped(worth)}** · " if worth else ""
        st.caption(f"{size}{escaped(readings.finding_certainty(finding, answer))}")
    with way:
        is_here = finding.page == "overview"
        st.page_link(
            page.path,
            label="Up to then" if is_here else page.title,
            icon=":material/filter_alt:" if is_here else ":material/arrow_forward:",
            query_params=_asked(finding),
        )


def _asked(finding: Finding) -> dict[str, str | list[str]]:
    """Return the address of the evidence: the question, with the rows that the finding is about."""
    found: dict[str, str | list[str]] = {**address.of_question()}
    found.pop("where", None)
    for key, value in address_of(finding, session.cohort()):
        held = found.get(key)
        found[key] = value if held is None else [*([held] if isinstance(held, str) else held), value]
    return found


def _draw_open(answer: Brief) -> None:
    """Say what was not looked at yet, with the way to have it looked at."""
    place = st.container(gap="xxsmall")
    for source in answer.open:
        with place, st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(escaped(readings.open_sentence(source, answer)), width="content")
            if can_ask(source, answer.asking):
                st.button(
                    _LABELS[source.name],
                    key=f"look_{source.name}",
                    type="tertiary",
                    icon=":material/search:",
                    on_click=_want,
                    args=(source.name, answer.asking.question.log.key),
                )
            else:
                page = PAGES[source.page]
                st.page_link(
                    page.path, label=page.title, icon=":material/arrow_forward:", query_params=address.of_question()
                )
