"""Exports in the shapes that platforms and people write: the rows and their counts are those of the log that was exported."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import polars as pl
import pytest

from analytics.errors import InputError
from analytics.log import positives
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading
from analytics.reading import api, raw
from analytics.reading.formats.sources import Source
from tests.ingested import Desk, run_here
from tests.reading.formats.packed import workbook

CASES = Path(__file__).parents[3] / "shared/cases/platforms"


@dataclass(frozen=True)
class Right:
    """The counts that a case must give at the threshold 0.5."""

    rows: int
    judged: int
    tp: int
    fp: int
    fn: int
    tn: int


def case(name: str) -> Path:
    """The folder of a case, which is shared beside the repository."""
    if not CASES.is_dir():
        pytest.skip("the cases are not here: expected them at ../shared/cases, beside the repository")
    return CASES / name


def right_of(folder: Path) -> Right:
    text = (folder / "answer.txt").read_text("utf-8")
    counts = dict(re.findall(r"^  (rows|judged|tp|fp|fn|tn): (\d+)$", text, re.MULTILINE))
    if len(counts) == 1:
        counts = {key: str(value) for key, value in json.loads(text.partition("ignored: ")[2]).items()}
    return Right(**{key: int(counts[key]) for key in Right.__annotations__})


def counted(desk: Desk, path: Path, files: dict[str, Any] | None = None, **roles: Any) -> tuple[Right, Reading]:
    """Read and build a log, with some roles named; count its cells at 0.5."""
    upload = desk.stage(path, **(files or {}))
    mapping: Mapping = replace(upload.mapping, **roles) if roles else upload.mapping
    log = desk.build(upload, positives.with_values(mapping, upload.reading) if roles else mapping)
    stored = desk.stored(log)
    judged = stored.filter(pl.col("label").is_not_null() & pl.col("score").is_not_null())
    flagged = judged["score"] >= 0.5
    positive = judged["label"] == 1
    tp, fp = int((positive & flagged).sum()), int((~positive & flagged).sum())
    fn, tn = int((positive & ~flagged).sum()), int((~positive & ~flagged).sum())
    return Right(stored.height, judged.height, tp, fp, fn, tn), log.reading


NAMES = ("request_id", "ts", "region", "channel", "amount", "score", "label")


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("trailing_comma", (*NAMES, "column 8")),
        ("trailing_comma_updated_at", None),
        ("row_names_in_front", ("column 1", "case", "moment", *NAMES[2:])),
    ],
)
def test_a_header_one_name_short_shifts_no_column(desk: Desk, name: str, names: tuple[str, ...] | None) -> None:
    folder = case(f"01_header_one_name_short/{name}")
    found, reading = counted(desk, folder / "log.csv", score="score", label="label")
    assert found == right_of(folder)
    assert names is None or reading.names == names


HEADER = "updated_at,region,score,label"
ROWS = [f"2024-03-{1 + n % 28:02} 08:00:00,{'NS'[n % 2]},0.{n % 90 + 10},{n % 2}" for n in range(700)]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("id,score,label", "{n},0.{n},{odd},{odd}"),
        ("id,label,score", "{n},{odd},0.{n},0.25"),
        ("case_id,ts,score,label", "{n},2024-03-01 08:{minute:02}:00,0.{n},{odd},seen"),
    ],
)
def test_a_field_without_a_name_at_the_end_leaves_an_id_where_it_is(desk: Desk, header: str, row: str) -> None:
    """Numbers of rows stand in front of an id that is whole and its own on every row, and of nothing else that is called one."""
    lines = [row.format(n=n, odd=n // 3 % 2, minute=n % 60) for n in range(100, 160)]
    names = header.split(",")
    assert desk.read("\n".join([header, *lines]) + "\n").names == (*names, f"column {len(names) + 1}")


@pytest.mark.parametrize("broken", [False, True], ids=["by the engine", "line by line"])
@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ([f"{row}," for row in ROWS], (*HEADER.split(","), "column 5")),
        ([f"{n},{row}" for n, row in enumerate(ROWS)], ("column 1", *HEADER.split(","))),
        ([f'"{n + 1}",{row}' for n, row in enumerate(ROWS)], ("column 1", *HEADER.split(","))),
        ([f"case-{n:04},{row}" for n, row in enumerate(ROWS)], ("column 1", *HEADER.split(","))),
        ([f"{n % 350},{row}" for n, row in enumerate(ROWS)], ("column 1", *HEADER.split(","))),
    ],
    ids=["comma at the end", "numbers", "quoted numbers", "names", "numbers that begin anew"],
)
def test_rows_with_one_field_more_than_the_header(
    desk: Desk, lines: list[str], names: tuple[str, ...], broken: bool
) -> None:
    """A copy of the header among the rows, as in files put one behind the other, is read line by line and is no other table."""
    kept = [*lines[:600], HEADER, *lines[600:]] if broken else lines
    upload = desk.stage("\n".join([HEADER, *kept]) + "\n")
    assert upload.reading.names == names
    assert (upload.reading.rows_kept, upload.reading.rows_read) == (700, 700 + broken)
    assert upload.reading.column("score").type == "DOUBLE"
    assert upload.reading.column("updated_at").kind == "time"


FILES = CASES.parent / "files"
RECORD = '{"score": 0.25, "label": 1, "region": "north"}'


def test_json_without_its_beginning_is_refused_in_a_sentence(desk: Desk) -> None:
    case("")
    with pytest.raises(InputError, match="JSON whose beginning is damaged or missing"):
        desk.read(FILES / "broken.json")


@pytest.mark.parametrize(
    "content",
    [f'th", {RECORD[1:]}, ' + ", ".join([RECORD] * 50), "{score: 0.5, label: 1}"],
    ids=["cut in front", "names without quotes"],
)
def test_what_is_nearly_json_is_not_taken_for_columns(desk: Desk, content: str) -> None:
    with pytest.raises(InputError, match="JSON whose beginning is damaged or missing"):
        desk.read(content)


def test_records_below_a_damaged_first_line_are_kept(desk: Desk) -> None:
    reading = desk.read('ore": 0.5, "label": 1}\n' + f"{RECORD}\n" * 9)
    assert (reading.names, reading.rows_kept, reading.rows_read) == (("score", "label", "region"), 9, 10)


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(json.loads(RECORD), indent=1) * 3,
        "\n".join([json.dumps(json.loads(RECORD), indent=1)] * 3),
        f"[{RECORD}]\n[{RECORD}, {RECORD}]",
        RECORD * 3,
    ],
    ids=["on several lines", "with line ends", "lists", "on one line"],
)
def test_documents_one_after_the_other_are_one_log(desk: Desk, content: str) -> None:
    reading = desk.read(content)
    assert (reading.names, reading.rows_kept) == (("score", "label", "region"), 3)
    assert any("one after the other" in said for said in reading.repairs)


def test_objects_after_time_and_level_are_the_rows(desk: Desk) -> None:
    folder = case("15_log_lines_with_a_json_tail/json_after_time_and_level")
    found, reading = counted(desk, folder / "log.log")
    assert found == right_of(folder)
    assert reading.column("log_time").kind == "time"


@pytest.mark.parametrize(
    "before",
    [
        "2024-03-01T08:00:00.123Z INFO scorer:",
        "[2024-03-01 08:00:00,123] WARNING -",
        "INFO:root:",
        "ERROR predict",
        "I0301 08:00:00.123456   1 scorer.cc:12]",
    ],
)
def test_the_beginnings_of_log_lines(desk: Desk, before: str) -> None:
    reading = desk.read("\n".join([f"{before} {RECORD}"] * 8 + ["2024-03-01 08:00:01 INFO stopped"]))
    assert (reading.rows_kept, reading.rows_read) == (8, 9)
    is_short = before.startswith("I0")  # its level is a letter
    assert {"score", "label", "region", *["log_level"] * (not is_short)} <= {*reading.names}


_BANNER = "  ____  _\n / ___|| |  {profile=prod}\nStarting scorer\n"
_TRACE = "Traceback (most recent call last):\n  File 'x.py', line 3\nValueError: {'a': 1}\n"


@pytest.mark.parametrize(
    "before", ["", "2024-05-01 12:00:00,123 INFO [main] ", "2024/05/01 12:00:00 ", "May  1 12:00:00 host app[3]: "]
)
def test_a_banner_and_traces_around_the_objects_are_left_out(desk: Desk, before: str) -> None:
    records = [f'{before}{{"id": {at}, "score": 0.{at % 9}}}\n' for at in range(200)]
    lines = [_TRACE + record if at % 40 == 5 else record for at, record in enumerate(records)]
    reading = desk.read(_BANNER + "".join(lines))
    assert {"id", "score"} <= {column.name for column in reading.columns}
    assert (reading.rows_kept, reading.rows_read) == (200, 200 + 3 + 5 * 3)
    assert [aside.rows for aside in reading.set_aside] == [18]


@pytest.mark.parametrize("record", ['2024-05-01 12:00:00,{"a": 1}', '2024-05-01 12:00:00;0.5;{"a": 1}'])
def test_a_table_with_objects_in_its_last_column_is_no_log_of_a_program(desk: Desk, record: str) -> None:
    header = "at,payload\n" if "," in record[:20] else "at;score;payload\n"
    reading = desk.read(header + (record + "\n") * 50)
    assert (reading.rows_kept, reading.rows_read) == (50, 50)
    assert reading.columns[0].name == "at"


def test_a_log_that_is_read_line_by_line_tells_how_far_it_is(desk: Desk, tmp_path: Path) -> None:
    path = desk.file("id,text\n" + "".join(f'{n},"some text"\n' for n in range(150_000)) + '9,"not closed\n')
    told: list[float] = []
    with duckdb.connect() as connection:
        raw.read_source(connection, Source(path, "csv"), tmp_path, progress=told.append)
    assert len(told) > 1 and told == sorted(told) and told[-1] <= 1


def test_a_cell_far_below_the_table_does_not_refuse_a_sheet(desk: Desk) -> None:
    rows: list[list[object]] = [["id", "score", "label", "n"], *[[f"r{n}", n / 100, n % 2, n] for n in range(90)]]
    content = workbook({"log": [*rows, *[[]] * 150_000, ["x"]]})
    reading = desk.read(desk.file(content, "log.xlsx"))
    assert reading.names == ("id", "score", "label", "n")
    assert (reading.rows_kept, reading.rows_read) == (90, 91)


@pytest.mark.parametrize("name", ["kibana", "snowflake", "compact_14_digits"])
def test_times_of_platforms(desk: Desk, name: str) -> None:
    folder = case(f"10_times_not_read/{name}")
    upload = desk.stage(folder / "log.csv")
    assert upload.mapping.time == "ts"
    log = desk.build(upload)
    assert (log.time_low, log.time_high) == ("2024-03-01 08:00:00", "2024-03-16 05:00:00")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Mar 1, 2024 @ 08:00:00.250", "2024-03-01 08:00:00.25"),
        ("2024-03-01 08:00:00.000 -0800", "2024-03-01 16:00:00"),
        ("2024-03-01 08:00:00 +05:30", "2024-03-01 02:30:00"),
        ("2024-03-01 08:00:00.000 UTC", "2024-03-01 08:00:00"),
        ("20240301080000", "2024-03-01 08:00:00"),
        ("1709280000250000000", "2024-03-01 08:00:00.25"),
        ("202403010800", "2024-03-01 08:00:00"),
        ("01-MAR-24 08.00.00.250000 AM", "2024-03-01 08:00:00.25"),
        ("01MAR2024:08:00:00", "2024-03-01 08:00:00"),
        ("01MAR2024", "2024-03-01 00:00:00"),
        ("Fri Mar  1 08:00:00 2024", "2024-03-01 08:00:00"),
        ("Fri Mar 01 08:00:00 UTC 2024", "2024-03-01 08:00:00"),
        ("Mar  1 2024  8:00AM", "2024-03-01 08:00:00"),
        ("2024-03-01T08:00:00+02:00[Europe/Berlin]", "2024-03-01 06:00:00"),
        ("2024-03-01T08:00Z[UTC]", "2024-03-01 08:00:00"),
        ("2024年3月1日 08:00", "2024-03-01 08:00:00"),
        ("2024-W09-5", "2024-03-01 00:00:00"),
        ("2024-061", "2024-03-01 00:00:00"),
        ("29.02.24", "2024-02-29 00:00:00"),
        ("2024-03-01 at 08:00", "2024-03-01 08:00:00"),
        ("01.03.2024, 08:00 Uhr", "2024-03-01 08:00:00"),
    ],
)
def test_notations_of_times(desk: Desk, written: str, meant: str) -> None:
    upload = desk.stage("ts,score,label\n" + "".join(f'"{written}",0.{n},{n % 2}\n' for n in range(10, 40)))
    assert upload.mapping.time == "ts"
    assert desk.build(upload).time_low == meant


def test_one_date_far_ahead_keeps_the_time(desk: Desk) -> None:
    folder = case("11_one_stray_date/year_9999")
    log = desk.log(folder / "log.parquet")
    assert log.mapping.time == "ts"
    assert (log.time_low, log.time_high) == ("2024-03-01 08:00:00", "2024-03-16 05:00:00")
    (finding,) = [finding for finding in log.findings if finding.code == "stray-time"]
    assert (finding.column, finding.rows, finding.example) == ("ts", 1, "9999-12-31 23:59:59")


@pytest.mark.parametrize("stray", ["9999-12-31", "3018-05-01", "1900-01-01", "1970-01-01"])
def test_a_time_far_from_all_others_stretches_no_axis(desk: Desk, stray: str) -> None:
    days = [f"2024-03-{1 + n % 28:02}" for n in range(60)]
    log = desk.log("ts,score,label\n" + "".join(f"{day},0.{n + 10},{n % 2}\n" for n, day in enumerate([*days, stray])))
    assert log.mapping.time == "ts"
    assert (log.time_low, log.time_high) == ("2024-03-01 00:00:00", "2024-03-28 00:00:00")
    assert [finding.rows for finding in log.findings if finding.code == "stray-time"] == [1]
    assert desk.stored(log)["c0"].is_null().sum() == 0


@pytest.mark.parametrize(
    "years",
    [range(1990, 2024), [2024] * 50 + [2009] * 10, [2024] * 50 + [9999] * 10],
    ids=["a long log", "a second period", "many of them"],
)
def test_times_of_a_log_are_no_strays(desk: Desk, years: Sequence[int]) -> None:
    log = desk.log("ts,score,label\n" + "".join(f"{year}-03-01,0.{n + 10},{n % 2}\n" for n, year in enumerate(years)))
    assert (log.time_low or "")[:4] == str(min(years)) and (log.time_high or "")[:4] == str(max(years))
    assert not [finding for finding in log.findings if finding.code == "stray-time"]


def test_two_notations_in_two_files_are_read(desk: Desk) -> None:
    folder = case("10_times_not_read/two_files_two_notations")
    upload = desk.stage(folder / "a.csv")
    with patch.object(api, "run_child", run_here):
        read = api.read_file(desk.workspace, [folder / "a.csv", folder / "b.csv"])
    assert isinstance(read, api.Staged) and upload.reading.rows_kept == 60
    assert read.mapping.time == "ts" and read.reading.rows_kept == 120
    log = desk.build(read)
    assert (log.time_low, log.time_high) == ("2024-03-01 08:00:00", "2024-03-16 05:00:00")
    assert any("year-month-day beside day.month.year" in said for said in read.reading.repairs)


@pytest.mark.parametrize(
    ("second", "is_read"),
    [("{:02}.03.2024 08:00", True), ("{:02}/03/2024", True), ("03/{:02}/2024", True), ("{:02}-MAR-2024", True)],
)
def test_two_notations_in_one_column(desk: Desk, second: str, is_read: bool) -> None:
    rows = [f"2024-02-{1 + n % 28:02} 07:00:00" for n in range(40)] + [second.format(1 + n % 28) for n in range(40)]
    log = desk.log("ts,score,label\n" + "".join(f"{day},0.{n + 10},{n % 2}\n" for n, day in enumerate(rows)))
    assert (log.mapping.time == "ts") is is_read
    assert (log.time_low or "")[:10] == "2024-02-01" and (log.time_high or "")[:10] == "2024-03-28"


@pytest.mark.parametrize(
    "way",
    [
        "03/{:02}/2024 09:30:00.250 +0200",
        "{:02}/03/2024 07:30:00 +0000",
        "2024-03-{:02} 07:30:00.123 +0000 UTC",
        "2024-03-{:02} 08:30:00.123456789 +0100 CET m=+0.0012",
        "2024:03:{:02} 07:30:00",
        "Friday, March {:02}, 2024 07:30 AM",
        "202403{:02}073000123",
    ],
)
def test_times_as_programs_write_them(desk: Desk, way: str) -> None:
    log = desk.log("ts,score,label\n" + "".join(f'"{way.format(n)}",0.{n + 10},{n % 2}\n' for n in range(5, 25)))
    assert log.mapping.time == "ts" and (log.time_low or "")[:16].replace("T", " ") == "2024-03-05 07:30"
    assert (log.time_high or "")[:10] == "2024-03-24"


@pytest.mark.parametrize(
    "ways", [["{}.54"], ["/Date(17092980{}000)/"], ["/Date(17092980{}000)/", "2024-03-01 08:00:{}"]]
)
def test_numbers_that_are_no_times_are_said_where_they_are_called_so(desk: Desk, ways: list[str]) -> None:
    rows = [ways[n % len(ways)].format(n if len(ways[0]) > 9 else 45_000 + n) for n in range(10, 50)]
    log = desk.log("ts,score,label\n" + "".join(f"{time},0.{n + 10},{n % 2}\n" for n, time in enumerate(rows)))
    assert log.mapping.time is None
    assert [finding.column for finding in log.findings if finding.code == "unread-time"] == ["ts"]


@pytest.mark.parametrize("place", ["score", "other"])
def test_many_rows_at_the_middle_of_a_score_is_a_default(desk: Desk, place: str) -> None:
    """Of two decimals every value holds a hundredth of the rows; in another column than the score a round value is none."""
    rows = [
        (n, 0.5 if n % 14 == 0 and place == "score" else n % 97 / 97, 0.5 if n % 14 == 0 else n % 89 / 89)
        for n in range(1800)
    ]
    lines = [f"{n},{score:.2f},{other:.2f},{int(n * 37 % 100 < 100 * score)}" for n, score, other in rows]
    log = desk.log("id,score,other,label\n" + "\n".join(lines) + "\n")
    found = [finding.column for finding in log.findings if finding.code == "default-spike"]
    assert found == (["score"] if place == "score" else [])


def test_what_is_called_a_time_and_read_as_none_is_said(desk: Desk) -> None:
    rows = [f"2024-02-{1 + n:02}" for n in range(12)] + [f"{1 + n:02}/03/2024" for n in range(12)]
    log = desk.log("ts,score,label\n" + "".join(f"{day},0.{n + 10},{n % 2}\n" for n, day in enumerate(rows)))
    assert log.mapping.time is None
    assert [finding.column for finding in log.findings if finding.code == "unread-time"] == ["ts"]


@pytest.mark.parametrize("name", ["blanks_around", "leading_zeros_eaten"])
def test_labels_whose_ids_are_written_otherwise(desk: Desk, name: str) -> None:
    folder = case(f"12_labels_joined_by_ids/{name}")
    files = {"labels": folder / "labels.csv", "id_column": "request_id"}
    found, reading = counted(desk, folder / "log.csv", files)
    assert found == right_of(folder)
    assert any("leading zeros, blanks or capitals" in said for said in reading.repairs)


@pytest.mark.parametrize(
    ("mine", "theirs", "n_matched"),
    [
        (["007", "008"], ["7", "8"], 2),
        (["1001", "1002"], ["1,001", "1,002"], 2),
        (["00000001-0000-4000-8000-00000000000a", "b"], ["{00000001-0000-4000-8000-00000000000A}", "{B}"], 2),
        (["0007", "0008"], ["'0007", '="0008"'], 2),
        (["A-1", "B-1"], [" a-1", "b-1 "], 2),
        (["007", "108", "07"], ["7", "108"], 1),
        (["007", "108", "019"], ["7", "108", "19"], 3),
        (["x", "aB", "y1", "z1"], ["x", "Ab", "q", "r"], 1),
        (["000", "001"], ["0", "1"], 2),
    ],
    ids=[
        *["zeros", "thousands", "braces", "marks of text", "capitals and blanks", "two could be meant"],
        *["zeros that some ids have", "one by chance beside one that is the same", "nothing but zeros"],
    ],
)
def test_ids_are_matched_where_that_is_unambiguous(
    desk: Desk, mine: list[str], theirs: list[str], n_matched: int
) -> None:
    rows = desk.csv(["id", "score"], [[id_, 0.5] for id_ in mine])
    labels = desk.csv(["id", "label"], [[id_, place] for place, id_ in enumerate(theirs)])
    upload = desk.stage(rows, labels=labels, id_column="id")
    assert upload.reading.labels is not None
    assert upload.reading.labels.rows_matched == n_matched


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (["007", "07"], ["7", "8"]),
        (["007", "008"], ["7", "07"]),
        (["1-2", "3-4", "5-6"], ["12", "78", "90"]),
        (["req-1", "req-2"], ["1", "2"]),
    ],
    ids=["two rows alike", "two labels alike", "one by chance", "another beginning"],
)
def test_where_no_id_meets_one_of_each_side_is_shown(desk: Desk, mine: list[str], theirs: list[str]) -> None:
    rows = desk.csv(["id", "score"], [[id_, 0.5] for id_ in mine])
    labels = desk.csv(["id", "label"], [[id_, place % 2] for place, id_ in enumerate(theirs)])
    with pytest.raises(
        InputError, match=f"found none of {len(theirs)} in 'id': '{min(theirs)}' there, '{min(mine)}' in the log"
    ):
        desk.stage(rows, labels=labels, id_column="id")


@pytest.mark.parametrize(
    ("stand_in", "scale", "threshold"),
    [("-1", 100, 50), ("-99", 100, 50), ("999", 100, 50), ("-9", 1000, 500), ("-1", 1, 0.5)],
)
def test_a_stand_in_is_no_score_on_any_scale(desk: Desk, stand_in: str, scale: int, threshold: float) -> None:
    rows = [stand_in if n % 9 == 0 else f"{(n * 7 % 99 + 0.5) / 100 * scale:g}" for n in range(200)]
    log = desk.log("score,label,id\n" + "".join(f"{score},{n % 2},r{n}\n" for n, score in enumerate(rows)))
    assert [float(value) for value in log.mapping.score_missing] == [float(stand_in)]
    assert log.mapping.threshold == threshold
    assert desk.stored(log)["score"].null_count() == rows.count(stand_in)
    assert [finding.rows for finding in log.findings if finding.code == "score-as-read"] == [rows.count(stand_in)]


@pytest.mark.parametrize(
    "rows",
    [[n - 40 for n in range(200)], [n % 12 - 1 for n in range(200)], [n % 99 * 9 for n in range(200)]],
    ids=["margins", "points", "counts"],
)
def test_ranks_of_their_own_hold_no_stand_ins(desk: Desk, rows: list[int]) -> None:
    log = desk.log("score,label\n" + "".join(f"{score},{n % 2}\n" for n, score in enumerate(rows)))
    assert log.mapping.score_missing == () and desk.stored(log)["score"].null_count() == 0


@pytest.mark.parametrize(
    ("negative", "positive"),
    [("class_0_prob", "class_1_prob"), ("Class_0_PREDICTION", "Class_1_PREDICTION"), (".pred_0", ".pred_1")],
)
def test_the_class_may_stand_inside_of_the_name(desk: Desk, negative: str, positive: str) -> None:
    for names in ((negative, positive), (positive, negative)):
        rows = [
            [n % 2, *((f"0.{90 - n}", f"0.{10 + n}") if names[1] == positive else (f"0.{10 + n}", f"0.{90 - n}"))]
            for n in range(40)
        ]
        assert desk.stage(desk.csv(["target", *names], rows)).mapping.score == positive


@pytest.mark.parametrize(
    "content",
    [
        "scores,label,region\n{}\"{{'no': 0.75, 'yes': 0.25}}\",no,north\n",
        "+-----+\n| score | label | region |\n+-----+\n{}| 0.25 | no | north |\n+-----+\n",
    ],
    ids=["objects of Python in a cell", "a drawn frame"],
)
def test_one_value_is_not_cut_where_it_has_blanks(desk: Desk, content: str) -> None:
    head, body = content.split("{}")
    line, rest = body.split("\n", 1)
    reading = desk.read(head + (line.replace("{{", "{").replace("}}", "}") + "\n") * 40 + rest)
    assert reading.rows_kept == 40
    assert {name.strip() for name in reading.names} >= {"label", "region"}
