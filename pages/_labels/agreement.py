"""Whether people who rated the same rows agree, and the rows on which they do not."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from analytics.answers.agreement import agreement
from analytics.answers.agreement_noise import noise
from analytics.answers.question import Question
from analytics.log.column import Column
from analytics.present import readings
from analytics.query.cohort import Clause
from pages._frame import address, session
from pages._frame.cache import kept
from pages._frame.registry import PAGES
from pages._frame.render import escaped, sentence, table_downloads
from pages._frame.tables import number_table

_MAX_VALUES = 100
"""Different values up to which a column may be what people said: as `answers.agreement` compares."""
_PAIRS = {
    "first": "Rater",
    "second": "Other rater",
    "n": "Rows of both",
    "agreement": "Same rating",
    "kappa": "Kappa",
    "kappa_low": "At least",
    "kappa_high": "At most",
    "ac1": "AC1",
}


def draw_agreement(question: Question) -> None:
    """Choose the columns of raters and show how far they agree beyond chance."""
    offered = [column.name for column in question.log.columns if _may_rate(column)]
    if len(offered) < 2:
        return
    st.subheader("Do people agree?", anchor=False)
    if not set(st.session_state.get("raters", ())) <= set(offered):
        st.session_state["raters"] = []
    both = [question.log.mapping.label, question.log.mapping.second_label]
    if "raters" not in st.session_state and not st.query_params.get_all("raters") and set(both) <= set(offered):
        st.session_state["raters"] = both
    raters = st.multiselect(
        "What each person said",
        offered,
        both if set(both) <= set(offered) else [],
        key="raters",
        bind="query-params",
        placeholder="Two or more columns",
        help="Columns of people who rated the same rows, a judge among them. Where each row is one rating, ask the command "
        "agreement with item, rater and rating.",
    )
    if len(raters) < 2:
        return
    is_ordered = st.toggle(
        "Ratings are grades", key="raters_ordered", help="What lies further apart then differs more."
    )
    answer = kept(agreement, question, tuple(raters), is_ordered=is_ordered)
    sentence(readings.ratings_reading(answer))
    noisy = noise(session.engine(), question, answer)
    if noisy is not None:
        st.markdown(escaped(readings.noise_reading(noisy)))
    shown = answer.pairs.select(pl.col(name).alias(label) for name, label in _PAIRS.items())
    shown = shown.with_columns(100 * pl.col("Same rating"))
    formats = {name: st.column_config.NumberColumn(format="%.3f") for name in ("Kappa", "At least", "At most", "AC1")}
    formats["Rows of both"] = st.column_config.NumberColumn(format="localized")
    formats["Same rating"] = st.column_config.NumberColumn(format="%.1f %%")
    number_table(shown, hide_index=True, alt="How far each two raters agree", column_config=formats)
    if len({question.log.column(name).kind for name in raters}) == 1:
        _draw_review(raters)
    table_downloads(answer.pairs, "agreement", key="agreement", title="How far each two raters agree")


def _may_rate(column: Column) -> bool:
    """Whether a column may hold what people said."""
    return column.kind != "time" and 1 < column.n_distinct <= _MAX_VALUES


def _draw_review(raters: Sequence[str]) -> None:
    """Link to the rows on which raters differ."""
    cohort = session.cohort().with_clauses([Clause("", "differ", tuple(raters))])
    st.page_link(
        PAGES["review"].path,
        label="Review the rows on which they differ",
        icon=":material/rate_review:",
        query_params={**address.of_question(), "where": cohort.to_text()},
    )
