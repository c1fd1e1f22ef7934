"""The words of the gap: its metric, its parts, and how a change is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.measure.gap.causes import emptied
from analytics.measure.gap.metric import COST, GapMetric
from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.readings.gap_counterparts import OTHER_MODEL_NOTES

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap
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
_PART_NOTES = {
    "coverage": "judged rows against all rows",
    "segments": "other kinds of rows come in",
    "missingness": "more or less often than before",
    "base_rate": "positives {before} → {after}",
    "operating": "scores read on another scale",
    "concept": "same inputs, other outcomes",
}
_WITHOUT_ARTICLE = ("operating", "missingness", "coverage")


def metric_phrase(metric: GapMetric) -> str:
    """Name a metric inside a sentence."""
    return "the cost per 1,000 rows" if metric.name == COST else words.metric_phrase(metric.name)


def metric_label(name: str) -> str:
    """Name a metric on its own."""
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


def effect_text(metric: GapMetric, value: float) -> str:
    """Write a change without its interval."""
    return words.signed(value, 1) if metric.name == COST else words.metric_difference(metric.name, value)


def sentence_start(text: str) -> str:
    """Begin a sentence with a text."""
    return text[:1].upper() + text[1:]


def named_part(gap: Gap, name: str) -> str:
    """Name a part, with the columns whose slices it is made of."""
    if name in ("segments", "concept") and gap.by:
        return f"{PART_WORDS[name]} ({words.listed([words.shortened(column, 30) for column in gap.by])})"
    if name == "base_rate":
        before, after = (words.share(share) for share in gap.prevalence)
        return f"{PART_WORDS[name]} ({before} → {after})"
    if name == "missingness" and emptied(gap):
        return f"{PART_WORDS[name]} ({words.listed([_emptied_text(*each) for each in emptied(gap)])} of rows)"
    return PART_WORDS[name]


def with_article(gap: Gap, name: str) -> str:
    """Name a part inside a sentence."""
    return f"{'' if name in _WITHOUT_ARTICLE else 'the '}{named_part(gap, name)}"


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
    thresholds = [question.threshold for question in gap.sides.questions]
    if thresholds[0] == thresholds[1]:
        return ""
    before, after = (words.threshold_text(threshold) for threshold in thresholds)
    if before == after:
        before, after = (f"{threshold:.10g}" for threshold in thresholds)
    return f"threshold {before} → {after}"


def _emptied_text(name: str, before: float, after: float) -> str:
    """Say how often a column is empty on either side."""
    return f"{words.shortened(words.column_words(name), 30)}: {words.share(before)} → {words.share(after)}"
