"""Areas under curves of late labels: what bins leave out is put back, and few labels of a class say nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from analytics.measure.curves import auroc
from analytics.measure.intervals import FloatArray
from analytics.measure.labels.arrivals import UNITS, Arrivals, Whole
from analytics.measure.labels.judged import Judged
from analytics.measure.labels.maturing import Matured

_Z = 1.959964
"""Standard errors of a normal interval at 95 %."""
_LEAST = 10
"""Labels of either class below which the area of all of them is not estimated: one label more moves it by a tenth. By hand."""
_HALF = 0.5
"""Of a row, so that a bin that lacks a class has pairs too."""


class Areas:
    """The labels that are there by the scores as they are, where arrivals hold them in a few bins.

    Parameters
    ----------
    scores : polars.DataFrame
        A score table by ``bucket``, of the arrivals' unit: ``score_bin, n, n_unlabelled, n_pos``.
    arrivals : Arrivals
    """

    def __init__(self, scores: pl.DataFrame, arrivals: Arrivals) -> None:
        known = scores.drop_nulls(["bucket", "score_bin"])
        day = (known["bucket"].cast(pl.Datetime("us")) - arrivals.start).dt.total_microseconds()
        place = (day // int(UNITS[arrivals.every].total_seconds() * 1e6)).to_numpy()
        bins = known["score_bin"].rank("dense").to_numpy().astype(np.int64) - 1
        within = (place >= 0) & (place < arrivals.n_days)
        self._counts: FloatArray = np.zeros((2, arrivals.n_days, int(bins.max()) + 1 if len(bins) else 1))
        positive = known["n_pos"].cast(pl.Float64).to_numpy()
        labelled = (known["n"] - known["n_unlabelled"]).cast(pl.Float64).to_numpy()
        for kind, rows in ((0, labelled - positive), (1, positive)):
            np.add.at(self._counts[kind], (place[within], bins[within]), rows[within])

    def of(self, found: Matured, judged: Judged, there: FloatArray, coming: FloatArray, days: Whole) -> Matured:
        """Return what is known of some days with the area that their scores have, and not that of their bins.

        Where in its bin a row to come is does not matter to the bins: all of their pairs are ties. It is anywhere in it, so that
        each of its pairs there has a variance of 1/12, and counts half a pair more or less at most.

        Parameters
        ----------
        found : Matured
            As the bins say.
        judged : Judged
        there : ndarray of shape (2, bins)
            The labels that are there, by class and bin of the arrivals.
        coming : ndarray of shape (bins,)
            Rows whose label is expected.
        days : ndarray of int
        """
        negative, positive = self._counts[:, days].sum(axis=1)
        exact = float(auroc(positive, negative).value)
        shift = exact - float(judged.value(there))
        if not np.isfinite(shift):
            return found
        pairs = max(float(there[0].sum() * there[1].sum()), 1.0)
        most = float((coming * (there.max(axis=0) + coming / 2)).sum()) / 2 / pairs
        own = float((coming * (there[0] + _HALF) * (there[1] + _HALF)).sum()) / 12 / pairs**2
        least, greatest = found.bound_low - most, found.bound_high + most
        below, above = (np.hypot(abs(end - found.value), _Z * np.sqrt(own)) for end in (found.low, found.high))
        low, high = max(found.value - below, least), min(found.value + above, greatest)
        moved = [float(np.clip(end + shift, 0, 1)) for end in (found.naive, found.value, low, high, least, greatest)]
        if min(positive.sum(), negative.sum()) < _LEAST:
            moved[1:4] = [float("nan")] * 3
        naive, value, low, high, least, greatest = moved
        return replace(found, naive=naive, value=value, low=low, high=high, bound_low=least, bound_high=greatest)
