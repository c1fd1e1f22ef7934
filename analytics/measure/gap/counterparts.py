"""Rows of production that the reference has no counterpart for, and whether their scores tell what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from analytics.measure.gap.accounts import PLAIN, Account, scale_share
from analytics.measure.gap.candidates import Candidate, Slicing, n_frequent, room_for
from analytics.measure.gap.columns import RANKED
from analytics.measure.gap.constants import (
    ALONE_TIMES,
    LEADS,
    LEAST_GROUPS,
    LEAST_OVERLAP,
    MAX_COLUMNS,
    MOST_GROUPS,
    RARE_BEFORE,
    SIGNIFICANT,
    TAILS,
)
from analytics.measure.gap.pairs import Cells
from analytics.measure.intervals import ratio

_QUANTILES = (0.0, *TAILS, *np.arange(1, 10) / 10, *(1 - tail for tail in reversed(TAILS)), 1.0)


def apart(candidates: Sequence[Candidate], columns: pl.DataFrame) -> list[str]:
    """Return the columns that matter and that most of production's rows have no counterpart by, the farthest first."""
    far = columns.filter(~pl.col("is_fault") & ~pl.col("is_flag") & (pl.col("overlap") < LEAST_OVERLAP)).sort("overlap")
    known = {each.name: each for each in candidates}
    return [name for name in far["column"] if known[name].matters]


def with_apart(
    names: Sequence[str], far: Sequence[str], candidates: Sequence[Candidate], columns: pl.DataFrame, change: float
) -> tuple[str, ...]:
    """Add the columns that rows have no counterpart by to those of the waterfall, unless these explain most of the change.

    A column that explains nothing gives way.
    """
    explained = dict(columns.select("column", pl.col("explained").fill_null(0.0)).iter_rows())
    if not far or max([0.0, *(explained[name] for name in names)]) >= LEADS * abs(change):
        return tuple(names)
    sizes = {each.name: n_frequent(each.cells) for each in candidates}
    room, found, n_cells = room_for(candidates), [far[0]], sizes[far[0]]
    for name in [*(name for name in names if explained[name] > 0), *far[1:]]:
        if n_cells * sizes[name] <= room and len(found) < MAX_COLUMNS:
            found.append(name)
            n_cells *= sizes[name]
    return tuple(found)


def _is_moved(candidates: Sequence[Candidate], columns: pl.DataFrame) -> bool:
    """Whether other rows came in by a column that matters and in which nothing broke."""
    moved = columns.filter(~pl.col("is_fault") & ~pl.col("is_flag") & (pl.col("p_mix") < SIGNIFICANT))[
        "column"
    ].to_list()
    return any(each.matters for each in candidates if each.name in moved)


def account_of(
    cells: Cells, thresholds: tuple[float, float], candidates: Sequence[Candidate], columns: pl.DataFrame
) -> Account:
    """Divide cells by score where other rows came in and the same score still means the same: other scores are other rows."""
    if not _is_moved(candidates, columns) or not scale_share(*cells.pair).is_same_scale:
        return PLAIN
    groups = int(np.clip(room_for(candidates) // max(cells.keys.height, 1), LEAST_GROUPS, MOST_GROUPS))
    return Account(score_groups=groups, thresholds=thresholds)


def with_finer_ends(slicing: Slicing, known: pl.Series) -> Slicing:
    """Return a column of numbers with finer ranges at both ends of those that the reference has; others as they are."""
    if not slicing.is_binned:
        return slicing
    edges = np.unique(np.quantile(known.drop_nulls().to_numpy(), _QUANTILES))
    return slicing if len(edges) < 3 else replace(slicing, edges=tuple(float(edge) for edge in edges))


def with_alone(slicing: Slicing, cells: Cells) -> Slicing:
    """Return a column with the slices that production is alone in."""
    shares = [ratio(rows, rows.sum()) for rows in cells.rows]
    is_alone = (shares[0] <= RARE_BEFORE) & (shares[1] > ALONE_TIMES * shares[0])
    values = cells.keys.to_series().to_list()
    return replace(
        slicing, alone=frozenset(value for value, alone in zip(values, is_alone, strict=True) if alone and value)
    )


def apart_first(columns: pl.DataFrame, names: Sequence[str], mix: float | None) -> pl.DataFrame:
    """Rank the columns that rows have no counterpart by before those that explain something.

    The first of them explains the mix that scores carry; where they carry none, it is not known what it explains.
    """
    if not names:
        return columns
    explained = None if mix is None else abs(mix)
    own = pl.when(pl.col("column") == names[0]).then(pl.lit(explained, dtype=pl.Float64)).otherwise(pl.col("explained"))
    order = [RANKED[0], pl.col("column").is_in(list(names)), *RANKED[1:]]
    return columns.with_columns(explained=own).sort(order, descending=True, maintain_order=True)
