"""Gates: outcomes at the rates that are stated, Holm by hand, rows that decide when they are drawn, and the day of their labels."""

from __future__ import annotations

from math import ceil, inf, isinf

import numpy as np
import pytest
from scipy import stats

from analytics.measure.gates.needed import days_until, times_needed
from analytics.measure.gates.outcome import Limit, judged_family, together
from analytics.measure.gates.tails import exact_proportion
from analytics.measure.intervals import wilson

FLOOR = Limit(low=0.9)


def outcomes_of(rate: float, n: int, times: int, seed: int) -> np.ndarray:
    """How often a log of so many rows passes, fails and stays open."""
    x = np.random.default_rng(seed).binomial(n, rate, times)
    interval = wilson(x, n)
    return np.array([FLOOR.is_kept(interval).mean(), FLOOR.is_missed(interval).mean()])


@pytest.mark.parametrize("n", [200, 1_000, 5_000])
def test_gates_are_wrong_as_seldom_as_stated(n: int) -> None:
    at_limit = outcomes_of(0.9, n, 100_000, n)
    assert (at_limit <= 0.033).all()  # 2.5 % each, and what Wilson's interval of few rows adds
    assert outcomes_of(0.92, n, 100_000, n)[1] <= 0.01
    assert outcomes_of(0.88, n, 100_000, n)[0] <= 0.01


def test_a_family_fails_as_holm_says() -> None:
    trials = np.full(8, 400.0)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        hits = rng.binomial(400, rng.choice([0.9, 0.87, 0.84], 8))
        found = judged_family(lambda level, hits=hits: wilson(hits, trials, level), FLOOR)
        # p-values of the score test, which Wilson's interval inverts, against half of 5 %.
        z = (hits / 400 - 0.9) / np.sqrt(0.9 * 0.1 / 400)
        expected, ranks = np.zeros(8, bool), np.argsort(z)
        for step, place in enumerate(ranks):
            if wilson(hits[place], 400, 1 - 0.05 / (8 - step)).high >= 0.9:
                break
            expected[place] = True
        assert [outcome == "fail" for outcome in found.outcomes] == expected.tolist()


def test_sound_families_fail_seldom() -> None:
    rng, trials, failed = np.random.default_rng(5), np.full(20, 300.0), 0
    for _ in range(1_000):
        hits = rng.binomial(300, 0.9, 20)
        failed += judged_family(lambda level, hits=hits: exact_proportion(hits, trials, level), FLOOR).outcome == "fail"
    assert failed <= 30  # of 1,000, 25 are stated; Wilson's interval, too short so far out, gives 57


def test_intervals_far_out_are_those_of_the_binomial_distribution() -> None:
    found = exact_proportion([0, 3, 40], [40, 40, 40], 0.99)
    for x, low, high in zip([0, 3, 40], found.low, found.high, strict=True):
        exact = stats.binomtest(x, 40).proportion_ci(0.99)
        assert (low, high) == pytest.approx((exact.low, exact.high))


def test_a_slice_without_a_value_decides_nothing() -> None:
    found = judged_family(lambda level: wilson([0, 50], [0, 100], level), FLOOR)
    assert found.outcomes == ("inconclusive", "fail")
    assert judged_family(lambda level: wilson([100], [100], level), Limit(low=0.9, high=0.95)).outcome == "fail"
    assert together(("pass", "fail", "inconclusive")) == "fail"


def ends(x: int, n: int) -> tuple[float, float, float]:
    found = wilson(x, n)
    return float(found.value), float(found.low), float(found.high)


@pytest.mark.parametrize(("limit", "n"), [(0.9, 200), (0.8, 1_000), (0.6, 150)])
def test_the_rows_that_are_named_decide_in_four_cases_of_five(limit: float, n: int) -> None:
    rng, decided, open_ = np.random.default_rng(n), 0, 0
    asked = Limit(low=limit)
    while open_ < 1_000:
        rate = rng.uniform(limit - 0.1, min(limit + 0.1, 1))
        x = rng.binomial(n, rate)
        if judged_family(lambda level, x=x: wilson([x], [n], level), asked).outcome != "inconclusive":
            continue
        times = times_needed(ends(x, n), asked, range_=(0.0, 1.0))
        more = ceil(n * (times - 1))
        y = x + rng.binomial(more, rate)
        after = judged_family(lambda level, y=y, more=more: wilson([y], [n + more], level), asked).outcome
        open_, decided = open_ + 1, decided + (after != "inconclusive")
    assert decided / open_ >= 0.8


def test_at_the_limit_itself_the_named_rows_decide_no_more_often_than_stated() -> None:
    rng, decided, asked = np.random.default_rng(11), 0, Limit(low=0.9)
    for _ in range(1_000):
        x = rng.binomial(300, 0.9)
        interval = wilson(x, 300)
        if asked.is_kept(interval) or asked.is_missed(interval):
            continue
        more = ceil(300 * (times_needed(ends(x, 300), asked, range_=(0.0, 1.0)) - 1))
        after = wilson(x + rng.binomial(more, 0.9), 300 + more)
        decided += bool(asked.is_kept(after) or asked.is_missed(after))
    assert decided <= 80  # of 1,000, 5 % by chance and three times its error


def test_what_no_number_of_rows_decides() -> None:
    assert isinf(times_needed(ends(100, 100), Limit(low=1.0), range_=(0.0, 1.0)))
    assert isinf(times_needed((np.nan, np.nan, np.nan), FLOOR))
    # A reference of few rows: its own error is larger than the distance to the limit.
    assert isinf(times_needed((-0.01, -0.05, 0.03), Limit(low=-0.02), fixed=0.019))
    assert times_needed((-0.01, -0.05, 0.03), Limit(low=-0.02)) < 80
    assert times_needed(ends(92, 100), Limit(low=0.9)) > times_needed(ends(94, 100), Limit(low=0.9))


def test_labels_are_there_on_the_day_that_is_named() -> None:
    share = np.array([0.1, 0.4, 0.8, 1.0])  # of a row's labels, at the end of days 0, 1, 2 and 3
    waiting = 100 * (1 - share)
    for n in (1, 50, 130, 260, 1_000):
        known, day = 0.0, 0
        left = list(waiting)
        ages = list(range(4))
        while known < n:
            day += 1
            left.append(100.0)
            ages = [age + 1 for age in ages] + [0]
            for place, age in enumerate(ages):
                before = share[min(age - 1, 3)] if age else 0.0
                come = 0.0 if before == 1 else left[place] * (share[min(age, 3)] - before) / (1 - before)
                left[place] -= come
                known += come
            known = round(known, 6)
        assert days_until(n, 100.0, waiting, share) == day
    assert days_until(10, 0.0, np.zeros(1), np.array([1.0])) is None
    assert days_until(inf, 10.0, np.zeros(1), np.array([1.0])) is None
