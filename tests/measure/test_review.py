"""What verdicts say together: held against scikit-learn, and against truths that were planted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from analytics.measure.intervals import wilson
from analytics.measure.review import (
    agreements,
    cohen_kappa,
    corrected_error_rate,
    random_part,
    reason_table,
    share_of,
    without_news,
)

REASONS = st.sampled_from(["label-wrong", "model-wrong", "cannot-tell"])


@given(st.lists(st.tuples(REASONS, REASONS), min_size=1, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    found = cohen_kappa(first, second)
    if len(set(first) | set(second)) == 1:
        assert found is None
    else:
        assert found == pytest.approx(cohen_kappa_score(first, second))


def test_kappa_of_nothing_is_undefined() -> None:
    assert cohen_kappa([], []) is None


@given(st.lists(REASONS, max_size=60))
def test_the_counts_of_reasons_add_up_and_their_intervals_are_wilsons(reasons: list[str]) -> None:
    table = reason_table(reasons, ["policy-wrong"])
    assert table["n"].sum() == len(reasons)
    assert table["n"].is_sorted(descending=True)
    assert "policy-wrong" in table["reason"].to_list()
    for row in table.iter_rows(named=True):
        if not reasons:
            assert row["share"] is row["low"] is row["high"] is None
        else:
            interval = wilson(reasons.count(row["reason"]), len(reasons))
            assert (row["share"], row["low"], row["high"]) == (interval.value, interval.low, interval.high)


def test_the_random_part_ends_at_the_first_row_that_nobody_judged() -> None:
    assert random_part([4, 2, 7], {4, 2, 7, 9}) == 3
    assert random_part([4, 2, 7], {4, 7}) == 1
    assert random_part([4, 2, 7], {2, 7}) == random_part([], {1}) == 0


def test_the_random_part_covers_a_planted_share_at_its_stated_rate_whatever_else_was_judged() -> None:
    """Costly rows are wrong for another reason than the rest: judged first, they would mislead a plain share."""
    rng = np.random.default_rng(6)
    n, size, rounds = 4_000, 150, 600
    is_costly = np.arange(n) < 400
    covered = misled = 0
    for _ in range(rounds):
        is_label_wrong = np.where(is_costly, rng.random(n) < 0.7, rng.random(n) < 0.15)
        truth = is_label_wrong.mean()
        order = rng.permutation(n)
        judged = {*order[:size].tolist(), *range(120)}
        k = random_part(order.tolist(), judged)
        assert k >= size
        part = share_of(int(is_label_wrong[order[:k]].sum()), k)
        everything = share_of(int(sum(is_label_wrong[row] for row in judged)), len(judged))
        assert part.low is not None and part.high is not None and everything.low is not None
        covered += part.low <= truth <= part.high
        misled += everything.low > truth
    assert abs(covered / rounds - 0.95) < 4 * math.sqrt(0.95 * 0.05 / rounds)
    assert misled / rounds > 0.5


def test_reviews_are_enough_when_they_bring_nothing_new() -> None:
    assert without_news([]).value is None
    assert without_news(["a"] * 40).value == 1.0
    assert without_news(["a"] * 30 + ["b"]).value == 0.95
    assert without_news([str(k) for k in range(30)]).value == 0.0


def test_the_corrected_rate_falls_by_what_is_found_and_by_what_the_random_part_says_of_all() -> None:
    found = corrected_error_rate(1_000, 200, 150, found_wrong=10, random_wrong=20, random_n=50)
    assert (found.logged, found.found) == (0.2, 0.19)
    assert found.estimated.value == pytest.approx((200 - 150 * 0.4) / 1_000)
    share = wilson(20, 50)
    assert found.estimated.low == pytest.approx((200 - 150 * float(share.high)) / 1_000)
    assert found.estimated.high == pytest.approx((200 - 150 * float(share.low)) / 1_000)
    nothing = corrected_error_rate(1_000, 200, 150, 0, 0, 0)
    assert (nothing.found, nothing.estimated.value) == (0.2, None)
    assert corrected_error_rate(0, 0, 0, 0, 0, 0).logged is None


def test_reviewers_are_compared_on_the_rows_that_both_judged() -> None:
    given_ = {"Ada": {1: "a", 2: "b", 3: "a"}, "Bob": {2: "b", 3: "b", 9: "a"}, "Cyd": {7: "a"}}
    (pair,) = agreements(given_)
    assert (pair.first, pair.second, pair.n, pair.agreed, pair.differing) == ("Ada", "Bob", 2, 1, (3,))
    assert pair.kappa == pytest.approx(cohen_kappa_score(["b", "a"], ["b", "b"]))
