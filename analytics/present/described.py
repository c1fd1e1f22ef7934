"""Metrics in the words of the log: where rows are right or wrong, there are no positives to speak of."""

from __future__ import annotations

from dataclasses import replace

from analytics.measure.metric import Metric
from analytics.measure.metrics import METRICS

_ONE_KIND = "the judged rows are all right, or all wrong"
_OF_ANSWERS: dict[str, dict[str, str]] = {
    "error_rate": {"definition": "Share of judged rows that are wrong.", "formula": "wrong / judged"},
    "accuracy": {"definition": "Share of judged rows that are right.", "formula": "right / judged"},
    "mean_score": {
        "definition": "Mean confidence of the judged rows; where it is a probability it should be close to the accuracy.",
        "formula": "sum of confidences / judged",
    },
    "auroc": {
        "definition": "Probability that a right row has more confidence than a wrong one; a tie counts half.",
        "formula": "P(confidence of a right row > confidence of a wrong row) + P(tie) / 2",
        "undefined": _ONE_KIND,
    },
    "brier": {
        "definition": "Mean squared distance between the confidence and whether the row is right.",
        "formula": "mean of (confidence - right)²",
    },
    "log_loss": {
        "definition": "Mean negative logarithm of the probability that the confidence gave to what came true: right or wrong.",
        "formula": "mean of -log(probability of what came true)",
    },
    "ece": {
        "definition": "Mean distance between the confidence and the share right over groups of rows with similar confidence.",
        "formula": "sum over groups of (share of rows) × |mean confidence - share right|",
    },
}
"""What a metric is called for where a row is right or wrong, where that differs."""


def described(name: str, *, is_right_or_wrong: bool = False) -> Metric:
    """Return the entry of a metric with definition, formula and reason in the words of the log.

    >>> described("error_rate", is_right_or_wrong=True).formula
    'wrong / judged'
    """
    return replace(METRICS[name], **_OF_ANSWERS.get(name, {})) if is_right_or_wrong else METRICS[name]  # type: ignore[arg-type]
