"""Where the line should be: only with costs that somebody gave; else what to give."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import polars as pl

from analytics.answers.thresholds.answer import thresholds
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.deciding import Line, deciding, deciding_handover
from analytics.answers.thresholds.handover import Handover, handover
from analytics.measure.thresholds.handover import handover_costs
from analytics.measure.thresholds.policy import Policy
from analytics.present import palette, readings, words
from analytics.present.money import cost_words
from analytics.present.report.chart_drawing import chart_drawing
from analytics.present.report.parts import Block, Chart, Figure, Section, Sheet, banded
from analytics.present.report.sections.thresholds_handover import build_handover
from analytics.present.report.sheets import BESIDE, Column, figures_sheet, sheet_of, split_lead
from analytics.present.tables.thresholds import move_frame, move_table, sweep_frame

if TYPE_CHECKING:
    from analytics.answers.report.asking import ReportAsking
    from analytics.answers.thresholds.answer import ThresholdAnswer
    from analytics.query.engine import Engine

_N_POINTS = 60
"""Thresholds of the curve in a pack, evenly spread over the sweep: as many as a chart of a page shows apart. By hand."""


def ask(engine: Engine, asking: ReportAsking) -> Line[ThresholdAnswer] | Line[Handover]:
    """Ask what the line is worth, or from which confidence to answer; without costs there is no best one."""
    if asking.question.log.is_right_or_wrong:
        said = asking.handover or Policy(handover_costs(1.0, 1.0), "", has_costs=False)
        part = deciding_handover(engine, asking.question, said)
        return Line(handover(cost_table(engine, asking.question), said), part)
    policy = asking.policy or Policy(has_costs=False)
    answer = thresholds(cost_table(engine, asking.question), policy)
    return Line(answer, deciding(engine, asking.question, policy))


def build(line: Line[ThresholdAnswer] | Line[Handover], asking: ReportAsking) -> tuple[Section, ...]:
    """Return the section of the threshold: without costs it says what to give."""
    if asking.question.log.is_right_or_wrong:
        return build_handover(cast("Line[Handover]", line))
    return _build_line(cast("Line[ThresholdAnswer]", line))


def _build_line(line: Line[ThresholdAnswer]) -> tuple[Section, ...]:
    title, answer = "Where the threshold should be", line.deciding
    lead, more = split_lead(readings.decision_reading(line.answer, line.part))
    if not answer.policy.has_costs or answer.best is None:
        give = (
            "Not decided: nobody has said what a false positive and a false negative cost, and without that no threshold is "
            "better than another one. Thresholds asks for it."
        )
        said = give if not answer.policy.has_costs else lead
        return (Section("thresholds", title, said, (), glance=said),)
    chart = _chart(answer)
    shown, numbers = move_table(answer, answer.best), move_frame(answer, answer.best)
    blocks: list[Block] = [
        *([more] if more else []),
        Figure("Cost by threshold", readings.curve_reading(answer), chart_drawing(chart, lead), _sweep(answer), chart),
        readings.move_reading(answer, answer.best),
        replace(
            figures_sheet("move", "What the move does", shown, numbers, dict.fromkeys(numbers.columns[1:], "count")),
            heads=dict(zip(numbers.columns, shown.columns, strict=True)),
        ),
        readings.sensitivity_reading(answer),
    ]
    given = cost_words(answer.policy.costs, answer.policy.unit)
    method = (
        f"Costs as given: {given}. The saving is of rows that did not choose the threshold (cross-fitted), at 95 %."
    )
    return (Section("thresholds", title, lead, tuple(blocks), method, glance=lead, begins_page=True),)


def _points(answer: ThresholdAnswer) -> pl.DataFrame:
    """Return the sweep at about sixty thresholds, those of the present and the best line among them."""
    frame = sweep_frame(answer).with_row_index("place")
    step = max(1, frame.height // _N_POINTS)
    marked = {answer.present.bin, *([answer.best.bin] if answer.best else [])}
    return frame.filter((pl.col("place") % step == 0) | pl.col("place").is_in(list(marked))).drop("place")


def _sweep(answer: ThresholdAnswer) -> Sheet:
    """Return the curve as a table."""
    columns = (
        Column("threshold", "Threshold", "score"),
        Column("n_flagged", "Flagged rows", "count"),
        Column("recall", "Recall", "share"),
        Column("precision", "Precision", "share"),
        Column("cost", f"Cost{f', {answer.policy.unit}' if answer.policy.unit else ''}", "count", has_ends=True),
    )
    return sheet_of("thresholds", "Cost by threshold", _points(answer), columns, most=BESIDE)


def _chart(answer: ThresholdAnswer) -> Chart:
    """Return the cost along the thresholds."""
    points = _points(answer).drop_nulls("threshold")
    names = [words.threshold_text(round(value, 3)) for value in points["threshold"].to_list()]
    unit = f", {answer.policy.unit}" if answer.policy.unit else ""
    series = banded("Cost", points, ("cost", "cost_low", "cost_high"), palette.BEST)
    return Chart("lines", names, (series,), "Threshold", f"Cost{unit}")
