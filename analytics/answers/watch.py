"""Has it changed: a headline metric, its slices and the missing rates of inputs, week by week against a baseline."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl

from analytics.answers.labels import arrival_of, selective_of
from analytics.answers.labels_answer import ripe_until
from analytics.answers.overview_course import shift_within
from analytics.answers.question import Question
from analytics.answers.watch_streams import WEEKS, Stream, WatchAnswer, by_week, same_files
from analytics.errors import QuestionError
from analytics.log.kept.watch import Watching
from analytics.measure.counts import Counts
from analytics.measure.headline import headline
from analytics.measure.metrics import METRICS
from analytics.measure.watch.baseline import excess_over
from analytics.measure.watch.bounds import ALPHA, anytime_bounds
from analytics.measure.watch.change import follow_each_other, lacks_labels, spell_of, step_of, sum_from
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.repeats import same_rows
from analytics.query.where import parse_where

_MAX_STREAMS = 20
"""Slices, and inputs, that are watched at most (METHODS.md, section 6)."""
_BASELINE_WEEKS = 8
"""Weeks at the beginning of a log that are its baseline at most; of a shorter log the first half. By hand."""
_WEEK = timedelta(days=7)
_REPEATED = "duplicate-ids"
"""What preflight calls rows that repeat an id."""
_ROLES = ("label", "label_time", "score", "decision", "row_id", "time", "weight", "unit", "model_version", "amount")


def proposed_watching(
    engine: Engine,
    question: Question,
    *,
    metric: str | None = None,
    by: str | None = None,
    weeks: int | None = None,
    reference: tuple[str, ...] = (),
) -> Watching:
    """Return what to watch of a log: the metric that leads, against its first weeks, or against the rows of a reference.

    Raises
    ------
    QuestionError
        If the log has no times, the metric is no share of rows, or there is not a whole week of either.
    """
    log = question.log
    if log.mapping.time is None or log.time_low is None:
        raise QuestionError("Expected a log with times to watch, found none. Choose a column for them in the mapping.")
    metric = metric or headline(*log.class_counts).metric
    if metric not in METRICS or not METRICS[metric].is_proportion:
        shares = ", ".join(name for name, each in METRICS.items() if each.is_proportion)
        raise QuestionError(f"Expected a metric that is a share of rows, found {metric!r}. Choose from {shares}.")
    if by is not None:
        log.column(by)
    if reference:
        days = _days(engine, _within(question, reference))
        if days.is_empty():
            raise QuestionError("Expected rows in the reference, found none. Correct its filters.")
        first, last = days["bucket"].min(), days["bucket"].max()
        until = last + timedelta(days=1)  # type: ignore[operator]
        return Watching(metric, by, _iso(first), _iso(until), reference)
    days = _days(engine, question)
    start: datetime = days["bucket"].min()  # type: ignore[assignment]
    end = _limit(engine, question, metric, days)
    whole = (end - start) // _WEEK
    chosen = weeks if weeks is not None else max(min(_BASELINE_WEEKS, whole // 2), 1)
    if whole < chosen:
        raise QuestionError(
            f"Expected {chosen} whole {'week' if chosen == 1 else 'weeks'} as a baseline, found {whole}. Watch again later."
        )
    return Watching(metric, by, _iso(start), _iso(start + chosen * _WEEK))


def watch(engine: Engine, question: Question, watching: Watching) -> WatchAnswer:
    """Answer "has it changed?", with bounds that hold however often it is asked.

    Labels that are still to come are waited for: weeks are looked at once they are ripe. Missing rates need no label, and are
    looked at as they come.
    """
    metric = METRICS[watching.metric]
    days = _days(engine, question)
    newest: datetime = days["bucket"].max()  # type: ignore[assignment]
    until = _limit(engine, question, watching.metric, days)
    now = newest + timedelta(days=1)
    first = datetime.fromisoformat(watching.baseline_until)
    is_late = _is_late(engine, question, watching.metric)
    whole = Stream("headline", None, None, pl.DataFrame())
    streams = [_metric_stream(engine, question, watching, whole, until, ALPHA, is_late=is_late)]
    further = [*_slices(question, watching), *_inputs(question)]
    part = ALPHA / max(len(further), 1)
    for stream in further:
        if stream.kind == "slice":
            streams.append(_metric_stream(engine, question, watching, stream, until, part, is_late=is_late))
        else:
            followed = _input_stream(engine, question, watching, stream, days, now, part)
            streams += [] if followed is None else [followed]
    seen = max((until - first) // _WEEK, 0)
    return WatchAnswer(
        replace(watching, metric=metric.name),
        tuple(streams),
        (first + seen * _WEEK).date(),
        max((now - first) // _WEEK - seen, 0),
        is_late,
        sum(found.rows or 0 for found in question.log.findings if found.code == _REPEATED),
        same_files(question),
        selective_of(engine, question),
        _same_rows(engine, question),
        _unsettled(engine, question, watching, days),
    )


def _unsettled(engine: Engine, question: Question, watching: Watching, days: pl.DataFrame) -> date | None:
    """Return the day since which errors were others within what says what is usual; None where rows belong together."""
    if question.log.mapping.unit is not None:
        return None
    base = _days(engine, _within(question, watching.reference)) if watching.reference else days
    return shift_within(base, watching, datetime.fromisoformat(watching.baseline_until))


def _same_rows(engine: Engine, question: Question) -> int:
    """Count the rows of several files that are the same as one before, where no id tells that."""
    log = question.log
    return same_rows(engine, log) if len(log.reading.origin.files) > 1 and log.mapping.row_id is None else 0


def _is_late(engine: Engine, question: Question, metric: str) -> bool:
    """Whether labels that a metric rests on come late, and the log does not say when."""
    if metric == "selection_rate" or question.log.mapping.label_time is not None:
        return False
    arrival = arrival_of(engine, question)
    return arrival is not None and arrival.is_late


def _limit(engine: Engine, question: Question, metric: str, days: pl.DataFrame) -> datetime:
    """Return the moment up to which rows can be looked at: to the newest day, or up to which labels are there."""
    last: datetime = days["bucket"].max()  # type: ignore[assignment]
    if metric == "selection_rate":
        return last + timedelta(days=1)
    ripe = ripe_until(engine, question)
    if ripe is None:
        raise QuestionError(
            "Expected a log that is long enough to see its last labels come, found none. Watch again later, or watch the "
            "selection rate, which needs no label."
        )
    return min(ripe, last + timedelta(days=1))


def _days(engine: Engine, question: Question) -> pl.DataFrame:
    """Count a cohort by day, rows without a time left out."""
    return engine.time_table(question.log, question.cohort, question.threshold, "1d").drop_nulls("bucket")


def _within(question: Question, where: tuple[str, ...]) -> Question:
    """Return a question with further filters."""
    names = [column.name for column in question.log.columns]
    return _with(question, *(parse_where(text, names) for text in where))


def _with(question: Question, *clauses: Clause) -> Question:
    cohort = question.cohort
    return replace(question, cohort=Cohort((*cohort.clauses, *clauses), cohort.outcomes))


def _slices(question: Question, watching: Watching) -> list[Stream]:
    """Return the slices that are watched, those with most rows."""
    if watching.by is None:
        return []
    values = [value for value, _ in question.log.column(watching.by).top[:_MAX_STREAMS]]
    return [Stream("slice", watching.by, value, pl.DataFrame()) for value in values]


def _inputs(question: Question) -> list[Stream]:
    """Return the inputs whose missing rates are watched, those with most missing values first."""
    mapping = question.log.mapping
    roles = {getattr(mapping, role) for role in _ROLES}
    columns = [column for column in question.log.columns if column.name not in roles and column.n_missing]
    columns.sort(key=lambda column: (-column.n_missing, column.position))
    return [Stream("input", column.name, None, pl.DataFrame()) for column in columns[:_MAX_STREAMS]]


def _metric_stream(
    engine: Engine,
    question: Question,
    watching: Watching,
    stream: Stream,
    until: datetime,
    alpha: float,
    *,
    is_late: bool,
) -> Stream:
    """Follow a metric of all rows or of a slice."""
    if stream.column is not None and stream.value is not None:
        question = _with(question, Clause(stream.column, "in", (stream.value,)))
    base = _within(question, watching.reference)
    days = [_days(engine, each) for each in (question, base)]
    own, before = (_shares(each, watching.metric) for each in days)
    labelled = [each.select("bucket", "n", hits="n_labelled") for each in days] if is_late else None
    return _followed(stream, own, before, watching, until, alpha, labelled)


def _input_stream(
    engine: Engine,
    question: Question,
    watching: Watching,
    stream: Stream,
    days: pl.DataFrame,
    until: datetime,
    alpha: float,
) -> Stream | None:
    """Follow the missing rate of an input; None of one that the baseline did not have: that it is there now breaks nothing."""
    clause = Clause(str(stream.column), "missing")

    def shares(whole: Question, of_all: pl.DataFrame) -> pl.DataFrame:
        lacking = _days(engine, _with(whole, clause)).select("bucket", hits="n")
        joined = of_all.select("bucket", "n").join(lacking, on="bucket", how="left", maintain_order="left")
        return joined.select("bucket", pl.col("hits").fill_null(0), "n")

    own = shares(question, days)
    base = _within(question, watching.reference)
    before = shares(base, _days(engine, base)) if watching.reference else own
    start, end = (datetime.fromisoformat(day) for day in (watching.baseline_from, watching.baseline_until))
    known = before.filter(pl.col("bucket").is_between(start, end, closed="left"))
    if known["n"].sum() and known["hits"].sum() == known["n"].sum():
        return None
    return _followed(stream, own, before, watching, until, alpha)


def _shares(days: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return what a share is of and how many rows are, by day: ``bucket, hits, n``."""
    counts = Counts.of(days.with_columns(n_unscored=pl.col("n") - pl.col("n_scored")))
    metric = METRICS[name]
    assert metric.numerator is not None and metric.denominator is not None
    return days.select("bucket").with_columns(
        hits=pl.Series(metric.numerator(counts)), n=pl.Series(metric.denominator(counts))
    )


def _followed(
    stream: Stream,
    own: pl.DataFrame,
    before: pl.DataFrame,
    watching: Watching,
    until: datetime,
    alpha: float,
    labelled: list[pl.DataFrame] | None = None,
) -> Stream:
    """Hold the weeks after the baseline against it; where labels are late those of the weeks and of the baseline tell."""
    start, end = (datetime.fromisoformat(day) for day in (watching.baseline_from, watching.baseline_until))
    looks, base_weeks = max((until - end) // _WEEK, 0), max(-(-(end - start).days // 7), 1)
    if not looks:
        return replace(stream, weeks=pl.DataFrame(schema=WEEKS))
    hits, n = by_week(own, end, looks)
    base_hits, base_n = by_week(before, start, base_weeks)
    found = excess_over(hits, n, base_hits, base_n)
    bounds = anytime_bounds(found.seen, found.n, found.variance, found.error, alpha, found.beyond)
    begins = [end + place * _WEEK for place in range(looks)]
    half = np.where(np.isfinite(bounds.half), bounds.half, np.nan)
    hits_by_week = hits.sum(-1)
    since = np.maximum(sum_from(found.n, bounds.start), 1)
    usual = sum_from(found.expected * found.n, bounds.start) / since + bounds.usual
    mean = np.where(found.n > 0, usual + bounds.shift, np.nan)
    alone = bounds.is_apart & (bounds.start == np.arange(looks))
    step = np.where(
        alone,
        spell_of(found.seen, found.n, bounds.is_apart),
        step_of(found.seen, found.n, found.variance, bounds.shift, bounds.usual, bounds.is_apart),
    )
    later = sum_from(found.n, step)
    is_alarm, is_untold = bounds.is_alarm(), np.zeros(looks, dtype=bool)
    if labelled is not None:
        (known, rows), (base_known, base_rows) = (
            by_week(labelled[0], end, looks),
            by_week(labelled[1], start, base_weeks),
        )
        lacks = lacks_labels(known.sum(-1), rows.sum(-1), float(base_known.sum()), float(base_rows.sum()), bounds.start)
        is_alarm, is_untold = is_alarm & ~lacks, is_alarm & lacks
    filled = np.flatnonzero(found.n > 0)
    shown = [int(filled[filled >= place][0]) if (filled >= place).any() else place for place in bounds.start.tolist()]
    weeks = pl.DataFrame(
        {
            "week": begins,
            "n": found.n.astype(np.int64),
            "rate": np.where(found.n > 0, hits.sum(-1) / np.maximum(found.n, 1), np.nan),
            "expected": found.expected,
            "since": [begins[place] for place in shown],
            "mean": mean,
            "usual": usual,
            "low": np.clip(usual - half, 0, 1),
            "high": np.clip(usual + half, 0, 1),
            "is_alarm": is_alarm,
            "changed": [begins[place] for place in step.tolist()],
            "rate_since": np.where(later > 0, sum_from(hits_by_week, step) / np.maximum(later, 1), np.nan),
            "is_untold": is_untold,
            "is_apart": bounds.is_apart & ~is_untold,
        },
        schema=WEEKS,
    )
    own_weeks = found.seen[found.n > 0] / np.sqrt(np.maximum(found.variance[found.n > 0], 1e-12))
    follows = follow_each_other(np.concatenate([found.beyond.base, own_weeks]))
    return replace(stream, weeks=weeks.with_columns(pl.col(pl.Float64).fill_nan(None)), follows=follows)


def _iso(moment: object) -> str:
    """Write a day."""
    assert isinstance(moment, datetime)
    return moment.date().isoformat()
