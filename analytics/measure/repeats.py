"""How much of an answer is chance of the draw: what the same input, asked again, is answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import special

from analytics.measure.intervals import FloatArray, Interval, ratio, wilson

_MAX_TRIES = 10
"""Tries up to which all being right is told. By hand: a page of rows, more than tables of pass^k publish."""


@dataclass(frozen=True)
class RepeatNumbers:
    """What repeated inputs say.

    Attributes
    ----------
    n_inputs, n_repeated, n_answers : int
        Inputs, those with two answers or more, and the answers of those.
    flip : Interval of shape (1,)
        How often two answers to one input differ; each input counts once.
    passes : DataFrame
        ``k``, ``n_inputs`` with k judged answers or more, and with ``_low`` and ``_high`` ``all_right`` (k answers are all
        right) and ``any_right`` (one of k is).
    icc : Interval of shape (1,)
        Share of the variance of right and wrong that lies between inputs: 1 where an input is always right or always wrong.
    chance : Interval of shape (1,)
        Share of the errors which the same input, asked again, would not make.
    """

    n_inputs: int
    n_repeated: int
    n_answers: int
    flip: Interval
    passes: pl.DataFrame
    icc: Interval
    chance: Interval


def repeat_numbers(table: pl.DataFrame, level: float = 0.95) -> RepeatNumbers:
    """Sum up repeated inputs.

    Parameters
    ----------
    table : DataFrame
        Inputs by their answers: ``n, n_known, n_right, alike, inputs``, as `query.repeats.repeat_table` counts them.
    level : float
        Of the intervals, with the input as the unit.

    Notes
    -----
    Flip rate, 1 − Σ m(m − 1) / n(n − 1) over the m answers of each kind; pass^k, the mean of C(c, k) / C(n, k) over inputs
    (Yao et al. 2024, tau-bench), which is unbiased where (c/n)^k is too high; ICC(1), (MSB − MSW) / (MSB + (k₀ − 1) MSW)
    (Shrout and Fleiss 1979, k₀ for unequal numbers by Donner 1986); the share of errors by chance is the mean of
    c(n − c) / n(n − 1) over that of (n − c) / n. Means are bounded by Wilson's interval of the trials that they are worth.

    Examples
    --------
    >>> table = pl.DataFrame({"n": [4, 4], "n_known": [4, 4], "n_right": [4, 2], "alike": [12, 4], "inputs": [6, 4]})
    >>> found = repeat_numbers(table)
    >>> print(found.flip.value.round(3), found.passes["all_right"].round(3).to_list(), found.chance.value.round(3))
    [0.267] [0.8, 0.667, 0.6, 0.6] [0.667]
    """
    n, known, right, alike, inputs = (
        table[name].cast(pl.Float64).to_numpy() for name in ("n", "n_known", "n_right", "alike", "inputs")
    )
    is_again, is_judged = n >= 2, known >= 2
    flips = 1 - ratio(alike, n * (n - 1))
    wrong = known - right
    by_chance = ratio(right * wrong, known * (known - 1))
    return RepeatNumbers(
        n_inputs=int(inputs.sum()),
        n_repeated=int(inputs[is_again].sum()),
        n_answers=int((n * inputs)[is_again].sum()),
        flip=_share(flips[is_again], np.ones(is_again.sum()), n[is_again], inputs[is_again], level),
        passes=_passes(known, right, inputs, level),
        icc=_icc(known[is_judged], right[is_judged], inputs[is_judged], level),
        chance=_share(
            by_chance[is_judged], (wrong / known.clip(1))[is_judged], wrong[is_judged], inputs[is_judged], level
        ),
    )


def _share(part: FloatArray, whole: FloatArray, trials: FloatArray, inputs: FloatArray, level: float) -> Interval:
    """Bound the sum of ``part`` as a share of that of ``whole``, each given for ``inputs`` inputs that made ``trials`` trials."""
    n_inputs, total = float(inputs.sum()), float((whole * inputs).sum())
    if n_inputs < 2 or total <= 0:
        value = (part * inputs).sum() / total if total > 0 else np.nan
        return Interval(*(np.array([each]) for each in (value, np.nan, np.nan)))
    share = float((part * inputs).sum() / total)
    variance = n_inputs / (n_inputs - 1) * float((inputs * (part - share * whole) ** 2).sum()) / total**2
    most = float((trials * inputs).sum())
    worth = min(share * (1 - share) / variance, most) if variance > 0 and 0 < share < 1 else min(n_inputs, most)
    quantile = np.array([float(special.stdtrit(n_inputs - 1, (1 + level) / 2))])
    return wilson(np.array([share * worth]), np.array([worth]), level, quantile)


def _passes(known: FloatArray, right: FloatArray, inputs: FloatArray, level: float) -> pl.DataFrame:
    """Return how often k answers to one input are all right, and how often one of them is."""
    rows = []
    for k in range(1, min(int(known.max(initial=0)), _MAX_TRIES) + 1):
        used = known >= k
        m, c, weight = known[used], right[used], inputs[used]
        found: dict[str, float | int] = {"k": k, "n_inputs": int(weight.sum())}
        every, none = special.comb(c, k) / special.comb(m, k), special.comb(m - c, k) / special.comb(m, k)
        for name, values in (("all_right", every), ("any_right", 1 - none)):
            interval = _share(values, np.ones(len(m)), m, weight, level)
            found |= {name: interval.value[0], f"{name}_low": interval.low[0], f"{name}_high": interval.high[0]}
        rows.append(found)
    return pl.DataFrame(rows)


def _icc(known: FloatArray, right: FloatArray, inputs: FloatArray, level: float) -> Interval:
    """Bound ICC(1) of right and wrong by leaving out one input at a time."""
    groups = float(inputs.sum())
    if groups < 3:
        return Interval(*(np.array([np.nan]) for _ in range(3)))
    sums = np.stack([np.ones(len(known)), known, known**2, right, right**2 / known])
    total = (sums * inputs).sum(axis=1)
    value, without = _icc_of(total), _icc_of(total[:, None] - sums)
    spread = np.nansum(inputs * (without - value) ** 2) * (groups - 1) / groups
    width = float(special.stdtrit(groups - 1, (1 + level) / 2)) * np.sqrt(spread)
    ends = np.clip([value, value - width, value + width], -1.0, 1.0)
    return Interval(*(np.array([end]) for end in ends))


def _icc_of(sums: FloatArray) -> FloatArray:
    """Return ICC(1) from the sums over inputs of 1, n, n², c and c²/n; nan where nothing varies."""
    groups, n, n_squared, c, between = sums
    mean_between = ratio(between - ratio(c * c, n), groups - 1)
    mean_within = ratio(c - between, n - groups)
    size = ratio(n - ratio(n_squared, n), groups - 1)
    return ratio(mean_between - mean_within, mean_between + (size - 1) * mean_within)
