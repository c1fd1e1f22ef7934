"""What the answers of the Gap page cost beside the bare aggregates of both sides: the second half of the year, and the first."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from benchmarks.job import Job, Taken, timed
from benchmarks.logs import workspace_of

_BARE = """
SELECT {by}, score_bin, count(*), count(*) FILTER (label = 1), count(*) FILTER (label IS NULL),
  sum(score) FILTER (label IS NOT NULL), sum(score * score) FILTER (label IS NOT NULL), sum(score) FILTER (label = 1)
FROM log.log WHERE (moment < TIMESTAMP '2025-07-01') = {is_first} GROUP BY ALL
"""


def _answers(rows: int) -> Iterator[Taken]:
    from analytics.answers.gap.answer import gap
    from analytics.answers.gap.inputs import inputs
    from analytics.answers.gap.joint import jointly
    from analytics.answers.gap.sides import sides
    from analytics.answers.gap.time import gap_time
    from analytics.answers.question import Question
    from analytics.query.cohort import Cohort
    from analytics.query.engine import Engine
    from analytics.query.where import parse_where

    workspace, log = workspace_of(rows)
    engine = Engine(workspace)
    halves = [
        Question(log, Cohort((parse_where(text, log.reading.names),)), 0.5)
        for text in ("scored_at<2025-07-01", "scored_at>=2025-07-01")
    ]
    made = []
    yield timed("matching", lambda: made.append(sides(engine, *halves)))
    yield timed("inputs", lambda: made.append(inputs(engine, made[0])))
    yield timed("gap", lambda: made.append(gap(engine, made[0], made[1])))
    yield timed("jointly", lambda: jointly(made[2], made[1]))
    yield timed("over time", lambda: gap_time(engine, made[2]))


def _aggregates(rows: int) -> Iterator[Taken]:
    workspace, log = workspace_of(rows)
    bare, region = duckdb.connect(), log.column("region").sql_name
    bare.execute(f"ATTACH '{workspace.path(log.key)}' AS log (READ_ONLY)")

    def ask() -> None:
        for is_first in ("true", "false"):
            bare.sql(_BARE.format(by=region, is_first=is_first)).pl()

    yield timed("", ask)


JOBS = (
    Job(
        name="gap-answers",
        meaning="the answers of the Gap page on two halves of a year",
        ours=_answers,
        theirs=_aggregates,
        peer="one GROUP BY of both sides",
    ),
)
