"""The decision: written down on the Thresholds page, kept with the log, printed in its report."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer
from analytics.errors import StoreError
from analytics.log.kept.thresholds import MAX_NOTE, Decision, decisions, forget, record
from analytics.present import readings
from pages._frame import session
from pages._frame.render import escaped
from pages._thresholds.explorer import considered

_NOTE = "decision_note"
_FAILED = "_decision_failed"


def draw_decision(answer: ThresholdAnswer, question: Question) -> None:
    """Draw the box for the decision and those that were taken."""
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
        "Write it into the report",
        key="write_decision",
        icon=":material/edit_note:",
        on_click=_write,
        args=(answer, question),
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


def _write(answer: ThresholdAnswer, question: Question) -> None:
    """Keep the decision; where it cannot be kept, the text stays in its box."""
    evidence = f"{readings.threshold_reading(answer)} {readings.move_reading(answer, considered(answer))}"
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    note = (st.session_state.get(_NOTE) or "").strip()
    try:
        found = Decision(now, question.cohort.to_words(), evidence, note)
        record(session.workspace(), question.log.key, found)
    except StoreError as error:
        st.session_state[_FAILED] = f"Not saved: {error}"
    else:
        st.session_state[_NOTE] = ""
