"""What is said where labels hang on the decision: which rate cannot be seen, and what would show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.measure.labels.selective import AUDIT_ROWS
from analytics.measure.metrics import METRICS
from analytics.present import words

if TYPE_CHECKING:
    from analytics.measure.labels.selective import Selective

_SIDES = {True: "flagged rows", False: "rows that are not flagged"}


def selective_part(found: Selective, noun: str = "") -> str:
    """Say first that one side has no labels, or few, and what is known all the same.

    Parameters
    ----------
    found : Selective
    noun : str
        What is positive in a word; by default rows are called positive.
    """
    if not found.is_of_one_side:
        naive = "" if found.naive is None else f", {words.share(found.naive)}"
        lead = f"Few of the {_SIDES[not found.is_of_flagged]} get a label, so recall is not what the labelled rows say{naive}"
        if found.recall is None:
            return f"{lead}."
        return f"{lead}: were those few drawn at random, it is {words.share(found.recall[0])}."
    positive = f"{words.share(found.positive_share)} of the labelled ones are {noun or 'positive'}"
    if found.is_of_flagged:
        return f"Only flagged rows get a label, so misses cannot be seen: recall is not known, and {positive}."
    return f"Only rows that are not flagged get a label, so false alarms cannot be seen: precision is not known, and {positive}."


def selective_details(found: Selective) -> str:
    """Say how many of either side have a label, within which bounds recall lies, and what an audit would show."""
    sides = (
        f"{words.share(found.share)} of the {_SIDES[found.is_of_flagged]} have a label, and {words.share(found.other_share)} of "
        "the others."
    )
    low, high = (words.share(end) for end in found.recall_bounds)
    parts = [sides, f"Whatever those without one are, recall lies between {low} and {high}."]
    if found.recall is not None:
        recall = words.metric_interval("recall", *found.recall)
        parts.append(f"Were the labelled ones of each side drawn at random, it is {recall}.")
    if found.is_of_flagged and found.found and found.is_of_one_side:
        parts.append(
            f"An audit of {AUDIT_ROWS} rows that are not flagged, drawn at random, that finds no positive would put it at "
            f"{words.share(found.after_audit(0)[1])} or more."
        )
    if not found.is_of_flagged:
        parts.append(
            f"Labels of {AUDIT_ROWS} flagged rows, drawn at random, would show how many of them are false alarms."
        )
    return " ".join(parts)


def audit_reading(found: Selective, positives: int, rows: int) -> str:
    """Say what recall would be known to be after an audit of the side that has few labels."""
    value, low, high = found.after_audit(positives, rows)
    side = _SIDES[not found.is_of_flagged]
    lead = f"If {words.count(positives)} of {words.count(rows)} {side}, drawn at random, are positive"
    if not positives:
        way, end = ("at least", low) if found.is_of_flagged else ("at most", high)
        return f"{lead}, recall is {way} {words.share(end)}."
    return f"{lead}, recall is {words.metric_interval('recall', value, low, high)}."


def selective_caution(found: Selective | None) -> str:
    """Say before an answer about labelled rows which errors it cannot count; empty where labels do not hang on the decision."""
    if found is None:
        return ""
    few = "Only" if found.is_of_one_side else "Mostly"
    unseen = "misses" if found.is_of_flagged else "false alarms"
    how = "are not counted" if found.is_of_one_side else "are seldom counted"
    return f"{few} {_SIDES[found.is_of_flagged]} get a label, so {unseen} {how} here."


def mixed_slices_part(found: Selective | None, metric: str) -> str:
    """Say that slices cannot be compared by a metric, as labels hang on the decision; empty where they can."""
    if found is None or not found.mixes(metric):
        return ""
    side = _SIDES[not found.is_of_flagged]
    phrase = words.metric_phrase(metric if metric in METRICS else "error_rate")
    return f"Where {phrase} is worst is not known: slices differ in how many of their {side} have a label."


def behind_unseen(reading: str, found: Selective | None, metric: str) -> str:
    """Return what a search for slices found behind what labels do not show: as details where slices cannot be compared."""
    unknown = mixed_slices_part(found, metric)
    if not unknown:
        return f"{selective_caution(found)} {reading}".strip()
    return words.told(
        f"{selective_caution(found)} {unknown}", f"Of the labelled rows alone: {reading}".replace("\n", " ")
    )


def unseen_scores_part(found: Selective | None) -> str:
    """Say of which scores labels say nothing, or little; empty where labels do not hang on the decision."""
    if found is None:
        return ""
    side = "lower" if found.is_of_flagged else "higher"
    if found.is_of_one_side:
        return f"Only {_SIDES[found.is_of_flagged]} get a label, so nothing is known of {side} scores."
    return f"Mostly {_SIDES[found.is_of_flagged]} get a label, so {side} scores count for less here than they are."


def unseen_value_part(found: Selective, metric: str, value: float | None) -> str:
    """Say what stands in the place of a metric that the labelled rows do not show."""
    if metric == "recall":
        low, high = found.recall_bounds if found.recall is None else found.recall[1:]
        return f"between {words.share(low)} and {words.share(high)}"
    if value is None:
        return "too few labels"
    return f"{words.metric_text(metric, value)} of the labelled rows alone"
