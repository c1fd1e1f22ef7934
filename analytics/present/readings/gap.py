"""The readings of the gap: what changed, whose part is largest, which drift that is, and what to mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.measure.gap.distances import FAHRENHEIT
from analytics.measure.gap.metric import COST, GapMetric
from analytics.measure.gap.waterfall import ENTANGLED
from analytics.present import words
from analytics.present.readings.gap_counterparts import (
    OTHER_MODEL_NOTES,
    apart_caption,
    entangled_sentence,
    waiting_sentence,
)

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap
    from analytics.answers.gap.inputs import Inputs
    from analytics.measure.intervals import Interval

PART_WORDS = {
    "coverage": "labels not known yet",
    "segments": "mix of segments",
    "missingness": "fields that arrive empty",
    "base_rate": "base rate",
    "operating": "calibration and threshold",
    "concept": "change within slices",
}
PART_HELP = {
    "coverage": "What judged rows differ from all scored rows, whose labels are filled in by slice and score from complete days.",
    "segments": "Rows come from other segments than before.",
    "missingness": "Fields are missing more or less often than before.",
    "base_rate": "The odds of a positive changed by one factor in all slices, with the scores of either class as they were.",
    "operating": "Scores read higher or lower, or the threshold moved: what a monotone map of the scores would undo.",
    "concept": "Within slices, scores tell labels apart better or worse than before, or one slice changed alone.",
}
_KINDS = {
    "coverage": "labels",
    "segments": "covariate",
    "missingness": "covariate",
    "base_rate": "label",
    "operating": "scale",
    "concept": "concept",
}
_PART_NOTES = {
    "coverage": "judged rows against all rows",
    "segments": "other kinds of rows come in",
    "missingness": "more or less often than before",
    "base_rate": "positives {before} → {after}",
    "operating": "scores read on another scale",
    "concept": "same inputs, other outcomes",
}
_WITHOUT_ARTICLE = ("operating", "missingness", "coverage")
_WAITING = ("base_rate", "operating")
"""Parts that labels of one kind which come later than the others look like."""

MAX_NAMED = 3
_DEGREES = {FAHRENHEIT: "°C → °F", 1 / FAHRENHEIT: "°F → °C"}
LEAST_EMPTIED = 0.01
_LEAST_PART = 0.05
"""Of the change; a smaller part is not called, however narrow its interval."""


def metric_phrase(metric: GapMetric) -> str:
    """Name a metric inside a sentence."""
    return "the cost per 1,000 rows" if metric.name == COST else words.metric_phrase(metric.name)


def metric_label(name: str) -> str:
    """Name a metric on its own."""
    from analytics.measure.metrics import METRICS

    return "Cost per 1,000 rows" if name == COST else METRICS[name].label


def value_text(metric: GapMetric, value: float) -> str:
    """Write a value of the metric."""
    return words.number(value, 1) if metric.name == COST else words.metric_text(metric.name, value)


def change_text(metric: GapMetric, part: Interval) -> str:
    """Write a change with its interval: in points for a share."""
    value, low, high = (float(end) for end in (part.value, part.low, part.high))
    if metric.name == COST:
        return f"{words.signed(value, 1)} ({words.between(words.plain(low, 1), words.plain(high, 1))})"
    return words.metric_difference(metric.name, value, low, high)


def is_clear(part: Interval) -> bool:
    """Whether an interval leaves zero out."""
    return bool(part.low > 0 or part.high < 0)


def is_called(gap: Gap, name: str) -> bool:
    """Whether a part is told: beyond chance, not tiny, and not kept together with others by rows without a counterpart.

    A part that reads as zero is tiny, as parts of a small change can be that cancel out. Beneath a change within chance a
    part is told where it is larger than what the whole may have changed by.
    """
    part, change = gap.waterfall.parts[name], gap.waterfall.change
    least = _LEAST_PART * abs(float(change.value)) if is_clear(change) else float(change.high - change.low) / 2
    if not is_clear(part) or _reads_as_zero(gap.metric, part) or (name in _WAITING and gap.is_waiting):
        return False
    return abs(float(part.value)) > least and not (gap.is_entangled and name in ENTANGLED)


def _reads_as_zero(metric: GapMetric, part: Interval) -> bool:
    """Whether a part is zero in the digits that are shown."""
    return not any(digit in "123456789" for digit in change_text(metric, part).partition(" (")[0])


def leading(gap: Gap) -> list[str]:
    """Return the parts that go with the change and are told, the largest first."""
    change = float(gap.waterfall.change.value)
    parts = gap.waterfall.parts
    if not is_clear(gap.waterfall.change):
        return []
    with_it = [name for name, part in parts.items() if is_called(gap, name) and float(part.value) * change > 0]
    return sorted(with_it, key=lambda name: -abs(float(parts[name].value)))


def _beneath(gap: Gap) -> list[str]:
    """Return the parts that are told whatever the whole did."""
    return [name for name in gap.waterfall.parts if is_called(gap, name)]


def is_mostly_entangled(gap: Gap) -> bool:
    """Whether what rows without a counterpart keep together is larger than any part beside it."""
    if not gap.is_entangled:
        return False
    others = [abs(float(gap.waterfall.parts[name].value)) for name in leading(gap)]
    return abs(float(gap.waterfall.entangled.value)) >= max([0.0, *others])


def kind_of(gap: Gap) -> str:
    """Say which drift the largest part is: labels, covariate, label, scale, concept; none, or open where no part is clear."""
    if not is_clear(gap.waterfall.change):
        return "open" if _beneath(gap) else "none"
    found = leading(gap)
    return _KINDS[found[0]] if found and not is_mostly_entangled(gap) else "open"


def gap_reading(gap: Gap) -> str:
    """Answer the page's question: the change, the largest part, and what works against it."""
    flow, metric = gap.waterfall, gap.metric
    phrase = metric_phrase(metric)
    start = phrase[:1].upper() + phrase[1:]
    if flow.reference != flow.reference or flow.production != flow.production:
        return f"{start} is undefined on one side, so its change has no parts. Choose another metric."
    ends = f"from {value_text(metric, flow.reference)} to {value_text(metric, flow.production)}"
    rows = f"{words.count(flow.n_reference)} judged rows of the reference and {words.count(flow.n_production)} of production"
    if kind_of(gap) == "none":
        return f"{start} did not change beyond chance: {ends}, {change_text(metric, flow.change)}, on {rows}."
    if not is_clear(flow.change):
        clear = [f"{_named_part(gap, name)} {change_text(metric, flow.parts[name])}" for name in _beneath(gap)]
        return (
            f"{start} did not change beyond chance on the whole, {ends}, {change_text(metric, flow.change)}; beneath that "
            f"{'moved' if len(clear) == 1 else 'moved against each other'} {words.listed(clear)}."
        )
    is_rise = float(flow.change.value) > 0
    verdict = "worse" if is_rise == metric.is_lower_better else "better"
    lead = f"{start} {'rose' if is_rise else 'fell'} {ends}: {_size_text(metric, flow.change, verdict)}."
    found = leading(gap)
    apart = ""
    if gap.is_entangled and is_clear(flow.entangled):
        size = change_text(metric, flow.entangled)
        apart = entangled_sentence(gap, size if found else "", is_first=is_mostly_entangled(gap))
    if not found and apart:
        return f"{lead} {apart}"
    if not found:
        return f"{lead} {waiting_sentence(gap) or f'No single part of it is beyond chance on {rows}.'}"
    largest = float(flow.parts[found[0]].value) / float(flow.change.value)
    most = "Most of it" if largest > 0.5 else "The largest part of it"
    first = f"{most} is {_with_article(gap, found[0])}: {change_text(metric, flow.parts[found[0]])}."
    others = [f"{_with_article(gap, name)} {change_text(metric, flow.parts[name])}" for name in found[1:MAX_NAMED]]
    against = [
        f"{_with_article(gap, name)} {change_text(metric, part)}"
        for name, part in flow.parts.items()
        if is_called(gap, name) and name not in found
    ]
    if is_mostly_entangled(gap) and apart:
        first = f"{apart} Besides, {_with_article(gap, found[0])}: {change_text(metric, flow.parts[found[0]])}."
        apart = ""
    further = f"Then {words.listed(others)}." if others else ""
    counter = f"Against it {'work' if len(against) > 1 else 'works'} {words.listed(against)}." if against else ""
    return " ".join(filter(None, [lead, first, further, apart, counter, waiting_sentence(gap)]))


def _named_part(gap: Gap, name: str) -> str:
    """Name a part, with the columns whose slices it is made of."""
    if name in ("segments", "concept") and gap.by:
        return f"{PART_WORDS[name]} ({words.listed([words.shortened(column, 30) for column in gap.by])})"
    if name == "base_rate":
        before, after = (words.share(share) for share in gap.prevalence)
        return f"{PART_WORDS[name]} ({before} → {after})"
    if name == "missingness" and emptied(gap):
        return f"{PART_WORDS[name]} ({words.listed([_emptied_text(*each) for each in emptied(gap)])} of rows)"
    return PART_WORDS[name]


def _with_article(gap: Gap, name: str) -> str:
    """Name a part inside a sentence."""
    return f"{'' if name in _WITHOUT_ARTICLE else 'the '}{_named_part(gap, name)}"


def part_note(gap: Gap, name: str) -> str:
    """Say in short what a part is, with its numbers where it has some."""
    if name == "missingness" and emptied(gap):
        return _emptied_text(*emptied(gap)[0])
    if name == "segments" and gap.is_entangled:
        return "with rows without a counterpart"
    if name == "operating" and moved_threshold(gap):
        return moved_threshold(gap)
    if gap.is_other_model and name in OTHER_MODEL_NOTES:
        return OTHER_MODEL_NOTES[name]
    before, after = (words.share(share) for share in gap.prevalence)
    return _PART_NOTES[name].format(before=before, after=after)


def moved_threshold(gap: Gap) -> str:
    """Say from where to where the threshold moved; empty where both sides have the same."""
    before, after = (words.threshold_text(question.threshold) for question in gap.sides.questions)
    return "" if before == after else f"threshold {before} → {after}"


def emptied(gap: Gap) -> list[tuple[str, float, float]]:
    """Return the columns of the waterfall that are empty more or less often, with the share on either side; the most first."""
    found = []
    for name in gap.by:
        table = gap.slices[name]
        n_before, n_after = (max(int(table[side].sum()), 1) for side in ("n_reference", "n_production"))
        for row in table.filter(table["value"].is_null()).iter_rows(named=True):
            before, after = row["n_reference"] / n_before, row["n_production"] / n_after
            if abs(after - before) >= LEAST_EMPTIED:
                found.append((name, before, after))
    return sorted(found, key=lambda entry: -abs(entry[2] - entry[1]))[:MAX_NAMED]


def _emptied_text(name: str, before: float, after: float) -> str:
    """Say how often a column is empty on either side."""
    return f"{words.shortened(name, 30)}: {words.share(before)} → {words.share(after)}"


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
        low, high = (
            words.metric_difference(metric.name, end) if metric.name != COST else words.signed(end, 1)
            for end in (flow.pending_low, flow.pending_high)
        )
        text += (
            f" {words.plural(flow.n_pending, 'row')} of production without a label that counts: whatever the labels that are "
            f"not known yet turn out to be, the change lies from {low} to {high}."
        )
    return text + apart_caption(gap)


HOW = (
    "Each part is its average effect over all orders in which the parts may change (Shapley's value), on production against "
    "the reference; its 95 % interval is from a seeded bootstrap. Where the same score means the same on both sides, other "
    "scores count as other rows; shares of slices that moved as the base rate alone moves them count as base rate. A part "
    "whose interval leaves zero out is called in one case of twenty by chance."
)
"""How the parts are computed."""


def slice_leads(gap: Gap, limit: int = 5) -> list[tuple[str, str, Interval]]:
    """Return the slices that carry most of the change, beyond chance: column, value, contribution."""
    from analytics.measure.intervals import Interval

    found = []
    for column in gap.by:
        for row in gap.slices[column].iter_rows(named=True):
            if row["p_adjusted"] is not None and row["p_adjusted"] < 0.05 and not row["few_rows"]:
                ends = (row[f"contribution{end}"] for end in ("", "_low", "_high"))
                found.append((column, words.value_label(row["value"]), Interval(*ends)))
    return sorted(found, key=lambda entry: -abs(float(entry[2].value)))[:limit]


def sentence_start(text: str) -> str:
    """Begin a sentence with a text."""
    return text[:1].upper() + text[1:]


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
