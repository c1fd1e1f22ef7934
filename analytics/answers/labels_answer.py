"""Which weeks may be believed: how late labels come, what all of them will say, and up to when a metric is to be trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
import polars as pl

from analytics.answers.labels import arrival_of, coming_of, faded_since, label_days, one_class_since, selective_of
from analytics.answers.labels_arrivals import ageless, arrivals_so_far, arrived, counted_by, ripe_moment
from analytics.answers.labels_buckets import Known, areas_of, buckets_of, cuts_of
from analytics.answers.labels_expected import expected_of, with_expected
from analytics.answers.labels_sites import given_by, sites
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.measure.headline import headline
from analytics.measure.labels.arrivals import UNITS, Arrivals, arrivals_of
from analytics.measure.labels.curve import CurveSums, arrival_curve
from analytics.measure.labels.expectation import Expectation
from analytics.measure.labels.judged import Judged, losses_by_bin
from analytics.measure.labels.lateness import label_arrival
from analytics.measure.labels.maturing import Matured, Maturing
from analytics.measure.labels.selective import Selective
from analytics.measure.labels.trust import known_whole, last_trusted, stopped, trusted_days
from analytics.measure.labels.unlogged import with_unlogged
from analytics.measure.thresholds.costs import Costs
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine

_WEEK = 7
"""Days of a bucket that begins on a Monday."""


@dataclass(frozen=True)
class LabelsAnswer:
    """What is known of the labels of a cohort, and what the rest will say.

    Attributes
    ----------
    metric : str
        A name of the registry.
    now : datetime
        Beginning of the last whole day of which anything is known.
    every : str
        Length of a bucket: 1h, 1d or 1w.
    has_times : bool
        Whether the log says when labels came; without, only the labels that are there and the bounds are known.
    buckets : DataFrame
        ``bucket``, the fields of `Matured`, ``is_ripe``, ``expected`` of scores alone: the first one first.
    curve : DataFrame or None
        As `arrival_curve` says; ages in ``unit``.
    unit : str
        What an age counts: 1h, 1d or 1w.
    ripe_age : int or None
        The age from which on nearly all labels of either class are there; None where the log is too short for it.
    trust : datetime or None
        The last day up to which labels to come cannot move the metric by a point; None where there is no such day.
    weak_trust : datetime or None
        The last bucket whose interval is narrower than two points; weaker, since it is an estimate.
    since : Matured or None
        The rows after ``trust``; None where there are none.
    ripe_on : datetime or None
        When the newest bucket will be ripe.
    never : float
        Share of the rows of ripe days that have no label.
    stopped : datetime or None
        The day of the last label, where the feed of labels has stopped; all else is then as of that day.
    n_missed : float
        Labels that should have come since.
    selective : Selective or None
        What is known where labels hang on the decision.
    share_revised : float
        Share of the labels of the whole log that were another before: those that are there may still change.
    expectation : Expectation or None
        What scores alone say of the buckets that are not ripe; None where labels hang on the decision, since those that are there
        then do not tell what the others' scores mean.
    n_unlogged : float
        Rows that wait for their label and are not in the log, which holds only labelled ones; all counts have them.
    faded : datetime or None
        The day from which on ever fewer rows are positive, where all have a label: it may be negative until something happens.
    one_class : datetime or None
        The day from which on labels are of one class.
    is_too_short : bool
        Whether only one class says when its labels came, and the log is too short to see the last of them come: a row of the
        other class may still become one of it.
    rest : int or None
        The class whose rows count as it until something happens, 0 or 1.
    apart : (str, object) or None
        The column that says where labels were given, and the site whose labels differ most from the others' at equal scores.
    """

    metric: str
    now: datetime
    every: str
    has_times: bool
    buckets: pl.DataFrame
    curve: pl.DataFrame | None
    unit: str
    ripe_age: int | None
    trust: datetime | None
    weak_trust: datetime | None
    since: Matured | None
    ripe_on: datetime | None
    never: float
    stopped: datetime | None
    n_missed: float
    selective: Selective | None = None
    share_revised: float = 0.0
    expectation: Expectation | None = None
    n_unlogged: float = 0.0
    faded: datetime | None = None
    one_class: datetime | None = None
    is_too_short: bool = False
    rest: int | None = None
    apart: tuple[str, Any] | None = None


def labels(engine: Engine, question: Question, metric: str | None = None, costs: Costs | None = None) -> LabelsAnswer:
    """Answer "which weeks may be believed?"; ``costs`` are those of the metric cost.

    Raises
    ------
    QuestionError
        If the log has no times or no labels, or the metric cannot be matured.
    """
    log = question.log
    _require_times(log)
    metric = metric or headline(*log.class_counts).metric
    (unit, per_bucket), cuts = counted_by(log), cuts_of(engine, question, metric)
    flagged = np.array([cut >= question.threshold for cut in (-np.inf, *cuts)]) if cuts else np.array([True])
    table, now = arrived(engine, question, unit, cuts)
    judged = Judged(metric, flagged, log.is_right_or_wrong, losses_by_bin(table, len(flagged)), costs)
    first = int(np.argmax(flagged)) if flagged.any() else len(flagged)
    arrivals = arrivals_of(table, unit, now, len(flagged), first)
    answer, found = _answer(engine, question, arrivals, judged, per_bucket), None
    if answer.selective is None and log.mapping.has_score:
        found = expected_of(engine, question, metric, answer.every, answer.buckets, costs)
    if answer.ripe_age is not None and ageless(question) != question:
        answer = _ripe_as_all(answer, arrivals_so_far(engine, ageless(question)))
    revised = log.n_revised / max(log.n_labelled, 1)
    expected = with_expected(answer.buckets, found)
    answer = replace(answer, expectation=found, share_revised=revised, buckets=expected)
    given = given_by(log)
    found_apart = None if given is None else sites(engine, question, given).sites.filter(pl.col("is_apart"))
    apart = None if found_apart is None or found_apart.is_empty() else (str(given), found_apart["site"][0])
    return replace(answer, faded=faded_since(engine, question), one_class=one_class_since(question), apart=apart)


def _ripe_as_all(answer: LabelsAnswer, arrivals: Arrivals | None) -> LabelsAnswer:
    """Return an answer of rows up to a day with the age at which labels are ripe whenever rows were predicted."""
    ripe = None if arrivals is None else CurveSums(arrivals).curves().ripe
    if ripe is None or answer.ripe_age is None or answer.ripe_on is None:
        return answer
    later = (ripe - answer.ripe_age) * UNITS[answer.unit]
    return replace(answer, ripe_age=ripe, ripe_on=answer.ripe_on + later)


def mature(engine: Engine, question: Question) -> Question:
    """Return a question of the rows alone that are old enough for nearly all of their labels to be there.

    Raises
    ------
    QuestionError
        If the log has no times or no labels, or is too short to see the last labels come.
    """
    _require_times(question.log)
    begins = ripe_until(engine, question)
    if begins is None:
        raise QuestionError(
            "Expected a log that is long enough to see its last labels come, found none. Ask for all rows instead."
        )
    end = begins - timedelta(microseconds=1)
    until = end.date().isoformat() if begins.time() == time() else end.isoformat(" ", "seconds")
    clauses = (*question.cohort.clauses, Clause(str(question.log.mapping.time), "le", (until,)))
    return replace(question, cohort=Cohort(clauses, question.cohort.outcomes))


def ripe_until(engine: Engine, question: Question) -> datetime | None:
    """Return the moment up to which rows are old enough for nearly all of their labels to be there; None where nothing tells."""
    log, question = question.log, ageless(question)
    if log.time_low is None or not log.n_labelled:
        return None
    if (arrivals := arrivals_so_far(engine, question)) is not None:
        return ripe_moment(arrivals)
    days = label_days(engine, question)
    found = None if days is None else label_arrival(days)
    if found is None or days is None:
        return None
    last: datetime = days["bucket"].max()  # type: ignore[assignment]
    return last + timedelta(days=1) if found.since is None else found.since


def unripe_from(engine: Engine, question: Question) -> datetime | None:
    """Return the moment from which on labels still come in; None where no row is so young, or nothing tells."""
    log = question.log
    n, n_labelled = engine.row_counts(log, question.cohort, question.threshold)
    if log.time_low is None or (n == n_labelled and log.mapping.label_time is None):
        return None
    if log.mapping.label_time is None:  # counted by day alone, at any threshold: one short query
        return None if (arrival := arrival_of(engine, question)) is None else arrival.since
    found = ripe_until(engine, question)
    return found if found is not None and found <= datetime.fromisoformat(str(log.time_high)) else None


def feed_stopped(engine: Engine, question: Question) -> tuple[datetime, float] | None:
    """Return the day of the last label and how many should have come since; None where their feed goes on, or nothing tells."""
    if question.log.mapping.label_time is None or question.log.time_low is None:
        return None
    unit, _ = counted_by(question.log)
    try:
        table, now = arrived(engine, question, unit, ())
    except QuestionError:  # no row of a whole day: too little to tell
        return None
    arrivals = arrivals_of(table, unit, now, 1, 0)
    found = stopped(arrivals)
    return None if found is None else (arrivals.moment(found[0]), found[1])


def _require_times(log: Log) -> None:
    """Refuse a log of which it cannot be told how labels come."""
    if log.time_low is None or not log.n_labelled:
        what = "times" if log.n_labelled else "labels"
        raise QuestionError(
            f"Expected a log with times and labels, found no {what}. Choose a column for them in the mapping."
        )


def _known_whole(engine: Engine, question: Question, arrivals: Arrivals) -> Arrivals:
    """Return what was known at the end of the last day whose labels are all in.

    Of rows up to a day that is told by all rows: fewer labels come after that day because no later rows are asked about.
    """
    whole = None if ageless(question) == question else arrivals_so_far(engine, ageless(question))
    return known_whole(arrivals) if whole is None else arrivals.known_at(min(arrivals.now, whole.now))


def _answer(engine: Engine, question: Question, arrivals: Arrivals, judged: Judged, per_bucket: int) -> LabelsAnswer:
    """Put together what is known, with as much of it as the times of the labels allow."""
    has_times = bool((arrivals.age > 0).any() or question.log.mapping.label_time)
    ended = stopped(arrivals) if has_times else None
    n_missed = ended[1] if ended else 0.0
    whole, arrivals = arrivals, arrivals.known_at(ended[0]) if ended else arrivals
    arrivals = with_unlogged(_known_whole(engine, question, arrivals)) if has_times else arrivals
    offset = arrivals.start.weekday() if per_bucket == _WEEK else 0
    of_day = (np.arange(arrivals.n_days) + offset) // per_bucket
    curves = CurveSums(arrivals).curves() if has_times else None
    maturing = Maturing(arrivals, of_day, judged) if curves is not None and curves.ripe is not None else None
    there, is_too_short = arrivals.there(), maturing is None and arrivals.rest is not None
    if is_too_short:
        to_come, never = arrivals.waiting, 0.0
    elif maturing is not None:
        to_come, never = maturing.to_come(), maturing.share_never
        there = maturing.settled(np.arange(arrivals.n_days), to_come)
    else:
        to_come, never = coming_of(engine, question, arrivals.rows, arrivals.waiting)
    may_come = to_come if maturing is None else maturing.open()
    day = last_trusted(trusted_days(judged, there, may_come, per_bucket))
    last = int(arrivals.day.max())
    known = Known(arrivals, judged, maturing, to_come, areas_of(engine, question, judged, arrivals))
    buckets = buckets_of(known, of_day, offset)
    weak = buckets.filter(pl.col("high") - pl.col("low") <= 2 * judged.point)["bucket"]
    rest = np.arange(0 if day is None else day + 1, arrivals.n_days)
    has_rest = bool(np.isin(arrivals.day, rest).any())
    ripe = None if maturing is None else maturing.ripe
    unit = UNITS[arrivals.every]
    is_cut = ageless(question) != question  # no later row of the newest bucket is asked about
    end = arrivals.moment(last + 1 if is_cut else (int(of_day[last]) + 1) * per_bucket - offset)
    return LabelsAnswer(
        metric=judged.metric,
        now=whole.moment(whole.now),
        every="1w" if per_bucket == _WEEK else arrivals.every,
        has_times=has_times,
        buckets=buckets,
        curve=arrival_curve(arrivals) if has_times else None,
        unit=arrivals.every,
        ripe_age=ripe,
        trust=None if day is None else arrivals.moment(min(day, last)),
        weak_trust=None if maturing is None or weak.is_empty() else weak.max(),  # type: ignore[arg-type]
        since=known.of(rest) if has_rest else None,
        ripe_on=None if ripe is None else end + ripe * unit,
        never=never,
        stopped=arrivals.moment(ended[0]) if ended else None,
        n_missed=n_missed,
        selective=selective_of(engine, question),
        n_unlogged=arrivals.n_unlogged,
        is_too_short=is_too_short,
        rest=arrivals.rest,
    )
