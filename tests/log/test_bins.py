"""Stored bins: every finite value in exactly one, each bin's clauses keep its rows, spikes stand alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.answers.question import Question
from analytics.answers.slices import slices
from analytics.log.bins import N_BINS, Bins
from analytics.log.column import Column
from analytics.query.cohort import Cohort, slice_clauses
from analytics.query.engine import Engine
from analytics.reading.grid import bin_case, inner_shares, numeric_bins
from tests.ingested import Desk
from tests.one_instance import fresh_database
from tests.thorough import amount


def binned(values: Sequence[float | int | None], *, is_integer: bool) -> tuple[Bins, list[int | None]]:
    """The bins of a column and the code of every row."""
    type_ = "BIGINT" if is_integer else "DOUBLE"
    column = Column(0, "x", type_, "number", n_distinct=len(set(values)))
    with fresh_database() as connection:
        connection.execute(f"CREATE TABLE raw AS SELECT unnest(?::{type_}[]) AS c0", [list(values)])
        bins = numeric_bins(connection, column)
        codes = connection.execute(f"SELECT {bin_case(column, bins)} FROM raw ORDER BY rowid").fetchall()
    return bins, [code for (code,) in codes]


def place(value: float, bins: Bins) -> list[int]:
    """Every bin that holds a value, by the words of the class: [low, high), the last one closed."""
    last = len(bins.edges) - 2
    pairs = zip(bins.edges[:-1], bins.edges[1:], strict=True)
    return [
        code for code, (low, high) in enumerate(pairs) if low <= value < high or (code == last and low <= value <= high)
    ]


NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-10, 10),
    st.sampled_from([0.0, -0.0, 0.1 + 0.2, 1e-300, 1e300, -5.0]),
    st.integers(-100, 100).map(float),
)


@settings(max_examples=amount(40, 80))
@given(st.lists(st.one_of(st.none(), NUMBERS, NUMBERS), min_size=1, max_size=80))
def test_every_value_lies_in_exactly_one_bin(values: list[float | None]) -> None:
    bins, codes = binned(values, is_integer=False)
    assert list(bins.edges) == sorted(bins.edges)
    for value, code in zip(values, codes, strict=True):
        assert [code] == (place(value, bins) if value is not None else [None])
    labels = [bins.label(code) for code in range(len(bins.edges) - 1)]
    assert len(set(labels)) == len(labels)


@settings(max_examples=amount(30, 60))
@given(st.lists(st.one_of(st.none(), st.integers(-(10**6), 10**6), st.integers(-30, 30)), min_size=1, max_size=80))
def test_integers_lie_where_their_label_says(values: list[int | None]) -> None:
    bins, codes = binned(values, is_integer=True)
    for value, code in zip(values, codes, strict=True):
        if value is None:
            assert code is None
            continue
        label = str(bins.label(code)).replace(",", "")
        low, _, high = label.replace(" to ", "–").partition("–")
        assert int(low) <= value <= int(high or low), label


def test_bins_hold_about_a_tenth_each() -> None:
    values = np.random.default_rng(1).lognormal(8, 2, 20_000).tolist()
    bins, codes = binned(values, is_integer=False)
    shares = np.bincount(np.array(codes, dtype=int)) / len(values)
    assert len(bins.edges) - 1 == N_BINS
    assert shares.min() > 0.07 and shares.max() < 0.13


@pytest.mark.parametrize("n", [1, 2, 9, 10, 11, 30, 70, 1_000, 60_000, 60_001])
@pytest.mark.parametrize("parts", [4, N_BINS, 1000])
def test_inner_shares_ask_for_whole_places(n: int, parts: int) -> None:
    """Against the plain definition: the value at place max(ceil(k n / parts), 1) of the sorted values."""
    values = np.random.default_rng(n).permutation(n).tolist()
    with fresh_database() as connection:
        found = connection.execute(
            "SELECT quantile_disc(v, ?) FROM (SELECT unnest(?::DOUBLE[]) AS v)", [inner_shares(n, parts), values]
        ).fetchone()
    assert found == ([max(-(-k * n // parts), 1) - 1 for k in range(1, parts)],)


@settings(max_examples=amount(30, 60))
@given(st.lists(st.integers(0, 99), min_size=11, max_size=80, unique=True))
def test_edges_lie_at_whole_places(values: list[int]) -> None:
    """More than ten different values, none of which fills a tenth, and of two digits, which rounding keeps."""
    ordered, n = sorted(values), len(values)
    tenths = {ordered[-(-k * n // N_BINS) - 1] for k in range(1, N_BINS)} - {ordered[0], ordered[-1]}
    assert binned(values, is_integer=True)[0].edges == (ordered[0], *sorted(tenths), ordered[-1])


@pytest.mark.parametrize("is_integer", [True, False])
@pytest.mark.parametrize("spikes", [[0], [100], [50], [0, 100], [0, 1], [0, 50, 100]])
def test_a_value_that_fills_a_tenth_has_a_bin_of_its_own(spikes: list[int], is_integer: bool) -> None:
    """A capital gain of 0, a humidity of 100: as part of a range they would hide in it."""
    draw = np.random.default_rng(2)
    rest = draw.integers(0, 101, 1_000).tolist() if is_integer else (draw.random(1_000) * 100).tolist()
    values = [*rest, *[spike for spike in spikes for _ in range(400)]]
    bins, codes = binned(values, is_integer=is_integer)
    for spike in spikes:
        own = {code for value, code in zip(values, codes, strict=True) if value == spike}
        assert len(own) == 1
        assert {value for value, code in zip(values, codes, strict=True) if code in own} == {spike}
        if is_integer:
            assert bins.label(own.pop()) == str(spike)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([3, 3, 3], ["3"]),
        ([1, 2, 2], ["1", "2"]),
        ([-5, -5, 7], ["-5", "6–7"]),
    ],
)
def test_few_values(values: list[int], labels: list[str]) -> None:
    bins, codes = binned(values, is_integer=True)
    assert len(set(codes)) == len(set(values))
    assert len(labels) >= len(set(values))
    assert all(place(value, bins) == [code] for value, code in zip(values, codes, strict=True))


def test_nothing_but_missing_values() -> None:
    assert binned([None, None], is_integer=False)[1] == [None, None]


def test_labels_of_close_edges_differ() -> None:
    values = [1_234_567.0 + place / 1000 for place in range(200)]
    bins, _ = binned(values, is_integer=False)
    labels = [bins.label(code) for code in range(len(bins.edges) - 1)]
    assert len(set(labels)) == len(labels) > 5


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("near", [1_234_567.0 + place / 1000 for place in range(300)]),
        ("negative", [-place * 1.5 for place in range(300)]),
        ("integers", [place - 150 for place in range(300)]),
        ("large", [10**15 + place * 7 for place in range(300)]),
        ("spiked", [0] * 150 + list(range(150))),
        ("thirds", [place / 3 for place in range(300)]),
    ],
)
def test_the_clauses_of_a_bin_keep_its_rows(desk: Desk, name: str, values: list[float]) -> None:
    """Label → clauses → rows, with a tenth of the values missing."""
    frame = pl.DataFrame(
        {
            "score": [place % 11 / 10 for place in range(300)],
            "label": [place % 2 for place in range(300)],
            "value": [None if place % 10 == 3 else value for place, value in enumerate(values)],
        }
    )
    log = desk.log(frame, segments=("value",))
    engine = Engine(desk.workspace)
    table = slices(engine, Question(log, Cohort(), 0.5), ["value"]).table
    assert table["n"].sum() == 300 and table.height == table["slice_0"].n_unique() > 5
    for value, n in table.select("slice_0", "n").iter_rows():
        cohort = Cohort.from_text(Cohort(slice_clauses(log, "value", value)).to_text())
        assert engine.row_counts(log, cohort, 0.5)[0] == n, value
    assert table.filter(pl.col("slice_0").is_null())["n"].item() == 30
    engine.close()


def test_infinite_values_are_missing_in_slices_and_in_filters(desk: Desk) -> None:
    values = [float(place) for place in range(200)]
    values[5], values[6], values[7] = float("inf"), float("-inf"), float("nan")
    frame = pl.DataFrame({"score": [0.1, 0.9] * 100, "label": [0, 1] * 100, "value": [value + 0.5 for value in values]})
    log = desk.log(frame)
    engine = Engine(desk.workspace)
    table = slices(engine, Question(log, Cohort(), 0.5), ["value"]).table
    assert table.filter(pl.col("slice_0").is_null())["n"].item() == 3
    assert engine.row_counts(log, Cohort(slice_clauses(log, "value", None)), 0.5)[0] == 3
    engine.close()
