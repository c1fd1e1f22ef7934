"""What the gap says: what changed, whose part is largest, and which slices carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.measure.gap.causes import (
    against,
    beneath,
    clear_slices,
    is_clear,
    is_masked,
    is_mostly_entangled,
    kind_of,
    leading,
)
from analytics.measure.gap.constants import MAX_NAMED, MOST
from analytics.measure.gap.metric import GapMetric
from analytics.present import words
from analytics.present.readings.gap_counterparts import (
    OTHER_MODEL_NOTES,
    apart_caption,
    entangled_sentence,
    new_version_part,
    waiting_sentence,
)
from analytics.present.readings.gap_parts import (
    change_text,
    effect_text,
    metric_phrase,
    named_part,
    value_text,
    with_article,
)
from analytics.present.readings.overview_cautions import unseen_labels_part
from analytics.present.weights import sides_part

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap
    from analytics.measure.intervals import Interval


def gap_reading(gap: Gap) -> str:
    """Answer the page's question: the change, the largest part, and what works against it; before it what was not seen of it."""
    unseen = dict.fromkeys(filter(None, map(unseen_labels_part, gap.sides.questions)))
    return " ".join((*unseen, _change_reading(gap)))


def _change_reading(gap: Gap) -> str:
    """Say the change, the largest part of it, and what works against it."""
    flow, metric = gap.waterfall, gap.metric
    phrase = metric_phrase(metric)
    start = phrase[:1].upper() + phrase[1:]
    if flow.reference != flow.reference or flow.production != flow.production:
        return f"{start} is undefined on one side, so its change has no parts. Choose another metric."
    ends = f"from {value_text(metric, flow.reference)} to {value_text(metric, flow.production)}"
    rows = f"{words.count(flow.n_reference)} judged rows of the reference and {words.count(flow.n_production)} of production"
    sampled = sides_part(gap)
    change = " ".join(filter(None, [f"Change: {change_text(metric, flow.change)}, on {rows}.", sampled]))
    if flow.change.low != flow.change.low:
        whose = f"a single {words.column_words(gap.unit)}" if gap.unit else "a single group of rows"
        return words.told(
            f"Whether {phrase} changed beyond chance cannot be told, one side is of {whose}: {ends}.", change
        )
    if kind_of(gap) == "none":
        return words.told(f"{start} did not change beyond chance: {ends}.", change)
    if not is_clear(flow.change):
        names = beneath(gap)
        clear = [f"{named_part(gap, name)} {change_text(metric, flow.parts[name])}" for name in names]
        return words.told(
            f"{start} did not change beyond chance on the whole, {ends}; beneath that "
            f"{words.listed([named_part(gap, name) for name in names])} {'is' if len(clear) == 1 else 'are'} beyond chance.",
            change,
            f"Of its parts: {words.listed(clear)}.",
        )
    is_rise = float(flow.change.value) > 0
    verdict = "worse" if is_rise == metric.is_lower_better else "better"
    lead = f"{start} {'rose' if is_rise else 'fell'} {ends}, which is {verdict}."
    size = " ".join(filter(None, [f"It is {_size_text(metric, flow.change, verdict)}, on {rows}.", sampled]))
    found = leading(gap)
    apart = ""
    if gap.is_entangled and is_clear(flow.entangled):
        entangled = change_text(metric, flow.entangled)
        apart = entangled_sentence(gap, entangled if found else "", is_first=is_mostly_entangled(gap))
    waiting = waiting_sentence(gap)
    if waiting:
        lead = (
            f"By the labels that are there {phrase} {'rose' if is_rise else 'fell'} {ends}; whether that is {verdict} "
            "cannot be told yet: labels of production still come in on all of its days."
        )
    if not found:
        none = apart or ("" if waiting else "No single part of it is beyond chance.")
        return words.told(f"{lead} {none}".strip(), size, waiting)
    largest = float(flow.parts[found[0]].value) / float(flow.change.value)
    most = "Most of it" if largest > MOST else "The largest part of it"
    said = [f"{most} is {with_article(gap, found[0])}.", apart]
    if found[0] in OTHER_MODEL_NOTES and (version := new_version_part(gap)):
        said = [f"{most} {version}: {with_article(gap, found[0])}.", apart]
    if is_mostly_entangled(gap) and apart:
        said = [apart, f"Besides, {with_article(gap, found[0])}."]
    sizes = [f"{with_article(gap, name)} {change_text(metric, flow.parts[name])}" for name in found[:MAX_NAMED]]
    opposed = [f"{with_article(gap, name)} {change_text(metric, flow.parts[name])}" for name in against(gap)]
    counter = f"Against it {'work' if len(opposed) > 1 else 'works'} {words.listed(opposed)}." if opposed else ""
    if is_masked(gap) and not waiting:
        lead, said = _masked_reading(gap, f"{start} {'rose' if is_rise else 'fell'} {ends}", verdict), [apart]
    return words.told(
        " ".join(filter(None, [lead, *said])), size, waiting, f"Its parts: {words.listed(sizes)}.", counter
    )


def _masked_reading(gap: Gap, lead: str, verdict: str) -> str:
    """Say of a change that is smaller than what goes against it what alone made it, and what all else did."""
    found, change = leading(gap), float(gap.waterfall.change.value)
    sizes = [float(gap.waterfall.parts[name].value) for name in found]
    alone = 1 if abs(sizes[0]) > abs(change) else len(found)
    by = words.listed([with_article(gap, name) for name in found[:alone]])
    rest = change - sum(sizes[:alone])
    size = effect_text(gap.metric, abs(rest)).removeprefix("+")
    but = "but only" if verdict == "better" else "which is worse, all of it"
    return (
        f"{lead}, {but} by {by}. All else {'raised' if rest > 0 else 'lowered'} it by {size}, most of all "
        f"{with_article(gap, against(gap)[0])}."
    )


def ends_reading(metric: str, reference: float, production: float) -> str:
    """Say the metric on both sides, before its parts are known.

    >>> ends_reading("error_rate", 0.28, 0.35).replace(words.THIN_SPACE, " ")
    'The error rate goes from 28.0 % to 35.0 %; what that comes from is being computed.'
    """
    phrase = words.metric_phrase(metric)
    values = " to ".join(words.metric_text(metric, value) for value in (reference, production))
    return f"{phrase[:1].upper()}{phrase[1:]} goes from {values}; what that comes from is being computed."


def _size_text(metric: GapMetric, part: Interval, verdict: str) -> str:
    """Write how large a change is, without its sign, and whether it is worse or better."""
    ends = (part.low, part.high) if float(part.value) > 0 else (-part.high, -part.low)
    size, _, interval = change_text(metric, type(part)(abs(part.value), *ends)).partition(" (")
    return f"{size.removeprefix('+')} {verdict} ({interval}"


def waterfall_reading(gap: Gap) -> str:
    """Say what the waterfall is made of, and what labels that are not known yet could do."""
    flow, metric = gap.waterfall, gap.metric
    named = words.listed([words.shortened(name, 40) for name in gap.by])
    made = f"slices of {named}" if gap.by else "the rows as a whole"
    if gap.is_carried:
        made = f"groups of scores{f', beside slices of {named}' if gap.by else ''}"
    text = f"The parts add up to the change. They are made of {made}."
    if flow.n_pending:
        low, high = (effect_text(metric, end) for end in (flow.pending_low, flow.pending_high))
        text += (
            f" {words.plural(flow.n_pending, _row_words(gap))} of production without a label that counts: whatever the labels "
            f"that are not known yet turn out to be, the change lies from {low} to {high}."
        )
    return text + apart_caption(gap)


def _row_words(gap: Gap) -> str:
    """Return what counts are of."""
    return "row" if gap.waterfall.weighted is None else "weighted row"


def slices_of_gap_reading(gap: Gap, column: str) -> str:
    """Say which slices of a column carry most of the change."""
    found = clear_slices(gap, column)
    if found.is_empty():
        named = words.shortened(column, 40)
        return f"No slice of {named} changed the metric beyond chance, adjusted for all slices of all columns."
    parts = []
    for row in found.head(MAX_NAMED).iter_rows(named=True):
        name = words.shortened(words.value_label(row["value"]), 30)
        share = f"share {words.share(row['share_reference'])} → {words.share(row['share_production'])}"
        parts.append(f"{name} ({effect_text(gap.metric, row['contribution'])}; {share})")
    return f"Beyond chance, adjusted for all slices of all columns: {words.listed(parts)}."


_HOW = (
    "Each part is its average effect over all orders in which the parts may change (Shapley's value), on production against "
    "the reference; its 95 % interval is from a seeded bootstrap{of_groups}. Where the same score means the same on both "
    "sides, other scores count as other rows{of_classes}. A part whose interval leaves zero out is called in one case of "
    "twenty by chance."
)


def how_reading(gap: Gap) -> str:
    """Say how the parts are computed."""
    of_classes = "; shares of slices that moved as the base rate alone moves them count as base rate"
    of_groups = ""
    if gap.unit is not None or gap.weight is not None:
        dealt = "whole units" if gap.unit is not None else "rows as they are weighted"
        of_groups = f" of up to 100 random groups of {dealt}"
    is_right_or_wrong = gap.sides.production.log.is_right_or_wrong
    return _HOW.format(of_classes="" if is_right_or_wrong else of_classes, of_groups=of_groups)
