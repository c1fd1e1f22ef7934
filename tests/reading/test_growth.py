"""A folder that grew by a file is the log that a reading of all its files makes, and only the file is read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import duckdb
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.log.mapping import Mapping
from analytics.log.origin import FileRead, Origin
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.reading import api, files, further, ranges
from analytics.reading.checks import periods, tallies
from tests.ingested import Desk, run_here
from tests.query.logs import LOG


def day(number: int, *, digits: int = 2, n: int = 300) -> pl.DataFrame:
    """What one day writes; the score has few values, or as many as rows."""
    random = np.random.default_rng(number)
    score = np.round(random.beta(2, 3, n), digits)
    start = np.datetime64("2026-01-01", "us") + np.timedelta64(number, "D")
    return pl.DataFrame(
        {
            "id": np.arange(n) + 1_000 * number,
            "moment": start + np.sort(random.integers(0, 86_400, n)) * np.timedelta64(1_000_000, "us"),
            "region": pl.Series(["north", "south", f"only {number}"]).gather(random.integers(0, 3, n)),
            "seats": random.integers(1, 9, n),
            "temp": np.round(random.normal(10 + number, 8, n), 1),
            "score": score,
            "label": pl.Series((random.random(n) < score).astype(np.int64)).scatter(range(0, n, 20), None),
        }
    )


def write(folder: Path, number: int, frame: pl.DataFrame, ending: str = "parquet") -> None:
    """A day in a folder of its own."""
    path = folder / f"dt=2026-01-{number + 1:02}" / f"part-0.{ending}"
    path.parent.mkdir(exist_ok=True, parents=True)
    frame.write_parquet(path) if ending == "parquet" else frame.write_csv(path)


def taken(desk: Desk, folder: Path) -> tuple[Log, list[str]]:
    """The log of a folder, and the files that were read for it."""
    read: list[str] = []
    read_exports = files.read_exports

    def noted(connection, given, *args, **options):  # type: ignore[no-untyped-def]
        read.extend(file.name for file in given)
        return read_exports(connection, given, *args, **options)

    with patch.object(api, "run_child", run_here), patch.object(files, "read_exports", noted):
        found = api.read_file(desk.workspace, folder)
        log = found if isinstance(found, Log) else api.build_staged(desk.workspace, found, found.mapping)
    return log, read


def from_nothing(desk: Desk, folder: Path) -> tuple[Log, pl.DataFrame]:
    """The log of a folder in an empty workspace, and its rows."""
    other = Desk(Workspace(desk.folder / "other"), desk.folder)
    log, _ = taken(other, folder)
    return log, other.stored(log)


def same(desk: Desk, grown: Log, folder: Path) -> None:
    """Hold what grew against a reading of all files: every row, bin, edge, count, column and finding."""
    whole, rows = from_nothing(desk, folder)
    found = desk.stored(grown)
    text = pl.selectors.by_dtype(pl.Categorical, pl.Enum).cast(pl.String)
    assert_frame_equal(
        found.select(sorted(rows.columns)).with_columns(text), rows.select(sorted(rows.columns)).with_columns(text)
    )
    assert grown.reading.columns == whole.reading.columns
    assert replace(grown.reading, repairs=whole.reading.repairs) == whole.reading
    said, expected = ({one for one in log.findings if one.code != "repaired"} for log in (grown, whole))
    assert said == expected
    assert replace(grown, created_at="", reading=whole.reading, findings=()) == replace(
        whole, created_at="", findings=()
    )


@pytest.mark.parametrize("digits", [2, 9])
def test_one_more_day(desk: Desk, digits: int) -> None:
    folder = desk.folder / "days"
    for number in range(3):
        write(folder, number, day(number, digits=digits, n=1_000))
    taken(desk, folder)
    write(folder, 3, day(3, digits=digits, n=1_000))
    grown, read = taken(desk, folder)
    assert read == ["dt=2026-01-04/part-0.parquet"]
    assert grown.reading.repairs[0].startswith("The log grew by 1 file and 1,000 rows; its 3,000 earlier rows were not")
    assert ("The score grid was made anew" in grown.reading.repairs[0]) == (digits == 9)
    same(desk, grown, folder)


def test_the_grid_of_many_rows_stands_until_they_are_an_eighth_more(desk: Desk) -> None:
    folder = desk.folder / "days"
    with patch("analytics.log.grid._MAX_LOOKED_AT", 512):
        for number in range(3):
            write(folder, number, day(number, digits=9, n=1_000))
        first, _ = taken(desk, folder)
        write(folder, 3, day(3, digits=9, n=60))
        grown, _ = taken(desk, folder)
        assert grown.edges == first.edges and not first.grid_is_exact
        assert "made anew" not in grown.reading.repairs[0]
        same(desk, grown, folder)


def test_of_a_long_log_only_the_rows_that_came_are_described_and_counted(desk: Desk) -> None:
    folder = desk.folder / "days"
    with (
        patch("analytics.log.grid._MAX_LOOKED_AT", 512),
        patch.object(ranges, "MAX_COUNTED_EXACTLY", 8),
        patch.object(ranges, "of_rows", wraps=ranges.of_rows) as of_rows,
        patch.object(ranges, "of_grown", wraps=ranges.of_grown) as of_grown,
        patch.object(tallies, "_added", wraps=tallies._added) as added,
        patch.object(periods, "_MAX_SAMPLED", 800),
    ):
        for number in range(3):
            write(folder, number, day(number, digits=9, n=1_000))
        taken(desk, folder)
        assert not any(call.args[0] for call in added.call_args_list)
        for number in (3, 4):  # the second one from what the first one left
            of_rows.reset_mock()
            added.reset_mock()
            write(folder, number, day(number, digits=9, n=60))
            grown, _ = taken(desk, folder)
            assert of_rows.call_count == 1  # of the file
            assert of_grown.call_count == number - 2
            anew = [not call.args[0] and len(call.args[1]) > 0 for call in added.call_args_list]
            assert sum(anew) == ("score grid was made anew" in grown.reading.repairs[0]) == (number == 4)
            assert kept(desk, grown, "sampled_rows").height == -(-grown.n_rows // 4)
        same(desk, grown, folder)


def kept(desk: Desk, log: Log, table: str) -> pl.DataFrame:
    """A table that stands beside the rows of a log."""
    with duckdb.connect(str(desk.workspace.path(log.key)), read_only=True) as connection:
        return connection.sql(f"FROM {table}").pl()


def visits(number: int, n: int) -> pl.DataFrame:
    """A day on which customers come several times, under two versions of the model, and one column stands still under one."""
    random = np.random.default_rng(number)
    version = np.where(random.random(n) < 0.5, "a", f"v{number % 3}")
    return day(number, digits=9, n=n).with_columns(
        customer_id=pl.Series(random.integers(0, 900, n)).cast(pl.String),
        model_version=pl.Series(version),
        still=pl.Series(np.where(version == "a", 5.0, random.random(n).round(3))),
    )


def test_what_stands_for_all_rows_of_a_long_log_is_kept_and_put_to(desk: Desk) -> None:
    folder = desk.folder / "days"
    with (
        patch("analytics.log.grid._MAX_LOOKED_AT", 512),
        patch.object(periods, "_MAX_SAMPLED", 800),
        patch.object(tallies.Tallies, "_grown", autospec=True, side_effect=tallies.Tallies._grown) as made,
    ):
        for number in range(3):
            write(folder, number, visits(number, 1_000))
        taken(desk, folder)
        write(folder, 3, visits(3, 400))
        made.reset_mock()
        grown, _ = taken(desk, folder)
        assert {(call.args[1], call.args[0]._n_before) for call in made.call_args_list} == {
            ("sampled_rows", 3_000),
            ("hashed_c7", 3_000),
        }
        sampled, stored = kept(desk, grown, "sampled_rows"), desk.stored(grown)
        assert sampled["row_id"].to_list() == stored.filter(pl.col("row_id") % 8 == 0)["row_id"].to_list()
        assert {finding.code for finding in grown.findings} >= {"rows-of-one-unit", "constant-in-version"}
        same(desk, grown, folder)


def test_days_of_text_and_several_at_once(desk: Desk) -> None:
    folder = desk.folder / "days"
    for number in range(2):
        write(folder, number, day(number), "csv")
    taken(desk, folder)
    for number in (2, 3):
        write(folder, number, day(number), "csv")
    grown, read = taken(desk, folder)
    assert len(read) == 2
    same(desk, grown, folder)


def test_what_is_no_growth_is_read_anew_and_said(desk: Desk) -> None:
    folder = desk.folder / "days"
    for number in range(2):
        write(folder, number, day(number))
    taken(desk, folder)
    write(folder, 2, day(2).with_columns(pl.col("temp").cast(pl.String) + " °C"))
    found, read = taken(desk, folder)
    assert {*read} == {file.name for file in found.reading.origin.files}
    assert found.reading.repairs[0] == (
        "Values of 'temp' are written in another way in the further files. All files were read anew."
    )


def grown_of(names: str, digests: str) -> int:
    """How many files are further ones to a log of the files b, c and d with the digests 1, 2 and 3."""
    files_ = tuple(FileRead(name, "csv", 1, 1) for name in "bcd")
    reading = replace(LOG.reading, origin=Origin(files=files_, digests=("1", "2", "3")))
    return further.n_further(replace(LOG, reading=reading, mapping=Mapping(score="temp")), [*names], [*digests])


def test_files_behind_the_others_are_further_ones() -> None:
    assert grown_of("bcdef", "12345") == 2


@pytest.mark.parametrize(
    ("names", "digests", "said"),
    [
        ("bcde", "1934", "'c' was replaced since the folder was last read. All files were read anew."),
        ("bde", "134", "'c' was removed since the folder was last read. All files were read anew."),
        ("abcd", "0123", "'a' came to lie before files that were read earlier. All files were read anew."),
    ],
)
def test_a_folder_that_changed_otherwise_is_noticed(names: str, digests: str, said: str) -> None:
    with pytest.raises(further.Differs, match=f"^{re.escape(said)}$"):
        grown_of(names, digests)


def test_a_folder_grows_in_a_process_of_its_own(desk: Desk) -> None:
    folder = desk.folder / "days"
    for number in range(2):
        write(folder, number, day(number))
    taken(desk, folder)
    write(folder, 2, day(2))
    grown = api.read_file(desk.workspace, folder)
    assert isinstance(grown, Log)
    assert grown.n_rows == desk.stored(grown).height == 900
