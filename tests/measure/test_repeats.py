"""Repeated inputs: plain sums over every pair and every choice of k, and how often the intervals hold the truth."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest

from analytics.measure.repeats import repeat_numbers


def table_of(answers: list[list[bool]]) -> pl.DataFrame:
    rows = [
        {
            "n": len(own),
            "n_known": len(own),
            "n_right": sum(own),
            "alike": sum(a == b for a in own for b in own) - len(own),
        }
        for own in answers
    ]
    return pl.DataFrame(rows).group_by("n", "n_known", "n_right", "alike").agg(inputs=pl.len())


def test_unequal_numbers_of_answers_by_every_pair_and_choice() -> None:
    rng = np.random.default_rng(3)
    answers = [[bool(x) for x in rng.random(rng.integers(1, 7)) < rng.random()] for _ in range(60)]
    found = repeat_numbers(table_of(answers))
    again = [own for own in answers if len(own) > 1]
    flips = [np.mean([a != b for a, b in combinations(own, 2)]) for own in again]
    assert found.flip.value[0] == pytest.approx(np.mean(flips))
    assert (found.n_inputs, found.n_repeated, found.n_answers) == (60, len(again), sum(map(len, again)))
    for row in found.passes.iter_rows(named=True):
        enough = [own for own in answers if len(own) >= row["k"]]
        every = [np.mean([all(some) for some in combinations(own, row["k"])]) for own in enough]
        one = [np.mean([any(some) for some in combinations(own, row["k"])]) for own in enough]
        assert (row["n_inputs"], row["all_right"]) == (len(enough), pytest.approx(np.mean(every)))
        assert row["any_right"] == pytest.approx(np.mean(one))
    chance = [np.mean([not a and b for a in own for b in own]) * len(own) / (len(own) - 1) for own in again]
    wrong = [1 - np.mean(own) for own in again]
    assert found.chance.value[0] == pytest.approx(np.sum(chance) / np.sum(wrong))


def test_icc_by_analysis_of_variance() -> None:
    rng = np.random.default_rng(5)
    answers = [[bool(x) for x in rng.random(4) < p] for p in rng.beta(1, 1, 40)]
    values = np.array(answers, dtype=float)
    between = 4 * values.mean(axis=1).var(ddof=1)
    within = values.var(axis=1, ddof=1).mean()
    found = repeat_numbers(table_of(answers)).icc
    assert found.value[0] == pytest.approx((between - within) / (between + 3 * within))
    means = [np.delete(values, row, axis=0) for row in range(40)]
    left = []
    for rest in means:
        b, w = 4 * rest.mean(axis=1).var(ddof=1), rest.var(axis=1, ddof=1).mean()
        left.append((b - w) / (b + 3 * w))
    spread = np.sqrt(39 / 40 * np.sum((np.array(left) - found.value[0]) ** 2))
    assert found.high[0] - found.value[0] == pytest.approx(2.0227 * spread, rel=1e-4)


@pytest.mark.parametrize(("inputs", "tries", "a", "b"), [(50, 4, 0.5, 0.7), (50, 4, 5.0, 1.0), (15, 8, 1.0, 1.0)])
def test_intervals_hold_the_truth_as_often_as_stated(inputs: int, tries: int, a: float, b: float) -> None:
    rng, held, draws = np.random.default_rng(1), np.zeros(3), 150
    rates = rng.beta(a, b, 200_000)
    spread = np.mean(rates * (1 - rates))
    truth = (2 * spread, np.mean(rates**2), spread / np.mean(1 - rates))
    for _ in range(draws):
        right = rng.binomial(tries, rng.beta(a, b, inputs))
        alike = right * (right - 1) + (tries - right) * (tries - right - 1)
        frame = pl.DataFrame({"n_right": right, "alike": alike}).group_by(pl.all()).agg(inputs=pl.len())
        found = repeat_numbers(frame.with_columns(n=pl.lit(tries), n_known=pl.lit(tries)))
        two = found.passes.row(1, named=True)
        ends = (found.flip.low[0], found.flip.high[0]), (two["all_right_low"], two["all_right_high"])
        ends += ((found.chance.low[0], found.chance.high[0]),)
        held += [low <= value <= high for (low, high), value in zip(ends, truth, strict=True)]
    assert (held / draws >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / draws)).all(), held / draws


def test_what_is_always_the_same_has_an_upper_end_and_what_was_never_repeated_none() -> None:
    steady = repeat_numbers(table_of([[True] * 4] * 30 + [[False] * 4] * 10))
    assert steady.flip.value[0] == 0 and 0.05 < steady.flip.high[0] < 0.15
    assert steady.icc.value[0] == 1 and steady.chance.value[0] == 0
    once = repeat_numbers(table_of([[True], [False]]))
    assert once.n_repeated == 0 and np.isnan(once.flip.value[0]) and np.isnan(once.icc.value[0])
