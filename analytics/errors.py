"""Every error that Slicewise raises on purpose.

::

    AnalysisError
    ├── InputError      an unreadable file, a missing column, an unusable column
    │   └── Cancelled   the reader was told to stop
    ├── QuestionError   an unknown column, a clause that cannot be asked
    │   └── EmptyCohort the filters leave no row
    └── StoreError      the workspace cannot be read or written

A message says what was expected, what was found (column, count, first example) and what to do. Only these classes are caught,
at one boundary per page and one in the command line; anything else is a defect and is shown as one.
"""

from __future__ import annotations


class AnalysisError(Exception):
    """Base of all errors raised on purpose; its text is written for the analyst."""


class InputError(AnalysisError):
    """The file, or a column of it, cannot be used as asked."""


class Cancelled(InputError):
    """The reader was stopped by the person who started it."""


class QuestionError(AnalysisError):
    """The question does not fit the log."""


class EmptyCohort(QuestionError):
    """The filters leave no row; ``column`` is the one whose filter is to blame, None where the outcomes are."""

    def __init__(self, message: str, column: str | None) -> None:
        super().__init__(message)
        self.column = column


class StoreError(AnalysisError):
    """The workspace cannot be read or written."""
