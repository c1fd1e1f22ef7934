"""The relation of costs: the same numbers on DuckDB, on Polars and row by row."""

from __future__ import annotations

from collections import defaultdict

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.query.sampling import FACTOR, PRIME
from analytics.query.thresholds import cost_table
from tests.query.logs import frames
from tests.thorough import amount

NAMES = ("amount_pos_sum", "amount_neg_sum", "amount_pos_sq_sum", "amount_neg_sq_sum")


def row_by_row(frame: pl.DataFrame, split: float | None) -> dict[tuple[object, ...], dict[str, float]]:
    found: dict[tuple[object, ...], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for row in frame.iter_rows(named=True):
        slot = row["score_bin"]
        if split is not None and slot is not None:
            slot += row["score"] >= split
        scattered = (row["row_id"] * FACTOR + 11) % PRIME
        cell = found[scattered * scattered % PRIME % 2, row["decision"], row["c0"], slot]
        cell["n"] += 1
        cell["n_pos"] += row["label"] == 1
        cell["n_unlabelled"] += row["label"] is None
        cell["n_amount_missing"] += row["label"] is not None and row["amount"] is None
        if row["label"] is not None and row["amount"] is not None:
            name = "pos" if row["label"] else "neg"
            cell[f"amount_{name}_sum"] += row["amount"]
            cell[f"amount_{name}_sq_sum"] += row["amount"] ** 2
    return found


@settings(max_examples=amount(15, 100))
@given(frames(), st.sampled_from([None, 0.25, 0.55]))
def test_both_engines_count_what_a_loop_counts(frame: pl.DataFrame, split: float | None) -> None:
    with duckdb.connect() as connection:
        connection.register("frame", frame.to_arrow())
        sides = [nw.from_native(connection.table("frame")), nw.from_native(frame.lazy())]
        expected = row_by_row(frame, split)
        for side in sides:
            relation = cost_table(side, ["c0"], split=split, with_decision=True, with_amount=True)
            table = relation.collect("polars").to_native()
            assert table.height == len(expected)
            for row in table.iter_rows(named=True):
                cell = expected[row["part"], row["decision"], row["slice_0"], row["score_bin"]]
                for name in ("n", "n_pos", "n_unlabelled", "n_amount_missing", *NAMES):
                    assert (row[name] or 0) == cell[name]
            assert table["last"].max() == frame["moment"].max()


def test_the_halves_are_even_and_do_not_follow_the_order_of_the_file() -> None:
    n = 60_000
    frame = pl.DataFrame(
        {
            "row_id": range(n),
            "score": 0.5,
            "score_bin": 0,
            "label": 1,
            "decision": 1,
            "amount": 1.0,
            "moment": None,
            "c0": [str(place % 6) for place in range(n)],
        }
    )
    table = cost_table(nw.from_native(frame.lazy()), ["c0"]).collect("polars").to_native()
    first = table.filter(pl.col("part") == 0)
    assert len(first) == 6
    assert all(abs(count - n / 12) < 4 * (n / 6 * 0.25) ** 0.5 for count in first["n"])
