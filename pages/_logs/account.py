"""The books of a log: whether it is fit to be judged, where its rows went, and what preflight found."""

from __future__ import annotations

import re

import polars as pl
import streamlit as st

from analytics.log.reader import outdated_sentence
from analytics.log.schema import Log
from analytics.present import figures, readings, words
from analytics.present.export import to_csv
from pages._frame import session
from pages._frame.added import draw_add
from pages._frame.render import chart, escaped, sentence, table_downloads

_MAX_NAMED, _MAX_NAME = 6, 60
"""Columns that a finding of several names, and characters of a name: the others stand in its file. A judgement."""
_BREAK = re.compile(r"[^a-zA-Z0-9\s]|[a-zA-Z0-9]{16}")
"""Where a name may break: behind a mark, or sixteen letters."""
_SEVERITY = {
    "error": ":red[:material/error:] error",
    "warning": ":orange[:material/warning:] warning",
    "note": ":gray[:material/info:] note",
}


def draw_fitness(log: Log) -> None:
    """Answer the page's question in one sentence."""
    sentence(readings.fitness_reading(log))


def draw_accounting(log: Log) -> None:
    """Close the books: rows read = rows kept + rows set aside, by reason, as one bar."""
    title = chart(
        figures.row_books(log),
        "figure_books",
        alt="Rows read, as one bar: labelled, not known yet, and set aside by reason",
    )
    reading = readings.books_reading(log)
    st.caption(escaped(reading))
    if log.log_id == session.current_log().log_id:
        draw_add("books", title, None, reading=reading, drawn=figures.row_books(log))
    if log.reading.set_aside:
        st.download_button(
            "Download the rows set aside",
            lambda: to_csv(session.engine().set_aside(log)),
            "set_aside.csv",
            "text/csv",
            key="download_set_aside",
            icon=":material/download:",
            on_click="ignore",
        )


def draw_findings(log: Log) -> None:
    """Show what preflight found, the gravest first."""
    if said := outdated_sentence(log.reading):
        st.warning(escaped(said), icon=":material/update:")
    st.subheader("What preflight found", anchor=False)
    if not log.findings:
        st.success("Nothing that stands in the way.", icon=":material/check_circle:")
        return
    alike: dict[tuple[str, str, int | None, str], list[str]] = {}
    for finding in log.findings:
        key = finding.severity, finding.code, finding.rows, finding.message
        alike.setdefault(key, []).extend([finding.column] if finding.column else [])
    st.table(
        [
            {
                "Finding": f"{_SEVERITY[severity]} `{code}`",
                "Column": _columns_words(columns),
                "Rows": f"{rows:,}" if rows is not None else "–",
                "What was found, and what to do": escaped(message),
            }
            for (severity, code, rows, message), columns in alike.items()
        ],
        hide_index=True,
        alt="Findings of preflight, the gravest first",
    )
    kept = ("severity", "code", "column", "rows", "message")
    table = pl.DataFrame([{name: getattr(finding, name) for name in kept} for finding in log.findings], strict=False)
    table_downloads(table, "preflight", key="preflight", title="What preflight found")


def _columns_words(columns: list[str]) -> str:
    """Name the columns of a finding, so that a long name may break and leaves room for what was found."""
    names = [words.shortened(words.one_line(name), _MAX_NAME) for name in columns[:_MAX_NAMED]]
    more = [f"{words.count(len(columns) - _MAX_NAMED)} more"] if len(columns) > _MAX_NAMED else []
    return escaped(_BREAK.sub("\\g<0>\u200b", words.listed([*names, *more]))) or "–"
