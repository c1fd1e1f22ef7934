"""From which confidence to answer and what to hand over: the threshold of a log whose rows are right or wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.present import palette, readings, words
from analytics.present.money import money
from analytics.present.report.chart_drawing import chart_drawing
from analytics.present.report.parts import Block, Chart, Figure, Section, banded
from analytics.present.report.sheets import BESIDE, Column, figures_sheet, sheet_of, split_lead
from analytics.present.tables.thresholds_handover import handover_frame, points_frame, points_table

if TYPE_CHECKING:
    from analytics.answers.thresholds.deciding import Line
    from analytics.answers.thresholds.handover import Handover

_N_POINTS = 60
"""Confidences of the curve in a pack, evenly spread. As of thresholds."""
_GIVE = "Not decided: say what a wrong answer and a person's look cost, on Thresholds or with --cost-wrong and --cost-person."

_KINDS = {"answered_from": "score", "wrong_answers": "count", "to_people": "count", "cost": "count"}
"""How the numbers of some confidences are written in a file; the others are shares."""


def build_handover(line: Line[Handover]) -> tuple[Section, ...]:
    """Return the section of what to answer and what to hand over: without costs it says what to give."""
    answer = line.deciding
    lead, more = split_lead(readings.handover_decision_reading(line.answer, line.part))
    said = lead if answer.policy.has_costs and answer.best is not None else f"{_GIVE} {lead}".strip()
    if not answer.n_judged:
        return (Section("thresholds", "What a person should see", lead, (), glance=lead),)
    to = answer.best or answer.filled or answer.present
    frame = _points(answer)
    chart = _chart(frame)
    columns = [
        Column("threshold", "Answered from", "score"),
        Column("coverage", "Share answered", "share"),
        Column("risk", "Wrong among them", "share", has_ends=True),
        Column("n_handed_over", "To people", "count"),
    ]
    if answer.policy.has_costs:
        unit = f", {answer.policy.unit}" if answer.policy.unit else ""
        columns.append(Column("cost", f"Cost{unit}", "count", has_ends=True))
    sheet = sheet_of("handover", "Wrong among the answered, by the share answered", frame, columns, most=BESIDE)
    numbers = points_frame(answer, to)
    kinds = {name: _KINDS.get(name, "share") for name in numbers.columns[1:]}
    blocks: list[Block] = [
        *([more] if more else []),
        Figure(sheet.title, readings.break_even_reading(answer), chart_drawing(chart, lead), sheet, chart),
        readings.handover_move_reading(answer, to),
        figures_sheet("handover points", "What is answered and handed over", points_table(answer, to), numbers, kinds),
    ]
    return (
        Section(
            "thresholds", "What a person should see", said, tuple(blocks), _method(answer), "" if said is None else said
        ),
    )


def _method(answer: Handover) -> str:
    """Say what was weighed."""
    costs, unit = answer.policy.costs, answer.policy.unit
    if not answer.policy.has_costs:
        return "Wilson's interval of the share wrong among the answered, at 95 %."
    given = f"A wrong answer costs {money(costs.fn, unit)}, a person's look {money(costs.fp, unit)}, as given."
    return f"{given} The saving is of rows that did not choose the confidence (cross-fitted), at 95 %."


def _points(answer: Handover) -> pl.DataFrame:
    """Return the curve at about sixty confidences, those of now and of the best among them."""
    frame = handover_frame(answer).with_row_index("place")
    step = max(1, frame.height // _N_POINTS)
    marked = [answer.present.bin, *([answer.best.bin] if answer.best else [])]
    kept = (pl.col("place") % step == 0) | pl.col("place").is_in(marked)
    return frame.filter(kept & (pl.col("n_answered") > 0)).drop("place")


def _chart(frame: pl.DataFrame) -> Chart:
    """Return the share wrong along the share answered, the fewest answered first."""
    shown = frame.reverse()
    series = banded("Wrong among the answered", shown, ("risk", "risk_low", "risk_high"), palette.BEST)
    names = [words.share(value) for value in shown["coverage"].to_list()]
    return Chart("lines", names, (series,), "Share answered", "Wrong among them", is_share=True)
