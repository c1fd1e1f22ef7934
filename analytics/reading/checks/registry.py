"""Every check of preflight, and what they find before anyone looks at a chart.

Whoever adds a check adds an object to ``CHECKS`` of its family's module (`scores`, `labels`, `missing` …), a log in which it is
planted to the tests, and the README's row that a test prints.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

import duckdb

from analytics.log.receipt import CheckResult, Severity
from analytics.log.schema import Log
from analytics.reading.checks import (
    changes,
    class_scores,
    columns,
    contradictions,
    decisions,
    emptied,
    ids,
    label_feeds,
    labels,
    labels_file,
    missing,
    predictions,
    rankings,
    rows,
    scores,
    separation,
    spellings,
    spikes,
    thresholds,
    times,
    weights,
)
from analytics.reading.checks.check import Check, ColumnCheck, Evidence, Read, ReadingCheck

ORDER: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}
"""Severities, the gravest first."""

_FAMILIES: tuple[tuple[Check, ...], ...] = (
    rows.CHECKS,
    ids.CHECKS,
    labels_file.CHECKS,
    scores.CHECKS,
    separation.CHECKS,
    thresholds.CHECKS,
    decisions.CHECKS,
    rankings.CHECKS,
    class_scores.CHECKS,
    predictions.CHECKS,
    labels.CHECKS,
    label_feeds.CHECKS,
    columns.CHECKS,
    contradictions.CHECKS,
    missing.CHECKS,
    emptied.CHECKS,
    spikes.CHECKS,
    spellings.CHECKS,
    times.CHECKS,
    changes.CHECKS,
    weights.CHECKS,
)
"""The checks of each module."""


def _by_code(checks: Iterable[Check]) -> dict[str, Check]:
    """Return checks by their code, which is the code of one check only."""
    found: dict[str, Check] = {}
    for check in checks:
        if check.code in found:
            raise ValueError(f"Expected one check of the code {check.code!r}, found two.")
        found[check.code] = check
    return found


CHECKS = _by_code(chain.from_iterable(_FAMILIES))
"""Every check by its code; of findings that are equally grave and touch as many rows the earlier check's comes first."""


def examined(
    connection: duckdb.DuckDBPyConnection, log: Log, before: Log | None = None, *, over: Log | None = None
) -> Log:
    """Return a built log whose rows are ``log_file.log`` with every finding, the gravest first, and what is known of its ids.

    Of a log that grew ``before`` is what it was: what adds up is counted in the rows that came only. Of a log that is read
    ``over`` the columns of another what that one says of them is not looked for again.
    """
    evidence = Evidence(connection, log, before, over)
    found = sorted(_in_turn(evidence), key=lambda finding: (ORDER[finding.severity], -(finding.rows or 0)))
    is_unique, is_bare = ids.are_unique(evidence), ids.are_bare(evidence)
    if over is None:
        evidence.tallies.keep(log)
    return replace(log, findings=tuple(found), ids_are_unique=is_unique, ids_are_bare=is_bare)


def find_before(read: Read) -> tuple[CheckResult, ...]:
    """Return what can be said of a file that was read before it is a log, in the order of the checks."""
    checks = (
        check for check in CHECKS.values() if isinstance(check, ReadingCheck) and read.mapping.kind in check.kinds
    )
    return tuple(finding for check in checks for finding in check.find_before(read))


def _in_turn(evidence: Evidence) -> Iterator[CheckResult]:
    """Let every check speak in turn; those of single columns speak together, column by column."""
    speaking = [check for check in CHECKS.values() if evidence.log.mapping.kind in check.kinds]
    by_column = [check for check in speaking if isinstance(check, ColumnCheck)]
    for check in speaking:
        if evidence.over is not None and check.is_said_alike(evidence.log, evidence.over):
            yield from (finding for finding in evidence.over.findings if finding.code == check.code)
        elif not isinstance(check, ColumnCheck):
            yield from check.find(evidence)
        elif check is by_column[0]:
            for column in evidence.log.columns:
                for each in by_column:
                    yield from each.find_in(evidence.log, column)
