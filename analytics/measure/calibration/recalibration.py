"""Maps from scores to probabilities: how they are fitted, applied and written down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from scipy import optimize, special

from analytics.measure.calibration.logistic import CLIP, logistic_fit, undefined_reason
from analytics.measure.calibration.regrouping import coarsened
from analytics.measure.intervals import FloatArray, ratio
from analytics.measure.score_bins import ScoreBins
from analytics.measure.thresholds.costs import CostBins, Costs, best_bin, total_costs

Method = Literal["sigmoid", "isotonic", "beta", "temperature"]
METHODS: dict[Method, str] = {
    "sigmoid": "Straight line on the log-odds (Platt): moves the level and stretches the scores.",
    "isotonic": "Rising steps, whatever their shape; needs a few thousand rows.",
    "beta": "Curve with three parameters, for scores that are off in different ways near 0 and near 1.",
    "temperature": "One number that makes the scores more or less sure; cannot move their level.",
}
_REPLICATES = 200
"""Isotonic fits behind the band of the bin-free curve: each is a fit of its own, so fewer than of draws of labels."""
_CELLS = 500
"""Score cells that they are fitted on at most, as in `measure.calibration.chance`."""
_N_POINTS = 101
"""Scores at which a smooth map is written out: every hundredth from 0 to 1."""

_LINES = {
    "sigmoid": "    margin = {0!r} * log(p / (1 - p)) + {1!r}",
    "temperature": "    margin = {0!r} * log(p / (1 - p))",
    "beta": "    margin = {0!r} * log(p) - {1!r} * log(1 - p) + {2!r}",
}


@dataclass(frozen=True)
class ScoreMap:
    """A fitted map: parameters of a formula, or the corners of an isotonic curve, between which it is straight."""

    method: Method
    parameters: tuple[float, ...] = ()
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()

    def __call__(self, scores: FloatArray) -> FloatArray:
        """Map scores to probabilities."""
        if self.method == "isotonic":
            return np.asarray(np.interp(scores, self.x, self.y), dtype=float)
        p = np.clip(scores, CLIP, 1 - CLIP)
        margin = _features(self.method, p) @ np.array(self.parameters)
        return np.asarray(special.expit(margin), dtype=float)

    def table(self) -> tuple[FloatArray, FloatArray]:
        """Give the map as two columns: its corners, or 101 scores from 0 to 1."""
        if self.method == "isotonic":
            return np.array(self.x), np.array(self.y)
        scores = np.arange(_N_POINTS) / (_N_POINTS - 1)
        return scores, self(scores)

    def to_json(self) -> str:
        """Write the map as a small table: isotonic corners, between which it is straight; a formula, which alone is exact."""
        scores, found = self.table()
        line = _LINES.get(self.method, "").strip().format(*self.parameters)
        exact = (
            {"formula": f"1 / (1 + exp(-margin)), {line}, p = score clipped to clip", "clip": [CLIP, 1 - CLIP]}
            if line
            else {}
        )
        body = {
            "method": self.method,
            "parameters": self.parameters,
            **exact,
            "score": scores.tolist(),
            "probability": found.tolist(),
        }
        return json.dumps(body, indent=1)

    def to_python(self) -> str:
        """Write the map as a function that needs nothing but Python's standard library."""
        head = f'def recalibrated(score: float) -> float:\n    """Map a score to a probability ({self.method})."""\n'
        if self.method != "isotonic":
            body = (
                f"    p = min(max(score, {CLIP!r}), 1 - {CLIP!r})\n"
                f"{_LINES[self.method].format(*self.parameters)}\n"
                "    return 1 / (1 + exp(-margin)) if margin > 0 else exp(margin) / (1 + exp(margin))\n"
            )
            return f"from math import exp, log\n\n\n{head}{body}"
        return (
            f"from bisect import bisect_right\n\nSCORES = {list(self.x)!r}\nPROBABILITIES = {list(self.y)!r}\n\n\n{head}"
            "    k = bisect_right(SCORES, score)\n"
            "    if k == 0:\n        return PROBABILITIES[0]\n"
            "    if k == len(SCORES):\n        return PROBABILITIES[-1]\n"
            "    share = (score - SCORES[k - 1]) / (SCORES[k] - SCORES[k - 1])\n"
            "    return PROBABILITIES[k - 1] + share * (PROBABILITIES[k] - PROBABILITIES[k - 1])\n"
        )


def _features(method: Method, p: FloatArray) -> FloatArray:
    """Give the columns whose weighted sum is the log-odds of a map."""
    odds = special.logit(p)
    if method == "temperature":
        return np.asarray(odds[:, None])
    ones = np.ones_like(p)
    return np.column_stack([odds, ones] if method == "sigmoid" else [np.log(p), -np.log1p(-p), ones])


def fit_map(bins: ScoreBins, method: Method) -> ScoreMap | None:
    """Fit a map to the judged rows of one slice; each bin counts with its mean score and its positives.

    Parameters
    ----------
    bins : ScoreBins
        One slice, bins with judged rows only: shape (1, bins).
    method : {"sigmoid", "isotonic", "beta", "temperature"}

    Returns
    -------
    ScoreMap or None
        None where the fit does not exist: one class, or for a formula one score or classes that it separates.

    Notes
    -----
    A beta map rises: its parameters are the best among those that are not negative.

    References
    ----------
    Platt (1999); Zadrozny and Elkan (2002); Kull, Silva Filho and Flach (2017); Guo et al. (2017).
    """
    score, pos, neg = bins.score[0], bins.pos[0], bins.neg[0]
    if not pos.sum() or not neg.sum():
        return None
    if method == "isotonic":
        x, place = np.unique(score, return_inverse=True)
        found, rows = np.bincount(place, pos), np.bincount(place, pos + neg)
        y = optimize.isotonic_regression(found / rows, weights=rows).x
        turns = np.diff(y) != 0
        corners = np.append(True, turns) | np.append(turns, True)
        return ScoreMap(method, (), tuple(x[corners].tolist()), tuple(y[corners].tolist()))
    if undefined_reason(bins) is not None:
        return None
    table = _features(method, score.clip(CLIP, 1 - CLIP))
    parameters = _rising_fit(table, pos, neg) if method == "beta" else logistic_fit(table, pos, neg).coefficients
    return ScoreMap(method, tuple(map(float, parameters)))


def _rising_fit(table: FloatArray, pos: FloatArray, neg: FloatArray) -> FloatArray:
    """Fit a beta map whose two first parameters are not negative: the best of the fits that leave none or some out."""
    best, reached = np.zeros(3), -np.inf
    for kept in ([0, 1, 2], [0, 2], [1, 2], [2]):
        fit = logistic_fit(table[:, kept], pos, neg)
        if fit.log_likelihood > reached and (fit.coefficients[:-1] >= 0).all():
            best, reached = np.zeros(3), fit.log_likelihood
            best[kept] = fit.coefficients
    return best


def isotonic_table(bins: ScoreBins, *, level: float = 0.95, seed: int = 0) -> pl.DataFrame:
    """Trace the observed rate as a rising function of the score, without bins, with a bootstrap band.

    Parameters
    ----------
    bins : ScoreBins
        One slice, bins with judged rows only.
    level : float
    seed : int
        Of 200 Poisson bootstrap replicates on at most 500 score cells.

    Returns
    -------
    polars.DataFrame
        score, observed, observed_low, observed_high at the cells' mean scores; pointwise percentiles.
    """
    columns = ("score", "observed", "observed_low", "observed_high")
    fit = fit_map(bins, "isotonic")
    if fit is None:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.Float64))
    cells = coarsened(bins, _CELLS)
    score, pos, neg = cells.score[0], cells.pos[0], cells.neg[0]
    rng = np.random.default_rng(seed)
    curves = np.empty((_REPLICATES, len(score)))
    for curve in curves:
        drawn_pos, drawn = rng.poisson(pos).astype(float), rng.poisson(neg).astype(float)
        drawn += drawn_pos
        held = drawn > 0
        if not held.any():
            curve[:] = np.nan
            continue
        rates = optimize.isotonic_regression(drawn_pos[held] / drawn[held], weights=drawn[held]).x
        curve[:] = np.interp(score, score[held], rates)
    low, high = np.nanquantile(curves, [(1 - level) / 2, (1 + level) / 2], axis=0)
    value = fit(score)
    return pl.DataFrame(dict(zip(columns, (score, value, np.fmin(low, value), np.fmax(high, value)), strict=True)))


def _threshold_costs(bins: ScoreBins, costs: Costs) -> tuple[FloatArray, FloatArray]:
    """Give what the judged rows of one slice cost at each threshold, amounts left out.

    Parameters
    ----------
    bins : ScoreBins
        One slice, its bins in the order of their scores: shape (1, bins).
    costs : Costs

    Returns
    -------
    tuple of numpy.ndarray of shape (bins + 1,)
        The mean score of each bin, then infinity, where nothing is flagged; the mean cost per judged row.
    """
    none = np.zeros_like(bins.n)
    rows = CostBins(bins.n, bins.pos, bins.neg, none, none, none, none)
    return np.append(bins.score[0], np.inf), ratio(total_costs(rows, costs)[0], bins.judged.sum())


def cost_per_row(bins: ScoreBins, threshold: float, costs: Costs) -> float:
    """Cost the judged rows of one slice at a threshold: their mean."""
    scores, cost = _threshold_costs(bins, costs)
    return float(cost[np.searchsorted(scores, threshold)])


def best_threshold(bins: ScoreBins, costs: Costs) -> float:
    """Find the score from which on flagging costs least, infinity where nothing is flagged; of equals the highest."""
    scores, cost = _threshold_costs(bins, costs)
    return float(scores[best_bin(cost)])
