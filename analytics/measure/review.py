"""What verdicts say together: shares with intervals, how much a random part speaks for, and how two reviewers agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from analytics.measure.intervals import Interval, wilson

_RECENT = 20
"""Judged cases at the end of the list that say whether reviewing still finds new reasons: a choice, as many as one reads in a
sitting."""


@dataclass(frozen=True)
class Share:
    """A share with its Wilson interval; None where there is nothing to take it of."""

    count: int
    n: int
    value: float | None
    low: float | None
    high: float | None


def share_of(count: int, n: int) -> Share:
    """Return a share with its interval.

    >>> found = share_of(81, 263)
    >>> print(f"{found.value:.4f} {found.low:.4f} {found.high:.4f}")
    0.3080 0.2553 0.3662
    """
    if n == 0:
        return Share(count, n, None, None, None)
    interval: Interval = wilson(count, n)
    return Share(count, n, float(interval.value), float(interval.low), float(interval.high))


def reason_table(reasons: Sequence[str], known: Sequence[str] = ()) -> pl.DataFrame:
    """Count reasons, with the share of each and its Wilson interval.

    Parameters
    ----------
    reasons : sequence of str
        One for each case.
    known : sequence of str
        Reasons that are listed though no case has them.

    Returns
    -------
    DataFrame
        ``reason, n, share, low, high``, the most frequent first, in the order of ``known`` among equals.

    Examples
    --------
    >>> reason_table(["a", "b", "a"]).select("reason", "n").rows()
    [('a', 2), ('b', 1)]
    """
    counts = Counter(reasons)
    order = list(dict.fromkeys([*known, *counts]))
    shares = [share_of(counts[reason], len(reasons)) for reason in order]
    return pl.DataFrame(
        {
            "reason": pl.Series(order, dtype=pl.String),
            "n": pl.Series([found.count for found in shares], dtype=pl.Int64),
            **{
                name: pl.Series([getattr(found, key) for found in shares], dtype=pl.Float64)
                for name, key in (("share", "value"), ("low", "low"), ("high", "high"))
            },
        }
    ).sort("n", descending=True, maintain_order=True)


def random_part(order: Sequence[int], judged: Collection[int]) -> int:
    """Return how many rows at the start of a random order are judged without a gap.

    These are a simple random sample of all rows in the order, whatever made somebody judge the others: a row that was judged
    because it stood out counts once chance has reached it.

    >>> random_part([5, 3, 9, 1], {5, 3, 1})
    2
    """
    return next((place for place, row in enumerate(order) if row not in judged), len(order))


def without_news(reasons: Sequence[str], window: int = _RECENT) -> Share:
    """Return the share of the last ``window`` cases whose reason had been given before, with its interval.

    >>> without_news(["a", "b", "a", "a"], window=3).count
    2
    """
    seen: set[str] = set()
    known = []
    for reason in reasons:
        known.append(reason in seen)
        seen.add(reason)
    recent = known[-window:]
    return share_of(sum(recent), len(recent))


@dataclass(frozen=True)
class Corrected:
    """An error rate, and what it would be if the verdicts that a label is wrong hold.

    Attributes
    ----------
    logged : float or None
        Errors as the labels say, as a share of the judged rows.
    found : float or None
        Without those errors whose label a verdict calls wrong: what is known for sure of the reviewed rows.
    estimated : Share
        Extended to all errors of the queue by the random part; its count and n are those of the random part.
    """

    logged: float | None
    found: float | None
    estimated: Share


def corrected_error_rate(
    n_rows: int, n_errors: int, n_reviewable: int, found_wrong: int, random_wrong: int, random_n: int
) -> Corrected:
    """Return the error rate if the verdicts that a label is wrong hold.

    Only errors are looked at: a wrong label under a decision that seems right is not seen, so that this corrects one way.

    Parameters
    ----------
    n_rows, n_errors : int
        Judged rows of the cohort, and the errors among them.
    n_reviewable : int
        The errors that the queue holds.
    found_wrong : int
        Reviewed errors whose label is wrong.
    random_wrong, random_n : int
        The same within the random part, and its size.
    """
    if n_rows == 0:
        return Corrected(None, None, share_of(0, 0))
    wrong = share_of(random_wrong, random_n)

    def rate(share: float | None) -> float | None:
        return None if share is None else (n_errors - n_reviewable * share) / n_rows

    estimated = Share(random_wrong, random_n, rate(wrong.value), rate(wrong.high), rate(wrong.low))
    return Corrected(n_errors / n_rows, (n_errors - found_wrong) / n_rows, estimated)


@dataclass(frozen=True)
class Agreement:
    """How two reviewers agree on the rows that both judged.

    ``kappa`` is Cohen's: agreement beyond chance, as a share of what is possible beyond it; None where chance explains all.
    """

    first: str
    second: str
    n: int
    agreed: int
    kappa: float | None
    differing: tuple[Hashable, ...]


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> float | None:
    """Return Cohen's kappa of two reviewers' reasons for the same cases.

    References
    ----------
    Cohen (1960), Educ. Psychol. Meas. 20:37-46.

    Examples
    --------
    >>> cohen_kappa(["a", "a", "b", "b"], ["a", "a", "b", "a"])
    0.5
    """
    n = len(first)
    if n == 0:
        return None
    observed = sum(one == other for one, other in zip(first, second, strict=True)) / n
    ours, theirs = Counter(first), Counter(second)
    by_chance = sum(ours[reason] * theirs[reason] for reason in ours) / n**2
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


def agreements(by_reviewer: Mapping[str, Mapping[Hashable, str]]) -> list[Agreement]:
    """Compare every two reviewers on the rows that both judged, most rows first.

    Parameters
    ----------
    by_reviewer : mapping of name to mapping of row to reason
    """
    found = []
    for first, second in combinations(sorted(by_reviewer), 2):
        ours, theirs = by_reviewer[first], by_reviewer[second]
        rows = [row for row in ours if row in theirs]
        if rows:
            one, other = [ours[row] for row in rows], [theirs[row] for row in rows]
            differing = tuple(row for row in rows if ours[row] != theirs[row])
            agreed = len(rows) - len(differing)
            found.append(Agreement(first, second, len(rows), agreed, cohen_kappa(one, other), differing))
    return sorted(found, key=lambda pair: -pair.n)
