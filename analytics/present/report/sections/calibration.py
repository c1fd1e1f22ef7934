"""What a score means: the reliability diagram with its bins, and the numbers of calibration beside chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.answers.calibration.answer import calibration
from analytics.answers.calibration.classes import class_calibration, has_class_scores
from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.calibration.since import calibration_since
from analytics.answers.calibration.time import turned
from analytics.errors import QuestionError
from analytics.present import palette, readings, words
from analytics.present.report.chart_drawing import chart_drawing
from analytics.present.report.examined import examined_words
from analytics.present.report.parts import Block, Chart, Figure, Section, Series, Sheet, banded
from analytics.present.report.sheets import Column, figures_sheet, sheet_of, split_lead
from analytics.present.tables.calibration import number_frame, number_rows

if TYPE_CHECKING:
    from analytics.answers.calibration.answer import Calibration
    from analytics.answers.calibration.classes import ClassCalibration
    from analytics.answers.calibration.since import CalibrationSince
    from analytics.answers.question import Question
    from analytics.answers.report.asking import ReportAsking
    from analytics.measure.calibration.told import LevelTurn
    from analytics.query.engine import Engine


_Answer = tuple["Calibration", pl.DataFrame, "ClassCalibration | None", "LevelTurn | None", "CalibrationSince | None"]


def ask(engine: Engine, asking: ReportAsking) -> _Answer:
    """Ask what scores mean, over all rows, by segment column, and of each class where classes have scores."""
    question = asking.question
    scan = calibration_scan(engine, question, among=asking.examined).table
    turn, since = turned(engine, question), calibration_since(engine, question)
    return calibration(engine, question), scan, _of_classes(engine, question), turn, since


def _of_classes(engine: Engine, question: Question) -> ClassCalibration | None:
    """Ask what the scores of each class mean, None where they are no probabilities or there are none."""
    if question.log.mapping.kind != "classes" or not has_class_scores(question):
        return None
    try:
        return class_calibration(engine, question)
    except QuestionError:
        return None


def build(answer: _Answer, asking: ReportAsking) -> tuple[Section, ...]:
    """Return the section of calibration."""
    found, scan, of_classes, turn, since = answer
    lead, more = split_lead(readings.calibration_reading(found, scan, turn, since))
    bins = found.bins.filter(pl.col("n") > 0)
    chart = _chart(bins, found)
    reading = readings.reliability_reading(found)
    blocks: list[Block] = [more] if more else []
    if not bins.is_empty():
        blocks.append(
            Figure("Mean score and observed rate", reading, chart_drawing(chart, reading), _bins(bins), chart)
        )
        numbers = number_frame(found)
        blocks.append(figures_sheet("calibration", "Numbers of calibration", number_rows(found), numbers, {}))
    if of_classes is not None:
        blocks.append(_classes(of_classes))
    method = (
        "Bins of equal mass; Wilson's interval of each observed rate. “If calibrated” is what a calibrated model of this size "
        "would show, in 95 % of cases."
    )
    method = " ".join(filter(None, [method, examined_words(asking)]))
    return (Section("calibration", "What a score means", lead, tuple(blocks), method, begins_page=True),)


def _classes(answer: ClassCalibration) -> Sheet:
    """Return what the scores of each class are beside how often it is the class, worst first."""
    columns = (
        Column("class", "Class"),
        Column("n_pos", "Rows of it", "count"),
        Column("mean_score", "Mean score", "share"),
        Column("observed", "Observed share", "share", has_ends=True),
        Column("difference", "Too high by, points", "points", has_ends=True),
        Column("ece", "ECE", "number"),
        Column("ece_chance_high", "ECE, chance", "number"),
    )
    note = readings.class_calibration_reading(answer).replace("\n", " ")
    return sheet_of("calibration classes", "Scores of each class against the rest", answer.table, columns, note)


def _bins(bins: pl.DataFrame) -> Sheet:
    """Return the bins of the diagram."""
    columns = (
        Column("low", "Score from", "score"),
        Column("high", "Score to", "score"),
        Column("n", "Judged rows", "count"),
        Column("mean_score", "Mean score", "number"),
        Column("observed", "Observed rate", "share", has_ends=True),
    )
    return sheet_of("calibration bins", "Bins of scores", bins, columns)


def _chart(bins: pl.DataFrame, found: Calibration) -> Chart:
    """Return mean score and observed rate along the bins."""
    names = [words.threshold_text(round(mean, 3)) for mean in bins["mean_score"].to_list()]
    name = "Share that is right" if found.is_right_or_wrong else "Observed rate"
    observed = banded(name, bins, ("observed", "observed_low", "observed_high"), palette.TRUE_POSITIVE)
    scores = (
        [Series("Mean score", bins["mean_score"].to_list(), colour=palette.SAME)] if found.score_map is None else []
    )
    return Chart("lines", names, (observed, *scores), "Mean score of the bin", "Rate", is_share=True)
