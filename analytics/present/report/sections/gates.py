"""May it go on: the gates that are kept for the log, held against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.answers.gates.answer import gates
from analytics.answers.gates.file import read_gates
from analytics.log.kept.gates import chosen_gates, last_values
from analytics.present import readings
from analytics.present.report.parts import Block, Section
from analytics.present.report.sheets import Column, sheet_of, split_lead
from analytics.present.tables.gates import gates_display_table

if TYPE_CHECKING:
    from analytics.answers.gates.result import GatesAnswer
    from analytics.answers.report.asking import ReportAsking
    from analytics.query.engine import Engine


def ask(engine: Engine, asking: ReportAsking) -> GatesAnswer | None:
    """Ask whether it may go on; nothing where no gates are kept for the log."""
    question, workspace = asking.question, engine.workspace
    text = chosen_gates(workspace, question.log)
    if text is None:
        return None
    last = last_values(workspace, read_gates(text).name, question.log.log_id)
    return gates(engine, question, text, sides=asking.gates, last=last)


def build(answer: GatesAnswer | None, _: ReportAsking) -> tuple[Section, ...]:
    """Return the section of the gates; none where none are kept."""
    if answer is None:
        return ()
    lead, more = split_lead(readings.gates_reading(answer))
    columns = (
        Column("Outcome", "Outcome", "words"),
        Column("Statement", "Gate", "words"),
        Column("Found", "Found", "words"),
        Column("Rows needed", "Rows needed", "count"),
        Column("There by", "There by", "words"),
    )
    sheet = sheet_of("gates", "Gates", gates_display_table(answer), columns)
    blocks: list[Block] = [*([more] if more else []), sheet]
    return (Section("gates", "May it go on", lead, tuple(blocks), readings.margins_reading(answer), glance=lead),)
