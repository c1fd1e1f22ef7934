"""The Slices page's controls and its table."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from analytics.answers import MIN_SUPPORT, Question, SliceAnswer
from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.tables import column_labels, slice_display_table
from pages._shared import cache
from pages._shared.choice import choose_from_table, forget_slice
from pages._shared.render import table_downloads


def draw_controls(question: Question) -> tuple[tuple[str, ...], str, int]:
    """Choose one or two columns, the metric and the minimum support; all stand in the address."""
    segments = list(question.log.mapping.segments)
    by_place, metric_place, support_place = st.columns([4, 2, 1], vertical_alignment="bottom")
    if not set(st.session_state.get("by", [])) <= set(segments):
        st.session_state["by"] = [name for name in st.session_state["by"] if name in segments]
    by = by_place.multiselect(
        "Slice by",
        segments,
        key="by",
        bind="query-params",
        max_selections=2,
        placeholder="One or two segment columns",
        on_change=forget_slice,
    )
    offered = [name for name, entry in METRICS.items() if question.log.is_probability or not entry.needs_probability]
    metric = metric_place.selectbox(
        "Metric",
        offered,
        key="metric",
        bind="query-params",
        format_func=lambda name: METRICS[name].label,
        help=METRICS[st.session_state.get("metric", "error_rate")].definition
        if st.session_state.get("metric") in METRICS
        else None,
        disabled=not by,
    )
    support = support_place.number_input(
        "Min. rows",
        min_value=1,
        value=MIN_SUPPORT,
        step=10,
        key="support",
        bind="query-params",
        help="Slices with fewer judged rows are greyed and marked, never hidden.",
        disabled=not by,
    )
    return tuple(by), metric if metric in METRICS else "error_rate", max(1, int(support or MIN_SUPPORT))


def how_to_read(answer: SliceAnswer) -> str:
    """Say what the figure shows."""
    few = int(answer.table["few_rows"].sum())
    compared = "Bars are 95 % intervals; the line is the whole cohort." if len(answer.by) == 1 else "Numbers are rows."
    hidden = f" {few} of {answer.table.height} slices have fewer than {answer.min_support} judged rows." if few else ""
    return f"{METRICS[answer.metric].definition} {compared}{hidden} Click a slice to add it to the cohort."


def plain_table(answer: SliceAnswer) -> pl.DataFrame:
    """Return the whole table of an answer under the names that people see."""
    names = {f"slice_{place}": name for place, name in enumerate(answer.by)}
    taken = set(answer.table.columns)
    return answer.table.rename({key: f"{name} (slice)" if name in taken else name for key, name in names.items()})


def draw_table(answer: SliceAnswer) -> None:
    """Show the sortable table; a selected row becomes the chosen slice."""
    further = tuple(name for name in cache.SHOWN if name != answer.metric and name in answer.table.columns)
    table = slice_display_table(answer, further)
    shares = [name for name in (answer.metric, *further) if METRICS[name].is_share]
    digits = 1 if METRICS[answer.metric].is_share else 3
    shown = table.with_columns(
        pl.col([*shares, "share_of_errors"]) * 100,
        interval=pl.Series(
            [
                words.metric_interval(answer.metric, *row).partition(" (")[2].rstrip(")")
                for row in table.select(answer.metric, f"{answer.metric}_low", f"{answer.metric}_high").iter_rows()
            ],
            dtype=pl.String,
        ),
        difference_interval=pl.Series(
            [
                words.between(words.signed(low, digits), words.signed(high, digits)) if low is not None else "–"
                for low, high in table.select("difference_low", "difference_high").iter_rows()
            ],
            dtype=pl.String,
        ),
    )
    names = table.columns[: len(answer.by)]
    order = [
        *names,
        "n",
        "n_labelled",
        answer.metric,
        "interval",
        *further[:3],
        "difference",
        "difference_interval",
        "p_adjusted",
        "excess_errors",
        "share_of_errors",
        *further[3:],
        "few_rows",
    ]
    labels = {
        **column_labels(answer),
        "interval": "95 % interval",
        "difference_interval": "Its interval",
        "difference": "To the rest",
    }
    config = {name: column_config(name, labels[name], shares, answer) for name in order if name not in names}
    st.markdown("**All slices**")
    st.dataframe(
        shown,
        hide_index=True,
        key="slice_table",
        on_select=choose_from_table,
        selection_mode="single-row",
        column_order=order,
        column_config=config,
        alt="Slices with support, metrics, difference to the rest and excess errors",
    )
    st.caption(
        "“To the rest” is the difference to all other rows of the cohort, in points; p is adjusted for looking at many."
    )
    table_downloads(plain_table(answer), "slices", key="all_slices")


def column_config(name: str, label: str, shares: list[str], answer: SliceAnswer) -> Any:
    """Return how a column of the table is written."""
    if name == "few_rows":
        return st.column_config.CheckboxColumn(label, help=f"Fewer than {answer.min_support} judged rows.")
    if name in ("interval", "difference_interval"):
        return st.column_config.TextColumn(label)
    if name in shares or name == "share_of_errors":
        pattern = "%.1f %%"
    elif name in ("n", "n_labelled"):
        pattern = "localized"
    else:
        pattern = (
            "%.1f"
            if name == "difference" and METRICS[answer.metric].is_share
            else "%.0f"
            if name == "excess_errors"
            else "%.3f"
        )
    return st.column_config.NumberColumn(label, format=pattern, help=help_of(name))


def help_of(name: str) -> str | None:
    """Return the definition of a column."""
    if name in METRICS:
        return METRICS[name].definition
    return {
        "difference": "Slice less its complement: the rest of the cohort.",
        "excess_errors": "Errors beyond what the complement's error rate would predict on these rows.",
        "p_adjusted": "Benjamini–Hochberg over all slices of this table.",
        "share_of_errors": "Errors of the slice as a share of all errors.",
    }.get(name)
