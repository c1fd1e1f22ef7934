"""The sidebar: log, model version, threshold, and the cohort in words with its counts."""

from __future__ import annotations

import streamlit as st

from analytics import answers
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.present import words
from analytics.query.cohort import Cohort, column_words
from pages._shared import cache, filters, session
from pages._shared.render import escaped


def draw() -> None:
    """Draw the sidebar and bring the address up to date."""
    session.from_address()
    session.take_wanted_log()
    found = session.logs()
    with st.sidebar:
        if not found:
            st.info("No log yet. Upload an export on the Logs page.", icon=":material/upload_file:")
            return
        log = draw_log(found)
        draw_books(log)
        draw_model(log)
        draw_threshold(log)
        draw_cohort(log)
    session.to_address()


def draw_log(found: list[Log]) -> Log:
    """Choose the log; a new one begins with its own threshold and no filter."""
    by_id = {log.log_id: log for log in found}
    wanted = st.session_state.get("log")
    if wanted not in by_id:
        if wanted:
            st.warning(
                escaped(f"The log {str(wanted)[:40]!r} of this link is not in the workspace. Upload its export again."),
                icon=":material/link_off:",
            )
        st.session_state["log"] = found[0].log_id
    if st.session_state.get("threshold") is None:
        st.session_state["threshold"] = by_id[st.session_state["log"]].mapping.threshold
    chosen = st.selectbox(
        "Log",
        list(by_id),
        key="log",
        format_func=lambda log_id: name_of(by_id[log_id], found),
        on_change=lambda: session.reset_question(by_id[st.session_state["log"]]),
    )
    return by_id[chosen]


def name_of(log: Log, found: list[Log]) -> str:
    """Return what a log is called in a list; logs of one name are told apart by their id."""
    is_alone = sum(other.name == log.name for other in found) == 1
    return log.name if is_alone else f"{log.name} · {log.log_id[:6]}"


def draw_books(log: Log) -> None:
    """Keep the row accounting in sight: what was read, kept and set aside, and how much preflight found."""
    aside = sum(reason.rows for reason in log.reading.set_aside)
    graver = sum(finding.severity != "note" for finding in log.findings)
    st.caption(
        f"{words.plural(log.reading.rows_read, 'row')} read: {log.reading.rows_kept:,} kept, {aside:,} set aside · "
        f"{words.plural(graver, 'finding')}"
    )


def draw_model(log: Log) -> None:
    """Choose the model version, where the log has more than one."""
    versions = answers.model_versions(log)
    if st.session_state.get("model") not in versions:
        st.session_state["model"] = None
    if len(versions) > 1:
        st.selectbox(
            "Model version",
            versions,
            index=None,
            key="model",
            placeholder="All versions",
            help="Judge one version of the model alone.",
        )


def draw_threshold(log: Log) -> None:
    """Choose the threshold; between two scores of the grid it is exact all the same."""
    if log.score_kind == "decision":
        st.caption("Judged by the logged decision: the log has no score.")
        st.session_state["threshold"] = 1.0
        return
    is_probability = log.score_kind == "probability"
    st.number_input(
        "Threshold",
        key="threshold",
        step=0.01 if is_probability else 1.0,
        format="%.4g",
        help="Predicted positive if the score is at least this.",
    )


def draw_cohort(log: Log) -> None:
    """Show the cohort in words with its counts, its filters as removable chips, and what can be added."""
    try:
        cohort = session.cohort()
        n_rows, n_labelled = cache.row_counts(session.question())
        st.session_state[session.BROKEN] = None
    except QuestionError as error:
        st.session_state[session.BROKEN] = str(error)
        st.error(escaped(str(error)), icon=":material/filter_alt_off:")
        st.button("Clear filters", on_click=session.set_cohort, args=(Cohort(),), key="clear_broken")
        cohort, n_rows, n_labelled = Cohort(), log.n_rows, log.n_labelled
    st.markdown(f"**Cohort:** {escaped(cohort.to_words())}")
    share = f" ({n_labelled / n_rows:.0%})" if n_rows else ""
    unknown = n_rows - n_labelled
    st.caption(f"{words.plural(n_rows, 'row')} · {n_labelled:,} labelled{share} · {unknown:,} not known yet")
    for place, column in enumerate(cohort.columns()):
        st.button(
            escaped(column_words(column, cohort.of(column)))[:160],
            key=f"chip_{place}",
            icon=":material/close:",
            on_click=session.set_cohort,
            args=(cohort.without(column),),
            width="stretch",
            help="Remove this filter",
        )
    if cohort.outcomes:
        st.button(
            "only " + ", ".join(outcome.upper() if len(outcome) == 2 else outcome for outcome in cohort.outcomes),
            key="chip_outcomes",
            icon=":material/close:",
            width="stretch",
            help="Remove this filter",
            on_click=session.set_cohort,
            args=(Cohort(cohort.clauses),),
        )
    filters.draw(log, cohort)
