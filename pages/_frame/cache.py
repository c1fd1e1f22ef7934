"""Answers, kept by content hash, question and code version: never by a data frame or an argument that is left out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

import polars as pl
import streamlit as st

import analytics
from analytics.answers.calibration.answer import Calibration, CalibrationSlices, CalibrationTime
from analytics.answers.calibration.answer import calibration as calibration_answer
from analytics.answers.calibration.answer import calibration_slices as calibration_slices_answer
from analytics.answers.calibration.answer import calibration_time as calibration_time_answer
from analytics.answers.calibration.recalibration import Recalibration, Split
from analytics.answers.calibration.recalibration import recalibration as recalibration_answer
from analytics.answers.calibration.scan import CalibrationScan
from analytics.answers.calibration.scan import calibration_scan as calibration_scan_answer
from analytics.answers.overview import Overview
from analytics.answers.overview import overview as overview_answer
from analytics.answers.question import Question
from analytics.answers.slices import SliceAnswer
from analytics.answers.slices import ranked_columns as ranked_columns_answer
from analytics.answers.slices import slices as slices_answer
from analytics.answers.thresholds.answer import ThresholdAnswer
from analytics.answers.thresholds.answer import human_band as human_band_answer
from analytics.answers.thresholds.answer import thresholds as thresholds_answer
from analytics.answers.thresholds.by_slice import SlicePolicy
from analytics.answers.thresholds.by_slice import slice_policy as slice_policy_answer
from analytics.answers.thresholds.costs import CostTable
from analytics.answers.thresholds.costs import cost_table as cost_table_answer
from analytics.errors import QuestionError
from analytics.log.kept.discovery import FoundSlice, found_slices
from analytics.log.kept.thresholds import Decision, decisions
from analytics.log.schema import Log
from analytics.measure.reliability import Binning
from analytics.measure.thresholds.by_slice import Pooling, Rule
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.human_band import Band, Reviewer
from analytics.measure.thresholds.policy import Policy
from analytics.query.cohort import Cohort
from pages._frame import session

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
    return overview_answer(session.engine(), asked(key, cohort, threshold))


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Comparing slices …")
def _slices(
    key: str, cohort: str, threshold: float, version: str, by: tuple[str, ...], metric: str, min_support: int
) -> SliceAnswer:
    return slices_answer(
        session.engine(), asked(key, cohort, threshold), by, metric=metric, metrics=SHOWN, min_support=min_support
    )


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Looking at every segment column …")
def _ranked_columns(key: str, cohort: str, threshold: float, version: str) -> pl.DataFrame:
    return ranked_columns_answer(session.engine(), asked(key, cohort, threshold))


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
    from analytics.present.report.pack import slice_report  # the template engine is needed here alone

    question = asked(key, cohort, threshold)
    parts = [slices_answer(session.engine(), question, by, metric=metric) for by in chosen]
    return slice_report(question, overview(question), parts, decided, found=found)


@st.cache_data(max_entries=16, show_spinner="Counting rows by score …")
def _cost_table(key: str, cohort: str, threshold: float, version: str, by: tuple[str, ...]) -> CostTable:
    return cost_table_answer(session.engine(), asked(key, cohort, threshold), by)


@st.cache_data(max_entries=64, show_spinner="Weighing costs …")
def _thresholds(key: str, cohort: str, threshold: float, version: str, policy: str) -> ThresholdAnswer:
    return thresholds_answer(cost_table(asked(key, cohort, threshold)), Policy.from_text(policy))


def cost_table(question: Question, by: tuple[str, ...] = ()) -> CostTable:
    """Return the rows by half, slice and score bin; a threshold that is an edge of the grid asks nothing anew."""
    log, threshold = question.log, question.threshold
    is_free = not question.cohort.outcomes and log.grid.split(threshold) is None
    key, cohort, _ = primitives(question)
    return _cost_table(key, cohort, log.edges[0] if is_free else threshold, scope(log), by).at(threshold)


def thresholds(question: Question, policy: Policy) -> ThresholdAnswer:
    """Return the sweep under a policy; the threshold that the policy was saved with changes nothing."""
    return _thresholds(*primitives(question), scope(question.log), replace(policy, threshold=None).to_text())


def slice_policy(question: Question, policy: Policy, by: tuple[str, ...], rule: Rule, pooling: Pooling) -> SlicePolicy:
    """Return a threshold for every slice: arithmetic on a table that is kept."""
    return slice_policy_answer(cost_table(question, by), policy.costs, rule, pooling)


def human_band(question: Question, policy: Policy, cost: float, error_rate: float, capacity: float | None) -> Band:
    """Return the best two thresholds with a person between them: arithmetic on a table that is kept."""
    return human_band_answer(cost_table(question), policy, Reviewer(cost, error_rate, capacity))


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
    return calibration_answer(session.engine(), asked(key, cohort, threshold), binning=binning, groups=groups)


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Looking at every segment column …")
def _calibration_scan(key: str, cohort: str, threshold: float, version: str) -> CalibrationScan:
    return calibration_scan_answer(session.engine(), asked(key, cohort, threshold))


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Comparing slices …")
def _calibration_slices(
    key: str, cohort: str, threshold: float, version: str, by: tuple[str, ...], binning: Binning, groups: int
) -> CalibrationSlices:
    return calibration_slices_answer(
        session.engine(), asked(key, cohort, threshold), by, binning=binning, groups=groups
    )


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Following calibration over time …")
def _calibration_time(
    key: str, cohort: str, threshold: float, version: str, every: str | None, groups: int
) -> CalibrationTime | None:
    return calibration_time_answer(session.engine(), asked(key, cohort, threshold), every, groups=groups)


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Fitting maps …")
def _recalibration(
    key: str, cohort: str, threshold: float, version: str, policy: str, split: Split, share: float, groups: int
) -> Recalibration:
    question, costs = asked(key, cohort, threshold), Policy.from_text(policy).costs
    return recalibration_answer(session.engine(), question, costs, split=split, share=share, groups=groups)


def _at_any_threshold(question: Question) -> Question:
    """Return a question that no move of the threshold changes, unless its cohort is made of outcomes."""
    return question if question.cohort.outcomes else replace(question, threshold=question.log.mapping.threshold)


def calibration(question: Question, binning: Binning, groups: int) -> Calibration:
    """Return the calibration of a cohort."""
    return _calibration(*primitives(_at_any_threshold(question)), scope(question.log), binning, groups)


def calibration_scan(question: Question) -> CalibrationScan:
    """Return the slices of all segment columns by how far their scores are off."""
    return _calibration_scan(*primitives(_at_any_threshold(question)), scope(question.log))


def calibration_slices(question: Question, by: tuple[str, ...], binning: Binning, groups: int) -> CalibrationSlices:
    """Return calibration by slice."""
    return _calibration_slices(*primitives(_at_any_threshold(question)), scope(question.log), by, binning, groups)


def calibration_time(question: Question, every: str | None, groups: int) -> CalibrationTime | None:
    """Return calibration over time."""
    return _calibration_time(*primitives(_at_any_threshold(question)), scope(question.log), every, groups)


def recalibration(question: Question, costs: Costs, split: Split, share: float, groups: int) -> Recalibration:
    """Return what recalibration would be worth under a cost matrix."""
    text = Policy(costs).to_text()
    return _recalibration(*primitives(_at_any_threshold(question)), scope(question.log), text, split, share, groups)
