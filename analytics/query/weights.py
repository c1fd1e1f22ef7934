"""How many rows those of a cohort stand for."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine


def weight_of(engine: Engine, log: Log, cohort: Cohort, threshold: float) -> float | None:
    """Return how many rows those of a cohort stand for; None where each stands for itself."""
    if log.mapping.weight is None:
        return None
    total = engine.collect(engine.kept(log, cohort, threshold).select(n=nw.col("weight").sum()))["n"][0]
    return float(total or 0.0)
