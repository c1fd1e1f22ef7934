"""Which labels may be believed: whether they come late or never, or to one side of the decision."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl

from analytics.answers.question import Question
from analytics.measure.intervals import FloatArray
from analytics.measure.labels.lateness import LabelArrival, coming_by_share, label_arrival, positives_fade
from analytics.measure.labels.selective import Selective, selective
from analytics.query.engine import Engine
from analytics.query.labels import labelled_days


def label_days(engine: Engine, question: Question) -> pl.DataFrame | None:
    """Count a cohort by calendar day, rows without a time left out; None for a log without times."""
    if question.log.time_low is None:
        return None
    return engine.time_table(question.log, question.cohort, question.threshold, "1d").drop_nulls("bucket")


def arrival_of(engine: Engine, question: Question) -> LabelArrival | None:
    """Answer "do labels come late, or never?"; None where times do not tell, as without times or on one day."""
    if question.log.time_low is None:
        return None
    days = labelled_days(engine, question.log, question.cohort, question.threshold)
    # No threshold matters: positives count together, as if all were flagged.
    return label_arrival(days.rename({"n_pos": "tp"}).with_columns(fn=pl.lit(0)))


def faded_since(engine: Engine, question: Question) -> datetime | None:
    """Return the day from which on ever fewer rows are positive, where every row has a label and nothing says when it came."""
    log = question.log
    if log.is_right_or_wrong or log.mapping.label_time is not None or log.time_low is None:
        return None
    days = labelled_days(engine, log, question.cohort, question.threshold)
    return positives_fade(days) if days["n_labelled"].sum() == days["n"].sum() else None


def one_class_since(question: Question) -> datetime | None:
    """Return the day from which on labels are of one class, as preflight found it; None where it found no such day."""
    found = next((each.example for each in question.log.findings if each.code == "one-class-after"), None)
    return None if found is None else datetime.fromisoformat(found[:10])


def coming_of(engine: Engine, question: Question, rows: FloatArray, waiting: FloatArray) -> tuple[FloatArray, float]:
    """Return the labels to come by day, and the share of rows that never gets one, where nothing says when labels came.

    ``rows`` and ``waiting`` are rows and those without a label, of shape (days, bins), the first day first; each bin of scores
    may lack labels as it does. Where the lack of labels does not fall with age, none is to come; on one day nothing tells.
    """
    found = arrival_of(engine, question)
    if found is None:
        return waiting, 0.0
    if found.is_late:
        coming, never = zip(
            *(coming_by_share(n, n - rest) for n, rest in zip(rows.T, waiting.T, strict=True)), strict=True
        )
        return np.stack(coming, axis=1), float(np.array(never) @ rows.sum(axis=0) / rows.sum())
    return np.zeros_like(waiting), float(waiting.sum() / rows.sum())


def selective_of(engine: Engine, question: Question) -> Selective | None:
    """Answer "do labels hang on the decision?"; None where they do not, or rows are right or wrong."""
    if question.log.is_right_or_wrong:
        return None
    scores = engine.score_table(question.log, question.cohort, question.threshold, sums=())
    return selective(scores.frame, scores.threshold_bin)
