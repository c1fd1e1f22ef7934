"""Findings about the line: where the threshold should be, from which confidence to answer, whether it decides anything."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.answers.brief.size import Size


@dataclass(frozen=True)
class ThresholdParts:
    """A threshold that costs less than the present one; recall, precision and flagged rows at both, None where undefined.

    ``since`` is the day from which on rows chose it, where errors shifted then, ``until`` the one before which they did, where
    later rows may still turn, and ``days`` how many these are.
    """

    present: float
    best: float | None
    recall: tuple[float | None, float | None]
    precision: tuple[float | None, float | None]
    flagged: tuple[float, float]
    since: str | None = None
    until: str | None = None
    days: float | None = None


@dataclass(frozen=True)
class HandoverParts:
    """A confidence from which answering costs less than from the present one; None where no row should be answered.

    ``wrong`` is the share of the answers that are, ``handed`` the rows that people look at, both at the present confidence and at
    the best; ``saved`` is in ``unit``. ``since``, ``until`` and ``days`` are those of `ThresholdParts`.
    """

    best: float | None
    wrong: tuple[float, float]
    handed: tuple[float, float]
    saved: Size
    unit: str
    since: str | None = None
    until: str | None = None
    days: float | None = None


@dataclass(frozen=True)
class LineParts:
    """A threshold that lies beyond nearly all rows: it flags hardly anyone, or nearly everybody.

    Attributes
    ----------
    threshold : float
    is_of_decisions : bool
        Whether logged decisions are judged, which no threshold makes.
    flags_all : bool
        Whether nearly everybody is flagged.
    wrong, low, high : float
        Share of the rows of a label that it gets wrong, with its interval: negatives that are flagged, positives that are missed.
    n_label : int
        Those rows.
    n_flagged, n_scored : int
    """

    threshold: float
    is_of_decisions: bool
    flags_all: bool
    wrong: float
    low: float
    high: float
    n_label: int
    n_flagged: int
    n_scored: int
