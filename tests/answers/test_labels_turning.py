"""Rows that count as of one class only until something happens: said before every number, left out when mature rows are asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import brief
from analytics.answers.brief.finding import Asking
from analytics.answers.labels_answer import labels, mature
from analytics.answers.labels_arrivals import arrivals_so_far
from analytics.answers.labels_turning import turning
from analytics.answers.overview import overview
from analytics.answers.overview_course import RATES, last_shifts
from analytics.answers.overview_shifted import shifted_since
from analytics.answers.question import Question
from analytics.answers.report.asking import ReportAsking
from analytics.answers.thresholds.answer import thresholds
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.deciding import deciding
from analytics.answers.thresholds.priced import priced
from analytics.log.schema import Log
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.present.readings.brief import finding_sentence
from analytics.present.readings.labels import labels_reading
from analytics.present.readings.labels_figures import arrival_reading
from analytics.present.readings.overview import overview_reading
from analytics.present.readings.overview_cautions import cautioned
from analytics.present.readings.thresholds_deciding import decision_reading
from analytics.present.report.sections.whose import whose_gates
from analytics.present.tables.thresholds import deciding_json
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.commands.test_command_line import run
from tests.ingested import Desk

START, N = datetime(2025, 1, 1), 6_000


def rows(n_days: int, *, is_positive_late: bool = True, longest: int = 40) -> pl.DataFrame:
    """What happens to a fifth of the rows happens within some days; nothing is written of what has not happened yet."""
    draw = np.random.default_rng(7)
    day = np.sort(draw.integers(0, n_days, N))
    score = draw.beta(1.5, 4, N)
    happens = draw.random(N) < (score if is_positive_late else 1 - score)
    on = day + draw.integers(3, longest, N)
    is_seen = happens & (on < n_days)
    return pl.DataFrame(
        {
            "at": [START + timedelta(days=int(each)) for each in day],
            "score": score,
            "label": (is_seen if is_positive_late else ~is_seen).astype(int),
            "closed_on": [
                START + timedelta(days=int(each)) if seen else None for each, seen in zip(on, is_seen, strict=True)
            ],
        }
    )


def logged(desk: Desk, frame: pl.DataFrame) -> Log:
    read = desk.stage(frame)
    return desk.build(read, replace(read.mapping, time="at", label="label", label_time="closed_on"))


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


@pytest.mark.parametrize("is_positive_late", [True, False])
def test_rows_that_are_too_young_are_said_before_every_number(
    desk: Desk, engine: Engine, is_positive_late: bool
) -> None:
    log = logged(desk, rows(200, is_positive_late=is_positive_late))
    own, other = ("negative", "positive") if is_positive_late else ("positive", "negative")
    codes = {found.code for found in log.findings}
    assert "may-turn" in codes and not codes & {"one-class-after", "label-of-times"}
    question = Question(log, Cohort(), 0.5)
    young = turning(engine, question)
    assert young is not None and young.since is not None and young.is_positive != is_positive_late
    assert timedelta(days=200 - 45) < young.since - START < timedelta(days=200 - 30)
    assert young.n_young == int((desk.stored(log)["moment"] >= young.since).sum())
    said = f"Rows from {young.since.day} {young.since:%b %Y} on that count as {own} may still become {other}: "
    assert overview_reading(overview(engine, question), question).startswith(said)
    first = brief(engine, Asking(question)).findings[0]
    assert finding_sentence(first, log).startswith(said) and first.clauses[0].values == (
        young.since.date().isoformat(),
    )
    assert cautioned("Fine.", question, young=[young]).startswith(said)
    assert cautioned("Fine.", question, young=[young, young]).count("may still become") == 1
    answer = labels(engine, question)
    assert answer.rest == int(not is_positive_late) and answer.one_class is None
    assert f"Half of the {other} labels that come are there after" in arrival_reading(answer)
    assert f"count as {own} may still become {other}" in labels_reading(answer).partition("\n")[0]
    table = engine.time_table(log, Cohort(), 0.5, "1w")
    assert last_shifts(table, "1w", dict.fromkeys(RATES, 1.0)), "errors end with the labels that have not come"
    assert not overview(engine, question).shifts and shifted_since(engine, question) is None
    kept = mature(engine, question)
    assert turning(engine, kept) is None and mature(engine, kept).cohort.clauses[-1] == kept.cohort.clauses[-1]
    assert overview_reading(overview(engine, kept), kept).count("may still become") == 0
    assert cautioned("Fine.", kept, young=[turning(engine, kept)]) == "Fine."
    until = Question(log, Cohort((Clause("at", "le", (str(young.since.date() + timedelta(days=3)),)),)), 0.5)
    few = turning(engine, until)
    assert few is not None and few.since == young.since and 0 < few.n_young < young.n_young


def test_a_log_that_is_too_short_says_so(desk: Desk, engine: Engine) -> None:
    question = Question(logged(desk, rows(50, longest=49)), Cohort(), 0.5)
    young = turning(engine, question)
    assert young is not None and young.since is None and young.n_young == young.n == N
    said = "Rows that count as negative may still become positive, and the log is too short to see the last of them."
    assert overview_reading(overview(engine, question), question).startswith(said)


def test_labels_that_all_have_times_or_none_do_not_turn(desk: Desk, engine: Engine) -> None:
    frame = rows(200).with_columns(closed_on=pl.col("at") + pl.duration(days=4))
    for log in (logged(desk, frame), desk.log(frame.drop("closed_on"))):
        assert "may-turn" not in {found.code for found in log.findings}
        assert turning(engine, Question(log, Cohort(), 0.5)) is None


def test_rows_that_are_all_old_enough_are_not_doubted(desk: Desk, engine: Engine) -> None:
    """Complaints about rows that ended two months before the last of them came."""
    frame = rows(200).filter(pl.col("at") < START + timedelta(days=100))
    is_last = (pl.col("label") == 1) & (pl.col("closed_on") == pl.col("closed_on").max())
    frame = frame.with_columns(closed_on=pl.when(is_last).then(START + timedelta(days=160)).otherwise("closed_on"))
    log = logged(desk, frame)
    assert "may-turn" in {found.code for found in log.findings}
    told = run("slices", str(desk.frame(frame)), "--label-time", "closed_on", "--time", "at", "--label", "label")
    assert told.exit_code == 0 and "may still become" not in told.stderr
    question = Question(log, Cohort(), 0.5)
    asking = Asking(question)
    assert turning(engine, question) is None
    lead, _ = whose_gates(
        {"overview": overview(engine, question)}, brief(engine, asking), ReportAsking(question, "recall")
    )
    assert "labels are right" not in lead
    young = run("slices", str(desk.frame(rows(200))), "--label-time", "closed_on", "--time", "at", "--label", "label")
    assert young.stderr.startswith("Rows from ") and "may still become positive: judge those before." in young.stderr


@pytest.mark.parametrize(("share", "turns"), [(0.45, True), (0.55, False)])
def test_preflight_and_labels_agree_on_which_class_has_times(
    desk: Desk, engine: Engine, share: float, turns: bool
) -> None:
    """The check looks before there are answers: from the same share of times on both take a class as one that has them."""
    frame = rows(200)
    has_time = (pl.col("label") == 1) | (pl.int_range(pl.len()) % 100 < 100 * share)
    log = logged(desk, frame.with_columns(closed_on=pl.when(has_time).then(pl.col("at") + pl.duration(days=4))))
    arrivals = arrivals_so_far(engine, Question(log, Cohort(), 0.5))
    assert ("may-turn" in {found.code for found in log.findings}) == turns
    assert arrivals is not None and (arrivals.rest is not None) == turns


def test_the_line_is_chosen_by_rows_that_no_longer_turn(desk: Desk, engine: Engine) -> None:
    """The young count as negative: all rows together want a higher threshold than the truth does."""
    log, policy = logged(desk, rows(200)), Policy(Costs(fp=1, fn=1))
    question = Question(log, Cohort((Clause("at", "ge", ("2025-01-02",)),)), 0.8)
    young = turning(engine, question)
    assert young is not None and young.since is not None
    day = young.since.date().isoformat()
    whole, part = thresholds(cost_table(engine, question), policy), deciding(engine, question, policy)
    bounds = (Clause("at", "ge", ("2025-01-02",)), Clause("at", "lt", (day,)))
    before = thresholds(cost_table(engine, replace(question, cohort=Cohort(bounds))), policy)
    assert part is not None and part.clauses == bounds and (part.since, part.until) == (None, young.since.date())
    assert part.answer.best == before.best and part.answer.best is not None and whole.best is not None
    best = part.answer.threshold_at(part.answer.best.bin)
    assert best is not None and (whole.threshold_at(whole.best.bin) or 1) > best > 0.3
    said = decision_reading(whole, part)
    rows_words = f"the rows before {young.since.day} {young.since:%b %Y}"
    assert said.startswith(
        f"By {rows_words}, which are old enough to judge: move the threshold from 0.80 to {best:.4g}"
    )
    assert "counts rows that are too young to judge" in said.partition("\n")[0]
    assert deciding_json(part)["deciding"]["before"] == day
    moved = next(each for each in brief(engine, Asking(question, policy)).findings if each.source == "thresholds")
    assert finding_sentence(moved, log).endswith(f", by {rows_words}.") and moved.clauses == bounds
    assert deciding(engine, question, Policy(has_costs=False)) is None
    assert deciding(engine, replace(question, cohort=Cohort(bounds)), policy) is None, "these rows say it themselves"
    what = priced(engine, question, policy)
    assert what is not None
    lead = overview_reading(replace(overview(engine, question), priced=what), question)
    assert lead.startswith("Rows from "), "that rows may still turn stands before what they cost"
    assert lead.index("may still become") < lead.index("costs")
