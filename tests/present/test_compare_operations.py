"""What it is to run either side: the worst first, one rank of a latency, in the units of the columns."""

from __future__ import annotations

import polars as pl

from analytics.present.readings import running_reading, running_texts
from analytics.present.readings.compare_operations import notable_part
from analytics.present.words import THIN_SPACE


def test_what_costs_users_most_is_said_first() -> None:
    names = ("column", "role", "what", "unit", "live", "candidate", "difference", "low", "high")
    rows = [
        ("v3_latency_ms", "latency", "p50", "ms", 151.0, 196.0, 45.0, 42.0, 47.0),
        ("v3_latency_ms", "latency", "p95", "ms", 345.0, 448.0, 103.0, 92.0, 106.0),
        ("v3_cost", "run_cost", "per 1,000", "USD", 2.0, 1.7, -0.3, -0.4, -0.2),
        ("v3_status", "timed_out", "share", None, 0.01, 0.031, 0.021, 0.015, 0.027),
        ("tokens", None, "mean", None, 120.0, 121.0, 1.0, -3.0, 5.0),
    ]
    table = pl.DataFrame(rows, schema=names, orient="row")
    said = running_reading(table).replace(THIN_SPACE, " ")
    assert said == (
        "The candidate times out on 3.1 % of the answers against 1.0 % (+2.1 points, 1.5–2.7), is slower (p95 is 448 against "
        "345 ms) and costs less (1.70 against 2.00 USD per 1,000 answers)."
    )
    assert "told apart" in running_reading(table.tail(1))


def test_only_what_is_not_small_belongs_to_the_verdict_and_what_is_taken_more_comes_first() -> None:
    names = ("column", "role", "what", "unit", "live", "candidate", "difference", "low", "high")
    rows = [
        ("latency_ms", "latency", "p95", "ms", 345.0, 370.0, 25.0, 22.0, 28.0),  # slower, by less than a fifth
        ("status", "refused", "share", None, 0.01, 0.016, 0.006, 0.003, 0.009),  # by less than the margin
        ("tokens", None, "mean", None, 120.0, 240.0, 120.0, 110.0, 130.0),  # nobody waits or pays by itself
        ("cost", "run_cost", "per 1,000", "USD", 2.0, 1.0, -1.0, -1.2, -0.8),
        ("status", "timed_out", "share", None, 0.01, 0.031, 0.021, 0.015, 0.027),
    ]
    table = pl.DataFrame(rows, schema=names, orient="row")
    assert notable_part(table) == (True, f"times out on 3.1{THIN_SPACE}% of the answers against 1.0{THIN_SPACE}%")
    assert notable_part(table.head(4)) == (False, "costs less (1.00 against 2.00 USD per 1,000 answers)")
    assert notable_part(table.head(3)) == (False, "")


def test_the_table_writes_shares_in_percent_and_amounts_with_the_digits_that_count() -> None:
    ends = ("", "_low", "_high")
    names = ["role", "what", "unit", *(f"{side}{end}" for side in ("live", "candidate") for end in ends)]
    rows = [
        ("latency", "p50", "ms", 402.4, 392.3, 411.84, 402.75, 393.1, 411.4, 0.35, -13.072, 13.6),
        ("run_cost", "per 1,000", "USD", 7.2404, None, None, 7.2781, None, None, 0.038, -0.1142, 0.1909),
        ("timed_out", "share", None, 0.0081, None, None, 0.0262, None, None, 0.0181, 0.011, 0.0252),
        (None, "share", None, 0.5, None, None, 0.5, None, None, 0.0, -0.01, 0.01),
    ]
    table = pl.DataFrame(rows, schema=[*names, "difference", "low", "high"], orient="row")
    assert [tuple(text.replace(THIN_SPACE, " ") for text in row) for row in running_texts(table).iter_rows()] == [
        ("p50, ms", "402 (392–412)", "403 (393–411)", "0 (−13 to 14)"),
        ("per 1,000, USD", "7.24", "7.28", "0.04 (−0.11 to 0.19)"),
        ("timed out", "0.8 %", "2.6 %", "+1.8 points (1.1–2.5)"),
        ("share of the answers", "50.0 %", "50.0 %", "0.0 points (−1.0 to 1.0)"),
    ]
