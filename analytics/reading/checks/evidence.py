"""What the checks need beyond the receipt: counted once in the engine, in bounded tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class OneClassAfter:
    """Labels that are all of one class from a day on, but for a few others, and the share of that class before it."""

    since: str
    is_positive: bool
    rows: int
    others: int
    share_before: float


@dataclass(frozen=True)
class Gap:
    """Columns that are missing almost only where a segment column holds some values: rows missing there, and in all.

    ``is_flag`` says that the segment is true or false, 0 or 1: a value that such a flag rules out is often missing by design.
    """

    columns: tuple[str, ...]
    segment: str
    values: tuple[tuple[str, float], ...]
    rows: int
    rows_missing: int
    share_elsewhere: float
    is_flag: bool = False


@dataclass(frozen=True)
class Spike:
    """A value that stands alone: beyond all others, apart from them, or far more frequent than its neighbours."""

    column: str
    value: str
    rows: int
    kind: Literal["beyond", "apart", "near", "frequent", "word"]
    rest_low: str | None = None
    rest_high: str | None = None
    next_rows: int | None = None


@dataclass(frozen=True)
class Reversed:
    """Rows on which an end lies before its start, with the first such pair."""

    start: str
    end: str
    rows: int
    n_both: int
    example: str


@dataclass(frozen=True)
class Offset:
    """Two times that differ by whole hours, with the hours and since when; two entries where daylight saving switches."""

    first: str
    second: str
    rows: int
    hours: tuple[tuple[int, str], ...]
    example: str


@dataclass(frozen=True)
class Change:
    """A column whose unit or format changes: its typical value before and from ``since`` on, up to ``until``."""

    column: str
    before: str
    after: str
    since: str
    until: str | None
    rows: int
    factor: float | None = None


@dataclass(frozen=True)
class Spellings:
    """Values of a segment column that differ in case, blanks or accents only, each with the one it would be merged into."""

    column: str
    merges: tuple[tuple[str, str], ...]
    rows: int


@dataclass(frozen=True)
class Facts:
    """Everything that was counted.

    Attributes
    ----------
    n_revised_ids, rows_revised, rows_unsettled : int
        Ids with different labels of which the latest counts, the rows whose own label it replaced, and the rows that are not
        known yet because the latest ones contradict each other.
    n_duplicate_ids : int
        Rows whose id (with the model version, where there is one) stands on an earlier row as well.
    example_duplicate : str or None
        The first such id.
    n_contrary_ids, rows_contrary, example_contrary : int, int and str or None
        Ids that stand on rows with different outcomes, their rows, and the first of them.
    n_decisions_against_score : int or None
        Rows whose logged decision contradicts the score at the threshold.
    example_decision : str or None
        The first of them.
    auroc, auroc_low, auroc_high : float or None
        Area under the ROC curve with its 95 % interval, None where it is not defined.
    label_values : tuple of (str, int)
        Values of the label that are neither positive nor negative, with their rows.
    n_bad_scores, n_bad_amounts : int
        Rows with a value in the column that is no finite number.
    n_scores_between, n_scores_outside, example_outside : int, int and float or None
        Scores strictly between 0 and 1, scores below 0 or above 1, and one of the latter.
    """

    n_revised_ids: int = 0
    rows_revised: int = 0
    rows_unsettled: int = 0
    n_duplicate_ids: int = 0
    example_duplicate: str | None = None
    n_contrary_ids: int = 0
    rows_contrary: int = 0
    example_contrary: str | None = None
    n_decisions_against_score: int | None = None
    example_decision: str | None = None
    auroc: float | None = None
    auroc_low: float | None = None
    auroc_high: float | None = None
    label_values: tuple[tuple[str, int], ...] = ()
    n_bad_scores: int = 0
    n_bad_amounts: int = 0
    n_scores_between: int = 0
    n_scores_outside: int = 0
    example_outside: float | None = None
    one_class_after: OneClassAfter | None = None
    gaps: tuple[Gap, ...] = ()
    spikes: tuple[Spike, ...] = ()
    reversed_pairs: tuple[Reversed, ...] = ()
    offsets: tuple[Offset, ...] = ()
    changes: tuple[Change, ...] = ()
    spellings: tuple[Spellings, ...] = ()
