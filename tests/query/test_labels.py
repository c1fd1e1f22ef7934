"""Rows by prediction, arrival and label: DuckDB and Polars give what plain Polars gives."""

from __future__ import annotations

import polars as pl
from polars.testing import assert_frame_equal

from analytics.query.labels import arrival_relation
from tests.query.logs import Twins, collected

FRAME = pl.DataFrame(
    {
        "moment": [
            "2024-01-01 05:00",
            "2024-01-01 23:00",
            "2024-01-02 01:00",
            "2024-01-02 02:00",
            None,
            "2024-01-03 00:00",
        ],
        "arrived": ["2024-01-03 01:00", "2024-01-03 22:00", None, "2024-01-02 09:00", "2024-01-02 00:00", None],
        "score": [0.5, 0.7, 0.2, 0.5, 0.1, None],
        "label": [1, 1, None, None, 0, None],
    },
    schema_overrides={"label": pl.UInt8},
).with_columns(pl.col("moment", "arrived").str.to_datetime("%Y-%m-%d %H:%M", time_unit="us"))


def test_rows_are_counted_by_day_arrival_label_and_bin() -> None:
    twins = Twins()
    found = [collected(arrival_relation(side, "1d", (0.5, 0.6), with_scores=True)) for side in twins.of(FRAME)]
    for table in found:
        rows = table.sort("day", "bin").select(
            pl.col("day").dt.day(), pl.col("arrived").dt.day(), "label", "bin", "n", "score_sum"
        )
        assert rows.rows() == [
            (1, 3, 1, 1, 1, 0.5),
            (1, 3, 1, 2, 1, 0.7),
            (2, None, None, 0, 1, 0.2),
            (2, 2, None, 1, 1, 0.5),
        ]
    assert_frame_equal(*found, check_row_order=False)
    twins.connection.close()


def test_a_log_that_does_not_say_when_has_no_arrivals() -> None:
    twins = Twins()
    for side in twins.of(FRAME.drop("arrived")):
        table = collected(arrival_relation(side, "1d", ()))
        assert table["n"].sum() == 4
        assert table["arrived"].null_count() == table.height
    twins.connection.close()
