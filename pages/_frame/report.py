"""What goes into the report, from whatever page it is added; all of it stands in the address or in the workspace."""

from __future__ import annotations

from itertools import combinations

import polars as pl
import streamlit as st

from analytics.answers.question import Question
from analytics.answers.slices_ranking import leading_columns, ranked_by_kind, ranked_columns
from analytics.log.kept import discovery
from analytics.log.kept.discovery import FoundSlice
from analytics.measure.slices_cost import COST
from analytics.present import words
from pages._frame import address, session
from pages._frame.cache import kept
from pages._frame.costs import held_costs
from pages._frame.metric import leading_metric, offered_metrics
from pages._frame.render import escaped

_N_FIRST = 3
"""Ranked columns in a report from the start."""
MAX_SECTIONS = 12
"""Sections of one report: what a meeting can go through."""
_MAX_PAIRED = 40
"""Segment columns that are offered in pairs: 780 pairs, which the choice still searches at once."""
_LAST_SLICED = "_last_sliced"
SECTIONS = "sections"


def section_options(question: Question) -> dict[str, tuple[str, ...]]:
    """Return what can be a section by its label: each segment column, then each two, the one with more values down."""
    segments = question.log.mapping.segments
    by_values = sorted(segments, key=lambda name: -question.log.column(name).n_distinct)
    options: dict[str, tuple[str, ...]] = {name: (name,) for name in segments}
    return options | {f"{down} × {across}": (down, across) for down, across in combinations(by_values[:_MAX_PAIRED], 2)}


def _add_section(question: Question, columns: tuple[str, ...]) -> None:
    """Add slices by these columns to the report: two as a heat map, others one by one."""
    options = section_options(question)
    together = [label for label, by in options.items() if len(by) == len(columns) and set(by) == set(columns)]
    chosen = st.session_state.get(SECTIONS)
    if chosen is None:
        chosen = _first_sections(question, options, st.session_state.get(_LAST_SLICED, ()))
    wanted = together or [name for name in columns if name in options]
    st.session_state[SECTIONS] = list(dict.fromkeys([*wanted, *chosen]))[:MAX_SECTIONS]


def draw_add(question: Question, by: tuple[str, ...]) -> None:
    """Offer to add what is sliced to the report; without it, the report begins with what was sliced last."""
    st.session_state[_LAST_SLICED] = by
    if st.button(
        "Add to report", key="report_slices", icon=":material/note_add:", on_click=_add_section, args=(question, by)
    ):
        st.toast(f"Added to the report: slices by {escaped(words.listed(by))}.")


def add_found(question: Question, slice_: FoundSlice) -> None:
    """Add a discovered slice to the report of its log."""
    discovery.keep(session.workspace(), question.log.key, slice_)
    st.toast(f"Added to the report: {escaped(slice_.title)}.")


def _first_sections(question: Question, options: dict[str, tuple[str, ...]], sliced: tuple[str, ...]) -> list[str]:
    """Return what a report holds from the start: what was sliced last, and the columns that separate the errors most."""
    metric = leading_metric(question, offered_metrics(question))
    ranked = [(name,) for name in leading_columns(ranked_by(question, metric), _N_FIRST)]
    labels = {frozenset(columns): label for label, columns in options.items()}
    wanted = map(frozenset, [sliced, *ranked])
    return list(dict.fromkeys(labels[columns] for columns in wanted if columns in labels))


def ranked_by(question: Question, metric: str) -> pl.DataFrame:
    """Return the segment columns, ranked by what they separate of a metric; of the cost by what somebody said."""
    return kept(ranked_columns, question, metric, held_costs(question) if metric == COST else None)


def ranked_by_either(question: Question, metric: str) -> tuple[str, pl.DataFrame, bool]:
    """Return the ranked columns with their metric: that of the other kind of error where it is graver somewhere."""
    return kept(ranked_by_kind, question, metric, held_costs(question) if metric == COST else None)


def sections_from_address(question: Question, options: dict[str, tuple[str, ...]]) -> None:
    """Take over the sections of a link, in its order; without any, what separates the errors most."""
    given = address.taken(SECTIONS)
    if given:
        st.session_state[SECTIONS] = [label for label in given if label in options][:MAX_SECTIONS]
    elif given == ():
        st.session_state[SECTIONS] = _first_sections(question, options, ())
    if not set(st.session_state.get(SECTIONS, [""])) <= set(options):
        st.session_state[SECTIONS] = _first_sections(question, options, st.session_state.get(_LAST_SLICED, ()))


def sections_to_address(question: Question, chosen: list[str]) -> None:
    """Write the sections into the address, so that a copied link reopens the same report; none at all is said as well."""
    usual = _first_sections(question, section_options(question), ())
    address.put(SECTIONS, [] if chosen == usual else chosen or [""])
