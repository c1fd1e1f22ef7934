"""Does 0.8 mean 80 %, class by class?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.calibration.classes import class_calibration_table, class_wise_ece
from analytics.measure.intervals import FloatArray
from analytics.measure.reliability import GROUPS, Binning
from analytics.query.classes import class_score_tables
from analytics.query.engine import Engine
from analytics.query.score_table import ScoreTable

_REPLICATES, _CELLS = 200, 100
"""Replicates of the labels and score cells behind what chance would give one class, as of one slice: a mean and a 95 % end
only, for up to a thousand classes at once."""
_MAX_SCORES, _STEPS = 1_000_000, 10_000
"""Rows times classes up to which every score is kept apart: some 2 s. In longer logs scores are added up in steps of a
ten-thousandth, small enough for the scores of a hundred classes, which move ECE by less than one step."""


@dataclass(frozen=True)
class ClassCalibration:
    """Calibration of each class against the rest.

    Attributes
    ----------
    table : DataFrame
        `measure.calibration.classes.class_calibration_table`.
    steps : int or None
        How many steps stand for the many values of the scores; None where all are kept apart.
    """

    table: pl.DataFrame
    steps: int | None = None

    @property
    def ece(self) -> float | None:
        """Class-wise ECE: the mean over classes."""
        return class_wise_ece(self.table)


def has_class_scores(question: Question) -> bool:
    """Whether classes have scores of their own, so that there is something to say class by class."""
    right = question.log.mapping.right
    return right is not None and right.kind == "classes" and bool(right.class_scores)


def class_calibration(
    engine: Engine, question: Question, *, binning: Binning = "equal_mass", groups: int = GROUPS
) -> ClassCalibration:
    """Answer "does 0.8 mean 80 %?" for each class against the rest, in either view of a log of classes.

    Raises
    ------
    QuestionError
        If classes have no scores, or these are no probabilities.
    EmptyCohort
        If the filters leave no row.
    """
    log, asked = question.log, (question.log, question.cohort, question.threshold)
    if not has_class_scores(question):
        raise QuestionError(
            "Expected a score for each class, found none. Log one column per class, called as the class is, or ask about the "
            "confidence alone."
        )
    right = log.mapping.right
    n_scores = log.n_rows * len(right.class_scores) if right is not None else 0
    steps = _STEPS if n_scores > _MAX_SCORES else None
    parts = [(name, *_checked(name, scores)) for name, scores in class_score_tables(engine, *asked, steps)]
    if question.cohort and all(frame.is_empty() for _, frame, _ in parts):
        raise empty_cohort(engine, log, question.cohort, question.threshold)
    table = class_calibration_table(parts, groups=groups, binning=binning, replicates=_REPLICATES, cells=_CELLS)
    return ClassCalibration(table, steps)


def _checked(name: str, scores: ScoreTable) -> tuple[pl.DataFrame, FloatArray]:
    """Return the score table of a class whose scores are probabilities, and its edges."""
    low, high = float(scores.edges.min()), float(scores.edges.max())
    if low < 0 or high > 1:
        raise QuestionError(
            f"Expected scores of classes between 0 and 1, found {low:g} to {high:g} for class {name!r}. Log probabilities, such "
            "as the softmax of these numbers."
        )
    return scores.frame, scores.edges
