"""Checks of what was read: lines that were set aside or mended, files that differ, a table without rows."""

from __future__ import annotations

from collections.abc import Iterator

from analytics.log.receipt import IN_EARLIER_EXPORT
from analytics.reading.checks.check import YES_NO, Check, Read, ReadingCheck, Said

_FOOTER = "footer"
"""The reason with which the reader sets lines below a table aside."""


def _no_score_or_decision(read: Read) -> Iterator[Said]:
    mapping = read.mapping
    has_any = any(said is not None for said in (mapping.score, mapping.decision, mapping.right))
    if read.reading.rows_kept and not has_any:
        yield Said(
            None,
            None,
            "Found neither a score nor a decision: name one with --score or --decision to judge this table.",
        )


def _rows_set_aside(read: Read) -> Iterator[Said]:
    for aside in read.reading.set_aside:
        if aside.reason not in (_FOOTER, IN_EARLIER_EXPORT):
            them = "it" if aside.rows == 1 else "them"
            where = f"{'the first on ' if aside.rows > 1 else ''}line {aside.first_line or 0:,}"
            reason = aside.reason if aside.first_line is None else f"{aside.reason} ({where})"
            said = f"{_counted(aside.rows, 'row')} set aside: {reason}."
            yield Said(None, aside.rows, f"{said} Download {them} below and correct the export.")


def _footer(read: Read) -> Iterator[Said]:
    for aside in read.reading.set_aside:
        if aside.reason == _FOOTER:
            check = (
                "it below and check that it is no row" if aside.rows == 1 else "them below and check that none is a row"
            )
            said = f"{_counted(aside.rows, 'line')} set aside as a footer of the table."
            yield Said(None, aside.rows, f"{said} Download {check}.")


def _counted(n: int, noun: str) -> str:
    """Say how many of something were."""
    return f"{n:,} {noun} was" if n == 1 else f"{n:,} {noun}s were"


def _columns_differ(read: Read) -> Iterator[Said]:
    for difference in read.reading.origin.differences:
        yield Said(None, None, difference)


def _content_not_name(read: Read) -> Iterator[Said]:
    for contradiction in read.reading.origin.contradictions:
        yield Said(None, None, contradiction)


def _repaired(read: Read) -> Iterator[Said]:
    for repair in read.reading.repairs:
        yield Said(None, None, repair)


def _no_rows(read: Read) -> Iterator[Said]:
    if read.reading.rows_kept == 0:
        yield Said(None, 0, "The file has a header and no rows. Export the log again.")


CHECKS: tuple[Check, ...] = (
    ReadingCheck(
        code="no-score-or-decision",
        kinds=YES_NO,
        severities=("error",),
        meaning="neither scores nor decisions: the table is read, and is no log",
        say=_no_score_or_decision,
    ),
    ReadingCheck(
        code="rows-set-aside",
        severities=("warning",),
        meaning="lines that could not be read as rows",
        say=_rows_set_aside,
    ),
    ReadingCheck(
        code="footer",
        severities=("note",),
        meaning="lines below the table that are no rows of it",
        say=_footer,
    ),
    ReadingCheck(
        code="columns-differ",
        severities=("warning",),
        meaning="a column that not all files of the log have",
        say=_columns_differ,
    ),
    ReadingCheck(
        code="content-not-name",
        severities=("note",),
        meaning="a file is not what its name says",
        say=_content_not_name,
    ),
    ReadingCheck(
        code="repaired",
        severities=("note",),
        meaning="something was mended while reading",
        say=_repaired,
    ),
    ReadingCheck(
        code="no-rows",
        severities=("error",),
        meaning="the file has a header and no rows",
        say=_no_rows,
    ),
)
