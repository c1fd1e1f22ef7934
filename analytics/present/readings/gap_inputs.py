"""What the gap says of what came in: each input, what broke in it, and all of them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.measure.gap.constants import FAHRENHEIT, MAX_NAMED
from analytics.present import words
from analytics.present.readings.gap_parts import change_text

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap
    from analytics.answers.gap.inputs import Inputs
    from analytics.measure.gap.density import Joint

_DEGREES = {FAHRENHEIT: "°C → °F", 1 / FAHRENHEIT: "°F → °C"}


def inputs_reading(inputs: Inputs) -> str:
    """Say how many inputs are farther apart than chance and the reference's own weeks."""
    moved = [name for name in inputs.farthest if inputs.changes[name].is_beyond_noise]
    faults = [name for name in inputs.farthest if inputs.changes[name].is_fault]
    first = moved[:MAX_NAMED]
    of = words.plural(len(inputs.changes), "column")
    names = f", most {words.listed([words.shortened(name, 40) for name in first])}" if first else ""
    text = f"{len(moved)} of {of} differ by more than chance and the reference's own weeks do{names}."
    if faults:
        text += f" {words.listed([fault_text(inputs, name) for name in faults[:MAX_NAMED]])}."
    steps = inputs.one_in
    if max(steps) > 1:
        sampled = ["all rows" if step == 1 else f"one row in {step}" for step in steps]
        text += f" Compared on a sample by a fixed rule: {sampled[0]} of the reference, {sampled[1]} of production."
    if inputs.weekdays:
        text += " Production has some weekdays only, so the same weekdays of the reference are compared."
    return text


def joint_reading(gap: Gap, joint: Joint) -> str:
    """Say what all inputs together do, or why that cannot be said."""
    rows = f"a sample of {words.plural(joint.n_rows, 'judged row')} of the reference"
    counted = (
        f"{rows}, weighed as production's inputs are, counts as much as {words.plural(round(joint.effective_rows), 'row')}; "
        f"{words.share(joint.alone)} of production's have no counterpart in it"
    )
    if not joint.is_conclusive:
        return f"What all inputs do together is inconclusive, the two sides hardly overlap: {counted}."
    effect = change_text(gap.metric, joint.effect)
    n = len(joint.columns)
    lead = "The one input accounts" if n == 1 else f"All {n} inputs together account"
    return f"{lead} for {effect}: {counted}."


def unit_text(factor: float) -> str:
    """Say how a unit changed.

    >>> unit_text(100.0), unit_text(1 / 60), unit_text(1.8)
    ('×100', '÷60', '°C → °F')
    """
    if factor in _DEGREES:
        return _DEGREES[factor]
    return f"×{factor:g}" if factor >= 1 else f"÷{1 / factor:g}"


def fault_text(inputs: Inputs, name: str) -> str:
    """Say what broke in a column."""
    change = inputs.changes[name]
    if change.unit is not None:
        return f"{words.shortened(name, 40)} looks like a change of unit ({unit_text(change.unit)})"
    assert change.spike is not None
    value, before, after = change.spike
    return f"{words.shortened(name, 40)} has the value {value} in {words.share(after)} of rows, before in {words.share(before)}"
