"""Bombs and traps: small files that ask for much, large ones that ask for more, and files that lie about themselves."""

from __future__ import annotations

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pyarrow as pa
from pyarrow import parquet

MB = 1 << 20


def gz_of(megabytes: int, piece: bytes = bytes(MB)) -> bytes:
    """Members that are joined unpack one after the other."""
    return gzip.compress(piece * 50, mtime=0) * (megabytes // 50)


def zst_of_zeros(megabytes: int) -> bytes:
    frame: bytes = pa.Codec("zstd", compression_level=19).compress(bytes(64 * MB), asbytes=True)
    return frame * (megabytes // 64)


def parquet_of(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(frame.to_arrow(), buffer)
    return buffer.getvalue()


def arrow_of(frame: pl.DataFrame) -> bytearray:
    buffer = io.BytesIO()
    frame.write_ipc(buffer)
    return bytearray(buffer.getvalue())


def zipped(names: list[str], content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return buffer.getvalue()


def overlapping_zip() -> bytes:
    """Many entries of the central directory that point to one and the same local file."""
    data = bytearray(zipped(["a.csv"], b"score,label\n" + b"0.5,1\n" * 4_000_000))
    end = data.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<I", data, end + 16)[0]
    entry = bytes(data[start:end])
    data[end:end] = entry * 999
    end = data.rindex(b"PK\x05\x06")
    struct.pack_into("<HHI", data, end + 8, 1000, 1000, len(entry) * 1000)
    return bytes(data)


def sheet(cells: str, shared: str = "", entity: str = "") -> bytes:
    """A workbook whose one sheet is given as XML."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    files = {
        "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="rId1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0"?>{entity}<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    if shared:
        files["xl/sharedStrings.xml"] = shared
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def laughs() -> str:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE l [<!ENTITY l0 "lol">{levels}]>'


def small() -> pl.DataFrame:
    return pl.DataFrame({"score": [0.1, 0.9] * 500, "label": [0, 1] * 500, "text": ["x" * 50] * 1000})


def with_footer_length(length: int) -> bytes:
    data = bytearray(parquet_of(small()))
    struct.pack_into("<I", data, len(data) - 8, length)
    return bytes(data)


def with_rows_that_lie() -> bytes:
    """A Parquet footer that says a thousand times a thousand rows: the number 1,000 as a zigzag varint becomes a larger one."""
    data = parquet_of(small())
    return data.replace(b"\xd0\x0f", b"\xfe\x7f")


def arrow_with(change: Callable[[bytearray], None]) -> bytes:
    data = arrow_of(small())
    change(data)
    return bytes(data)


def lie(data: bytearray, places: range, value: int) -> None:
    for place in places:
        struct.pack_into("<q", data, place, value)


CSV_HEAD = b"score,label\n"
ROW = b"0.5,1\n"
LONG_ROW = b"0.123456789,1," + b"some words, as a log has them; " * 4 + b"\n"

TRAPS: dict[str, Callable[[], bytes]] = {
    "gz-zeros.csv.gz": lambda: gz_of(3_000),
    "gz-rows.csv.gz": lambda: gz_of(3_000, (CSV_HEAD + ROW * 200_000)[:MB]),
    "gz-in-gz.csv.gz": lambda: gzip.compress(gz_of(500)),
    "gz-members.csv.gz": lambda: gzip.compress(ROW) * 100_000,
    "gz-cut.csv.gz": lambda: gzip.compress(CSV_HEAD + ROW * 100_000)[:-9],
    "gz-wrong-sum.csv.gz": lambda: gzip.compress(CSV_HEAD + ROW * 1000)[:-8] + bytes(8),
    "zst-zeros.csv.zst": lambda: zst_of_zeros(2_048),
    "zst-window.zst": lambda: b"\x28\xb5\x2f\xfd\x00\xf8" + bytes(100),
    "zst-size-that-lies.zst": lambda: b"\x28\xb5\x2f\xfd\xe0" + b"\xff" * 8 + bytes(50),
    "deep-array.json": lambda: b"[" * 5_000_000,
    "deep-object.json": lambda: b'[{"a":' * 200_000 + b"1" + b"}]" * 200_000,
    "deep-value.ndjson": lambda: (b'{"score":0.5,"label":1,"x":' + b"[" * 9_000 + b"]" * 9_000 + b"}\n") * 20,
    "never-ends.json": lambda: b'[{"score": 0.5, "label": 1, "text": "' + b"a" * 20 * MB,
    "keys.ndjson": lambda: b"".join(b'{"score":0.5,"k%d":1}\n' % place for place in range(6_000)),
    "wide-object.json": lambda: json.dumps([{f"k{place}": place for place in range(30_000)}]).encode(),
    "number.json": lambda: b'[{"score": ' + b"9" * 5_000_000 + b"}]",
    "exponent.csv": lambda: CSV_HEAD + b"1e999999999,1\n" * 1000,
    "columns.csv": lambda: (
        b",".join(b"c%d" % place for place in range(100_000)) + b"\n" + b",".join([b"1"] * 100_000) + b"\n"
    ),
    "columns-no-rows.csv": lambda: b"," * 1_000_000 + b"\n",
    "name-of-1-MB.csv": lambda: b"score,label," + b"n" * MB + b"\n" + b"0.5,1,x\n" * 50,
    "names-of-1-MB.csv": lambda: (
        b",".join(b"%d" % place + b"n" * MB for place in range(20)) + b"\n" + b",".join([b"1"] * 20) + b"\n"
    ),
    "quote-never-closes.csv": lambda: CSV_HEAD + b'"' + LONG_ROW * (50 * MB // len(LONG_ROW)),
    "quotes.csv": lambda: CSV_HEAD + b'"' * 20 * MB,
    "line-of-100-MB.csv": lambda: CSV_HEAD + b"x" * 100 * MB,
    "field-of-60-MB.csv": lambda: CSV_HEAD + b'0.5,"' + (b"y" * 99 + b"\n") * (60 * MB // 100) + b'"\n',
    "no-line-end.csv": lambda: b"0.5,1," * 2 * MB,
    "only-line-ends.csv": lambda: b"\n" * 30 * MB,
    "only-separators.csv": lambda: b",,,,\n" * 3 * MB,
    "carriage-returns.csv": lambda: b"score,label\r" + b"0.5,1\r" * 500_000,
    "nul.csv": lambda: b"\x00" * 20 * MB,
    "nul-in-rows.csv": lambda: CSV_HEAD + b"0.\x005,1\n" * 500_000,
    "marks.csv": lambda: b"\xef\xbb\xbf\xff\xfe\xef\xbb\xbf" + CSV_HEAD + b"\xef\xbb\xbf0.5,1\n" * 1000,
    "utf-16-odd.csv": lambda: b"\xff\xfe" + (CSV_HEAD + ROW * 100).decode().encode("utf-16-le") + b"\x00",
    "utf-7-and-8.csv": lambda: CSV_HEAD + b"+AGE-,\xc3\n\xf8\x88\x80\x80\x80,1\n" * 1000,
    "escapes.csv": lambda: CSV_HEAD + b"\\" * 10 * MB,
    "parquet-footer-of-4-GB.parquet": lambda: with_footer_length(0xFFFF_FFFF),
    "parquet-footer-of-0.parquet": lambda: with_footer_length(0),
    "parquet-rows-that-lie.parquet": with_rows_that_lie,
    "parquet-only-magic.parquet": lambda: b"PAR1PAR1",
    "parquet-dictionary.parquet": lambda: parquet_of(
        pl.DataFrame({"score": [0.5] * 3_000, "label": ["z" * 30_000] * 3_000})
    ),
    "parquet-wide.parquet": lambda: parquet_of(pl.DataFrame({f"c{place}": [1] for place in range(5_000)})),
    "parquet-runs.parquet": lambda: parquet_of(
        pl.DataFrame({"score": pl.repeat(0.5, 30_000_000, eager=True), "label": pl.repeat(1, 30_000_000, eager=True)})
    ),
    "arrow-offsets.arrow": lambda: arrow_with(
        lambda data: lie(data, range(len(data) // 2, len(data) // 2 + 800, 8), 1 << 40)
    ),
    "arrow-footer.arrow": lambda: arrow_with(
        lambda data: lie(data, range(len(data) - 300, len(data) - 40, 8), 1 << 61)
    ),
    "arrow-footer-length.arrow": lambda: arrow_with(
        lambda data: struct.pack_into("<i", data, len(data) - 10, 0x7FFF_FFFF)
    ),
    "arrow-stream-length.arrow": lambda: b"\xff\xff\xff\xff\xff\xff\xff\x7f" + bytes(1000),
    "entries.zip": lambda: zipped([f"{place}.csv" for place in range(30_000)], CSV_HEAD),
    "zeros.zip": lambda: zipped(["log.csv"], bytes(600 * MB)),
    "overlap.zip": overlapping_zip,
    "climbs.zip": lambda: zipped(["../../outside.csv", "/etc/outside.csv"], CSV_HEAD + ROW * 10),
    "laughs.xlsx": lambda: sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;</t></is></c></row>', entity=laughs()),
    "far-cell.xlsx": lambda: sheet(
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "deep.xlsx": lambda: sheet("<a>" * 100_000),
    "many-cells.xlsx": lambda: sheet("<row>" + "<c><v>1</v></c>" * 3_000_000 + "</row>"),
}


def lay(name: str, folder: Path) -> Path:
    """Write a trap under its name."""
    path = folder / name
    path.write_bytes(TRAPS[name]())
    return path
