"""Watching: the bound of the source, stable years, a jump, and weekdays that are no alarm."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.measure.watch.alone import weeks_alone
from analytics.measure.watch.baseline import excess_over
from analytics.measure.watch.bounds import ALPHA, anytime_bounds
from analytics.measure.watch.change import follow_each_other, step_of

SHARES = np.array([0.2, 0.18, 0.17, 0.16, 0.15, 0.08, 0.06])
"""Of a week's labels, by weekday."""
PATTERN = np.array([-0.4, -0.2, 0.0, 0.2, 0.4, 0.2, -0.2])
"""How error rates differ by weekday."""


def alarms(
    times: int,
    weeks: int,
    *,
    base_weeks: int = 26,
    rate: float = 0.1,
    jump: float = 0.0,
    at: int = 0,
    labels: int = 400,
    spread: float = 0.0,
) -> np.ndarray:
    """Which weeks raise an alarm: labels a week, error rates with a pattern by weekday, which whole weeks may stray from."""
    rng = np.random.default_rng(7)
    n, by_day = np.round(labels * SHARES), rate * (1 + PATTERN)
    strayed = by_day * (1 + spread * rng.normal(size=(times, base_weeks + weeks, 1)))
    later = np.arange(weeks)[:, None] >= at
    base = rng.binomial(n.astype(int), strayed[:, :base_weeks].clip(0, 1)).astype(float)
    hits = rng.binomial(n.astype(int), (strayed[:, base_weeks:] + jump * later).clip(0, 1)).astype(float)
    found = excess_over(hits, np.broadcast_to(n, hits.shape), base, np.broadcast_to(n, base.shape))
    return anytime_bounds(found.seen, found.n, found.variance, found.error, beyond=found.beyond).is_alarm()


def test_stable_years_are_quiet() -> None:
    share = alarms(2_000, 52).any(axis=1).mean()  # of 10,000 4.7 %, where 20 % are allowed
    assert share <= 0.07 < ALPHA
    assert alarms(2_000, 52, base_weeks=4).any(axis=1).mean() <= 0.05


@pytest.mark.parametrize(
    ("labels", "rate", "spread"), [(40, 0.02, 0.0), (400, 0.005, 0.0), (400, 0.2, 0.1), (8_000, 0.2, 0.1)]
)
def test_stable_years_of_rare_errors_and_of_weeks_that_stray_keep_the_promise(
    labels: int, rate: float, spread: float
) -> None:
    found = alarms(1_000, 52, base_weeks=8, labels=labels, rate=rate, spread=spread)  # of 10,000 16 % at most
    assert found.any(axis=1).mean() <= 0.19 < ALPHA


@pytest.mark.parametrize(
    ("rate", "base_weeks", "at"), [(0.1, 26, 0), (0.1, 26, 12), (0.1, 8, 0), (0.2, 26, 0), (0.2, 8, 12), (0.2, 8, 26)]
)
def test_a_jump_of_three_points_is_found_within_eight_weeks(rate: float, base_weeks: int, at: int) -> None:
    found = alarms(300, at + 40, rate=rate, base_weeks=base_weeks, jump=0.03, at=at)
    first = np.where(found[:, at:].any(axis=1), found[:, at:].argmax(axis=1) + 1, 99)
    assert np.median(first) <= 8


@pytest.mark.parametrize(("base_weeks", "at"), [(26, 0), (8, 20)])
def test_a_week_whose_error_doubles_is_an_alarm_and_heals(base_weeks: int, at: int) -> None:
    rng = np.random.default_rng(11)
    n, rates = np.round(400 * SHARES), 0.1 * (1 + PATTERN) * np.ones((300, base_weeks + at + 13, 1))
    rates[:, base_weeks + at] *= 2
    hits = rng.binomial(n.astype(int), rates).astype(float)
    rows = np.broadcast_to(n, hits.shape)
    found = excess_over(hits[:, base_weeks:], rows[:, base_weeks:], hits[:, :base_weeks], rows[:, :base_weeks])
    about = (found.seen, found.n, found.variance, found.error)
    bounds = anytime_bounds(*about, beyond=found.beyond)
    assert bounds.is_apart[:, at].mean() > 0.9  # was an alarm in none of them
    assert bounds.is_alarm()[:, at + 1 :].any(axis=1).mean() < 0.08  # once healed it is over
    # It makes nothing else usual: the weeks after it are held against those before.
    assert np.abs(bounds.usual[:, -1]).max() < 0.03
    alone = weeks_alone(*(each[..., : at + 1] for each in about[:3]), found.error, ALPHA / 3, found.beyond)
    assert (alone.is_apart == bounds.is_apart[:, : at + 1]).all()


def test_without_an_error_of_the_baseline_it_is_the_bound_of_the_source() -> None:
    n, variance, alpha = 400.0, 36.0, 0.13
    found = anytime_bounds(np.zeros(4), np.full(4, n), np.full(4, variance), 0.0, alpha)
    part = alpha / 6
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
    none = np.zeros(())
    assert uneven.beyond.times(none, np.zeros(0)) > 3 * even.beyond.times(none, np.zeros(0))
    bounds = [
        anytime_bounds(each.seen, each.n, each.variance, each.error, beyond=each.beyond) for each in (even, uneven)
    ]
    assert bounds[1].half[0] > 1.7 * bounds[0].half[0]
    # A weekday without rows in the baseline is expected to be like the others.
    n[:, 6] = 0
    assert excess_over(np.full((1, 7), 10.0), np.full((1, 7), 100.0), n / 10, n).seen == pytest.approx([0.0], abs=0.1)


def test_weeks_before_a_change_tell_what_is_usual() -> None:
    n, variance = np.full(30, 400.0), np.full(30, 36.0)
    seen = np.where(np.arange(30) >= 20, 16.0, 4.0)  # one point above a baseline that is one point off, then four
    found = anytime_bounds(seen, n, variance, 0.01)
    assert found.start[-1] == 20 and found.usual[-1] == pytest.approx(0.01, abs=0.002)
    assert found.shift[-1] == pytest.approx(0.03, abs=0.002)
    assert int(step_of(seen, n, variance, found.shift, found.usual)[-1]) == 20


def test_the_step_is_found_where_it_is() -> None:
    rng = np.random.default_rng(3)
    n, at = np.full(12, 400.0), 7
    n[4] = 0
    seen = rng.normal(0, 6, (300, 12)) + 40.0 * (np.arange(12) >= at)
    found = np.array([step_of(np.where(n > 0, each, 0.0), n, 0.09 * n, np.ones(12)) for each in seen])
    assert (found[:, -1] == at).mean() > 0.95
    assert not (found[:, 4:] == 4).any()


def test_weeks_that_follow_each_other_are_told_and_seldom_alarm() -> None:
    rng = np.random.default_rng(5)
    drift = rng.normal(size=(400, 60))
    for week in range(1, 60):
        drift[:, week] = 0.5 * drift[:, week - 1] + np.sqrt(0.75) * drift[:, week]
    n = np.round(8_000 * SHARES)
    shares = 0.2 * (1 + PATTERN) * (1 + 0.1 * drift[:, :, None])
    hits = rng.binomial(n.astype(int), shares.clip(0, 1)).astype(float)
    rows = np.broadcast_to(n, hits.shape)
    found = excess_over(hits[:, 8:], rows[:, 8:], hits[:, :8], rows[:, :8])
    alarm = anytime_bounds(found.seen, found.n, found.variance, found.error, beyond=found.beyond).is_alarm()
    assert alarm.any(axis=1).mean() <= 0.3  # were 74 in 100
    weeks = np.concatenate([found.beyond.base, found.seen / np.sqrt(found.variance)], axis=1)
    assert np.mean([follow_each_other(each) for each in weeks]) > 0.85
    assert np.mean([follow_each_other(each) for each in rng.normal(size=(400, 60))]) < 0.08
