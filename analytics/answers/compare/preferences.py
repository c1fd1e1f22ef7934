"""Which of two answers was preferred: how often the candidate wins, and for whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.role_names import folded_name
from analytics.measure.compare.preferences import WinRate, preferences_of, win_rate
from analytics.measure.compare.verdict import MARGIN, Verdict, verdict
from analytics.query.compare.preferences import preference_table
from analytics.query.engine import Engine

_HALF = 0.5
"""The rate at which neither side is preferred."""
_WHO = re.compile(
    r"(generator|model|system|assistant|bot|llm|candidate|challenger|opponent)(_(name|id|version))?_?[12ab]?"
)
"""How columns are called that say whose answer was judged, as in AlpacaEval and in arenas."""


@dataclass(frozen=True)
class Preferences:
    """How often the candidate is preferred.

    Attributes
    ----------
    column : str
    whole : WinRate
    verdict : Verdict
        Of the rate less one half; *unknown* where answers of several are mixed.
    read_as : str
        How the values were read.
    unsaid : int
        Rows that say nothing.
    by : tuple of (value, WinRate)
        By slice of a column, the most judgements first; of one that says whose answer it is the highest rate first. Empty
        where none was asked for.
    by_name : str or None
        That column.
    mixed : tuple of (str, int)
        Columns that say whose answer it is, with how many there are, where there are several: one rate is of none of them.
    """

    column: str
    whole: WinRate
    verdict: Verdict
    read_as: str
    unsaid: int
    by: tuple[tuple[object, WinRate], ...]
    by_name: str | None
    mixed: tuple[tuple[str, int], ...]


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
    found, mixed = [], _mixed(engine, question, name)
    if by:
        for (value,), part in table.partition_by("slice_0", as_dict=True).items():
            found.append((value, win_rate(part, meaning)))
        is_who = log.column(by).name in dict(mixed)
        found.sort(key=lambda each: -each[1].rate if is_who else -each[1].n)
    said = verdict(
        whole.rate - _HALF, whole.low - _HALF, whole.high - _HALF, MARGIN if margin is None else margin, round(whole.n)
    )
    if mixed:
        said = replace(said, word="unknown", more=None)
    return Preferences(name, whole, said, read_as, unsaid, tuple(found), log.column(by).name if by else None, mixed)


def _mixed(engine: Engine, question: Question, column: str) -> tuple[tuple[str, int], ...]:
    """Return the columns that say whose answer was judged, and name several in these rows."""
    log, found = question.log, []
    for each in log.columns:
        if each.kind == "text" and each.n_distinct > 1 and _WHO.fullmatch(folded_name(each.name)):
            rows = preference_table(engine, log, question.cohort, question.threshold, column, (each.name,))
            found.append((each.name, rows["slice_0"].drop_nulls().n_unique()))
    return tuple((name, n) for name, n in found if n > 1)
