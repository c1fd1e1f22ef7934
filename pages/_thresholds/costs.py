"""What thresholds cost: the counts that are kept, the sweep under a policy, and what wrong costs would change."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer, thresholds
from analytics.answers.thresholds.costs import CostTable, cost_table
from analytics.answers.thresholds.deciding import Deciding, deciding
from analytics.answers.thresholds.handover import Handover
from analytics.measure.thresholds.policy import Policy
from analytics.present import figures, readings
from analytics.query.engine import Engine
from pages._frame import session
from pages._frame.cache import MODEST, keeping, kept
from pages._frame.render import escaped, figure


def at_any_edge(question: Question) -> Question:
    """Return a question whose rows by score are those of this one: the same for all thresholds that are edges of the grid."""
    log = question.log
    is_free = not question.cohort.outcomes and log.grid.split(question.threshold) is None
    return replace(question, threshold=log.edges[0]) if is_free else question


def cost_table_of(question: Question, by: tuple[str, ...] = ()) -> CostTable:
    """Return the rows by half, slice and score bin; a threshold that is an edge of the grid asks nothing anew."""
    return kept(cost_table, at_any_edge(question), by).at(question.threshold)


@keeping("Weighing costs …", MODEST)
def _sweep(_engine: Engine, question: Question, policy: Policy) -> ThresholdAnswer:
    """Return what every threshold costs under a policy: arithmetic on a table that is kept."""
    return thresholds(cost_table_of(question), policy)


def sweep_of(question: Question, policy: Policy) -> ThresholdAnswer:
    """Return the sweep under a policy; the threshold that the policy was saved with changes nothing."""
    return kept(_sweep, question, replace(policy, threshold=None))


def _part_of(question: Question, policy: Policy) -> Deciding[ThresholdAnswer] | None:
    """Return what the rows say of the line that can say it, where these are not all."""
    return kept(deciding, question, replace(policy, threshold=None))


def said(answer: ThresholdAnswer, question: Question) -> str:
    """Say where the line should be: by the rows that can say it, where these are not all."""
    return readings.decision_reading(answer, _part_of(question, answer.policy))


def draw_deciding(answer: ThresholdAnswer, question: Question) -> None:
    """Offer to judge the rows alone that can say where the line should be, where these say another one than all."""
    part = _part_of(question, answer.policy)
    if part is not None and readings.whole_period_part(answer, part):
        offer_part(part)


def offer_part(part: Deciding[ThresholdAnswer] | Deciding[Handover]) -> None:
    """Draw the button that keeps the rows alone that decide."""
    st.button(
        escaped(f"Judge the rows {readings.deciding_words(part.since, part.until)} alone"),
        icon=":material/filter_alt:",
        on_click=session.add_clauses,
        args=(part.clauses,),
    )


def draw_sensitivity(answer: ThresholdAnswer) -> None:
    """Show which costs the decision hangs on."""
    st.subheader("If the costs are wrong")
    figure(
        figures.sensitivity_map(answer),
        readings.sensitivity_reading(answer),
        "sensitivity",
        alt="Best threshold by the cost of a false positive and of a false negative",
        table=answer.map,
    )
