"""Which labels may be believed: whether they come late or never."""

from __future__ import annotations

import polars as pl

from analytics.answers.question import Question
from analytics.measure.labels.lateness import LabelArrival, label_arrival
from analytics.query.engine import Engine


def label_days(engine: Engine, question: Question) -> pl.DataFrame | None:
    """Count a cohort by calendar day, rows without a time left out; None for a log without times."""
    if question.log.time_low is None:
        return None
    return engine.time_table(question.log, question.cohort, question.threshold, "1d").drop_nulls("bucket")


def arrival_of(engine: Engine, question: Question) -> LabelArrival | None:
    """Answer "do labels come late, or never?"; None where times do not tell, as without times or on one day."""
    days = label_days(engine, question)
    return None if days is None else label_arrival(days)
