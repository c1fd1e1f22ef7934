"""A score table: the aggregate that feeds almost every page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl


@dataclass(frozen=True)
class ScoreTable:
    """A score table with the grid that its bins refer to.

    Attributes
    ----------
    frame : DataFrame
        As `relations.score_table` says, slices as people see them in ``slice_0 …``.
    edges : ndarray of shape (n_bins,)
        Bin k holds the scores in [edges[k], edges[k + 1]).
    threshold_bin : int
        Predicted positive iff ``score_bin >= threshold_bin``; exact for the threshold that was asked.
    by : tuple of str
        The slice columns of ``frame``.
    is_exact : bool
        Whether the bins are the distinct scores, so that areas carry no ties that the scores do not have.
    """

    frame: pl.DataFrame
    edges: np.ndarray[Any, np.dtype[np.float64]]
    threshold_bin: int
    by: tuple[str, ...]
    is_exact: bool

    def without_time(self) -> ScoreTable:
        """Return the table with the buckets of each slice and score added up."""
        by = tuple(name for name in self.by if name != "bucket")
        return replace(self, frame=added_up(self.frame.drop("bucket")), by=by)


def by_week(frame: pl.DataFrame) -> pl.DataFrame:
    """Add a score table by days up by weeks."""
    return added_up(frame.with_columns(pl.col("bucket").dt.truncate("1w")))


def added_up(frame: pl.DataFrame) -> pl.DataFrame:
    """Add up the rows of a score table that are of one slice, bucket and score."""
    is_key = (name.startswith("slice_") or name in ("bucket", "score_bin", "score") for name in frame.columns)
    keys = [name for name, is_one in zip(frame.columns, is_key, strict=True) if is_one]
    return frame.group_by(keys, maintain_order=True).agg(pl.exclude(keys).sum())
