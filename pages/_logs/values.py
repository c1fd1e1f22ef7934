"""Which values of the label and of the decision are positive, negative, or neither."""

from __future__ import annotations

import streamlit as st

from analytics.log import classes
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading


def of_label(
    reading: Reading, mapping: Mapping, label: str | None, key: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Choose which values of the label are positive and which are negative."""
    if label is None:
        return (), ()
    column = reading.column(label)
    values = [value for value, _ in column.top]
    if label == mapping.label:
        positive, negative = mapping.positive, mapping.negative
    else:
        positive, negative = classes.split_values(column)
    options = list(dict.fromkeys([*values, *positive, *negative]))
    left, right = st.columns(2)
    chosen = left.multiselect(
        "Positive value",
        options,
        default=list(positive),
        key=f"{key}_positive_{label}",
        placeholder="Choose",
        wrap=True,
        help="The class that the score is for.",
    )
    rest = [value for value in options if value not in chosen]
    others = right.multiselect(
        "Negative value",
        rest,
        default=[value for value in (negative or rest) if value in rest],
        key=f"{key}_negative_{label}_{'|'.join(chosen)}",
        placeholder="All others" if rest else "None is left",
        wrap=True,
        help="What is neither positive nor negative is not known yet.",
    )
    return tuple(chosen), tuple(others)


def of_decision(
    reading: Reading, mapping: Mapping, changed: Mapping, key: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Choose which values of the decision are positive and negative; those of the label, where both have them, are first."""
    if changed.decision is None:
        return (), ()
    column = reading.column(changed.decision)
    is_as_before = (changed.decision, changed.label, changed.positive) == (
        mapping.decision,
        mapping.label,
        mapping.positive,
    )
    before = (mapping.decision_positive, mapping.decision_negative)
    positive, negative = before if is_as_before else classes.decision_values(changed, reading)
    options = list(dict.fromkeys([*(value for value, _ in column.top), *positive, *negative]))
    left, right = st.columns(2)
    state = f"{changed.decision}_{changed.label}_{'|'.join(changed.positive)}"
    chosen = left.multiselect(
        "Positive decision",
        options,
        default=list(positive),
        key=f"{key}_decided_{state}",
        placeholder="Choose",
        wrap=True,
        help="The decision that stands for the positive class.",
    )
    rest = [value for value in options if value not in chosen]
    others = right.multiselect(
        "Negative decision",
        rest,
        default=[value for value in (negative or rest) if value in rest],
        key=f"{key}_decided_not_{state}_{'|'.join(chosen)}",
        placeholder="All others" if rest else "None is left",
        wrap=True,
        help="What is neither positive nor negative decides nothing, and is not judged.",
    )
    return tuple(chosen), tuple(others)
