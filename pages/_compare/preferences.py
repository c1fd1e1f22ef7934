"""Which of two answers was preferred: how often the candidate wins, and against or for whom."""

from __future__ import annotations

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.answers.compare.preferences import Preferences, preferences
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.preferred import preferred
from analytics.measure.compare.preferences import WinRate
from analytics.present import readings, words
from pages._compare.preferred_pairs import draw_preferred_pairs
from pages._frame.address import seed_choice
from pages._frame.cache import kept
from pages._frame.render import escaped, sentence, table_downloads
from pages._frame.tables import number_table


def draw_preferences(question: Question, head: DeltaGenerator) -> None:
    """Choose the column of preferences and one to compare by, and show how often the candidate wins."""
    names = question.log.reading.names
    first, second, _ = st.columns([3, 3, 5], vertical_alignment="bottom")
    seed_choice("pair_preferred", names, preferred(question.log.reading))
    column = first.selectbox("Which was better", names, key="pair_preferred", bind="query-params")
    by = second.selectbox(
        "By column",
        [name for name in question.log.mapping.segments if name != column],
        index=None,
        key="pair_preferred_by",
        bind="query-params",
        placeholder="Choose a column",
    )
    try:
        answer = kept(preferences, question, str(column), by=by)
    except QuestionError as error:
        st.info(escaped(str(error)), icon=":material/compare:")
        return
    with head:
        sentence(readings.preferences_reading(answer))
    table = _table(answer)
    number_table(_in_words(table), hide_index=True, alt="How often the candidate is preferred")
    table_downloads(table, "preferences", key="pair_preferences", title="How often the candidate is preferred")
    draw_preferred_pairs(question, answer, by)


def _table(answer: Preferences) -> pl.DataFrame:
    """Return the win rates, of all rows first."""
    each = [("All rows", answer.whole), *((words.value_label(value), found) for value, found in answer.by)]
    return pl.DataFrame([{"of": name, **_numbers(found)} for name, found in each])


def _numbers(found: WinRate) -> dict[str, float]:
    """Return what a table says of a win rate."""
    return {
        "win_rate": found.rate,
        "win_rate_low": found.low,
        "win_rate_high": found.high,
        "standard_error": found.standard_error,
        "n": found.n,
        "wins": found.wins,
        "ties": found.ties,
        "losses": found.losses,
    }


def _in_words(table: pl.DataFrame) -> pl.DataFrame:
    """Return the win rates as people read them."""
    ends = table.select("win_rate", "win_rate_low", "win_rate_high").iter_rows()
    return pl.DataFrame(
        {
            "Of": [words.shortened(words.one_line(name), 80) for name in table["of"]],
            "Candidate wins (95 %)": [words.metric_interval("accuracy", *each) for each in ends],
            "Standard error, points": [words.number(100 * each, 2) for each in table["standard_error"]],
            **{name.capitalize(): [words.count(each) for each in table[name]] for name in ("wins", "ties", "losses")},
        }
    )
