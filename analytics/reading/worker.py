"""The process that reads uploaded files, so that the server is not the one that dies.

It is started by `analytics.reading.api`, takes one request as JSON on standard input and answers with JSON lines:
``{"step": …, "done": 0…1}`` while it works, then ``{"result": …}`` or ``{"error": …}``.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import duckdb

from analytics import settings
from analytics.errors import AnalysisError
from analytics.log import roles
from analytics.log.disk import NO_ROOM
from analytics.log.layout import CsvOptions
from analytics.log.mapping import mapping_from_dict
from analytics.log.schema import Reading, reading_from_dict
from analytics.reading import build, files, grid, profile
from analytics.reading import labels as later_labels
from analytics.reading.checks import facts, findings
from analytics.reading.sql import database
from analytics.reading.types import infer, notations

_PROGRESS_SECONDS = 0.2
_MAX_CHAIN = 10
_EXPECTED = (AnalysisError, duckdb.Error, OSError, MemoryError, RecursionError)
_NO_THREAD = "can't start new thread"
_LIBRARIES = ("pyarrow", "polars", "pyo3_runtime")
"""Whose errors a file can cause as well; Rust's panics are no `Exception`."""

_FULL = (
    "There is no room left for the log: the disk is full, or a file grew larger than it may. Nothing was kept. "
    f"Make room, or set {settings.READER_FILE_MB.name}."
)
_TOO_LARGE = (
    "Reading this file needs more than the {:,} MB of memory that the reader may use. Nothing was kept. "
    f"Split the export, or set {settings.READER_MEMORY_MB.name}."
)


def _emit(message: dict[str, Any]) -> None:
    """Send one line to the parent."""
    sys.stdout.write(json.dumps(message, ensure_ascii=True) + "\n")
    sys.stdout.flush()


class Progress:
    """Tells the parent the step and how far it is, from the engine's own account while a statement runs."""

    def __init__(self) -> None:
        self.step = "starting"
        self.connection: duckdb.DuckDBPyConnection | None = None
        threading.Thread(target=self._watch, daemon=True).start()

    def begin(self, step: str) -> None:
        """Begin the next step."""
        self.step = step
        _emit({"step": step, "done": 0.0})

    def at(self, done: float) -> None:
        """Say how far the present step is."""
        _emit({"step": self.step, "done": round(done, 3)})

    def _watch(self) -> None:
        waiting = threading.Event()
        while not waiting.wait(_PROGRESS_SECONDS):
            if self.connection is not None:
                try:
                    percent = self.connection.query_progress()
                except duckdb.Error:
                    continue
                if percent > 0:
                    self.at(percent / 100)


def _content_hash(path: Path) -> str:
    """Return the digest that identifies a log."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _files_of(request: dict[str, Any]) -> list[files.Given]:
    """Return the files of a request."""
    return [files.Given(Path(path), name) for path, name in request["files"]]


def _digest_of(given: Sequence[files.Given]) -> str:
    """Return the digest that identifies a log: that of its one file, or of all files with their names."""
    digests = [_content_hash(file.path) for file in given]
    if len(given) == 1:
        return digests[0]
    names = [[file.name, digest] for file, digest in zip(given, digests, strict=True)]
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def read(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read a file into ``raw.duckdb`` beside its reading and a guess at its roles."""
    given, folder = _files_of(request), Path(request["folder"])
    labels = request["labels"]
    progress.begin("Recognising the file")
    digest = _digest_of(given)
    csv = CsvOptions.from_dict(request.get("csv"))
    if csv.given:
        digest = hashlib.sha256(f"{digest}{json.dumps(csv.given, sort_keys=True)}".encode()).hexdigest()
    if labels:
        digest = _labelled_hash(digest, labels)
    if digest[:12] in request["known"]:
        return {"known": digest[:12]}
    connection = database.connect(folder / "raw.duckdb", request["memory_limit"])
    progress.connection = connection
    progress.begin("Reading rows")
    export = files.read_exports(connection, given, folder, csv, max_bytes=request["max_bytes"], progress=progress.at)
    table = export.table
    progress.begin("Recognising types")
    conversions = infer.convert(connection, table.names, table.types, is_text=table.is_text)
    progress.begin("Describing columns")
    n_rows, columns = profile.profile(connection, table.names, conversions, progress.at)
    reading = Reading(
        content_hash=digest,
        source=request["name"],
        file_format=export.file_format,
        rows_read=n_rows + sum(reason.rows for reason in table.set_aside),
        rows_kept=n_rows,
        columns=columns,
        set_aside=table.set_aside,
        repairs=(*table.repairs, *notations.said(table.names, conversions)),
        lines=table.lines,
        origin=export.origin,
    )
    first = roles.guess(reading).mapping
    if labels:
        progress.begin("Joining labels")
        asked = _labels_file(labels, labels["id"] or first.row_id, first.model_version)
        reading = later_labels.join_labels(connection, reading, asked, folder, request["max_bytes"], progress.at)
        first = roles.guess(reading).mapping
    reading = replace(reading, logged_threshold=grid.logged_threshold(connection, reading, first))
    return _stage(connection, reading, folder, progress)


def _attach(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Join labels to the rows of a log that exists; the result waits for its mapping like a file that was read."""
    folder, labels = Path(request["folder"]), request["labels"]
    reading, mapping = reading_from_dict(request["reading"]), mapping_from_dict(request["mapping"])
    progress.begin("Recognising the file")
    digest = _labelled_hash(reading.content_hash, labels)
    if digest[:12] in request["known"]:
        return {"known": digest[:12]}
    connection = database.connect(folder / "raw.duckdb", request["memory_limit"])
    progress.connection = connection
    database.copy_rows(connection, reading, Path(request["origin"]))
    progress.begin("Joining labels")
    given = _labels_file(labels, labels["id"], mapping.model_version)
    reading = replace(reading, content_hash=digest, source=request["name"])
    reading = later_labels.join_labels(connection, reading, given, folder, request["max_bytes"], progress.at)
    assert reading.labels is not None
    if mapping.label != reading.labels.label_column:
        positive, negative = roles.split_values(reading.column(reading.labels.label_column))
        mapping = replace(mapping, label=reading.labels.label_column, positive=positive, negative=negative)
    (folder / "mapping.json").write_text(json.dumps(asdict(mapping), ensure_ascii=False), encoding="utf-8")
    return _stage(connection, reading, folder, progress)


def _labels_file(labels: dict[str, Any], id_column: str | None, version_column: str | None) -> later_labels.LabelsFile:
    """Return the labels file of a request."""
    return later_labels.LabelsFile(Path(labels["path"]), labels["name"], id_column, version_column, labels["label"])


def _labelled_hash(digest: str, labels: dict[str, Any]) -> str:
    """Return the digest of a log with labels from another file."""
    parts = [digest, _content_hash(Path(labels["path"])), labels["id"], labels["label"]]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _stage(connection: duckdb.DuckDBPyConnection, reading: Reading, folder: Path, progress: Progress) -> dict[str, Any]:
    """Leave ``raw.duckdb``, the reading and sampled rows in the folder, and nothing else."""
    sample = profile.sample_rows(connection, len(reading.columns))
    (folder / "sample.json").write_text(json.dumps(sample, ensure_ascii=False), encoding="utf-8")
    progress.connection = None
    connection.close()
    for leftover in folder.iterdir():
        if leftover.name not in ("raw.duckdb", "sample.json", "mapping.json") and leftover.is_file():
            leftover.unlink()
    (folder / "reading.json").write_text(json.dumps(asdict(reading), ensure_ascii=False), encoding="utf-8")
    return {"staged": reading.content_hash[:12]}


def _copy(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Write what was read from a file as a CSV of text, whatever the file holds; of an empty file nothing."""
    given, folder = _files_of(request), Path(request["folder"])
    progress.begin("Reading rows")
    csv = CsvOptions.from_dict(request.get("csv"))
    if not any(file.path.stat().st_size for file in given):
        (folder / "copy.csv").touch()
        return {"copy": str(folder / "copy.csv")}
    connection = database.connect(folder / "raw.duckdb", request["memory_limit"])
    export = files.read_exports(
        connection, given, folder, csv, max_bytes=request["max_bytes"], progress=progress.at, as_text=True
    )
    database.write_text(connection, export.table.header, folder / "copy.csv")
    return {"copy": str(folder / "copy.csv")}


def _preview(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Read the first lines of a text file under a layout."""
    (given,), folder = _files_of(request), Path(request["folder"])
    connection = database.connect(folder / "raw.duckdb", request["memory_limit"])
    table, rows = files.read_head(
        connection, given, folder, CsvOptions.from_dict(request["csv"]), max_bytes=request["max_bytes"]
    )
    assert table.lines is not None
    return {"names": table.names, "rows": rows, "lines": asdict(table.lines), "repairs": table.repairs}


def _build_log(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Build a log from a staged reading, or anew from a log that exists, under another mapping."""
    folder, origin = Path(request["folder"]), Path(request["origin"])
    reading, mapping = reading_from_dict(request["reading"]), mapping_from_dict(request["mapping"])
    connection = database.connect(folder / "scratch.duckdb", request["memory_limit"])
    progress.connection = connection
    progress.begin("Preparing scores and segments")
    database.attach(connection, origin, folder / "log.duckdb")
    database.take_rows(connection, reading, from_log=request["from_log"])
    log = build.build(connection, reading, mapping, progress.at, name=request["name"], created_at=request["created_at"])
    progress.begin("Checking the log")
    log = replace(log, findings=findings.find(log, _with_auroc(facts.count_facts(connection, log), connection)))
    progress.connection = None
    database.finish(connection, log)
    return {"log": log.to_json()}


def _with_auroc(found: findings.Facts, connection: duckdb.DuckDBPyConnection) -> findings.Facts:
    """Add the area under the ROC curve and its interval."""
    from analytics.measure import curves, intervals  # SciPy takes half a second to import: not while a file is read

    positives, negatives = facts.bin_counts(connection)
    if not sum(positives) or not sum(negatives):
        return found
    area = intervals.logit_interval(curves.auroc(positives, negatives), min(sum(positives), sum(negatives)))
    return replace(found, auroc=float(area.value), auroc_low=float(area.low), auroc_high=float(area.high))


TASKS = {"read": read, "attach": _attach, "copy": _copy, "preview": _preview, "build": _build_log}


def _explained(error: BaseException) -> dict[str, str]:
    """Return the sentence and the code of a failure; a full disk or memory counts more than what was made of it."""
    chain: list[BaseException] = [error]
    while (above := chain[-1].__cause__ or chain[-1].__context__) is not None and len(chain) < _MAX_CHAIN:
        chain.append(above)
    for cause in chain:
        if _is_full(cause):
            return {"error": _FULL, "code": "disk-full"}
        if _is_memory(cause):
            return {"error": _TOO_LARGE.format(settings.READER_MEMORY_MB.value), "code": "reader-memory"}
    if isinstance(error, AnalysisError):
        return {"error": str(error), "code": error.code}
    first = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
    return {"error": f"The file could not be read to its end: {first}", "code": "reader-unread"}


def _is_full(error: BaseException) -> bool:
    """Whether an error says that the disk is full or a file as large as it may become."""
    if isinstance(error, OSError):
        return error.errno in NO_ROOM
    return isinstance(error, duckdb.Error) and any(os.strerror(number) in str(error) for number in NO_ROOM)


def _is_memory(error: BaseException) -> bool:
    """Whether an error says that the memory of the process is used up; a thread needs some for its stack."""
    return isinstance(error, (MemoryError, duckdb.OutOfMemoryException)) or str(error) == _NO_THREAD


def answer(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Answer one request: a result, or a sentence and its code; what no file can cause is raised."""
    try:
        return {"result": TASKS[request["task"]](request, progress)}
    except BaseException as error:
        if isinstance(error, _EXPECTED) or _is_memory(error) or type(error).__module__.partition(".")[0] in _LIBRARIES:
            return _explained(error)
        raise


def main() -> int:
    """Answer one request."""
    message = answer(json.loads(sys.stdin.readline()), Progress())
    _emit(message)
    return 2 if "error" in message else 0


if __name__ == "__main__":
    sys.exit(main())
