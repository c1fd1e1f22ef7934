"""What production's inputs do, all together."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.answers.gap.answer import Gap
from analytics.answers.gap.inputs import GROUP, LABEL, SCORE, WEIGHT, Inputs
from analytics.log.column import MAX_SEGMENT_VALUES, Column
from analytics.measure.gap.density import Joint, joint_effect, thinned


def jointly(gap: Gap, inputs: Inputs) -> Joint | None:
    """Answer "what do production's inputs do, all together?" on a sample; None without inputs or with too few rows.

    Columns by which nothing differs on either side are left out: other values of them are no other rows.
    """
    left_out = {name for name, _ in gap.left_out} | set(gap.columns.filter(~pl.col("matters"))["column"])
    names = [pair[0].name for pair in gap.sides.inputs if pair[0].name not in left_out and _is_readable(*pair)]
    if not names or gap.metric.is_by_amount.any():
        return None
    rows = [thinned(frame) for frame in inputs.rows]
    score, label = (rows[0][name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in (SCORE, LABEL))
    top, bottom = gap.metric.of_rows(score, label, gap.sides.reference.threshold)
    weights = [frame[WEIGHT].to_numpy() if WEIGHT in frame.columns else np.ones(frame.height) for frame in rows]
    group = rows[0][GROUP].to_numpy() if GROUP in rows[0].columns else None
    inputs_of = rows[0].select(names), rows[1].select(names)
    return joint_effect(*inputs_of, top, bottom, (weights[0], weights[1]), group)


def _is_readable(first: Column, second: Column) -> bool:
    """Whether a classifier can read a pair of columns: numbers, or text with few enough values."""
    return first.kind == "number" or max(first.n_distinct, second.n_distinct) <= MAX_SEGMENT_VALUES
