"""What is said of rows without a counterpart in the reference, and of two versions of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap

_MAX_NAMED = 2
"""Columns that a sentence names where the gap is told by none of them. A judgement."""
_LEAST_SCORED = 0.1
"""Share of production that a new version scored from which on it may be why the whole changed. A judgement."""
_MAX_VERSION = 40
"""Characters of a version within a sentence. A judgement."""
OTHER_MODEL_NOTES = {
    "operating": "the other version scores higher or lower",
    "concept": "scores tell labels apart otherwise",
}
OTHER_MODEL_KINDS = {
    "scale": "another scale: the other version of the model scores higher or lower, or the threshold moved",
    "concept": "the other version of the model: within slices its scores tell labels apart better or worse",
}
OTHER_MODEL_SETTLES = "The same rows scored by both versions would settle what is the model's and what the rows'."
OTHER_MODEL_MENDING = (
    "The other version tells labels apart otherwise{where}: compare the errors of both there before one is chosen."
)


def new_version_part(gap: Gap) -> str:
    """Say which version of the model came with a change of what the model makes of its rows; empty where the sides are versions.

    ``Most of it came with version v2, which scored all of production and none of the reference``
    """
    name = gap.sides.production.log.mapping.model_version
    if not gap.new_versions or name in gap.sides.production.cohort.columns():
        return ""
    version, share = gap.new_versions[0]
    if share < _LEAST_SCORED:
        return ""
    scored = "all" if share == 1 else words.share(share)
    label = words.shortened(words.one_line(version), _MAX_VERSION)
    return f"came with version {label}, which scored {scored} of production and none of the reference"


def without_counterpart(gap: Gap) -> str:
    """Say which share of production's rows has no counterpart, and by which columns."""
    held = [pair for pair in gap.apart if pair[0] in gap.by] or gap.apart[:_MAX_NAMED]
    (first, share), *rest = [(words.shortened(name, 30), words.share(share)) for name, share in held]
    others = f", {words.listed([f'{part} by {name}' for name, part in rest])}" if rest else ""
    return f"{share} of production's rows have no counterpart in the reference by {first}{others}"


def entangled_sentence(gap: Gap, size: str, *, is_first: bool) -> str:
    """Say how much of a change cannot be told apart, and why; without a size it is all of it."""
    goes_with = float(gap.waterfall.entangled.value) * float(gap.waterfall.change.value) > 0
    further = f"A further {size}" if goes_with else f"Against it, {size}"
    lead = f"Most of it, {size}, cannot be told apart" if is_first and goes_with else f"{further} cannot be told apart"
    lead = lead if size else "What it is made of cannot be told apart"
    return (
        f"{lead}: {without_counterpart(gap)}, and in such rows another mix, another scale and other "
        "outcomes look alike."
    )


def apart_caption(gap: Gap) -> str:
    """Say under the waterfall what rows without a counterpart mean for its parts; empty where there is nothing to say."""
    if gap.is_entangled:
        return (
            f" {without_counterpart(gap)}: these rows count as mix, but how they would have fared before is not known. Labelled "
            "rows like them in the reference would settle it."
        )
    if not gap.is_carried and gap.apart:
        return f" {without_counterpart(gap)}: what that does by itself is not told apart from these parts."
    if not gap.is_carried:
        return ""
    start = f" {without_counterpart(gap)}, but rows" if gap.apart else " Rows"
    return f"{start} with the same score come true as often as before: other scores count as other rows, not as another scale."


def waiting_sentence(gap: Gap) -> str:
    """Say that labels still come in on all days, where that could be all that happened to the share of positives."""
    if not gap.is_waiting:
        return ""
    before, after = (words.share(share) for share in gap.prevalence)
    return (
        f"Whether the base rate changed ({before} → {after} of judged rows) cannot be told either: rows without a label could be "
        "all of it."
    )
