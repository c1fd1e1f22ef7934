"""A log that a command names by ``spark:``: its rows stay where they are, and its roles are guessed and said as of a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from analytics.commands.options import Source
from analytics.commands.roles import finite_threshold, require_settled, said_roles
from analytics.errors import QuestionError
from analytics.log import logged, roles
from analytics.log.mapping import Mapping
from analytics.log.schema import Log, Reading
from analytics.log.workspace import Workspace
from analytics.query import spark_log


def log_in_spark(
    source: Source, threshold: float | None, with_said: Callable[[Mapping, Reading, Source], Mapping]
) -> Log:
    """Return the log that stays in Spark, described anew: a table may have changed since it was last asked.

    ``with_said`` returns a guessed mapping with what the command line says.
    """
    _require_alone(source)
    reading = spark_log.describe(source.log)
    guess = roles.guess(reading, said_roles(source, reading))
    mapping = with_said(guess.mapping, reading, source)
    require_settled(guess, mapping, source, reading)
    threshold = logged.first_threshold(mapping, reading) if threshold is None else finite_threshold(threshold)
    return spark_log.log_of(reading, replace(mapping, threshold=threshold))


def known_log_in_spark(
    workspace: Workspace,
    log: Log,
    source: Source,
    threshold: float | None,
    with_said: Callable[[Mapping, Reading, Source], Mapping],
    *,
    is_current: bool = False,
) -> Log:
    """Return a log of the workspace whose rows stay in Spark, under what the command line says."""
    _require_alone(source)
    mapping = with_said(log.mapping, log.reading, source)
    mapping = mapping if threshold is None else replace(mapping, threshold=finite_threshold(threshold))
    return spark_log.remap(workspace, log, mapping, is_current=is_current)


def _require_alone(source: Source) -> None:
    """Refuse options of a file beside a table of Spark."""
    if source.labels or source.csv:
        raise QuestionError(
            "Expected a log in Spark as it stands, found options of a file beside it. Join labels there, and leave them out."
        )
