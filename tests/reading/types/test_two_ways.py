"""Times of one column in several ways of writing, against Python's own: read where nothing is in doubt, else left as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from analytics.reading.types import infer
from analytics.reading.types.conversion import Conversion

_START = datetime(2024, 3, 14, 8)
_WAYS: dict[str, Callable[[datetime], str]] = {
    "ISO": lambda time: f"{time:%Y-%m-%d %H:%M:%S}",
    "ISO with a zone": lambda time: f"{time:%Y-%m-%dT%H:%M:%SZ}",
    "month first": lambda time: f"{time:%m/%d/%Y %H:%M:%S}",
    "day first, dots": lambda time: f"{time:%d.%m.%Y %H:%M:%S}",
    "month by name": lambda time: f"{time:%b} {time.day}, {time:%Y %H:%M:%S}",
    "after @": lambda time: f"{time:%b} {time.day}, {time:%Y @ %H:%M:%S.000}",
    "mail": lambda time: f"{time:%a, %d %b %Y %H:%M:%S GMT}",
    "seconds": lambda time: f"{time.replace(tzinfo=UTC).timestamp():.0f}",
    "seconds with a fraction": lambda time: f"{time.replace(tzinfo=UTC).timestamp():.1f}",
    "milliseconds": lambda time: f"{time.replace(tzinfo=UTC).timestamp() * 1000:.0f}",
    "14 digits": lambda time: f"{time:%Y%m%d%H%M%S}",
}
_TIMES = [_START + timedelta(hours=7 * n) for n in range(60)]


def converted(values: list[str], header: str = "ts") -> tuple[Conversion, list[object]]:
    """What a column of text becomes, and its values."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TABLE raw AS SELECT unnest(?::VARCHAR[]) AS c0", [values])
        (found,) = infer.convert(connection, [header], ["VARCHAR"], is_text=True)
        return found, [row[0] for row in connection.execute("SELECT c0 FROM raw").fetchall()]


@pytest.mark.parametrize(
    ("one", "other", "n_other"),
    [
        ("ISO", "month first", 30),
        ("ISO", "month first", 2),
        ("ISO", "seconds", 30),
        ("ISO", "14 digits", 2),
        ("ISO", "mail", 30),
        ("ISO with a zone", "after @", 30),
        ("ISO with a zone", "milliseconds", 30),
        ("month by name", "month first", 30),
        ("day first, dots", "month first", 30),
        ("day first, dots", "14 digits", 2),
        ("seconds", "14 digits", 30),
        ("seconds", "milliseconds", 30),
        ("seconds with a fraction", "ISO", 2),
        ("seconds with a fraction", "milliseconds", 30),
    ],
)
def test_two_ways_of_writing_are_read_to_the_same_times(one: str, other: str, n_other: int) -> None:
    values = [_WAYS[one](time) for time in _TIMES[:-n_other]] + [_WAYS[other](time) for time in _TIMES[-n_other:]]
    found, read = converted(values)
    assert (found.type, found.n_unparsable) == ("TIMESTAMP", 0)
    assert read == _TIMES


def test_three_ways_are_read() -> None:
    ways = [_WAYS["ISO"], _WAYS["after @"], _WAYS["seconds"]]
    assert converted([ways[n % 3](time) for n, time in enumerate(_TIMES)])[1] == _TIMES


@pytest.mark.parametrize(
    "others",
    [
        ["03/04/2024"] * 20,
        ["03/14/2024"] * 20 + ["14/03/2024"] * 2,
        ["08:00:00"] * 20,
    ],
    ids=["either day or month first", "both", "no day"],
)
def test_what_nothing_settles_stays_text(others: list[str]) -> None:
    values = ["2024-03-14"] * 20 + others
    found, read = converted(values)
    assert (found.type, read) == ("VARCHAR", values)


@pytest.mark.parametrize(("header", "type_"), [("ts", "TIMESTAMP"), ("invoice", "VARCHAR")])
def test_most_digits_are_times_where_the_header_says_so(header: str, type_: str) -> None:
    values = [f"{time:%Y%m%d}" for time in _TIMES[:20]] + ["2024-03-14"] * 10
    assert converted(values, header)[0].type == type_


def test_a_number_that_stands_for_no_time_is_missing_and_counted() -> None:
    values = [_WAYS["seconds"](time) for time in _TIMES] + ["0"]
    found, read = converted(values)
    assert (found.type, found.n_unparsable, found.example) == ("TIMESTAMP", 1, "0")
    assert read == [*_TIMES, None]


def test_numbers_of_a_column_of_times_that_are_none_stay_numbers() -> None:
    assert converted([str(n) for n in range(60)])[0].type == "BIGINT"
