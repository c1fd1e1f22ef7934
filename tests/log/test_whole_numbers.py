"""Whole numbers that are predicted: amounts are near each other or not, codes agree or do not."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from tests.ingested import Desk

RNG = np.random.default_rng(16)
N = 600
MINUTES = RNG.poisson(60, N)
DAYS = RNG.integers(1, 15, N)
NUMBERED = RNG.integers(0, 60, N)
CODES = RNG.choice(RNG.integers(10_000, 99_999, 60), N)


def _mixed(true: np.ndarray) -> np.ndarray:
    return np.where(RNG.random(N) < 0.7, true, RNG.permutation(true))


@pytest.mark.parametrize(
    ("predicted", "true", "kind"),
    [
        (("predicted_minutes", MINUTES + RNG.integers(-9, 10, N)), ("actual_minutes", MINUTES), "numbers"),
        (("predicted_days", DAYS + RNG.integers(0, 3, N)), ("actual_days", DAYS), "numbers"),
        (("forecast", MINUTES + 3), ("demand", MINUTES), "numbers"),
        (("y_pred", 10 * MINUTES + 50), ("y_true", 10 * MINUTES), "numbers"),
        (("y_pred", _mixed(NUMBERED)), ("y_true", NUMBERED), "classes"),
        (("predicted_cpt", _mixed(CODES)), ("actual_cpt", CODES), "classes"),
        (("suggested_code", _mixed(100 + NUMBERED)), ("final_code", 100 + NUMBERED), "classes"),
    ],
)
def test_whole_numbers_are_amounts_or_classes(
    predicted: tuple[str, np.ndarray], true: tuple[str, np.ndarray], kind: str, desk: Desk
) -> None:
    right = desk.stage(pl.DataFrame(dict([predicted, true]))).mapping.right
    assert right is not None and (right.kind, right.predicted, right.true) == (kind, predicted[0], true[0])


@pytest.mark.parametrize("scores", [(), ("prob_cafe", "prob_the", "prob_eau")])
def test_what_was_suggested_is_judged_and_not_the_highest_score(scores: tuple[str, ...], desk: Desk) -> None:
    final = RNG.choice(["Café", "thé", "eau"], N)
    said = np.where(RNG.random(N) < 0.7, np.char.upper(final), RNG.choice(["CAFE", "THE", "EAU"], N))
    scored = dict(zip(scores, RNG.dirichlet([1, 1, 1], N).T, strict=False))
    right = desk.stage(pl.DataFrame({"suggested_code": said, "final_code": final, **scored})).mapping.right
    assert right is not None and right.sentence == "'suggested_code' equals 'final_code'"
    assert len(right.class_scores) == len(scores)
