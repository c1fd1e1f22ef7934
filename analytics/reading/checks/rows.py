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
            yield Said(
                None,
                aside.rows,
                f"{aside.rows:,} rows were set aside: {aside.reason}. Download them below and correct the export.",
            )


def _footer(read: Read) -> Iterator[Said]:
    for aside in read.reading.set_aside:
        if aside.reason == _FOOTER:
            yield Said(
                None,
                aside.rows,
                f"{aside.rows:,} lines below the table are a footer and were set aside. Download them below and check that none "
                "is a row.",
            )


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
