"""Whether what a pack decided held: its decisions, each asked of the rows that came after it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from analytics.answers.thresholds.promise import Outcome, Promise, outcome_of, promise_from
from analytics.errors import AnalysisError
from analytics.present.readings.report import held_reading

if TYPE_CHECKING:
    from analytics.log.schema import Log

_MOST = 6
"""Decisions of a pack that are asked about: twice what its first page shows. A judgement."""


def held_sentences(
    decided: object, log: Log, ask: Callable[[Callable[..., Outcome], Log, Promise], Outcome]
) -> list[str]:
    """Return a sentence for each decision of a pack that rows of this log can tell about.

    Parameters
    ----------
    decided : sequence
        As a manifest has them; it may come from anyone's file.
    log : Log
    ask : callable
        Asks a function of the engine; a page keeps its answers.
    """
    said = []
    for entry in list(decided if isinstance(decided, Sequence) and not isinstance(decided, str) else ())[-_MOST:]:
        if not isinstance(entry, list | tuple) or len(entry) < 2:
            continue
        promise = promise_from(entry[3]) if len(entry) > 3 else None
        if promise is not None and promise.log == log.reading.content_hash:
            continue
        said.append(held_reading(str(entry[1]), promise, _asked(promise, log, ask)))
    return said


def _asked(
    promise: Promise | None, log: Log, ask: Callable[[Callable[..., Outcome], Log, Promise], Outcome]
) -> Outcome | str:
    """Return what came of a promise, or why that cannot be told."""
    if promise is None:
        return ""
    try:
        return ask(outcome_of, log, promise)
    except AnalysisError as error:
        return str(error)
