"""What a score means since errors shifted: what a score meant over both times is true of neither, and is no map to correct by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from analytics.answers.calibration.answer import Calibration, calibration
from analytics.answers.labels_turning import settled
from analytics.answers.overview_shifted import shifted_since, since_clauses
from analytics.answers.question import Question
from analytics.measure.reliability import GROUPS, Binning
from analytics.measure.slices import MIN_SUPPORT
from analytics.query.engine import Engine


@dataclass(frozen=True)
class CalibrationSince:
    """Calibration of the rows since the last lasting shift of the errors: those by which scores would be recalibrated.

    Attributes
    ----------
    since : date
        The first day since then, with its hour where the log is told by the hour.
    answer : Calibration
    """

    since: date
    answer: Calibration


def calibration_since(
    engine: Engine, question: Question, *, binning: Binning = "equal_mass", groups: int = GROUPS
) -> CalibrationSince | None:
    """Answer "what does a score mean now?" where errors shifted for good; None where they did not, or on too few rows since.

    None of scores that are no probabilities: these mean no rate by themselves.
    """
    found = settled_part(engine, question) if question.log.is_probability else None
    if found is None:
        return None
    answer = calibration(engine, found[1], binning=binning, groups=groups)
    return CalibrationSince(found[0], answer) if answer.numbers["n"][0] >= MIN_SUPPORT else None


def settled_part(engine: Engine, question: Question) -> tuple[date, Question] | None:
    """Return the day since which errors are others up to the end, and the question of the rows since; None without one.

    Rows that are of one class because they are young are left out.
    """
    kept = settled(engine, question)
    since = None if kept is None else shifted_since(engine, kept)
    if since is None or kept is None:
        return None
    return since, replace(kept, cohort=kept.cohort.with_clauses(since_clauses(kept, since)))
