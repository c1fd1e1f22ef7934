"""What production's inputs do, all together."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.answers.gap.answer import Gap
from analytics.answers.gap.inputs import GROUP, LABEL, SCORE, WEIGHT, Inputs
from analytics.log.column import MAX_SEGMENT_VALUES, Column
from analytics.measure.gap.density import Joint, Likeness, density_weights, joint_effect, thinned
from analytics.measure.intervals import FloatArray


def joint_columns(gap: Gap) -> tuple[str, ...]:
    """Return the columns whose values are weighed together, none where the metric hangs on amounts.

    Columns by which nothing differs on either side are left out: other values of them are no other rows.
    """
    if gap.metric.is_by_amount.any():
        return ()
    left_out = {name for name, _ in gap.left_out} | set(gap.columns.filter(~pl.col("matters"))["column"])
    return tuple(pair[0].name for pair in gap.sides.inputs if pair[0].name not in left_out and _is_readable(*pair))


def likeness(inputs: Inputs, names: tuple[str, ...]) -> Likeness | None:
    """Return how much likelier each row of the sample is production's by some columns; None where a side has too few rows.

    No threshold changes it.
    """
    rows = [thinned(frame) for frame in inputs.rows]
    stand_for = tuple(map(_weights, rows))
    return (
        density_weights(rows[0].select(names), rows[1].select(names), (stand_for[0], stand_for[1])) if names else None
    )


def jointly(gap: Gap, inputs: Inputs, likely: Likeness | None = None) -> Joint | None:
    """Answer "what do production's inputs do, all together?" on a sample; None without inputs or with too few rows.

    ``likely`` is the `likeness` by `joint_columns`, found anew where it is not given.
    """
    names = joint_columns(gap)
    likely = likely or likeness(inputs, names)
    if likely is None:
        return None
    rows = [thinned(frame) for frame in inputs.rows]
    score, label = (rows[0][name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in (SCORE, LABEL))
    top, bottom = gap.metric.of_rows(score, label, gap.sides.reference.threshold)
    group = rows[0][GROUP].to_numpy() if GROUP in rows[0].columns else None
    return joint_effect(names, likely, top, bottom, (_weights(rows[0]), _weights(rows[1])), group)


def _weights(rows: pl.DataFrame) -> FloatArray:
    """Return how many rows each row of a sample stands for."""
    return rows[WEIGHT].to_numpy() if WEIGHT in rows.columns else np.ones(rows.height)


def _is_readable(first: Column, second: Column) -> bool:
    """Whether a classifier can read a pair of columns: numbers, or text with few enough values."""
    return first.kind == "number" or max(first.n_distinct, second.n_distinct) <= MAX_SEGMENT_VALUES
