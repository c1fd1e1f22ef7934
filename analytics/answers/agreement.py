"""How far do the people who rated the same rows agree?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.agreement.overall import overall
from analytics.measure.agreement.pairs import pair_table
from analytics.measure.agreement.raters import rater_table
from analytics.measure.agreement.ratings import patterns_of, ratings_of
from analytics.query.agreement import no_ratings, rating_list, rating_patterns
from analytics.query.engine import Engine

_MAX_RATERS, _MAX_VALUES = 100, 100
"""Raters and different ratings that are compared: 4,950 pairs, of 10,000 cells each. Bounds the tables."""


@dataclass(frozen=True)
class Agreement:
    """What people who rated the same rows agree on.

    Attributes
    ----------
    whole : dict
        `measure.agreement.overall.overall`.
    pairs, raters : DataFrame
        `measure.agreement.pairs.pair_table` and `measure.agreement.raters.rater_table`.
    is_ordered : bool
        Whether ratings were compared as grades.
    unsaid : tuple of str
        What was taken for no rating, such as "n/a" and -1.
    spelled : tuple of (str, str)
        Ratings that differ from another in capitals or blanks alone, with that one, for which they were taken.
    """

    whole: dict[str, float | int | None]
    pairs: pl.DataFrame
    raters: pl.DataFrame
    is_ordered: bool
    unsaid: tuple[str, ...] = ()
    spelled: tuple[tuple[str, str], ...] = ()


def agreement(
    engine: Engine,
    question: Question,
    raters: Sequence[str] = (),
    *,
    listed: tuple[str, str, str] | None = None,
    is_ordered: bool = False,
) -> Agreement:
    """Answer "how far do raters agree?" from a column of each, or from the columns of item, rater and rating.

    Raises
    ------
    QuestionError
        If fewer than two raters are named or found, or there are too many of them or of their ratings.
    EmptyCohort
        If the filters leave no row.
    """
    log, cohort, threshold = question.log, question.cohort, question.threshold
    if listed is not None:
        patterns = patterns_of(rating_list(engine, log, cohort, threshold, *listed))
        raters = [name for name in patterns.columns if name != "n"]
    elif len(set(raters)) >= 2:
        patterns = rating_patterns(engine, log, cohort, threshold, raters)
    else:
        raise QuestionError("Expected at least two raters, found fewer. Name the column of each.")
    if question.cohort and patterns.is_empty():
        raise empty_cohort(engine, log, cohort, threshold)
    if not 2 <= len(raters) <= _MAX_RATERS:
        raise QuestionError(
            f"Expected 2 to {_MAX_RATERS} raters, found {len(raters):,}. Name the column that says who rated."
        )
    unsaid = no_ratings(patterns, raters)
    patterns = patterns.with_columns(pl.col(raters).replace(unsaid, [None] * len(unsaid)))
    spelled = _spellings(patterns, raters)
    ratings = ratings_of(patterns.with_columns(pl.col(raters).replace(spelled)) if spelled else patterns, raters)
    if is_ordered:
        _require_numbers(ratings.values)
    if len(ratings.values) > _MAX_VALUES:
        raise QuestionError(
            f"Expected at most {_MAX_VALUES} different ratings, found {len(ratings.values):,}, such as "
            f"{ratings.values[0]!r}. Name columns of grades or of classes."
        )
    whole = overall(ratings, ordered=is_ordered)
    pairs, each = pair_table(ratings, ordered=is_ordered), rater_table(ratings)
    return Agreement(whole, pairs, each, is_ordered, tuple(unsaid), tuple(spelled.items()))


def _spellings(patterns: pl.DataFrame, raters: Sequence[str]) -> dict[str, str]:
    """Return ratings that differ from a more frequent one in capitals or blanks around alone, each with that one."""
    if any(patterns[name].dtype != pl.String for name in raters):
        return {}
    said = patterns.unpivot(raters, index="n", value_name="said").drop_nulls("said")
    counts = said.group_by("said").agg(pl.col("n").sum()).sort(["n", "said"], descending=[True, False])
    usual: dict[str, str] = {}
    found = {}
    for value in counts["said"]:
        first = usual.setdefault(value.strip().casefold(), value)
        if first != value:
            found[value] = first
    return found


def _require_numbers(values: Sequence[str]) -> None:
    """Refuse grades in words: their order is not that of the alphabet."""
    for value in values:
        try:
            float(value)
        except ValueError as error:
            raise QuestionError(
                f"Expected grades that are numbers, found {value[:40]!r}: words have no order here. Write numbers, or leave out "
                "that ratings are grades."
            ) from error
