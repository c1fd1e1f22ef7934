"""The registry of metrics: what each means, its range and direction, and its formula on counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import Literal

import numpy as np

from analytics.errors import QuestionError
from analytics.measure.counts import COUNT_COLUMNS, Counts, confusion_table
from analytics.measure.intervals import FloatArray, ratio

__all__ = ["COUNT_COLUMNS", "METRICS", "Counts", "Metric", "confusion_table", "count_value", "named"]

_CountFunction = Callable[[Counts], FloatArray]


@dataclass(frozen=True)
class Metric:
    """One metric: its words for people and its arithmetic.

    Attributes
    ----------
    name, label : str
        The identifier and the sentence-case name on screen.
    definition, formula, undefined : str
        A plain sentence, a short text such as ``tp / (tp + fp)``, and the reason when there is no value.
    direction : {"higher", "lower", "neither"}
        Which way is better.
    family : {"proportion", "counts", "mean", "loss", "ranking", "calibration"}
        Decides how it is computed and bounded: ``proportion`` and ``counts`` need one threshold, the others none.
    low, high : float
        The range of values.
    is_share, needs_probability : bool
        Whether it is shown as a percentage, and whether it is meaningless unless scores are probabilities.
    numerator, denominator : callable or None
        Functions of `Counts`; None where the metric needs the whole score table.
    """

    name: str
    label: str
    definition: str
    formula: str
    undefined: str
    direction: Literal["higher", "lower", "neither"]
    family: Literal["proportion", "counts", "mean", "loss", "ranking", "calibration"]
    low: float = 0.0
    high: float = 1.0
    is_share: bool = False
    needs_probability: bool = False
    numerator: _CountFunction | None = None
    denominator: _CountFunction | None = None

    @property
    def is_count(self) -> bool:
        """Whether the confusion counts at one threshold suffice."""
        return self.numerator is not None


def count_value(metric: Metric, counts: Counts) -> FloatArray:
    """Compute a metric of counts; NaN where its denominator is 0.

    Examples
    --------
    >>> from analytics.measure.counts import Counts
    >>> one = np.array([1.0])
    >>> counts = Counts(*[one] * 7, tp=3 * one, fp=one, fn=one, tn=one)
    >>> float(count_value(METRICS["precision"], counts)[0])
    0.75
    """
    if metric.numerator is None or metric.denominator is None:
        raise TypeError(f"{metric.name} is not a metric of counts.")
    return ratio(metric.numerator(counts), metric.denominator(counts))


def named(names: Sequence[str]) -> tuple[Metric, ...]:
    """Look metrics up by name, once each, in the order given.

    Raises
    ------
    QuestionError
        When a name is not in the registry.
    """
    unknown = [name for name in dict.fromkeys(names) if name not in METRICS]
    if unknown:
        raise QuestionError(
            f"Metrics are named as in the registry; found {len(unknown)} unknown, first '{unknown[0]}'. "
            f"Choose from {', '.join(METRICS)}."
        )
    return tuple(METRICS[name] for name in dict.fromkeys(names))


def _mcc_denominator(c: Counts) -> FloatArray:
    # In this order a perfect and a perfectly wrong table give exactly 1 and -1.
    return np.asarray(np.sqrt(((c.tp + c.fp) * (c.tn + c.fn)) * ((c.tp + c.fn) * (c.tn + c.fp))), dtype=float)


_proportion = partial(Metric, family="proportion", is_share=True)
_NOTHING_JUDGED = "no row has both a label and a score"
_ONE_CLASS = "the judged rows are not of both classes"
_NO_POSITIVE = "no judged row is positive"
_NO_NEGATIVE = "no judged row is negative"

_REGISTRY: tuple[Metric, ...] = (
    _proportion(
        "error_rate",
        "Error rate",
        "Share of judged rows whose prediction differs from the label.",
        "(fp + fn) / (tp + fp + fn + tn)",
        _NOTHING_JUDGED,
        "lower",
        numerator=lambda c: c.fp + c.fn,
        denominator=lambda c: c.judged,
    ),
    _proportion(
        "accuracy",
        "Accuracy",
        "Share of judged rows whose prediction equals the label.",
        "(tp + tn) / (tp + fp + fn + tn)",
        _NOTHING_JUDGED,
        "higher",
        numerator=lambda c: c.tp + c.tn,
        denominator=lambda c: c.judged,
    ),
    _proportion(
        "precision",
        "Precision",
        "Share of the rows predicted positive that are positive.",
        "tp / (tp + fp)",
        "no judged row is predicted positive",
        "higher",
        numerator=lambda c: c.tp,
        denominator=lambda c: c.tp + c.fp,
    ),
    _proportion(
        "recall",
        "Recall",
        "Share of the positive rows that are predicted positive.",
        "tp / (tp + fn)",
        _NO_POSITIVE,
        "higher",
        numerator=lambda c: c.tp,
        denominator=lambda c: c.tp + c.fn,
    ),
    _proportion(
        "specificity",
        "Specificity",
        "Share of the negative rows that are predicted negative.",
        "tn / (fp + tn)",
        _NO_NEGATIVE,
        "higher",
        numerator=lambda c: c.tn,
        denominator=lambda c: c.fp + c.tn,
    ),
    _proportion(
        "fpr",
        "False positive rate",
        "Share of the negative rows that are predicted positive.",
        "fp / (fp + tn)",
        _NO_NEGATIVE,
        "lower",
        numerator=lambda c: c.fp,
        denominator=lambda c: c.fp + c.tn,
    ),
    _proportion(
        "fnr",
        "False negative rate",
        "Share of the positive rows that are predicted negative.",
        "fn / (tp + fn)",
        _NO_POSITIVE,
        "lower",
        numerator=lambda c: c.fn,
        denominator=lambda c: c.tp + c.fn,
    ),
    Metric(
        "f1",
        "F1 score",
        "Harmonic mean of precision and recall.",
        "2 tp / (2 tp + fp + fn)",
        "no judged row is positive or predicted positive",
        "higher",
        "counts",
        numerator=lambda c: 2 * c.tp,
        denominator=lambda c: 2 * c.tp + c.fp + c.fn,
    ),
    Metric(
        "balanced_accuracy",
        "Balanced accuracy",
        "Mean of recall and specificity, so that both classes weigh the same.",
        "(tp / (tp + fn) + tn / (fp + tn)) / 2",
        _ONE_CLASS,
        "higher",
        "counts",
        is_share=True,
        numerator=lambda c: c.tp * (c.fp + c.tn) + c.tn * (c.tp + c.fn),
        denominator=lambda c: 2 * (c.tp + c.fn) * (c.fp + c.tn),
    ),
    Metric(
        "mcc",
        "Matthews correlation",
        "Correlation between prediction and label: 1 is perfect, 0 is no better than chance, -1 is always wrong.",
        "(tp tn - fp fn) / sqrt((tp + fp) (tp + fn) (tn + fp) (tn + fn))",
        "the judged rows, or their predictions, are all of one class",
        "higher",
        "counts",
        low=-1.0,
        numerator=lambda c: c.tp * c.tn - c.fp * c.fn,
        denominator=_mcc_denominator,
    ),
    _proportion(
        "selection_rate",
        "Selection rate",
        "Share of the scored rows, labelled or not, that are predicted positive.",
        "flagged / scored",
        "no row has a score",
        "neither",
        numerator=lambda c: c.n_flagged,
        denominator=lambda c: c.n_scored,
    ),
    _proportion(
        "prevalence",
        "Prevalence",
        "Share of the labelled rows that are positive.",
        "positive / labelled",
        "no row has a label",
        "neither",
        numerator=lambda c: c.n_pos,
        denominator=lambda c: c.n_labelled,
    ),
    Metric(
        "mean_score",
        "Mean score",
        "Mean score of the judged rows; where scores are probabilities it should be close to the prevalence.",
        "sum of scores / (tp + fp + fn + tn)",
        _NOTHING_JUDGED,
        "neither",
        "mean",
        low=-inf,
        high=inf,
    ),
    Metric(
        "auroc",
        "AUROC",
        "Probability that a positive row scores above a negative one; a tie counts half.",
        "P(score of a positive > score of a negative) + P(tie) / 2",
        _ONE_CLASS,
        "higher",
        "ranking",
    ),
    Metric(
        "average_precision",
        "Average precision",
        "Mean precision over the thresholds, each weighted by the recall it adds.",
        "sum of (recall gained at a threshold) × (precision there)",
        _NO_POSITIVE,
        "higher",
        "ranking",
    ),
    Metric(
        "brier",
        "Brier score",
        "Mean squared distance between the score and the label.",
        "mean of (score - label)²",
        _NOTHING_JUDGED,
        "lower",
        "loss",
        needs_probability=True,
    ),
    Metric(
        "log_loss",
        "Log loss",
        "Mean negative logarithm of the probability that the score gave to the true label.",
        "mean of -log(probability of the label)",
        _NOTHING_JUDGED,
        "lower",
        "loss",
        high=inf,
        needs_probability=True,
    ),
    Metric(
        "ece",
        "ECE",
        "Mean distance between the score and the observed rate over groups of rows with similar scores.",
        "sum over groups of (share of rows) × |mean score - observed rate|",
        _NOTHING_JUDGED,
        "lower",
        "calibration",
        needs_probability=True,
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _REGISTRY}
