"""Does a predicted 100 turn out to be 100? Predicted against true numbers by bin."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.calibration.numbers import number_bins
from analytics.query.engine import Engine
from analytics.query.numbers import predicted_bins

_GROUPS = 10
"""Bins where nobody says otherwise: deciles. The field's convention."""


@dataclass(frozen=True)
class NumberBins:
    """Predicted against true numbers.

    Attributes
    ----------
    bins : DataFrame
        `measure.calibration.numbers.number_bins`, equally full bins of the predicted number, the lowest first.
    true, predicted : str
        The columns.
    """

    bins: pl.DataFrame
    true: str
    predicted: str


def numbers(engine: Engine, question: Question, groups: int = _GROUPS) -> NumberBins:
    """Answer "does a predicted 100 turn out to be 100?".

    Raises
    ------
    QuestionError
        If the log holds no numbers that were predicted.
    EmptyCohort
        If the filters leave no row.
    """
    log, right = question.log, question.log.mapping.right
    if log.mapping.kind != "numbers" or right is None or right.predicted is None:
        raise QuestionError('Expected a log of numbers, found another. Say what is right: --right "PREDICTED = TRUE".')
    sums = predicted_bins(engine, log, question.cohort, question.threshold, groups)
    if question.cohort and sums.is_empty():
        raise empty_cohort(engine, log, question.cohort, question.threshold)
    return NumberBins(number_bins(sums), right.true, right.predicted)
