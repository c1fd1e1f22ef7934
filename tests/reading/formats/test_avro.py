"""Avro: every kind of value against the writer's own, and damage refused in a sentence."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import fastavro
import polars as pl
import pytest

from analytics.errors import InputError
from analytics.reading.formats import avro
from tests.ingested import Desk

FIELDS: dict[str, tuple[object, list[Any], list[Any]]] = {
    "whole": ("int", [1, -5], [1, -5]),
    "real": ("float", [0.5, 2.0], [0.5, 2.0]),
    "missing": (["null", "long"], [None, 2**40], [None, 2**40]),
    "nothing": ("null", [None, None], [None, None]),
    "text": ("string", ["Łódź", ""], ["Łódź", ""]),
    "enumerated": ({"type": "enum", "name": "e", "symbols": ["a", "b"]}, ["b", "a"], ["b", "a"]),
    "bytes": ("bytes", [b"ab", b"\xff\x00"], ["ab", "ff00"]),
    "fixed": ({"type": "fixed", "name": "f", "size": 2}, [b"xy", b"zz"], ["xy", "zz"]),
    "day": (
        {"type": "int", "logicalType": "date"},
        [date(2024, 5, 1), date(1999, 1, 2)],
        [date(2024, 5, 1), date(1999, 1, 2)],
    ),
    "moment": (
        {"type": "long", "logicalType": "timestamp-millis"},
        [datetime(2024, 5, 1, 12, 0, 0, 5000, UTC), datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))],
        [datetime(2024, 5, 1, 12, 0, 0, 5000), datetime(2024, 5, 1, 10)],
    ),
    "hour": ({"type": "int", "logicalType": "time-millis"}, [time(1, 2, 3), time(23, 0)], ["01:02:03", "23:00:00"]),
    "money": (
        {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2},
        [Decimal("12.34"), Decimal("-0.01")],
        [Decimal("12.34"), Decimal("-0.01")],
    ),
    "uuid": (
        {"type": "string", "logicalType": "uuid"},
        [UUID(int=1), UUID(int=2)],
        [str(UUID(int=1)), str(UUID(int=2))],
    ),
    "either": (["null", "long", "string"], [7, "seven"], ["7", '"seven"']),
    "list": ({"type": "array", "items": "double"}, [[0.2, 0.8], []], ["[0.2, 0.8]", "[]"]),
    "map": ({"type": "map", "values": "long"}, [{"a": 1}, {}], ['{"a": 1}', "{}"]),
    "inner": (
        {"type": "record", "name": "inner", "fields": [{"name": "at", "type": {"type": "int", "logicalType": "date"}}]},
        [{"at": date(2024, 1, 1)}, {"at": date(2024, 1, 2)}],
        ['{"at": "2024-01-01"}', '{"at": "2024-01-02"}'],
    ),
}
SCHEMA = {
    "type": "record",
    "name": "row",
    "fields": [{"name": name, "type": kind} for name, (kind, _, _) in FIELDS.items()],
}


def whole(codec: str = "deflate") -> bytes:
    buffer = io.BytesIO()
    rows = [{name: given[place] for name, (_, given, _) in FIELDS.items()} for place in range(2)]
    fastavro.writer(buffer, SCHEMA, rows, codec=codec)
    return buffer.getvalue()


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz"])
def test_every_kind_of_value_arrives(desk: Desk, codec: str) -> None:
    path = desk.file(whole(codec), "log.avro")
    target = path.with_name("log.parquet")
    said = avro.to_parquet(path, target)
    found = pl.read_parquet(target).to_dict(as_series=False)
    assert found == {name: expected for name, (_, _, expected) in FIELDS.items()}
    assert said == ()


def test_records_beyond_a_batch_all_arrive(desk: Desk) -> None:
    buffer = io.BytesIO()
    schema = {"type": "record", "name": "row", "fields": [{"name": "score", "type": "double"}]}
    fastavro.writer(buffer, schema, ({"score": place / 7} for place in range(25_001)))
    path = desk.file(buffer.getvalue(), "log.avro")
    avro.to_parquet(path, path.with_name("log.parquet"))
    assert pl.read_parquet(path.with_name("log.parquet"))["score"].to_list() == [place / 7 for place in range(25_001)]


def test_damage_is_refused_in_a_sentence(desk: Desk) -> None:
    content = whole()
    for cut in (5, len(content) // 2, len(content) - 3):
        with pytest.raises(InputError, match="readable Avro table"):
            avro.to_parquet(desk.file(content[:cut], "log.avro"), desk.file(b"", "out"))


def test_values_that_are_no_records_are_refused(desk: Desk) -> None:
    buffer = io.BytesIO()
    fastavro.writer(buffer, "long", [1, 2])
    with pytest.raises(InputError, match="Expected Avro records"):
        avro.to_parquet(desk.file(buffer.getvalue(), "log.avro"), desk.file(b"", "out"))
