"""Answer or hand over: what stands on the page where rows are right or wrong."""

from __future__ import annotations

from typing import Any

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.thresholds.deciding import Deciding, deciding_handover
from analytics.answers.thresholds.handover import Handover, handover
from analytics.answers.thresholds.handover_slices import handover_slices
from analytics.answers.thresholds.promise import Promise, promise_of
from analytics.log.unit import unit_of
from analytics.measure.thresholds.handover import PRICES
from analytics.measure.thresholds.operating import Point
from analytics.measure.thresholds.policy import Policy
from analytics.present import figures, readings, words
from analytics.present.money import per_month, per_week
from analytics.present.readings.thresholds_handover import confidence_text
from analytics.present.tables.thresholds_handover import (
    handover_frame,
    handover_slices_frame,
    points_frame,
    points_table,
)
from analytics.query.engine import Engine
from pages._frame import address, session
from pages._frame.cache import MODEST, keeping, kept
from pages._frame.cautions import cautioned_sentence
from pages._frame.handover import HANDOVER, handover_policy
from pages._frame.render import as_written, clicked, escaped, figure, sentence, table_downloads
from pages._frame.tables import number_table
from pages._thresholds import decisions
from pages._thresholds.costs import cost_table_of, offer_part

_FIELDS: dict[str, Any] = {"cost_wrong": None, "cost_person": None, "unit": None, "people": None, "confidence": None}
_DRAWN_ON = "_handover_page"


def draw_handover(question: Question) -> None:
    """Weigh a wrong answer against a person's work: the sentence, costs and capacity, the curve, the slices, the decision."""
    if not question.log.mapping.has_score:
        sentence(readings.no_confidence(question.log.mapping.kind))
        if question.log.mapping.kind != "rankings":
            st.caption("Choose the column of the confidence on the Logs page, if the log has one.")
        return
    head = st.container()
    left, right = st.columns([1, 2.1], gap="medium")
    with left:
        policy = _draw_policy(question)
    answer = kept(_answer, question, policy)
    with head:
        cautioned_sentence(_said(answer, question), question)
        part = _part_of(question, answer.policy)
        if part is not None and (readings.whole_handover_part(answer, part) or answer.best is None):
            offer_part(part)
    if not answer.n_judged:
        return
    with right:
        _draw_curve(answer)
    _draw_slices(answer, question)
    decisions.draw_decision(question, lambda: _evidence(answer, question))


@keeping("Weighing answers …", MODEST)
def _answer(_engine: Engine, question: Question, policy: Policy) -> Handover:
    """Return what every confidence leads to: arithmetic on a table that is kept."""
    return handover(cost_table_of(question), policy)


def _part_of(question: Question, policy: Policy) -> Deciding[Handover] | None:
    """Return what the rows say of the confidence that can say it, where these are not all."""
    return kept(deciding_handover, question, policy)


def _said(answer: Handover, question: Question) -> str:
    """Say from which confidence to answer: by the rows that can say it, where these are not all."""
    return readings.handover_decision_reading(answer, _part_of(question, answer.policy))


def _begin(question: Question) -> None:
    """Give the controls what they held when the page was left; the address goes before."""
    page = st.session_state.get(session.PAGE)
    is_entered = st.session_state.get(_DRAWN_ON) != page
    st.session_state[_DRAWN_ON] = page
    for key, value in {**_FIELDS, "unit": unit_of(question.log), **st.session_state.get(HANDOVER, {})}.items():
        if (is_entered or key not in st.session_state) and key not in st.query_params:
            st.session_state[key] = value


def _draw_policy(question: Question) -> Policy:
    """Draw what a wrong answer and a look cost and how many rows people can look at; all stand in the address."""
    _begin(question)
    asked = st.container()
    st.subheader("What one row costs", anchor=False)
    wrong, person = st.columns(2, gap="small", vertical_alignment="bottom")
    with wrong:
        _number("A wrong answer", "cost_wrong", "What it costs that the model answers and is wrong.", "not said")
    with person:
        _number(
            "A person's look", "cost_person", "One person's work at one row, whatever the answer would be.", "not said"
        )
    st.text_input(
        "Unit",
        unit_of(question.log),
        key="unit",
        bind="query-params",
        max_chars=12,
        help="A currency, minutes, points, …",
    )
    has_time = question.log.mapping.time is not None
    _number(
        f"Rows people can look at {'per week' if has_time else 'in all'}",
        "people",
        "No more are handed over than that.",
        "no limit",
    )
    st.session_state[HANDOVER] = {key: st.session_state.get(key) for key in _FIELDS}
    policy = handover_policy({key: st.session_state.get(key) for key in _FIELDS}, has_time=has_time)
    if not policy.has_costs:
        with asked:  # after the fields, which take over the address
            _ask()
    return policy


def _ask() -> None:
    """Ask what a wrong answer costs, with answers to choose from."""
    with st.container(border=True):
        st.markdown("**What does a wrong answer cost compared with a person's look?**")
        with st.container(horizontal=True, gap="small"):
            for price in PRICES:
                st.button(
                    f"{price:g} : 1",
                    key=f"ask_{price:g}",
                    on_click=_take,
                    args=(price,),
                    help=f"A wrong answer costs as much as {price:g} looks.",
                )


def _take(price: float) -> None:
    """Let a wrong answer cost so many looks; for callbacks only."""
    st.session_state.update(cost_wrong=price, cost_person=1.0)


def _number(label: str, key: str, help_: str, empty: str) -> None:
    """Draw a number from 0 on that stands in the address."""
    st.number_input(
        label,
        0.0,
        value=None,
        step=1.0,
        key=key,
        bind="query-params",
        format="%.6g",
        placeholder=empty,
        help=help_,
    )


def _considered(answer: Handover) -> Point:
    """Return the point that the page considers: what was typed or clicked, else the best, else what people have time for."""
    to = st.session_state.get("confidence")
    return (answer.best or answer.filled or answer.present) if to is None else answer.point_of(float(to))


def _consider(value: float | None) -> None:
    """Consider a confidence; for callbacks only."""
    st.session_state["confidence"] = value


def _choose(answer: Handover) -> None:
    """Consider the confidence of the clicked mark."""
    place = clicked("handover")
    threshold = answer.threshold_at(place)
    if threshold is not None:
        _consider(threshold)


def _draw_curve(answer: Handover) -> None:
    """Draw risk over coverage and what its points lead to."""
    field, buttons = st.columns([1, 2], vertical_alignment="bottom")
    field.number_input(
        "Consider a confidence",
        value=None,
        key="confidence",
        bind="query-params",
        step=0.01,
        format="%.6g",
        placeholder="best" if answer.best else "now",
    )
    with buttons.container(horizontal=True):
        st.button(
            escaped(f"Best: {confidence_text(answer, answer.best)}"),
            key="consider_best",
            on_click=_consider,
            args=(None,),
            disabled=answer.best is None,
        )
        st.button(
            f"Now: {words.threshold_text(answer.threshold)}",
            key="consider_now",
            on_click=_consider,
            args=(answer.threshold,),
        )
    to, frame = _considered(answer), handover_frame(answer)
    st.markdown(f"**{escaped(readings.handover_move_reading(answer, to))}**")
    figure(
        figures.risk_coverage(answer, frame, to),
        readings.break_even_reading(answer),
        "handover",
        alt="Share wrong among the answered with its interval, by the share answered",
        table=frame,
        on_select=lambda: _choose(answer),
    )
    points = points_table(answer, to)
    number_table(points, hide_index=True, alt="What is answered, wrong and handed over at some confidences")
    table_downloads(
        points_frame(answer, to), "handover_points", key="handover_points", title="Answered, wrong and handed over"
    )
    costs = f", costs {per_month(answer)[1]}" if answer.policy.has_costs else ""
    st.caption(escaped(f"Wrong answers and rows to people are {per_week(answer)[1]}{costs}."))


def _draw_slices(answer: Handover, question: Question) -> None:
    """Show coverage and risk of every slice of a column at the confidence under consideration."""
    st.subheader("Where is the same confidence worth less?")
    segments = list(question.log.mapping.segments)
    address.seed_choice("per", segments)
    by = st.selectbox(
        "Slice by", segments, index=None, key="per", bind="query-params", placeholder="A segment column", width=320
    )
    if by is None:
        st.caption("Choose a column to see how much of each slice is answered, and how much of that is wrong.")
        return
    to = _considered(answer)
    found = handover_slices(cost_table_of(question, (by,)), to)
    sentence(readings.handover_slices_reading(answer, found, to))
    table = handover_slices_frame(found)
    written, formats = as_written(table.select(by, *_SLICE_LABELS))
    config = {
        name: st.column_config.NumberColumn(label, format=formats.get(name, "localized"))
        for name, label in _SLICE_LABELS.items()
    }
    config["few_rows"] = st.column_config.CheckboxColumn(_SLICE_LABELS["few_rows"])
    config["is_worse"] = st.column_config.CheckboxColumn(_SLICE_LABELS["is_worse"])
    st.dataframe(
        written, hide_index=True, column_config=config, placeholder=words.UNDEFINED, alt="Coverage and risk by slice"
    )
    table_downloads(
        table, "handover_slices", key="handover_slices", slices=(by,), title=f"Coverage and risk by {by}", asked=(by,)
    )


_SLICE_LABELS = {
    "n": "Rows",
    "coverage": "Answered",
    "risk": "Wrong among the answered",
    "risk_low": "Low",
    "risk_high": "High",
    "excess": "More wrong than elsewhere",
    "is_worse": "Clearly worse",
    "few_rows": "Few rows",
}


def _evidence(answer: Handover, question: Question) -> tuple[str, Promise]:
    """Return what the page says of the confidence under consideration, and what is expected there."""
    to = _considered(answer)
    said = f"{_said(answer, question)} {readings.handover_move_reading(answer, to)}"
    return said, promise_of(answer, to, question)
