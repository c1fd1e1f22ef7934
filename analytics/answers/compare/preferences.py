"""Which of two answers was preferred: how often the candidate wins, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.compare.preferences import WinRate, preferences_of, win_rate
from analytics.measure.compare.verdict import MARGIN, Verdict, verdict
from analytics.query.compare.preferences import preference_table
from analytics.query.engine import Engine

_HALF = 0.5
"""The rate at which neither side is preferred."""


@dataclass(frozen=True)
class Preferences:
    """How often the candidate is preferred.

    Attributes
    ----------
    column : str
    whole : WinRate
    verdict : Verdict
        Of the rate less one half.
    read_as : str
        How the values were read.
    unsaid : int
        Rows that say nothing.
    by : tuple of (value, WinRate)
        By slice of a column, the most judgements first; empty where none was asked for.
    """

    column: str
    whole: WinRate
    verdict: Verdict
    read_as: str
    unsaid: int
    by: tuple[tuple[object, WinRate], ...]


def preferences(
    engine: Engine,
    question: Question,
    column: str,
    *,
    live_wins: Sequence[str] = (),
    candidate_wins: Sequence[str] = (),
    by: str | None = None,
    margin: float | None = None,
) -> Preferences:
    """Average what a column of preferences says, ties half.

    Raises
    ------
    QuestionError
        If no value is known, or none is said.
    EmptyCohort
        If the filters leave no row.
    """
    log, asked = question.log, (question.log, question.cohort, question.threshold)
    name = log.column(column).name
    table = preference_table(engine, *asked, name, (by,) if by else ())
    if question.cohort and table.is_empty():
        raise empty_cohort(engine, *asked)
    meaning, read_as = preferences_of(table["value"].unique().to_list(), live_wins, candidate_wins)
    whole = win_rate(table, meaning)
    if not whole.n:
        raise QuestionError(f"Expected a preference in {name!r}, found none in these rows. Name another column.")
    unsaid = int(table.filter(~pl.col("value").is_in(list(meaning)).fill_null(value=False))["n"].sum())
    found = []
    if by:
        for (value,), part in table.partition_by("slice_0", as_dict=True).items():
            found.append((value, win_rate(part, meaning)))
        found.sort(key=lambda each: -each[1].n)
    said = verdict(
        whole.rate - _HALF, whole.low - _HALF, whole.high - _HALF, MARGIN if margin is None else margin, round(whole.n)
    )
    return Preferences(name, whole, said, read_as, unsaid, tuple(found))
