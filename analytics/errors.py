"""Every error that Slicewise raises on purpose.

::

    AnalysisError
    ├── InputError      an unreadable file, a missing column, an unusable column
    │   └── Cancelled   the reader was told to stop
    ├── QuestionError   an unknown column, a clause that cannot be asked
    │   └── EmptyCohort the filters leave no row
    └── StoreError      the workspace cannot be read or written

A message says what was expected, what was found (column, count, first example) and what to do. Only these classes are caught,
at one boundary per page and one in the command line; anything else is a defect and is shown as one. Each error has a code:
that of its class, or one of its own where the failure is frequent enough to be looked up.
"""

from __future__ import annotations

ERROR_CODES = {
    "analysis": "any other failure that has a sentence",
    "input": "the file, or a column of it, cannot be used as asked",
    "cancelled": "the reading was stopped by the person who started it",
    "question": "the question does not fit the log",
    "store": "the workspace cannot be read or written",
    "setting": "a setting of the environment is not what it should be",
    "no-file": "there is no file at the path",
    "too-wide": "the table has more columns, or a longer line at its start, than a log can have",
    "reader-memory": "reading needs more memory than it may use",
    "reader-time": "reading took longer than it may",
    "reader-cpu": "reading took more processor time than it may",
    "reader-crashed": "the reading process ended without an answer",
    "reader-unread": "the file could not be read to its end",
    "disk-full": "there is no room left on the disk, or a file grew larger than it may",
    "read-only": "the folder of the workspace cannot be written",
    "damaged-log": "the file of a log in the workspace is missing or damaged; it was set aside",
    "question-time": "the question took longer than it may",
    "no-pairs": "no row of one side answers the same input as one of the other",
    "question-memory": "the question needs more memory than it may use",
    "spark": "Spark is not there, refuses the question or takes longer than it may",
    "sign-in": "the sign-in does not say who signed in",
}
"""What each code means; the README lists exactly these."""


class AnalysisError(Exception):
    """Base of all errors raised on purpose; its text is written for the analyst.

    Parameters
    ----------
    message : str
        One or more sentences.
    code : str, optional
        One of `ERROR_CODES`; by default that of the class.
    """

    code = "analysis"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class InputError(AnalysisError):
    """The file, or a column of it, cannot be used as asked."""

    code = "input"


class Cancelled(InputError):
    """The reader was stopped by the person who started it."""

    code = "cancelled"


class QuestionError(AnalysisError):
    """The question does not fit the log."""

    code = "question"


class EmptyCohort(QuestionError):
    """The filters leave no row; ``column`` is the one whose filter is to blame, None where the outcomes are."""

    def __init__(self, message: str, column: str | None) -> None:
        super().__init__(message)
        self.column = column


class StoreError(AnalysisError):
    """The workspace cannot be read or written."""

    code = "store"
