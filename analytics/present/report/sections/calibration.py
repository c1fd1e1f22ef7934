"""What a score means: the reliability diagram with its bins, and the numbers of calibration beside chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.answers.calibration.answer import calibration
from analytics.answers.calibration.scan import calibration_scan
from analytics.present import palette, readings, words
from analytics.present.report.chart_drawing import chart_drawing
from analytics.present.report.examined import examined_words
from analytics.present.report.parts import Block, Chart, Figure, Section, Series, Sheet, banded
from analytics.present.report.sheets import Column, sheet_of, split_lead, text_sheet
from analytics.present.tables.calibration import number_rows

if TYPE_CHECKING:
    from analytics.answers.calibration.answer import Calibration
    from analytics.answers.report.asking import ReportAsking
    from analytics.query.engine import Engine


def ask(engine: Engine, asking: ReportAsking) -> tuple[Calibration, pl.DataFrame]:
    """Ask what scores mean, over all rows and by segment column."""
    return calibration(engine, asking.question), calibration_scan(engine, asking.question, among=asking.examined).table


def build(answer: tuple[Calibration, pl.DataFrame], asking: ReportAsking) -> tuple[Section, ...]:
    """Return the section of calibration."""
    found, scan = answer
    lead, more = split_lead(readings.calibration_reading(found, scan))
    bins = found.bins.filter(pl.col("n") > 0)
    chart = _chart(bins, found)
    reading = readings.reliability_reading(found)
    blocks: list[Block] = [more] if more else []
    if not bins.is_empty():
        blocks.append(
            Figure("Mean score and observed rate", reading, chart_drawing(chart, reading), _bins(bins), chart)
        )
        numbers = number_rows(found)
        rows = [[str(cell) for cell in row] for row in numbers.iter_rows()]
        blocks.append(text_sheet("calibration", "Numbers of calibration", numbers.columns, rows, shape="wide"))
    method = (
        "Bins of equal mass; Wilson's interval of each observed rate. “If calibrated” is what a calibrated model of this size "
        "would show, in 95 % of cases."
    )
    method = " ".join(filter(None, [method, examined_words(asking)]))
    return (Section("calibration", "What a score means", lead, tuple(blocks), method, begins_page=True),)


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
