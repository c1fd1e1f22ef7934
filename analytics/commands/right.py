"""What the command line says makes a row right: classes that agree, a grade, a number near another; or one class alone."""

from __future__ import annotations

from dataclasses import replace

from analytics.commands.options import Source
from analytics.errors import QuestionError
from analytics.log import rankings, views
from analytics.log.grade_words import grade_of, is_of_truths, steps_of
from analytics.log.mapping import Mapping
from analytics.log.right import MAX_RANK, Right, parsed_equality, parsed_tolerance
from analytics.log.schema import Reading
from analytics.log.score_form import is_confidence_name

_MAX_AT = 1_000
"""Ranks that can count: nobody reads further, and a list of discounts stays short."""

_MAX_SHOWN = 7
"""Words of grades that are named: as many as letters from A to G."""


def said_right(source: Source, reading: Reading) -> Right | None:
    """Return the rule that the command line says, None where it says none.

    Raises
    ------
    QuestionError
        If a column is unknown, or what is said does not go together.
    """
    if any(said is not None for said in (source.query, source.relevance, source.position, source.at)):
        return _said_ranking(source, reading)
    if source.grade is not None:
        if source.right is not None or source.within is not None:
            raise QuestionError("Expected either --grade with --pass, or --right. Say one of the two.")
        column = reading.column(source.grade)
        said = "1" if source.mark is None and is_of_truths(column) else source.mark
        mark = None if said is None else grade_of(column, said)
        if mark is None:
            own = [text for text, _ in steps_of(column)]
            such = f"one of {', '.join(map(repr, own[:_MAX_SHOWN]))}" if own else "such as --pass 4"
            raise QuestionError(f"Expected the least grade that is right after --pass, {such}.")
        return Right("grades", column.name, mark=mark)
    if source.mark is not None:
        raise QuestionError("Expected the column of grades for --pass. Name it with --grade.")
    if source.right is None:
        if source.within is not None:
            raise QuestionError('Expected --right "PREDICTED = TRUE" for --within, found none.')
        return None
    predicted, true = parsed_equality(source.right, reading.names)
    if source.within is None:
        if source.lower is not None or source.upper is not None:
            raise QuestionError("Expected --within for --lower and --upper, found none. Say how near a number must be.")
        return Right("classes", true, predicted, is_exact=source.exact)
    tolerance, is_relative = parsed_tolerance(source.within)
    if (source.lower is None) is not (source.upper is None):
        raise QuestionError("Expected both ends of the interval, found one. Say --lower and --upper, or neither.")
    ends = [reading.column(name).name if name else None for name in (source.lower, source.upper)]
    right = Right(
        "numbers", true, predicted, tolerance=tolerance, is_relative=is_relative, lower=ends[0], upper=ends[1]
    )
    return right if source.lower else views.with_interval(right, reading)


def _said_ranking(source: Source, reading: Reading) -> Right | None:
    """Return the rule of rankings that the command line says; a part that it leaves out is that of the guess."""
    if source.right is not None or source.grade is not None:
        raise QuestionError("Expected either --query with --relevance, or --right or --grade. Say one of them.")
    if source.at is not None and not 0 < source.at <= _MAX_AT:
        raise QuestionError(f"Expected 1 to {_MAX_AT:,} ranks after --at, found {source.at}. Say another number.")
    guess = rankings.guessed(reading)
    by = source.position or source.score
    if source.query is None and guess is None:
        raise QuestionError("Expected the column that the rows of one ranking share, found none. Name it with --query.")
    query = reading.column(source.query).name if source.query else guess.query if guess else None
    true = reading.column(source.relevance).name if source.relevance else guess.true if guess else None
    predicted = reading.column(by).name if by else guess.predicted if guess else None
    if true is None or predicted is None:
        raise QuestionError(
            "Expected --relevance and --score, or --position, beside --query. Name the columns of relevance and of the score."
        )
    is_rank = bool(source.position) if by else bool(guess and guess.is_rank)
    return Right("rankings", true, predicted, query=query, is_rank=is_rank, at=source.at or MAX_RANK)


def with_right(mapping: Mapping, reading: Reading, source: Source) -> Mapping:
    """Return a mapping with the rule, and the view of it, that the command line says.

    Raises
    ------
    QuestionError
        As `said_right`, and if no class is called like the one that is judged against the rest.
    """
    found = _with_right(mapping, reading, source)
    judged = {found.label, found.score, found.decision}
    named = mapping.segments if source.segments else ()  # what is named is obeyed, scores of other classes too
    more = [name for name in named if name not in found.segments and name not in judged]
    return replace(found, segments=tuple(name for name in named if name in (*found.segments, *more))) if more else found


def _with_right(mapping: Mapping, reading: Reading, source: Source) -> Mapping:
    """Return a mapping with the rule, and the view of it, that the command line says."""
    right = said_right(source, reading) or mapping.right
    if source.positive or source.negative:
        right = None
    if right is None:
        if source.against is not None:
            raise QuestionError('Expected a log of classes for --class. Say what is right: --right "PREDICTED = TRUE".')
        return replace(mapping, right=None)
    is_sure = source.score is not None or mapping.right is not None or is_confidence_name(mapping.score or "")
    mapping = (
        mapping if is_sure else replace(mapping, score=None)
    )  # a score of something else is no confidence in answers
    if source.against is not None:
        whole = mapping if mapping.right == right else views.right_or_wrong(mapping, reading, right)
        return views.one_against_rest(whole, reading, source.against)
    return views.right_or_wrong(mapping, reading, right)
