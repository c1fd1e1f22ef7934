"""Which of two answers was preferred: how often the candidate wins, and against or for whom."""

from __future__ import annotations

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analytics.answers.compare.preferences import Preferences, preferences
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log import preferred
from analytics.measure.compare.lengths import EqualLength
from analytics.measure.compare.preferences import WinRate
from analytics.present import readings, words
from pages._compare.preferred_pairs import draw_preferred_pairs
from pages._frame.address import place_of, seed_choice
from pages._frame.cache import kept
from pages._frame.render import escaped, sentence, table_downloads
from pages._frame.tables import number_table


def draw_preferences(question: Question, head: DeltaGenerator) -> None:
    """Choose the column of preferences and one to compare by, and show how often the candidate wins."""
    names = question.log.reading.names
    first, second, third = st.columns([3, 3, 5], vertical_alignment="bottom")
    usual = preferred.preferred(question.log.reading)
    seed_choice("pair_preferred", names, usual)
    column = first.selectbox(
        "Which was better", names, index=place_of(usual, names), key="pair_preferred", bind="query-params"
    )
    by = second.selectbox(
        "By column",
        [name for name in question.log.mapping.segments if name != column],
        index=None,
        key="pair_preferred_by",
        bind="query-params",
        placeholder="Choose a column",
    )
    is_told = preferred.length_columns(question.log.reading) is not None
    is_equal = is_told and third.toggle(
        "At equal length",
        key="pair_equal_length",
        bind="query-params",
        help="The win rate were both answers of one length, by logistic regression on the difference of their lengths.",
    )
    try:
        answer = kept(preferences, question, str(column), by=by, at_equal_length=is_equal)
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
    equals = [answer.equal, *(answer.equal_by or (None,) * len(answer.by))]
    rows = [{"of": name, **_numbers(found)} for name, found in each]
    if any(equals):
        rows = [row | _equal(equal) for row, equal in zip(rows, equals, strict=True)]
    return pl.DataFrame(rows)


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


def _equal(found: EqualLength | None) -> dict[str, float | None]:
    """Return what a table says of the win rate at equal length."""
    names = ("rate", "low", "high", "standard_error")
    return {f"equal_length_{name}": None if found is None else getattr(found, name) for name in names}


def _in_words(table: pl.DataFrame) -> pl.DataFrame:
    """Return the win rates as people read them."""
    ends = table.select("win_rate", "win_rate_low", "win_rate_high").iter_rows()
    shown = pl.DataFrame(
        {
            "Of": [words.shortened(words.one_line(name), 80) for name in table["of"]],
            "Candidate wins (95 %)": [words.metric_interval("accuracy", *each) for each in ends],
            "Standard error, points": [words.number(100 * each, 2) for each in table["standard_error"]],
            **{name.capitalize(): [words.count(each) for each in table[name]] for name in ("wins", "ties", "losses")},
        }
    )
    if "equal_length_rate" not in table.columns:
        return shown
    equal = table.select("equal_length_rate", "equal_length_low", "equal_length_high").iter_rows()
    told = [words.UNDEFINED if None in each else words.metric_interval("accuracy", *each) for each in equal]
    return shown.with_columns(pl.Series("At equal length (95 %)", told))
