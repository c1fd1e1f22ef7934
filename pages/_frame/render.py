"""How text from a log and finished tables reach the screen: always as text, never as markup."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from analytics.log.schema import Log
from analytics.present import palette, words
from analytics.present.export import to_csv, to_parquet
from analytics.present.markdown import unlinked
from analytics.present.tables.report_added import is_share
from analytics.present.weights import counts_rows_part
from pages._frame.added import draw_add
from pages._frame.tables import number_table

if TYPE_CHECKING:
    import plotly.graph_objects as go

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&=@])")

DATE_WIDTH = 180
"""Pixels in which a day and the cross that empties its box stand beside each other. Measured."""


FURTHER = "In a narrow window further columns are to the right."
"""Under a table that a window of 1,024 pixels cuts: its scroll bar appears under the pointer only."""


def escaped(text: str) -> str:
    """Return text in which Markdown sees nothing to interpret and no address: every value and name from a log goes through here.

    >>> escaped("a*b")
    'a\\\\*b'
    """
    return _MARKDOWN.sub(r"\\\1", unlinked(text.replace("\r", " ").replace("\n", " ")))


def headline(title: str, reading: str) -> None:
    """Begin a page: its title and the one sentence that answers its question."""
    st.title(title)
    sentence(reading)


def say_rows_are_counted(log: Log, what: str = "Here") -> None:
    """Say that what follows counts rows, where they stand for many."""
    if said := counts_rows_part(log.mapping.weight, what):
        st.caption(escaped(said))


def sentence(reading: str) -> None:
    """Show the sentence that answers the page's question, and its details behind one click."""
    answer, _, details = reading.partition("\n")
    st.markdown(escaped(answer))
    if details:
        with st.expander("Details", type="compact"):
            st.markdown(escaped(details))


def muted_ink() -> str:
    """Return the quiet ink of the theme, for pictures that are drawn before the browser could put it in."""
    return palette.MUTED[st.context.theme.type or "light"]


def figure(
    drawn: go.Figure,
    reading: str,
    key: str,
    *,
    alt: str,
    table: pl.DataFrame | None = None,
    on_select: Callable[[], None] | None = None,
    is_added: bool = True,
    asked: Sequence[str] = (),
    metric: str = "",
    below: Callable[[], None] | None = None,
) -> None:
    """Show a figure under its heading, the sentence that reads it, and its table behind one click where there is one.

    It is offered for the report unless ``is_added`` is false: then another element of its page does that. What ``below`` draws
    stands directly beneath the picture: a control that moves something in it, or the ways to its rows.
    """
    with st.container(gap="xsmall"):
        title = chart(drawn, f"figure_{key}", alt=alt, on_select=on_select)
        if below is not None:
            below()
        st.caption(escaped(reading))
        if is_added:
            draw_add(key, title or alt, table, reading=reading, drawn=drawn, asked=asked, metric=metric)
    if table is None:
        return
    with st.expander("Table", key=f"table_{key}", on_change="rerun") as opened:
        if opened.open:
            written, formats = as_written(table)
            number_table(
                written,
                hide_index=True,
                placeholder=words.UNDEFINED,
                alt=f"Table of the figure: {alt}",
                column_config={name: st.column_config.NumberColumn(format=text) for name, text in formats.items()},
            )
            table_downloads(table, key, key=key)


def chart(drawn: go.Figure, key: str, *, alt: str, on_select: Callable[[], None] | None = None) -> str:
    """Show a figure with its title as a heading of the page, which a reader's software finds and a search too; return it."""
    from analytics.present.figures import taken_heading  # Plotly is imported by one thread, after this module

    heading = taken_heading(drawn)
    if heading.title:
        st.subheader(escaped(heading.title), anchor=False)
    if heading.subtitle:
        st.caption(escaped(heading.subtitle))
    st.plotly_chart(
        drawn,
        key=key,
        alt=alt,
        config={"displayModeBar": False, "scrollZoom": False},
        on_select=on_select or "ignore",
        selection_mode="points",
    )
    return heading.title


def as_written(table: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return a table as figures write its numbers: shares in percent, counts with separators, other numbers with three digits.

    Returns
    -------
    DataFrame, dict of str to str
        The table with shares times 100, and the format of each column of numbers.
    """
    shares = [name for name, kind in table.schema.items() if kind.is_float() and is_share(name)]
    formats = {
        name: "%.1f %%" if name in shares else "%.3f" if kind.is_float() else "localized"
        for name, kind in table.schema.items()
        if kind.is_numeric()
    }
    return table.with_columns(pl.col(shares) * 100), formats


def clicked(key: str) -> int | None:
    """Return the number that travels with the clicked mark of a figure; None where none does."""
    return next((int(value) for value in _carried(key) if isinstance(value, int | float)), None)


def clicked_name(key: str) -> str | None:
    """Return the name that travels with the clicked mark of a figure; None where none does."""
    return next((value for value in _carried(key) if isinstance(value, str)), None)


def _carried(key: str) -> Iterator[object]:
    """Return what travels with the clicked marks of a figure; Plotly gives it bare, in a list or in a mapping."""
    for point in st.session_state[f"figure_{key}"]["selection"]["points"]:
        data = point.get("customdata")
        yield data[0] if isinstance(data, list) and data else data.get("0") if isinstance(data, dict) else data


def table_downloads(
    table: pl.DataFrame,
    name: str,
    *,
    key: str,
    slices: Sequence[str] = (),
    title: str = "",
    asked: Sequence[str] = (),
    metric: str = "",
) -> None:
    """Offer a table as CSV and Parquet, each built on click; CSV says what is missing in the columns ``slices``.

    With a title it is offered for the report too: that of a figure is there beside its figure.
    """
    with st.container(horizontal=True, horizontal_alignment="right"):
        if title:
            draw_add(key, title, table, asked=asked, metric=metric)
        st.download_button(
            "CSV",
            lambda: to_csv(table, slices),
            f"{name}.csv",
            "text/csv",
            key=f"{key}_csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
        st.download_button(
            "Parquet",
            lambda: to_parquet(table),
            f"{name}.parquet",
            "application/vnd.apache.parquet",
            key=f"{key}_parquet",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
