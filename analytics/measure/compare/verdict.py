"""Should the candidate replace what is live? An interval of the improvement against a margin, and how many pairs would tell."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, isnan, sqrt
from typing import Literal

from scipy import special

from analytics.measure.intervals import normal_quantile

_Word = Literal["better", "no worse", "worse", "inconclusive", "unknown"]

MARGIN = 0.01
"""How much worse a share may be and still count as no worse: one row in a hundred. By hand: less is seldom worth holding a
release back for, more would be noticed; a known cost of an error is the better guide."""
MARGIN_OF_VALUE = 0.02
"""The same for a metric that is no share, as a share of its value on the live side. By hand."""
_POWER = 0.8
"""Chance that as many pairs as are asked for decide. The convention of the field (Cohen 1988)."""


@dataclass(frozen=True)
class Verdict:
    """What the pairs say about replacing the live side.

    Attributes
    ----------
    word : str
        ``better``: the interval of the improvement lies above 0; ``no worse``: above minus the margin; ``worse``: below 0;
        else ``inconclusive``; ``unknown`` without an interval, or where labels hang on the decision of one side.
    improvement, low, high : float
        How much better the candidate is, with its interval; negative is worse.
    margin : float
    n : int
        Pairs behind it.
    more : int or None
        Pairs more that would decide, at least in 80 %, whatever the difference is; None where it is decided.
    likely : int or None
        Pairs more that would decide in 80 %, were the difference as it is now.
    """

    word: _Word
    improvement: float
    low: float
    high: float
    margin: float
    n: int
    more: int | None = None
    likely: int | None = None


def verdict(improvement: float, low: float, high: float, margin: float, n: int, level: float = 0.95) -> Verdict:
    """Judge an improvement by its interval.

    Parameters
    ----------
    improvement, low, high : float
        How much better the candidate is than the live side, with its interval.
    margin : float
        How much worse it may be, in the same unit, above 0.
    n : int
        Pairs.
    level : float
        That of the interval.

    Examples
    --------
    >>> [verdict(0.0, low, high, 0.01, 500).word for low, high in ((0.001, 0.02), (-0.005, 0.02), (-0.02, -0.01), (-0.02, 0.02))]
    ['better', 'no worse', 'worse', 'inconclusive']
    """
    if isnan(low) or isnan(high):
        return Verdict("unknown", improvement, low, high, margin, n)
    if low > 0:
        word: _Word = "better"
    elif low > -margin:
        word = "no worse"
    elif high < 0:
        word = "worse"
    else:
        arm = (high - low) / 2
        more, likely = (
            each - n for each in (_to_decide(n, arm, margin, level), _as_now(n, improvement, arm, margin, level))
        )
        return Verdict("inconclusive", improvement, low, high, margin, n, max(more, 1), max(likely, 1))
    return Verdict(word, improvement, low, high, margin, n)


def _to_decide(n: int, arm: float, margin: float, level: float = 0.95) -> int:
    """Return how many pairs decide between worse and no worse in 80 %, even where that is hardest.

    An interval leaves the question open only where it holds 0 and minus the margin both. A difference halfway between them is the
    hardest to decide; there either end is passed with the same chance, 40 % each.

    Parameters
    ----------
    n : int
        Pairs of a log whose interval reaches ``arm`` to either side; its length falls with the root of the pairs.
    margin : float

    Examples
    --------
    >>> _to_decide(1_000, 0.02, 0.01)
    12131
    """
    z = normal_quantile(level)
    errors_of_margin = 2 * (z + float(special.ndtri(_POWER / 2)))
    return ceil(n * (arm / z * errors_of_margin / margin) ** 2)


def _as_now(n: int, improvement: float, arm: float, margin: float, level: float) -> int:
    """Return how many pairs decide in 80 % where the improvement is what it is now.

    >>> _as_now(1_000, 0.01, 0.05, 0.01, 0.95), _as_now(1_000, -0.005, 0.05, 0.01, 0.95)
    (12758, 75819)
    """
    z = normal_quantile(level)

    def decides(pairs: float) -> float:
        error = arm / z * sqrt(n / pairs)
        ends = (improvement + margin) / error - z, -improvement / error - z
        return float(special.ndtr(ends[0]) + special.ndtr(ends[1]))

    low, high = 1.0, float(_to_decide(n, arm, margin, level))
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (low, middle) if decides(middle) >= _POWER else (middle, high)
    return ceil(high)


def pairs_for_difference(difference: float, discordant: float, level: float = 0.95) -> int:
    """Return how many pairs show a difference of two proportions in 80 %.

    Parameters
    ----------
    difference : float
        Of the proportions, either sign, not 0.
    discordant : float
        Share of the pairs that changed either way.

    References
    ----------
    Connor (1987), Biometrics 43:207-211.

    Examples
    --------
    >>> pairs_for_difference(0.1, 0.25)
    194
    """
    z, power = normal_quantile(level), float(special.ndtri(_POWER))
    return ceil((z * sqrt(discordant) + power * sqrt(max(discordant - difference**2, 0.0))) ** 2 / difference**2)
