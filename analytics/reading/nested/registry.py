"""Recognisers of payloads, as data: what a platform's log looks like, which lists hold its rows, where its roles lie.

Whoever adds one adds an entry here and a small input in the tests. A pattern is a path in which ``*`` stands for anything;
``rows[]`` is a list, ``rows[].score`` a value of its objects.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Joined:
    """Two rows that are one: the paths of the key that both have, and of the word that says which of the two a row is."""

    keys: tuple[str, ...]
    sides: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Recogniser:
    """What one kind of payload looks like.

    Attributes
    ----------
    name : str
        What it is, for a sentence: ``a Vertex AI batch prediction``.
    tells : tuple of str
        Patterns of paths that are all there.
    joined : Joined or None
        How request and response that stand in rows of their own become one.
    csv : tuple of str
        Texts that hold fields between commas, a row on each line, or the same in base64.
    rows : tuple of str
        Lists that hold a value for each row; they are taken apart side by side.
    whose : tuple of str
        Names in the objects of these lists of which one says whose each is, on every line another; none: they need not say it.
    score, label, row_id, time : tuple of str
        Where roles lie, the surest first.
    """

    name: str
    tells: tuple[str, ...]
    joined: Joined | None = None
    csv: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    whose: tuple[str, ...] = ()
    score: tuple[str, ...] = ()
    label: tuple[str, ...] = ()
    row_id: tuple[str, ...] = ()
    time: tuple[str, ...] = ()


_REQUEST_ROWS = (
    "*dataframe_records",
    "*dataframe_split.data",
    "*instances",
    "*inputs",
    "*inputs.*",
    "*predictions",
    "*outputs",
    "*outputs.*",
    "*ndarray",
)
"""Where servers of models put the rows of a request and the answers to them."""

_ANSWERS = ("*predictions*", "*outputs*", "*response*ndarray*")

RECOGNISERS = (
    Recogniser(
        name="a SageMaker data capture",
        tells=("captureData.endpointOutput.data", "eventMetadata.eventId"),
        csv=("captureData.endpointInput.data", "captureData.endpointOutput.data", "groundTruthData.data"),
        rows=("captureData.*.data.instances", "captureData.*.data.predictions"),
        score=("captureData.endpointOutput.data", "captureData.endpointOutput.*score", "captureData.endpointOutput.*"),
        label=("groundTruthData.data", "groundTruthData.*label*"),
        row_id=("eventMetadata.inferenceId", "eventMetadata.eventId"),
        time=("eventMetadata.inferenceTime",),
    ),
    Recogniser(
        name="a Vertex AI batch prediction",
        tells=("instance", "prediction*"),
        score=("prediction", "prediction.score*", "prediction.value", "prediction.prob*"),
        label=("instance.label", "instance.*label*", "instance.target"),
    ),
    Recogniser(
        name="requests and responses of a model server in rows of their own",
        tells=(),
        joined=Joined(
            keys=("id", "ce-id", "ce_id", "request_id", "requestid", "inference_id", "correlationid", "correlation_id"),
            sides=("type", "ce-type", "ce_type", "kind", "event", "event_type", "direction", "payload_type"),
        ),
        rows=(*_REQUEST_ROWS, "request.data", "response.data"),
        score=_ANSWERS,
    ),
    Recogniser(
        name="an inference table of requests and responses",
        tells=("*request*[]*", "*response*[]*"),
        rows=tuple(f"{side}{path}" for side in ("*request", "*response") for path in _REQUEST_ROWS),
        score=_ANSWERS,
        row_id=("databricks_request_id", "client_request_id", "request_id"),
        time=("timestamp_ms", "request_time", "logging_time"),
    ),
    Recogniser(
        name="events of a data collector with several rows each",
        tells=("specversion", "data[].*"),
        rows=("data",),
    ),
    Recogniser(
        name="predictions with several rows in a line",
        tells=("*instances[]*", "*predictions[]*"),
        rows=_REQUEST_ROWS,
        score=_ANSWERS,
    ),
    Recogniser(
        name="an evaluation log of samples with scores",
        tells=("scores.*.value", "input", "target"),
        score=("metadata.*confidence*", "metadata.*prob*", "metadata.*score*"),
        label=("scores.*.value",),
    ),
    Recogniser(
        name="an evaluation log of tests with a grade",
        tells=("gradingResult.pass", "vars*"),
        label=("gradingResult.pass", "success"),
        score=("*confidence*", "*prob*"),
    ),
    Recogniser(
        name="an evaluation log of events",
        tells=("sample_id", "data.correct"),
        label=("data.correct",),
        score=("data.*confidence*", "data.*prob*", "data.*score*"),
        row_id=("sample_id",),
    ),
    Recogniser(
        name="traces with scores beside them",
        tells=("scores[].name", "scores[].value"),
    ),
    Recogniser(
        name="traces with annotations beside them",
        tells=("annotations[].name", "annotations[].result*"),
    ),
    Recogniser(
        name="answers of annotators to suggested labels",
        tells=("meta.score", "answer", "_task_hash"),
        label=("answer",),
        score=("meta.score",),
        row_id=("_task_hash",),
    ),
    Recogniser(
        name="hits of a search",
        tells=("_source", "_index"),
        score=("_source.score", "_source.*score*", "_source.*prob*", "_source.*confidence*", "_source.prediction*"),
        label=("_source.label", "_source.*label*", "_source.target", "_source.*true*"),
        row_id=("_source.*id", "_id"),
    ),
    Recogniser(
        name="the answers of several to one question, or of one to several, in a list",
        tells=(),
        rows=(
            "*answers",
            "*responses",
            "*outputs",
            "*completions",
            "*predictions",
            "*results",
            "*evaluations",
            "*judg*ments",
        ),
        whose=(
            *("model", "model_name", "model_id", "generator", "system"),
            *(
                f"{thing}_id"
                for thing in ("question", "task", "item", "doc", "example", "instance", "prompt", "problem")
            ),
        ),
    ),
)


def matching(pattern: str, paths: Iterable[str]) -> list[str]:
    """Return the paths that a pattern means.

    >>> matching("scores.*.value", ["scores.match.value", "scores.value"])
    ['scores.match.value']
    """
    shape = re.compile(re.escape(pattern).replace(r"\*", ".*"), re.IGNORECASE)
    return [path for path in paths if shape.fullmatch(path)]


def matching_any(patterns: Iterable[str], paths: Iterable[str]) -> list[str]:
    """Return the paths that some of the patterns mean, each once."""
    known = list(paths)
    return list(dict.fromkeys(path for pattern in patterns for path in matching(pattern, known)))
