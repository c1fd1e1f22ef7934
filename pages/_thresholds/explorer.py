"""The explorer of thresholds: a fragment that moves the line without asking the log anything."""

from __future__ import annotations

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer
from analytics.measure.thresholds.operating import Point
from analytics.present import figures, readings, words
from analytics.present.money import point_text
from analytics.present.tables.thresholds import move_frame, move_table, sweep_frame
from pages._frame.line import Line, line_of
from pages._frame.render import FURTHER, clicked, escaped, figure, table_downloads
from pages._frame.tables import number_table


def considered(answer: ThresholdAnswer) -> Point:
    """Return the point that the page considers: what was typed or clicked, else the best one."""
    to = st.session_state.get("to")
    return (answer.best or answer.present) if to is None else answer.point_of(float(to))


def _choose_bin(key: str, answer: ThresholdAnswer) -> None:
    """Consider the threshold of the clicked mark."""
    place = clicked(key)
    if place is not None:
        st.session_state["to"] = _score_of(answer, Point(place))


def _score_of(answer: ThresholdAnswer, point: Point) -> float:
    """Return the score that stands for a point: above the highest one where nothing is flagged."""
    threshold = answer.threshold_at(point.bin)
    return float(answer.edges[-1]) + _line(answer).step if threshold is None else threshold


def _line(answer: ThresholdAnswer) -> Line:
    """Return where the slider moves."""
    return line_of(answer.edges.tolist(), is_probability=answer.is_probability)


def _take_slider(key: str) -> None:
    """Consider the threshold that the slider stands at."""
    st.session_state["to"] = float(st.session_state[key])


def _consider(value: float | None) -> None:
    """Consider a threshold; for callbacks only."""
    st.session_state["to"] = value


def _use_everywhere(value: float) -> None:
    """Make a threshold that of every page; for callbacks only."""
    st.session_state["threshold"] = value
    st.session_state["to"] = None


@st.fragment
def draw_explorer(answer: ThresholdAnswer, question: Question) -> None:
    """Draw the line's controls, the curves and what a move does; a move redraws this part alone."""
    _draw_line(answer, question)
    to, sweep = considered(answer), sweep_frame(answer)
    if answer.policy.has_costs:
        figure(
            figures.cost_figure(answer, sweep, to),
            readings.curve_reading(answer),
            "cost",
            alt="Cost per 1,000 judged rows with its band, and recall, precision, FPR and selection rate, by threshold",
            on_select=lambda: _choose_bin("cost", answer),
        )
    st.markdown(f"**{escaped(readings.move_reading(answer, to))}**")
    moved = move_table(answer, to)
    number_table(moved, hide_index=True, alt="What a move of the threshold does to each outcome")
    if answer.policy.has_costs:
        st.caption(FURTHER)
    table_downloads(move_frame(answer, to), "move", key="move", title="What the move does")
    figure(
        figures.trade_off_figure(answer, sweep, to),
        readings.theory_reading(answer),
        "trade",
        alt="ROC, precision-recall and gain curves with the present, the best and the considered threshold",
        table=sweep,
        on_select=lambda: _choose_bin("trade", answer),
    )


def _draw_line(answer: ThresholdAnswer, question: Question) -> None:
    """Draw slider, field and buttons of the threshold under consideration."""
    if question.log.score_kind == "decision" or len(answer.edges) < 2:
        st.caption("The log has no scores between which a line could move.")
        return
    key = f"to_slider_{question.log.key}"
    line = _line(answer)
    to = considered(answer)
    typed = st.session_state.get("to")
    shown = _score_of(answer, to) if typed is None else float(typed)
    st.session_state[key] = line.place(shown)
    slide, field = st.columns([4, 1], vertical_alignment="bottom")
    slide.slider(
        "Consider the threshold",
        line.low,
        line.high,
        step=line.step,
        key=key,
        on_change=_take_slider,
        args=(key,),
        format=line.format,
        help="Arrow keys move it by one step.",
    )
    field.number_input(
        "or type it",
        value=None,
        key="to",
        bind="query-params",
        step=line.step * 10 if line.step < 1 else 1.0,
        format="%.6g",
        placeholder="best",
        label_visibility="visible",
    )
    best = answer.best
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Best: {point_text(answer, best)}",
            key="consider_best",
            on_click=_consider,
            args=(None,),
            disabled=best is None,
        )
        st.button(
            f"Now: {words.threshold_text(answer.threshold)}",
            key="consider_now",
            on_click=_consider,
            args=(answer.threshold,),
        )
        if st.button(
            "Use on every page",
            key="use_everywhere",
            type="primary",
            on_click=_use_everywhere,
            args=(_score_of(answer, to),),
            disabled=to == answer.present,
        ):
            st.rerun()
