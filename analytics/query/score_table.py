"""A score table: the aggregate that feeds almost every page."""

from __future__ import annotations

from dataclasses import dataclass
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
