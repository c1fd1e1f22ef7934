"""The sidebar: log, model version, threshold, and the cohort in words with its counts."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import streamlit as st

from analytics.answers.empty_cohort import part_words, without
from analytics.answers.gap.sides import live_version, staged_columns
from analytics.answers.labels import arrival_of
from analytics.answers.question import model_versions
from analytics.errors import EmptyCohort
from analytics.log import views
from analytics.log.right import Right, fold
from analytics.log.schema import Log
from analytics.present import readings, words
from analytics.query import spark_session
from analytics.query.cohort import Cohort, column_words
from analytics.query.engine import Engine
from analytics.query.known import AS_OF
from analytics.query.weights import weight_of
from pages._frame import address, filters, known, session
from pages._frame.cache import kept
from pages._frame.conditions import value_counts
from pages._frame.render import escaped


def draw() -> None:
    """Draw the sidebar and bring the address up to date."""
    address.from_address()
    session.take_wanted_log()
    found = session.logs()
    with st.sidebar:
        if not found:
            st.info("No log yet. Upload an export on the Logs page.", icon=":material/upload_file:")
            return
        log = _draw_log(found)
        _draw_books(log)
        _draw_model(log)
        log = _draw_view(log)
        _draw_threshold(log)
        known.draw(log)
        _draw_cohort(log)
    usual = {
        "log": log.log_id if len(found) == 1 else None,
        "model": _opening_version(log),
        "class": None,
        "threshold": log.mapping.threshold,
        "where": None,
        AS_OF: None,
    }
    address.to_address(usual)


def _draw_log(found: list[Log]) -> Log:
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
    if st.session_state.get("threshold") is None and not st.session_state.get("class"):
        st.session_state["threshold"] = by_id[st.session_state["log"]].mapping.threshold
    chosen = st.selectbox(
        "Log",
        list(by_id),
        key="log",
        format_func=lambda log_id: _name_of(by_id[log_id], found),
        on_change=lambda: session.reset_question(by_id[st.session_state["log"]]),
    )
    return by_id[chosen]


def _name_of(log: Log, found: list[Log]) -> str:
    """Return what a log is called in a list; logs of one name are told apart by their id."""
    is_alone = sum(other.name == log.name for other in found) == 1
    return log.name if is_alone else f"{log.name} · {log.log_id[:6]}"


def _draw_books(log: Log) -> None:
    """Keep the row accounting in sight: what was read, kept and set aside, and how much preflight found."""
    aside = sum(reason.rows for reason in log.reading.set_aside)
    st.caption(
        f"{words.plural(log.reading.rows_read, 'row')} read: {log.reading.rows_kept:,} kept, {aside:,} set aside · "
        f"{words.plural(len(log.findings), 'finding')}"
    )
    if log.reading.is_in_spark:
        st.caption(escaped(f"Asked in Spark at {spark_session.where()}: the rows stay there."))


def _draw_model(log: Log) -> None:
    """Choose the model version, where the log has more than one."""
    versions = model_versions(log)
    opening = _opening_version(log)
    if "model" not in st.session_state:
        st.session_state["model"] = opening
    elif st.session_state["model"] not in versions:
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
    if len(versions) > 1 and st.session_state["model"] is None:
        st.caption(f"{len(versions)} versions together: a row counts once for each that scored it.")
    elif opening is not None and st.session_state["model"] == opening:
        st.caption(f"The sample opens on {escaped(opening)}, the version that is live.")
        st.button("Show all versions", key="every_version", type="tertiary", on_click=session.choose_every_version)


def _draw_view(log: Log) -> Log:
    """Choose what is judged in a log of classes: whether rows are right, or one class against the rest."""
    right = log.mapping.right
    if right is None or not log.is_right_or_wrong:
        st.session_state["class"] = None
        return log
    if right.kind == "classes" and not right.parted:
        known = _classes(log, right)
        if st.session_state.get("class") not in known:
            st.session_state["class"] = None
        st.selectbox(
            "Class",
            known,
            index=None,
            key="class",
            placeholder="Right or wrong, all classes",
            format_func=lambda value: words.shortened(value, 60),
            help="Judge one class against all others: its score, its threshold, its false positives and false negatives.",
            on_change=_forget_threshold,
        )
    if not st.session_state.get("class"):
        st.caption(escaped(f"A row is right if {right.sentence}."))
    return session.viewed_log()


def _classes(log: Log, right: Right) -> list[str]:
    """Return every class, the most frequent first; the reading lists some, and of a text with more the engine is asked."""
    known = list(views.classes_of(log.reading, right))
    for name in (right.true, right.predicted):
        column = log.column(name) if name else None
        if column is not None and column.kind == "text" and column.n_distinct > len(column.top):
            known += value_counts(log, column.name)["value"].drop_nulls().to_list()
    found: dict[str, str] = {}
    for value in known:
        if value not in right.unknown:
            found.setdefault(fold(value, right), value)
    return [*found.values()]


def _forget_threshold() -> None:
    """Begin another view with its own threshold; for callbacks only."""
    st.session_state["threshold"] = None


def _opening_version(log: Log) -> str | None:
    """Return the version that is live in the sample; other logs open on all of theirs, as nobody asked for less."""
    if not session.is_sample(log):
        return None
    return kept(live_version, log)


def _draw_threshold(log: Log) -> None:
    """Choose the threshold; between two scores of the grid it is exact all the same."""
    if st.session_state.get("threshold") is None or log.is_right_or_wrong:
        st.session_state["threshold"] = log.mapping.threshold
    if log.is_right_or_wrong:
        return
    if log.score_kind == "decision":
        st.caption("Judged by the logged decision: the log has no score.")
        st.session_state["threshold"] = 1.0
        return
    step = 0.01 if log.score_kind == "probability" else 1.0
    st.number_input(
        "Threshold",
        value=None,
        key="threshold",
        step=step,
        format="%.4g",
        placeholder=f"{log.mapping.threshold:.4g}",
        help="Predicted positive if the score is at least this. Arrow keys go from score to score; empty is the log's own.",
        on_change=_move_threshold,
        args=(log, step, st.session_state["threshold"]),
    )


def _move_threshold(log: Log, step: float, before: float) -> None:
    """Return to the log's own threshold from an empty field, and from one step on to the next score of the grid."""
    asked = st.session_state["threshold"]
    if asked is None:
        st.session_state["threshold"] = log.mapping.threshold
    elif math.isclose(abs(asked - before), step, rel_tol=1e-6):
        st.session_state["threshold"] = next_edge(log.edges, asked, is_up=asked > before)


def next_edge(edges: Sequence[float], asked: float, *, is_up: bool) -> float:
    """Return the first score of a grid at or beyond a threshold, seen in the direction of a step; beyond the last, itself.

    >>> next_edge((0.1, 0.25, 0.7), 0.11, is_up=True), next_edge((0.1, 0.25, 0.7), 0.69, is_up=False)
    (0.25, 0.25)
    """
    near = 1e-9 * max(1.0, abs(asked))
    place = bisect_left(edges, asked - near) if is_up else bisect_right(edges, asked + near) - 1
    return float(edges[place]) if 0 <= place < len(edges) else asked


def _draw_cohort(log: Log) -> None:
    """Show the cohort in words with its counts, its filters as removable chips, and what can be added."""
    refused = session.keep_valid_filters(log)
    if refused:
        named = ", ".join(repr(part[:60]) for part in refused[:3]) + (", …" if len(refused) > 3 else "")
        what = "1 filter of the address does" if len(refused) == 1 else f"{len(refused)} filters of the address do"
        st.warning(
            escaped(f"{what} not fit this log and {'is' if len(refused) == 1 else 'are'} left out: {named}."),
            icon=":material/filter_alt_off:",
        )
    cohort = session.cohort()
    asked = session.question()
    n_rows, n_labelled = kept(Engine.row_counts, asked.log, asked.cohort, asked.threshold)
    st.markdown(f"**Cohort:** {escaped(session.known_cohort().to_words())}")
    share = f" ({n_labelled / n_rows:.0%})" if n_rows else ""
    unknown = n_rows - n_labelled
    arrival = kept(arrival_of, asked) if unknown else None
    stand_for = kept(weight_of, asked.log, asked.cohort, asked.threshold)
    standing = "" if stand_for is None else f" standing for {words.count(stand_for)}"
    judged = "judged" if asked.log.unanswered else "labelled"
    unlabelled = escaped(readings.unlabelled_words(unknown, arrival, asked.log.unanswered))
    st.caption(f"{words.plural(n_rows, 'row')}{standing} · {n_labelled:,} {judged}{share} · {unlabelled}")
    for place, column in enumerate(cohort.columns()):
        st.button(
            escaped(words.shortened(column_words(column, cohort.of(column)), 160)),
            key=f"chip_{place}",
            icon=":material/close:",
            on_click=session.set_cohort,
            args=(cohort.without(column),),
            width="stretch",
            help="Remove this filter",
        )
    if cohort.outcomes:
        st.button(
            escaped(
                "only " + ", ".join(outcome.upper() if len(outcome) == 2 else outcome for outcome in cohort.outcomes)
            ),
            key="chip_outcomes",
            icon=":material/close:",
            width="stretch",
            help="Remove this filter",
            on_click=session.set_cohort,
            args=(Cohort(cohort.clauses),),
        )
    _draw_mixture(log, cohort)
    filters.draw(log, cohort)


def _draw_mixture(log: Log, cohort: Cohort) -> None:
    """Say that an evaluation is judged together with production, where a column tells them apart and no filter does."""
    for name, references, productions in staged_columns(log)[:1]:
        if name not in cohort.columns() and st.session_state.get("model") is None:
            both = " and ".join(words.shortened(values[0], 30) for values in (references, productions))
            st.caption(escaped(f"{words.shortened(name, 30)} mixes {both}: filter it to judge one of them."))


def draw_way_out(error: EmptyCohort) -> None:
    """Show in place of an answer which filter leaves no row, and offer to take it away."""
    cohort, log = session.cohort(), session.current_log()
    is_version = bool(error.column) and error.column not in cohort.columns()
    is_day = error.column == "" and bool(st.session_state.get(AS_OF))
    said = "the model version" if is_version else part_words(session.known_cohort(), error.column)
    remove = session.know_everything if is_day else session.choose_every_version if is_version else session.set_cohort
    with st.container(border=True):
        st.markdown(":material/filter_alt_off: **No row is left**")
        st.markdown(escaped(str(error)))
        with st.container(horizontal=True):
            st.button(
                escaped(words.shortened(f"Remove {said}", 160)),
                key="remove_blamed",
                type="primary",
                on_click=remove,
                args=() if is_version or is_day else (without(cohort, error.column),),
            )
            st.button("Remove all filters", key="clear_empty", on_click=session.reset_cohort)
    st.caption(escaped(f"The log {log.name} has {log.n_rows:,} rows."))
