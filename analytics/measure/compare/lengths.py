"""How often the candidate would be preferred were both answers of one length."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import polars as pl
from scipy import special

from analytics.measure.intervals import FloatArray

_FITTED = 2
"""What is fitted: the log-odds at equal length, and what the difference of the lengths adds."""


@dataclass(frozen=True)
class EqualLength:
    """A win rate at equal length.

    Attributes
    ----------
    rate, low, high, standard_error : float
    longer : float
        Share of the judgements in which the candidate's answer is the longer one.
    effect : float
        What an answer gains in log-odds that is one standard deviation of the differences longer, of which the hyperbolic tangent
        counts.
    n : float
    """

    rate: float
    low: float
    high: float
    standard_error: float
    longer: float
    effect: float
    n: float


def equal_length(table: pl.DataFrame, level: float = 0.95) -> EqualLength | None:
    """Fit judgements by the difference of lengths, and say what is left where it is none.

    Parameters
    ----------
    table : polars.DataFrame
        ``x``, how much the candidate is preferred, from 0 to 1; ``delta``, how much longer its answer is; ``n``, ``w``, ``w2``,
        and ``unit`` where rows belong together.

    Returns
    -------
    EqualLength or None
        None where lengths do not differ, or every judgement follows from them.

    Notes
    -----
    Logistic regression of the judgements on tanh(difference / its standard deviation), the term of AlpacaEval's length-controlled
    win rates, by maximum likelihood. Their published figures also hold how hard each instruction is, and shrink the coefficients,
    both by data that no log has: they differ by what these do. The variance is that of the sandwich, over units where rows belong
    together.

    References
    ----------
    Dubois, Galambosi, Liang and Hashimoto (2024), Length-Controlled AlpacaEval, arXiv:2404.04475.
    """
    told = table.drop_nulls(["x", "delta"])
    fit = _fitted(told, "x", "delta")
    if fit is None:
        return None
    error, units = _error(told, fit.added)
    if units <= _FITTED:
        return None
    reach = float(special.stdtrit(units - 1, (1 + level) / 2)) * error
    low, high = (float(special.expit(fit.at_none + sign * reach)) for sign in (-1, 1))
    w = told["w"].cast(pl.Float64).to_numpy()
    longer = float(w[told["delta"].to_numpy() > 0].sum() / w.sum())
    return EqualLength(fit.rate, low, high, fit.slope * error, longer, fit.effect, float(w.sum()))


@dataclass(frozen=True)
class EqualLengths:
    """The win rates of two candidates at equal length, on the same inputs, and their difference."""

    live: float
    candidate: float
    difference: float
    low: float
    high: float
    standard_error: float
    n: float


def equal_lengths(table: pl.DataFrame, level: float = 0.95) -> EqualLengths | None:
    """Fit the judgements of either of two candidates as `equal_length` does, and compare what is left, pair by pair.

    Parameters
    ----------
    table : polars.DataFrame
        ``live`` and ``candidate``, how much either is preferred; ``live_delta`` and ``candidate_delta``, how much longer its
        answer is; the rest as of `equal_length`.

    Notes
    -----
    The variance is that of the sandwich of both fits together: judgements of one input are not independent.
    """
    told = table.drop_nulls(["live", "candidate", "live_delta", "candidate_delta"])
    live, candidate = (_fitted(told, side, f"{side}_delta") for side in ("live", "candidate"))
    if live is None or candidate is None:
        return None
    error, units = _error(told, candidate.slope * candidate.added - live.slope * live.added)
    if units <= _FITTED:
        return None
    reach, apart = float(special.stdtrit(units - 1, (1 + level) / 2)) * error, candidate.rate - live.rate
    n = float(told["w"].sum())
    return EqualLengths(live.rate, candidate.rate, apart, apart - reach, apart + reach, error, n)


@dataclass(frozen=True)
class _Fit:
    """Log-odds where lengths are equal, what length adds to them, and what a row of weight 1 adds to the former."""

    at_none: float
    effect: float
    added: FloatArray

    @property
    def rate(self) -> float:
        return float(special.expit(self.at_none))

    @property
    def slope(self) -> float:
        """By how much the rate moves with the log-odds."""
        return self.rate * (1 - self.rate)


def _fitted(told: pl.DataFrame, liked: str, longer: str) -> _Fit | None:
    """Fit judgements by the difference of lengths; None where lengths do not differ, or every judgement follows from them."""
    x, delta, n, w = (told[name].cast(pl.Float64).to_numpy() for name in (liked, longer, "n", "w"))
    rows = float(n.sum())
    if rows <= _FITTED or not 0 < (w * x).sum() < w.sum() or np.ptp(delta) == 0 or _is_told(delta, x):
        return None
    middle = (n * delta).sum() / rows
    spread = sqrt((n * (delta - middle) ** 2).sum() / (rows - 1))
    from sklearn.linear_model import LogisticRegression  # takes seconds to import: not at every start

    design = np.column_stack([np.ones(len(x)), np.tanh(delta / spread)])
    weights = np.concatenate([w * x, w * (1 - x)])
    engine = LogisticRegression(C=np.inf, fit_intercept=False, solver="newton-cholesky", tol=1e-10, max_iter=200)
    engine.fit(np.vstack([design, design]), np.repeat([1, 0], len(x)), sample_weight=weights)
    at_none, effect = (float(each) for each in engine.coef_[0])
    chance = special.expit(design @ engine.coef_[0])
    inner = np.linalg.inv((design * (w * chance * (1 - chance))[:, None]).T @ design)
    return _Fit(at_none, effect, np.asarray((design @ inner[0]) * (x - chance), dtype=float))


def _error(told: pl.DataFrame, added: FloatArray) -> tuple[float, float]:
    """Return the standard error of a sum of what rows add, over units where rows belong together, and how many there are."""
    n, w, w2 = (told[name].cast(pl.Float64).to_numpy() for name in ("n", "w", "w2"))
    if "unit" in told.columns:
        _, of = np.unique(told["unit"].to_numpy(), return_inverse=True)
        sums = np.bincount(of, w * added)
        units, square = float(len(sums)), float((sums**2).sum())
    else:
        units, square = float(n.sum()), float((w2 * added**2).sum())
    return sqrt(square * units / max(units - 1, 1.0)), units


def _is_told(delta: FloatArray, x: FloatArray) -> bool:
    """Whether a length parts the judgements for the candidate from those against it, so that no fit has an end."""
    liked, disliked = delta[x > 0], delta[x < 1]
    return bool(liked.min() >= disliked.max() or disliked.min() >= liked.max())
