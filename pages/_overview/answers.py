"""What stands in place of the confusion matrix where rows are right or wrong: which class is taken for which."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from analytics.answers.classes import Classes, classes
from analytics.answers.overview import Overview
from analytics.answers.question import Question
from analytics.present import figures, readings, words
from analytics.query.cohort import Clause, Cohort
from pages._frame import address, session
from pages._frame.cache import kept
from pages._frame.registry import PAGES
from pages._frame.render import clicked, escaped, figure, table_downloads

_MAX_LINKS = 4
"""Pairs that are offered to be read: a row of links."""
_MAX_NAME = 18
"""Characters of a class on a link."""


def draw_answers(answer: Overview, question: Question) -> None:
    """Show what is wrong: by pairs of classes where there are classes, else how many rows."""
    if question.log.mapping.kind != "classes":
        rows = answer.rows or answer.counts
        _draw_links(question, [("Wrong", (), "wrong", rows["fp"]), ("Right", (), "right", rows["tn"])])
        return
    found = kept(classes, question)

    def keep_pair() -> None:
        row = clicked("classes")
        if row is not None:
            pair = found.pairs.row(row, named=True)
            session.add_clauses(_clauses(question, pair["true"], pair["predicted"]))

    confused = found.pairs.filter(pl.col("true") != pl.col("predicted")).head(_MAX_LINKS)
    links = [
        (
            f"{_short(row['true'])} as {_short(row['predicted'])}",
            _clauses(question, row["true"], row["predicted"]),
            "wrong",
            row.get("rows", row["n"]),
        )
        for row in confused.iter_rows(named=True)
    ]
    figure(
        figures.class_matrix(found.pairs, found.table["class"].to_list()),
        f"{readings.classes_reading(found).partition(chr(10))[0]} Click a cell to keep its rows.",
        "classes",
        alt="Rows by true and predicted class",
        table=found.pairs,
        on_select=keep_pair,
        below=lambda: _draw_links(question, links),
    )


def draw_classes(question: Question) -> None:
    """Show how well each class is found, and the averages, behind one click."""
    if question.log.mapping.right is None or question.log.mapping.right.kind != "classes":
        return
    found = kept(classes, question)
    with st.expander(f"All {found.table.height:,} classes with precision, recall and F1"):
        numbers = [name for name in ("precision", "recall", "f1", "auroc") if name in found.table.columns]
        counted = [name for name in ("support", "rows", "n_predicted") if name in found.table.columns]
        shown = found.table.select("class", pl.col(counted).round().cast(pl.Int64), *numbers)
        st.dataframe(
            shown.rename({**_FIRST_HEADINGS, **_named(numbers)}, strict=False),
            hide_index=True,
            alt="Each class against the rest",
            placeholder=words.UNDEFINED,
            column_config=dict.fromkeys(_named(numbers).values(), st.column_config.NumberColumn(format="%.3f")),
        )
        st.caption(escaped(_averages(found)))
        table_downloads(found.table, "classes", key="all_classes", title="Each class against the rest")


_FIRST_HEADINGS = {"class": "Class", "support": "Rows", "rows": "Behind", "n_predicted": "Predicted"}
_HEADINGS = {"precision": "Precision", "recall": "Recall", "f1": "F1", "auroc": "AUROC"}


def _named(numbers: Sequence[str]) -> dict[str, str]:
    """Return the headings of metrics."""
    return {name: _HEADINGS[name] for name in numbers}


def _averages(found: Classes) -> str:
    """Say the averages in one line."""
    parts = []
    for row in found.averages.iter_rows(named=True):
        values = ", ".join(
            f"{_HEADINGS[name]} {words.number(row[name])}" for name in _HEADINGS if row.get(name) is not None
        )
        parts.append(f"{row['average'].capitalize()}: {values}")
    return ". ".join(parts) + "."


def _clauses(question: Question, true: str, predicted: str) -> tuple[Clause, ...]:
    """Return what keeps the rows of a pair of classes."""
    right = question.log.mapping.right
    assert right is not None
    pairs = ((right.true, true), (right.predicted, predicted))
    return tuple(Clause(name, "in", (value,)) for name, value in pairs if name is not None)


def _draw_links(question: Question, links: list[tuple[str, tuple[Clause, ...], str, int]]) -> None:
    """Offer rows to be read one by one in Review."""
    here = address.of_question()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("Read", width="content")
        for label, clauses, outcome, n in links:
            cohort = question.cohort.with_clauses(clauses)
            where = Cohort(cohort.clauses, (outcome,)).to_text()
            st.page_link(
                PAGES["review"].path,
                label=escaped(f"{label} ({n:,})"),
                help=f"Read {words.plural(n, 'row')} one by one in Review.",
                disabled=not n,
                query_params={**here, "where": where, "errors": "both" if outcome == "wrong" else "all"},
            )


def _short(name: str) -> str:
    return words.shortened(words.one_line(name), _MAX_NAME)
