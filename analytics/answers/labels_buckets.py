"""A metric of some days, or of every bucket of time: matured where that can be, else the labels that are there and the bounds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace

import numpy as np
import polars as pl

from analytics.answers.question import Question
from analytics.measure.intervals import FloatArray
from analytics.measure.labels.areas import Areas
from analytics.measure.labels.arrivals import Arrivals, Whole
from analytics.measure.labels.judged import Judged, is_of_bins
from analytics.measure.labels.maturing import Matured, Maturing
from analytics.query.engine import Engine

_N_CUTS = 20
"""Bins of equal mass for areas and losses: rows to come are of one kind within a twentieth of the scores. A judgement."""


@dataclass(frozen=True)
class Known:
    """What is known of the labels of a cohort.

    Attributes
    ----------
    arrivals, judged, maturing : Arrivals, Judged and Maturing or None
        The rows, the metric, and what tells what all labels will say.
    to_come : ndarray of shape (days, bins)
        Rows whose label is expected.
    areas : Areas or None
        For an area under a curve.
    """

    arrivals: Arrivals
    judged: Judged
    maturing: Maturing | None
    to_come: FloatArray
    areas: Areas | None

    def of(self, days: Whole) -> Matured:
        """Return the metric of some days."""
        found = self._by_bins(days)
        if not found.n_labelled:
            unknown = float("nan")
            found = replace(found, value=unknown, low=unknown, high=unknown)  # no label tells what the others will say
        if self.areas is None:
            return found
        there, coming = self.arrivals.there()[days].sum(axis=0), self.to_come[days].sum(axis=0)
        return self.areas.of(found, self.judged, there, coming, days)

    def _by_bins(self, days: Whole) -> Matured:
        """Return the metric of some days as their bins say."""
        if self.maturing is not None:
            return self.maturing.of(days)
        there, coming = self.arrivals.there()[days].sum(axis=0), self.to_come[days].sum(axis=0)
        low, high = self.judged.bounds(there, coming)
        unknown = float("nan")
        return Matured(
            n=float(self.arrivals.rows[days].sum()),
            n_labelled=float(there.sum()),
            to_come=float(coming.sum()),
            naive=float(self.judged.value(there)),
            value=unknown,
            low=unknown,
            high=unknown,
            bound_low=float(low),
            bound_high=float(high),
            spread=unknown,
            n_past=0,
        )


def areas_of(engine: Engine, question: Question, judged: Judged, arrivals: Arrivals) -> Areas | None:
    """Return the labels by score where the metric is an area; None for others, and where labels of one class have no time."""
    if judged.metric != "auroc" or arrivals.rest is not None:
        return None
    asked = (question.log, question.cohort, question.threshold)
    return Areas(engine.score_table(*asked, sums=(), every=arrivals.every).frame, arrivals)


def buckets_of(known: Known, of_day: Whole, offset: int) -> pl.DataFrame:
    """Return a row for each bucket that has rows; bucket 0 begins ``offset`` days before the first day."""
    arrivals, maturing = known.arrivals, known.maturing
    per_bucket, rows = int(np.bincount(of_day).max()), []
    for bucket in np.unique(of_day[arrivals.day]):
        days = np.flatnonzero(of_day == bucket)
        is_ripe = (
            int(arrivals.limit[days].min()) >= maturing.ripe if maturing is not None else not known.to_come[days].any()
        )
        begins = arrivals.moment(int(bucket) * per_bucket - offset)
        rows.append({"bucket": begins, **asdict(known.of(days)), "is_ripe": is_ripe})
    floats = {field.name: pl.Float64 for field in fields(Matured) if field.name != "n_past"}
    frame = pl.DataFrame(rows, schema_overrides={**floats, "n_past": pl.Int64}, infer_schema_length=None)
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


def cuts_of(engine: Engine, question: Question, metric: str) -> tuple[float, ...]:
    """Return where bins of the scores begin: at the threshold, and for areas and losses at quantiles too."""
    if question.log.is_right_or_wrong:
        return ()
    if not is_of_bins(metric):
        return (question.threshold,)
    scores = engine.score_table(question.log, question.cohort, question.threshold, sums=())
    frame = scores.frame.drop_nulls("score_bin").sort("score_bin")
    share = frame["n"].cum_sum() / max(float(frame["n"].sum()), 1.0)
    places = np.searchsorted(share.to_numpy(), np.arange(1, _N_CUTS) / _N_CUTS)
    edges = scores.edges[frame["score_bin"].to_numpy()[np.minimum(places, frame.height - 1)]] if frame.height else ()
    return tuple(sorted({question.threshold, *map(float, edges)}))
