"""Labels that hang on the decision of one side: what the other side alone flags is then judged by nobody."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analytics.measure.compare.joint import SIDES
from analytics.measure.labels.selective import Selective, selective

_MIN_APART = 20
"""Pairs that either side alone flags from which their labelled shares are compared. By hand: of none labelled of 20 the share is
below 15 % at 95 %."""
_FEW = 0.5
"""Labelled share of the one, as a part of the other's, from which they count as looked at alike. By hand, as of one log."""


@dataclass(frozen=True)
class Hanging:
    """What is known where labels hang on the decision of one side.

    Attributes
    ----------
    is_of_live : bool
        Whether they hang on the live side's decision, else on the candidate's.
    found : Selective
        Of that side: which of its rows have the labels, and how many.
    """

    is_of_live: bool
    found: Selective


def hanging(cells: pl.DataFrame) -> Hanging | None:
    """Tell on whose decision labels hang; None where they hang on neither side's, or on both alike.

    Where the pairs that one side alone flags are labelled like those that the other alone flags, both sides' rows were looked at
    alike, and the difference is known.

    Parameters
    ----------
    cells : DataFrame
        ``a_flag, b_flag, a_label`` (1, 0 or null) and ``pairs``, one label for both sides.

    Examples
    --------
    >>> parts = {"a_flag": [1, 1, 0, 0], "b_flag": [1, 0, 1, 0], "a_label": [1, 0, None, None], "pairs": [500, 200, 200, 5_000]}
    >>> found = hanging(pl.DataFrame(parts, schema_overrides={"a_label": pl.Int64}))
    >>> found.is_of_live, found.found.is_of_flagged, found.found.is_of_one_side
    (True, True, True)
    """
    decided = cells.drop_nulls(["a_flag", "b_flag"])
    sides = [selective(_by_flag(decided, pl.col(f"{mark}_flag")), 1) for mark in "ab"]
    apart = decided.filter(pl.col("a_flag") != pl.col("b_flag"))
    if not apart.is_empty() and _is_seen_alike(apart):
        return None
    known = [(each.other_share / each.share, side, each) for side, each in zip(SIDES, sides, strict=True) if each]
    if not known:
        return None
    _, side, found = min(known, key=lambda each: each[0])
    return Hanging(side == SIDES[0], found)


def _is_seen_alike(apart: pl.DataFrame) -> bool:
    """Whether pairs on which both sides differ have labels whichever side flags them, and are enough to tell."""
    flags = _by_flag(apart, pl.col("a_flag")).filter(pl.col("n") >= _MIN_APART)
    shares = (1 - flags["n_unlabelled"] / flags["n"]).to_list()
    return len(shares) == len(SIDES) and max(shares) > 0 and min(shares) >= _FEW * max(shares)


def _by_flag(cells: pl.DataFrame, flag: pl.Expr) -> pl.DataFrame:
    """Count pairs by a flag, as a score of two bins."""
    n, label = pl.col("pairs"), pl.col("a_label")
    return cells.group_by(flag.cast(pl.Int64).alias("score_bin"), maintain_order=True).agg(
        n=n.sum(), n_pos=n.filter(label == 1).sum(), n_unlabelled=n.filter(label.is_null()).sum()
    )
