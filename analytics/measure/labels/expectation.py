"""A metric without labels: what scores alone say of times whose labels are not there, and how far that missed before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from analytics.measure.intervals import FloatArray
from analytics.measure.labels.arrivals import Whole
from analytics.measure.labels.judged import Judged, losses_by_bin
from analytics.measure.thresholds.costs import Costs

_N_GROUPS = 20
"""Groups of scores of equal mass, cut at the threshold: within one a score means the same. A judgement, as for late labels."""
_FEW_PAST = 4
"""Ripe buckets below which nothing is said of the rest: how far it would miss is not known then. By hand."""


@dataclass(frozen=True)
class Expectation:
    """What scores alone say of buckets without all of their labels.

    Attributes
    ----------
    values : DataFrame
        ``bucket, expected``: the buckets that are not ripe.
    miss : float
        By how much the same estimate missed ripe buckets before, from rows as much older, on average.
    n_past : int
        On how many of them that was seen.
    """

    values: pl.DataFrame
    miss: float
    n_past: int


@dataclass(frozen=True)
class _Table:
    """Rows, labelled ones and positives by bucket and group of scores, each of shape (buckets, groups)."""

    rows: FloatArray
    labelled: FloatArray
    positive: FloatArray

    def rates(self, chosen: Whole) -> FloatArray:
        """Return the share of positives by group among some buckets; one row more of the share of all keeps rare groups sane."""
        labelled, positive = self.labelled[chosen].sum(axis=0), self.positive[chosen].sum(axis=0)
        share = positive.sum() / max(float(labelled.sum()), 1.0)
        return np.asarray((positive + share) / (labelled + 1), dtype=float)

    def expected(self, judged: Judged, bucket: int, rates: FloatArray) -> float:
        """Return the metric of all rows of a bucket, were labels as frequent as these rates say."""
        rows = self.rows[bucket]
        return float(judged.value(np.stack([rows * (1 - rates), rows * rates])))

    def known(self, judged: Judged, bucket: int) -> float:
        """Return the metric of the labelled rows of a bucket."""
        return float(judged.value(np.stack([self.labelled[bucket] - self.positive[bucket], self.positive[bucket]])))


def expectation(
    scores: pl.DataFrame,
    threshold_bin: int,
    ripe: pl.DataFrame,
    metric: str,
    costs: Costs | None = None,
    *,
    is_right_or_wrong: bool,
) -> Expectation | None:
    """Expect a metric of buckets whose labels are still to come from their scores, recalibrated on ripe buckets.

    Parameters
    ----------
    scores : polars.DataFrame
        A score table by ``bucket``: ``score_bin, n, n_unlabelled, n_pos`` and, for the Brier score, ``score_sum, score_sq_sum``.
    threshold_bin : int
        Predicted positive iff ``score_bin >= threshold_bin``.
    ripe : polars.DataFrame
        ``bucket, is_ripe``, in the order of time.
    metric : str
        One of `matured_metrics`, or cost.
    costs : Costs, optional
        For the metric cost.
    is_right_or_wrong : bool
        Whether a positive label means that the row is right.

    Returns
    -------
    Expectation or None
        None where every bucket is ripe, or too few were to know how far such an estimate misses.

    References
    ----------
    Confidence-based performance estimation of NannyML: the expected confusion of calibrated scores. It assumes that a score
    means what it meant on the ripe buckets.
    """
    buckets, is_ripe = ripe["bucket"], ripe["is_ripe"].to_numpy()
    open_ = np.flatnonzero(~is_ripe)
    known = scores.filter(pl.col("score_bin").is_not_null() & pl.col("bucket").is_in(buckets.implode()))
    if not len(open_) or is_ripe.sum() < 2 * _FEW_PAST or known.is_empty():
        return None
    groups = _groups(known, threshold_bin)
    table, n_groups = _table(known.join(groups, on="score_bin"), buckets), int(groups["group"].n_unique())
    sides = groups.group_by("group").agg(flagged=(pl.col("score_bin") >= threshold_bin).any()).sort("group")
    labelled = pl.col("n") - pl.col("n_unlabelled")  # sums of scores are over labelled rows
    with_group = known.with_columns(n=labelled).join(groups, on="score_bin").rename({"group": "bin"})
    judged = Judged(metric, sides["flagged"].to_numpy(), is_right_or_wrong, losses_by_bin(with_group, n_groups), costs)
    places = np.flatnonzero(is_ripe)
    ahead = int(open_[-1] - places[-1])  # the newest bucket is so much younger than what it is judged by
    missed = []
    for place in places:
        before = places[places <= place - ahead]
        if len(before) < _FEW_PAST:
            continue
        miss = table.expected(judged, int(place), table.rates(before)) - table.known(judged, int(place))
        missed += [abs(miss)] if np.isfinite(miss) else []
    if len(missed) < _FEW_PAST:
        return None
    rates = table.rates(places)
    values = [table.expected(judged, int(place), rates) for place in open_]
    told = pl.DataFrame({"bucket": buckets.gather(open_), "expected": values}).with_columns(
        pl.col("expected").fill_nan(None)
    )
    return Expectation(told, float(np.mean(missed)), len(missed))


def _groups(scores: pl.DataFrame, threshold_bin: int) -> pl.DataFrame:
    """Return the group of each score bin, from 0 upwards: of equal mass, and cut at the threshold."""
    mass = scores.group_by("score_bin").agg(pl.col("n").sum()).sort("score_bin")
    middle = (pl.col("n").cum_sum() - pl.col("n") / 2) / pl.col("n").sum()
    part = (middle * _N_GROUPS).floor().cast(pl.Int64)
    group = pl.struct(part, pl.col("score_bin") >= threshold_bin).rank("dense") - 1
    return mass.select("score_bin", group=group.cast(pl.Int64))


def _table(scores: pl.DataFrame, buckets: pl.Series) -> _Table:
    """Spread sums over buckets and groups."""
    places = pl.DataFrame({"bucket": buckets, "place": np.arange(len(buckets))})
    sums = (
        scores.group_by("bucket", "group", maintain_order=True)
        .agg(pl.col("n", "n_unlabelled", "n_pos").sum().cast(pl.Float64))
        .join(places, on="bucket")
    )
    shape = (len(buckets), int(scores["group"].max() or 0) + 1)  # type: ignore[arg-type]
    found = []
    for part in (pl.col("n"), pl.col("n") - pl.col("n_unlabelled"), pl.col("n_pos")):
        cells = np.zeros(shape)
        cells[sums["place"].to_numpy(), sums["group"].to_numpy()] = sums.select(part).to_series().to_numpy()
        found.append(cells)
    return _Table(*found)
