"""What the answers of the Calibration page cost beside the bare aggregate that each of them needs."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from benchmarks.job import Job, Taken, timed
from benchmarks.logs import workspace_of

_BARE = """
SELECT {by} score_bin, count(*), count(*) FILTER (label = 1), count(*) FILTER (label IS NULL),
  sum(score) FILTER (label IS NOT NULL), sum(score * score) FILTER (label IS NOT NULL), sum(score) FILTER (label = 1),
  sum(-ln(CASE label WHEN 1 THEN score ELSE 1 - score END)) FILTER (label IS NOT NULL AND score > 0 AND score < 1)
FROM log.log GROUP BY ALL
"""


def _answers(rows: int) -> Iterator[Taken]:
    from analytics.answers.calibration.answer import calibration, calibration_slices
    from analytics.answers.calibration.recalibration import recalibration
    from analytics.answers.calibration.scan import calibration_scan
    from analytics.answers.calibration.time import calibration_time
    from analytics.answers.question import Question
    from analytics.query.cohort import Cohort
    from analytics.query.engine import Engine

    workspace, log = workspace_of(rows)
    engine, question = Engine(workspace), Question(log, Cohort(), 0.5)
    yield timed("whole cohort", lambda: calibration(engine, question))
    yield timed("by slice", lambda: calibration_slices(engine, question, ["region"]))
    yield timed("all segments", lambda: calibration_scan(engine, question))
    yield timed("over time", lambda: calibration_time(engine, question))
    yield timed("recalibration", lambda: recalibration(engine, question))


def _aggregates(rows: int) -> Iterator[Taken]:
    workspace, log = workspace_of(rows)
    bare = duckdb.connect()
    bare.execute(f"ATTACH '{workspace.path(log.key)}' AS log (READ_ONLY)")
    region, day = f"{log.column('region').sql_name}, ", "date_trunc('day', moment), "
    for act, by in (
        ("whole cohort", ""),
        ("by slice", region),
        ("all segments", region),
        ("over time", day),
        ("recalibration", day),
    ):
        yield timed(act, lambda by=by: bare.sql(_BARE.format(by=by)).pl())


JOBS = (
    Job(
        name="calibration-answers",
        meaning="the answers of the Calibration page",
        ours=_answers,
        theirs=_aggregates,
        peer="one GROUP BY",
    ),
)
