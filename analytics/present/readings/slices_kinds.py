"""What the two kinds of error say apart: where the model misses, and where it raises false alarms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analytics.measure.headline import OTHER_KIND, headline
from analytics.measure.metrics import METRICS
from analytics.measure.slices import compared_by
from analytics.present import words
from analytics.present.marks.slices import SIGNIFICANT
from analytics.present.readings.slices_support import by_of, capital, name_of

if TYPE_CHECKING:
    from analytics.answers.slices import SliceAnswer

_Row = dict[str, Any]

_DOING = {
    "fnr": "misses {value} of {positives}",
    "recall": "finds {value} of {positives}",
    "fpr": "flags {value} of the negatives",
    "specificity": "passes {value} of the negatives",
    "precision": "is right in {value} of what it flags",
}
"""What the model does in a slice, by metric; other metrics are named."""
ROWS_OF = {"fnr": "missed row", "recall": "missed row", "fpr": "false alarm", "specificity": "false alarm"}
"""The rows that a difference of a metric is about, where these can be counted."""
_CLASS_OF = {"fpr": ("fp", "tn"), "fnr": ("fn", "tp")}
"""The rows that a kind of error is a share of."""
_KIND = {"fpr": "fpr", "specificity": "fpr", "fnr": "fnr", "recall": "fnr"}
"""The kind of error that a metric of one class is about."""


def doing(row: _Row, metric: str, positives: str, who: str = "the model") -> str:
    """Say what the model does in a slice by a metric, against elsewhere, or against what its base rate explains."""
    value, rest = words.metric_text(metric, row[metric]), words.metric_text(metric, row[f"{metric}_complement"])
    against = f"against {rest} elsewhere"
    if is_beyond(metric):
        against = f"and the errors of the rest would give {words.metric_text(metric, row[explained(metric)])}"
    if metric in _DOING:
        return f"{who} {_DOING[metric].format(value=value, positives=positives or 'the positives')} {against}"
    return f"{words.metric_phrase(metric)} is {value} {against}"


def is_beyond(metric: str) -> bool:
    """Whether a metric is compared with what the base rate explains."""
    return compared_by(metric)[0].endswith("_beyond")


def explained(metric: str) -> str:
    """Name the column of what the base rate explains."""
    return f"{metric}_base_rate"


def kinds_part(answer: SliceAnswer, rows: list[_Row], kinds: Sequence[str], positives: str) -> str:
    """Say in which slice false alarms and misses are clearly more frequent: equal error rates may hide both."""
    parts: list[str] = []
    for kind in kinds:
        least = [row for row in rows if min(row["fp"] + row["tn"], row["tp"] + row["fn"]) >= answer.min_support]
        clear = [row for row in least if _is_clear(row[f"{kind}_p_adjusted"], len(kinds))]
        worse = [row for row in clear if row[f"{kind}_difference"] > 0]
        if worse:
            most = max(worse, key=lambda row: _more(row, kind))
            who = "it" if parts else "the model"
            parts.append(f"in {name_of(answer, most)} {doing(most, kind, positives, who)}.")
    if not parts:
        return ""
    return " ".join(
        [f"By {by_of(answer)} the two kinds of error differ: {parts[0]}", *(capital(part) for part in parts[1:])]
    )


def _is_clear(p: float | None, tests: int) -> bool:
    """Say whether an adjusted p-value is small, of as many families of tests."""
    return p is not None and p * tests < SIGNIFICANT


def graver_part(answer: SliceAnswer, rows: list[_Row], positives: str) -> str:
    """Say where the other kind of error is graver than that of the metric; empty where it is not.

    A slice that flags all has the best recall of all: what is said of recall alone leads to the slices that work. Which is graver
    is told by the share of the rows of its class that it takes more than elsewhere.
    """
    own, other = answer.metric, OTHER_KIND.get(answer.metric)
    if other is None or any(name not in rows[0] for name in (f"{other}_p_adjusted", f"{own}_difference")):
        return ""
    clear = [row for row in rows if _is_worse(answer, row, other)]
    most = max(clear, key=lambda row: _more(row, other), default=None)
    same = [_more(row, own) for row in rows if _is_worse(answer, row, own)]
    if most is None or _more(most, other) / _of_class(rows, other) <= max(same, default=0.0) / _of_class(rows, own):
        return ""
    lead = f"Worst by {by_of(answer)}: {name_of(answer, most)}, where {doing(most, other, positives)}."
    return f"{lead} That is {words.plural(round(_more(most, other)), ROWS_OF[other])} more than the rest would have."


def is_default(answer: SliceAnswer) -> bool:
    """Whether the metric is the one that the base rate asks for: another one is what somebody wanted to know."""
    row = answer.overall.row(0, named=True)
    positives, negatives = row["tp"] + row["fn"], row["fp"] + row["tn"]
    return headline(positives, positives + negatives).metric == answer.metric


def _is_worse(answer: SliceAnswer, row: _Row, metric: str) -> bool:
    """Whether a slice of enough rows of the class is clearly worse than the others."""
    difference, p = row[f"{metric}_difference"], row[f"{metric}_p_adjusted"]
    enough = sum(row[name] for name in _CLASS_OF[_KIND[metric]]) >= answer.min_support
    is_higher = METRICS[metric].direction == "higher"
    return enough and _is_clear(p, 1) and (difference < 0 if is_higher else difference > 0)


def _more(row: _Row, metric: str) -> float:
    """Return the rows that a slice has wrong more than elsewhere, or fewer, by one kind of error."""
    return float(abs(row[f"{metric}_difference"]) * sum(row[name] for name in _CLASS_OF[_KIND[metric]]))


def _of_class(rows: list[_Row], metric: str) -> float:
    """Return the rows of the class that a kind of error is a share of, at least one."""
    return float(max(sum(row[name] for row in rows for name in _CLASS_OF[_KIND[metric]]), 1))
