"""The registry of metrics: what each means, how it is estimated and bounded, and where it may be used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf

import numpy as np

from analytics.errors import QuestionError
from analytics.measure.corrected import CORRECTED
from analytics.measure.counts import Counts
from analytics.measure.curves import auroc, auroc_influence, average_precision, average_precision_influence
from analytics.measure.estimators import Area, Bootstrapped, Grouped, Mean, Proportion
from analytics.measure.intervals import FloatArray
from analytics.measure.kinds import OF_KINDS
from analytics.measure.losses import brier, log_loss, mean_score
from analytics.measure.metric import Metric, Use
from analytics.measure.reliability import ece
from analytics.measure.slices_cost import OF_COSTS


def metrics_of(kind: str, *, has_score: bool = True, has_interval: bool = True) -> tuple[str, ...]:
    """Name the metrics that have a meaning in a kind of log, in the order of the registry; without a score those of counts.

    >>> metrics_of("classes"), metrics_of("grades", has_score=False)
    (('error_rate', 'accuracy', 'mean_score', 'auroc', 'brier', 'log_loss', 'ece'), ('error_rate', 'accuracy', 'mean_grade'))
    """
    known = (name for name, metric in METRICS.items() if kind in metric.kinds and metric.needs_interval <= has_interval)
    return tuple(name for name in known if has_score or not METRICS[name].estimator.reads_bins)


def used_in(use: Use, kind: str = "yes/no") -> tuple[str, ...]:
    """Name the metrics of a use in a kind of log, in the order of the registry.

    >>> used_in("limits")
    ('precision', 'recall', 'fpr', 'selection_rate')
    """
    return tuple(name for name, metric in METRICS.items() if use in metric.uses and kind in metric.kinds)


def sums_of(names: Iterable[str]) -> frozenset[str]:
    """Name the sums of the score table that metrics need besides the counts.

    >>> sorted(sums_of(["recall", "mean_score"]))
    ['score_sq_sum', 'score_sum']
    """
    return frozenset[str]().union(*(METRICS[name].estimator.sums for name in names))


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


_MOMENTS = frozenset({"score_sum", "score_sq_sum", "score_pos_sum"})
"""Sums of the score and of its square over judged rows, and of the score over positive ones: what squared losses need."""
_OF_LOG_LOSS = _MOMENTS - {"score_sq_sum"} | {"log_loss_sum"}
_EVERY_KIND = frozenset({"yes/no", "classes", "grades", "numbers"})
_SQUARED = {"score_sq_sum": 1.0, "score_pos_sum": -2.0, "label_sum": 1.0}
_NOTHING_JUDGED = "no row has both a label and a score"
_ONE_CLASS = "the judged rows are not of both classes"
_NO_POSITIVE = "no judged row is positive"
_NO_NEGATIVE = "no judged row is negative"

_REGISTRY: tuple[Metric, ...] = (
    Metric(
        "error_rate",
        "Error rate",
        "Share of judged rows whose prediction differs from the label.",
        "(fp + fn) / (tp + fp + fn + tn)",
        _NOTHING_JUDGED,
        "lower",
        Proportion(lambda c: c.fp + c.fn, lambda c: c.judged),
        frozenset({"slices", "discovery", "gap"}),
        is_share=True,
        is_of_errors=True,
        kinds=_EVERY_KIND | {"rankings"},
    ),
    Metric(
        "accuracy",
        "Accuracy",
        "Share of judged rows whose prediction equals the label.",
        "(tp + tn) / (tp + fp + fn + tn)",
        _NOTHING_JUDGED,
        "higher",
        Proportion(lambda c: c.tp + c.tn, lambda c: c.judged),
        frozenset({"slices", "gap"}),
        is_share=True,
        is_of_errors=True,
        kinds=_EVERY_KIND | {"rankings"},
    ),
    Metric(
        "precision",
        "Precision",
        "Share of the rows predicted positive that are positive.",
        "tp / (tp + fp)",
        "no judged row is predicted positive",
        "higher",
        Proportion(lambda c: c.tp, lambda c: c.tp + c.fp),
        frozenset({"slices", "gap", "limits"}),
        is_share=True,
        moves_with_base_rate=True,
    ),
    Metric(
        "recall",
        "Recall",
        "Share of the positive rows that are predicted positive.",
        "tp / (tp + fn)",
        _NO_POSITIVE,
        "higher",
        Proportion(lambda c: c.tp, lambda c: c.tp + c.fn),
        frozenset({"slices", "gap", "limits"}),
        is_share=True,
    ),
    Metric(
        "specificity",
        "Specificity",
        "Share of the negative rows that are predicted negative.",
        "tn / (fp + tn)",
        _NO_NEGATIVE,
        "higher",
        Proportion(lambda c: c.tn, lambda c: c.fp + c.tn),
        frozenset({"slices", "gap"}),
        is_share=True,
    ),
    Metric(
        "fpr",
        "False positive rate",
        "Share of the negative rows that are predicted positive.",
        "fp / (fp + tn)",
        _NO_NEGATIVE,
        "lower",
        Proportion(lambda c: c.fp, lambda c: c.fp + c.tn),
        frozenset({"slices", "discovery", "gap", "limits"}),
        is_share=True,
        short="FPR",
    ),
    Metric(
        "fnr",
        "False negative rate",
        "Share of the positive rows that are predicted negative.",
        "fn / (tp + fn)",
        _NO_POSITIVE,
        "lower",
        Proportion(lambda c: c.fn, lambda c: c.tp + c.fn),
        frozenset({"slices", "discovery", "gap"}),
        is_share=True,
        short="FNR",
    ),
    Metric(
        "f1",
        "F1 score",
        "Harmonic mean of precision and recall.",
        "2 tp / (2 tp + fp + fn)",
        "no judged row is positive or predicted positive",
        "higher",
        Bootstrapped(lambda c: 2 * c.tp, lambda c: 2 * c.tp + c.fp + c.fn),
        frozenset({"slices"}),
        moves_with_base_rate=True,
    ),
    Metric(
        "f2",
        "F2 score",
        "Weighted harmonic mean of precision and recall, in which precision weighs a quarter of recall.",
        "5 tp / (5 tp + fp + 4 fn)",
        "no judged row is positive or predicted positive",
        "higher",
        Bootstrapped(lambda c: 5 * c.tp, lambda c: 5 * c.tp + c.fp + 4 * c.fn),
        frozenset({"slices"}),
        moves_with_base_rate=True,
    ),
    Metric(
        "balanced_accuracy",
        "Balanced accuracy",
        "Mean of recall and specificity, so that both classes weigh the same.",
        "(tp / (tp + fn) + tn / (fp + tn)) / 2",
        _ONE_CLASS,
        "higher",
        Bootstrapped(
            lambda c: c.tp * (c.fp + c.tn) + c.tn * (c.tp + c.fn), lambda c: 2 * (c.tp + c.fn) * (c.fp + c.tn)
        ),
        frozenset({"slices"}),
        is_share=True,
        short="Bal. accuracy",
    ),
    Metric(
        "mcc",
        "Matthews correlation",
        "Correlation between prediction and label: 1 is perfect, 0 is no better than chance, -1 is always wrong.",
        "(tp tn - fp fn) / sqrt((tp + fp) (tp + fn) (tn + fp) (tn + fn))",
        "the judged rows, or their predictions, are all of one class",
        "higher",
        Bootstrapped(lambda c: c.tp * c.tn - c.fp * c.fn, _mcc_denominator),
        frozenset({"slices"}),
        low=-1.0,
        short="MCC",
        has_proper_name=True,
        moves_with_base_rate=True,
    ),
    Metric(
        "selection_rate",
        "Selection rate",
        "Share of the scored rows, labelled or not, that are predicted positive.",
        "flagged / scored",
        "no row has a score",
        "neither",
        Proportion(lambda c: c.n_flagged, lambda c: c.n_scored),
        frozenset({"slices", "limits"}),
        is_share=True,
    ),
    Metric(
        "prevalence",
        "Prevalence",
        "Share of the labelled rows that are positive.",
        "positive / labelled",
        "no row has a label",
        "neither",
        Proportion(lambda c: c.n_pos, lambda c: c.n_labelled),
        frozenset({"slices"}),
        is_share=True,
    ),
    Metric(
        "mean_score",
        "Mean score",
        "Mean score of the judged rows; where scores are probabilities it should be close to the prevalence.",
        "sum of scores / (tp + fp + fn + tn)",
        _NOTHING_JUDGED,
        "neither",
        Mean(mean_score, {"score_sum": 1.0}, _MOMENTS - {"score_pos_sum"}),
        frozenset({"slices"}),
        low=-inf,
        high=inf,
        kinds=_EVERY_KIND,
    ),
    Metric(
        "auroc",
        "AUROC",
        "Probability that a positive row scores above a negative one; a tie counts half.",
        "P(score of a positive > score of a negative) + P(tie) / 2",
        _ONE_CLASS,
        "higher",
        Area(auroc, auroc_influence),
        frozenset({"slices"}),
        kinds=_EVERY_KIND,
    ),
    Metric(
        "average_precision",
        "Average precision",
        "Mean precision over the thresholds, each weighted by the recall it adds.",
        "sum of (recall gained at a threshold) × (precision there)",
        _NO_POSITIVE,
        "higher",
        Area(average_precision, average_precision_influence),
        frozenset({"slices"}),
        short="Avg. precision",
        moves_with_base_rate=True,
    ),
    Metric(
        "brier",
        "Brier score",
        "Mean squared distance between the score and the label.",
        "mean of (score - label)²",
        _NOTHING_JUDGED,
        "lower",
        Mean(brier, _SQUARED, _MOMENTS, is_sharper_by_score=True),
        frozenset({"slices", "discovery", "gap"}),
        needs_probability=True,
        has_proper_name=True,
        moves_with_base_rate=True,
        kinds=_EVERY_KIND,
    ),
    Metric(
        "log_loss",
        "Log loss",
        "Mean negative logarithm of the probability that the score gave to the true label.",
        "mean of -log(probability of the label)",
        _NOTHING_JUDGED,
        "lower",
        Mean(log_loss, {"log_loss_sum": 1.0}, _OF_LOG_LOSS, is_sharper_by_score=True),
        frozenset({"slices"}),
        high=inf,
        needs_probability=True,
        moves_with_base_rate=True,
        kinds=_EVERY_KIND,
    ),
    Metric(
        "ece",
        "ECE",
        "Mean distance between the score and the observed rate over groups of rows with similar scores.",
        "sum over groups of (share of rows) × |mean score - observed rate|",
        _NOTHING_JUDGED,
        "lower",
        Grouped(ece, _MOMENTS),
        frozenset({"slices"}),
        needs_probability=True,
        kinds=_EVERY_KIND,
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in (*_REGISTRY, CORRECTED, *OF_COSTS, *OF_KINDS)}
