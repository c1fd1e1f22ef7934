"""What is watched over time, below the gates: weeks with their bounds, alarms, and what people mark."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from analytics.answers.question import Question
from analytics.answers.watch import proposed_watching, watch
from analytics.answers.watch_streams import Stream, WatchAnswer
from analytics.errors import AnalysisError, StoreError
from analytics.log.kept.watch import Mark, WatchState, add_mark, state_of_log
from analytics.present import figures, readings, words
from pages._frame import session
from pages._frame.cache import kept
from pages._frame.cautions import cautioned_sentence
from pages._frame.render import DATE_WIDTH, FURTHER, escaped, figure, table_downloads
from pages._frame.tables import number_table

_DAY, _WHAT, _FAILED = "watch_day", "watch_what", "_watch_failed"


def draw_watched(question: Question) -> None:
    """Show whether what is watched has changed; nothing where rows have no times."""
    if question.log.time_low is None:
        return
    st.subheader("Watched over time", anchor=False)
    place, state = state_of_log(session.workspace(), question.log.log_id)
    try:
        watching = state.watching or kept(proposed_watching, question)
        answer = kept(watch, question, watching)
    except AnalysisError as error:
        st.info(escaped(str(error)), icon=":material/schedule:")
        return
    cautioned_sentence(readings.watch_reading(answer), question)
    figure(
        figures.watch_figure(
            answer.headline.weeks, answer.watching.metric, [(mark.day, mark.text) for mark in state.marks]
        ),
        readings.watch_figure_reading(answer),
        "watch",
        alt="A metric by week, its mean since the evidence began with bounds, and days that people marked",
        table=answer.headline.weeks,
    )
    _draw_streams(answer)
    _draw_marks(place, state)


def _state(stream: Stream) -> str:
    """Say how the newest week stands, and that one before it broke."""
    if stream.is_alarm:
        return "◆ alarm"
    if stream.is_untold:
        return "? not to be told"
    return "◇ a week broke" if stream.apart.height else "quiet"


def _draw_streams(answer: WatchAnswer) -> None:
    """Show the newest week of all that is watched beside the headline."""
    rows = [
        {
            "State": _state(stream),
            "Watched": readings.stream_words(stream, answer.watching.metric),
            "Rows in the newest week": stream.weeks["n"][-1],
            **{
                label: None if stream.weeks[name][-1] is None else 100 * stream.weeks[name][-1]
                for label, name in _RATES.items()
            },
            "Evidence since": words.bucket_label(stream.weeks["since"][-1], "1d"),
        }
        for stream in answer.streams[1:]
        if stream.weeks.height
    ]
    if not rows:
        return
    shares = {
        name: st.column_config.NumberColumn(format="%.1f %%", help=None if name.startswith("In the") else _SINCE)
        for name in _RATES
    }
    table = pl.DataFrame(rows, infer_schema_length=None)
    number_table(
        table,
        hide_index=True,
        alt="What is watched beside the headline: rate of the newest week, mean since the evidence began, what is usual, bounds",
        column_config=shares | {"Rows in the newest week": st.column_config.NumberColumn(format="localized")},
    )
    st.caption(FURTHER)
    table_downloads(table, "watched", key="watched", title="Slices and inputs that are watched")


_RATES = {
    "In the newest week": "rate",
    "Mean since then": "mean",
    "Usual since then": "usual",
    "By chance from": "low",
    "By chance to": "high",
}
_SINCE = "Of all weeks since the day from which the evidence is strongest (last column), not of the newest week alone."


def _draw_marks(place: str, state: WatchState) -> None:
    """Let a person mark a release or an incident."""
    failed = st.session_state.pop(_FAILED, None)
    if failed:
        st.error(escaped(failed), icon=":material/save:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.date_input("Mark a day", value=None, key=_DAY, width=DATE_WIDTH)
        st.text_input("What was it", key=_WHAT, max_chars=200, placeholder="release v4", width=320)
        st.button("Mark", key="watch_mark", icon=":material/flag:", on_click=_mark, args=(place,))
    if state.marks:
        st.caption(escaped("Marked: " + "; ".join(f"{mark.day} {mark.text}" for mark in state.marks)))


def _mark(place: str) -> None:
    """Keep a mark."""
    day, what = st.session_state.get(_DAY), str(st.session_state.get(_WHAT) or "").strip()
    if not isinstance(day, date) or not what:
        st.session_state[_FAILED] = "Expected a day and what was on it, found one of them empty. Fill in both."
        return
    try:
        add_mark(session.workspace(), place, Mark(day.isoformat(), words.one_line(what)))
    except StoreError as error:
        st.session_state[_FAILED] = f"Not saved: {error}"
    else:
        st.session_state[_WHAT] = ""
