"""Labels that still come in: from which day on, whether on all days, and whether they could be all that changed."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np
import polars as pl

from analytics.measure.gap.constants import (
    AGE_SHARE,
    CHANCE_ERRORS,
    COMPLETE_SHARE,
    EARLY_SHARE,
    LEAST_WAITING,
    MIN_MATURE,
    OF_RARE_POSITIVES,
)
from analytics.measure.gap.pairs import Cells


def mature_before(days: pl.DataFrame) -> datetime | None:
    """Find the day from which on labels of a side still come in.

    That is the first day of the last run of days each of which is labelled less often than the earlier half of the rows, by
    more than chance and by a tenth, or by half the share of positives where that is less: rare positives that are known late
    leave few rows without a label. None where there is none, or too few labelled rows are before it.

    Parameters
    ----------
    days : polars.DataFrame
        ``bucket, n, n_labelled, tp, fn``, a row for each day.
    """
    if days.height < 2 or days["n_labelled"].equals(days["n"]):
        return None
    n, labelled, positive = (
        days.select(pl.col("n"), pl.col("n_labelled"), pl.col("tp") + pl.col("fn")).to_numpy().T.astype(float)
    )
    early = n.cumsum() <= max(n.sum() * EARLY_SHARE, n[0])
    usual, share = labelled[early].sum() / n[early].sum(), labelled / n
    rare = positive[early].sum() / max(labelled[early].sum(), 1.0) * OF_RARE_POSITIVES
    chance = CHANCE_ERRORS * (usual * (1 - usual) / n) ** 0.5
    line = usual - np.maximum(usual * min(1 - COMPLETE_SHARE, rare), chance)
    first = days.height
    while first > 0 and share[first - 1] < line[first - 1]:
        first -= 1
    if first in (0, days.height) or labelled[:first].sum() < MIN_MATURE:
        return None
    moment: datetime = days["bucket"][first]
    return moment


def is_waiting(days: pl.DataFrame, until: datetime | None) -> bool:
    """Tell whether the newest fifth of the rows up to a moment has fewer labels than the oldest.

    Parameters
    ----------
    days : polars.DataFrame
        ``bucket, n, n_labelled``, a row for each day.
    until : datetime or None
        Up to when labels are taken for complete.
    """
    days = days if until is None else days.filter(pl.col("bucket") < until)
    if days.height < 2:
        return False
    n, labelled = days.select("n", "n_labelled").to_numpy().T.astype(float)
    before = n.cumsum()
    old = before <= max(before[-1] / AGE_SHARE, n[0])
    new = before > before[-1] * (AGE_SHARE - 1) / AGE_SHARE
    first, last = (labelled[part].sum() / n[part].sum() for part in (old, new))
    chance = (first * (1 - first) / n[old].sum() + last * (1 - last) / n[new].sum()) ** 0.5
    return bool(first - last > max(CHANCE_ERRORS * chance, LEAST_WAITING))


def could_be_labels(whole: Cells) -> bool:
    """Tell whether production's rows without a label could bring its share of positives to the reference's, chance aside."""
    n, unknown = float(whole.production.judged.sum()), float(whole.production.unknown.sum())
    positives = float(whole.production.judged.sum((0, 1))[1])
    before, rows = whole.reference.prevalence, float(whole.reference.judged.sum())
    reach = CHANCE_ERRORS * math.sqrt(before * (1 - before) * (1 / rows + 1 / n))
    total = n + unknown
    return positives / total - reach <= before <= (positives + unknown) / total + reach
