"""``ingest``: what was read, kept and set aside, which roles, what preflight found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from analytics.answers.empty_cohort import empty_cohort
from analytics.commands.asking import kept, open_log, question_of
from analytics.commands.given import read_path
from analytics.commands.options import OUTPUT, Asked, Format, Output, Source, check_place, named
from analytics.commands.roles import VALUE_ROLES, roles_of, said_roles
from analytics.commands.writing import write
from analytics.log import roles
from analytics.log.mapping import Mapping
from analytics.log.schema import Log, Reading
from analytics.log.workspace import Workspace
from analytics.reading import api
from analytics.reading.checks.check import Read
from analytics.reading.checks.registry import find_before
from analytics.reading.inbox import is_there


def ingest(
    source: Source,
    asked: Asked,
    more: Annotated[list[str] | None, typer.Argument(help="Further files of the same log.", show_default=False)] = None,
    format: Annotated[Format, named("How the answer is written.", "--format", panel=OUTPUT)] = "table",
    out: Annotated[Path | None, named("Write what was read back to this file, as CSV.", panel=OUTPUT)] = None,
) -> None:
    """Read an export into the workspace: what was read, kept and set aside, which roles, what preflight found."""
    workspace = Workspace()
    further = [Path(path) for path in more or ()]
    if out is not None:
        check_place(out)
        api.write_back(workspace, [Path(source.log), *further] if further else Path(source.log), out, csv=source.csv)
    write(_ingested(workspace, source, asked, further), Output(format=format))


def _ingested(workspace: Workspace, source: Source, asked: Asked, further: Sequence[Path] = ()) -> dict[str, Any]:
    """Return the answer of ``ingest``; a table without a score or a decision is read, and is no log."""
    threshold = asked.threshold
    if not further and not is_there(Path(source.log)):
        found = open_log(workspace, source, threshold=threshold, is_current=True)
    else:
        read = read_path(workspace, source, further)
        guess = roles.guess(read.reading, said_roles(source, read.reading))
        if not _has_scores(guess.mapping) and not source.says_right:
            if isinstance(read, api.Staged):
                api.discard(workspace, read.staged_id)
            table = _Table(read.reading, guess.mapping)
            return _accounting(None, table, [asdict(finding) for finding in find_before(table)], guess.open)
        is_confirmed = isinstance(read, Log) and workspace.confirmed_at(read) is not None
        found = kept(workspace, read, source, threshold=threshold, is_current=not is_confirmed, asks=False)
    undecided = roles.guess(found.reading, said_roles(source, found.reading)).open
    is_open = {
        role: claims
        for role, claims in undecided.items()
        if (not getattr(source, role) if role in VALUE_ROLES else getattr(found.mapping, role) is None)
    }
    answer = _accounting(found.log_id, found, [asdict(finding) for finding in found.findings], is_open)
    answer["roles"] |= {
        key: value for key, value in roles_of(source, found, workspace).items() if key in ("judged", "from")
    }
    return {**answer, "cohort": _counted(workspace, found, asked)} if asked.where else answer


def _counted(workspace: Workspace, log: Log, asked: Asked) -> dict[str, int]:
    """Return how many rows the filters keep, and how many of them are labelled."""
    engine, question = question_of(workspace, log, asked)
    n, n_labelled = engine.row_counts(question.log, question.cohort, question.threshold)
    if not n:
        raise empty_cohort(engine, question.log, question.cohort, question.threshold)
    return {"n": n, "n_labelled": n_labelled}


def _has_scores(mapping: Mapping) -> bool:
    """Whether rows can be judged under a mapping."""
    return any(said is not None for said in (mapping.score, mapping.decision, mapping.right))


@dataclass(frozen=True)
class _Table:
    """A table that was read and is no log: nothing in it can be judged."""

    reading: Reading
    mapping: Mapping


def _accounting(
    log_id: str | None,
    read: Read,
    findings: list[dict[str, Any]],
    is_open: dict[str, tuple[tuple[str, str], ...]],
) -> dict[str, Any]:
    """Return what was read, kept and set aside, and which columns could play the roles that stay open."""
    reading = read.reading
    return {
        "log_id": log_id,
        "rows_read": reading.rows_read,
        "rows_kept": reading.rows_kept,
        "rows_set_aside": [{"reason": aside.reason, "rows": aside.rows} for aside in reading.set_aside],
        "lines": asdict(reading.lines) if reading.lines else None,
        "labels": asdict(reading.labels) if reading.labels else None,
        "labels_before": [asdict(counts) for counts in reading.labels_before],
        "files": [asdict(file) for file in reading.origin.files],
        "roles": {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(read.mapping).items()
        },
        "open": {role: dict(claims) for role, claims in is_open.items()},
        "findings": findings,
    }
