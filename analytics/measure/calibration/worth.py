"""Rows that stand for many, as the rows of equal weight that they are worth: what tests of calibration count."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analytics.measure.counts import is_weighted, slice_keys

WEIGHTED = ("n_weighted", "n_pos_weighted")
"""Judged rows, and positive ones, as they are weighted."""
_SCALED = ("n", "n_pos", "n_neg", "n_unlabelled")


def as_worth(score_table: pl.DataFrame, by: Sequence[str] = ()) -> pl.DataFrame:
    """Scale the counts and sums of a weighted score table, slice by slice, to the rows of equal weight that they are worth.

    With d the distance of score and label, rows are worth Σwd² / Σw²d² of their weighted number: the sum of distances is then as
    sure as that of so many rows. Ratios of sums stay as they are, within slices. Other tables are returned as they are.

    Returns
    -------
    polars.DataFrame
        The table, with `WEIGHTED` beside.

    References
    ----------
    Rao and Scott (1981), J. Am. Stat. Assoc. 76:221-230: the first-order correction of tests on counts of a sample.

    Examples
    --------
    >>> counts = {"score_bin": [0], "n": [8.0], "n_pos": [4.0], "n_neg": [4.0], "n_unlabelled": [0.0], "rows": [4]}
    >>> sums = {"score_sum": [4.0], "pos_sq": [8.0], "neg_sq": [8.0]}
    >>> as_worth(pl.DataFrame({**counts, **sums})).select("n", "score_sum", "n_weighted").row(0)
    (4.0, 2.0, 8.0)
    """
    if not is_weighted(score_table):
        return score_table
    n, score = pl.col("n_pos") + pl.col("n_neg"), pl.col("score_sum") / (pl.col("n_pos") + pl.col("n_neg"))
    is_judged = pl.col("score_bin").is_not_null() & (n > 0)
    apart = (("pos", (1 - score) ** 2), ("neg", score**2))
    sums = {
        "simple": pl.sum_horizontal(*(pl.col(f"n_{side}") * square for side, square in apart)),
        "squared": pl.sum_horizontal(*(pl.col(f"{side}_sq") * square for side, square in apart)),
    }
    known = score_table.select(pl.when(is_judged).then(part).otherwise(0.0).alias(name) for name, part in sums.items())
    keys = slice_keys(score_table, by)
    added = [pl.col(name).sum().over(keys.columns) if by else pl.col(name).sum() for name in sums]
    simple, squared = known.hstack(keys).with_columns(*added).select(*sums).get_columns()
    factor = pl.select(pl.when(squared > 0).then(simple / squared).otherwise(1.0)).to_series()
    scaled = [name for name in score_table.columns if name in _SCALED or name.endswith("_sum")]
    kept = {"n_weighted": n, "n_pos_weighted": pl.col("n_pos")} if WEIGHTED[0] not in score_table.columns else {}
    return score_table.with_columns(**kept).with_columns(
        *(pl.col(name) * factor for name in scaled),
        *(pl.col(name) * factor**2 for name in ("pos_sq", "neg_sq")),
    )
