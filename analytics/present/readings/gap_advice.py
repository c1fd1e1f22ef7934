"""What to mend, as the parts of the gap and the inputs say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.measure.gap.causes import emptied, is_clear, slice_leads, to_mend
from analytics.measure.gap.constants import MAX_NAMED
from analytics.present import words
from analytics.present.readings.gap_counterparts import OTHER_MODEL_MENDING, without_counterpart
from analytics.present.readings.gap_inputs import fault_text
from analytics.present.readings.gap_parts import effect_text, moved_threshold

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap
    from analytics.answers.gap.inputs import Inputs
    from analytics.answers.gap.sides import Sides

_MENDING = {
    "coverage": (
        "labels",
        "Wait for the labels, or attach those that came later, before the numbers are compared.",
        ("Logs",),
    ),
    "segments": (
        "model",
        "Rows come from slices that were always harder or easier{where}: train on the present mix, or treat these slices "
        "on their own.",
        ("Slices",),
    ),
    "missingness": (
        "data",
        "{fields}: mend the source, or train with the gaps as they are.",
        ("Slices", "Logs"),
    ),
    "base_rate": (
        "system",
        "Positives went from {before} to {after} of judged rows: see whether the threshold still fits what errors cost.",
        ("Thresholds",),
    ),
    "operating": (
        "system",
        "{scale}: recalibrate; what a move of the threshold would do to recall, precision and flagged rows stands on Thresholds.",
        ("Calibration", "Thresholds"),
    ),
    "concept": (
        "model",
        "The same inputs lead to other outcomes{where}: look at the errors there, then train anew.",
        ("Slices", "Review"),
    ),
}
"""By part: what to mend (data, model, system, labels), in words, and the pages that show it."""


@dataclass(frozen=True)
class _Advice:
    """What to mend.

    Attributes
    ----------
    what : {"data", "model", "system", "labels", "nothing"}
    text : str
    pages : tuple of str
        The pages that show it.
    size : str
        How much of the change it is about, in words; empty where that is not known.
    column : str or None
        The column whose slices show it.
    """

    what: str
    text: str
    pages: tuple[str, ...]
    size: str = ""
    column: str | None = None


def advice(gap: Gap, inputs: Inputs) -> list[_Advice]:
    """Say what to mend, the most first: data, model, system or labels."""
    found = [_two_scales(gap.sides)] if gap.sides.percent_side else []
    faults = [name for name, change in inputs.changes.items() if change.is_fault]
    parts = to_mend(gap)
    told = [name for name in parts if name in ("segments", "concept") and gap.by and set(gap.by) <= set(faults)]
    for name in faults[:MAX_NAMED]:
        text = f"{fault_text(inputs, name)}: mend its source first."
        size = _part_size(gap, told[0]) if told and gap.by == (name,) else ""
        found.append(_Advice("data", text, ("Slices",), size, name))
    for name in [name for name in parts if name not in told][:MAX_NAMED]:
        found.append(_advice_for(gap, name))
    if gap.is_entangled and is_clear(gap.waterfall.entangled):
        size = effect_text(gap.metric, float(gap.waterfall.entangled.value))
        text = f"{without_counterpart(gap)}: evaluate anew on labelled rows like these before a model or a threshold is changed."
        found.append(_Advice("labels", text, ("Slices",), size, gap.apart[0][0]))
    if not found:
        return (
            [_Advice("nothing", "Nothing needs mending on this evidence.", ())]
            if not _still_open(gap)
            else [_wait(gap)]
        )
    return found


def _two_scales(sides: Sides) -> _Advice:
    """Say that scores of 0 to 1 are held against scores of 0 to 100."""
    assert sides.percent_side is not None
    lines = " and ".join(words.threshold_text(side.threshold) for side in sides.questions)
    text = (
        f"The scores of the two sides are on two scales: those of {sides.percent_side.log.name} run up to 100, the others to 1, "
        f"and each side is judged at a threshold of its own ({lines}). Read them as percent first, in the mapping of the Logs "
        "page."
    )
    return _Advice("system", text, ("Logs",))


def _still_open(gap: Gap) -> bool:
    """Whether labels that are not known yet could turn a change that is within chance into one that is not."""
    flow = gap.waterfall
    is_wider = float(flow.pending_low) < float(flow.change.low) or float(flow.pending_high) > float(flow.change.high)
    return flow.n_pending > 0 and is_wider


def _wait(gap: Gap) -> _Advice:
    """Say how far the labels to come could still move the change."""
    flow = gap.waterfall
    low, high = (effect_text(gap.metric, float(end)) for end in (flow.pending_low, flow.pending_high))
    text = (
        f"On the labels that are known nothing needs mending; the {words.count(flow.n_pending)} rows without one could still "
        f"move the change to anything from {low} to {high}. Wait for them, or have some of them judged."
    )
    return _Advice("labels", text, ("Review",))


def _advice_for(gap: Gap, name: str) -> _Advice:
    """Say what to mend about one part."""
    leads = [] if gap.is_carried or gap.is_entangled else slice_leads(gap)
    slices = [f"{column} {words.value_label(value)}" for column, value, _ in leads]
    where = f", first in {words.listed([words.shortened(text, 50) for text in slices])}" if slices else ""
    fields = "Fields arrive empty more or less often"
    if emptied(gap):
        fields = "; ".join(_empty_text(*each) for each in emptied(gap))
    what, text, pages = _MENDING[name]
    if gap.is_other_model and name == "concept":
        text = OTHER_MODEL_MENDING
    before, after = (words.share(share) for share in gap.prevalence)
    moved = moved_threshold(gap)
    scale = f"The two sides are judged at two thresholds ({moved})" if moved else "Scores are read on another scale"
    told = text.format(where=where, before=before, after=after, fields=fields, scale=scale)
    columns = [column for column, _, _ in emptied(gap) if name == "missingness"] + [column for column, _, _ in leads]
    return _Advice(what, told, pages, _part_size(gap, name), next(iter([*columns, *gap.by]), None))


def _part_size(gap: Gap, name: str) -> str:
    """Return how much of the change a part is, in words."""
    return effect_text(gap.metric, float(gap.waterfall.parts[name].value))


def _empty_text(name: str, before: float, after: float) -> str:
    """Say in a sentence how often a column is empty now and was before."""
    return f"{words.shortened(name, 40)} arrives empty in {words.share(after)} of rows, before in {words.share(before)}"
