"""The Gap page's controls: what tells the two sides apart, the metric, the columns; all stand in the address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.answers.brief.course import worse_since
from analytics.answers.brief.finding import Asking, CourseParts
from analytics.answers.gap.sides import BY_TIME, proposed_sides
from analytics.answers.overview import overview
from analytics.answers.overview_course import rate_of
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.column import Column
from analytics.measure.gap.metric import COST, OFFERED
from analytics.measure.metrics import METRICS
from analytics.measure.thresholds.costs import Costs
from analytics.present.readings.gap_parts import metric_label
from pages._frame import address, session
from pages._frame.cache import kept
from pages._frame.costs import held_costs
from pages._frame.metric import choose_metric, leading_metric
from pages._frame.reference import (
    BY_LOG,
    DATES,
    KEPT,
    KEYS,
    choose_sides,
    chosen_sides,
    sides_by_log,
    sides_by_time,
    sides_by_value,
    values_of_sides,
    ways_apart,
)
from pages._frame.render import DATE_WIDTH, escaped
from pages._frame.saved_sides import draw_saved

_HELP = "By time, by the value of a column, or as two logs. The filters of the sidebar hold for both."
_OFFERED_HELP = (
    "Metrics that are a sum over rows divided by another, so that their change splits into parts that add up. AUROC, F1 and ECE "
    "are not: they compare rows with each other, or combine two such ratios."
)


def draw_controls(question: Question) -> tuple[Question, Question]:
    """Choose the reference and production; the sidebar's cohort holds for both."""
    _restore()
    log = question.log
    if any(_is_in_address(key) for key in KEYS):
        choose_sides()
    ways = ways_apart(log)
    proposed = _proposed(question, ways)
    if not _is_in_address("apart") and st.session_state.get("apart") not in ways:
        st.session_state.update(proposed)
    place, before, after, saved = st.columns([3, 4, 4, 2], vertical_alignment="bottom")
    with saved:
        draw_saved("sides", session.workspace().saved_sides(), session.workspace().save_sides, _state, _take_saved)
    way = place.selectbox(
        "The sides differ",
        ways,
        index=address.place_of(proposed["apart"], ways),
        key="apart",
        bind="query-params",
        help=_HELP,
        on_change=choose_sides,
    )
    if way is None:
        none = "no time, no version and no column that says so" if ways else "nothing that tells rows apart"
        st.info(
            f"Choose first which rows are the reference and which are production: the log has {none}. A column or another log "
            "can tell them apart.",
            icon=":material/arrow_upward:",
        )
        st.stop()
    if way == BY_LOG:
        found = _by_log(question, before, after)
    elif way == BY_TIME:
        found = _by_time(question, before, after)
    else:
        found = _by_value(question, log.column(way), before, after, proposed)
    st.session_state[KEPT] = {key: st.session_state.get(key) for key in KEYS}
    return found


def _proposed(question: Question, ways: list[str]) -> dict[str, str | None]:
    """Return what the controls begin with: an evaluation against production of the same model versions, where values are called
    so, else the time, else versions of the model. The values of any other column, such as men and women, are no reference and
    no production.
    """
    proposed = kept(proposed_sides, question)
    if proposed is not None and proposed[0] in ways and not any(_is_in_address(key) for key in KEYS):
        return dict(zip(("apart", "then", "now"), proposed, strict=True))
    return {"apart": next((way for way in (BY_TIME, question.log.mapping.model_version) if way in ways), None)}


def _restore() -> None:
    """Give the controls what they held when the page was left; the address goes before."""
    for key, value in st.session_state.get(KEPT, {}).items():
        if key not in st.session_state and key not in st.query_params:
            st.session_state[key] = value


def _is_in_address(key: str) -> bool:
    """Whether a control will take its value from the address when it is drawn."""
    return key in st.query_params and key not in st.session_state


def _by_value(
    question: Question,
    column: Column,
    before: DeltaGenerator,
    after: DeltaGenerator,
    proposed: Mapping[str, str | None],
) -> tuple[Question, Question]:
    """Choose a value of a column for either side."""
    by_label = values_of_sides(question.log, column)
    values = list(by_label)
    chosen = []
    for number, (place, key, label) in enumerate(((before, "then", "Reference"), (after, "now", "Production"))):
        usual = address.place_of(proposed.get(key), values)
        usual = min(number, len(values) - 1) if usual is None else usual
        if not _is_in_address(key) and st.session_state.get(key) not in values:
            st.session_state[key] = values[usual]
        chosen.append(
            place.selectbox(escaped(label), values, index=usual, key=key, bind="query-params", on_change=choose_sides)
        )
    known = [value for value in chosen if value is not None]
    if len(known) < len(chosen):
        raise QuestionError(f"Expected a value of {column.name!r} for both sides, found none for one. Choose it.")
    return sides_by_value(question, column, [by_label[label] for label in known])


def _by_time(question: Question, before: DeltaGenerator, after: DeltaGenerator) -> tuple[Question, Question]:
    """Choose a range of days for either side."""
    usual = dict(zip(DATES, _opening_dates(question), strict=True))
    for key, default in usual.items():
        if not isinstance(st.session_state.get(key), date) and key not in st.query_params:
            st.session_state[key] = default
    found: list[date] = []
    for place, keys, label in ((before, DATES[:2], "Reference"), (after, DATES[2:], "Production")):
        with place:
            pair = st.grid(2, min_column_width=DATE_WIDTH)
        left, right = pair.cell(), pair.cell()
        bound: dict[str, Any] = {"bind": "query-params", "on_change": choose_sides}
        start = left.date_input(f"{label} from", usual[keys[0]], key=keys[0], **bound)
        end = right.date_input("to", usual[keys[1]], key=keys[1], **bound)
        if not start or not end or start > end:
            raise QuestionError(
                f"Expected two days in order for the {label.lower()}, found {start} and {end}. Choose both."
            )
        found += [start, end]
    return sides_by_time(question, found)


def _opening_dates(question: Question) -> tuple[date, date, date, date]:
    """Return the days before and since errors rose, else since they shifted last, else the last quarter and the one before."""
    first, last = (datetime.fromisoformat(str(text)).date() for text in (question.log.time_low, question.log.time_high))
    leads = leading_metric(question, list(METRICS))
    risen = next(iter(kept(worse_since, Asking(question, metric=leads))), None)
    if risen is not None and isinstance(risen.parts, CourseParts) and risen.parts.until is None:
        days = dict(risen.asked)
        then_from, then_to, now_from, now_to = (date.fromisoformat(days[key]) for key in DATES)
        return then_from, then_to, now_from, now_to
    shift = kept(overview, question).shifts.get(rate_of(leads))
    if shift is None:
        return _default_dates(first, last)
    return max(first, shift.start), shift.since - timedelta(days=1), shift.since, last


def _default_dates(first: date, last: date) -> tuple[date, date, date, date]:
    """Return the last quarter of a span and the quarter before it.

    >>> _default_dates(date(2024, 1, 1), date(2024, 1, 8))[1:3]
    (datetime.date(2024, 1, 6), datetime.date(2024, 1, 7))
    """
    quarter = timedelta(days=max(1, ((last - first).days + 1) // 4))
    start = last - quarter + timedelta(days=1)
    return max(first, start - quarter), start - timedelta(days=1), start, last


def _by_log(question: Question, before: DeltaGenerator, after: DeltaGenerator) -> tuple[Question, Question]:
    """Choose the log of the reference; production is the log of the sidebar."""
    others = {other.log_id: other for other in session.logs() if other.log_id != question.log.log_id}
    if st.session_state.get("then_log") not in others:
        given = st.query_params.get("then_log")
        st.session_state["then_log"] = given if given in others else next(iter(others))
    chosen = before.selectbox(
        "Reference", list(others), key="then_log", format_func=lambda key: others[key].name, on_change=choose_sides
    )
    st.query_params["then_log"] = chosen
    with after:
        st.markdown(f"**Production:** {escaped(question.log.name)}")
        is_both = st.toggle(
            "Filter the reference too", value=True, key="filter_both", bind="query-params", disabled=not question.cohort
        )
    return sides_by_log(question, others[chosen], is_both=is_both)


def _state() -> str:
    """Return the present sides as text."""
    state = {key: st.session_state.get(key) for key in (*KEYS, "log", "model", "where")}
    return json.dumps(state, default=lambda value: value.isoformat())


def _take_saved(text: str) -> None:
    """Put saved sides into the controls; what no longer fits is replaced when they are drawn; for callbacks only."""
    try:
        state = json.loads(text)
        for key in DATES:
            state[key] = date.fromisoformat(state[key]) if state.get(key) else None
    except (ValueError, TypeError, AttributeError):
        return
    known = {log.log_id for log in session.logs()}
    for key in (*KEYS, "model", "where"):
        if state.get(key) is not None:
            st.session_state[key] = state[key]
    if state.get("log") in known:
        st.session_state["log"] = state["log"]
    choose_sides()


def opening_sides(question: Question) -> tuple[Question, Question] | None:
    """Return the sides that the page opens on: those of before, else what it proposes, else two spans of the time."""
    held, log = st.session_state.get(KEPT), question.log
    if held:
        return chosen_sides(question)
    ways, proposed = ways_apart(log), kept(proposed_sides, question)
    if proposed is not None and proposed[0] in ways:
        column = log.column(proposed[0])
        values = values_of_sides(log, column)
        return sides_by_value(question, column, [values[label] for label in proposed[1:]])
    if not ways or ways[0] != BY_TIME:
        return None
    return sides_by_time(question, _opening_dates(question))


def opening_metric(reference: Question, production: Question) -> tuple[str, Costs]:
    """Return the metric that the page opens on, and what errors cost."""
    offered = _offered(reference, production)
    leads, priced = leading_metric(production, offered), held_costs(production)
    return leads if leads in offered else offered[0], Costs() if priced is None else priced.costs


def _offered(reference: Question, production: Question) -> list[str]:
    """Return the metrics whose change can be split."""
    is_probability = reference.log.is_probability and production.log.is_probability
    is_priced = held_costs(production) is not None
    return [name for name in OFFERED if (is_probability or name != "brier") and (is_priced or name != COST)]


def draw_metric(reference: Question, production: Question) -> tuple[str, Costs, tuple[str, ...]]:
    """Choose the metric, and the columns whose slices the parts are made of."""
    priced = held_costs(production)
    offered = _offered(reference, production)
    metric_place, by_place = st.columns([3, 10], vertical_alignment="bottom")
    leads = leading_metric(production, [*offered, "cost"])
    usual = leads if leads in offered else offered[0]
    if "gap_metric" not in st.query_params:
        st.session_state["gap_metric"] = leads if leads in offered else COST
    metric = metric_place.selectbox(
        "Metric",
        offered,
        index=offered.index(usual),
        key="gap_metric",
        bind="query-params",
        format_func=metric_label,
        help=_OFFERED_HELP,
        on_change=choose_metric,
        args=("gap_metric",),
    )
    segments = list(dict.fromkeys([*reference.log.mapping.segments, *production.log.mapping.segments]))
    by = by_place.multiselect(
        "Slices of",
        segments,
        key="gap_by",
        bind="query-params",
        max_selections=3,
        placeholder="Chosen by what they explain",
        help="The columns whose slices the mix, and the change within, are made of.",
    )
    costs = Costs() if priced is None else priced.costs
    if metric == COST:
        cells = (("fp", "a false positive"), ("fn", "a false negative"))
        said = [
            f"{name} {getattr(costs, cell):g}{' × amount' if cell in costs.amount_cells else ''}"
            for cell, name in cells
        ]
        st.caption(escaped(f"With the costs of the Thresholds page: {', '.join(said)}."))
    return metric if metric in offered else offered[0], costs, tuple(by)
