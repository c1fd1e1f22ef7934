"""What the mistakes of a label do to the error rate, where people read the same rows again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.answers.agreement import Agreement
from analytics.answers.question import Question
from analytics.measure.agreement.noise import Accuracy, corrected
from analytics.measure.counts import confusion_table
from analytics.query.engine import Engine


@dataclass(frozen=True)
class NoiseAnswer:
    """Error rates as the label says and as they are if it errs as often as its readings say.

    Attributes
    ----------
    accuracy : Accuracy
        Of the label.
    rates : DataFrame
        ``slice`` (null for all rows, which come first), ``n``, ``error_rate``, ``true_error_rate`` with ``_low`` and ``_high``,
        ``prevalence``, ``true_prevalence`` with ``_low`` and ``_high``.
    """

    accuracy: Accuracy
    rates: pl.DataFrame


def noise(engine: Engine, question: Question, found: Agreement, by: str | None = None) -> NoiseAnswer | None:
    """Answer "what do mistakes of the label do to the error rate?"; None where its column is none of three raters or more.

    Parameters
    ----------
    engine, question : Engine and Question
    found : Agreement
        Of raters among which is the label of the log.
    by : str, optional
        A segment column, for the rates of its slices as well.
    """
    log = question.log
    accuracy = None if log.is_right_or_wrong else _accuracy(found, log.mapping.label, log.mapping.positive)
    if accuracy is None:
        return None
    parts = []
    for columns in ((), (by,)) if by else ((),):
        scores = engine.score_table(log, question.cohort, question.threshold, columns, sums=())
        table = confusion_table(scores.frame, by=scores.by, threshold_bin=scores.threshold_bin)
        counts = np.stack([table[name].to_numpy().astype(np.float64) for name in ("tp", "fp", "fn", "tn")])
        told = corrected(counts, accuracy)
        if told is None:
            return None
        slices = table["slice_0"].cast(pl.String) if columns else pl.Series([None], dtype=pl.String)
        parts.append(
            pl.DataFrame(
                {
                    "slice": slices,
                    "n": counts.sum(axis=0).astype(np.int64),
                    "error_rate": told.error_rate,
                    "true_error_rate": told.true_error_rate.value,
                    "true_error_rate_low": told.true_error_rate.low,
                    "true_error_rate_high": told.true_error_rate.high,
                    "prevalence": told.prevalence,
                    "true_prevalence": told.true_prevalence.value,
                    "true_prevalence_low": told.true_prevalence.low,
                    "true_prevalence_high": told.true_prevalence.high,
                }
            ).filter(pl.col("n") > 0)
        )
    return NoiseAnswer(accuracy, pl.concat(parts))


def _accuracy(found: Agreement, label: str | None, positive: tuple[str, ...]) -> Accuracy | None:
    """Return how well the label finds what all raters together point to; None where it is none of them or not of two values."""
    if label is None:
        return None
    own = found.raters.filter(pl.col("rater") == label).drop_nulls(["found", "found_low", "found_high"])
    if own.height != 2:
        return None
    is_positive = own["value"].is_in(list(positive))
    if is_positive.sum() != 1:
        return None
    ends = [own.filter(side).select("found", "found_low", "found_high").row(0) for side in (is_positive, ~is_positive)]
    return Accuracy(*ends)
