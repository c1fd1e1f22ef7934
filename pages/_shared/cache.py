"""Answers, kept by content hash, question and code version: never by a data frame or an argument that is left out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl
import streamlit as st

import analytics
from analytics import answers
from analytics.answers import (
    Calibration,
    CalibrationScan,
    CalibrationSlices,
    CalibrationTime,
    CostTable,
    Overview,
    Question,
    Recalibration,
    SliceAnswer,
    SlicePolicy,
    ThresholdAnswer,
)
from analytics.answers.recalibrating import Split
from analytics.errors import QuestionError
from analytics.log.decisions import Decision, decisions
from analytics.log.found import FoundSlice, found_slices
from analytics.log.schema import Log
from analytics.measure.calibration import Binning
from analytics.measure.costs import Costs
from analytics.measure.human_band import Band, Reviewer
from analytics.measure.policies import Policy
from analytics.measure.slice_thresholds import Pooling, Rule
from analytics.query.cohort import Cohort
from pages._shared import session

MAX_ENTRIES = 256
SHOWN = ("error_rate", "fpr", "fnr", "precision", "recall", "prevalence", "selection_rate")


@cache
def code_version() -> str:
    """Return a digest of the library's source: answers of older code are not reused."""
    digest = hashlib.sha256()
    for path in sorted(Path(analytics.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def scope(log: Log) -> str:
    """Return what else an answer depends on: the code, whose workspace it is, and all of the content's digest."""
    return f"{code_version()} {session.person()} {log.reading.content_hash}"


def asked(key: str, cohort: str, threshold: float) -> Question:
    """Return the question that a cache key stands for."""
    log = session.workspace().state(key)
    if log is None:
        raise QuestionError("The log has just changed. Reload the page.")
    return Question(log, Cohort.from_text(cohort), threshold)


def primitives(question: Question) -> tuple[str, str, float]:
    """Return what identifies a question: the log's content and mapping, the cohort as text, the threshold."""
    return question.log.key, question.cohort.to_text(), question.threshold


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Counting rows …")
def _overview(key: str, cohort: str, threshold: float, version: str) -> Overview:
    return answers.overview(session.engine(), asked(key, cohort, threshold))


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Comparing slices …")
def _slices(
    key: str, cohort: str, threshold: float, version: str, by: tuple[str, ...], metric: str, min_support: int
) -> SliceAnswer:
    return answers.slices(
        session.engine(), asked(key, cohort, threshold), by, metric=metric, metrics=SHOWN, min_support=min_support
    )


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Looking at every segment column …")
def _ranked_columns(key: str, cohort: str, threshold: float, version: str) -> pl.DataFrame:
    return answers.ranked_columns(session.engine(), asked(key, cohort, threshold))


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner=False)
def _value_counts(key: str, version: str, column: str) -> pl.DataFrame:
    question = asked(key, "", 0.0)
    return session.engine().value_counts(question.log, Cohort(), 0.0, column)


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner=False)
def _row_counts(key: str, cohort: str, threshold: float, version: str) -> tuple[int, int]:
    question = asked(key, cohort, threshold)
    return session.engine().row_counts(question.log, question.cohort, question.threshold)


@st.cache_data(max_entries=16, show_spinner="Writing the report …")
def _report(
    key: str,
    cohort: str,
    threshold: float,
    version: str,
    chosen: tuple[tuple[str, ...], ...],
    metric: str,
    decided: tuple[Decision, ...],
    found: tuple[FoundSlice, ...],
) -> str:
    from analytics.present.report import slice_report  # the template engine is needed here alone

    question = asked(key, cohort, threshold)
    parts = [answers.slices(session.engine(), question, by, metric=metric) for by in chosen]
    return slice_report(question, overview(question), parts, decided, found=found)


@st.cache_data(max_entries=16, show_spinner="Counting rows by score …")
def _cost_table(key: str, cohort: str, threshold: float, version: str, by: tuple[str, ...]) -> CostTable:
    return answers.cost_table(session.engine(), asked(key, cohort, threshold), by)


@st.cache_data(max_entries=64, show_spinner="Weighing costs …")
def _thresholds(key: str, cohort: str, threshold: float, version: str, policy: str) -> ThresholdAnswer:
    return answers.thresholds(cost_table(asked(key, cohort, threshold)), Policy.from_text(policy))


def cost_table(question: Question, by: tuple[str, ...] = ()) -> CostTable:
    """Return the rows by half, slice and score bin; a threshold that is an edge of the grid asks nothing anew."""
    log, threshold = question.log, question.threshold
    is_free = not question.cohort.outcomes and (log.grid_is_exact or threshold in log.edges)
    key, cohort, _ = primitives(question)
    return _cost_table(key, cohort, log.edges[0] if is_free else threshold, scope(log), by).at(threshold)


def thresholds(question: Question, policy: Policy) -> ThresholdAnswer:
    """Return the sweep under a policy; the threshold that the policy was saved with changes nothing."""
    return _thresholds(*primitives(question), scope(question.log), replace(policy, threshold=None).to_text())


def slice_policy(question: Question, policy: Policy, by: tuple[str, ...], rule: Rule, pooling: Pooling) -> SlicePolicy:
    """Return a threshold for every slice: arithmetic on a table that is kept."""
    return answers.slice_policy(cost_table(question, by), policy.costs, rule, pooling)


def human_band(question: Question, policy: Policy, cost: float, error_rate: float, capacity: float | None) -> Band:
    """Return the best two thresholds with a person between them: arithmetic on a table that is kept."""
    return answers.human_band(cost_table(question), policy, Reviewer(cost, error_rate, capacity))


def report(question: Question, chosen: tuple[tuple[str, ...], ...], metric: str) -> str:
    """Return the slice report as HTML."""
    decided = tuple(decisions(session.workspace(), question.log.key))
    found = found_slices(session.workspace(), question.log.key)
    return _report(*primitives(question), scope(question.log), chosen, metric, decided, found)


def overview(question: Question) -> Overview:
    """Return the headline numbers of a question."""
    return _overview(*primitives(question), scope(question.log))


def slices(question: Question, by: tuple[str, ...], metric: str, min_support: int) -> SliceAnswer:
    """Return metrics by slice."""
    return _slices(*primitives(question), scope(question.log), by, metric, min_support)


def ranked_columns(question: Question) -> pl.DataFrame:
    """Return the segment columns, ranked by what they separate."""
    return _ranked_columns(*primitives(question), scope(question.log))


def value_counts(question: Question, column: str) -> pl.DataFrame:
    """Return the values of a column of the whole log with their rows."""
    return _value_counts(question.log.key, scope(question.log), column)


def row_counts(question: Question) -> tuple[int, int]:
    """Return the rows of the cohort, and how many of them are labelled."""
    return _row_counts(*primitives(question), scope(question.log))


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Comparing scores with labels …")
def _calibration(key: str, cohort: str, threshold: float, version: str, binning: Binning, groups: int) -> Calibration:
    return answers.calibration(session.engine(), asked(key, cohort, threshold), binning=binning, groups=groups)


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Looking at every segment column …")
def _calibration_scan(key: str, cohort: str, threshold: float, version: str) -> CalibrationScan:
    return answers.calibration_scan(session.engine(), asked(key, cohort, threshold))


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Comparing slices …")
def _calibration_slices(
    key: str, cohort: str, threshold: float, version: str, by: tuple[str, ...], binning: Binning, groups: int
) -> CalibrationSlices:
    return answers.calibration_slices(
        session.engine(), asked(key, cohort, threshold), by, binning=binning, groups=groups
    )


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Following calibration over time …")
def _calibration_time(
    key: str, cohort: str, threshold: float, version: str, every: str | None, groups: int
) -> CalibrationTime | None:
    return answers.calibration_time(session.engine(), asked(key, cohort, threshold), every, groups=groups)


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Fitting maps …")
def _recalibration(
    key: str, cohort: str, threshold: float, version: str, policy: str, split: Split, share: float, groups: int
) -> Recalibration:
    question, costs = asked(key, cohort, threshold), Policy.from_text(policy).costs
    return answers.recalibration(session.engine(), question, costs, split=split, share=share, groups=groups)


def at_any_threshold(question: Question) -> Question:
    """Return a question that no move of the threshold changes, unless its cohort is made of outcomes."""
    return question if question.cohort.outcomes else replace(question, threshold=question.log.mapping.threshold)


def calibration(question: Question, binning: Binning, groups: int) -> Calibration:
    """Return the calibration of a cohort."""
    return _calibration(*primitives(at_any_threshold(question)), scope(question.log), binning, groups)


def calibration_scan(question: Question) -> CalibrationScan:
    """Return the slices of all segment columns by how far their scores are off."""
    return _calibration_scan(*primitives(at_any_threshold(question)), scope(question.log))


def calibration_slices(question: Question, by: tuple[str, ...], binning: Binning, groups: int) -> CalibrationSlices:
    """Return calibration by slice."""
    return _calibration_slices(*primitives(at_any_threshold(question)), scope(question.log), by, binning, groups)


def calibration_time(question: Question, every: str | None, groups: int) -> CalibrationTime | None:
    """Return calibration over time."""
    return _calibration_time(*primitives(at_any_threshold(question)), scope(question.log), every, groups)


def recalibration(question: Question, costs: Costs, split: Split, share: float, groups: int) -> Recalibration:
    """Return what recalibration would be worth under a cost matrix."""
    text = Policy(costs).to_text()
    return _recalibration(*primitives(at_any_threshold(question)), scope(question.log), text, split, share, groups)
