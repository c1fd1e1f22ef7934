"""Which drift it is, and since when: the evidence of the parts, of the inputs together and of the date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.measure.gap.causes import emptied, is_clear, is_mostly_entangled, kind_of, leading
from analytics.measure.gap.constants import MAX_NAMED
from analytics.present import words
from analytics.present.readings.gap_counterparts import (
    OTHER_MODEL_KINDS,
    OTHER_MODEL_SETTLES,
    apart_caption,
    without_counterpart,
)
from analytics.present.readings.gap_inputs import fault_text, joint_reading
from analytics.present.readings.gap_parts import metric_phrase, moved_threshold, sentence_start

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap
    from analytics.answers.gap.inputs import Inputs
    from analytics.measure.gap.density import Joint
    from analytics.measure.gap.time import GapTime

_KIND_WORDS = {
    "labels": "labels that are not complete",
    "covariate": "covariate drift: other rows come in",
    "emptied": "covariate drift: fields arrive empty that were filled before",
    "filled": "covariate drift: fields arrive filled that were empty before",
    "label": "label drift: positives became {frequent} in all slices alike",
    "scale": "a change of scale: scores, or the threshold, moved",
    "concept": "concept drift: the same inputs now lead to other outcomes",
    "none": "no change beyond chance",
    "open": "no single cause",
}


def drift_reading(gap: Gap, inputs: Inputs, joint: Joint | None, since: GapTime | None) -> str:
    """Say which drift it is, by what evidence, and what would settle it."""
    kind = kind_of(gap)
    frequent = "more frequent" if gap.prevalence[1] > gap.prevalence[0] else "less frequent"
    fields = emptied(gap) if leading(gap)[:1] == ["missingness"] else []
    drift = kind if not fields else "emptied" if fields[0][2] > fields[0][1] else "filled"
    spoken = OTHER_MODEL_KINDS.get(drift, _KIND_WORDS[drift]) if gap.is_other_model else _KIND_WORDS[drift]
    moved = moved_threshold(gap) if kind == "scale" else ""
    if moved:
        spoken = f"{spoken} ({moved})"
    lead = f"The evidence speaks for {spoken.format(frequent=frequent)}."
    if is_mostly_entangled(gap) and is_clear(gap.waterfall.entangled):
        lead = f"It cannot be told which drift it is: {without_counterpart(gap)}."
    elif kind in ("none", "open"):
        lead = "No part is beyond chance." if kind == "none" else "The evidence speaks for no single cause."
    found = [lead]
    faults = [name for name, change in inputs.changes.items() if change.is_fault]
    if faults:
        found.append(f"{words.listed([fault_text(inputs, name) for name in faults[:MAX_NAMED]])}.")
    if gap.is_carried:
        found.append(apart_caption(gap).strip())
    if joint is not None and not (gap.is_carried and not joint.is_conclusive):
        found.append(joint_reading(gap, joint))
    if since is not None and since.since is not None and not since.is_from_the_start:
        date = words.bucket_label(since.since, since.every)
        phrase = sentence_start(metric_phrase(gap.metric))
        found.append(f"{phrase} is another one from {date} on (p {words.p_value(since.p_value)}).")
    settle = {
        "labels": "Complete labels of the last days would settle it.",
        "covariate": "Labels of the new rows in a fresh reference would settle it.",
        "label": "The base rate of the next weeks would settle whether it stays.",
        "scale": "The same rows scored by both versions would settle it.",
        "concept": "A look at the errors of the slices that changed most would settle it.",
    }.get(kind)
    if moved:
        settle = "The same rows judged at one threshold on both sides would settle it."
    if fields:
        settle = "The same rows with these fields filled in would settle it."
    if gap.is_entangled:
        settle = "Labelled rows like those of production in the reference would settle it."
    if gap.is_other_model and kind in ("scale", "concept"):
        settle = OTHER_MODEL_SETTLES
    return " ".join([*found, *([settle] if settle else [])])


def gap_time_reading(gap: Gap, time: GapTime) -> str:
    """Say from when on the metric is another one."""
    phrase = sentence_start(metric_phrase(gap.metric))
    if time.since is None:
        return f"{phrase} has no date at which it clearly changed, by {words.BUCKETS[time.every]}; bars are 95 % intervals."
    if time.is_from_the_start:
        return f"{phrase} changed with the sides: production is on another level from its first {words.BUCKETS[time.every]} on."
    date = words.bucket_label(time.since, time.every)
    return f"{phrase} is another one from {date} on (p {words.p_value(time.p_value)}, adjusted for looking at every bucket)."
