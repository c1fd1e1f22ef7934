"""Two candidates that were held against the same answers: who is preferred more often, on the same inputs."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analytics.answers.compare.preferences import Preferences
from analytics.answers.compare.preferences_paired import PairedPreferences, paired_preferences
from analytics.answers.compare.sides import pairing_of
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.compare.preferences import PairedRates
from analytics.present import readings, words
from pages._frame import session
from pages._frame.cache import kept
from pages._frame.reference import sides_by_log, sides_by_value, values_of_sides
from pages._frame.render import escaped, sentence, table_downloads
from pages._frame.tables import number_table

_TITLE = "Two candidates on the same inputs"


def draw_preferred_pairs(question: Question, answer: Preferences, by: str | None) -> None:
    """Choose two candidates of one log, or the log of another, and show both rates, their difference and its error."""
    column = next((name for name, _ in answer.mixed), None)
    others = {log.log_id: log for log in session.logs() if log.log_id != question.log.log_id}
    others = {key: log for key, log in others.items() if answer.column in log.reading.names}
    if not others and len(answer.mixed) != 1:
        return
    st.subheader(_TITLE, anchor=False)
    sides = _by_value(question, column) if column and len(answer.mixed) == 1 else _by_log(question, list(others))
    if sides is None:
        return
    try:
        found = kept(
            paired_preferences, pairing_of(*sides), answer.column, by=by, at_equal_length=answer.is_equal_asked
        )
    except QuestionError as error:
        st.info(escaped(str(error)), icon=":material/compare:")
        return
    sentence(readings.paired_preferences_reading(found))
    table = _table(found)
    number_table(_in_words(table), hide_index=True, alt=_TITLE)
    table_downloads(table, "preferred_pairs", key="pair_preferred_pairs", title=_TITLE)


def _by_value(question: Question, name: str) -> tuple[Question, Question] | None:
    """Choose the names of two candidates."""
    column = question.log.column(name)
    by_label = values_of_sides(question.log, column)
    chosen = [
        place.selectbox(
            escaped(label), list(by_label), index=None, key=key, bind="query-params", placeholder="Choose one"
        )
        for place, label, key in zip(
            st.columns([3, 3, 5], vertical_alignment="bottom"),
            ("Live", "Candidate"),
            ("pair_live", "pair_candidate"),
            strict=False,
        )
    ]
    if None in chosen or chosen[0] == chosen[1]:
        st.caption("Choose two of them to compare both on the same inputs.")
        return None
    live, candidate = sides_by_value(question, column, [by_label[str(label)] for label in chosen])
    return live, candidate


def _by_log(question: Question, others: list[str]) -> tuple[Question, Question] | None:
    """Choose the log of another candidate."""
    logs = {log.log_id: log for log in session.logs()}
    place, _ = st.columns([3, 8], vertical_alignment="bottom")
    chosen = place.selectbox(
        "Candidate",
        others,
        index=None,
        key="pair_log",
        bind="query-params",
        format_func=lambda key: logs[key].name,
        placeholder="Choose a log",
    )
    if chosen is None:
        st.caption("Choose the log of another candidate to compare both on the same inputs.")
        return None
    candidate, live = sides_by_log(question, logs[chosen], is_both=True)
    return live, candidate


def _table(answer: PairedPreferences) -> pl.DataFrame:
    """Return both rates and their difference, of all pairs first."""
    each = [("All pairs", answer.whole), *((words.value_label(value), found) for value, found in answer.by)]
    return pl.DataFrame([{"of": name, **_numbers(found)} for name, found in each])


def _numbers(found: PairedRates) -> dict[str, float]:
    """Return what a table says of two rates."""
    return {
        "live_win_rate": found.live.rate,
        "live_standard_error": found.live.standard_error,
        "candidate_win_rate": found.candidate.rate,
        "candidate_standard_error": found.candidate.standard_error,
        "difference": found.difference,
        "difference_low": found.low,
        "difference_high": found.high,
        "standard_error": found.standard_error,
        "pairs": found.n,
    }


def _in_words(table: pl.DataFrame) -> pl.DataFrame:
    """Return both rates as people read them."""
    rows = list(table.iter_rows(named=True))

    def rate(row: dict[str, float], side: str) -> str:
        return f"{words.share(row[f'{side}_win_rate'])} ± {words.number(100 * row[f'{side}_standard_error'], 2)}"

    return pl.DataFrame(
        {
            "Of": [words.shortened(words.one_line(row["of"]), 80) for row in rows],
            "Live wins ± standard error": [rate(row, "live") for row in rows],
            "Candidate wins ± standard error": [rate(row, "candidate") for row in rows],
            "Difference (95 %)": [
                words.points(row["difference"], row["difference_low"], row["difference_high"]) for row in rows
            ],
            "Standard error, points": [words.number(100 * row["standard_error"], 2) for row in rows],
            "Pairs": [words.count(row["pairs"]) for row in rows],
        }
    )
