"""Below the explorer: limits, sensitivity, logged decisions, thresholds per slice, and the band where a person looks."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from analytics.answers.question import Question
from analytics.answers.thresholds.answer import ThresholdAnswer
from analytics.measure.thresholds.by_slice import Pooling, Rule
from analytics.measure.thresholds.human_band import Reviewer
from analytics.measure.thresholds.policy import DAYS, Policy
from analytics.present import figures, readings, words
from analytics.present.money import money
from analytics.present.readings.thresholds_by_slice import RULES
from analytics.present.tables.thresholds import slice_policy_frame
from analytics.query.cohort import Clause
from pages._frame import cache, session
from pages._frame.render import escaped, figure, sentence, table_downloads


def draw_sensitivity(answer: ThresholdAnswer) -> None:
    """Show which costs the decision hangs on."""
    st.subheader("If the costs are wrong")
    figure(
        figures.sensitivity_map(answer),
        readings.sensitivity_reading(answer),
        "sensitivity",
        alt="Best threshold by the cost of a false positive and of a false negative",
        table=answer.map,
    )


def draw_decisions(answer: ThresholdAnswer, question: Question) -> None:
    """Show what the logged decisions cost beside the score, and open the rows where the two differ."""
    found = answer.decisions
    if found is None:
        return
    st.subheader("Decisions as logged")
    sentence(readings.decisions_reading(answer))
    unit, place = answer.policy.unit, answer.present.bin
    st.dataframe(
        [
            {
                "": "Logged decisions",
                **{name.upper(): words.count(n) for name, n in found.counts.items()},
                "Cost": money(found.cost, unit),
            },
            {
                "": f"Score at {words.threshold_text(answer.threshold)}",
                **{name.upper(): words.count(n) for name, n in found.model_counts.items()},
                "Cost": money(found.model_cost, unit),
            },
        ],
        hide_index=True,
        alt="Confusion counts and cost of the logged decisions and of the score",
    )
    st.caption("Both on the rows that have a label, a score and a decision.")
    column, score = question.log.mapping.decision, question.log.mapping.score
    if column is None or score is None:
        return
    positive, line = question.log.mapping.decision_positive, repr(answer.threshold)
    for key, label, n, clauses in (
        (
            "not_decided",
            "at or above the threshold, not flagged",
            found.not_decided[place],
            (Clause(column, "not-in", positive), Clause(column, "present"), Clause(score, "ge", (line,))),
        ),
        (
            "not_scored",
            "below the threshold, flagged",
            found.not_scored_so[place],
            (Clause(column, "in", positive), Clause(score, "lt", (line,))),
        ),
    ):
        if n:
            st.button(
                f"Filter to {words.plural(int(n), 'row')} {label}",
                key=key,
                icon=":material/filter_alt:",
                on_click=_open_rows,
                args=(clauses,),
            )


def _open_rows(clauses: tuple[Clause, ...]) -> None:
    """Add clauses to the cohort, all of those on one column together."""
    kept = session.cohort()
    for column in {clause.column for clause in clauses}:
        kept = kept.without(column)
    session.set_cohort(type(kept)((*kept.clauses, *clauses), kept.outcomes))


def draw_slices(answer: ThresholdAnswer, question: Question, policy: Policy) -> None:
    """Show a threshold for every slice of a column, each with its small cost curve."""
    st.subheader("A threshold for each slice")
    segments = list(question.log.mapping.segments)
    if st.session_state.get("per") not in segments:
        st.session_state["per"] = None
    by, rule, pooling = _slice_controls(segments)
    if by is None:
        st.caption("Choose a column to see whether thresholds of their own would be worth it.")
        return
    found = cache.slice_policy(question, policy, (by,), rule, pooling)
    sentence(readings.slice_policy_reading(found, answer))
    if answer.limits.given:
        st.caption("Capacity and limits are not applied slice by slice.")
    table = slice_policy_frame(found)
    labels = {
        "n_judged": "Judged rows",
        "threshold": "Threshold",
        "cost": "Cost",
        "cost_single": "Cost with the single one",
        "saving": "Saved on these rows",
        "recall": "Recall",
        "fpr": "FPR",
        "selection_rate": "Selection rate",
        "few_rows": "Few rows",
    }
    shares = ("recall", "fpr", "selection_rate")
    config = {name: st.column_config.NumberColumn(label, format="localized") for name, label in labels.items()}
    config |= {name: st.column_config.NumberColumn(labels[name], format="percent") for name in shares}
    config |= {
        "threshold": st.column_config.NumberColumn("Threshold", format="%.4g"),
        "few_rows": st.column_config.CheckboxColumn("Few rows"),
        "curve": st.column_config.LineChartColumn("Cost along the score"),
    }
    st.dataframe(table, hide_index=True, column_config=config, alt="Threshold, cost and rates of each slice")
    st.caption("Costs and what is saved are over the whole cohort and in sample; the curves have scales of their own.")
    table_downloads(table.drop("curve"), "slice_thresholds", key="slice_thresholds")


def _slice_controls(segments: list[str]) -> tuple[str | None, Rule, Pooling]:
    """Draw the choice of column, rule and pooling; all stand in the address."""
    places = st.columns([2, 2, 1, 1], vertical_alignment="bottom")
    by = places[0].selectbox(
        "Slice by", segments, index=None, key="per", bind="query-params", placeholder="A segment column"
    )
    rule = places[1].selectbox(
        "Give each slice", list(RULES), key="rule", bind="query-params", format_func=RULES.__getitem__
    )
    support = places[2].number_input(
        "Min. rows",
        1,
        value=Pooling.min_support,
        step=10,
        key="slice_rows",
        bind="query-params",
        help="Slices with fewer judged rows keep the single threshold.",
    )
    pseudo = places[3].number_input(
        "Pooled rows",
        0,
        value=int(Pooling.pseudo_rows),
        step=50,
        key="pooled",
        bind="query-params",
        help="Each slice is joined by so many rows of the whole cohort's distribution.",
    )
    chosen: Rule = rule if rule in get_args(Rule) else "own-optimum"  # type: ignore[assignment]
    return by, chosen, Pooling(int(support), float(pseudo))


def draw_band(answer: ThresholdAnswer, question: Question, policy: Policy) -> None:
    """Show two thresholds between which a person looks."""
    st.subheader("A person looks at what is in between")
    cost, wrong, capacity = st.columns(3, vertical_alignment="bottom")
    look = cost.number_input(
        f"A look costs ({policy.unit or 'units'})",
        value=0.25,
        step=0.05,
        key="look",
        bind="query-params",
        format="%.6g",
    )
    error = wrong.number_input(
        "A person is wrong on, % of rows", 0.0, 100.0, 5.0, 1.0, key="look_error", bind="query-params", format="%.6g"
    )
    limit = capacity.number_input(
        "Looks per week at most",
        0.0,
        None,
        None,
        10.0,
        key="looks",
        bind="query-params",
        format="%.6g",
        placeholder="no limit",
        disabled=not answer.days,
    )
    rows = None if limit is None or not answer.days else limit * answer.days / DAYS["week"]
    reviewer = Reviewer(float(look or 0.0), float(error or 0.0) / 100, rows)
    band = cache.human_band(question, policy, reviewer.cost, reviewer.error_rate, reviewer.capacity)
    sentence(readings.band_reading(band, reviewer, answer))
    if answer.limits.given:
        st.caption(escaped("Limits of the single threshold are not applied to the band."))
