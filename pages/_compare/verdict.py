"""What the pairs say: every metric with its interval, who changed, scores against scores, and calibration of both."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.answers.compare.answer import Comparison, compare
from analytics.answers.compare.judged import by_people, judged
from analytics.answers.compare.slices import LosingSlices
from analytics.answers.gates.of_pairs import gate_of_pairs
from analytics.answers.gates.written import written_gates
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.other_answer import own_label
from analytics.measure.compare.difference import COST
from analytics.measure.metrics import METRICS
from analytics.measure.thresholds.costs import Costs
from analytics.present import figures, readings, words
from analytics.present.tables.compare import metric_rows
from analytics.query.compare.pairs import Pairing
from pages._frame import session
from pages._frame.cache import kept
from pages._frame.cautions import cautioned_sentence
from pages._frame.render import FURTHER, escaped, figure, table_downloads
from pages._frame.tables import number_table


def asked(pairing: Pairing, metric: str | None, margin: float | None, costs: Costs | None) -> Comparison | None:
    """Return what the pairs say; where no rows meet say so, since other sides or columns can be chosen above, and return None."""
    try:
        return kept(compare, pairing, metric, margin, costs)
    except QuestionError as error:
        if error.code != "no-pairs":
            raise
        st.info(escaped(str(error)), icon=":material/compare:")
        return None


def draw_lead(place: DeltaGenerator, answer: Comparison, question: Question, found: LosingSlices | None = None) -> None:
    """Show the sentence that answers the page's question; once slices are searched it says for whom the candidate is worse."""
    said = readings.but_worse(readings.compare_reading(answer), answer.verdict.word, found)
    with place.container():
        by_both = by_people(answer.pairing, session.remapped)
        if by_both is None:
            cautioned_sentence(said, question)
        else:
            is_share = answer.metric != COST and METRICS[answer.metric].is_share
            margin = answer.verdict.margin if is_share else None  # what is corrected is a share
            cautioned_sentence(readings.judged_reading(kept(judged, *by_both, margin)), question)
            st.markdown(escaped(readings.by_judge_alone(said)))


def draw_names(answer: Comparison) -> None:
    """Say in words what the two sides are."""
    live, candidate = (words.shortened(name, 160) for name in answer.names)
    st.caption(escaped(f"Live: {live}. Candidate: {candidate}."))
    st.caption(escaped(readings.account_reading(answer.account)))
    _draw_own_label(answer.pairing)


def _draw_own_label(pairing: Pairing) -> None:
    """Say where the candidate of a row is held to a label that is about the live answer, while it has one of its own."""
    live, candidate = pairing.live.log, pairing.candidate.log.mapping
    own = own_label(live, str(candidate.judged)) if pairing.is_by_row and candidate.judged else None
    if own is None or own == candidate.label:
        return
    label = live.mapping.label
    said = (
        f"Expected one label for both answers, found {label!r} and {own!r}: each is about its own answer, and here both are held "
        f"to {label!r}. Choose decisions in place of scores on the mapping screen, so that each is held to its own."
    )
    st.warning(escaped(said), icon=":material/warning:")


def draw_changes(answer: Comparison) -> None:
    """Show who changed beside every metric, and what both sides said beside their calibration."""
    pair = st.grid(2, min_column_width=460, gap="medium")
    with pair.cell():
        figure(
            figures.changed_bars(answer),
            readings.changes_reading(answer),
            "changes",
            alt="Pairs newly right and newly wrong, by label",
            table=answer.changes,
        )
    with pair.cell():
        figure(
            figures.paired_intervals(answer),
            readings.metric_table_reading(answer),
            "paired",
            alt="How much better the candidate is in every metric, with paired intervals around zero",
        )
    if answer.density.is_empty():
        return
    below = st.grid(2, min_column_width=460, gap="medium")
    with below.cell():
        figure(
            figures.score_pairs(answer),
            readings.density_reading(answer),
            "score_pairs",
            alt="Pairs by the score of both sides, with both thresholds",
            table=answer.density,
        )
    if not answer.reliability.is_empty():
        with below.cell():
            figure(
                figures.both_calibrated(answer),
                readings.both_reliability_reading(answer),
                "both_calibrated",
                alt="Observed rate against mean score on both sides",
                table=answer.reliability,
            )


def draw_gate(answer: Comparison) -> None:
    """Offer what was asked as a gate, which the next exports are held to."""
    gate = gate_of_pairs(answer)
    if gate is None:
        return
    with st.expander("As a gate"):
        st.caption("Put this into the file of gates, on Gates or for the command check: the next export is held to it.")
        of_pairs = written_gates(gate).partition("\n\n")[2]  # without the head, which the file has
        st.code(of_pairs, language=None, wrap_lines=True)


def draw_metrics(answer: Comparison) -> None:
    """Show every metric on both sides."""
    st.subheader("Every metric on the same pairs", anchor=False)
    table = metric_rows(answer).rename({"metric": "Metric", "live": "Live", "candidate": "Candidate", "pairs": "Pairs"})
    table = table.rename({"difference": "Difference (95 %)", "candidate is": "Candidate is", "how": "How"})
    number_table(
        table,
        hide_index=True,
        alt="Every metric on both sides with its paired difference",
        column_config={"Pairs": st.column_config.NumberColumn(format="localized")},
    )
    st.caption(FURTHER)
    table_downloads(table, "compare_metrics", key="pair_metrics", title="Every metric on the same pairs")
