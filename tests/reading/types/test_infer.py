"""The type of a text column: from all of its values, with what does not fit counted."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.log.column import Column
from analytics.reading import api
from analytics.reading.types.written import UNITS
from tests.ingested import Desk
from tests.one_instance import fresh_database


def typed(desk: Desk, values: list[Any]) -> Column:
    """The column that values become, in a CSV with another column."""
    return desk.read(desk.csv(["x", "value"], [[place, value] for place, value in enumerate(values)])).column("value")


@pytest.mark.parametrize(
    "values",
    [
        ["0.73 (0.61-0.82)", "0.5 (0.4–0.6)", "", "1 (0.9 to 1)"],
        ["0.73 [0.61, 0.82]", "0.5 (95% CI 0.4-0.6)", "NA", "1 (95 % CI: 0.9; 1.0)"],
        ["0.73 ± 0.1", "0.5 +/- 0.1", "", "1±0"],
    ],
)
def test_an_interval_beside_a_number_is_left_out_and_said(desk: Desk, values: list[str]) -> None:
    reading = desk.read(desk.csv(["id", "value"], [[f"k{place}", value] for place, value in enumerate(values)]))
    column = reading.column("value")
    assert (column.type, column.low, column.high, column.n_missing) == ("DOUBLE", "0.5", "1.0", 1)
    assert "The interval that stands beside each number was left out: 'value'." in reading.repairs


def test_a_number_beyond_what_is_shown_is_read_as_the_bound_and_said(desk: Desk) -> None:
    values = ["<0.10", "0.31", "≥ 0.9", "0.55", "", "<0.10"]
    reading = desk.read(desk.csv(["id", "value"], [[f"k{place}", value] for place, value in enumerate(values)]))
    column = reading.column("value")
    assert (column.type, column.low, column.high, column.n_missing) == ("DOUBLE", "0.1", "0.9", 1)
    assert any("such as <0.10, were read as the bound: 'value'." in each for each in reading.repairs)
    assert typed(desk, ["<18", "18-65", ">65"]).type == typed(desk, ["<5", ">5", "<5"]).type == "VARCHAR"


@pytest.mark.parametrize(
    "values", [["A (1-2)", "B (3-4)"], ["1-2", "3-4"], ["0.5 (low)", "0.7 (high)"], ["(1-2)", "(3-4)"]]
)
def test_brackets_behind_no_number_stay(desk: Desk, values: list[str]) -> None:
    assert typed(desk, values).type == "VARCHAR"


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        (["1", "-2", "+3"], "BIGINT"),
        (["1", "2.5", "3"], "DOUBLE"),
        (["0.5", "1e-3", ".25", "-4."], "DOUBLE"),
        (["1.0", "2.0", ""], "BIGINT"),
        (["007", "010", "123"], "VARCHAR"),
        (["-01", "5"], "VARCHAR"),
        (["0", "10", "5"], "BIGINT"),
        (["0.5", "00.5"], "DOUBLE"),
        (["12345678901234567890", "22345678901234567890"], "VARCHAR"),
        (["123456789012345678", "223456789012345678"], "BIGINT"),
        (["1234567890123456789", "2"], "VARCHAR"),
        (["true", "False", "TRUE"], "BOOLEAN"),
        (["t", "f"], "VARCHAR"),
        (["yes", "no"], "VARCHAR"),
        (["2024-05-31", "2024-06-01"], "TIMESTAMP"),
        (["2024-05-31 10:00:00", "2024-06-01T11:30:00.123"], "TIMESTAMP"),
        (["2024-05-31T10:00:00Z", "2024-06-01T11:30:00+02:00"], "TIMESTAMP"),
        (["31/05/2024", "01/06/2024"], "TIMESTAMP"),
        (["05/31/2024 1:05 PM", "06/01/2024 11:30 AM"], "TIMESTAMP"),
        (["03/04/2024", "01/06/2024"], "VARCHAR"),
        (["31/05/2024", "05/31/2024"], "VARCHAR"),
        (["3.4.2024", "01.06.2024 10:30"], "TIMESTAMP"),
        (["31-05-2024", "01-06-2024"], "TIMESTAMP"),
        (["5/31/24", "6/1/24"], "TIMESTAMP"),
        (["14-MAR-2024", "1 Apr 2024"], "TIMESTAMP"),
        (["14-MAR-24", "01-APR-24"], "TIMESTAMP"),
        (["March 14, 2024", "Apr 1, 2024"], "TIMESTAMP"),
        (["[10/Oct/2000:13:55:36 -0700]", "11/Oct/2000:13:55:36 +0000"], "TIMESTAMP"),
        (["Wed, 31 Jan 2024 10:00:00 GMT"], "TIMESTAMP"),
        (["20240131T100000Z", "20240201T235959"], "TIMESTAMP"),
        (["2024-01-31 10:00:00,123"], "TIMESTAMP"),
        (["20240131", "20240201"], "BIGINT"),
        (["10.15.7", "10.15.12"], "VARCHAR"),
        (["1.2.2024", "33.2.2024"], "VARCHAR"),
        (["2013", "2014"], "BIGINT"),
        (["10:30", "11:45"], "VARCHAR"),
        (["1_000", "2_000"], "VARCHAR"),
        (["1,000", "2,000"], "VARCHAR"),
        (["1,000", "2,000.5"], "DOUBLE"),
        (["1,000,000", "2,000"], "BIGINT"),
        (["1.000.000", "2.000"], "BIGINT"),
        (["192.168.100.200", "10.0.0.1"], "VARCHAR"),
        (["$1,000", "-$2,000", "($3)"], "BIGINT"),
        (["€ 1.234,50", "€ 7,25"], "DOUBLE"),
        (["1 234,5", "7,25"], "DOUBLE"),
        (["1\u202f234", "12"], "BIGINT"),
        (["1'234.50", "12"], "DOUBLE"),
        (["12%", "13%"], "BIGINT"),
        (["12.5 %", "13 %"], "DOUBLE"),
        (["$12", "12%"], "VARCHAR"),
        (["555 123 456", "555 123 457"], "VARCHAR"),
        (["10-20", "20-30"], "VARCHAR"),
        (["1-1-1", "12-10-5"], "VARCHAR"),
        (["10-02-24", "13-02-24 10:00"], "VARCHAR"),
        (["1.1", "1.2", "1.10"], "VARCHAR"),
        (["1.5", "1.50", "0", "0.0"], "VARCHAR"),
        (["1", "1.0", "0", "0.0"], "BIGINT"),
        (["a", "1"], "VARCHAR"),
        (["", ""], "VARCHAR"),
        ([" 1 ", "2"], "BIGINT"),
        (["infinity", "today", "epoch"], "VARCHAR"),
    ],
)
def test_types(desk: Desk, values: list[str], type_: str) -> None:
    assert typed(desk, values * 5).type == type_


@pytest.mark.parametrize(
    ("header", "value", "low"),
    [
        ("scored_at", "1706695200", "2024-01-31 10:00:00"),
        ("eventTime", "1706695200123", "2024-01-31 10:00:00.123"),
        ("ts", "1706695200123456", "2024-01-31 10:00:00.123456"),
        ("date", "20240131", "2024-01-31 00:00:00"),
        ("amount", "1706695200", "1706695200"),
        ("date", "20241331", "20241331"),
    ],
)
def test_whole_numbers_of_a_column_of_times(desk: Desk, header: str, value: str, low: str) -> None:
    reading = desk.read(f"id,{header}\n1,{value}\n2,{value}\n")
    assert reading.column(header).low == low
    assert any(header in said and "read as such" in said for said in reading.repairs) == (low != value)
    assert not any("(year)" in said for said in reading.repairs)


def test_nanoseconds_since_1970(desk: Desk) -> None:
    reading = desk.read(pl.DataFrame({"timestamp_ns": [1706695200123456789], "amount": [1706695200123456789]}))
    assert reading.column("timestamp_ns").low == "2024-01-31 10:00:00.123456"
    assert reading.column("amount").low == "1706695200123456789"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("$1,234.50|-$7|($12.25)", "-12.25", "1234.5"),
        ("-€ 1.234,50|€ 7,25|+€ 3,5", "-1234.5", "7.25"),
        ("12.5 %|-3 %|1e-3 %", "-3.0", "12.5"),
        ("1'234'567.5|12|-3", "-3.0", "1234567.5"),
        ("13.2.2024 10:30|3.4.2024", "2024-02-13 10:30:00", "2024-04-03 00:00:00"),
        ("13/02/2024, 11:30:05 PM|03/04/2024", "2024-02-13 23:30:05", "2024-04-03 00:00:00"),
        ("02/13/2024 12:05 AM|03/04/2024", "2024-02-13 00:05:00", "2024-03-04 00:00:00"),
        ("10/02/24|11/02/24 10:30|13/02/24", "2024-02-10 00:00:00", "2024-02-13 00:00:00"),
        ("10/Oct/2000:13:55:36 -0700|11/Oct/2000:01:00:00 +0200", "2000-10-10 20:55:36", "2000-10-10 23:00:00"),
    ],
)
def test_values_in_other_notations(desk: Desk, text: str, low: str, high: str) -> None:
    column = typed(desk, text.split("|"))
    assert (column.low, column.high, column.n_unparsable) == (low, high, 0)


def test_one_column_settles_the_order_of_days_and_months_for_another(desk: Desk) -> None:
    reading = desk.read("a,b\n03/04/2024,13/04/2024\n05/06/2024,14/04/2024\n")
    assert reading.column("a").high == "2024-06-05 00:00:00"
    contrary = desk.read("a,b,c\n03/04/2024,13/04/2024,04/13/2024\n05/06/2024,14/04/2024,04/14/2024\n")
    assert contrary.column("a").type == "VARCHAR"
    assert "'a'" in next(said for said in contrary.repairs if "stayed text" in said)


@pytest.mark.parametrize(
    ("value", "type_", "low"),
    [
        ("03-04-2024", "VARCHAR", None),
        ("13-02-24", "VARCHAR", None),
        ("1-2-3", "VARCHAR", None),
        ("13-04-2024", "TIMESTAMP", "2024-04-13 00:00:00"),
        ("2024-02-13", "TIMESTAMP", "2024-02-13 00:00:00"),
        ("2024-02-13T10:00:00.25+02:00", "TIMESTAMP", "2024-02-13 08:00:00.25"),
    ],
)
def test_times_in_json_are_read_like_those_in_text(desk: Desk, value: str, type_: str, low: str | None) -> None:
    for content in (f'[{{"v": "{value}"}}, {{"v": null}}]', f'{{"v": "{value}"}}\n{{"v": null}}\n'):
        column = desk.read(content).column("v")
        assert (column.type, column.low, column.n_missing) == (type_, low, 1)


def test_numbers_with_a_point_settle_what_a_comma_parts(desk: Desk) -> None:
    reading = desk.read('id,amount,score\n7,"1,234",0.5\n8,"5,000",0.25\n')
    assert reading.column("amount").high == "5000"
    assert any("groups of thousands" in said for said in reading.repairs)


def test_a_decimal_comma_elsewhere_makes_a_point_part_thousands(desk: Desk) -> None:
    reading = desk.read("id;amount;score;share\n7;1.234;0,75;0.125\n8;900;1,25;0.250\n")
    assert [(column.type, column.high) for column in reading.columns[1:]] == [
        ("BIGINT", "1234"),
        ("DOUBLE", "1.25"),
        ("DOUBLE", "0.25"),
    ]
    assert any("decimal comma" in said and "'amount'" in said for said in reading.repairs)
    assert desk.read("id;amount\n7;1.234\n8;900\n").column("amount").high == "900.0"


@pytest.mark.parametrize(
    ("plain", "few", "low", "high"),
    [
        ("0.25", "1,234.50", "0.25", "1234.5"),
        ("1.234", "1.234,5", "1234.0", "1234.5"),
        ("7", "2,5", "2.5", "7.0"),
        ("05/05/2024", "05/13/2024", "2024-05-05 00:00:00", "2024-05-13 00:00:00"),
    ],
)
def test_few_values_that_need_a_notation_settle_it_for_the_others(
    desk: Desk, plain: str, few: str, low: str, high: str
) -> None:
    column = typed(desk, [plain] * 97 + [few] * 3)
    assert (column.low, column.high, column.n_unparsable) == (low, high, 0)


def test_versions_of_daily_exports_stay_apart(desk: Desk, tmp_path: Path) -> None:
    paths = []
    for day, version in enumerate(("1.1", "1.10", "1.2")):
        paths.append(tmp_path / f"day{day}.csv")
        paths[-1].write_text("id,model_version,score\n" + "".join(f"{day}{row},{version},0.5\n" for row in range(9)))
    upload = api.read_file(desk.workspace, paths)
    assert isinstance(upload, api.Staged)
    assert dict(upload.reading.column("model_version").top) == {"1.1": 9, "1.10": 9, "1.2": 9}


def test_a_comma_in_words_makes_no_number_of_a_version(desk: Desk) -> None:
    column = typed(desk, ["1.1", "1.10"] * 49 + ["old, unknown"] * 2)
    assert (column.type, column.n_distinct, column.n_unparsable) == ("VARCHAR", 3, 0)


def test_ids_of_which_some_have_letters_keep_them(desk: Desk) -> None:
    ids = [str(1_000 + place) if place % 50 else f"A{place}" for place in range(1_000)]
    assert (typed(desk, ids).type, typed(desk, ids).n_missing) == ("VARCHAR", 0)


def test_words_for_missing(desk: Desk) -> None:
    tokens = ["", "NA", "n/a", "NaN", "NULL", "None", "-", "?", "missing"]
    column = typed(desk, ["1", "2", "3"] * 10 + tokens)
    assert (column.type, column.n_missing, column.n_unparsable) == ("BIGINT", len(tokens), 0)
    text = typed(desk, ["a", "NA", "None", ""])  # in text they may be values: only what is empty is missing
    assert (text.type, text.n_missing, text.n_distinct) == ("VARCHAR", 1, 3)


@pytest.mark.parametrize(("late", "type_"), [("0.5", "DOUBLE"), ("1", "BIGINT"), ("2024-01-31", "TIMESTAMP")])
def test_a_field_that_came_late_and_was_na_before(desk: Desk, late: str, type_: str) -> None:
    column = typed(desk, ["NA"] * 25_000 + [late] * 100)
    assert (column.type, column.n_missing, column.n_unparsable, column.n_distinct) == (type_, 25_000, 0, 1)


@pytest.mark.parametrize("bad", ["oops", "12:30", "n.a.", "1_0"])
def test_one_bad_value_in_a_thousand(desk: Desk, bad: str) -> None:
    for values, type_ in (
        ([str(place) for place in range(1_000)], "BIGINT"),
        ([str(place / 7) for place in range(1_000)], "DOUBLE"),
        (["true", "false"] * 500, "BOOLEAN"),
        ([f"2024-01-{1 + place % 28:02}" for place in range(1_000)], "TIMESTAMP"),
    ):
        column = typed(desk, [*values, bad])
        assert (column.type, column.n_unparsable, column.example_unparsable, column.n_missing) == (type_, 1, bad, 1)


def test_long_ids_with_one_bad_value_keep_their_digits(desk: Desk) -> None:
    """As numbers with a fraction 123456789012345678 and its neighbour would be the same."""
    ids = [str(123456789012345678 + place) for place in range(200)]
    column = typed(desk, [*ids, "Total"])
    assert (column.type, column.n_distinct, column.n_unparsable) == ("BIGINT", 200, 1)


@pytest.mark.parametrize("other", ["1.5", "1.23457E+17"])
def test_long_ids_keep_their_digits_beside_a_number_that_is_none(desk: Desk, other: str) -> None:
    """Of real numbers only 15 digits are sure, and a spreadsheet may have made one of an id."""
    ids = [str(123456789012345678 + place) for place in range(200)]
    column = desk.read("v,n\n" + "".join(f"{id_},1\n" for id_ in [*ids, other])).column("v")
    assert (column.type, column.n_distinct, column.n_unparsable) == ("VARCHAR", 201, 0)
    mixed = typed(desk, [other, ids[0], ids[1], other])
    assert (mixed.type, mixed.n_distinct) == ("VARCHAR", 3)


def test_a_fraction_that_comes_late(desk: Desk) -> None:
    column = typed(desk, ["1"] * 25_000 + ["0.5"])
    assert (column.type, column.n_unparsable, column.n_distinct) == ("DOUBLE", 0, 2)


def test_more_than_a_twentieth_bad_stays_text(desk: Desk) -> None:
    assert typed(desk, ["1"] * 93 + ["x"] * 7).type == "VARCHAR"
    assert typed(desk, ["1"] * 96 + ["x"] * 4).type == "BIGINT"


def test_times_with_an_offset_are_kept_in_utc_and_others_as_they_stand(desk: Desk) -> None:
    column = typed(desk, ["2024-05-31T10:00:00+02:00", "2024-05-31T07:00:00Z", "2024-05-31 09:00:00"])
    assert (column.low, column.high, column.kind) == ("2024-05-31 07:00:00", "2024-05-31 09:00:00", "time")


@pytest.mark.parametrize("bad", ["infinity", "-infinity", "20240-05-31", "0044-03-15 (BC)"])
def test_times_beyond_the_calendar_are_missing(desk: Desk, bad: str) -> None:
    days = [f"2024-01-{1 + place % 28:02}" for place in range(100)]
    column = typed(desk, [*days, bad])
    assert (column.type, column.n_unparsable, column.n_missing) == ("TIMESTAMP", 1, 1)
    datetime.fromisoformat(str(column.high))


def test_numbers_that_are_none(desk: Desk) -> None:
    """NaN is the floats' word for missing; infinity is no number and is counted."""
    values = [0.5, 1.5, float("nan"), float("inf"), None, 2.5]
    for column in (
        desk.read(pl.DataFrame({"value": values})).column("value"),
        typed(desk, [*map(str, range(100)), "0.5", "inf", "nan"]),
    ):
        assert (column.type, column.n_unparsable) == ("DOUBLE", 1)
        assert column.high not in ("inf", "nan")
    assert desk.read(pl.DataFrame({"value": values})).column("value").n_missing == 3


def test_whole_numbers_with_missing_ones_are_integers(desk: Desk) -> None:
    years = pl.DataFrame({"year": [1999.0, None, 2004.0, float("nan")]})
    for content in (years, "x,year\n1,1999.0\n2,\n3,2004.0\n4,nan\n"):
        column = desk.read(content).column("year")
        assert (column.type, column.n_missing, column.low, column.high) == ("BIGINT", 2, "1999", "2004")


def test_order_of_rows_does_not_matter(desk: Desk) -> None:
    values = [str(place) for place in range(500)] + ["0.5", "x", "", "NA"]
    found = set()
    for seed in range(3):
        random.Random(seed).shuffle(values)
        column = typed(desk, values)
        found.add((column.type, column.n_missing, column.n_unparsable, column.n_distinct, column.low, column.high))
    assert len(found) == 1


def test_decimal_commas_are_numbers_and_said(desk: Desk) -> None:
    reading = desk.read("id;score;amount;price\n7;0,75;1.234,50;1,234\n8;1,25;-12,00;5,000\n9;;1.000.000,25;n/a\n")
    assert [column.type for column in reading.columns] == ["BIGINT", "DOUBLE", "DOUBLE", "DOUBLE"]
    assert (reading.column("score").low, reading.column("amount").high) == ("0.75", "1000000.25")
    assert (reading.column("price").low, reading.column("price").high) == ("1.234", "5.0")
    assert "Numbers with a decimal comma were read as such: 'score', 'amount', 'price'." in reading.repairs


def test_commas_that_may_part_thousands_stay_text(desk: Desk) -> None:
    reading = desk.read('id,amount,pair\n7,"1,234","a,b"\n8,"5,000","c,d"\n')
    assert [column.type for column in reading.columns] == ["BIGINT", "VARCHAR", "VARCHAR"]
    assert not any("decimal comma" in said for said in reading.repairs)


def test_a_word_among_decimal_commas_is_counted(desk: Desk) -> None:
    rows = "".join(f"{row};0,{row:02d}\n" for row in range(1, 60))
    reading = desk.read(f"id;score\n{rows}60;broken\n")
    assert (reading.column("score").type, reading.column("score").n_unparsable) == ("DOUBLE", 1)
    assert reading.column("score").example_unparsable == "broken"


def test_a_version_that_comes_late_stays_apart(desk: Desk) -> None:
    """The file is clean, and no place of it that is looked at first has the new version."""
    versions = [f"1.{1 + place // 4_000}" for place in range(36_000)] + ["1.10"] * 300
    rows = "".join(f"{place},{version}\n" for place, version in enumerate(versions))
    found = dict(desk.read(f"id,version\n{rows}").column("version").top)
    assert found["1.1"] == 4_000
    assert found["1.10"] == 300


@pytest.mark.parametrize(
    ("values", "high"),
    [
        (["3.610", "980", "12.450", "7.001", *map(str, range(300, 320))], "12450"),
        (["3.610", "980", "0.450", *map(str, range(300, 320))], "980.0"),
        (["3.61", "980", "12.450", *map(str, range(300, 320))], "980.0"),
        (["3.611", "980", "12.452", *map(str, range(300, 320))], "980.0"),
        (["3.610", "12.450", *(f"5.{place}" for place in range(300, 320))], "12.45"),
    ],
)
def test_points_part_thousands_where_no_decimals_are_written_so(desk: Desk, values: list[str], high: str) -> None:
    """3.610 beside 980: who writes three decimals writes 980.000, and who leaves zeros out 3.61."""
    reading = desk.read("id;score\n" + "\n".join(f"a{row};{value}" for row, value in enumerate(values)) + "\n")
    assert reading.column("score").high == high


@pytest.mark.parametrize(
    ("values", "n_missing", "high"),
    [
        (["1,610", "980", "12,450", "7,001"], 0, "12450"),
        (["3,610", "980", "0,450"], 0, "980.0"),
        (["3,611", "980", "12,452"], 2, "980"),
        (["3,610", "980", "1450"], 1, "1450"),
    ],
)
def test_commas_part_thousands_where_no_decimals_are_written_so(
    desk: Desk, values: list[str], n_missing: int, high: str
) -> None:
    rows = [*values, *map(str, range(300, 340))]
    reading = desk.read("id;gold\n" + "\n".join(f"a{row};{value}" for row, value in enumerate(rows)) + "\n")
    column = reading.column("gold")
    assert (column.kind, column.n_missing, column.high) == ("number", n_missing, high)


def test_a_point_is_a_missing_value(desk: Desk) -> None:
    column = typed(desk, [".", "0.5", *(f"0.{place}" for place in range(10, 40))])
    assert (column.kind, column.n_missing) == ("number", 1)


@pytest.mark.parametrize("place", range(4, 8))
def test_a_number_spells_a_time_wherever_the_engine_reads_one_of_1900_to_2100(place: int) -> None:
    format_, n_digits = (("%Y%m%d", None), ("%Y%m%d%H%M", 12), ("%Y%m%d%H%M%S", 14), ("%Y%m%d%H%M%S%g", 17))[place - 4]
    days = (1_900_000, 1_900_101, 19_000_101, 20_240_229, 21_000_101)  # 1900011 is the first of January too
    ends = [day * 10 ** ((n_digits or 8) - 8) for day in days]
    numbers = sorted({sign * (end + step) for end in ends for step in range(-150, 151) for sign in (1, -1)} | {0, 2024})
    read = f"try_strptime(x::VARCHAR, '{format_}') BETWEEN TIMESTAMP '1900-01-01' AND TIMESTAMP '2100-01-01'"
    read += f" AND length(x::VARCHAR) = {n_digits}" if n_digits else ""
    with fresh_database() as connection:
        connection.execute("CREATE TABLE raw AS SELECT unnest(?::BIGINT[]) AS x", [numbers])
        found = connection.execute(
            f"SELECT x, coalesce({read}, false), coalesce({UNITS[place].within.format('x')}, false) FROM raw"
        ).fetchall()
    assert [x for x, is_read, is_time in found if is_read != is_time] == []
    assert {True, False} == {is_read for _, is_read, _ in found}
