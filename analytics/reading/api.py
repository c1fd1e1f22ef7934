"""From a file to a log in the workspace: starts the reading process, follows it, and stops it when told to."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analytics.errors import Cancelled, InputError, QuestionError
from analytics.log import roles, states
from analytics.log.bins import Bins
from analytics.log.conflicts import conflicts
from analytics.log.disk import storing
from analytics.log.layout import CsvOptions
from analytics.log.mapping import Mapping, mapping_from_dict
from analytics.log.reader import is_outdated
from analytics.log.schema import Log, Reading, reading_from_dict
from analytics.log.workspace import Workspace
from analytics.reading import protocol
from analytics.reading.bounds import max_plain_bytes
from analytics.reading.inbox import checked, files_of, log_before, passed_over, shown_name
from analytics.reading.process import ROOT, OnProgress, ShouldStop, run_child

ORIGIN = "origin.json"

__all__ = ["ROOT", "OnProgress", "ShouldStop", "run_child"]


@dataclass(frozen=True)
class Staged:
    """A file that was read and waits for its mapping."""

    staged_id: str
    reading: Reading
    mapping: Mapping
    reasons: dict[str, str]
    sample: list[list[str | None]]
    open: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    is_remembered: bool = False


def no_progress(step: str, done: float) -> None:
    """Ignore progress."""


def never() -> bool:
    """Never stop."""
    return False


def read_file(
    workspace: Workspace,
    path: Path | Sequence[Path],
    *,
    name: str | None = None,
    names: Sequence[str] | None = None,
    labels: Path | Sequence[Path] = (),
    id_column: str | None = None,
    label_column: str | None = None,
    csv: CsvOptions | None = None,
    on_progress: OnProgress = no_progress,
    should_stop: ShouldStop = never,
) -> Staged | Log:
    """Read the file or the files of one log; return the log if the workspace already has one from the same bytes.

    Parameters
    ----------
    workspace : Workspace
        Where the reading is staged.
    path : Path or sequence of Path
        A file, a folder of files, or several files.
    name, names : str and sequence of str, optional
        What people call the log, and each of its files; by default as these are called.
    labels, id_column, label_column : Path or sequence of Path, and str, optional
        Labels of other files, of which a later one revises an earlier one, the id that joins them, and their column.
    csv : CsvOptions, optional
        What is known of the layout of a CSV file; the same bytes under another layout are another log.
    on_progress, should_stop : callable
        Told the step and the share of it that is done; asked ten times a second whether to stop.

    Raises
    ------
    InputError
        If the file cannot be read.
    Cancelled
        If ``should_stop`` said so; nothing is left behind.
    """
    files = files_of(path, names or ([name] if name else None))
    labels = checked(labels)
    shown = name or shown_name(path, files)
    kept = {log.log_id: log for log in workspace.receipts()}
    known = {log_id: log for log_id, log in kept.items() if not is_outdated(log.reading)}
    before = log_before([*known.values()], [name for _, name in files])
    with workspace.scratch_folder() as folder:
        request = protocol.Read(
            files=_given(files),
            name=shown,
            known=tuple(sorted(known)),
            max_bytes=max_plain_bytes(*(Path(path) for path, _ in files), *labels),
            csv=csv or CsvOptions(),
            labels=_labels_given([(file, file.name) for file in labels], id_column, label_column) if labels else None,
            beside=passed_over(path, files),
            before=protocol.Before(log=before.to_json(), path=str(workspace.path(before.key))) if before else None,
            created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        answer = run_child(request, folder, on_progress, should_stop)
        if isinstance(answer, protocol.Known):
            return known[answer.log_id]
        if isinstance(answer, protocol.Built):
            grown = replace(Log.from_json(answer.log), name=shown)
            workspace.keep(grown, folder / "log.duckdb")
            return grown
        assert isinstance(answer, protocol.Waiting)
        with storing(folder):
            (folder / ORIGIN).write_text(json.dumps(files), encoding="utf-8")
        found = _take_staged(workspace, folder, answer.digest)
    earlier = kept.get(answer.digest)
    watched = {"on_progress": on_progress, "should_stop": should_stop}
    return _read_anew(workspace, found, earlier, **watched) if earlier else found


def _read_anew(workspace: Workspace, upload: Staged, before: Log, **watched: Any) -> Staged | Log:
    """Put what today's reader made of a file in the place of an earlier one's log, with its roles where they still fit."""
    try:
        is_fitting = not conflicts(before.mapping, upload.reading)
        return build_staged(workspace, upload, before.mapping, name=before.name, **watched) if is_fitting else upload
    except Cancelled:
        raise
    except (QuestionError, InputError):
        return upload


def attach(
    workspace: Workspace,
    log: Log,
    labels: Path | Sequence[Path],
    *,
    names: Sequence[str] | None = None,
    id_column: str | None = None,
    label_column: str | None = None,
    on_progress: OnProgress = no_progress,
    should_stop: ShouldStop = never,
) -> Staged | Log:
    """Join labels to a log of the workspace; the result waits for its mapping and becomes a log of its own.

    Parameters
    ----------
    workspace, log : Workspace and Log
        The log; it stays as it is.
    labels, names : Path or sequence of Path, and sequence of str, optional
        The labels files, of which a later one revises an earlier one, and what people call them.
    id_column, label_column : str, optional
        The id that joins them, by default that of the log's mapping, and the column that holds the labels.
    on_progress, should_stop : callable
        Told the step and the share of it that is done; asked ten times a second whether to stop.

    Raises
    ------
    InputError
        If the file cannot be read, or shares no id with the log.
    """
    labels = checked(labels)
    shown = names or [file.name for file in labels]
    known = {each.log_id: each for each in workspace.receipts() if each.reading.reader == log.reading.reader}
    with workspace.scratch_folder() as folder:
        request = protocol.Attach(
            origin=str(workspace.path(states.base_of(log))),
            reading=log.reading,
            mapping=log.mapping,
            name=" + ".join((log.name, *shown)),
            known=tuple(sorted(known)),
            max_bytes=max_plain_bytes(*labels, workspace.path(states.base_of(log))),
            labels=_labels_given([*zip(labels, shown, strict=True)], id_column or log.mapping.row_id, label_column),
        )
        answer = run_child(request, folder, on_progress, should_stop)
        if isinstance(answer, protocol.Known):
            return known[answer.log_id]
        assert isinstance(answer, protocol.Waiting)
        return _take_staged(workspace, folder, answer.digest)


def _given(files: Sequence[tuple[str, str]]) -> tuple[protocol.FileGiven, ...]:
    """Return how the reading process is told of files."""
    return tuple(protocol.FileGiven(path=path, name=name) for path, name in files)


def _labels_given(
    files: Sequence[tuple[Path, str]], id_column: str | None, label_column: str | None
) -> protocol.LabelsGiven:
    """Return how the reading process is told of labels files."""
    given = _given([(str(path.absolute()), name) for path, name in files])
    return protocol.LabelsGiven(files=given, id_column=id_column, label_column=label_column)


def _take_staged(workspace: Workspace, folder: Path, digest: str) -> Staged:
    """Put what the reading process left into the staging folder."""
    staged_id = f"{digest}{uuid.uuid4().hex[:8]}"  # two readings of one file at once must not meet
    with storing(workspace.staging):
        folder.replace(workspace.staging / staged_id)
    return staged(workspace, staged_id)


def staged(workspace: Workspace, staged_id: str) -> Staged:
    """Return a staged reading, with the mapping that was last used for its columns where there is one.

    Raises
    ------
    QuestionError
        If nothing is staged under this id.
    """
    if not staged_id.isalnum():
        raise QuestionError(f"Expected the id of an upload, found {staged_id!r}.")
    try:
        text = (workspace.staging / staged_id / "reading.json").read_text(encoding="utf-8")
        reading = reading_from_dict(json.loads(text))
        sample = json.loads((workspace.staging / staged_id / "sample.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise QuestionError(f"The upload {staged_id!r} is no longer here. Upload the file again.") from error
    guess = roles.guess(reading)
    attached = workspace.staging / staged_id / "mapping.json"
    if attached.exists():
        mapping = mapping_from_dict(json.loads(attached.read_text(encoding="utf-8")))
        return Staged(staged_id, reading, mapping, guess.reasons, sample, guess.open)
    remembered = workspace.remembered(reading.names)
    mapping = remembered or guess.mapping
    return Staged(staged_id, reading, mapping, guess.reasons, sample, guess.open, is_remembered=remembered is not None)


def build_staged(
    workspace: Workspace,
    upload: Staged,
    mapping: Mapping,
    *,
    name: str | None = None,
    on_progress: OnProgress = no_progress,
    should_stop: ShouldStop = never,
) -> Log:
    """Make a log of a staged reading and take it into the workspace."""
    origin, shown = workspace.staging / upload.staged_id / "raw.duckdb", name or upload.reading.source
    log = _build(workspace, upload.reading, mapping, origin, shown, False, True, (on_progress, should_stop))
    shutil.rmtree(workspace.staging / upload.staged_id, ignore_errors=True)
    return log


def remap(
    workspace: Workspace,
    log: Log,
    mapping: Mapping,
    *,
    is_current: bool = True,
    on_progress: OnProgress = no_progress,
    should_stop: ShouldStop = never,
) -> Log:
    """Build a log anew under another mapping; the file it came from is not needed.

    With ``is_current=False`` the workspace keeps showing the log as it is: the new state is for this question (`log.states`).
    """
    if mapping.digest() == log.revision:
        return log
    if not is_current and (found := states.known(workspace, log, mapping)):
        return found
    base, told = states.base_log(workspace, log), (on_progress, should_stop)
    over = base if not is_current and states.is_over(base, mapping) else None
    origin = workspace.path(states.base_of(log))
    return _build(workspace, log.reading, mapping, origin, log.name, True, is_current, told, base.bins, over)


def write_back(
    workspace: Workspace, path: Path | Sequence[Path], target: Path, *, csv: CsvOptions | None = None
) -> None:
    """Write what is read from a file as a CSV of text, under the header of the file where it has one.

    Raises
    ------
    InputError, StoreError
        If the file cannot be read, or the target not written.
    """
    with workspace.scratch_folder() as folder:
        files = files_of(path)
        size = max_plain_bytes(*(Path(file) for file, _ in files))
        request = protocol.Copy(files=_given(files), max_bytes=size, csv=csv or CsvOptions())
        answer = run_child(request, folder, no_progress, never)
        assert isinstance(answer, protocol.Copied)
        with storing(target):
            shutil.copyfile(answer.path, target)


def discard(workspace: Workspace, staged_id: str) -> None:
    """Forget a staged reading."""
    if staged_id.isalnum():
        shutil.rmtree(workspace.staging / staged_id, ignore_errors=True)


def _build(
    workspace: Workspace,
    reading: Reading,
    mapping: Mapping,
    origin: Path,
    name: str,
    from_log: bool,
    is_current: bool,
    told: tuple[OnProgress, ShouldStop],
    bins: dict[str, Bins] | None = None,
    over: Log | None = None,
) -> Log:
    with workspace.scratch_folder() as folder:
        given: dict[str, Any] = {"is_log": from_log, "reading": reading, "mapping": mapping, "name": name}
        given |= {"origin": str(origin), "bins": bins or {}, "over": over.to_json() if over else None}
        request = protocol.Build(**given, created_at=datetime.now(UTC).isoformat(timespec="seconds"))
        answer = run_child(request, folder, *told)
        assert isinstance(answer, protocol.Built)
        log = Log.from_json(answer.log)
        workspace.keep(log, folder / "log.duckdb", is_current=is_current)
    return log
