"""Logs for tests: files in, logs out, through the code that the reading process runs, without the process."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import duckdb
import msgspec
import polars as pl

from analytics.errors import AnalysisError, InputError
from analytics.log import roles
from analytics.log.mapping import Mapping
from analytics.log.schema import Log, Reading
from analytics.log.workspace import Workspace
from analytics.query.engine import Engine
from analytics.reading import api, protocol, worker
from tests.one_instance import one_instance

NUMBERS = count()


class Quiet(worker.Progress):
    """Progress that nobody watches."""

    def __init__(self) -> None:
        self.step = "starting"
        self.connection: duckdb.DuckDBPyConnection | None = None

    def begin(self, step: str) -> None:
        self.step = step

    def at(self, done: float) -> None:
        assert -1e-9 <= done <= 1 + 1e-9


class Kept:
    """The folder in which all processes of a run keep what they read of the real logs: ten seconds of a processor for the longest."""

    folder: Path | None = None
    contents: ClassVar[set[str]] = set()
    """How the hashes begin of what this process took from there or gave: what is built of it is the same again."""


REAL = {(Path(__file__).parents[2] / "shared" / "data").resolve(), Path(__file__).parents[1] / "sample_data"}


def kept_reading(request: protocol.Request) -> Path | None:
    """Where the work on a real log is kept, by its bytes and by everything that is asked but for the time."""
    if isinstance(request, protocol.Read):
        labels = request.labels.files if request.labels else ()
        paths = [Path(given.path) for given in (*request.files, *labels)]
        asked = msgspec.structs.replace(request, known=(), created_at="")
        is_kept = request.before is None and all(REAL & {*path.resolve().parents} for path in paths)
    elif isinstance(request, protocol.Build):
        paths = [Path(request.origin)]
        asked = msgspec.structs.replace(request, origin="", created_at="")
        is_kept = request.reading.content_hash[:12] in Kept.contents
    else:
        return None
    if Kept.folder is None or not is_kept:
        return None
    settings = sorted(pair for pair in os.environ.items() if re.match("SLICEWISE_(?!HOME)", pair[0]))
    digest = hashlib.sha256(repr((asked, settings)).encode())
    for path in paths:
        digest.update(path.read_bytes())
    return Kept.folder / digest.hexdigest()


def run_here(request: protocol.Request, folder: Path, *_: object) -> protocol.Answer:
    """What `process.run_child` does, in this process; the work on a real log is done once in a run."""
    kept = kept_reading(request)
    if kept is None or any(folder.iterdir()):
        return done_here(request, folder)
    if is_new := not kept.exists():
        answer = done_here(request, folder)
        if isinstance(answer, protocol.Waiting | protocol.Built):
            give(folder, kept, ANSWER=protocol.encode(answer))
    else:
        answer = protocol.decode_reply((kept / "ANSWER").read_text("utf-8"))
    if isinstance(answer, protocol.Waiting):
        Kept.contents.add(answer.digest)
        if isinstance(request, protocol.Read) and answer.digest in request.known:
            return protocol.Known(log_id=answer.digest)
    if not is_new:
        shutil.copytree(kept, folder, ignore=shutil.ignore_patterns("ANSWER"), dirs_exist_ok=True)
    return answer


def give(folder: Path, kept: Path, **texts: str) -> None:
    """Keep a folder, and texts beside its files; whoever is second leaves the first one's."""
    kept.parent.mkdir(exist_ok=True)
    making = Path(tempfile.mkdtemp(dir=kept.parent))
    shutil.copytree(folder, making, dirs_exist_ok=True)
    for name, text in texts.items():
        (making / name).write_text(text, "utf-8")
    with suppress(OSError):
        making.rename(kept)


def done_here(request: protocol.Request, folder: Path) -> protocol.Answer:
    """Read or build in this process."""
    job = protocol.Job(request=request, folder=str(folder), memory_limit="2GB")
    try:
        with one_instance():
            answer = protocol.decode_reply(
                protocol.encode(worker.perform(protocol.decode_job(protocol.encode(job)), Quiet()))
            )
    except AnalysisError as error:
        raise InputError(str(error)) from error
    assert isinstance(answer, protocol.Answer)
    return answer


def home_with(source: Path | pl.DataFrame, folder: Path) -> Path:
    """The workspace below a folder, with one log in it."""
    desk = Desk(Workspace(folder / "workspace"), folder)
    desk.log(source)
    return desk.workspace.home


@dataclass
class Desk:
    """A workspace and a folder for files."""

    workspace: Workspace
    folder: Path
    is_fresh: bool = False
    """Whether made-up logs are read and built every time: where that is what the tests are about."""

    def file(self, content: str | bytes, name: str = "log.csv") -> Path:
        """Write a file under a name, in a folder of its own."""
        path = self.folder / f"{next(NUMBERS)}" / name
        path.parent.mkdir()
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def csv(self, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
        """Write rows as CSV with every field quoted; None is an empty field."""
        lines = [
            ",".join('"' + str("" if cell is None else cell).replace('"', '""') + '"' for cell in row)
            for row in [header, *rows]
        ]
        return self.file("\n".join(lines) + "\n")

    def frame(self, frame: pl.DataFrame) -> Path:
        """Write a frame as Parquet."""
        path = self.file(b"", "log.parquet")
        frame.write_parquet(path)
        return path

    def _written(self, source: Path | str | bytes | pl.DataFrame) -> Path:
        if isinstance(source, pl.DataFrame):
            return self.frame(source)
        return source if isinstance(source, Path) else self.file(source)

    def stage(self, source: Path | str | bytes | pl.DataFrame, **options: Any) -> api.Staged:
        """Read a file, or content that is written to one; a log of the same bytes gives way."""
        path = self._written(source)
        with patch.object(api, "run_child", run_here):
            found = api.read_file(self.workspace, path, **options)
            if isinstance(found, Log):
                self.workspace.remove(found.log_id)
                found = api.read_file(self.workspace, path, **options)
        assert isinstance(found, api.Staged)
        return found

    def read(self, source: Path | str | bytes | pl.DataFrame, **options: Any) -> Reading:
        """Read a file and forget it."""
        upload = self.stage(source, **options)
        api.discard(self.workspace, upload.staged_id)
        return upload.reading

    def log(
        self,
        source: Path | str | bytes | pl.DataFrame,
        mapping: Mapping | None = None,
        *,
        name: str | None = None,
        **roles_given: Any,
    ) -> Log:
        """Make a log of a file: with a mapping as it stands, or with the guess and what is said otherwise.

        The same bytes under the same mapping are read once for all tests and processes of a run.
        """
        path = self._written(source)
        is_shared = path.is_file() and (self.folder not in path.parents or not self.is_fresh)
        kept = self._kept(path, name, mapping, roles_given) if is_shared else None
        if kept is not None and (found := self._taken(kept)):
            return found
        upload = self.stage(path, name=name)
        if mapping is None:
            mapping = replace(upload.mapping, **roles_given)
            if {"label", "decision", "score"} & set(roles_given):
                mapping = replace(roles.complete(mapping, upload.reading), **roles_given)
        log = self.build(upload, mapping)
        if kept is not None:
            self._give(kept, log)
        return log

    def _kept(self, source: Path, name: str | None, mapping: Mapping | None, roles_given: dict[str, Any]) -> Path:
        """The folder of a log that was made of these bytes with these roles, in the temporary folder of this run."""
        settings = sorted(pair for pair in os.environ.items() if re.match("SLICEWISE_(?!HOME)", pair[0]))
        here = sorted(
            log.stem for log in self.workspace.logs.glob("*.json")
        )  # a guess may follow what was mapped before
        said = repr((name or source.name, mapping, sorted(roles_given.items()), settings, here))
        digest = hashlib.sha256(source.read_bytes() + said.encode())
        own = self.folder.parent
        return (own.parent if own.name.startswith("popen-") else own) / "logs" / digest.hexdigest()

    def _taken(self, kept: Path) -> Log | None:
        """Copy a log into this workspace where it was made before, in whatever process."""
        if not kept.exists():
            return None
        receipt = next(kept.glob("*.json"))
        copied = self.folder / f"{next(NUMBERS)}.duckdb"
        shutil.copyfile(receipt.with_suffix(".duckdb"), copied)
        log = Log.from_json(receipt.read_text("utf-8").partition("\n")[0])
        self.workspace.keep(log, copied)
        return log

    def _give(self, kept: Path, log: Log) -> None:
        """Keep a log for the tests to come; whoever is second leaves the first one's."""
        kept.parent.mkdir(exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=kept.parent))
        for path in self.workspace.logs.glob(f"{log.key}.*"):
            shutil.copyfile(path, making / path.name)
        with suppress(OSError):
            making.rename(kept)

    def remap(self, log: Log, mapping: Mapping, *, is_current: bool = True) -> Log:
        """Build a log anew."""
        with patch.object(api, "run_child", run_here):
            return api.remap(self.workspace, log, mapping, is_current=is_current)

    def attach(self, log: Log, labels: Path | str, **options: Any) -> api.Staged:
        """Attach labels to a log, up to the mapping."""
        path = labels if isinstance(labels, Path) else self.file(labels, "labels.csv")
        with patch.object(api, "run_child", run_here):
            found = api.attach(self.workspace, log, path, **options)
        assert isinstance(found, api.Staged)
        return found

    def build(self, upload: api.Staged, mapping: Mapping | None = None) -> Log:
        """Make a log of what is staged."""
        with patch.object(api, "run_child", run_here):
            return api.build_staged(self.workspace, upload, mapping or upload.mapping)

    def stored(self, log: Log) -> pl.DataFrame:
        """Every row of a log as it is stored."""
        engine = Engine(self.workspace)
        try:
            return engine.collect(engine.frame(log).sort("row_id"))
        finally:
            engine.close()
