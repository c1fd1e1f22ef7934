"""The controls of Compare: what tells the live side and the candidate apart, by what they meet, and the metric of the verdict."""

from __future__ import annotations

import json

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.answers.compare.metrics import compared_metrics
from analytics.answers.compare.sides import column_pairing, pairing_of, usual_columns
from analytics.answers.gap.sides import BY_TIME
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.operations import operations, taken_by_both
from analytics.log.other_answer import likely_answer, other_columns
from analytics.measure.compare.difference import COST, direction_of
from analytics.measure.thresholds.costs import Costs
from analytics.present.readings.compare import metric_phrase
from analytics.query.compare.pairs import Pairing
from pages._frame import session
from pages._frame.address import place_of
from pages._frame.compared import BY_COLUMN, TOOK, costs_of, draw_add_comparison, with_taken
from pages._frame.reference import BY_LOG, sides_by_log, sides_by_value, values_of_sides, ways_apart
from pages._frame.render import escaped
from pages._frame.saved_sides import draw_saved

_HELP = "By the value of a column, such as the model version; as two logs; or two answers that stand in one row."
_ON_HELP = "Columns that both sides have and that together say which rows answer the same input. By default the id."

_SAVED = (
    "pair_apart",
    "pair_live",
    "pair_candidate",
    "pair_log",
    "pair_column",
    "pair_on",
    "model",
    "where",
    *TOOK.values(),
)
"""What is kept of sides under a name, beside the log."""


def draw_sides(question: Question) -> Pairing | None:
    """Choose both sides and by what their rows meet; None where nothing tells two sides apart. All stand in the address."""
    log = question.log
    ways = [way for way in ways_apart(log) if way != BY_TIME]
    if other_columns(log):
        ways.append(BY_COLUMN)
    if not ways:
        _draw_no_sides()
        return None
    is_wide = log.mapping.model_version not in ways and likely_answer(log) is not None
    is_told = log.mapping.model_version in ways or not log.ids_are_unique  # else no two rows of it are of one input
    opening = BY_COLUMN if is_wide else ways[0] if is_told else None
    if st.session_state.get("pair_apart") not in ways and "pair_apart" not in st.query_params:
        st.session_state["pair_apart"] = opening
    place, first, second, meet, saved = st.columns([3, 3, 3, 3, 2.5], vertical_alignment="bottom")
    with saved:
        draw_saved("pair", session.workspace().saved_pairs(), session.workspace().save_pair, _state, _take_saved)
    way = place.selectbox(
        "The sides differ", ways, index=place_of(opening, ways), key="pair_apart", bind="query-params", help=_HELP
    )
    if way is None:
        alone = "Every id stands on one row, so no two rows answer the same input. " if log.ids_are_unique else ""
        st.info(
            f"{alone}Choose what tells the live side and the candidate apart: another log, another answer in the same row, or "
            "a column.",
            icon=":material/arrow_upward:",
        )
        return None
    if way == BY_COLUMN:
        return _by_column(question, first, second, meet)
    sides = _by_log(question, first, second) if way == BY_LOG else _by_value(question, way, first, second)
    names = [name for name in sides[0].log.reading.names if name in sides[1].log.reading.names]
    usual = usual_columns(*sides)
    on = meet.multiselect(
        "Rows meet by",
        names,
        key="pair_on",
        bind="query-params",
        placeholder=" and ".join(name for name, _ in usual) or "Choose columns",
        help=_ON_HELP,
    )
    if not on and not usual:
        st.info("Choose the columns by which rows of both sides meet: the log has no id.", icon=":material/join_inner:")
        return None
    return pairing_of(*sides, on)


def _by_value(question: Question, way: str, first: DeltaGenerator, second: DeltaGenerator) -> tuple[Question, Question]:
    """Choose a value of a column for either side: at first the version of the sidebar against the most frequent other one."""
    column = question.log.column(way)
    by_label = values_of_sides(question.log, column)
    values = list(by_label)
    version = st.session_state.get("model") if way == question.log.mapping.model_version else None
    live = version if version in values else values[0]
    other = next(each for each in values if each != live)
    chosen = []
    for place, label, key, usual in (
        (first, "Live", "pair_live", live),
        (second, "Candidate", "pair_candidate", other),
    ):
        if st.session_state.get(key) not in values and key not in st.query_params:
            st.session_state[key] = usual
        chosen.append(place.selectbox(label, values, index=values.index(usual), key=key, bind="query-params"))
    known = [value for value in chosen if value is not None]
    if len(known) < len(chosen):
        raise QuestionError(f"Expected a value of {column.name!r} for both sides, found none for one. Choose it.")
    return sides_by_value(question, column, [by_label[label] for label in known])


def _by_log(question: Question, first: DeltaGenerator, second: DeltaGenerator) -> tuple[Question, Question]:
    """Choose the log of the candidate; the live side is the log of the sidebar."""
    others = {other.log_id: other for other in session.logs() if other.log_id != question.log.log_id}
    if st.session_state.get("pair_log") not in others:
        given = st.query_params.get("pair_log")
        st.session_state["pair_log"] = given if given in others else next(iter(others))
    chosen = second.selectbox("Candidate", list(others), key="pair_log", format_func=lambda key: others[key].name)
    st.query_params["pair_log"] = chosen
    first.text_input("Live", question.log.name, disabled=True)
    candidate, live = sides_by_log(question, others[chosen], is_both=True)
    return live, candidate


def _by_column(question: Question, first: DeltaGenerator, second: DeltaGenerator, took: DeltaGenerator) -> Pairing:
    """Choose the column of the candidate's answers; the live ones are those that the log is judged by."""
    offered = other_columns(question.log)
    if st.session_state.get("pair_column") not in offered and "pair_column" not in st.query_params:
        st.session_state["pair_column"] = offered[0]
    first.text_input("Live", question.log.mapping.judged or "", disabled=True)
    name = second.selectbox("Candidate", offered, key="pair_column", bind="query-params")
    return _with_taken(column_pairing(question, name or offered[0], session.remapped), took)


def _with_taken(pairing: Pairing, place: DeltaGenerator) -> Pairing:
    """Choose which columns say what the candidate's answers took, where names of one row do not tell."""
    live, candidate = pairing.live.log, pairing.candidate.log
    taken = [each for each in operations(live) if each.role]
    if not taken:
        return pairing
    known = {one.role: other.column for one, other in taken_by_both(live, candidate, is_by_row=True)}
    chosen = {}
    with place.popover("What the candidate took", help="Which columns say it, where their names do not tell."):
        for each in taken:
            role, kind = str(each.role), live.column(each.column).kind
            offered = [column.name for column in live.columns if column.kind == kind and column.name != each.column]
            chosen[role] = st.selectbox(
                f"Beside {escaped(each.column)}",
                offered,
                index=None,
                key=TOOK[role],
                bind="query-params",
                placeholder=known.get(role, "Choose a column"),
            )
    return with_taken(pairing, {role: column for role, column in chosen.items() if column})


def draw_metric(pairing: Pairing) -> tuple[str | None, float | None, Costs | None]:
    """Choose the metric of the verdict and how much worse is still no worse; None: what the house does."""
    costs = costs_of(pairing, session.question())
    told = [name for name in compared_metrics(pairing) if direction_of(name) != "neither"]
    offered = [*([COST] if costs else []), *(name for name in told if name != "corrected_prevalence")]
    place, beside, add, _ = st.columns([3, 2, 3, 5], vertical_alignment="bottom")
    metric = place.selectbox(
        "Metric",
        offered,
        index=None,
        key="pair_metric",
        bind="query-params",
        format_func=lambda name: metric_phrase(name).removeprefix("the ").capitalize(),
        placeholder="The one that leads",
    )
    margin = beside.number_input(
        "Margin",
        min_value=0.0,
        value=None,
        step=0.005,
        format="%.3f",
        key="pair_margin",
        bind="query-params",
        placeholder="0.01 of a share",
        help="How much worse the candidate may be and still count as no worse.",
    )
    with add:
        draw_add_comparison()
    return metric, margin or None, costs


def _draw_no_sides() -> None:
    """Say what is missing where nothing tells two sides apart."""
    st.info(
        "Nothing here tells two answers to the same input apart. Bring in the candidate's log on the Logs page, or a log that "
        "has a column for the model version or for a second answer.",
        icon=":material/compare:",
    )


def _state() -> str:
    """Return the present sides as text."""
    return json.dumps({key: st.session_state.get(key) for key in (*_SAVED, "log")})


def _take_saved(text: str) -> None:
    """Put saved sides into the controls; for callbacks only."""
    try:
        state = dict(json.loads(text))
    except (ValueError, TypeError):
        return
    if state.get("log") in {log.log_id for log in session.logs()}:
        st.session_state.update({key: state[key] for key in (*_SAVED, "log") if state.get(key) is not None})
