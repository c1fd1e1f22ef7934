"""Preferences against plain code, and the ways in which they are written."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from analytics.errors import QuestionError
from analytics.measure.compare.preferences import preferences_of, win_rate


def counted(values: np.ndarray, **more: np.ndarray) -> pl.DataFrame:
    frame = pl.DataFrame({"value": [str(each) for each in values], "w": np.ones(len(values)), **more}).with_columns(
        w2=pl.col("w") ** 2
    )
    keys = ["value", *(name for name in ("unit",) if name in frame.columns)]
    return frame.group_by(keys).agg(n=pl.len(), w=pl.col("w").sum(), w2=pl.col("w2").sum())


def test_the_rate_and_its_standard_error_are_those_of_a_mean() -> None:
    rng = np.random.default_rng(0)
    values = rng.choice([1.0, 1.2, 1.5, 1.9, 2.0], 400)
    found = win_rate(counted(values), preferences_of(map(str, values))[0])
    assert found.rate == pytest.approx((values - 1).mean())
    assert found.standard_error == pytest.approx(values.std(ddof=1) / 20)
    assert (found.wins, found.ties, found.losses) == ((values > 1.5).sum(), (values == 1.5).sum(), (values < 1.5).sum())


def test_units_and_weights_are_obeyed() -> None:
    rng = np.random.default_rng(1)
    unit = np.repeat(np.arange(40), 10)
    values = rng.integers(0, 2, 40)[unit]
    meaning = preferences_of(["0", "1"])[0]
    found = win_rate(counted(values, unit=unit), meaning)
    assert found.standard_error == pytest.approx(values[::10].std(ddof=1) / 40**0.5)
    w = rng.choice([1.0, 3.0], 400)
    weighted = win_rate(counted(values, w=w), meaning)
    mean = np.average(values, weights=w)
    assert weighted.rate == pytest.approx(mean)
    assert weighted.standard_error == pytest.approx((400 / 399 * (w**2 * (values - mean) ** 2).sum()) ** 0.5 / w.sum())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["model_a", "model_b", "tie", "tie (bothbad)"], [0, 1, 0.5, 0.5]),
        (["A", "B", "C"], [0, 1, 0.5]),
        (["A>B", "B>>A", "A=B"], [0, 1, 0.5]),
        (["1", "2", "0"], [0, 1, 0.5]),
        (["0", "0.5", "1"], [0, 0.5, 1]),
        (["-1", "0", "1"], [0, 0.5, 1]),
        (["Output 1", "Output 2"], [0, 1]),
    ],
)
def test_the_ways_in_which_preferences_are_written(values: list[str], expected: list[float]) -> None:
    assert list(preferences_of(values)[0].values()) == expected


def test_other_values_are_named_by_hand() -> None:
    with pytest.raises(QuestionError, match="first 'gpt'"):
        preferences_of(["gpt", "claude", "tie"])
    assert preferences_of(["gpt", "claude", "tie", "?"], ["gpt"], ["claude"])[0] == {"gpt": 0, "claude": 1, "tie": 0.5}
    with pytest.raises(QuestionError, match="found 7"):
        preferences_of(["3", "7"])
