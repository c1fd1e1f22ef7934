"""The gates of a log as they stand: one row each, with its interval against its limit."""

from __future__ import annotations

import streamlit as st

from analytics.answers.gates.answer import gates
from analytics.answers.gates.file import read_gates
from analytics.answers.gates.sides import gate_sides
from analytics.answers.question import Question
from analytics.errors import StoreError
from analytics.log.kept.gates import keep_values, last_values
from analytics.present import figures, readings
from analytics.present.tables.gates import gate_margins, gates_display_table, gates_markdown
from pages._frame import session
from pages._frame.cache import kept
from pages._frame.render import FURTHER, escaped, figure, sentence, table_downloads


def draw_checked(question: Question, text: str) -> None:
    """Show whether it may go on, what decides it, and each gate."""
    file, workspace = read_gates(text), session.workspace()
    last = last_values(workspace, file.name, question.log.log_id)
    answer = kept(gates, question, text, sides=gate_sides(workspace, question, text, session.remapped), last=last)
    if not question.cohort:
        try:
            keep_values(workspace, file.name, question.log.log_id, answer.values)
        except StoreError as error:
            st.error(escaped(str(error)), icon=":material/save:")
    sentence(readings.gates_reading(answer))
    margins = gate_margins(answer)
    figure(
        figures.gates_figure(margins),
        readings.margins_reading(answer),
        "gates",
        alt="Each gate with its interval against its limit",
    )
    table = gates_display_table(answer)
    st.dataframe(
        table,
        hide_index=True,
        alt="Gates with outcome, value, rows that would decide, and the day on which they will be there",
        column_config={
            "Rows needed": st.column_config.NumberColumn(format="localized"),
            "Found": st.column_config.TextColumn(width="large"),
        },
    )
    st.caption(FURTHER)
    table_downloads(table, "gates", key="gates_table", title="Gates")
    with st.expander("To paste into a message"):
        st.code(gates_markdown(answer), language=None, wrap_lines=True)
    for result in answer.of(None):
        st.caption(escaped(f"{result.gate.name}: {result.problem}"))
