"""Misses of past estimates: intervals made of them hold the next one, on quiet days and in storms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from analytics.measure.labels.misses import Missed, missed


def days(rng: np.random.Generator, n: int, together: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Misses, their variance by chance and their swing; one day in eight is a storm in which five times as many rows wait."""
    waiting = np.where(rng.random(n) < 0.125, 500.0, 100.0)
    chance, swing = waiting * 1e-4, waiting * 1e-2
    return rng.normal(0, np.sqrt(chance + together * swing**2)), chance, swing


@pytest.mark.parametrize(("together", "n"), [(0.0, 10), (0.0, 52), (0.0, 200), (0.05, 52), (0.05, 200)])
def test_what_comes_next_is_held_as_often_as_stated_in_storms_too(together: float, n: int) -> None:
    rng, held, width = np.random.default_rng(5), [], []
    for _ in range(150):
        past = missed(*days(rng, n, together), n)
        misses, chance, swing = days(rng, 400, together)
        reach = stats.t(n).ppf(0.975) * np.sqrt(past.variance(chance, swing))
        held.append([(np.abs(misses) <= reach)[mask].mean() for mask in (chance > 0, chance > 0.02)])
        width.append(float(np.mean(reach / (1.96 * np.sqrt(chance + together * swing**2)))))
    everywhere, in_storms = np.mean(held, axis=0)
    assert 0.93 <= everywhere <= 0.985
    assert in_storms >= (0.8 if n < 100 else 0.9)
    assert np.mean(width) < 1.35


def test_one_storm_of_a_year_does_not_say_how_wide_quiet_days_are() -> None:
    misses, chance, swing = days(np.random.default_rng(2), 200, 0.0)
    usual = missed(misses, chance, swing, 52)
    misses[0] = 40 * np.sqrt(chance[0])
    assert missed(misses, chance, swing, 52).variance(chance, swing).mean() < 1.2 * usual.variance(chance, swing).mean()
    assert (Missed(0.0, 0.5, 9).variance(chance, swing) == chance).all()
