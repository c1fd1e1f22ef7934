"""Further deciders on the same rows: rules, people, another model."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import streamlit as st

from analytics.answers.compare.answer import Comparison
from analytics.answers.compare.deciders import Deciders, deciders
from analytics.answers.compare.sides import pairing_of
from analytics.answers.question import Question
from analytics.log import score_form
from analytics.log.other_answer import decider_columns, with_decider
from analytics.present import readings, words
from analytics.query.compare.pairs import Pairing
from pages._frame import session
from pages._frame.cache import kept
from pages._frame.render import escaped, table_downloads
from pages._frame.tables import number_table

_MOST = 4
"""Further deciders at a time: a table that is read at once."""


def draw_deciders(answer: Comparison) -> None:
    """Choose columns that hold what others decided, and show all deciders on the rows that all of them answer."""
    log = answer.pairing.live.log
    offered = decider_columns(log)
    if not offered or not answer.account.judged:
        return
    st.subheader("Who else decides?", anchor=False)
    chosen = st.multiselect(
        "On the same rows",
        offered,
        key="pair_also",
        bind="query-params",
        max_selections=_MOST,
        placeholder="Columns of rules, people, another model",
        help="Columns of the live log that hold what another decider said of the same row.",
    )
    if not chosen:
        return
    names = (*answer.names, *chosen)
    pairings = (answer.pairing, *(_pairing(answer.pairing, name) for name in chosen))
    found = kept(deciders, pairings, names, answer.costs)
    st.markdown(escaped(readings.deciders_reading(found).replace("\n", " ")))
    number_table(_in_words(found), hide_index=True, alt="All deciders on the same rows")
    table_downloads(found.table, "compare_deciders", key="pair_deciders", title="All deciders on the same rows")


def _pairing(pairing: Pairing, name: str) -> Pairing:
    """Return the live side beside a column of its log."""
    live = Question(pairing.live.log, pairing.live.cohort, pairing.live.threshold)
    mapping = with_decider(live.log.mapping, live.log.reading, name)
    log = session.remapped(live.log, mapping)
    is_alike = mapping.score and score_form.is_alike(mapping, live.log.mapping)
    return pairing_of(
        live, replace(live, log=log, threshold=live.threshold if is_alike else mapping.threshold), by_row=True
    )


def _in_words(found: Deciders) -> pl.DataFrame:
    """Return the table as people read it."""
    rates = ["flagged", "recall", "precision"] if found.is_yes_no else []
    rows = []
    for row in found.table.iter_rows(named=True):
        ends = (row["difference"], row["difference_low"], row["difference_high"])
        rows.append(
            {
                "Decider": words.shortened(words.one_line(row["decider"]), 80),
                "Error rate": words.metric_interval("error_rate", row["error_rate"], row["low"], row["high"]),
                "Against live (95 %)": words.UNDEFINED
                if ends[0] is None
                else words.metric_difference("error_rate", *ends),
                **{each.capitalize(): words.share(row[each]) for each in rates},
                **({"Cost per row": words.number(row["cost"])} if row["cost"] is not None else {}),
                "Decides as live" if found.is_yes_no else "Right or wrong as live": words.share(row["agrees"]),
            }
        )
    return pl.DataFrame(rows)
