"""The day since which the model is worse, and the two spans of days that Gap takes apart."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analytics.answers.brief.costs import weights_of
from analytics.answers.brief.finding import Asking, CourseParts, Finding
from analytics.answers.brief.size import Size
from analytics.answers.gap.sides import BY_TIME
from analytics.answers.labels_turning import settled
from analytics.answers.overview import bucket
from analytics.answers.overview_course import LEAST, followed, is_told, rate_of
from analytics.answers.overview_shifted import effect_of, since_clauses
from analytics.answers.question import Question
from analytics.measure.course import risen, spell
from analytics.measure.course_recent import recent
from analytics.measure.headline import OTHER_KIND
from analytics.measure.intervals import normal_quantile
from analytics.measure.labels.selective import selective
from analytics.query.engine import Engine
from analytics.query.outcomes import first_rows

_SPANS = {
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
    "1w": timedelta(days=7),
    "1mo": timedelta(days=31),
}
"""How long a bucket is, at most."""
_LEVEL = 0.95
"""Confidence level of intervals. Convention of the house."""
_MOST_VERSIONS = 50
"""Values from which on a column of versions tells rows apart, and no releases. A judgement."""


def worse_since(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return the day since which errors are clearly more frequent, up to the end of the log, else the days in which they were.

    What to do follows from what changed then: the finding opens Gap with the days before and since as its sides. Where misses
    lead and are no more frequent, false alarms that are stand there, and the other way round.
    """
    metric = rate_of(asking.leading_metric)
    found, other = _since(engine, asking, metric), OTHER_KIND.get(metric)
    return found or (_since(engine, asking, other) if other and asking.is_by_headline else ())


def _since(engine: Engine, asking: Asking, metric: str) -> tuple[Finding, ...]:
    """Return since when, or when, one rate of errors is clearly higher."""
    log, every = asking.question.log, bucket(asking.question.log)
    question = None if every is None or log.ranks_wrong_way else settled(engine, asking.question)
    if question is None or every is None:
        return ()
    scores = engine.score_table(log, question.cohort, question.threshold, sums=())
    if not log.is_right_or_wrong and selective(scores.frame, scores.threshold_bin) is not None:
        return ()
    table = engine.time_table(log, question.cohort, question.threshold, every, is_weighted=True).drop_nulls("bucket")
    days, errors, n, unlabelled = followed(table, metric, every)
    counts = errors, n, unlabelled, effect_of(engine, question, metric)
    found, of_one_day = risen(*counts), False
    if every == "1h":
        told = None if found is None else is_told(every, days, errors, n, found, counts[-1])
        found, of_one_day = (None if told is None else found), bool(told)
    elif found is None:
        now = recent(*counts, most=LEAST[every] - 1) if every == "1d" else None
        found = now if now and now.after > now.before else spell(*counts, least=LEAST.get(every, 1))
    if found is None:
        return ()
    since = days[found.place]
    ends = (found.more.value, found.more.low, found.more.high)
    size = Size(*(float(end) for end in ends))
    if asking.has_costs:
        then = [day >= since and (found.end is None or day < days[found.end]) for day in _begins(table, every)]
        size = _dearer(table, np.array(then), weights_of(engine, asking), counts[-1])
        if not size.value > 0:
            return ()  # more errors that cost less: another mix of both kinds, which the threshold answers
    began = _version_begun(engine, question, since, _SPANS[every]) if found.end is None else None
    first, last = (str(text)[:10] for text in (log.time_low, log.time_high))
    if question != asking.question:  # those after that are young
        last = (date.fromisoformat(question.cohort.clauses[-1].values[0]) - timedelta(days=1)).isoformat()
    until = None
    if found.end is not None:
        last = until = (days[found.end] - timedelta(days=1)).isoformat()
    rates = metric, found.before, found.after
    lasted = float((date.fromisoformat(last) - date.fromisoformat(since.isoformat()[:10])).days + 1)
    parts = CourseParts(*rates, since.isoformat(), found.n_before, found.n_after, began, until, lasted, of_one_day)
    if isinstance(since, datetime):  # the sides of Gap are whole days
        return (Finding("course", "overview", parts, size, clauses=since_clauses(question, since)),)
    sides = ("then_from", "then_to", "now_from", "now_to")
    spans = (first, (since - timedelta(days=1)).isoformat(), since.isoformat(), last)
    return (Finding("course", "gap", parts, size, asked=(("apart", BY_TIME), *zip(sides, spans, strict=True))),)


def _begins(table: pl.DataFrame, every: str) -> list[date]:
    """Return the first day of each bucket, with its hour where buckets are hours."""
    return [moment if every == "1h" else moment.date() for moment in table["bucket"]]


def _dearer(table: pl.DataFrame, then: NDArray[np.bool_], weights: tuple[float, float], effect: float) -> Size:
    """Return what the errors of some buckets cost beyond the cost of a row in all others, with its interval at 95 %.

    Parameters
    ----------
    table : DataFrame
        Counts by bucket.
    then : ndarray of bool of shape (buckets,)
        The buckets.
    weights : (float, float)
        What a miss and what a false alarm costs.
    effect : float
        How many times the variance of independent rows that of these rows is.

    Notes
    -----
    The cost of a row takes three values, so that its variance is that of its counts; both means are taken as normal.
    """
    counts = table.select("fn", "fp", n=pl.sum_horizontal("tp", "fp", "fn", "tn")).cast(pl.Float64).to_numpy()
    (fn, fp, n), others = counts[then].sum(axis=0), counts[~then].sum(axis=0)
    by_row = np.array([fn, fp]) / n, others[:2] / others[2]
    change = float((by_row[0] - by_row[1]) @ np.array(weights))
    variance = sum(
        (shares @ np.square(weights) - (shares @ np.array(weights)) ** 2) * effect / rows
        for shares, rows in zip(by_row, (n, others[2]), strict=True)
    )
    half = normal_quantile(_LEVEL) * float(np.sqrt(variance))
    return Size(*(float(n) * end for end in (change, change - half, change + half)))


def _version_begun(engine: Engine, question: Question, since: date, span: timedelta) -> str | None:
    """Return the model version whose first row is of that bucket of days or of the one before; None where none is, or several."""
    log = question.log
    version = log.mapping.model_version
    if version is None or not 1 < log.column(version).n_distinct <= _MOST_VERSIONS:
        return None
    firsts = first_rows(engine, log, question.cohort, question.threshold, version)
    begins = pl.col("first") if isinstance(since, datetime) else pl.col("first").cast(pl.Date)
    begun = firsts.filter(
        begins.is_between(since - span, since + span, closed="left") & (pl.col("first") > pl.col("first").min())
    )
    return str(begun["value"][0]) if begun.height == 1 else None
