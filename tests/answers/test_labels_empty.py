"""A week of which no label is there is not estimated: its bounds are all that is known."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl

from analytics.answers.labels_answer import labels
from analytics.answers.question import Question
from analytics.present.readings import labels_reading
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk


def test_a_week_without_a_label_has_no_value_and_a_log_without_any_no_trust(desk: Desk) -> None:
    rng, n = np.random.default_rng(3), 6_000
    day = np.sort(rng.integers(0, 99, n))  # fourteen weeks and the first day of another
    is_there, begin = pl.Series(day < 98), pl.lit(datetime(2024, 1, 1))
    frame = pl.DataFrame({"score": rng.random(n).round(3), "day": day}).select(
        "score",
        scored_at=begin + pl.duration(days="day"),
        label=pl.when(is_there).then(pl.Series((rng.random(n) < 0.4).astype(int))),
        label_time=pl.when(is_there).then(begin + pl.duration(days=pl.col("day") + 1)),
    )
    engine = Engine(desk.workspace)
    found = labels(engine, Question(desk.log(frame), Cohort(), 0.5))
    empty = found.buckets.filter(pl.col("n_labelled") == 0)
    assert empty.height and empty["value"].null_count() == empty.height
    assert found.buckets.filter(pl.col("n_labelled") > 0)["value"].null_count() == 0
    early = Cohort().known_on((datetime(2024, 1, 1) + timedelta(hours=5)).date().isoformat())
    assert labels_reading(labels(engine, Question(desk.log(frame), early, 0.5))).startswith("No row has a label yet")
