"""The readings of what speaks for a cause: slices, inputs and the date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.measure.gap.metric import COST, GapMetric
from analytics.present import words
from analytics.present.readings.gap import MAX_NAMED, fault_text, metric_phrase, sentence_start

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap
    from analytics.answers.gap.inputs import Inputs
    from analytics.answers.gap.over_time import GapTime


def slices_of_gap_reading(gap: Gap, column: str) -> str:
    """Say which slices of a column carry most of the change."""
    table, metric = gap.slices[column], gap.metric
    found = table.filter((table["p_adjusted"] < 0.05).fill_null(False) & ~table["few_rows"]).head(5)
    if found.is_empty():
        named = words.shortened(column, 40)
        return f"No slice of {named} changed the metric beyond chance, adjusted for all slices of all columns."
    parts = []
    for row in found.head(MAX_NAMED).iter_rows(named=True):
        name = words.shortened(words.value_label(row["value"]), 30)
        share = f"share {words.share(row['share_reference'])} → {words.share(row['share_production'])}"
        parts.append(f"{name} ({_effect_text(metric, row['contribution'])}; {share})")
    return f"Beyond chance, adjusted for all slices of all columns: {words.listed(parts)}."


def _effect_text(metric: GapMetric, value: float) -> str:
    """Write an effect without its interval."""
    return words.signed(value, 1) if metric.name == COST else words.metric_difference(metric.name, value)


def inputs_reading(inputs: Inputs) -> str:
    """Say how many inputs are farther apart than chance and the reference's own weeks."""
    moved = [name for name, change in inputs.changes.items() if change.is_beyond_noise]
    faults = [name for name, change in inputs.changes.items() if change.is_fault]
    first = sorted(moved, key=lambda name: inputs.changes[name].noise - inputs.changes[name].distance)[:MAX_NAMED]
    of = words.plural(len(inputs.changes), "column")
    names = f", most {words.listed([words.shortened(name, 40) for name in first])}" if first else ""
    text = f"{len(moved)} of {of} differ by more than chance and the reference's own weeks do{names}."
    if faults:
        text += f" {words.listed([fault_text(inputs, name) for name in faults[:MAX_NAMED]])}."
    steps = inputs.one_in
    if max(steps) > 1:
        text += f" Compared on a sample by a fixed rule: one row in {steps[0]} of the reference, in {steps[1]} of production."
    if inputs.weekdays:
        text += " Production has some weekdays only, so the same weekdays of the reference are compared."
    return text


def gap_time_reading(gap: Gap, time: GapTime) -> str:
    """Say from when on the metric is another one."""
    phrase = sentence_start(metric_phrase(gap.metric))
    if time.since is None:
        return f"{phrase} has no date at which it clearly changed, by {words.BUCKETS[time.every]}; bars are 95 % intervals."
    if time.is_from_the_start:
        return f"{phrase} changed with the sides: production is on another level from its first {words.BUCKETS[time.every]} on."
    date = words.bucket_label(time.since, time.every)
    return f"{phrase} is another one from {date} on (p {words.p_value(time.p_value)}, adjusted for looking at every bucket)."
