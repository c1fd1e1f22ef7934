"""Folders of parts: the keys of their folders are columns, what lies beside is passed over, and one header holds for all."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from analytics.reading import parts
from tests.ingested import Desk
from tests.reading.formats.packed import zipped
from tests.reading.test_files import folder, united
from tests.reading.test_platforms_reading import case, counted, right_of

ROWS = pl.DataFrame(
    {
        "id": [f"k{n}" for n in range(40)],
        "region": ["north", "süd, west"][:1] * 20 + ["süd, west"] * 20,
        "score": [round(n * 37 % 97 / 100, 2) for n in range(40)],
        "label": [n % 2 for n in range(40)],
    }
)
FOLDERS = {"north": "dt=2024-03-01/region=north", "süd, west": "dt=2024-03-02/region=s%C3%BCd%2C west"}


def written(frame: pl.DataFrame, ending: str) -> str:
    return frame.write_csv() if ending == "csv" else frame.write_ndjson()


def parted(ending: str, n_regions: int = 2) -> dict[str, str | bytes]:
    """The rows in folders that are called by key and value, without the column of the key."""
    found: dict[str, str | bytes] = {}
    for region, name in list(FOLDERS.items())[:n_regions]:
        found[f"{name}/part-0.{ending}"] = written(ROWS.filter(region=region).drop("region"), ending)
    return found


def test_regions_of_folders_of_text(desk: Desk) -> None:
    source = case("13_hive_folders_of_text/csv_region_in_path")
    found, reading = counted(desk, source / "log")
    assert found == right_of(source)
    assert dict(reading.column("region").top) == {"north": 56, "south": 34, "east": 17, "west": 13}


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
@pytest.mark.parametrize("is_archive", [False, True])
def test_keys_of_folders_are_columns(desk: Desk, ending: str, is_archive: bool) -> None:
    files = parted(ending)
    source = desk.file(zipped(files), "all.zip") if is_archive else folder(desk, files)
    reading, stored = united(desk, source)
    assert reading.names == ("id", "score", "label", "dt", "region", "source_file")
    assert stored["c4"].cast(pl.String).to_list() == ROWS["region"].to_list()
    assert reading.column("dt").kind == "time"
    assert stored["score"].to_list() == ROWS["score"].to_list()
    by_engine = ending == "jsonl" and not is_archive
    assert by_engine or any("Folders are called by keys and values" in said for said in reading.repairs)


def test_a_single_part_has_the_keys_of_its_folder(desk: Desk) -> None:
    reading, stored = united(desk, folder(desk, parted("csv", 1)))
    assert reading.names == ("id", "score", "label", "dt", "region")
    assert stored["c4"].cast(pl.String).unique().to_list() == ["north"]


def test_what_the_files_say_themselves_holds(desk: Desk) -> None:
    files = {f"region={n}/part.csv": "id,region,score,label\n" + f"{n},own,0.5,1\n" * 3 for n in (1, 2)}
    reading, stored = united(desk, folder(desk, dict(files)))
    assert reading.names == ("id", "region", "score", "label", "source_file")
    assert set(stored["c1"].cast(pl.String)) == {"own"}


def test_a_folder_without_a_value_is_missing(desk: Desk) -> None:
    files = {f"region={name}/p.csv": "score,label\n0.5,1\n0.25,0\n" for name in ("north", "__HIVE_DEFAULT_PARTITION__")}
    reading, _ = united(desk, folder(desk, dict(files)))
    assert (reading.column("region").n_missing, reading.column("region").top) == (2, (("north", 2),))


BESIDE = {
    "_SUCCESS": "",
    "_committed_123": "{}",
    "dt=2024-03-01/region=north/.part-0.csv.crc": "crc",
    "dt=2024-03-01/region=north/Thumbs.db": "d",
    "manifest.json": json.dumps({"files": [{"name": "part-0.csv", "rows": 20}]}),
    "schema.json": json.dumps({"columns": [{"name": "id"}]}),
    "checksums.txt": "ab part-0.csv\n",
    "notes.md": "# notes",
}


def test_marks_and_manifests_are_passed_over_and_said(desk: Desk) -> None:
    reading, _ = united(desk, folder(desk, {**parted("csv"), **BESIDE}))
    assert reading.rows_kept == 40
    (said,) = [said for said in reading.repairs if "passed over" in said]
    assert said.startswith("8 other files in the folder were passed over: '_SUCCESS', '_committed_123', ")


def test_manifests_in_an_archive_are_left_out(desk: Desk) -> None:
    reading, _ = united(desk, desk.file(zipped({**parted("csv"), "manifest.json": BESIDE["manifest.json"]}), "all.zip"))
    assert reading.rows_kept == 40
    assert any("1 other file in the archive was left out." in said for said in reading.repairs)


def test_a_manifest_alone_is_read_as_the_table_that_was_asked_for(desk: Desk) -> None:
    path = desk.file(json.dumps([{"score": 0.5, "label": 1}] * 3), "manifest.json")
    assert desk.read(path.parent).rows_kept == 3


@pytest.mark.parametrize("headed", [(0,), (1,), (0, 2), (1, 2)])
def test_parts_with_and_without_headers(desk: Desk, headed: tuple[int, ...]) -> None:
    files: dict[str, str | bytes] = {}
    for part in range(3):
        frame = ROWS[part * 13 : part * 13 + 13]
        files[f"part-{part}.csv"] = frame.write_csv(include_header=part in headed)
    reading, stored = united(desk, folder(desk, files))
    assert reading.names == ("id", "region", "score", "label", "source_file")
    assert stored["score"].to_list() == ROWS["score"].to_list()[:39]


def test_headers_in_other_capitals_are_one_header(desk: Desk) -> None:
    one, other = ROWS[:20], ROWS[20:].rename({"score": "Score", "label": "LABEL", "id": " id "})
    reading, stored = united(desk, folder(desk, {"a.csv": one.write_csv(), "b.csv": other.write_csv()}))
    assert reading.names == ("id", "region", "score", "label", "source_file")
    assert stored["label"].to_list() == ROWS["label"].to_list()


def test_names_that_differ_by_capitals_in_one_file_stay_apart(desk: Desk) -> None:
    text = "id,ID,score,label\n1,a,0.5,1\n2,b,0.25,0\n"
    reading, _ = united(desk, folder(desk, {"a.csv": text, "b.csv": text}))
    assert reading.names == ("id", "ID", "score", "label", "source_file")


@pytest.mark.parametrize("name", ["a=b.csv", "x/y.csv", "=1/y.csv", "a b/2024=/x", str(Path("..") / "k=v" / "x.csv")])
def test_only_folders_called_by_key_and_value_are_keys(name: str) -> None:
    assert set(parts.keys_of(name)) <= {"k"}
