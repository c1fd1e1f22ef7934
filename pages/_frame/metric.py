"""Which metric is asked for, kept in the address under one name on every page."""

from __future__ import annotations

import streamlit as st

from analytics.answers.question import Question
from analytics.measure.metrics import METRICS, used_in


def offered_metrics(question: Question) -> list[str]:
    """Return the metrics by which slices of a log can be compared."""
    return [name for name in used_in("slices") if question.log.is_probability or not METRICS[name].needs_probability]


def metric_from_address(key: str, offered: list[str]) -> None:
    """Take over the metric of a link, by its name or by its label, into the choice of this key; else the first one."""
    given = st.query_params.get("metric")
    if given is not None and given != st.session_state.get(f"_address_of_{key}"):
        named = (name for name, entry in METRICS.items() if given in (name, entry.label))
        st.session_state[key] = next(named, None)
    if st.session_state.get(key) not in offered:
        st.session_state[key] = offered[0]


def metric_to_address(key: str, metric: str) -> None:
    """Write the metric into the address by its name: a bound choice would write its label."""
    st.session_state[f"_address_of_{key}"] = metric
    if st.query_params.get("metric") != metric:
        st.query_params["metric"] = metric
