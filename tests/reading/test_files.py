"""Several files of one log: united by the names of their columns, each accounted for, strangers refused."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest

from analytics.errors import InputError
from analytics.log.schema import Reading
from analytics.query.engine import Engine
from analytics.reading import api, raw
from analytics.reading.formats import packed, sources
from analytics.reading.seen.parquet import own_rows
from analytics.reading.sql import database
from tests.ingested import Desk, run_here
from tests.one_instance import one_instance
from tests.reading.formats.packed import workbook, zipped

MAY = "id,score,label,region\n001,0.25,0,north\n002,0.75,1,south\n"
JUNE = "id,label,score\n1003,1,0.5\n1004,0,0.125\n1005,1,1\n"


def folder(desk: Desk, files: dict[str, str | bytes]) -> Path:
    root = desk.file(b"", "x").parent / "exports"
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def united(desk: Desk, source: Path | list[Path], **options: object) -> tuple[Reading, pl.DataFrame]:
    with patch.object(api, "run_child", run_here):
        upload = api.read_file(desk.workspace, source, **options)  # type: ignore[arg-type]
        assert isinstance(upload, api.Staged)
        log = api.build_staged(desk.workspace, upload, upload.mapping)
    return log.reading, desk.stored(log)


def test_daily_exports_become_one_log_by_the_names_of_their_columns(desk: Desk) -> None:
    root = folder(desk, {"2024/may.csv": MAY, "2024/june.csv": JUNE})
    for source in (root, desk.file(zipped({"2024/may.csv": MAY, "2024/june.csv": JUNE}), "exports.zip")):
        reading, stored = united(desk, source)
        assert reading.names == ("id", "label", "score", "region", "source_file")
        assert stored["c0"].cast(pl.String).to_list() == ["1003", "1004", "1005", "001", "002"]
        assert stored["c2"].to_list() == [0.5, 0.125, 1.0, 0.25, 0.75]
        assert stored["c3"].cast(pl.String).to_list() == [None, None, None, "north", "south"]
        assert stored["c4"].cast(pl.String).to_list() == ["2024/june.csv"] * 3 + ["2024/may.csv"] * 2
        assert [(file.name, file.rows_read, file.rows_kept) for file in reading.origin.files] == [
            ("2024/june.csv", 3, 3),
            ("2024/may.csv", 2, 2),
        ]
        assert reading.origin.differences == (
            "'region' is missing in 1 of 2 files ('2024/june.csv'): it is missing on their rows.",
        )
        assert reading.lines is not None and (reading.lines.header, reading.lines.kept, reading.lines.total) == (
            2,
            5,
            7,
        )


def test_the_columns_that_differ_are_a_finding(desk: Desk) -> None:
    log = desk.log(desk.file(zipped({"may.csv": MAY, "june.csv": JUNE}), "exports.zip"))
    assert [finding.message for finding in log.findings if finding.code == "columns-differ"] == list(
        log.reading.origin.differences
    )


def test_a_zip_of_one_table_is_the_table(desk: Desk) -> None:
    entries: dict[str, str | bytes] = {
        "__MACOSX/._may.csv": b"\x00\x05",
        ".DS_Store": b"x",
        "export/": b"",
        "export/may.csv": MAY,
        "README.txt": "May\nexports",
    }
    reading = desk.read(desk.file(zipped(entries), "may.zip"))
    assert (reading.names, reading.rows_kept, reading.origin.files) == (("id", "score", "label", "region"), 2, ())
    assert any("1 other file in the archive was left out" in said for said in reading.repairs)


def test_formats_may_differ_between_the_files(desk: Desk) -> None:
    parquet = io.BytesIO()
    pl.DataFrame({"id": ["x1"], "score": [0.5], "label": [1], "region": ["east"]}).write_parquet(parquet)
    sheet = workbook({"Data": [["id", "score", "label", "region"], ["0077", 0.5, 0, "west"]]})
    root = folder(
        desk,
        {
            "a.csv": MAY,
            "b.parquet": parquet.getvalue(),
            "c.xlsx": sheet,
            "d.ndjson": '{"id": "9", "score": 0.1, "label": 0, "region": "n"}\n' * 2,
        },
    )
    reading, stored = united(desk, root)
    assert stored["c0"].cast(pl.String).to_list() == ["001", "002", "x1", "0077", "9", "9"]
    assert [column.type for column in reading.columns] == ["VARCHAR", "DOUBLE", "BIGINT", "VARCHAR", "VARCHAR"]
    assert reading.file_format == "csv+ndjson+parquet+xlsx"


def test_a_column_that_is_text_in_one_file_is_in_all_as_it_is_written(desk: Desk) -> None:
    """Each file by itself would be typed: TRUE as true, 250.10 as 250.1."""
    first = "".join(f"{place},{place / 64},TRUE,2024-01-31,{place}.10,\n" for place in range(40))
    other = "".join(f"{place + 40},{place / 64},UNKNOWN,31.01.2024,V45.1,0.5\n" for place in range(40))
    header = "id,score,label,day,code,late\n"
    reading, stored = united(desk, folder(desk, {"a.csv": header + first, "b.csv": header + other}))
    kinds = ["BIGINT", "DOUBLE", "VARCHAR", "TIMESTAMP", "VARCHAR", "DOUBLE"]  # a day in two notations is one day
    assert [column.type for column in reading.columns[:6]] == kinds
    assert stored["c3"].n_unique() == 1
    for place, (one, two) in {2: ("TRUE", "UNKNOWN"), 4: ("7.10", "V45.1")}.items():
        cells = stored[f"c{place}"].cast(pl.String).to_list()
        assert (cells[7], cells[47]) == (one, two)
    assert stored["c5"].to_list() == [None] * 40 + [0.5] * 40


def test_tables_of_different_shapes_are_refused_by_name(desk: Desk) -> None:
    other = "carrier,name\nEV,ExpressJet\nMQ,Envoy\n"
    with pytest.raises(InputError, match=r"different shapes: 'carriers.csv' has 'carrier', 'name', 'may.csv' has 'id'"):
        desk.read(desk.file(zipped({"may.csv": MAY, "carriers.csv": other}), "all.zip"))


def test_parts_without_a_header_take_the_first_one(desk: Desk) -> None:
    rows = [f"{row},0.{row % 9 + 1},{row % 2},place{row % 3}" for row in range(40)]
    root = folder(
        desk,
        {
            "part-0.csv": "\n".join(["id,score,label,region", *rows[:20]]) + "\n",
            "part-1.csv": "\n".join(rows[20:]) + "\n",
        },
    )
    reading, stored = united(desk, root)
    assert reading.names == ("id", "score", "label", "region", "source_file")
    assert stored["c0"].to_list() == list(range(40))


def test_a_column_may_be_called_like_ours_and_files_may_be_called_alike(desk: Desk) -> None:
    text = "score,label,source_file\n0.5,1,a\n0.25,0,b\n"
    first, second = desk.file(text, "log.csv"), desk.file(text, "log.csv")
    reading, stored = united(desk, [first, second])
    assert reading.names == ("score", "label", "source_file", "source_file_1")
    assert stored["c3"].cast(pl.String).to_list() == ["log.csv"] * 2 + ["log.csv_1"] * 2


def test_rows_set_aside_say_which_file_they_are_from(desk: Desk) -> None:
    bad = (
        MAY.replace("\n00", "\n20")
        + "".join(f"{row},0.5,1,north\n" for row in range(10, 40))
        + "broken\n50,0.5,1,east\n"
    )
    root = folder(desk, {"a.csv": MAY, "b.csv": bad})
    with patch.object(api, "run_child", run_here):
        upload = api.read_file(desk.workspace, root)
        assert isinstance(upload, api.Staged)
        log = api.build_staged(desk.workspace, upload, upload.mapping)
    reading = log.reading
    assert reading.rows_read == reading.rows_kept + 1 == sum(file.rows_read for file in reading.origin.files)
    engine = Engine(desk.workspace)
    assert engine.set_aside(log).rows() == [(34, "missing columns", "broken", "b.csv")]
    engine.close()


def test_a_damaged_file_among_many_is_named(desk: Desk) -> None:
    with pytest.raises(InputError, match=r"b\.parquet"):
        united(desk, folder(desk, {"a.csv": MAY, "b.parquet": b"PAR1" + bytes(50)}))


def test_files_that_hold_nothing_are_passed_over_beside_others(desk: Desk) -> None:
    """Engines write a part for each worker, also for one without a row."""
    files: dict[str, str | bytes] = {"a.csv": MAY, "b.csv": "", "c.csv.gz": gzip.compress(b""), "d.csv": MAY}
    reading, _ = united(desk, folder(desk, files))
    assert [(file.name, file.rows_kept) for file in reading.origin.files] == [
        ("a.csv", 2),
        ("b.csv", 0),
        ("c.csv.gz", 0),
        ("d.csv", 2),
    ]
    assert "2 files hold nothing and were passed over, the first is 'b.csv'." in reading.repairs
    packed_too = desk.read(desk.file(zipped({"a.csv": MAY, "b.csv": ""}), "log.zip"))
    assert packed_too.rows_kept == 2 and "1 file holds nothing and was passed over: 'b.csv'." in packed_too.repairs
    with pytest.raises(InputError, match=r"found an empty file"):
        united(desk, folder(desk, {"a.csv": "", "d.csv": ""}))


def test_names_of_an_archive_lead_nowhere(desk: Desk, tmp_path: Path) -> None:
    names = ("../../../evil.csv", "/tmp/evil2.csv", "..\\..\\evil3.csv", "C:\\evil4.csv")
    entries: dict[str, str | bytes] = {name: MAY.replace("\n00", f"\n{place}0") for place, name in enumerate(names)}
    before = set(tmp_path.rglob("*evil*"))
    reading = desk.read(desk.file(zipped(entries), "evil.zip"))
    assert reading.rows_kept == 8
    assert set(tmp_path.rglob("*evil*")) - before <= set(tmp_path.rglob("evil.zip"))
    assert not Path("/tmp/evil2.csv").exists()


def test_nested_encrypted_empty_and_overlong_archives_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    encrypted = bytearray(zipped({"may.csv": MAY}))
    encrypted[6] |= 1
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    monkeypatch.setattr(packed, "MAX_ENTRIES", 50)
    for content, words in (
        (zipped({"inner.zip": zipped({"may.csv": MAY})}), "another archive in it: 'inner.zip'"),
        (bytes(encrypted), "encrypted"),
        (zipped({}), "found none"),
        (zipped({"a/": ""}), "found none"),
        (zipped({"may.csv": MAY})[:60], "damaged"),
        (zipped({f"{number}.csv": "a" for number in range(51)}), "at most 50 entries"),
    ):
        with pytest.raises(InputError, match=words):
            desk.read(desk.file(content, "log.zip"))


def test_a_directory_out_of_all_measure_is_refused_before_it_is_opened(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zipped({f"{number}.csv": "a" for number in range(500)})
    monkeypatch.setattr(packed, "MAX_DIRECTORY_BYTES", 10_000)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(InputError, match="a directory of"):
        desk.read(desk.file(content, "log.zip"))


def test_a_folder_without_tables_is_refused(desk: Desk) -> None:
    with pytest.raises(InputError, match="found none by their names"):
        united(desk, folder(desk, {"README.md": "x", "_SUCCESS": "", ".hidden.csv": MAY}))


def test_the_same_files_in_another_order_of_reading_are_the_same_log(desk: Desk) -> None:
    files: dict[str, str | bytes] = {"a.csv": MAY, "b.csv": MAY.replace("0.25", "0.5")}
    one, _ = united(desk, folder(desk, files))
    with patch.object(api, "run_child", run_here):
        again = api.read_file(desk.workspace, folder(desk, dict(reversed(files.items()))))
    assert not isinstance(again, api.Staged) and again.log_id == one.content_hash[:12]


def test_a_parquet_file_is_read_where_it_stands_until_a_log_is_built(desk: Desk, tmp_path: Path) -> None:
    """The view gives what the table gives, keeps the places of the rows, and becomes that table where a column is altered."""
    rows = pl.DataFrame(
        {"id": [3, 1, 2], "score": [0.5, None, 0.25], "when": ["2024-01-02", None, "x"], "label": [1, 0, 1]}
    )
    path = tmp_path / "log.parquet"
    rows.write_parquet(path)
    found = []
    for is_seen in (True, False):
        folder = tmp_path / str(is_seen)
        folder.mkdir()
        with one_instance(), database.connect(folder / "raw.duckdb", "1GB") as connection:
            source = sources.prepare(path, folder, max_bytes=1 << 20, progress=lambda _: None)
            table = raw.read_source(connection, source, folder, is_seen=is_seen)
            views = connection.execute("SELECT count(*) FROM duckdb_views() WHERE view_name = 'raw'").fetchone()
            assert views == (int(is_seen),)
            found.append((table, connection.execute("SELECT rowid, c0, c1, c2, c3 FROM raw").fetchall()))
            own_rows(connection)
            assert not (folder / "raw.parquet").exists()
            found.append((table, connection.execute("SELECT rowid, * FROM raw").fetchall()))
    assert all(each == found[0] for each in found)
    with patch.object(api, "run_child", run_here):
        upload = api.read_file(desk.workspace, path)
        assert isinstance(upload, api.Staged)
        assert (desk.workspace.staging / upload.staged_id / "raw.parquet").exists()
        log = api.build_staged(desk.workspace, upload, upload.mapping)
    assert desk.stored(log).select("c0", "c1", "c2", "c3").rows() == rows.rows()


def test_a_parquet_file_whose_columns_are_altered_becomes_a_table(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pl.DataFrame({"id": [1.0, None, 2.0], "score": [0.5, float("inf"), 0.25], "label": [1, 0, 1]}).write_parquet(path)
    with patch.object(api, "run_child", run_here):
        upload = api.read_file(desk.workspace, path)
    assert isinstance(upload, api.Staged)
    assert not (desk.workspace.staging / upload.staged_id / "raw.parquet").exists()
    assert [column.type for column in upload.reading.columns] == ["BIGINT", "DOUBLE", "BIGINT"]


def test_evaluations_of_which_some_say_more_are_read_by_what_they_share(desk: Desk) -> None:
    shared = {name: ["a", "b"] for name in ("instruction", "output_1", "output_2", "generator_1", "generator_2")}
    shared["preference"] = ["1.5", "2"]
    wide = shared | {f"detail_{place}": ["x", "y"] for place in range(12)}
    files = {"a.csv": pl.DataFrame(shared).write_csv(), "b.csv": pl.DataFrame(wide).write_csv()}
    reading = desk.read(folder(desk, files))
    assert reading.rows_kept == 4
    assert list(reading.origin.differences) == [
        "12 columns ('detail_0', 'detail_1', 'detail_2', 'detail_3' and 8 more) are missing in 1 of 2 files ('a.csv'): they are "
        "missing on their rows."
    ]
