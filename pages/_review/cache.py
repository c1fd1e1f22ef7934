"""The rows that the review shows, kept like every answer: by content hash, question and code version."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

import polars as pl
import streamlit as st

from analytics.answers.question import Question
from analytics.answers.review.case import Failing, Failures, failing_slices
from analytics.answers.review.findings import Findings, reasons_by_slice
from analytics.answers.review.findings import findings as findings_answer
from analytics.answers.review.queue import Queue
from analytics.answers.review.queue import queue as queue_answer
from analytics.answers.review.queue import twins as twins_answer
from analytics.measure.thresholds.policy import Policy
from analytics.review.verdict import Verdict
from pages._frame import session
from pages._frame.cache import MAX_ENTRIES, asked, primitives, scope


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Ranking rows …")
def _queue(
    key: str,
    cohort: str,
    threshold: float,
    version: str,
    errors: str,
    rank: str,
    seed: int,
    offset: int,
    limit: int,
    policy: str,
) -> Queue:
    costs = Policy.from_text(policy).costs if policy else None
    options: dict[str, Any] = {"seed": seed, "offset": offset, "limit": limit, "costs": costs}
    return queue_answer(session.engine(), asked(key, cohort, threshold), errors, rank, **options)


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner=False)
def _twins(key: str, cohort: str, threshold: float, version: str, case: dict[str, Any]) -> list[dict[str, Any]]:
    return twins_answer(session.engine(), asked(key, cohort, threshold), case).to_dicts()


@st.cache_data(max_entries=MAX_ENTRIES, show_spinner="Looking at every segment column …")
def _failing(key: str, cohort: str, threshold: float, version: str) -> dict[str, dict[object, dict[str, Any]]]:
    found = failing_slices(session.engine(), asked(key, cohort, threshold))
    return {name: {value: asdict(failing) for value, failing in of.items()} for name, of in found.items()}


def queue(
    question: Question, errors: str, rank: str, seed: int = 0, offset: int = 0, limit: int = 12, policy: str = ""
) -> Queue:
    """Return a page of the queue; ``policy`` is a saved policy's text."""
    return _queue(*primitives(question), scope(question.log), errors, rank, seed, offset, limit, policy)


def twins(question: Question, case: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the correctly decided rows nearest to a case."""
    return _twins(*primitives(question), scope(question.log), case)


def failing(question: Question) -> Failures:
    """Return the slices that err more than the rest, by segment column."""
    found = _failing(*primitives(question), scope(question.log))
    return {name: {value: Failing(**entry) for value, entry in of.items()} for name, of in found.items()}


def _verdicts_digest(verdicts: list[Verdict]) -> str:
    """Return what tells one state of the verdicts on a log from another."""
    said = [(verdict.row_id, verdict.reviewer, verdict.reason, verdict.revision) for verdict in verdicts]
    return hashlib.sha256(repr(said).encode()).hexdigest()


@st.cache_data(max_entries=16, show_spinner="Reading the verdicts …")
def _findings(
    key: str, cohort: str, threshold: float, version: str, errors: str, seed: int, known: tuple[str, ...], digest: str
) -> Findings:
    question = asked(key, cohort, threshold)
    verdicts = session.reviews().verdicts(question.log.reading.content_hash)
    return findings_answer(session.engine(), question, verdicts, errors, seed=seed, known=known)


@st.cache_data(max_entries=16, show_spinner="Counting reasons …")
def _by_slice(
    key: str, cohort: str, threshold: float, version: str, errors: str, name: str, digest: str
) -> pl.DataFrame:
    question = asked(key, cohort, threshold)
    verdicts = session.reviews().verdicts(question.log.reading.content_hash)
    return reasons_by_slice(session.engine(), question, verdicts, errors, name)


def findings(question: Question, verdicts: list[Verdict], errors: str, seed: int, known: tuple[str, ...]) -> Findings:
    """Return what the verdicts say of a queue."""
    return _findings(*primitives(question), scope(question.log), errors, seed, known, _verdicts_digest(verdicts))


def by_slice(question: Question, verdicts: list[Verdict], errors: str, name: str) -> pl.DataFrame:
    """Return the reasons by slice."""
    return _by_slice(*primitives(question), scope(question.log), errors, name, _verdicts_digest(verdicts))
