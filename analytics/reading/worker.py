"""The process that reads uploaded files, so that the server is not the one that dies.

It is started by `analytics.reading.process`, takes one job on standard input and writes its progress and one answer, or
refusal, to standard output: the messages of `analytics.reading.protocol`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from analytics.log.schema import Log
from analytics.reading import build, grid, protocol, refusals
from analytics.reading.checks import registry
from analytics.reading.progress import Progress, emit
from analytics.reading.sql import database


def _of_files(request: protocol.Request, job: protocol.Job, progress: Progress) -> protocol.Answer:
    """Read files: a log that is built anew needs none of what that takes."""
    from analytics.reading import tasks

    return tasks.TASKS[type(request)](request, job, progress)


def _build_log(request: protocol.Build, job: protocol.Job, progress: Progress) -> protocol.Answer:
    """Build a log from a staged reading, or anew from a log that exists, under another mapping."""
    folder, origin, reading, mapping = Path(job.folder), Path(request.origin), request.reading, request.mapping
    connection = database.connect(folder / "scratch.duckdb", job.memory_limit)
    progress.connection = connection
    progress.begin("Preparing scores and segments")
    database.attach(connection, origin, folder / "log.duckdb")
    database.take_rows(connection, reading, from_log=request.is_log)
    made = {"name": request.name, "created_at": request.created_at}
    over = Log.from_json(request.over) if request.over else None
    log = build.build(
        connection, reading, mapping, progress.at, **made, known=request.bins, base=over.key if over else None
    )
    progress.begin("Checking the log")
    if over:
        with database.seen_over(connection, log):
            log = registry.examined(connection, log, over=over)
    else:
        log = registry.examined(connection, log)
    progress.connection = None
    database.finish(connection, log)
    return protocol.Built(log=log.to_json())


def _logged(request: protocol.Logged, job: protocol.Job, progress: Progress) -> protocol.Answer:
    """Look for the threshold that the decisions follow under a mapping that is not the first guess."""
    connection = database.connect(Path(job.folder) / "scratch.duckdb", job.memory_limit)
    database.see_rows(connection, request.reading, Path(request.origin), from_log=request.is_log)
    return protocol.Followed(threshold=grid.logged_threshold(connection, request.reading, request.mapping))


TASKS: dict[type[protocol.Request], Callable[..., protocol.Answer]] = {
    protocol.Read: _of_files,
    protocol.Attach: _of_files,
    protocol.Copy: _of_files,
    protocol.Preview: _of_files,
    protocol.Build: _build_log,
    protocol.Logged: _logged,
}
"""By request: what answers it, given the request, its job and the progress."""


def perform(job: protocol.Job, progress: Progress) -> protocol.Answer:
    """Do what a job asks for."""
    return TASKS[type(job.request)](job.request, job, progress)


def answer(line: str, progress: Progress) -> protocol.Answer | protocol.Refusal:
    """Answer one job, or say in a sentence why not; what no file can cause is raised."""
    try:
        return perform(protocol.decode_job(line), progress)
    except BaseException as error:
        if refusals.can_be_of_a_file(error):
            return refusals.explained(error)
        raise


def main() -> int:
    """Answer one job."""
    message = answer(sys.stdin.readline(), Progress())
    emit(message)
    return 2 if isinstance(message, protocol.Refusal) else 0


if __name__ == "__main__":
    sys.exit(main())
