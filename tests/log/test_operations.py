"""Columns that say what an answer took, by their names and values."""

from __future__ import annotations

import polars as pl

from analytics.log.operations import operations
from tests.ingested import Desk


def test_what_an_answer_took_is_found_by_the_names_that_exports_give(desk: Desk) -> None:
    n = range(40)
    amounts = (
        "latency_milliseconds",
        "inference_time_ms",
        "elapsed_time",
        "duration_in_seconds",
        "cost_per_call_usd",
        "n_tokens",
    )
    flags = ("refused", "timed_out", "invalid_json", "schema_violation")
    frame = pl.DataFrame(
        {"score": [place / 40 for place in n], "label": [place % 2 for place in n]}
        | {name: [1.5 + place for place in n] for name in amounts}
        | {name: [int(place % 7 == 0) for place in n] for name in flags}
        | {"uptime": [2.0 + place for place in n], "error_budget": [3.0 + place for place in n]}
    )
    found = operations(desk.log(frame))
    assert set(found) == {*amounts, *flags}
    assert [found[name] for name in amounts] == ["latency"] * 4 + ["cost", "tokens"]
    assert {found[name] for name in flags} == {"failure"}
