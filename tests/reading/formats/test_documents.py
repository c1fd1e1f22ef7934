"""JSON in the layouts that tools write, each the same table; damaged lines are set aside with number and reason."""

from __future__ import annotations

import json

import pytest

from analytics.errors import InputError
from analytics.query.engine import Engine
from tests.ingested import Desk

RECORDS = [
    {"id": "a", "score": 0.5, "label": 1},
    {"id": "b", "score": 0.25, "label": 0},
    {"id": "c", "score": None, "label": 1},
]
NAMES = list(RECORDS[0])
CELLS = [list(record.values()) for record in RECORDS]
COLUMNS = {name: [record[name] for record in RECORDS] for name in NAMES}
LAYOUTS = {
    "records": RECORDS,
    "data": {"data": RECORDS},
    "data with more": {"version": 2, "meta": {"from": "x"}, "data": RECORDS, "errors": []},
    "rows": {"rows": RECORDS},
    "any key": {"exported": "2024-05-31", "loans": RECORDS},
    "nested": {"status": "ok", "data": {"total": 3, "rows": RECORDS}},
    "split": {"columns": NAMES, "index": [0, 1, 2], "data": CELLS},
    "split alone under a key": {"dataframe_split": {"columns": NAMES, "data": CELLS}},
    "split with types": {"columns": [{"name": name, "type": "x"} for name in NAMES], "rows": CELLS},
    "table": {"schema": {"fields": [{"name": "id"}]}, "data": RECORDS},
    "lists": COLUMNS,
    "pandas": {name: {str(place): cell for place, cell in enumerate(cells)} for name, cells in COLUMNS.items()},
    "by index": {str(place): record for place, record in enumerate(RECORDS)},
    "arrays": [NAMES, *CELLS],
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_the_same_table(desk: Desk, layout: str, indent: int | None) -> None:
    upload = desk.stage(json.dumps(LAYOUTS[layout], indent=indent))
    assert upload.reading.names == tuple(NAMES)
    assert upload.sample == [["a", "0.5", "1"], ["b", "0.25", "0"], ["c", None, "1"]]
    assert (upload.reading.rows_read, upload.reading.rows_kept) == (3, 3)


def test_records_under_their_ids_keep_them(desk: Desk) -> None:
    upload = desk.stage(json.dumps({f"loan {n}": {"score": n / 10, "label": n % 2} for n in range(1, 5)}))
    assert upload.reading.names == ("key", "score", "label")
    assert upload.sample[0] == ["loan 1", "0.1", "1"]


def test_where_the_records_stood_is_said(desk: Desk) -> None:
    assert "The records stand under 'loans' in the JSON document." in desk.read(json.dumps(LAYOUTS["any key"])).repairs


def test_a_damaged_line_is_set_aside_with_its_number_and_reason(desk: Desk) -> None:
    good = '{"score": 0.5, "label": 1, "name": "Ł"}'
    log = desk.log("\n".join([good, good, "", '{"score": 0.', "[1, 2]", good, "footer", good, good]) + "\n")
    reading = log.reading
    assert (reading.rows_read, reading.rows_kept, reading.lines and reading.lines.total) == (8, 5, 9)
    assert reading.lines is not None and reading.lines.blank == 1
    engine = Engine(desk.workspace)
    rows = engine.set_aside(log).sort("line").rows()
    engine.close()
    assert [(row[0], row[2]) for row in rows] == [(4, '{"score": 0.'), (5, "[1, 2]"), (7, "footer")]
    assert rows[1][1] == "JSON, but no object"
    assert sum(reason.rows for reason in reading.set_aside) == 3


def test_lines_damaged_in_the_same_way_are_said_without_a_line(desk: Desk) -> None:
    records = [f'{{"id": {n}, "score": 0.{n}, "label": {n % 2}}}' for n in range(10, 60)]
    log = desk.log("\n".join([*records[:9], "{bad", *records[9:], "{bad"]) + "\n")
    (said,) = [finding.message for finding in log.findings if finding.code == "rows-set-aside"]
    assert said.startswith("2 rows were set aside: no JSON") and "line" not in said, said


def test_a_line_cut_off_at_the_end_is_set_aside(desk: Desk) -> None:
    reading = desk.read('{"score": 0.5, "label": 1}\n' * 50 + '{"score": 0.5, "la')
    assert (reading.rows_kept, [reason.rows for reason in reading.set_aside]) == (50, [1])


@pytest.mark.parametrize("wrap", ["{}", "[{}]", '{{"data": [{}]}}'])
def test_whole_numbers_of_any_length_keep_every_digit(desk: Desk, wrap: str) -> None:
    numbers = ["98765432109876543210", "12345678901234567890", "1234567890123456789012345"]
    records = [f'{{"id": {number}, "score": 0.5, "small": 7}}' for number in numbers]
    upload = desk.stage(wrap.format("\n".join(records) if wrap == "{}" else ",".join(records)))
    assert [row[0] for row in upload.sample] == numbers
    assert [column.type for column in upload.reading.columns] == ["VARCHAR", "DOUBLE", "BIGINT"]


def test_values_inside_values_become_columns_and_that_is_said(desk: Desk) -> None:
    reading = desk.read(
        '{"score": 0.5, "features": {"age": 3, "tags": [1]}}\n{"score": 0.1, "features": null}\n'
        '{"score": 0.2, "features": {"age": 4, "tags": [1, 2]}}\n'
    )
    assert reading.names == ("score", "features.age", "features.tags")
    assert [value for value, _ in reading.column("features.tags").top] == ["[1,2]", "[1]"]
    assert "Values inside values became columns by their paths: 'features' (2)." in reading.repairs
    assert "Values inside values are kept as JSON text: 'features.tags'." in reading.repairs


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"data": [{"a": 1}, {"a"', "whole"),
        ('{"data": []}', ""),
        ("[1, 2, 3]", ""),
        ('[{"a": 1}, 2]', ""),
        ('{"columns": ["a", "b"], "data": [[1, 2], [3]]}', "rows of 2 values"),
        ("[" * 5_000, ""),
        ('{"a":' * 5_000, ""),
    ],
)
def test_what_holds_no_records_is_refused_or_read_in_words(desk: Desk, text: str, words: str) -> None:
    if words:
        with pytest.raises(InputError, match=words):
            desk.read(text)
    else:
        try:
            reading = desk.read(text)
        except InputError as error:
            assert len(str(error)) < 600
        else:
            assert reading.rows_read == reading.rows_kept + sum(reason.rows for reason in reading.set_aside)


@pytest.mark.parametrize("key", ["data", "items", "summary"])
@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_tables_in_one_document_the_larger_is_read_and_the_other_is_said(
    desk: Desk, key: str, is_first: bool
) -> None:
    few = {key: [{"metric": "auc", "value": 0.7}, {"metric": "f1", "value": 0.4}]}
    many = {"scored": [{"score": place / 50, "label": place % 2} for place in range(50)]}
    document = {**few, **many} if is_first else {**many, **few}
    reading = desk.read(json.dumps(document), name="log.json")
    assert (reading.rows_kept, reading.names) == (50, ("score", "label"))
    said = f"The records stand under 'scored' in the JSON document. Left out as smaller: '{key}' (2)."
    assert said in reading.repairs


def test_of_two_tables_as_long_the_usual_name_is_read(desk: Desk) -> None:
    document = {"other": [{"a": 1}, {"a": 2}], "data": [{"score": 0.1}, {"score": 0.2}]}
    assert desk.read(json.dumps(document)).names == ("score",)


def test_a_larger_table_within_a_usual_name_goes_before_a_list_beside_it(desk: Desk) -> None:
    rows = [{"score": place / 50} for place in range(50)]
    document = {"warnings": [{"code": 1}, {"code": 2}], "data": {"rows": rows}}
    assert desk.read(json.dumps(document)).names == ("score",)


@pytest.mark.parametrize("key", [None, "dataframe_split"])
def test_lines_of_names_and_rows_are_one_table(desk: Desk, key: str | None) -> None:
    parts = [{"columns": NAMES, "data": CELLS[:2]}, {"columns": NAMES[::-1], "data": [CELLS[2][::-1]]}]
    upload = desk.stage("".join(json.dumps(part if key is None else {key: part}) + "\n" for part in parts))
    assert upload.sample == [["a", "0.5", "1"], ["b", "0.25", "0"], ["c", None, "1"]]


def test_a_document_written_by_hand_is_the_same_table(desk: Desk) -> None:
    lines = "\n".join(json.dumps(record | {"url": "http://a/,]"})[:-1] + ",},  // one" for record in RECORDS)
    upload = desk.stage(f"// by hand\n[\n{lines}\n/* the\nend */ ]\n")
    assert upload.reading.names == (*NAMES, "url")
    assert upload.sample[2] == ["c", None, "1", "http://a/,]"]
    assert any("Comments" in said for said in upload.reading.repairs)


def test_objects_after_the_heads_of_requests_are_rows(desk: Desk) -> None:
    head = "POST /predict HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nX-Id: {}\r\nContent-Type: application/json\r\n\r\n"
    upload = desk.stage("".join(f"{head.format(n)}{json.dumps(record)}\r\n" for n, record in enumerate(RECORDS * 4)))
    assert upload.reading.names == tuple(NAMES) and upload.reading.rows_kept == 12
