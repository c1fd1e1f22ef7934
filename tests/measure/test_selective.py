"""Labels that hang on the decision: when that is said, bounds of recall, and how often its interval holds the truth."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.measure.labels.selective import Selective, selective


def found(flagged: tuple[int, int, int], others: tuple[int, int, int]) -> Selective | None:
    """Of either side: rows, labelled ones, positive ones."""
    rows = [(0, *others), (1, *flagged)]
    table = pl.DataFrame(rows, schema=["score_bin", "n", "n_labelled", "n_pos"], orient="row")
    return selective(table.with_columns(n_unlabelled=pl.col("n") - pl.col("n_labelled")), 1)


def test_bounds_are_those_of_every_label_that_could_come() -> None:
    one = found((1_000, 950, 400), (9_000, 0, 0))
    assert one is not None and one.is_of_flagged and one.is_of_one_side and one.recall is None
    assert one.recall_bounds == (400 / (400 + 9_000), 1.0)
    assert one.after_audit(0) == (1.0, pytest.approx(400 / (400 + 90)), 1.0)
    few = found((1_000, 1_000, 400), (9_000, 90, 3))
    assert few is not None and not few.is_of_one_side and few.recall is not None
    assert few.recall_bounds == (400 / (400 + 3 + 8_910), 400 / 403)
    assert few.recall[0] == pytest.approx(400 / (400 + 9_000 * 3 / 90)) and few.naive == 400 / 403
    other = found((1_000, 0, 0), (9_000, 8_900, 200))
    assert other is not None and not other.is_of_flagged
    assert other.after_audit(150)[0] == pytest.approx(500 / 700)
    assert other.recall_bounds == (0.0, 1_000 / 1_200)


@pytest.mark.parametrize(
    ("flagged", "others"),
    [
        ((1_000, 1_000, 400), (9_000, 9_000, 90)),
        ((1_000, 500, 200), (9_000, 4_000, 90)),
        ((1_000, 60, 20), (9_000, 590, 9)),
        ((50, 50, 20), (9_000, 0, 0)),
        ((1_000, 0, 0), (9_000, 0, 0)),
        ((1_000, 500, 500), (9_000, 900, 900)),
    ],
)
def test_labels_that_are_late_or_few_on_both_sides_do_not_hang_on_the_decision(
    flagged: tuple[int, int, int], others: tuple[int, int, int]
) -> None:
    assert found(flagged, others) is None


def test_rows_without_a_score_and_weighted_rows_are_left_out() -> None:
    table = pl.DataFrame(
        {"score_bin": [0, 1, None], "n": [900, 900, 50_000], "n_pos": [0, 90, 0], "n_unlabelled": [900, 0, 50_000]}
    )
    one = selective(table, 1)
    assert one is not None and one.share == 1.0 and one.other_share == 0.0
    assert selective(table.with_columns(rows=pl.col("n")), 1) is None


@pytest.mark.parametrize(
    ("sizes", "rates", "shares"),
    [((2_000, 18_000), (0.4, 0.03), (1.0, 0.01)), ((1_000, 50_000), (0.6, 0.01), (0.95, 0.004))],
)
def test_the_interval_of_recall_holds_the_truth_as_often_as_stated(
    sizes: tuple[int, int], rates: tuple[float, float], shares: tuple[float, float]
) -> None:
    """Of 300 draws 27 or more that miss are chance once in a thousand times."""
    rng, missed = np.random.default_rng(2), 0
    for _ in range(300):
        positive = [int(rng.binomial(n, rate)) for n, rate in zip(sizes, rates, strict=True)]
        labelled = [int(n * share) for n, share in zip(sizes, shares, strict=True)]
        seen = [int(rng.hypergeometric(k, n - k, m)) for k, n, m in zip(positive, sizes, labelled, strict=True)]
        one = found((sizes[0], labelled[0], seen[0]), (sizes[1], labelled[1], seen[1]))
        assert one is not None and one.recall is not None
        missed += not one.recall[1] <= positive[0] / sum(positive) <= one.recall[2]
    assert missed <= 26


def test_labels_drawn_at_random_hang_on_no_decision() -> None:
    """Few rows are flagged and few are labelled: by chance alone one share is often half of the other."""
    rng = np.random.default_rng(3)
    for _ in range(300):
        labelled = rng.binomial(150, 0.03), rng.binomial(4_850, 0.03)
        assert found((150, int(labelled[0]), 0), (4_850, int(labelled[1]), 0)) is None


@pytest.mark.parametrize("is_of_flagged", [True, False])
def test_after_an_audit_the_interval_of_recall_holds_the_truth_as_often_as_stated(is_of_flagged: bool) -> None:
    """Of 400 draws 35 or more that miss are chance once in a thousand times."""
    rng, missed, sides = np.random.default_rng(4), 0, ((2_000, 800), (18_000, 700))
    seen = 0 if is_of_flagged else 1
    table = [(n, n, k) if place == seen else (n, 0, 0) for place, (n, k) in enumerate(sides)]
    one, (n, k) = found(*table), sides[1 - seen]
    assert one is not None and one.is_of_flagged == is_of_flagged
    for _ in range(400):
        _, low, high = one.after_audit(int(rng.hypergeometric(k, n - k, 300)), 300)
        missed += not low <= 800 / 1_500 <= high
    assert missed <= 34
