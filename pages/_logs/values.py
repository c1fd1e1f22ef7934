"""Which values of the label and of the decision are positive, negative, or neither."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from analytics.log import positives
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading
from analytics.log.value_words import BLANK, GIVEN
from analytics.present.told_apart import told_apart
from pages._frame.render import escaped

_MIN_WIDTH = 290
"""Pixels of a list of values: beside each other where both fit, else one below the other, so that a chip shows its value."""

_NOTHING = "(nothing)"
"""What the chip of cells without a value is called."""

_MAX_CHIP = 22
"""Characters of a value on a chip: as many as that width holds beside the cross. Measured."""

_Values = tuple[str, ...]


@dataclass(frozen=True)
class _Side:
    """One of the two lists: what it is called, how its widget's key begins, and what it means."""

    title: str
    key: str
    help: str


_LABEL = (
    _Side("Positive value", "positive", "The class that the score is for."),
    _Side("Negative value", "negative", "What is neither positive nor negative is not known yet."),
)
_DECISION = (
    _Side("Positive decision", "decided", "The decision that stands for the positive class."),
    _Side(
        "Negative decision",
        "decided_not",
        "What is neither positive nor negative decides nothing, and is not judged.",
    ),
)


def of_label(reading: Reading, mapping: Mapping, label: str | None, key: str) -> tuple[_Values, _Values]:
    """Choose which values of the label are positive and which are negative."""
    if label is None:
        return (), ()
    before = (mapping.positive, mapping.negative)
    found = before if label == mapping.label else positives.split_values(reading.column(label))
    chosen = _choose(_LABEL, reading, label, found, key, label)
    if reading.column(label).kind == "time":
        st.caption(
            "What has a time happened. Nothing can also mean not yet: it is taken as the label time too, and Labels says so."
        )
    if (untold := positives.untold_values(reading.column(label))) and chosen == found:
        of = f"of {untold[0]!r} and {untold[1]!r}" if len(untold) == 2 else "value"
        what = f"No word tells which {of} is positive: check it."
        if BLANK in untold:
            what = f"Where nothing beside {untold[0]!r} means no, choose {_NOTHING} as the negative value."
        st.caption(escaped(what))
    return chosen


def of_decision(reading: Reading, mapping: Mapping, changed: Mapping, key: str) -> tuple[_Values, _Values]:
    """Choose which values of the decision are positive and negative; those of the label, where both have them, are first."""
    if changed.decision is None:
        return (), ()
    is_as_before = (changed.decision, changed.label, changed.positive) == (
        mapping.decision,
        mapping.label,
        mapping.positive,
    )
    before = (mapping.decision_positive, mapping.decision_negative)
    found = before if is_as_before else positives.decision_values(changed, reading)
    state = f"{changed.decision}_{changed.label}_{'|'.join(changed.positive)}"
    return _choose(_DECISION, reading, changed.decision, found, key, state)


def _choose(
    sides: tuple[_Side, _Side], reading: Reading, name: str, found: tuple[_Values, _Values], key: str, state: str
) -> tuple[_Values, _Values]:
    """Draw two lists of the values of a column; what is in the first is not offered in the second."""
    first, second = sides
    column = reading.column(name)
    blank = [BLANK] if positives.marked(column) else []
    listed = [GIVEN, BLANK] if column.kind == "time" else [value for value, _ in column.top]
    options = list(dict.fromkeys([*listed, *found[0], *found[1], *blank]))
    chips = dict(zip(options, told_apart([value or _NOTHING for value in options], _MAX_CHIP), strict=True))
    pair = st.grid(2, min_column_width=_MIN_WIDTH)
    with pair.cell():
        positive = st.multiselect(
            first.title,
            options,
            default=list(found[0]),
            key=f"{key}_{first.key}_{state}",
            format_func=lambda value: chips.get(value, value),
            placeholder="Choose",
            wrap=True,
            help=first.help,
        )
    rest = [value for value in options if value not in positive]
    with pair.cell():
        negative = st.multiselect(
            second.title,
            rest,
            default=[value for value in (found[1] or rest) if value in rest],
            key=f"{key}_{second.key}_{state}_{'|'.join(positive)}",
            format_func=lambda value: chips.get(value, value),
            placeholder="All others" if rest else "None is left",
            wrap=True,
            help=second.help,
        )
    return tuple(positive), tuple(negative)
