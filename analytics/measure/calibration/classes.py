"""Calibration class by class: the score of each class against how often it is the class."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from analytics.measure.calibration.table import adjusted, calibration_table
from analytics.measure.comparisons import SIGNIFICANT
from analytics.measure.intervals import FloatArray
from analytics.measure.reliability import GROUPS, Binning


def class_calibration_table(
    parts: Iterable[tuple[str, pl.DataFrame, FloatArray]],
    *,
    groups: int = GROUPS,
    binning: Binning = "equal_mass",
    replicates: int,
    cells: int,
) -> pl.DataFrame:
    """Measure the calibration of each class against the rest.

    Parameters
    ----------
    parts : iterable of (class, score table, edges)
        Of each class its score table, in which rows of the class are positive.
    groups, binning, replicates, cells
        As in `calibration_table`.

    Returns
    -------
    polars.DataFrame
        ``class`` and the columns of `calibration_table` but log_loss, p-values adjusted over both tests of all classes.
        Those come first whose level is clearly off, and of them those off by most. `class_wise_ece` sums them up.

    References
    ----------
    Kull et al. (2019), NeurIPS 32: class-wise ECE; Nixon et al. (2019), CVPR Workshops: why of equally full bins.

    Examples
    --------
    >>> import numpy as np
    >>> counts = {"score_bin": [0, 1], "n": [40, 20], "n_pos": [8, 16], "n_unlabelled": [0, 0]}
    >>> sums = {"score_sum": [12.0, 16.0], "score_sq_sum": [3.6, 12.8], "score_pos_sum": [2.4, 12.8]}
    >>> table = pl.DataFrame({**counts, **sums})
    >>> found = class_calibration_table([("cat", table, np.array([0.3, 0.8]))], replicates=20, cells=10)
    >>> found.select("class", pl.col("mean_score", "observed").round(3)).row(0)
    ('cat', 0.467, 0.4)
    """
    found = [
        calibration_table(frame, edges, groups=groups, binning=binning, replicates=replicates, cells=cells).select(
            pl.lit(name).alias("class"), pl.exclude("log_loss")
        )
        for name, frame, edges in parts
    ]
    table = adjusted(pl.concat(found, how="vertical_relaxed"))
    is_clear = (pl.col("p_adjusted") < SIGNIFICANT).fill_null(value=False)
    order = [is_clear, pl.col("difference").abs(), pl.col("n_pos"), pl.col("class")]
    return table.sort(order, descending=[True, True, True, False], nulls_last=True)


def class_wise_ece(table: pl.DataFrame) -> float | None:
    """Return the mean over classes of the ECE of a `class_calibration_table`, None where no class is judged.

    >>> class_wise_ece(pl.DataFrame({"ece": [0.02, 0.04, None]}))
    0.03
    """
    found = table["ece"].mean()
    return found if isinstance(found, float) else None
