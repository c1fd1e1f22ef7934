"""Where is the model surer than it should be: coverage and risk of every slice at one confidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.answers.thresholds.by_slice import MAX_SLICES
from analytics.answers.thresholds.costs import CostTable
from analytics.measure.comparisons import SIGNIFICANT
from analytics.measure.intervals import FloatArray, ratio, wilson
from analytics.measure.slices import MIN_SUPPORT
from analytics.measure.thresholds.handover import against_the_rest, selective
from analytics.measure.thresholds.operating import Point


@dataclass(frozen=True)
class HandoverSlices:
    """Each slice at one point.

    Attributes
    ----------
    by : tuple of str
    table : DataFrame
        ``slice_0 …, n, n_answered`` (with a confidence, labelled or not), ``n_judged, n_wrong`` (answered and labelled),
        ``coverage, risk, risk_low, risk_high, difference, difference_low, difference_high, p_adjusted`` (against the rest),
        ``excess`` (wrong answers beyond what the rest's risk gives), ``few_rows, is_worse``; most excess first.
    n_others : int
        Judged rows in slices beyond the largest sixty.
    """

    by: tuple[str, ...]
    table: pl.DataFrame
    n_others: int

    @property
    def worse(self) -> pl.DataFrame:
        """The slices whose risk is clearly above the rest's."""
        return self.table.filter(pl.col("is_worse"))


def handover_slices(table: CostTable, point: Point) -> HandoverSlices:
    """Answer "where is the model surer than it should be?": coverage and risk of every slice at one point."""
    support = table.judged_slices
    slices = support.head(MAX_SLICES).select(table.keys)
    groups = table.groups(slices=slices)
    swept, whole = selective(table.bins(slices), groups), selective(table.bins())
    answered, judged, wrong = (point.of(values) for values in (swept.answered, swept.judged, swept.wrong))
    n = swept.answered[:, 0]
    n_judged, n_wrong = (float(point.of(values)[0]) for values in (whole.judged, whole.wrong))
    risk, rows = wilson(wrong, judged), judged
    by_group: tuple[FloatArray, ...] = ()
    if groups is not None and (everywhere := table.groups()) is not None:
        own, every = selective(groups.bins), selective(everywhere.bins)
        by_group = tuple(point.of(values) for values in (own.wrong, own.judged, every.wrong, every.judged))
        risk = groups.share(by_group[0], by_group[1])
    if table.is_weighted:
        rows = support["n_judged"].head(MAX_SLICES).to_numpy() * ratio(judged, swept.judged[:, 0])
    against = against_the_rest(wrong, judged, n_wrong, n_judged, by_group)
    few = rows < MIN_SUPPORT
    is_worse = (against.p_adjusted < SIGNIFICANT) & (against.difference.value > 0) & ~few
    columns = {
        "n": n.round().astype(np.int64),
        "n_answered": answered,
        "n_judged": judged,
        "n_wrong": wrong,
        "coverage": ratio(answered, n),
        "risk": risk.value,
        "risk_low": risk.low,
        "risk_high": risk.high,
        "difference": against.difference.value,
        "difference_low": against.difference.low,
        "difference_high": against.difference.high,
        "p_adjusted": against.p_adjusted,
        "excess": wrong - judged * ratio(n_wrong - wrong, n_judged - judged),
        "few_rows": few,
        "is_worse": is_worse,
    }
    found = slices.hstack(pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None)))
    found = found.sort("is_worse", "excess", descending=True, nulls_last=True)
    return HandoverSlices(table.by, found, int(support["n_judged"][slices.height :].sum()))
