"""A file is what its content says, compressed or oddly encoded; the same table in any format is the same log."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import fastavro
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import orc, parquet

from analytics.errors import InputError
from analytics.log.schema import Log
from analytics.reading.formats import sources
from tests.ingested import Desk
from tests.reading.formats.packed import tarred, zipped

TEXT = "id,score,label,city\n1,0.25,0,Málaga\n2,0.75,1,Łódź\n"


def prepared(desk: Desk, content: bytes, name: str = "log.csv", max_bytes: int = 1 << 30) -> sources.Source:
    scratch = desk.file(b"", "x").parent
    return sources.prepare(desk.file(content, name), scratch, max_bytes=max_bytes, progress=lambda _: None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_encodings_give_one_text(desk: Desk, encoding: str) -> None:
    source = prepared(desk, TEXT.encode(encoding))
    assert (source.file_format, source.path.read_text("utf-8")) == ("csv", TEXT)
    assert bool(source.repairs) == encoding.startswith("utf-16")


def test_windows_text_is_read_and_said(desk: Desk) -> None:
    for text, encoding in (("a\nMálaga\n", "latin-1"), ("a\n“5 €”\n", "cp1252")):
        source = prepared(desk, text.encode(encoding))
        assert source.path.read_text("utf-8") == text
        assert "not UTF-8" in source.repairs[0]
    odd = prepared(desk, b"a\nM\xe1laga \x81\n")  # no character in cp1252
    assert odd.path.read_text("utf-8").startswith("a\nMálaga ")


@pytest.mark.parametrize(
    "content",
    [
        "a,b\nMálaga,1\nÁvila,2\n".encode() + b"Jos\xc3,3\n",
        "a,b\nMálaga,1\n".encode() + "Ávila,2\n".encode("cp1252") + "Łódź,3\n".encode(),
    ],
)
def test_a_byte_that_is_none_leaves_the_rest_of_the_text_as_it_is(desk: Desk, content: bytes) -> None:
    source = prepared(desk, content)
    text = source.path.read_text("utf-8")
    assert "Málaga,1" in text and "Ávila,2" in text
    assert "but for some bytes" in source.repairs[0]


def test_bytes_that_break_utf8_late_are_found(desk: Desk) -> None:
    source = prepared(desk, b"a\n" + b"x\n" * 200_000 + "é".encode("latin-1") + b"\n")
    assert source.repairs and source.path.read_text("utf-8").endswith("é\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty file"),
        (gzip.compress(b"", mtime=0), "nothing"),
        (gzip.compress(TEXT.encode() * 1_000, mtime=0)[:200], "damaged"),
        (b"\x1f\x8b" + b"junk" * 50, "damaged"),
        (b"\x28\xb5\x2f\xfd" + b"junk" * 50, "damaged"),
        (lzma.compress(TEXT.encode() * 1_000)[:100], "damaged"),
        (b"\xfd7zXZ\x00" + b"junk" * 50, "damaged"),
        (b"a.csv" + bytes(252) + b"ustar\x0000" + bytes(300), "tar archive, found a damaged one"),
        (tarred({"log.csv": TEXT * 1_000})[:5_000], "damaged"),
        (tarred({"a.csv": TEXT, "b.csv": TEXT}).replace(b"b.csv", b"c.csv"), "damaged"),
        (tarred({"inner.zip": zipped({"may.csv": TEXT})}), "another archive in it"),
        (tarred({"inner.tar": tarred({"may.csv": TEXT})}), "another archive in it"),
        (tarred({"long" * 300_000: TEXT}), "damaged"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "an old Excel file"),
        (b"FEA1" + bytes(100), "version 1"),
    ],
)
def test_what_cannot_be_read_is_said(desk: Desk, content: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        prepared(desk, content)


def test_a_zip_is_read_also_inside_gzip(desk: Desk) -> None:
    content = zipped({"log.csv": TEXT})
    for packed in (content, gzip.compress(content)):
        source = prepared(desk, packed, "log.csv.gz")
        assert (source.file_format, source.path.read_text("utf-8"), source.name) == ("csv", TEXT, "log.csv")


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.tar", bytes), ("a.tgz", gzip.compress), ("a.tar.xz", lzma.compress), ("a.tar.bz2", bz2.compress)],
)
def test_the_plain_files_of_a_tar_are_read_and_its_names_lead_nowhere(
    desk: Desk, tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    link = tarfile.TarInfo("link.csv")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/hosts"
    entries: dict[str, bytes | str] = {
        "../evil.csv": TEXT,
        "b/two.csv.gz": gzip.compress(TEXT.encode()),
        "._x": b"\0\5",
    }
    scratch = tmp_path / "scratch" / "own"
    scratch.mkdir(parents=True)
    found = sources.prepare_all(
        desk.file(pack(tarred(entries, link)), name), scratch, max_bytes=1 << 30, progress=lambda _: None
    )
    assert [(source.name, source.path.read_text("utf-8"), source.contradiction) for source in found] == [
        ("../evil.csv", TEXT, None),
        ("b/two.csv.gz", TEXT, None),
    ]
    assert all(source.path.is_relative_to(scratch) for source in found) and not [*tmp_path.rglob("evil*")]


def test_xz_of_several_streams_is_one_file(desk: Desk) -> None:
    parts = lzma.compress(TEXT[:30].encode()) + bytes(8) + lzma.compress(TEXT[30:].encode())
    assert prepared(desk, parts, "log.csv.xz").path.read_text("utf-8") == TEXT


def test_an_entry_without_a_name_is_left_out(desk: Desk) -> None:
    """A name that begins with a zero byte is none."""
    damaged = zipped({"one.csv": TEXT, "two.csv": TEXT}).replace(b"two.csv", b"\0wo.csv")
    assert prepared(desk, damaged, "log.zip").name == "one.csv"


def test_a_bomb_is_stopped(desk: Desk) -> None:
    hole = tarfile.TarInfo("hole.csv")
    hole.size = 50_000_000
    for bomb in (gzip.compress(b"0" * 50_000_000), lzma.compress(b"0" * 50_000_000, preset=0), tarred({}, hole)):
        assert len(bomb) < 100_000
        with pytest.raises(InputError, match="Expected at most"):
            prepared(desk, bomb, max_bytes=10_000_000)


def test_damaged_files_of_every_format_are_input_errors(desk: Desk) -> None:
    frame = pl.DataFrame({"score": [0.1, 0.9] * 500, "label": [0, 1] * 500})
    for write in (frame.write_parquet, frame.write_ipc, frame.write_ipc_stream):
        buffer = io.BytesIO()
        write(buffer)  # type: ignore[operator]
        with pytest.raises(InputError, match="whole"):
            desk.stage(buffer.getvalue()[: len(buffer.getvalue()) // 2])
    for text in ('[{"score": 0.1}, {"score"', '{"score": 0.1}\n{"score": 0.\n'):
        with pytest.raises(InputError, match="whole"):
            desk.stage(text)


FRAME = pl.DataFrame(
    {
        "id": [7, 8, 9, 10, 11],
        "score": [0.25, None, 0.75, 1e-7, 0.5],
        "label": [0, 1, None, 1, 0],
        "city": ["Málaga", "a,b", None, 'say "x"', "line\nbreak"],
        "code": ["007", "010", "011", None, "099"],
        "vip": [True, False, None, True, True],
        "day": pl.Series(
            ["2024-05-31T10:30:00", "2024-06-01T00:00:00", None, "2024-06-02T23:59:59", "2024-01-01T00:00:00"]
        ).str.to_datetime(),
        "whole": [1.0, 2.0, None, 4.0, 5.0],
        "void": pl.Series([None] * 5, dtype=pl.String),
    }
)


def written(write: Callable[[io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    write(buffer)
    return buffer.getvalue()


def as_plain_arrow(frame: pl.DataFrame) -> pa.Table:
    """Return a table without the views of text that ORC does not know."""
    found = frame.to_arrow()
    return found.cast(pa.schema([(field.name, plain_type(field.type)) for field in found.schema]))


def plain_type(kind: pa.DataType) -> pa.DataType:
    return kind if pa.types.is_primitive(kind) else pa.string()


AVRO_TYPES = {
    "id": "long",
    "score": "double",
    "label": "long",
    "city": "string",
    "code": "string",
    "vip": "boolean",
    "day": {"type": "long", "logicalType": "local-timestamp-micros"},
    "whole": "double",
    "void": "string",
}
AVRO = {
    "type": "record",
    "name": "row",
    "fields": [{"name": name, "type": ["null", kind]} for name, kind in AVRO_TYPES.items()],
}


def as_json(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("day").dt.to_string("%Y-%m-%d %H:%M:%S"))


FORMATS: dict[str, Callable[[], bytes]] = {
    "csv": lambda: as_json(FRAME).write_csv().encode(),
    "tsv": lambda: as_json(FRAME).write_csv(separator="\t").encode(),
    "ndjson": lambda: as_json(FRAME).write_ndjson().encode(),
    "json": lambda: as_json(FRAME).write_json().encode(),
    "parquet": lambda: written(FRAME.write_parquet),
    "feather": lambda: written(FRAME.write_ipc),
    "arrow stream": lambda: written(FRAME.write_ipc_stream),
    "orc": lambda: written(lambda buffer: orc.write_table(as_plain_arrow(FRAME), buffer)),
    "avro": lambda: written(lambda buffer: fastavro.writer(buffer, AVRO, FRAME.to_dicts())),
}
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda content: content,
    "gz": gzip.compress,
    "zip": lambda content: zipped({"export.bin": content}),
    "bz2": bz2.compress,
    "zst": lambda content: pa.Codec("zstd").compress(content, asbytes=True),
}


def described(desk: Desk, log: Log) -> tuple[object, ...]:
    columns = [(column.name, column.type, column.n_missing, column.n_distinct, column.top) for column in log.columns]
    return columns, log.mapping, log.edges, log.n_labelled, desk.stored(log).to_dicts()


@pytest.fixture(scope="module")
def reference() -> dict[str, object]:
    return {}


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_the_same_log(desk: Desk, kind: str, packing: str, reference: dict[str, object]) -> None:
    log = desk.log(desk.file(PACKINGS[packing](FORMATS[kind]()), "export.bin"))  # the name says nothing
    found = described(desk, log)
    assert found == reference.setdefault("log", found)
    assert [column.type for column in log.columns] == [
        "BIGINT",
        "DOUBLE",
        "BIGINT",
        "VARCHAR",
        "VARCHAR",
        "BOOLEAN",
        "TIMESTAMP",
        "BIGINT",
        "VARCHAR",
    ]
    stored = desk.stored(log)
    assert stored["c3"].cast(pl.String).to_list() == FRAME["city"].to_list()
    assert stored["c4"].cast(pl.String).to_list() == FRAME["code"].to_list()
    assert stored["score"].to_list() == FRAME["score"].to_list()


def test_content_wins_over_the_name_and_a_contradiction_is_said(desk: Desk) -> None:
    parquet = written(FRAME.write_parquet)
    for content, name, file_format, is_said in (
        (parquet, "log.csv", "parquet", True),
        (parquet, "log.json.gz", "parquet", True),
        (parquet, "a*b[1]?.csv", "parquet", True),
        (parquet, "no extension", "parquet", False),
        (parquet, "it's.parquet", "parquet", False),
        (TEXT.encode(), "log.parquet", "csv", True),
        (TEXT.encode(), "log.json", "csv", True),
        (TEXT.encode(), "log.txt", "csv", False),
        (gzip.compress(TEXT.encode(), mtime=0), "log.csv", "csv", True),
        (gzip.compress(TEXT.encode(), mtime=0), "log.csv.gz", "csv", False),
        (gzip.compress(TEXT.encode(), mtime=0), "log.gz", "csv", False),
        (TEXT.encode(), "log.csv.gz", "csv", True),
        (b'{"score": 1, "label": 0}\n' * 3, "log.csv", "ndjson", True),
        (b'{"score": 1, "label": 0}\n' * 3, "log.json", "ndjson", False),
        (zipped({"a.csv": TEXT}), "log.csv", "csv", True),
        (zipped({"a.csv": TEXT}), "log.zip", "csv", False),
    ):
        reading = desk.read(desk.file(content, name))
        assert reading.file_format == file_format, name
        assert [name in said for said in reading.origin.contradictions] == [True] * is_said, name


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "a picture"),
        (b"\xff\xd8\xff\xe0" + bytes(99), "a picture"),
        (b"<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>", "an HTML page"),
        (b"\xef\xbb\xbf  <HTML>x</HTML>", "an HTML page"),
        (b"<?xml version='1.0'?><a/>", "an XML document"),
        (bytes(8) + b"DUCK" + bytes(99), "a DuckDB database"),
        (random.Random(7).randbytes(4_000), "controls"),
        (random.Random(8).randbytes(200_000), "controls"),
        (b"id,score\n1,0.5\n" + bytes(200), "controls"),
    ],
)
def test_what_is_no_table_is_refused_by_its_content(desk: Desk, content: bytes, words: str) -> None:
    for name in ("log.csv", "log.xls", "log"):
        with pytest.raises(InputError, match=words):
            desk.read(desk.file(content, name))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32"])
def test_wide_text_in_other_alphabets_is_recognised_without_a_mark(desk: Desk, encoding: str) -> None:
    text = "номер,оценка,город\n" + "".join(f"{row},0.{row},Санкт-Петербург\n" for row in range(1, 60))
    reading = desk.read(text.encode(encoding))
    assert (reading.names, reading.rows_kept) == (("номер", "оценка", "город"), 59)


def test_a_message_names_the_file_as_its_owner_does(desk: Desk) -> None:
    damaged = desk.file(written(FRAME.write_parquet)[:-4] + b"xxxx", "upload-1f2e")
    for content in (damaged, desk.file(b"", "upload-1f2e")):
        with pytest.raises(InputError) as found:
            desk.read(content, name="May exports.parquet")
        assert "May exports.parquet" in str(found.value) and "upload-" not in str(found.value)
        assert str(desk.folder) not in str(found.value)


@pytest.mark.parametrize("header", ["[id],[score]", "{id},score", "[x],y"])
def test_a_csv_may_begin_like_json(desk: Desk, header: str) -> None:
    reading = desk.read(f"{header}\n1,0.5\n2,0.75\n3,0.25\n")
    assert (reading.file_format, reading.rows_kept) == ("csv", 3)


def test_json_of_every_layout(desk: Desk) -> None:
    rows = '{"score": 0.5, "label": 1}', '{"score": 0.25, "label": 0, "more": {"a": [1]}}'
    for text in (
        "\n".join(rows),
        f"[{rows[0]},\n{rows[1]}]",
        f"[\n  {rows[0]},\n  {rows[1]}\n]\n",
        f"  [{rows[0]},{rows[1]}]",
    ):
        reading = desk.read(text)
        assert reading.names == ("score", "label", "more.a[0]")
        assert (reading.rows_kept, reading.column("more.a[0]").n_missing) == (2, 1)
        assert reading.column("more.a[0]").top == (("1", 1),)


def test_json_text_has_no_quotes_and_mixed_values_stay_text(desk: Desk) -> None:
    reading = desk.read('{"score": 0.5, "a": "x", "b": 1}\n{"score": 0.1, "a": "y", "b": "z"}\n')
    assert reading.column("a").top == (("x", 1), ("y", 1))
    assert reading.column("b").top == (("1", 1), ("z", 1))


def test_types_that_only_parquet_has(desk: Desk) -> None:
    frame = pl.DataFrame(
        {
            "small": pl.Series([1, 2, None], dtype=pl.UInt64),
            "large": pl.Series([1, 2**64 - 1, None], dtype=pl.UInt64),
            "list": pl.Series([[1.5], None, []], dtype=pl.List(pl.Decimal(10, 2))),
            "struct": [{"a": 1}, None, {"a": 2}],
            "decimal": pl.Series(["1.50", "2.25", None]).cast(pl.Decimal(10, 2)),
            "category": pl.Series(["x", "y", None], dtype=pl.Categorical),
            "time": pl.Series(["10:00:00", None, "11:30:00"]).str.to_time(),
            "zoned": pl.Series(["2024-05-31T10:00:00+02:00", None, None]).str.to_datetime(time_zone="Europe/Madrid"),
            "binary": [b"\x00\x01", None, b"a"],
            "float": pl.Series([0.5, 0.25, None], dtype=pl.Float32),
            "nothing": pl.Series([None, None, None], dtype=pl.Null),
        }
    )
    reading = desk.read(frame)
    assert [column.type for column in reading.columns] == [
        "BIGINT",
        "VARCHAR",
        "DOUBLE",
        "BIGINT",
        "DOUBLE",
        "VARCHAR",
        "VARCHAR",
        "TIMESTAMP",
        "VARCHAR",
        "DOUBLE",
        "VARCHAR",
    ]
    assert reading.column("large").top == (("1", 1), ("18446744073709551615", 1))
    assert reading.column("struct.a").top == (("1", 1), ("2", 1)) and reading.column("list[0]").top == (("1.5", 1),)
    assert reading.column("zoned").low == "2024-05-31 08:00:00"


@pytest.mark.parametrize(("precision", "first"), [(18, 900719925474099301), (38, 12345678901234567890)])
def test_ids_that_a_database_exports_as_decimals_keep_their_digits(desk: Desk, precision: int, first: int) -> None:
    ids = [Decimal(first + place) for place in range(3)]
    table = pa.table(
        {"id": pa.array(ids, pa.decimal128(precision, 0)), "n": pa.array([Decimal(1)] * 3, pa.decimal128(38, 0))}
    )
    reading = desk.read(written(lambda file: parquet.write_table(table, file)))
    assert [column.type for column in reading.columns] == ["VARCHAR" if precision > 18 else "BIGINT", "BIGINT"]
    assert reading.column("id").n_distinct == 3
    assert reading.column("id").top == tuple((str(value), 1) for value in ids)


def test_names_that_differ_only_by_case_are_kept(desk: Desk) -> None:
    frame = pl.DataFrame({"label": [1], "LABEL": ["x"], "Label": [2]})
    for content in (frame.write_csv().encode(), written(frame.write_parquet), written(frame.write_ipc)):
        assert desk.read(content).names == ("label", "LABEL", "Label")


@pytest.mark.parametrize("folder", ["csv-spectrum"])
def test_csv_spectrum(desk: Desk, data: Path, folder: str) -> None:
    """The twelve files of csv-spectrum against their expected JSON; empty text is a missing value here."""
    import json

    for path in sorted((data / "csv" / folder / "csvs").glob("*.csv")):
        if path.stem == "location_coordinates":  # the two files hold different telephone numbers
            continue
        expected = json.loads((data / "csv" / folder / "json" / f"{path.stem}.json").read_text("utf-8", "replace"))
        expected = expected if isinstance(expected, list) else [expected]
        upload = desk.stage(path)
        assert upload.reading.names == tuple(expected[0]), path.name
        found = sorted([cell or "" for cell in row] for row in upload.sample)
        assert found == sorted([str(cell) for cell in row.values()] for row in expected), path.name
