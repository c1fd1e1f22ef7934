"""Calibration of logs that have no confidence: predicted against true numbers, or why there is nothing to see."""

from __future__ import annotations

import streamlit as st

from analytics.answers.calibration.numbers import NumberBins
from analytics.answers.calibration.numbers import numbers as numbers_answer
from analytics.answers.question import Question
from analytics.present import figures, readings
from analytics.query.engine import Engine
from pages._frame.cache import MODEST, keeping, kept
from pages._frame.render import figure, headline

_NOTHING = "A score of 0.8 cannot be held against what happened, since the log has none. "
_DECISIONS = "Its decisions do not say how likely they are. With a score in one more column: calibration and a threshold to move."


@keeping("Comparing numbers …", MODEST)
def _bins(engine: Engine, question: Question) -> NumberBins:
    """Return predicted against true numbers by bin."""
    return numbers_answer(engine, question)


def has_confidence(question: Question) -> bool:
    """Draw what a log without a confidence can say of calibration; return whether it has one, so that the page goes on."""
    log = question.log
    if log.score_kind == "decision" and not log.is_right_or_wrong:
        headline("Calibration", f"{_NOTHING}{_DECISIONS}")
        st.caption("Choose the column of the score on the Logs page, if the log has one.")
        return False
    if not log.is_right_or_wrong or log.mapping.has_score:
        return True
    if log.mapping.kind != "numbers":
        headline("Calibration", f"{_NOTHING}{readings.no_confidence(log.mapping.kind)}")
        if log.mapping.kind != "rankings":
            st.caption("Choose the column of the confidence on the Logs page, if the log has one.")
        return False
    answer = kept(_bins, question)
    headline("Calibration", readings.numbers_reading(answer))
    figure(
        figures.number_diagram(answer.bins, answer.predicted, answer.true),
        "Equally many rows in each bin.",
        "numbers",
        alt="Mean true over mean predicted number by bin, with intervals",
        table=answer.bins,
    )
    return False
