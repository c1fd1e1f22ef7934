"""Payloads of serving platforms and evaluation tools, in the shapes that their documentation shows, against Polars."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from analytics.log.layout import CsvOptions
from analytics.reading.api import Staged
from analytics.reading.nested.registry import RECOGNISERS
from tests.ingested import Desk

N = 60
ROWS = pl.DataFrame(
    {
        "id": [f"req-{n:04}" for n in range(N)],
        "region": ["NSEW"[n % 4] for n in range(N)],
        "amount": [round(3.5 * n % 80, 2) for n in range(N)],
        "score": [round((n * 37 % 97) / 100, 2) for n in range(N)],
        "label": [int(n * 5 % 3 == 0) for n in range(N)],
    }
)
RECORDS = ROWS.to_dicts()
_Lines = list[dict[str, Any]]


def _batched(rows: _Lines, size: int) -> list[_Lines]:
    return [rows[at : at + size] for at in range(0, len(rows), size)]


def sagemaker(encoded: Callable[[str], str] = str, encoding: str = "CSV", answer: str = "{score}") -> _Lines:
    return [
        {
            "captureData": {
                "endpointInput": {
                    "mode": "INPUT",
                    "data": encoded(f"{row['amount']},{row['region']}"),
                    "encoding": encoding,
                },
                "endpointOutput": {"mode": "OUTPUT", "data": encoded(answer.format(**row)), "encoding": encoding},
            },
            "eventMetadata": {"eventId": row["id"], "inferenceTime": f"2024-03-01T08:{n:02}:00Z"},
            "groundTruthData": {"data": str(row["label"]), "encoding": "CSV"},
            "eventVersion": "0",
        }
        for n, row in enumerate(RECORDS)
    ]


def several_in_one_capture() -> _Lines:
    lines = []
    for rows in _batched(RECORDS, 3):
        captured = {
            "endpointInput": {"data": "\n".join(f"{row['amount']},{row['region']}" for row in rows), "encoding": "CSV"},
            "endpointOutput": {"data": "\n".join(str(row["score"]) for row in rows), "encoding": "CSV"},
        }
        labels = {"data": "\n".join(str(row["label"]) for row in rows), "encoding": "CSV"}
        event = {"eventId": rows[0]["id"]}
        lines.append({"captureData": captured, "groundTruthData": labels, "eventMetadata": event})
    return lines


def vertex(prediction: Callable[[float], Any]) -> _Lines:
    names = ("id", "region", "amount", "label")
    return [
        {"instance": {name: row[name] for name in names}, "prediction": prediction(row["score"])} for row in RECORDS
    ]


def classes_by_score(score: float) -> dict[str, Any]:
    ordered = sorted([("1", score), ("0", 1 - score)], key=lambda pair: -pair[1])
    return {"displayNames": [name for name, _ in ordered], "confidences": [value for _, value in ordered]}


def inference_table(request: Callable[[list[dict[str, Any]]], Any], answer: Callable[[float], Any] = float) -> _Lines:
    return [
        {
            "databricks_request_id": f"r{n}",
            "timestamp_ms": 1_709_280_000_000 + n * 60_000,
            "status_code": 200,
            "request": json.dumps(request([{k: row[k] for k in ("id", "region", "label")} for row in rows])),
            "response": json.dumps({"predictions": [answer(row["score"]) for row in rows]}),
        }
        for n, rows in enumerate(_batched(RECORDS, 2))
    ]


def split(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"dataframe_split": {"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}}


def halves(request: Callable[[dict[str, Any]], Any], response: Callable[[dict[str, Any]], Any]) -> _Lines:
    return [
        {"type": f"org.kubeflow.serving.inference.{side}", "id": row["id"], "specversion": "1.0", "data": made(row)}
        for row in RECORDS
        for side, made in (("request", request), ("response", response))
    ]


def given(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("region", "label")}


def inspect_log() -> dict[str, Any]:
    return {
        "version": 2,
        "eval": {"task": "t"},
        "samples": [
            {
                "id": n,
                "input": "q",
                "target": "t",
                "metadata": {"region": row["region"], "confidence": row["score"]},
                "scores": {"match": {"value": "C" if row["label"] else "I"}},
            }
            for n, row in enumerate(RECORDS)
        ],
    }


def traces() -> _Lines:
    return [
        {
            "id": row["id"],
            "name": "answer",
            "input": {"question": "q"},
            "metadata": {"region": row["region"]},
            "scores": [{"name": "confidence", "value": row["score"]}, {"name": "label", "value": row["label"]}][
                :: 1 - n % 2 * 2
            ],
        }
        for n, row in enumerate(RECORDS)
    ]


def hits() -> dict[str, Any]:
    found = [
        {"_index": "log", "_id": row["id"], "_score": 1 / (n + 2), "_source": row} for n, row in enumerate(RECORDS)
    ]
    return {"took": 3, "timed_out": False, "hits": {"total": {"value": N}, "max_score": 0.5, "hits": found}}


KINDS: dict[str, Any] = {
    "capture": sagemaker(),
    "capture in base64": sagemaker(lambda text: base64.b64encode(text.encode()).decode(), "BASE64"),
    "capture of JSON": sagemaker(
        answer='{{"predictions": [{{"score": {score}, "predicted_label": 1}}]}}', encoding="JSON"
    ),
    "capture of several rows": several_in_one_capture(),
    "batch prediction of a number": vertex(float),
    "batch prediction of a list": vertex(lambda score: [1 - score, score]),
    "batch prediction of classes": vertex(lambda score: {"classes": ["0", "1"], "scores": [1 - score, score]}),
    "batch prediction in an order of its own": vertex(classes_by_score),
    "inference table of records": inference_table(lambda rows: {"dataframe_records": rows}),
    "inference table of a split frame": inference_table(split),
    "inference table of instances": inference_table(lambda rows: {"instances": rows}),
    "inference table of pairs": inference_table(lambda rows: {"instances": rows}, lambda score: [1 - score, score]),
    "inference table of objects": inference_table(lambda rows: {"inputs": rows}, lambda score: {"score": score}),
    "halves": halves(lambda row: {"instances": [given(row)]}, lambda row: {"predictions": [row["score"]]}),
    "halves of pairs": halves(
        lambda row: {"instances": [given(row)]}, lambda row: {"predictions": [[1 - row["score"], row["score"]]]}
    ),
    "halves of data": halves(lambda row: [given(row)], lambda row: [{"score": row["score"]}]),
    "halves of named tensors": halves(
        lambda row: {"inputs": [{"name": name, "shape": [1], "data": [value]} for name, value in given(row).items()]},
        lambda row: {"outputs": [{"name": "score", "shape": [1], "datatype": "FP64", "data": [row["score"]]}]},
    ),
    "collector": [
        {"specversion": "1.0", "id": f"b{n}", "time": f"2024-03-01T08:{n:02}:00Z", "data": list(rows)}
        for n, rows in enumerate(_batched(RECORDS, 3))
    ],
    "predictions in one line": [
        {"instances": [given(row) for row in rows], "predictions": [row["score"] for row in rows]}
        for rows in _batched(RECORDS, 4)
    ],
    "evaluation log": inspect_log(),
    "evaluation events": [
        {"sample_id": row["id"], "type": "match", "data": {"correct": bool(row["label"]), "confidence": row["score"]}}
        for row in RECORDS
    ],
    "evaluation of prompts": {
        "version": 3,
        "results": {
            "results": [
                {
                    "vars": {"region": row["region"]},
                    "confidence": row["score"],
                    "gradingResult": {"pass": bool(row["label"])},
                }
                for row in RECORDS
            ],
            "stats": {"successes": 20},
        },
    },
    "traces": traces(),
    "traces with annotations": [
        {
            "span_id": row["id"],
            "confidence": row["score"],
            "annotations": [
                {"name": "correct", "annotator_kind": "HUMAN", "result": {"label": ["no", "yes"][row["label"]]}}
            ],
        }
        for row in RECORDS
    ],
    "answers to suggested labels": [
        {
            "label": "FRAUD",
            "answer": ["reject", "accept"][row["label"]],
            "meta": {"score": row["score"]},
            "_task_hash": n,
        }
        for n, row in enumerate(RECORDS)
    ],
    "answers of several models": [
        {
            "question": f"q{n}",
            "answers": [{"model": name, **row} for name, row in zip("ab", RECORDS[n : n + 2], strict=False)],
        }
        for n in range(0, N, 2)
    ],
    "hits": hits(),
    "hits, one per line": hits()["hits"]["hits"],
}


def staged(desk: Desk, payload: Any) -> Staged:
    """Read a payload: a document, or one object per line."""
    if isinstance(payload, list):
        return desk.stage(desk.file("\n".join(map(json.dumps, payload)), "log.jsonl"))
    return desk.stage(desk.file(json.dumps(payload), "log.json"))


RECOGNISED = {
    "a SageMaker data capture": "capture",
    "a Vertex AI batch prediction": "batch prediction",
    "an inference table of requests and responses": "inference table",
    "requests and responses of a model server in rows of their own": "halves",
    "events of a data collector with several rows each": "collector",
    "predictions with several rows in a line": "predictions in one line",
    "an evaluation log of samples with scores": "evaluation log",
    "an evaluation log of events": "evaluation events",
    "an evaluation log of tests with a grade": "evaluation of prompts",
    "traces with scores beside them": "traces",
    "traces with annotations beside them": "traces with annotations",
    "answers of annotators to suggested labels": "answers to suggested labels",
    "the answers of several to one question, or of one to several, in a list": "answers of several models",
    "hits of a search": "hits",
}
"""Each recogniser with how the kinds of its payloads begin; the longest beginning counts."""


def recogniser_of(kind: str) -> str:
    return max((start, name) for name, start in RECOGNISED.items() if kind.startswith(start))[1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_payload_is_read_with_score_and_label_in_their_rows(desk: Desk, kind: str) -> None:
    upload = staged(desk, KINDS[kind])
    stored = desk.stored(desk.build(upload))
    assert stored["score"].to_list() == pytest.approx(ROWS["score"].to_list(), abs=1e-12)
    assert stored["label"].to_list() == ROWS["label"].to_list()
    assert upload.reading.rows_read == upload.reading.rows_kept == N
    assert upload.reading.origin.payload == recogniser_of(kind)
    if kind.startswith(("capture", "batch", "inference", "collector")):
        said = upload.reading.repairs[0]
        assert said.startswith("This looks like ")
        assert f"score from {upload.mapping.score!r}, label from {upload.mapping.label!r}" in said


def test_every_recogniser_has_an_input() -> None:
    assert {recogniser_of(kind) for kind in KINDS} == {recogniser.name for recogniser in RECOGNISERS}


@pytest.mark.parametrize(
    "rows",
    [
        [{"type": "inference.request", "id": "a", "n": 1}, {"type": "inference.request", "id": "b", "n": 2}],
        [{"instance": "i-1", "prediction": 0.25, "label": n % 2} for n in range(30)],
        [{"id": n, "input": "x", "output": "y", "score": n / 30} for n in range(30)],
    ],
    ids=["requests alone", "names alike", "plain traces"],
)
def test_plain_logs_are_left_as_they_are(desk: Desk, rows: _Lines) -> None:
    reading = staged(desk, rows).reading
    assert reading.names == tuple(rows[0])
    assert (reading.rows_kept, reading.origin.payload, reading.repairs) == (len(rows), None, ())


def test_a_request_without_a_response_is_kept_without_a_score(desk: Desk) -> None:
    upload = staged(desk, [line for n, line in enumerate(KINDS["halves"]) if n != 5])
    stored = desk.stored(desk.build(upload))
    assert stored["score"].is_null().to_list() == [n == 2 for n in range(N)]


def test_lists_of_differing_lengths_are_no_rows(desk: Desk) -> None:
    lines = [{"instances": [1, 2, 3][: 1 + n % 3], "predictions": [0.5] * 4} for n in range(30)]
    assert staged(desk, lines).reading.rows_kept == 30


def test_a_place_of_a_list_of_rows_can_be_named_instead(desk: Desk) -> None:
    path = desk.file("\n".join(map(json.dumps, KINDS["predictions in one line"])), "log.jsonl")
    reading = desk.read(path, csv=CsvOptions(paths=("predictions[0]",)))
    assert "predictions[0]" in reading.names
    assert reading.rows_kept == N // 4
