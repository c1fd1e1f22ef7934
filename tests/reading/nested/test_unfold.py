"""Objects and lists become columns by their paths, whatever kind of file they stand in; the values are those of Polars."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from analytics.log.layout import CsvOptions
from analytics.reading.nested.unfold import _MAX_LEAVES
from tests.ingested import Desk

N = 40
AMOUNTS = [round(7.25 * n % 90, 2) for n in range(N)]
SCORES = [round((n * 37 % 97) / 100, 2) for n in range(N)]
LABELS = [int(n * 5 % 3 == 0) for n in range(N)]
RECORDS: list[dict[str, Any]] = [
    {
        "request": {"amount": amount, "geo": {"region": "NS"[n % 2]}, "code": f"00{n}", "is_new": n % 3 == 0},
        "p": [1 - score, score],
        "label": label,
    }
    for n, (amount, score, label) in enumerate(zip(AMOUNTS, SCORES, LABELS, strict=True))
]
NAMES = ("request.amount", "request.geo.region", "request.code", "request.is_new", "p[0]", "p[1]", "label")


def as_csv(desk: Desk) -> Any:
    rows = [[json.dumps(record["request"]), record["p"], record["label"]] for record in RECORDS]
    return desk.csv(["request", "p", "label"], rows)


def as_arrow(desk: Desk) -> Any:
    path = desk.file(b"", "log.arrow")
    pl.DataFrame(RECORDS).write_ipc(path)
    return path


@pytest.mark.parametrize(
    "made",
    [
        lambda desk: desk.file("\n".join(map(json.dumps, RECORDS)), "log.jsonl"),
        lambda desk: desk.frame(pl.DataFrame(RECORDS)),
        as_arrow,
        as_csv,
    ],
    ids=["json", "parquet", "arrow", "text in csv"],
)
def test_values_inside_values_are_columns_in_every_format(desk: Desk, made: Any) -> None:
    upload = desk.stage(made(desk))
    assert upload.reading.names == NAMES
    types = {column.name: column.type for column in upload.reading.columns}
    assert types["request.amount"] == "DOUBLE" and types["request.is_new"] == "BOOLEAN"
    assert types["request.code"] == "VARCHAR"
    assert (upload.mapping.score, upload.mapping.label) == ("p[1]", "label")
    stored = desk.stored(desk.build(upload))
    assert stored["score"].to_list() == pytest.approx(SCORES, abs=1e-15)
    assert stored["c0"].to_list() == AMOUNTS
    assert list(stored["c1"].cast(pl.String)) == ["NS"[n % 2] for n in range(N)]


@pytest.mark.parametrize(
    "written",
    [
        "[{:.2f}, {:.2f}]",
        "[{:.2f} {:.2f}]",
        "[{:.2f}  {:.2f} ]",
        "({:.2f}, {:.2f})",
        "array([{:.2f}, {:.2f}])",
        "array([{:.2f}, {:.2f}], dtype=float32)",
        "{{{:.2f},{:.2f}}}",
        "[{:.2e} {:.2e}]",
        "DenseVector([{:.2f}, {:.2f}])",
        "{{'no': {:.2f}, 'yes': {:.2f}}}",
        "{{0: {:.2f}, 1: {:.2f}}}",
        "tensor([{:.2f}, {:.2f}], device='cuda:0', dtype=torch.float16)",
        "[np.float64({:.2f}), np.float64({:.2f})]",
        '[{{"label": "no", "score": {:.2f}}}, {{"label": "yes", "score": {:.2f}}}]',
    ],
)
def test_text_of_lists_and_objects(desk: Desk, written: str) -> None:
    rows = [
        [written.format(1 - score, score), "yes" if label else "no"]
        for score, label in zip(SCORES, LABELS, strict=True)
    ]
    upload = desk.stage(desk.csv(["score", "label"], rows))
    assert len(upload.reading.names) == 3
    assert desk.stored(desk.build(upload))["score"].to_list() == SCORES


def test_classes_in_an_order_of_each_rows_own(desk: Desk) -> None:
    """The first entry is the likeliest class: its place says nothing."""
    rows = []
    for n, (score, label) in enumerate(zip(SCORES, LABELS, strict=True)):
        entries = [{"label": "bad", "prob": score}, {"label": "good", "prob": 1 - score}]
        ordered = sorted(entries, key=lambda entry: -float(str(entry["prob"])))
        rows.append({"id": n, "label": "bad" if label else "good", "probs": ordered})
    upload = desk.stage("\n".join(map(json.dumps, rows)))
    assert upload.reading.names == ("id", "label", "probs.bad", "probs.good")
    assert desk.stored(desk.build(upload))["score"].to_list() == SCORES


@pytest.mark.parametrize(
    "entry",
    [
        lambda name, score: {"tables": {"value": name, "score": score}},
        lambda name, score: {"Name": name, "Score": score},
        lambda name, score: {"prediction": name, "probability": score},
        lambda name, score: {"key": name, "value": {"doubleValue": score}},
        lambda name, score: {"name": {"name": name, "split": "test"}, "count": 1, "mean": score},
    ],
)
def test_entries_that_say_what_they_are(desk: Desk, entry: Any) -> None:
    rows = []
    for score, label in zip(SCORES, LABELS, strict=True):
        likely = sorted([("yes", score), ("no", 1 - score)], key=lambda pair: -pair[1])
        rows.append({"bought": "yes" if label else "no", "predicted": [entry(name, value) for name, value in likely]})
    upload = desk.stage("\n".join(map(json.dumps, rows)))
    stored = desk.stored(desk.build(upload))
    assert (stored["score"].to_list(), stored["label"].to_list()) == (SCORES, LABELS)


def test_a_task_that_is_the_same_throughout_is_no_label(desk: Desk) -> None:
    rows = [
        {"label": "FRAUD", "answer": ["reject", "accept"][label], "meta": {"score": score}}
        for score, label in zip(SCORES, LABELS, strict=True)
    ]
    upload = desk.stage("\n".join(map(json.dumps, rows)))
    assert upload.mapping.label is None and "answer" in dict(upload.open["label"])
    named = "\n".join(json.dumps({**row, "_task_hash": n}) for n, row in enumerate(rows))
    assert desk.stored(desk.log(named))["label"].to_list() == LABELS


def test_a_place_of_a_list_whose_class_nothing_says_is_no_guess(desk: Desk) -> None:
    rows = [[f"[{1 - score}, {score}]", ["legit", "fraud"][label]] for score, label in zip(SCORES, LABELS, strict=True)]
    assert desk.stage(desk.csv(["score", "label"], rows)).mapping.score is None


@pytest.mark.parametrize(
    "values",
    [
        ["[a, b]", "[c]"] * 9,
        ["[INFO] done", "[WARN] not yet"] * 9,
        ["plain", "text"] * 9,
        ["(yes)", "(no)"] * 9,
        ["[1, 2", "{'a'"] * 9,
    ],
)
def test_text_that_is_no_list_stays(desk: Desk, values: list[str]) -> None:
    reading = desk.read(desk.csv(["note", "score"], [[value, n / 20] for n, value in enumerate(values)]))
    assert reading.names == ("note", "score")
    assert not reading.repairs


def test_lists_of_many_or_of_differing_lengths_stay_text(desk: Desk) -> None:
    rows = [{"vector": [0.5] * 64, "tags": ["a"] * (1 + n % 3), "score": n / 40} for n in range(N)]
    reading = desk.read("\n".join(map(json.dumps, rows)))
    assert reading.names == ("vector", "tags", "score")
    assert "Values inside values are kept as JSON text: 'vector', 'tags'." in reading.repairs


def test_an_object_of_many_names_stays_text(desk: Desk) -> None:
    rows = [{"by_user": {f"u{n}-{k}": k for k in range(10)}, "score": n / 40} for n in range(_MAX_LEAVES // 10 + 1)]
    assert desk.read("\n".join(map(json.dumps, rows))).names == ("by_user", "score")


def test_a_column_with_some_damaged_values_is_kept_beside_its_paths(desk: Desk) -> None:
    rows = [['{"a": 1}', n] for n in range(99)] + [["{broken", 99]]
    reading = desk.read(desk.csv(["inner", "n"], rows))
    assert reading.names == ("inner.a", "inner", "n")
    assert reading.column("inner.a").n_missing == 1


def test_long_whole_numbers_inside_values_keep_every_digit(desk: Desk) -> None:
    rows = [f'{{"a": {{"id": {12345678901234567890123 + n}}}, "score": 0.5}}' for n in range(5)]
    reading = desk.read("\n".join(rows))
    assert {value for value, _ in reading.column("a.id").top} == {str(12345678901234567890123 + n) for n in range(5)}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("answer.rows[0].p", 0.25), ("answer.rows[1].p", 0.75), ("answer.note.why", None)],
)
def test_any_path_can_be_named(desk: Desk, path: str, wanted: float | None) -> None:
    rows = [{"answer": {"rows": [{"p": 0.25}, {"p": 0.75}][: 1 + n % 2], "note": {"why": "x"}}} for n in range(10)]
    reading = desk.read("\n".join(map(json.dumps, rows)), csv=CsvOptions(paths=(path,)))
    assert path in reading.names
    assert wanted is None or float(reading.column(path).low or "nan") == wanted


def test_odd_names_lead_to_their_values(desk: Desk) -> None:
    rows = [{"a": {"b/c": {"~": n}, "x.y": n, "": n, "'; --": n}} for n in range(9)]
    reading = desk.read("\n".join(map(json.dumps, rows)))
    assert reading.names == ("a.b/c.~", "a.x.y", "a.", "a.'; --")
    assert [column.n_distinct for column in reading.columns] == [9] * 4
