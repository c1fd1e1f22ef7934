"""Decisions: those that the log holds beside the score, and the one that is taken here, kept and printed in the report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl
import streamlit as st

from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer
from analytics.answers.thresholds.promise import Promise, promise_of
from analytics.errors import StoreError
from analytics.log.kept.thresholds import MAX_NOTE, Decision, decisions, forget, record
from analytics.present import readings, words
from analytics.present.money import money
from analytics.query.cohort import Clause
from pages._frame import session
from pages._frame.render import escaped, sentence, table_downloads
from pages._frame.tables import number_table
from pages._thresholds import costs
from pages._thresholds.explorer import considered

_NOTE = "decision_note"
_FAILED = "_decision_failed"


def draw_logged(answer: ThresholdAnswer, question: Question) -> None:
    """Show what the logged decisions cost beside the score, and open the rows where the two differ."""
    found = answer.decisions
    if found is None:
        return
    st.subheader("Decisions as logged")
    sentence(readings.decisions_reading(answer))
    place = answer.present.bin
    sides = (
        ("Logged decisions", found.counts, found.cost),
        (f"Score at {words.threshold_text(answer.threshold)}", found.model_counts, found.model_cost),
    )
    table = pl.DataFrame(
        [
            {
                "Decided by": name,
                **{cell.upper(): words.count(n) for cell, n in counts.items()},
                **({"Cost": money(cost, answer.policy.unit)} if answer.policy.has_costs else {}),
            }
            for name, counts, cost in sides
        ]
    )
    number_table(table, hide_index=True, alt="Confusion counts and cost of the logged decisions and of the score")
    table_downloads(table, "logged_decisions", key="logged_decisions", title="Logged decisions beside the score")
    st.caption("Both on the rows that have a label, a score and a decision.")
    column, score = question.log.mapping.decision, question.log.mapping.score
    if column is None or score is None:
        return
    positive, line = question.log.mapping.decision_positive, repr(answer.threshold)
    for key, label, n, clauses in (
        (
            "not_decided",
            "at or above the threshold, not flagged",
            found.not_decided[place],
            (Clause(column, "not-in", positive), Clause(column, "present"), Clause(score, "ge", (line,))),
        ),
        (
            "not_scored",
            "below the threshold, flagged",
            found.not_scored_so[place],
            (Clause(column, "in", positive), Clause(score, "lt", (line,))),
        ),
    ):
        if n:
            st.button(
                f"Filter to {words.plural(int(n), 'row')} {label}",
                key=key,
                icon=":material/filter_alt:",
                on_click=_open_rows,
                args=(clauses,),
            )


def _open_rows(clauses: tuple[Clause, ...]) -> None:
    """Add clauses to the cohort, all of those on one column together."""
    kept = session.cohort()
    for column in {clause.column for clause in clauses}:
        kept = kept.without(column)
    session.set_cohort(type(kept)((*kept.clauses, *clauses), kept.outcomes))


def draw_decision(question: Question, evidence: Callable[[], tuple[str, Promise]]) -> None:
    """Draw the box for the decision and those that were taken; ``evidence`` says what stands beside one, and what it promises."""
    st.subheader("The decision")
    failed = st.session_state.pop(_FAILED, None)
    if failed:
        st.error(escaped(failed), icon=":material/save:")
    st.text_area(
        "What was decided",
        key=_NOTE,
        max_chars=MAX_NOTE,
        height=80,
        placeholder="From which day the line moves, who decided, what is watched",
        help="Kept with this log and printed in its report, beside the policy and the sentences above.",
    )
    st.button(
        "Add to report",
        key="write_decision",
        icon=":material/edit_note:",
        on_click=_write,
        args=(question, evidence),
        disabled=not (st.session_state.get(_NOTE) or "").strip(),
    )
    for place, found in enumerate(reversed(decisions(session.workspace(), question.log.key))):
        with st.container(border=True, horizontal=True, horizontal_alignment="distribute"):
            st.markdown(
                f"**{escaped(found.note)}**  \n" + escaped(f"{found.when} UTC, on {found.cohort}. {found.evidence}"),
                width="stretch",
            )
            st.button(
                "Take back",
                key=f"forget_decision_{place}",
                type="tertiary",
                on_click=forget,
                args=(session.workspace(), question.log.key, found),
            )


def evidence_of(answer: ThresholdAnswer, question: Question) -> tuple[str, Promise]:
    """Return what the page says of the threshold under consideration, and what is expected there."""
    to = considered(answer)
    said = f"{costs.said(answer, question)} {readings.move_reading(answer, to)}"
    return said, promise_of(answer, to, question)


def _write(question: Question, evidence: Callable[[], tuple[str, Promise]]) -> None:
    """Keep the decision; where it cannot be kept, the text stays in its box."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    note = (st.session_state.get(_NOTE) or "").strip()
    try:
        said, promise = evidence()
        found = Decision(now, question.cohort.to_words(), words.one_line(said), note, promise.to_dict())
        record(session.workspace(), question.log.key, found)
    except StoreError as error:
        st.session_state[_FAILED] = f"Not saved: {error}"
    else:
        st.session_state[_NOTE] = ""
