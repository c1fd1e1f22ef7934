"""Avro object container files, as Kafka sinks, warehouses and capture services write them."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analytics.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 10_000
"""Rows that are held at once: some MB of records as Python objects, and row groups that the engine reads well."""
_MAX_DIGITS = 38
"""Digits of the widest decimal that Parquet holds as a number; longer ones stay text."""
_BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    OSError,
    RecursionError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What reading a damaged file may raise: its bytes are taken for lengths, indices, names and dates."""


def to_parquet(path: Path, target: Path) -> tuple[str, ...]:
    """Rewrite an Avro file as Parquet, some thousand records at a time; values inside values become JSON text."""
    import fastavro  # the only use: most files are not Avro
    import pyarrow as pa
    from fastavro.schema import SchemaParseException, UnknownType
    from pyarrow import parquet

    try:
        with path.open("rb") as file:
            reader = fastavro.reader(file)
            columns = _columns_of(reader.writer_schema)
            schema = pa.schema([(name, type_) for name, type_, _ in columns])
            with parquet.ParquetWriter(target, schema, compression="lz4") as writer:
                for records in _batches(iter(reader)):
                    values = [[made(record[name]) for record in records] for name, _, made in columns]
                    writer.write_table(pa.table(values, schema=schema))
    except InputError:
        raise
    except (*_BROKEN, SchemaParseException, UnknownType, pa.ArrowException) as error:
        said = str(error)[:200] or type(error).__name__
        raise InputError(
            f"Expected a readable Avro table; reading it stopped with: {said}. Check that the file is whole."
        ) from error
    return ()


def _batches(records: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(records, _BATCH_ROWS)):
        yield batch


def _columns_of(schema: Any) -> list[tuple[str, pa.DataType, Callable[[Any], Any]]]:
    """Return name, Arrow type and conversion of each field of a record."""
    if not isinstance(schema, dict) or schema.get("type") != "record":
        raise InputError("Expected Avro records, found other values. Export the log as one record per row.")
    return [(str(field["name"]), *_column_of(field["type"])) for field in schema["fields"]]


def _column_of(schema: Any) -> tuple[pa.DataType, Callable[[Any], Any]]:
    """Return the Arrow type of a field, and what makes a value of it of what fastavro returns."""
    import pyarrow as pa

    if isinstance(schema, list):
        others = [option for option in schema if option != "null"]
        return _column_of(others[0]) if len(others) == 1 else (pa.string(), _as_json if others else _as_it_is)
    kind, logical = (schema.get("type"), schema.get("logicalType")) if isinstance(schema, dict) else (schema, None)
    if isinstance(kind, dict | list):
        return _column_of(kind)
    if logical == "decimal" and kind in ("bytes", "fixed"):
        digits, scale = int(schema["precision"]), int(schema.get("scale", 0))
        return (pa.decimal128(digits, scale), _as_it_is) if 0 < digits <= _MAX_DIGITS else (pa.string(), _as_text)
    if logical in _LOGICAL and (kind, logical) != ("string", "date"):
        name, made = _LOGICAL[str(logical)]
        return getattr(pa, name)() if name != "timestamp" else pa.timestamp("us"), made
    plain = {
        "null": (pa.string(), _as_it_is),
        "boolean": (pa.bool_(), _as_it_is),
        "int": (pa.int32(), _as_it_is),
        "long": (pa.int64(), _as_it_is),
        "float": (pa.float32(), _as_it_is),
        "double": (pa.float64(), _as_it_is),
        "string": (pa.string(), _as_text),
        "enum": (pa.string(), _as_text),
        "bytes": (pa.string(), _as_text),
        "fixed": (pa.string(), _as_text),
    }
    return plain.get(str(kind), (pa.string(), _as_json))


def _as_it_is(value: Any) -> Any:
    return value


def _as_text(value: Any) -> str | None:
    """Return text as it is, bytes as the text or else the digits that they are."""
    if not isinstance(value, bytes):
        return None if value is None else str(value)
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()


def _as_json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=_as_text)


def _as_utc(value: Any) -> Any:
    """Return a moment without its zone, in UTC."""
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value


_LOGICAL = {
    "date": ("date32", _as_it_is),
    "timestamp-millis": ("timestamp", _as_utc),
    "timestamp-micros": ("timestamp", _as_utc),
    "local-timestamp-millis": ("timestamp", _as_utc),
    "local-timestamp-micros": ("timestamp", _as_utc),
    "time-millis": ("string", _as_text),
    "time-micros": ("string", _as_text),
    "uuid": ("string", _as_text),
}
"""Logical type to the name of an Arrow type, and what makes a value of it."""
