"""What a gate is about, measured on a log: the value of each slice at any confidence level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from analytics.answers.calibration.answer import scored
from analytics.answers.gates.result import GatePairs
from analytics.answers.gates.statement import Gate
from analytics.answers.labels_answer import labels
from analytics.answers.question import Question, score_table, units_of
from analytics.errors import QuestionError
from analytics.measure.calibration.table import over_prediction
from analytics.measure.calibration.worth import as_worth
from analytics.measure.counts import Counts, confusion_table, segments
from analytics.measure.estimates import estimate_table
from analytics.measure.gates.outcome import Bounds, as_arrays
from analytics.measure.gates.tails import exact_proportion, stretched
from analytics.measure.intervals import FloatArray, Interval, wilson
from analytics.measure.metric import Metric
from analytics.measure.metrics import METRICS, metrics_of
from analytics.measure.score_bins import BinnedSlices
from analytics.query.cohort import Clause
from analytics.query.engine import Engine

USUAL = 0.95
"""Confidence level up to which intervals are those of the pages."""


@dataclass(frozen=True)
class Measured:
    """The value of a gate, slice by slice.

    Attributes
    ----------
    slices : tuple of (str or None)
        The values of the column; of the whole cohort one, None.
    n : ndarray of shape (slices,)
        Rows that each value rests on.
    bounds : callable
        From a level to intervals of shape (slices,).
    is_of_labels : bool
        Whether more labels, and not more rows alone, make it surer.
    range_ : (float, float)
        The values that there are.
    more : tuple of str
        What was found besides, as new values.
    problem : str
        Why nothing can be decided.
    pairs : GatePairs or None
        Of pairs, whose they are and how they met.
    coming : Question or None
        Of which rows it is said how fast they come; None: of those that are measured.
    """

    slices: tuple[str | None, ...]
    n: FloatArray
    bounds: Bounds
    is_of_labels: bool = True
    range_: tuple[float, float] = (0.0, 1.0)
    more: tuple[str, ...] = ()
    problem: str = ""
    pairs: GatePairs | None = None
    coming: Question | None = None

    def of(self, place: int) -> Measured:
        """Return one slice alone."""

        def own(level: float) -> Interval:
            found = self.bounds(level)
            return as_arrays(*(float(end[place]) for end in (found.value, found.low, found.high)))

        return replace(self, slices=(self.slices[place],), n=self.n[place : place + 1], bounds=own)


def measured(engine: Engine, question: Question, gate: Gate, reference: Question | None) -> Measured:
    """Measure what a gate is about on the rows of a question.

    Raises
    ------
    QuestionError
        If the log has no such column, or cannot say it.
    """
    return _MEASURES[gate.about](engine, question, gate, reference)


def _metric(engine: Engine, question: Question, gate: Gate, _: Question | None) -> Measured:
    """Measure a metric of the registry."""
    log, metric = question.log, METRICS[gate.subject]
    has_score = log.mapping.has_score or not log.is_right_or_wrong
    offered = metrics_of(log.mapping.kind, has_score=has_score, has_interval=log.mapping.has_interval)
    if metric.name not in offered:
        raise QuestionError(
            f"Expected a metric that this log has, found {metric.name!r}. Choose from {', '.join(offered)}."
        )
    if metric.needs_probability and not log.is_probability:
        raise QuestionError(
            f"Expected scores between 0 and 1 for {metric.name!r}, found others. Choose a metric of the counts."
        )
    by, names = _by(gate), (metric.name,)
    scores = score_table(engine, question, by, names, is_weighted=True)
    options: dict[str, Any] = {
        "by": scores.by if by else (),
        "threshold_bin": scores.threshold_bin,
        "is_right_or_wrong": log.is_right_or_wrong,
    }
    units = units_of(engine, question, by, names, scores, is_weighted=True)

    def estimated(level: float) -> Interval:
        settings: dict[str, Any] = {"metrics": names, "level": level, "is_probability": log.is_probability}
        found = estimate_table(scores.frame, scores.edges, **settings, **options, **units)
        columns = (found[f"{metric.name}{end}"].cast(pl.Float64) for end in ("", "_low", "_high"))
        return Interval(*(column.fill_null(np.nan).to_numpy() for column in columns))

    counted = confusion_table(scores.frame, **options)
    counts = Counts.behind(counted) or Counts.of(counted)
    n = counts.judged if metric.denominator is None else metric.denominator(counts)
    bounds = _surer(estimated, metric, None if units else counts)
    is_of_labels = metric.name != "selection_rate"
    return Measured(_names(counted, scores.by if by else ()), n, bounds, is_of_labels, metric.range)


def _surer(estimated: Bounds, metric: Metric, counts: Counts | None) -> Bounds:
    """Return the intervals of a metric, exact beyond 95 % where it is a proportion of rows that stand alone."""

    def bounds(level: float) -> Interval:
        if level <= USUAL:
            return estimated(level)
        if metric.is_proportion and counts is not None and metric.numerator and metric.denominator:
            return exact_proportion(metric.numerator(counts), metric.denominator(counts), level)
        return stretched(estimated(USUAL), USUAL, level) if metric.estimator.reads_draws else estimated(level)

    return bounds


def _calibration(engine: Engine, question: Question, gate: Gate, _: Question | None) -> Measured:
    """Measure the mean score less the observed rate."""
    if not question.log.is_probability:
        raise QuestionError("Expected scores between 0 and 1 for calibration, found others. Leave this gate out.")
    by = _by(gate)
    scores = scored(engine, question, by)
    keys = scores.by if by else ()
    counted = confusion_table(scores.frame, by=keys, threshold_bin=0)
    worth = as_worth(scores.frame, keys)
    binned = BinnedSlices(worth, segments(counted, keys), len(scores.edges))
    counts = Counts.behind(counted) or Counts.of(counted)

    def bounds(level: float) -> Interval:
        found = [over_prediction(binned.alone(place)[1], level)[0] for place in range(counted.height)]
        return Interval(*(np.concatenate([getattr(each, end) for each in found]) for end in ("value", "low", "high")))

    return Measured(_names(counted, keys), counts.judged, bounds, range_=(-1.0, 1.0))


def _missing(engine: Engine, question: Question, gate: Gate, _: Question | None) -> Measured:
    """Measure the share of rows in which a column is missing."""
    name = question.log.column(gate.subject).name
    rows, _labelled = engine.row_counts(question.log, question.cohort, question.threshold)
    lacking = replace(question, cohort=question.cohort.with_clauses([Clause(name, "missing")]))
    n_missing, _labelled = engine.row_counts(lacking.log, lacking.cohort, lacking.threshold)
    n = np.array([rows], dtype=float)
    return Measured((None,), n, lambda level: wilson(np.array([n_missing]), n, level), is_of_labels=False)


def _new_values(engine: Engine, question: Question, gate: Gate, reference: Question | None) -> Measured:
    """Measure the share of rows whose value the reference does not have; every row is seen, so that it is known exactly."""
    if reference is None:
        raise QuestionError(
            "Expected a reference for new values, found none. Say which rows or which log are the reference."
        )
    name = question.log.column(gate.subject).name
    own, before = (
        engine.value_counts(side.log, side.cohort, side.threshold, side.log.column(name).name).drop_nulls("value")
        for side in (question, reference)
    )
    known = before["value"].cast(pl.String)
    new = own.with_columns(pl.col("value").cast(pl.String)).filter(~pl.col("value").is_in(known.implode()))
    rows = engine.row_counts(question.log, question.cohort, question.threshold)[0]
    return _exact(float(new["n"].sum()) / max(rows, 1), rows, more=tuple(new["value"].to_list()))


def _labels(engine: Engine, question: Question, gate: Gate, _: Question | None) -> Measured:
    """Measure how many labels are still to come, or how long ago the last day is that can be trusted."""
    answer = labels(engine, question)
    n = float(answer.buckets["n"].sum())
    if gate.subject == "days_not_trusted":
        days = np.nan if answer.trust is None else (answer.now - answer.trust).total_seconds() / 86_400
        return replace(_exact(days, n), range_=(0.0, np.inf))
    coming = float(answer.buckets["to_come"].sum())
    return _exact(coming / max(coming + float(answer.buckets["n_labelled"].sum()), 1.0), n)


def _exact(value: float, n: float, more: tuple[str, ...] = ()) -> Measured:
    """Return what is known without an interval."""
    return Measured((None,), np.array([n], dtype=float), lambda _: as_arrays(value, value, value), False, more=more)


_MEASURES: dict[str, Callable[[Engine, Question, Gate, Question | None], Measured]] = {
    "metric": _metric,
    "calibration": _calibration,
    "missing": _missing,
    "new_values": _new_values,
    "labels": _labels,
}


def _by(gate: Gate) -> tuple[str, ...]:
    """Return the columns that a gate slices by."""
    return () if gate.by is None else (gate.by,)


def _names(table: pl.DataFrame, keys: Sequence[str]) -> tuple[str | None, ...]:
    """Return the values of the slices as text; None for missing ones, and for the whole cohort."""
    return tuple(table[keys[0]].cast(pl.String).to_list()) if keys else (None,)
