"""Watching: the bound of the source, stable years, a jump, and weekdays that are no alarm."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.measure.watch.baseline import excess_over
from analytics.measure.watch.bounds import ALPHA, anytime_bounds
from analytics.measure.watch.change import step_of

SHARES = np.array([0.2, 0.18, 0.17, 0.16, 0.15, 0.08, 0.06])
"""Of a week's labels, by weekday."""
PATTERN = np.array([-0.4, -0.2, 0.0, 0.2, 0.4, 0.2, -0.2])
"""How error rates differ by weekday."""


def alarms(
    times: int, weeks: int, *, base_weeks: int = 26, rate: float = 0.1, jump: float = 0.0, at: int = 0
) -> np.ndarray:
    """Which weeks raise an alarm: 400 labels a week, error rates with a pattern by weekday."""
    rng = np.random.default_rng(7)
    n, by_day = np.round(400 * SHARES), rate * (1 + PATTERN)
    base = rng.binomial(n.astype(int), by_day, (times, base_weeks, 7)).astype(float)
    later = np.arange(weeks)[:, None] >= at
    hits = rng.binomial(n.astype(int), np.where(later, by_day + jump, by_day), (times, weeks, 7)).astype(float)
    found = excess_over(hits, np.broadcast_to(n, hits.shape), base, np.broadcast_to(n, base.shape))
    return anytime_bounds(found.seen, found.n, found.variance, found.error).is_alarm()


def test_stable_years_are_quiet() -> None:
    share = alarms(2_000, 52).any(axis=1).mean()  # of 10,000 2.2 %, where 20 % are allowed
    assert share <= 0.04 < ALPHA
    assert alarms(2_000, 52, base_weeks=4).any(axis=1).mean() <= 0.04


@pytest.mark.parametrize("at", [0, 12, 26])
def test_a_jump_of_three_points_is_found_within_eight_weeks(at: int) -> None:
    found = alarms(300, at + 40, jump=0.03, at=at)
    first = np.where(found[:, at:].any(axis=1), found[:, at:].argmax(axis=1) + 1, 99)
    assert np.median(first) <= 8


def test_without_an_error_of_the_baseline_it_is_the_bound_of_the_source() -> None:
    n, variance, alpha = 400.0, 36.0, 0.13
    found = anytime_bounds(np.zeros(4), np.full(4, n), np.full(4, variance), 0.0, alpha)
    part = alpha / 13
    for look in range(1, 4):  # Waudby-Smith and others 2024, equations 7 and 10
        rho2 = (-2 * np.log(part) + np.log(-2 * np.log(part) + 1)) / (6 * variance)
        spread, rows = look * variance, look * n
        half = np.sqrt(2 * (spread * rho2 + 1) / (rows**2 * rho2) * np.log(np.sqrt(spread * rho2 + 1) / part))
        assert found.half[look - 1] == pytest.approx(half)


def test_a_stream_alarms_where_its_mean_leaves_its_bounds() -> None:
    rng = np.random.default_rng(1)
    found = anytime_bounds(rng.normal(8, 6, 40), np.full(40, 400.0), np.full(40, 36.0), 0.002)
    assert found.is_alarm().any()
    assert (found.is_alarm() == (np.abs(found.shift) >= found.half)).all()
    # What is known at a look does not change with those to come.
    whole = rng.normal(1, 6, 40)
    cut = anytime_bounds(whole[:20], np.full(20, 400.0), np.full(20, 36.0), 0.002)
    assert cut.log_evidence == pytest.approx(
        anytime_bounds(whole, np.full(40, 400.0), np.full(40, 36.0), 0.002).log_evidence[:20]
    )


def test_days_that_differ_by_more_than_chance_widen_the_bounds() -> None:
    n = np.full((8, 7), 100.0)
    even = excess_over(n[:1] / 10, n[:1], n / 10, n)
    uneven = excess_over(n[:1] / 10, n[:1], n / 10 + np.where(np.arange(8) % 2, 6, -6)[:, None], n)
    assert uneven.variance[0] > 3 * even.variance[0]
    assert uneven.error > even.error
    # A weekday without rows in the baseline is expected to be like the others.
    n[:, 6] = 0
    assert excess_over(np.full((1, 7), 10.0), np.full((1, 7), 100.0), n / 10, n).seen == pytest.approx([0.0], abs=0.1)


def test_the_step_is_found_where_it_is() -> None:
    rng = np.random.default_rng(3)
    n, at = np.full(12, 400.0), 7
    n[4] = 0
    seen = rng.normal(0, 6, (300, 12)) + 40.0 * (np.arange(12) >= at)
    found = np.array([step_of(np.where(n > 0, each, 0.0), n, 0.09 * n, np.ones(12)) for each in seen])
    assert (found[:, -1] == at).mean() > 0.95
    assert not (found[:, 4:] == 4).any()
