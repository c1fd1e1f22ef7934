"""What the reading process does with files: the readers of every format, which take a while to import, stand behind it."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path

import duckdb

from analytics.errors import AnalysisError
from analytics.log import logged, payloads, positives, roles
from analytics.log.reader import READER
from analytics.log.schema import Log, Reading
from analytics.reading import alike, files, further, grid, likeliest, parts, profile, protocol, same_rows
from analytics.reading import labels as later_labels
from analytics.reading.formats import sqlite
from analytics.reading.label_keys import LabelsFile, labelled_digest
from analytics.reading.progress import Progress
from analytics.reading.sql import database
from analytics.reading.types import infer, notations

_MAX_NAMES = 8
"""Names that a sentence lists. A judgement."""


def _content_hash(path: Path) -> str:
    """Return the digest that identifies a log; rows in a file beside a database belong to it."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    if later := sqlite.beside(path):
        digest.update(later.read_bytes())
    return digest.hexdigest()


def _given(file: protocol.FileGiven) -> files.Given:
    """Return a file of a request."""
    return files.Given(Path(file.path), file.name)


def _digest_of(given: Sequence[files.Given], digests: Sequence[str]) -> str:
    """Return the digest that identifies a log: that of its one file, or of all files with their names."""
    if len(given) == 1:
        return digests[0]
    names = [[file.name, digest] for file, digest in zip(given, digests, strict=True)]
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def _read(request: protocol.Read, job: protocol.Job, progress: Progress) -> protocol.Answer:
    """Read a file into ``raw.duckdb`` beside its reading and a guess at its roles."""
    given, folder, csv, labels = [_given(file) for file in request.files], Path(job.folder), request.csv, request.labels
    progress.begin("Recognising the file")
    with ThreadPoolExecutor() as threads:
        digests = tuple(threads.map(_content_hash, (file.path for file in given)))
    digest = _digest_of(given, digests)
    if csv.given:
        digest = hashlib.sha256(f"{digest}{json.dumps(csv.given, sort_keys=True)}".encode()).hexdigest()
    if labels:
        digest = labelled_digest(digest, _labels_files(labels, labels.id_column, None))
    if digest[:12] in request.known:
        return protocol.Known(log_id=digest[:12])
    said_anew: tuple[str, ...] = ()
    if request.before is not None and not csv.given and not labels:
        grown = _grown(request, request.before, job, given, (digest, *digests), progress)
        if isinstance(grown, protocol.Built):
            return grown
        said_anew = (grown,)
    connection = database.connect(folder / "raw.duckdb", job.memory_limit)
    progress.connection = connection
    progress.begin("Reading rows")
    export = files.read_exports(
        connection, given, folder, csv, max_bytes=request.max_bytes, progress=progress.at, is_seen=labels is None
    )
    table = export.table
    progress.begin("Recognising types")
    conversions = infer.convert(connection, table.names, table.types, is_text=table.is_text)
    progress.begin("Describing columns")
    n_rows, columns = profile.profile(connection, table.names, conversions, progress.at)
    reading = Reading(
        content_hash=digest,
        source=request.name,
        file_format=export.file_format,
        rows_read=n_rows + sum(reason.rows for reason in table.set_aside),
        rows_kept=n_rows,
        columns=profile.with_earlier(connection, columns),
        set_aside=table.set_aside,
        repairs=(
            *said_anew,
            *table.repairs,
            *parts.said_of_others(request.beside),
            *_said_of_headers(table.header),
            *notations.said(table.names, conversions),
        ),
        lines=table.lines,
        reader=READER,
        origin=replace(export.origin, digests=digests)
        if export.origin.files and not (csv.given or labels)
        else export.origin,
    )
    reading = same_rows.of_several(connection, reading, conversions, folder, request.max_bytes, progress.at)
    reading = alike.with_alike(connection, likeliest.with_likeliest(connection, reading))
    first = roles.guess(reading).mapping
    if labels:
        progress.begin("Joining labels")
        asked = _labels_files(labels, labels.id_column or first.row_id, first.model_version)
        reading = later_labels.join_labels(connection, reading, asked, folder, request.max_bytes, progress.at)
        first = roles.guess(reading).mapping
    if said := payloads.looks_like(reading, first):
        reading = replace(reading, repairs=(said, *reading.repairs))
    threshold = grid.logged_threshold(connection, reading, first)
    is_below = threshold is None and grid.is_logged_below(connection, reading, first)
    reading = replace(reading, logged_threshold=threshold, logged_pair=logged.pair_of(first), is_logged_below=is_below)
    return _stage(connection, reading, folder, progress)


def _grown(
    request: protocol.Read,
    before: protocol.Before,
    job: protocol.Job,
    given: Sequence[files.Given],
    digests: Sequence[str],
    progress: Progress,
) -> protocol.Built | str:
    """Let the log of a folder grow by its further files, or say why all files have to be read; the first digest is of all."""
    own = Path(job.folder) / "grown"
    own.mkdir()
    told = further.Told(own, job.memory_limit, request.max_bytes, request.created_at, progress.begin)
    try:
        log = further.grown(Log.from_json(before.log), Path(before.path), given, digests, told)
        (own / "log.duckdb").replace(Path(job.folder) / "log.duckdb")
    except AnalysisError as error:
        return str(error)
    finally:
        shutil.rmtree(own, ignore_errors=True)
    return protocol.Built(log=log.to_json())


def _said_of_headers(header: Sequence[str]) -> Iterator[str]:
    """Say which names stand above several columns; the second is called ``name_1``."""
    often = [name for name, count in Counter(header).items() if count > 1 and name.strip()]
    if often:
        yield f"Names that stand above several columns were numbered: {', '.join(map(repr, often[:_MAX_NAMES]))}."


def _attach(request: protocol.Attach, job: protocol.Job, progress: Progress) -> protocol.Answer:
    """Join labels to the rows of a log that exists; the result waits for its mapping like a file that was read."""
    folder, labels, reading, mapping = Path(job.folder), request.labels, request.reading, request.mapping
    progress.begin("Recognising the file")
    digest = labelled_digest(reading.content_hash, _labels_files(labels, labels.id_column, None))
    if digest[:12] in request.known:
        return protocol.Known(log_id=digest[:12])
    connection = database.connect(folder / "raw.duckdb", job.memory_limit)
    progress.connection = connection
    database.copy_rows(connection, reading, Path(request.origin))
    progress.begin("Joining labels")
    given = _labels_files(labels, labels.id_column, mapping.model_version)
    reading = replace(reading, content_hash=digest, source=request.name)
    reading = later_labels.join_labels(connection, reading, given, folder, request.max_bytes, progress.at)
    assert reading.labels is not None
    if mapping.label != reading.labels.label_column:
        positive, negative = positives.split_values(reading.column(reading.labels.label_column))
        mapping = replace(mapping, label=reading.labels.label_column, positive=positive, negative=negative)
    (folder / "mapping.json").write_text(json.dumps(asdict(mapping), ensure_ascii=False), encoding="utf-8")
    return _stage(connection, reading, folder, progress)


def _labels_files(
    labels: protocol.LabelsGiven, id_column: str | None, version_column: str | None
) -> tuple[LabelsFile, ...]:
    """Return the labels files of a request."""
    return tuple(
        LabelsFile(Path(file.path), file.name, id_column, version_column, labels.label_column) for file in labels.files
    )


def _stage(
    connection: duckdb.DuckDBPyConnection, reading: Reading, folder: Path, progress: Progress
) -> protocol.Waiting:
    """Leave ``raw.duckdb``, the reading and sampled rows in the folder, and nothing else."""
    sample = profile.sample_rows(connection, len(reading.columns))
    (folder / "sample.json").write_text(json.dumps(sample, ensure_ascii=False), encoding="utf-8")
    progress.connection = None
    connection.close()
    for leftover in folder.iterdir():
        if leftover.name not in ("raw.duckdb", "raw.parquet", "sample.json", "mapping.json") and leftover.is_file():
            leftover.unlink()
    (folder / "reading.json").write_text(json.dumps(asdict(reading), ensure_ascii=False), encoding="utf-8")
    return protocol.Waiting(digest=reading.content_hash[:12])


def _copy(request: protocol.Copy, job: protocol.Job, progress: Progress) -> protocol.Answer:
    """Write what was read from a file as a CSV of text, whatever the file holds; of an empty file nothing."""
    given, folder = [_given(file) for file in request.files], Path(job.folder)
    copied = protocol.Copied(path=str(folder / "copy.csv"))
    progress.begin("Reading rows")
    if not any(file.path.stat().st_size for file in given):
        (folder / "copy.csv").touch()
        return copied
    connection = database.connect(folder / "raw.duckdb", job.memory_limit)
    export = files.read_exports(
        connection, given, folder, request.csv, max_bytes=request.max_bytes, progress=progress.at, as_text=True
    )
    database.write_text(connection, export.table.header, folder / "copy.csv")
    return copied


def _preview(request: protocol.Preview, job: protocol.Job, progress: Progress) -> protocol.Answer:
    """Read the first lines of a text file under a layout."""
    folder = Path(job.folder)
    connection = database.connect(folder / "raw.duckdb", job.memory_limit)
    table, rows = files.read_head(connection, _given(request.file), folder, request.csv, max_bytes=request.max_bytes)
    assert table.lines is not None
    return protocol.Head(names=table.names, rows=tuple(map(tuple, rows)), lines=table.lines, repairs=table.repairs)


TASKS: dict[type[protocol.Request], Callable[..., protocol.Answer]] = {
    protocol.Read: _read,
    protocol.Attach: _attach,
    protocol.Copy: _copy,
    protocol.Preview: _preview,
}
"""By request: what answers it, given the request, its job and the progress."""
