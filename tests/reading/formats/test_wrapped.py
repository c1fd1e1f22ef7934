"""Records of JSON inside of something else: pages of answers, sequences, events of a server, scripts, lines of a program."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analytics.errors import InputError
from analytics.reading import raw
from analytics.reading.formats import sources

RECORDS = [
    {"id": f"r{n}", "score": n / 40, "label": n % 2, "note": ["a;b", "it's", "{x}", "---"][n % 4]} for n in range(40)
]
PAGES = [RECORDS[at : at + 10] for at in range(0, 40, 10)]


def each(form: Callable[[str], str], *, indent: int | None = None) -> str:
    return "".join(form(json.dumps(record, indent=indent)) for record in RECORDS)


def read(folder: Path, text: str) -> tuple[list[dict[str, Any]], int]:
    """The rows of a text, values as text, and how many rows were set aside."""
    path = folder / "answers.txt"
    path.write_text(text, "utf-8")
    source = sources.prepare(path, folder, max_bytes=1 << 20, progress=lambda _: None)
    with duckdb.connect() as connection:
        table = raw.read_source(connection, source, folder)
        rows = connection.execute("SELECT COLUMNS(*)::VARCHAR FROM raw ORDER BY rowid").fetchall()
    return [dict(zip(table.names, row, strict=True)) for row in rows], sum(aside.rows for aside in table.set_aside)


def as_text(record: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in record.items()}


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(json.dumps({"page": n, "results": page}) for n, page in enumerate(PAGES)),
        "\n".join(json.dumps({"response": {"items": page, "totalCount": 40}, "took": 3}) for page in PAGES),
        "\n".join(json.dumps({"meta": {"next": "/x"}, "data": page, "has_more": True}) for page in PAGES),
        "\n".join(
            [
                *(json.dumps({"data": {"logs": {"nodes": page, "pageInfo": {}}}}) for page in PAGES),
                '{"error": {"a": 1}}',
            ]
        ),
        "\n".join(json.dumps({"page": n, "results": page}) for n, page in enumerate([*PAGES, []])),
        each(lambda text: f"\x1e{text}\n"),
        each(lambda text: f"\x1e{text}\n", indent=1),
        each(lambda text: f"\ufeff{text}\n"),
        each(lambda text: f"{text}\n---\n", indent=1),
        each(lambda text: f"{text};\n"),
        each(lambda text: f"data: {text}\n\n") + "data: [DONE]\n\n",
        ": ping\r\n\r\n" + each(lambda text: f"event: done\r\nid: 7\r\ndata:{text}\r\n\r\n"),
        each(lambda text: "".join(f"data: {line}\n" for line in text.split("\n")) + "\n", indent=1),
        f"// export\nvar rows = {json.dumps(RECORDS, indent=1)};\nmodule.exports = rows;\n",
        f"callback({json.dumps({'rows': RECORDS})});",
        ")]}'\n" + json.dumps(RECORDS),
        "".join(f"{record!r}\n" for record in RECORDS),
        "".join(
            "{{'id': {id!r}, 'score': np.float64({score}), 'label': np.int64({label}), 'note': {note!r}, 'a': nan}}\n".format(
                **record
            )
            for record in RECORDS
        ),
        "".join(f"2024-03-01 08:00:00,123 INFO scored {record!r} in 3 ms\n" for record in RECORDS),
        each(lambda text: f"{text} took 3 ms\n"),
        each(lambda text: f"INFO:root:{text} took 3 ms\n"),
    ],
    ids=[
        "pages by line",
        "pages inside",
        "pages with what is about them",
        "pages of a graph, the last an error",
        "pages, the last one empty",
        "sequence",
        "sequence over lines",
        "marks",
        "dashes",
        "semicolons",
        "events",
        "events with fields",
        "events over lines",
        "script",
        "function",
        "guard",
        "Python",
        "Python with NumPy",
        "Python in a log",
        "words after",
        "words about",
    ],
)
def test_records_inside_of_something_else(tmp_path: Path, text: str) -> None:
    rows, n_aside = read(tmp_path, text)
    assert n_aside == 0
    assert [{name: row[name] for name in RECORDS[0]} for row in rows] == [*map(as_text, RECORDS)]


def test_words_after_a_record_are_kept(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, "".join(f"{json.dumps(record)} took {n} ms\n" for n, record in enumerate(RECORDS)))
    assert [row["log_after"] for row in rows] == [f"took {n} ms" for n in range(40)]


def test_a_sequence_with_a_record_that_was_cut_loses_that_one_alone(tmp_path: Path) -> None:
    texts = [json.dumps(record) for record in RECORDS]
    rows, n_aside = read(tmp_path, "".join(f"\x1e{text}\n" for text in [*texts[:-1], texts[-1][:20]]))
    assert (len(rows), n_aside) == (39, 1)


@pytest.mark.parametrize(
    "inner",
    [{"candidates": [{"a": 1}, {"a": 2}]}, {"page": [{"a": 1}]}, {"status": "ok", "hits": [{"a": 1}]}, {"tags": []}],
)
def test_a_record_with_a_list_is_no_page(tmp_path: Path, inner: dict[str, object]) -> None:
    rows, _ = read(tmp_path, "".join(json.dumps(record | inner) + "\n" for record in RECORDS))
    assert [row["id"] for row in rows] == [record["id"] for record in RECORDS]


def test_two_scripts_in_one_file_are_not_read_as_the_first(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="JSON"):
        read(tmp_path, f"a = {json.dumps(RECORDS[:20])};\nb = {json.dumps(RECORDS[20:])};\n")
