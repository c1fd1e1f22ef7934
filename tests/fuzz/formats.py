"""Small files of every format, and seeded ways to break them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from html import escape

import fastavro
import polars as pl
import pyarrow as pa
from pyarrow import feather, orc

N_ROWS = 40
TOKENS = (
    b"\x00",
    b"\xff",
    b'"',
    b"'",
    b",",
    b";",
    b"\t",
    b"\n",
    b"\r",
    b"\r\n",
    b"{",
    b"}",
    b"[",
    b"]",
    b"[[[[",
    b":",
    b"\\",
    b"\\u",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"null",
    b"NaN",
    b"-1",
    b"1e999",
    b"\x80\x80\x80\x80",
    b"PAR1",
    b"ARROW1",
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"=1+1",
    b"\xf0\x9f\x9b\xab",
)


def table() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": [f"{place:05}" for place in range(N_ROWS)],
            "score": [place / N_ROWS for place in range(N_ROWS)],
            "label": [place % 2 if place % 7 else None for place in range(N_ROWS)],
            "region": ["north, east", 'say "south"', "vest\u00e9", None] * (N_ROWS // 4),
            "at": [f"2024-01-{place % 28 + 1:02}T10:00:00" for place in range(N_ROWS)],
        }
    )


def written(write: Callable[[pl.DataFrame, io.BytesIO], object]) -> bytes:
    buffer = io.BytesIO()
    write(table(), buffer)
    return buffer.getvalue()


def arrow_stream(frame: pl.DataFrame, buffer: io.BytesIO) -> None:
    frame.write_ipc_stream(buffer)


def spreadsheet(frame: pl.DataFrame, buffer: io.BytesIO) -> None:
    frame.write_excel(buffer)


def zip_archive(frame: pl.DataFrame, buffer: io.BytesIO) -> None:
    import zipfile

    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("log.csv", frame.write_csv())


def tar_archive(frame: pl.DataFrame, buffer: io.BytesIO) -> None:
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        content = frame.write_csv().encode()
        entry = tarfile.TarInfo("log.csv")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))


def avro(frame: pl.DataFrame, buffer: io.BytesIO) -> None:
    kinds = {pl.String: "string", pl.Float64: "double", pl.Int64: "long"}
    fields = [{"name": name, "type": ["null", kinds[type(kind)]]} for name, kind in frame.schema.items()]
    fastavro.writer(buffer, {"type": "record", "name": "row", "fields": fields}, frame.to_dicts(), codec="deflate")


def orc_file(frame: pl.DataFrame, buffer: io.BytesIO) -> None:
    orc.write_table(
        frame.to_arrow().cast(pa.schema([(name, arrow_type(kind)) for name, kind in frame.schema.items()])), buffer
    )


def database() -> bytes:
    frame = table()
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE TABLE log ({', '.join(frame.columns)})")
        connection.executemany(f"INSERT INTO log VALUES ({', '.join('?' * frame.width)})", frame.rows())
        connection.commit()
        return connection.serialize()


def page() -> bytes:
    frame = table()
    rows = [frame.columns, *frame.rows()]
    lines = (
        "<tr>" + "".join(f"<td>{'' if cell is None else escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return ("<html><body><table>\n" + "\n".join(lines) + "\n</table></body></html>").encode()


def declared_rows() -> bytes:
    frame = table()
    lines = ["@relation log", *(f"@attribute {name} string" for name in frame.columns), "@data"]
    rows = (",".join("?" if cell is None else repr(str(cell)) for cell in row) for row in frame.rows())
    return "\n".join([*lines, *rows, ""]).encode()


def records() -> bytes:
    rows = (
        "<row>"
        + "".join(f"<{name}>{escape(str(cell))}</{name}>" for name, cell in row.items() if cell is not None)
        + "</row>"
        for row in table().rename(lambda name: name.replace(" ", "_")).iter_rows(named=True)
    )
    return ('<?xml version="1.0"?>\n<rows>\n' + "\n".join(rows) + "\n</rows>\n").encode()


def statements() -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(database())
        return "\n".join(connection.iterdump()).encode()


def arrow_type(kind: pl.DataType) -> pa.DataType:
    return {pl.String: pa.string(), pl.Float64: pa.float64(), pl.Int64: pa.int64()}[type(kind)]


def seeds() -> dict[str, bytes]:
    """Return a whole file of each format and packing by the end of its name."""
    csv = table().write_csv().encode()
    return {
        "csv": csv,
        "tsv": table().write_csv(separator="\t").encode(),
        "ndjson": table().write_ndjson().encode(),
        "json": written(lambda frame, buffer: frame.write_json(buffer)),
        "parquet": written(lambda frame, buffer: frame.write_parquet(buffer, row_group_size=16)),
        "arrow": written(arrow_stream),
        "feather": written(lambda frame, buffer: feather.write_feather(frame.to_arrow(), buffer, compression="lz4")),
        "avro": written(avro),
        "orc": written(orc_file),
        "sqlite": database(),
        "html": page(),
        "xml": records(),
        "arff": declared_rows(),
        "sql": statements(),
        "xlsx": written(spreadsheet),
        "gz": gzip.compress(csv, mtime=0),
        "bz2": bz2.compress(csv),
        "zst": pa.Codec("zstd").compress(csv, asbytes=True),
        "xz": lzma.compress(csv),
        "zip": written(zip_archive),
        "tar": written(tar_archive),
    }


def mutated(content: bytes, rng: random.Random, others: list[bytes]) -> bytes:
    """Break a file: in its bits, its tokens, its lines, its lengths, or by parts of another."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        if not data:
            break
        at = rng.randrange(len(data))
        end = min(len(data), at + rng.choice((1, 2, 4, 16, 100)))
        match rng.randrange(9):
            case 0:
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                data[at:end] = rng.randbytes(end - at)
            case 2:
                data[at:at] = rng.choice(TOKENS) * rng.choice((1, 1, 2, 50))
            case 3:
                del data[at:end]
            case 4:
                del data[at:]
            case 5:
                data[at:at] = data[at:end] * rng.choice((1, 2, 30))
            case 6:
                other = rng.choice(others)
                start = rng.randrange(len(other))
                data[at:end] = other[start : start + rng.choice((4, 64, 500))]
            case 7:
                lines = bytes(data).split(b"\n")
                rng.shuffle(lines)
                data = bytearray(b"\n".join(lines[: rng.randrange(1, len(lines) + 1)]))
            case _:
                data[at : at + 4] = rng.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, len(data))).to_bytes(4, "little")
    return bytes(data)
