"""Which metric is asked for: one choice for every page, kept in the address under one name."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from analytics.answers.question import Question
from analytics.measure.headline import headline
from analytics.measure.metrics import METRICS, metrics_of, used_in
from analytics.measure.slices_cost import COST
from pages._frame import address
from pages._frame.costs import held_costs

_CHOSEN, _USUAL = "_metric_chosen", "_metric_usual"


def offered_metrics(question: Question) -> list[str]:
    """Return the metrics by which slices of a log can be compared; the cost first, where somebody said what errors cost."""
    log = question.log
    has_score = log.mapping.has_score or not log.is_right_or_wrong
    known = metrics_of(log.mapping.kind, has_score=has_score, has_interval=log.mapping.has_interval)
    offered = [name for name in used_in("slices", log.mapping.kind) if name in known]
    offered = [name for name in offered if log.is_probability or not METRICS[name].needs_probability]
    return [COST, *offered] if held_costs(question) is not None else offered


def leading_metric(question: Question, offered: Sequence[str]) -> str:
    """Return the metric that leads: that of a link or of a person's choice on any page; else the cost per row where somebody
    said what errors cost and the page offers it; else what the base rate asks for.
    """
    given = address.taken("metric")
    if given is not None:
        named = (name for name, entry in METRICS.items() if given and given[0] in (name, entry.label))
        st.session_state[_CHOSEN] = COST if given == (COST,) else next(named, None)
    usual = headline(*question.log.class_counts).metric
    is_priced = held_costs(question) is not None
    st.session_state[_USUAL] = None if is_priced else usual
    wanted = (st.session_state.get(_CHOSEN), COST if is_priced else None, usual)
    return next((str(name) for name in wanted if name in offered), offered[0])


def metric_from_address(key: str, question: Question, offered: Sequence[str]) -> None:
    """Put the metric that leads into the choice of this key; before it is drawn."""
    st.session_state[key] = leading_metric(question, offered)


def choose_metric(key: str) -> None:
    """Make the metric of a choice that of every page; for callbacks only."""
    chosen = st.session_state.get(key)
    if chosen is not None:
        st.session_state[_CHOSEN] = chosen if chosen in METRICS else COST


def metric_to_address(metric: str) -> None:
    """Write the metric into the address by its name, unless it is usual for the log: a bound choice would write its label."""
    address.put("metric", [] if metric == st.session_state.get(_USUAL) else [metric])
