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
    x, delta, n, w, w2 = (told[name].cast(pl.Float64).to_numpy() for name in ("x", "delta", "n", "w", "w2"))
    rows = float(n.sum())
    if rows <= _FITTED or not 0 < (w * x).sum() < w.sum() or np.ptp(delta) == 0:
        return None
    middle = (n * delta).sum() / rows
    spread = sqrt((n * (delta - middle) ** 2).sum() / (rows - 1))
    from sklearn.linear_model import LogisticRegression  # takes seconds to import: not at every start

    design = np.column_stack([np.ones(len(x)), np.tanh(delta / spread)])
    if _is_told(delta, x):
        return None
    weights = np.concatenate([w * x, w * (1 - x)])
    engine = LogisticRegression(C=np.inf, fit_intercept=False, solver="newton-cholesky", tol=1e-10, max_iter=200)
    engine.fit(np.vstack([design, design]), np.repeat([1, 0], len(x)), sample_weight=weights)
    at_none, effect = (float(each) for each in engine.coef_[0])
    chance = special.expit(design @ engine.coef_[0])
    inner = np.linalg.inv((design * (w * chance * (1 - chance))[:, None]).T @ design)
    if "unit" in told.columns:
        _, of = np.unique(told["unit"].to_numpy(), return_inverse=True)
        added = np.column_stack([np.bincount(of, w * (x - chance) * column) for column in design.T])
        units = float(len(added))
        outer = added.T @ added
    else:
        units = rows
        outer = (design * (w2 * (x - chance) ** 2)[:, None]).T @ design
    if units <= _FITTED:
        return None
    error = sqrt((inner @ outer @ inner)[0, 0] * units / (units - 1))
    reach = float(special.stdtrit(units - 1, (1 + level) / 2)) * error
    rate, low, high = (float(special.expit(at_none + sign * reach)) for sign in (0, -1, 1))
    longer = float((w * (delta > 0)).sum() / w.sum())
    return EqualLength(rate, low, high, rate * (1 - rate) * error, longer, effect, float(w.sum()))


def _is_told(delta: FloatArray, x: FloatArray) -> bool:
    """Whether a length parts the judgements for the candidate from those against it, so that no fit has an end."""
    liked, disliked = delta[x > 0], delta[x < 1]
    return bool(liked.min() >= disliked.max() or disliked.min() >= liked.max())
