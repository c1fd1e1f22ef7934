"""The reliability diagram's controls, and the numbers beside it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from analytics.answers.calibration.answer import Calibration
from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.calibration.since import calibration_since
from analytics.answers.calibration.time import turned
from analytics.answers.question import Question
from analytics.measure.reliability import GROUPS, Binning
from analytics.present import readings
from analytics.present.tables.calibration import NUMBERS, number_rows
from analytics.present.weights import weighted_part
from pages._frame.cache import kept
from pages._frame.render import escaped, table_downloads

_BINNINGS: dict[Binning, str] = {"equal_mass": "Equal mass", "equal_width": "Equal width", "scores": "Distinct scores"}
_MAX_SCORES = 100
"""Distinct scores that can each be a bin of its own: as many as bins can be asked for."""
_NUMBER_WIDTHS = (162, 148, 178, 58)
"""Pixels of the columns beside the diagram: the longest interval of each fits, and all together half a window of 1,440."""


def at_any_threshold(question: Question) -> Question:
    """Return a question that no move of the threshold changes, unless its cohort is made of outcomes."""
    return question if question.cohort.outcomes else replace(question, threshold=question.log.mapping.threshold)


def said(answer: Calibration, question: Question, binning: Binning, groups: int) -> str:
    """Say what a score means: since when it is another thing, and where; errors shift at the question's own threshold."""
    anywhere = at_any_threshold(question)
    scan, turn = kept(calibration_scan, anywhere).table, kept(turned, anywhere)
    since = kept(calibration_since, question, binning=binning, groups=groups)
    return readings.calibration_reading(answer, scan, turn, since)


def draw_controls(question: Question) -> tuple[Binning, int, bool, str | None]:
    """Choose how the diagram is binned, its scale, and the segment column; all stand in the address."""
    segments = list(question.log.mapping.segments)
    offered = [name for name in _BINNINGS if name != "scores" or _is_few(question)]
    by_place, binning_place, groups_place, scale_place = st.columns([5, 4, 3, 3], vertical_alignment="bottom")
    by = by_place.selectbox(
        "Compare slices of", segments, index=None, key="segment", bind="query-params", placeholder="A segment column"
    )
    binning = binning_place.selectbox(
        "Bins", offered, key="binning", bind="query-params", format_func=lambda name: _BINNINGS[name]
    )
    groups = groups_place.number_input(
        "How many",
        min_value=2,
        max_value=100,
        value=GROUPS,
        key="bins",
        bind="query-params",
        disabled=binning == "scores",
        help="Bins of the diagram, and of ECE.",
    )
    in_log_odds = scale_place.toggle(
        "Log-odds",
        key="odds",
        bind="query-params",
        help="Spreads scores near 0 and 1 out.",
        disabled=not question.log.is_probability,
    )
    chosen: Binning = binning if binning in offered else "equal_mass"
    return chosen, min(max(int(groups or GROUPS), 2), 100), bool(in_log_odds), by if by in segments else None


def _is_few(question: Question) -> bool:
    """Say whether every score can be a bin of its own."""
    return question.log.grid_is_exact and len(question.log.edges) <= _MAX_SCORES


def draw_numbers(answer: Calibration, question: Question) -> None:
    """Show the numbers of calibration, each beside what chance would give, with its definition."""
    if answer.numbers["n"][0] == 0:
        return
    if (weight := question.log.mapping.weight) is not None:
        st.caption(escaped(weighted_part(weight, *answer.numbers.select("rows", "n", "n_eff").row(0))))
    rows = number_rows(answer)
    st.subheader("Numbers, and what chance would show", anchor=False)
    st.dataframe(
        rows,
        hide_index=True,
        height="content",
        alt="Numbers of calibration beside what a perfectly calibrated model of this size would show",
        column_config={
            "Number": st.column_config.TextColumn(width=_NUMBER_WIDTHS[0]),
            "Value": st.column_config.TextColumn(
                width=_NUMBER_WIDTHS[1], help="With its 95 % interval where it has one.", alignment="right"
            ),
            "If calibrated": st.column_config.TextColumn(
                width=_NUMBER_WIDTHS[2],
                alignment="right",
                help="Median and 95 % range of 1,000 simulations (seeded) in which the scores are the true probabilities.",
            ),
            "That is": st.column_config.TextColumn(
                width=_NUMBER_WIDTHS[3], help="Where the value lies beside that range."
            ),
        },
    )
    if answer.score_map is not None:
        st.caption(
            "Judged through the isotonic map, which was fitted to these rows: on the whole it is right by construction, so only "
            "the blocks by slice, over time and on later rows can be off."
        )
    with st.expander("What these numbers are"):
        st.markdown("\n".join(f"- **{escaped(label)}**: {escaped(meaning)}" for _, label, meaning in NUMBERS))
    table_downloads(answer.numbers, "calibration", key="calibration_numbers", title="Numbers of calibration")
