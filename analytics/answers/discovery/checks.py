"""What a search for slices refuses, and how it holds rows back where nobody says."""

from __future__ import annotations

from analytics.answers.discovery.search import Search, Split
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.query.discovery.objectives import OBJECTIVES, PRICED, SPLITS

_DEEPEST = 8
"""Conditions that can be asked for at most: memory grows with the number of combinations of columns."""


def checked(question: Question, search: Search) -> None:
    """Refuse what cannot be searched."""
    if search.objective not in OBJECTIVES:
        raise QuestionError(f"Expected an objective, found {search.objective!r}. Objectives: {', '.join(OBJECTIVES)}.")
    if OBJECTIVES[search.objective].needs_probability and not question.log.is_probability:
        raise QuestionError(f"Expected scores in 0–1 for {search.objective!r}, found others. Choose another objective.")
    if OBJECTIVES[search.objective].is_change != (search.reference is not None):
        raise QuestionError("Expected a reference for a change, and for nothing else. Name both, or neither.")
    if search.objective in PRICED and search.costs.amount_cells and question.log.mapping.amount is None:
        raise QuestionError("Expected a column of amounts to multiply costs by, found none. Choose it in the mapping.")
    if search.split == "time" and search.reference is not None:
        raise QuestionError("Expected a split that both sides can share, found 'time'. Split by row or entity.")
    if search.split not in (None, *SPLITS):
        raise QuestionError(f"Expected a split, found {search.split!r}. Splits: {', '.join(SPLITS)}.")
    if search.split == "entity" and question.log.mapping.unit is None and question.log.mapping.row_id is None:
        raise QuestionError("Expected a row id to split by entity, found none. Choose the column in the mapping.")
    if search.split == "time" and question.log.time_low is None:
        raise QuestionError("Expected times to split by, found none. Choose the column of times in the mapping.")
    if not 0 <= search.min_support < 1 or search.min_rows < 1 or not 1 <= search.max_depth <= _DEEPEST:
        raise QuestionError(
            f"Expected a minimum support in 0–1 and one to eight predicates, found {search.min_support:g} and "
            f"{search.max_depth}."
        )


def default_split(question: Question) -> Split:
    """Split by entity where rows belong together or ids repeat, else by row."""
    log = question.log
    if log.mapping.unit is not None:
        return "entity"
    if log.mapping.row_id is None:
        return "row"
    column = log.column(log.mapping.row_id)
    return "entity" if column.n_distinct < log.n_rows - column.n_missing else "row"
