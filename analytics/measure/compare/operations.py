"""What it is to run either side: ranks of an amount with order-statistic intervals, and paired means and proportions."""

from __future__ import annotations

import numpy as np
from scipy import special

from analytics.measure.compare.difference import Difference
from analytics.measure.compare.joint import RowSums
from analytics.measure.compare.means import mean_difference
from analytics.measure.compare.proportions import bonett_price, mcnemar_mid_p
from analytics.measure.compare.verdict import MARGIN

SHARES = (0.5, 0.95, 0.99)
"""The ranks of latency that operations are agreed on: p50, p95 and p99."""

_NOTABLE = 0.2
"""How much more of an amount belongs to a verdict, as a share of what the live side takes. By hand: a tenth more time or money is
seldom what a release hangs on, a fifth is asked for."""


def is_notable(*, live: float, difference: float, low: float | None, high: float | None, is_share: bool) -> bool:
    """Whether what the candidate takes more or less belongs to the verdict: it is told apart, and it is not small.

    A share of answers that fail is not small from the margin of a verdict on: an answer that never comes helps nobody.

    Examples
    --------
    >>> is_notable(live=0.01, difference=0.02, low=0.015, high=0.025, is_share=True)
    True
    >>> is_notable(live=345.0, difference=20.0, low=15.0, high=25.0, is_share=False)
    False
    """
    if low is None or high is None or low <= 0 <= high:
        return False
    return abs(difference) >= (MARGIN if is_share else _NOTABLE * abs(live))


def rank_shares(n: int, share: float, level: float = 0.95) -> tuple[float, float, float]:
    """Return where a quantile and the ends of its interval lie among n ordered values, as shares of the way through them.

    The ends are the order statistics between which the quantile lies with at least the level, whatever the distribution; the
    least and the largest where no others do.

    References
    ----------
    David and Nagaraja (2003), Order Statistics, 3rd ed., section 7.1.

    Examples
    --------
    >>> [round(each * 99) for each in rank_shares(100, 0.5)]
    [39, 50, 60]
    """
    if n < 2:
        return 0.0, share, 1.0
    ranks = np.arange(n + 1)
    span = 12 * np.sqrt(n * share * (1 - share)) + 20
    near = ranks[int(max(n * share - span, 0)) : int(min(n * share + span, n)) + 1]
    below = special.bdtr(near, n, share)
    tail = (1 - level) / 2
    low = near[below <= tail]
    high = near[1 - below <= tail]
    first = int(low[-1]) if len(low) else 0
    last = int(high[0]) if len(high) else n - 1
    return first / (n - 1), share, min(last, n - 1) / (n - 1)


def rank_difference(
    live: tuple[float, float, float],
    candidate: tuple[float, float, float],
    below: tuple[float, float, float],
    n: int,
    share: float,
    level: float = 0.95,
) -> tuple[float, float, float]:
    """Return how much larger a quantile of the candidate is, with the interval of a paired difference.

    The intervals of both sides are put together as variances are, less what answers to the same input have in common: the
    correlation of being at or below either quantile. NaN as ends where there are too few pairs for the quantile of one side.

    Parameters
    ----------
    live, candidate : tuple of float
        The quantile and the ends of its interval.
    below : tuple of float
        Shares of pairs at or below the live quantile, the candidate's, and both.
    n : int
        Pairs.
    share : float
        Which quantile.
    level : float

    References
    ----------
    Zou and Donner (2008), Stat. Med. 27:1693, with the correlation of Zou (2007), Psychol. Methods 12:399.

    Examples
    --------
    >>> [round(each, 2) for each in rank_difference((10, 9, 12), (14, 13, 16), (0.5, 0.5, 0.5), 100, 0.5)]
    [4, 3.0, 5.0]
    >>> rank_difference((10, 9, 12), (14, 13, 16), (0.5, 0.5, 0.25), 100, 0.99)
    (4, nan, nan)
    """
    apart = candidate[0] - live[0]
    if max(share, 1 - share) ** n > (1 - level) / 2:
        return apart, float("nan"), float("nan")
    first, second, both = below
    spread = np.sqrt(first * (1 - first) * second * (1 - second))
    alike = float((both - first * second) / spread) if spread > 0 else 0.0
    down, up = candidate[0] - candidate[1], candidate[2] - candidate[0]
    own_down, own_up = live[0] - live[1], live[2] - live[0]
    low = apart - float(np.sqrt(max(down**2 + own_up**2 - 2 * alike * down * own_up, 0.0)))
    high = apart + float(np.sqrt(max(up**2 + own_down**2 - 2 * alike * up * own_down, 0.0)))
    return apart, low, high


def amount_difference(name: str, sums: dict[str, float]) -> Difference:
    """Compare the mean of an amount over pairs; ``sums`` as ``query.compare.operations.paired_amounts`` says."""
    n, live, candidate, squares, cubes = (sums[key] for key in ("n", "live", "candidate", "squares", "cubes"))
    return mean_difference(name, {name: RowSums(n, live, candidate, 0.0, 0.0, squares, cubes)})


def failure_difference(name: str, sums: dict[str, float]) -> Difference:
    """Compare how often an answer failed over pairs."""
    n, gained, lost = (sums[key] for key in ("n", "gained", "lost"))
    live, candidate = sums["live"] / n, sums["candidate"] / n
    bound, p = bonett_price(gained, lost, n), float(mcnemar_mid_p(gained, lost))
    error = (
        float(np.sqrt(max(gained + lost - (gained - lost) ** 2 / n, 0.0) / (n * (n - 1)))) if n > 1 else float("nan")
    )
    ends = float(bound.low), float(bound.high)
    return Difference(name, live, candidate, candidate - live, *ends, error, p, n, "Bonett and Price; McNemar mid-p")
