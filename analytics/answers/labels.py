"""Which labels may be believed: whether they come late or never, or to one side of the decision."""

from __future__ import annotations

import polars as pl

from analytics.answers.question import Question
from analytics.measure.labels.lateness import LabelArrival, label_arrival
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


def selective_of(engine: Engine, question: Question) -> Selective | None:
    """Answer "do labels hang on the decision?"; None where they do not, or rows are right or wrong."""
    if question.log.is_right_or_wrong:
        return None
    scores = engine.score_table(question.log, question.cohort, question.threshold, sums=())
    return selective(scores.frame, scores.threshold_bin)
