"""Scores that tell nothing about the label, and labels that are the prediction."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.log.receipt import CheckResult
from analytics.measure import curves, intervals
from analytics.reading.checks import separation
from tests.ingested import Desk


def found(desk: Desk, frame: pl.DataFrame, code: str) -> list[CheckResult]:
    return [finding for finding in desk.log(frame).findings if finding.code == code]


def test_a_label_that_is_the_score_at_the_threshold(desk: Desk) -> None:
    scores = np.random.default_rng(1).random(120)
    frame = pl.DataFrame({"score": scores, "label": (scores >= 0.5).astype(int)})
    (finding,) = found(desk, frame, "label-is-prediction")
    assert (finding.severity, finding.rows, finding.column) == ("error", 120, "label")
    spoiled = frame.with_columns(
        label=pl.when(pl.int_range(pl.len()) == 7).then(1 - pl.col("label")).otherwise("label")
    )
    assert not found(desk, spoiled, "label-is-prediction")


def test_a_label_that_is_the_score_at_another_threshold(desk: Desk) -> None:
    scores = np.random.default_rng(1).random(400)
    copied = pl.DataFrame({"score": scores, "label": (scores >= 0.3).astype(int)})
    (finding,) = found(desk, copied, "label-is-prediction")
    assert "positive from a score of 0.3" in finding.message and finding.rows == 400
    assert not found(desk, copied.head(40), "label-is-prediction")
    noisy = np.where(np.arange(400) == 7, scores < 0.3, scores >= 0.3)
    assert not found(desk, pl.DataFrame({"score": scores, "label": noisy.astype(int)}), "label-is-prediction")


def test_a_label_that_is_the_decision(desk: Desk) -> None:
    rng = np.random.default_rng(2)
    decisions = rng.integers(0, 2, 90)
    frame = pl.DataFrame({"score": rng.random(90), "decision": decisions, "label": decisions})
    assert len(found(desk, frame, "label-is-prediction")) == 1


def test_few_rows_may_all_be_right(desk: Desk) -> None:
    frame = pl.DataFrame({"score": [0.1, 0.9] * 10, "label": [0, 1] * 10})
    assert not found(desk, frame, "label-is-prediction")


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_a_score_that_tells_nothing(desk: Desk, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, 2_000)
    noise = rng.random(2_000)
    telling = np.clip(noise + 0.1 * labels, 0, 1)
    assert len(found(desk, pl.DataFrame({"score": noise, "label": labels}), "score-tells-nothing")) == 1
    assert not found(desk, pl.DataFrame({"score": telling, "label": labels}), "score-tells-nothing")


@pytest.mark.parametrize(
    ("default", "share", "low", "severity"),
    [(0.5, 0.09, 0.0, "note"), (0.12, 0.03, 0.35, "warning"), (0.12, 0.03, 0.2, None), (0.12, 0.001, 0.35, None)],
)
def test_a_value_filled_in_for_the_score_is_a_spike(
    desk: Desk, default: float, share: float, low: float, severity: str | None
) -> None:
    """The middle, or a value that stands alone below the rest; not the least score of many, nor a rare one."""
    rng = np.random.default_rng(3)
    scores = np.where(rng.random(900) < share, default, (low + (1 - low) * rng.random(900)).round(4))
    frame = pl.DataFrame({"score": scores, "label": (rng.random(900) < scores).astype(int)})
    told = [finding for finding in found(desk, frame, "default-spike") if finding.column == "score"]
    assert [finding.severity for finding in told] == ([severity] if severity else [])
    assert all(finding.rows == int((scores == default).sum()) for finding in told)


@pytest.mark.parametrize("is_above", [True, False])
def test_labels_of_one_end_of_the_scores_say_little_of_the_score(desk: Desk, is_above: bool) -> None:
    rng = np.random.default_rng(6)
    scores = rng.beta(1, 6, 6_000).round(3)
    labels = (rng.random(6_000) < scores / 2 + 0.2).astype(int)
    has_label = scores >= 0.45 if is_above else scores < 0.01
    frame = pl.DataFrame({"score": scores, "label": labels}).with_columns(
        label=pl.when(pl.Series(has_label)).then("label")
    )
    (finding,) = found(desk, frame, "labels-hang-on-score")
    assert finding.rows == int((~has_label).sum())
    assert f"a score {'of 0.45' if is_above else 'below 0.01'}" in finding.message
    assert not found(desk, frame, "score-tells-nothing")


@pytest.mark.parametrize("seed", range(5))
def test_labels_that_lack_at_random_do_not_hang_on_the_score(desk: Desk, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.random(3_000)
    labels = [int(rng.random() < score) if rng.random() < 0.1 else None for score in scores]
    assert not found(desk, pl.DataFrame({"score": scores, "label": labels}), "labels-hang-on-score")


@pytest.mark.parametrize("seed", range(40))
def test_a_score_that_is_far_above_chance_has_an_interval_above_one_half(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shift, n = rng.uniform(0, 2), int(rng.integers(20, 400))
    labels = rng.integers(0, 2, n)
    bins = np.clip(rng.normal(shift * labels, 1).round().astype(int) + 4, 0, 9)
    pos, neg = (np.bincount(bins[labels == each], minlength=10) for each in (1, 0))
    estimate = curves.auroc(pos, neg)
    is_far = separation._is_far_above_chance(float(estimate.value), float(estimate.standard_error))
    low = float(intervals.logit_interval(estimate, n).low)
    assert low > 0.5 or not is_far
    assert is_far or shift < 1 or n < 100
