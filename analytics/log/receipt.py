"""What is said of a log beside its rows: what became of lines and labels, and what preflight found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "note"]
PROGRAM_WORDS = "no JSON object, as words of the program between the records are none"
"""The reason of lines of a log that are none of its records: not a row is lost with them."""
IN_EARLIER_EXPORT = "of a row that an earlier export has"
"""Why a row is set aside of which nothing is lost: its label is kept with the row."""


@dataclass(frozen=True)
class CheckResult:
    """One thing that preflight has to say about a log.

    Attributes
    ----------
    code, severity : str
        What it is, from the registry of preflight, and how grave.
    column, rows : str and int, or None
        Where, and how many rows it touches.
    message : str
        What was expected, what was found, and what to do.
    example : str or None
        One value, pair or row of it.
    merges : tuple of (str, str)
        Spellings and what each would be merged into for slicing.
    """

    code: str
    severity: Severity
    column: str | None
    rows: int | None
    message: str
    example: str | None = None
    merges: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SetAside:
    """Rows that were read and not kept, with the one reason they share, and the line of the first where it is known."""

    reason: str
    rows: int
    first_line: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class LineCounts:
    """What became of the lines of a text file: each is in exactly one class, so that the books close.

    A row in quotes that runs over three lines counts three.
    """

    header: int
    skipped: int
    blank: int
    kept: int
    set_aside: int
    total: int


@dataclass(frozen=True)
class LabelCounts:
    """What became of the labels of another file, and of the rows of the log that they were for.

    ``n_read = n_set_aside + n_without_id + n_without_label + n_repeated + ids``, and the ids are those that meet a row and
    ``n_orphans`` that meet none; ``rows_matched + rows_contrary + rows_unmatched`` are the rows of the log.

    Attributes
    ----------
    source, id_column, version_column, time_column, label_column : str or None
        The file, what joined it, what told the latest label, and the column of the log that holds the labels now.
    n_read, n_set_aside, n_without_id, n_without_label : int
        Rows of the labels file, and those of them that are no label.
    n_repeated, n_changed, n_contrary : int
        Labels that a later one of the same id replaced, ids with different labels, ids whose latest labels contradict each other.
    n_orphans : int
        Ids that no row of the log has.
    rows_matched, rows_contrary, rows_unmatched : int
        Rows that got a label, that are not known yet because labels contradict each other, and for which there was none.
    rows_revised : int
        Rows that had another label before, in the log, in a file before or earlier in this one.
    example_contrary, example_orphan, example_unmatched : str or None
        The first such id.
    """

    source: str
    id_column: str
    version_column: str | None
    time_column: str | None
    label_column: str
    n_read: int = 0
    n_set_aside: int = 0
    n_without_id: int = 0
    n_without_label: int = 0
    n_repeated: int = 0
    n_changed: int = 0
    n_contrary: int = 0
    n_orphans: int = 0
    rows_matched: int = 0
    rows_contrary: int = 0
    rows_unmatched: int = 0
    rows_revised: int = 0
    example_contrary: str | None = None
    example_orphan: str | None = None
    example_unmatched: str | None = None
