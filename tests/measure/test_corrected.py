"""The corrected prevalence: published figures, and simulation as the judge of its interval."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.measure.estimates import estimate_table

JUDGE = Path(__file__).parents[3] / "shared/data/judge/support_eval.csv"


def estimated(label: pl.Series, flagged: pl.Series) -> dict[str, float]:
    """Estimate from labels, null where nobody looked, and the verdict of a judge on every row."""
    rows = pl.DataFrame({"label": label.cast(pl.Int64), "score_bin": flagged.cast(pl.Int64)})
    is_open = pl.col("label").is_null()
    table = rows.group_by("score_bin").agg(n=pl.len(), n_pos=pl.col("label").sum(), n_unlabelled=is_open.sum())
    names = ["corrected_prevalence", "prevalence"]
    found = estimate_table(table, np.array([0.0, 1.0]), by=(), threshold_bin=1, metrics=names, is_probability=False)
    return found.row(0, named=True)


@pytest.mark.skipif(not JUDGE.exists(), reason="the shared data is not here")
def test_published_figures() -> None:
    rows = pl.read_csv(JUDGE)
    found = estimated(rows["human_passed"], rows["judge_passed"])
    ends = [found[f"corrected_prevalence{end}"] for end in ("", "_low", "_high")]
    assert ends == pytest.approx([0.7150, 0.6837, 0.7464], abs=1e-4)


@pytest.mark.parametrize("accuracy", [0.5, 0.8, 0.97])
def test_the_interval_covers_and_a_good_judge_narrows_it(accuracy: float) -> None:
    """95 % intervals of 400 draws hold the truth in 92 to 98 %; with a good judge they are narrower than the labels' own."""
    rng, truth, n_held, widths = np.random.default_rng(7), 0.3, 0, []
    for _ in range(400):
        label = rng.random(1_500) < truth
        judge = np.where(rng.random(1_500) < accuracy, label, ~label)
        seen = [int(value) if place < 250 else None for place, value in enumerate(label)]
        found = estimated(pl.Series(seen, dtype=pl.Int64), pl.Series(judge))
        n_held += found["corrected_prevalence_low"] <= truth <= found["corrected_prevalence_high"]
        own = found["prevalence_high"] - found["prevalence_low"]
        widths.append((found["corrected_prevalence_high"] - found["corrected_prevalence_low"]) / own)
    assert 0.92 <= n_held / 400 <= 0.98
    assert np.mean(widths) < {0.5: 1.05, 0.8: 0.95, 0.97: 0.65}[accuracy]
