"""Does 0.8 mean 80 %: the bins of the reliability diagram."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analytics.answers.question import Question, score_table
from analytics.measure.calibration import reliability_table
from analytics.query.engine import Engine


def calibration(engine: Engine, question: Question, by: Sequence[str] = ()) -> pl.DataFrame:
    """Return the bins of the reliability diagram, 15 of equal mass: see `measure.calibration.reliability_table`."""
    scores = score_table(engine, question, by, ("brier",))
    return reliability_table(scores.frame, scores.edges, by=scores.by)
