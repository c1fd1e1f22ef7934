"""Rows of production that the reference has no counterpart for, and whether their scores tell what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from analytics.answers.gap.cells import Cells, two_bin_cells
from analytics.answers.gap.columns import (
    MAX_COLUMNS,
    RANKED,
    SIGNIFICANT,
    Candidate,
    n_frequent,
    room_for,
)
from analytics.answers.gap.inputs import Inputs
from analytics.answers.gap.sides import Sides
from analytics.log.bins import Bins
from analytics.measure.gap.accounts import LEAST_GROUPS, LEAST_OVERLAP, MOST_GROUPS, PLAIN, Account, scale_share
from analytics.measure.intervals import ratio
from analytics.query.engine import Engine
from analytics.query.gap import Dimension

_TAILS = (0.005, 0.02, 0.05)
_QUANTILES = (0.0, *_TAILS, *np.arange(1, 10) / 10, *(1 - tail for tail in reversed(_TAILS)), 1.0)
_ALONE_TIMES = 5.0
_RARE_BEFORE = 0.02
_LEADS = 0.5


def apart(candidates: Sequence[Candidate], columns: pl.DataFrame) -> list[str]:
    """Return the columns that matter and that most of production's rows have no counterpart by, the farthest first."""
    far = columns.filter(~pl.col("is_fault") & ~pl.col("is_flag") & (pl.col("overlap") < LEAST_OVERLAP)).sort("overlap")
    known = {each.dimension.name: each for each in candidates}
    return [name for name in far["column"] if known[name].matters]


def with_apart(
    names: Sequence[str], far: Sequence[str], candidates: Sequence[Candidate], columns: pl.DataFrame, change: float
) -> tuple[str, ...]:
    """Add the columns that rows have no counterpart by to those of the waterfall, unless these explain most of the change.

    A column that explains nothing gives way.
    """
    explained = dict(columns.select("column", pl.col("explained").fill_null(0.0)).iter_rows())
    if not far or max([0.0, *(explained[name] for name in names)]) >= _LEADS * abs(change):
        return tuple(names)
    sizes = {each.dimension.name: n_frequent(each.cells) for each in candidates}
    room, found, n_cells = room_for(candidates), [far[0]], sizes[far[0]]
    for name in [*(name for name in names if explained[name] > 0), *far[1:]]:
        if n_cells * sizes[name] <= room and len(found) < MAX_COLUMNS:
            found.append(name)
            n_cells *= sizes[name]
    return tuple(found)


def is_moved(candidates: Sequence[Candidate], columns: pl.DataFrame) -> bool:
    """Whether other rows came in by a column that matters and in which nothing broke."""
    moved = columns.filter(~pl.col("is_fault") & ~pl.col("is_flag") & (pl.col("p_mix") < SIGNIFICANT))[
        "column"
    ].to_list()
    return any(each.matters for each in candidates if each.dimension.name in moved)


def same_model(engine: Engine, sides: Sides) -> bool:
    """Whether the same versions of a model scored both sides, where that is known."""
    found = []
    for question in sides.questions:
        version = question.log.mapping.model_version
        if version is None:
            return True
        found.append(set(engine.value_counts(question.log, question.cohort, question.threshold, version)["value"]))
    return found[0] == found[1]


def account_of(cells: Cells, sides: Sides, candidates: Sequence[Candidate]) -> Account:
    """Divide cells by score where the same score still means the same: then other scores are other rows."""
    if not scale_share(*cells.pair).is_same_scale:
        return PLAIN
    groups = int(np.clip(room_for(candidates) // max(cells.keys.height, 1), LEAST_GROUPS, MOST_GROUPS))
    return Account(score_groups=groups, thresholds=(sides.reference.threshold, sides.production.threshold))


def set_apart(engine: Engine, sides: Sides, inputs: Inputs, dimension: Dimension) -> Dimension:
    """Return a column of numbers with finer bins at both ends, and which of them production is alone in."""
    if dimension.bins is None:
        return dimension
    known = inputs.rows[0][dimension.name].drop_nulls().to_numpy()
    edges = np.unique(np.quantile(known, _QUANTILES))
    if len(edges) < 3:
        return dimension
    finer = replace(dimension, bins=Bins(tuple(float(edge) for edge in edges), dimension.bins.is_integer))
    cells = two_bin_cells(engine, sides, finer, with_moments=False, with_amount=False)
    shares = [ratio(rows, rows.sum()) for rows in (side.counts.sum((0, -1)) for side in cells.pair)]
    is_alone = (shares[0] <= _RARE_BEFORE) & (shares[1] > _ALONE_TIMES * shares[0])
    values = cells.keys.to_series().to_list()
    return replace(
        finer, alone=frozenset(value for value, alone in zip(values, is_alone, strict=True) if alone and value)
    )


def apart_first(columns: pl.DataFrame, names: Sequence[str], explained: float | None) -> pl.DataFrame:
    """Rank the columns that rows have no counterpart by before those that explain something; the first by the mix of scores.

    ``explained`` is that mix, None where scores do not tell either.
    """
    own = pl.when(pl.col("column") == names[0]).then(pl.lit(explained, dtype=pl.Float64)).otherwise(pl.col("explained"))
    order = [RANKED[0], pl.col("column").is_in(list(names)), *RANKED[1:]]
    return columns.with_columns(explained=own).sort(order, descending=True, maintain_order=True)
