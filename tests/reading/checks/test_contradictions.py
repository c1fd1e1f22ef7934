"""Two fields that contradict each other on a few rows, found where nearly all keep a rule, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from analytics.log.receipt import CheckResult
from tests.ingested import Desk

N = 1_500


def contradictions(desk: Desk, frame: pl.DataFrame) -> list[CheckResult]:
    return [finding for finding in desk.log(frame).findings if finding.code == "fields-contradict"]


def audits(seed: int = 3) -> pl.DataFrame:
    """Audits whose verdict follows the findings, and cases that have an end once they are closed."""
    rng = np.random.default_rng(seed)
    critical = np.where(rng.random(N) < 0.3, rng.integers(1, 4, N), 0)
    closed = rng.random(N) < 0.6
    day = np.datetime64("2024-01-01") + rng.integers(0, 300, N)
    return pl.DataFrame(
        {
            "score": rng.random(N).round(4),
            "label": rng.integers(0, 2, N),
            "verdict": np.where(critical > 0, "Fail", "Pass"),
            "critical_findings": critical,
            "status": np.where(closed, "closed", rng.choice(["open", "held"], N)),
            "closed_at": pl.Series(day).zip_with(pl.Series(closed), pl.Series([None] * N, dtype=pl.Date)),
        }
    )


def spoil(name: str, where: pl.Expr, value: object, count: int = 2) -> Callable[[pl.DataFrame], pl.DataFrame]:
    def planted(frame: pl.DataFrame) -> pl.DataFrame:
        first = where & (where.cast(pl.Int64).cum_sum() <= count)
        return frame.with_columns(pl.when(first).then(pl.lit(value)).otherwise(pl.col(name)).alias(name))

    return planted


FAILED, CLOSED = pl.col("verdict") == "Fail", pl.col("status") == "closed"
BROKEN: dict[str, tuple[Callable[[pl.DataFrame], pl.DataFrame], str, tuple[str, ...]]] = {
    "fail without a finding": (spoil("critical_findings", FAILED, 0), "verdict", ("'Fail'", "nothing in 'critical")),
    "pass with a finding": (spoil("critical_findings", ~FAILED, 2), "verdict", ("'Pass'", "something in 'critical")),
    "closed without a date": (spoil("closed_at", CLOSED, None), "status", ("'closed'", "nothing in 'closed_at'")),
    "findings as text": (
        lambda frame: spoil("critical_findings", FAILED, "none")(
            frame.with_columns(
                critical_findings=pl.col("critical_findings").replace_strict({0: "none"}, default="some")
            )
        ),
        "verdict",
        ("'Fail'", "nothing in 'critical"),
    ),
    "a flag": (
        lambda frame: spoil("critical_findings", FAILED, value=False)(
            frame.with_columns(critical_findings=pl.col("critical_findings") > 0)
        ),
        "verdict",
        ("'Fail'",),
    ),
}


def broken() -> pl.DataFrame:
    return BROKEN["a flag"][0](audits())


@pytest.mark.parametrize("name", BROKEN)
def test_a_rule_that_a_few_rows_break(desk: Desk, name: str) -> None:
    plant, column, words = BROKEN[name]
    (finding,) = contradictions(desk, plant(audits()))
    assert (finding.column, finding.rows, finding.severity) == (column, 2, "warning")
    assert all(word in finding.message for word in words), finding.message


def test_a_rule_that_all_rows_keep_or_many_break_is_none(desk: Desk) -> None:
    assert not contradictions(desk, audits())
    assert not contradictions(desk, spoil("closed_at", CLOSED, None, count=90)(audits()))


def test_a_field_that_is_nearly_always_filled_in_contradicts_nothing(desk: Desk) -> None:
    rng = np.random.default_rng(5)
    rare = audits().with_columns(weight=np.where(rng.random(N) < 0.004, 0, 70))
    assert not contradictions(desk, rare)


def noise(seed: int) -> pl.DataFrame:
    """Columns that have nothing to do with each other: skewed values, fields that are filled in on any share of the rows."""
    rng = np.random.default_rng(seed)
    columns: dict[str, object] = {"score": rng.random(N).round(4), "label": rng.integers(0, 2, N)}
    for place in range(4):
        columns[f"kind{place}"] = rng.choice(list("abcdef"), N, p=rng.dirichlet(np.ones(6)))
        columns[f"field{place}"] = np.where(rng.random(N) < rng.beta(0.5, 0.5), 0, rng.integers(1, 90, N))
    return pl.DataFrame(columns)


@pytest.mark.parametrize("seed", range(12))
def test_noise_contradicts_nothing(desk: Desk, seed: int) -> None:
    assert not contradictions(desk, noise(seed))
