"""A metric expected from scores alone: against plain arithmetic, where scores keep their meaning, and where they lose it."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import brier_score_loss, roc_auc_score

from analytics.measure.labels.expectation import Expectation, expectation

WEEKS, PER_WEEK, THRESHOLD_BIN = 20, 3_000, 50
START = datetime(2024, 1, 1)


def made(
    seed: int, *, drift: float = 0.0, n_open: int = 4
) -> tuple[pl.DataFrame, pl.DataFrame, dict[int, pl.DataFrame]]:
    """Weeks of 100 scores whose mix shifts from week to week; ``drift`` moves what a score means in the last ones."""
    rng, tables, rows = np.random.default_rng(seed), [], {}
    for week in range(WEEKS):
        score = np.minimum(rng.beta(2 + 0.1 * week, 3, PER_WEEK), 0.999)
        place = np.floor(100 * score).astype(int)
        rate = np.clip(0.8 * (place + 0.5) / 100 + (drift if week >= WEEKS - n_open else 0.0), 0, 1)
        label = rng.random(PER_WEEK) < rate
        rows[week] = pl.DataFrame({"score_bin": place, "label": label.astype(int), "score": (place + 0.5) / 100})
        table = (
            rows[week].group_by("score_bin").agg(n=pl.len(), n_pos=pl.col("label").sum(), first=pl.col("score").first())
        )
        is_open = week >= WEEKS - n_open
        tables.append(
            table.select(
                "score_bin",
                "n",
                bucket=pl.lit(START + timedelta(weeks=week)),
                n_pos=pl.lit(0, dtype=pl.UInt32) if is_open else pl.col("n_pos").cast(pl.UInt32),
                n_unlabelled=pl.col("n") if is_open else pl.lit(0, dtype=pl.UInt32),
                score_sum=pl.lit(0.0) if is_open else pl.col("n") * pl.col("first"),
                score_sq_sum=pl.lit(0.0) if is_open else pl.col("n") * pl.col("first") ** 2,
            )
        )
    ripe = pl.DataFrame(
        {
            "bucket": [START + timedelta(weeks=week) for week in range(WEEKS)],
            "is_ripe": np.arange(WEEKS) < WEEKS - n_open,
        }
    )
    return pl.concat(tables), ripe, rows


def of(metric: str, rows: pl.DataFrame) -> float:
    y, score = rows["label"].to_numpy(), rows["score"].to_numpy()
    flagged = rows["score_bin"].to_numpy() >= THRESHOLD_BIN
    return {
        "error_rate": lambda: float(np.mean(flagged != y)),
        "recall": lambda: float(flagged[y == 1].mean()),
        "precision": lambda: float(y[flagged].mean()),
        "auroc": lambda: float(roc_auc_score(y, score)),
        "brier": lambda: float(brier_score_loss(y, score)),
    }[metric]()


def expected(seed: int, metric: str, **options: float) -> tuple[Expectation, list[float]]:
    scores, ripe, rows = made(seed, **options)  # type: ignore[arg-type]
    found = expectation(scores, THRESHOLD_BIN, ripe, metric, is_right_or_wrong=False)
    assert found is not None
    return found, [of(metric, rows[week]) for week in range(WEEKS - 4, WEEKS)]


@pytest.mark.parametrize("metric", ["error_rate", "recall", "precision", "auroc", "brier"])
def test_where_scores_keep_their_meaning_the_labels_say_the_same(metric: str) -> None:
    found, truth = expected(3, metric)
    missed = np.abs(found.values["expected"].to_numpy() - truth)
    assert missed.mean() < 2.5 * found.miss + 0.002
    assert missed.max() < 0.035
    assert found.n_past == 16 - 4 - 3  # of 16 ripe weeks those with four more that are as much older


def test_a_mix_that_shifts_is_followed_and_not_taken_for_the_past() -> None:
    found, truth = expected(4, "recall")
    _, _, rows = made(4)
    past = float(np.mean([of("recall", rows[week]) for week in range(4)]))
    assert np.abs(found.values["expected"].to_numpy() - truth).max() < abs(past - truth[-1]) / 2


def test_scores_that_lose_their_meaning_are_missed_which_is_the_assumption() -> None:
    found, truth = expected(5, "error_rate", drift=0.3)
    assert np.abs(found.values["expected"].to_numpy() - truth).min() > 3 * found.miss


def test_nothing_is_expected_of_ripe_weeks_alone_or_from_few_of_them() -> None:
    scores, ripe, _ = made(6)
    every = ripe.with_columns(is_ripe=pl.lit(value=True))
    assert expectation(scores, THRESHOLD_BIN, every, "recall", is_right_or_wrong=False) is None
    few = ripe.with_columns(is_ripe=pl.int_range(pl.len()) < 7)
    assert expectation(scores, THRESHOLD_BIN, few, "recall", is_right_or_wrong=False) is None
