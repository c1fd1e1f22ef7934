"""Lines that name their values, or hold an object behind a key, and answers of databases that list names beside rows."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.ingested import Desk

ROWS = [(f"tx-{n}", n / 40, n % 2, ["north east", 'say "so"', "a=b, c", ""][n % 4]) for n in range(40)]


def quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


@pytest.mark.parametrize(
    "line",
    [
        "ts=2025-03-01T08:00:00Z level=info id={} score={} label={} note={}",
        "2025-03-01 08:00:00,123 INFO scorer: scored request id={} score={} label={} note={}",
        "id={}, score={}, label={}, note={}",
    ],
)
def test_pairs_of_a_name_and_a_value(desk: Desk, line: str) -> None:
    text = "\n".join(line.format(i, s, y, quoted(t)) for i, s, y, t in ROWS) + "\nshutting down\n"
    log = desk.log(desk.file(text, "app.log"))
    assert {"id", "score", "label", "note"} <= {*log.reading.names}
    stored = desk.stored(log)
    assert (stored["score"].to_list(), stored["label"].to_list()) == ([r[1] for r in ROWS], [r[2] for r in ROWS])
    assert sum(aside.rows for aside in log.reading.set_aside) == 1
    assert ("log_time" in log.reading.names) == line.startswith("2025")


def test_an_object_behind_a_key(desk: Desk) -> None:
    text = "".join(f"{i}\t{json.dumps({'score': s, 'label': y, 'note': t})}\n" for i, s, y, t in ROWS)
    log = desk.log(desk.file(text, "topic.txt"))
    assert log.reading.names == ("key", "score", "label", "note")
    assert desk.stored(log)["score"].to_list() == [row[1] for row in ROWS]


@pytest.mark.parametrize(
    "text",
    [
        "id\tpayload\n" + "".join(f'{i}\t{{"score": {s}, "label": {y}}}\n' for i, s, y, _ in ROWS),
        "url,score,label\n" + "".join(f"/a?x=1&id={i},{s},{y}\n" for i, s, y, _ in ROWS),
    ],
)
def test_a_table_with_names_above_stays_one(desk: Desk, text: str) -> None:
    assert desk.read(text).file_format == "csv"


@pytest.mark.parametrize(
    "document",
    [
        lambda names, rows: {"meta": [{"name": name, "type": "String"} for name in names], "data": rows, "rows": 40},
        lambda names, rows: {"fields": names, "rows": rows, "preview": False},
        lambda names, rows: {"columns": [{"name": name, "type": "text"} for name in names], "rows": rows},
    ],
)
def test_names_beside_lists_of_values(desk: Desk, document: Any) -> None:
    content = json.dumps(document(["id", "score", "label", "note"], [list(row) for row in ROWS]))
    log = desk.log(desk.file(content, "answer.json"))
    stored = desk.stored(log)
    assert (stored["score"].to_list(), stored["label"].to_list()) == ([r[1] for r in ROWS], [r[2] for r in ROWS])
