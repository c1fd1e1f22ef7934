"""What the answer of Compare costs beside one bare join: a log and the same rows scored by another model, in another order."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from benchmarks.job import Job, Taken, timed
from benchmarks.logs import pairs_of

_BARE = """
SELECT a.score_bin // 5, b.score_bin // 5, a.label, a.score >= 0.5, b.score >= 0.5, count(*), sum(a.score), sum(b.score)
FROM live.log a JOIN shadow.log b USING ({row_id}) GROUP BY ALL
"""


def _answers(rows: int) -> Iterator[Taken]:
    from analytics.answers.compare.answer import compare
    from analytics.answers.compare.sides import pairing_of
    from analytics.answers.question import Question
    from analytics.query.cohort import Cohort
    from analytics.query.engine import Engine

    workspace, live, candidate = pairs_of(rows)
    engine = Engine(workspace)
    pairing = pairing_of(*(Question(log, Cohort(), 0.5) for log in (live, candidate)))
    yield timed("first opening", lambda: compare(engine, pairing))
    yield timed("metric", lambda: compare(engine, pairing, "recall"))


def _join(rows: int) -> Iterator[Taken]:
    workspace, live, candidate = pairs_of(rows)
    bare, row_id = duckdb.connect(), live.column("row_id").sql_name
    for name, log in (("live", live), ("shadow", candidate)):
        bare.execute(f"ATTACH '{workspace.path(log.key)}' AS {name} (READ_ONLY)")
    yield timed("", lambda: bare.sql(_BARE.format(row_id=row_id)).pl())


JOBS = (
    Job(
        name="compare",
        meaning="the answer of Compare on two logs, and again by another metric",
        ours=_answers,
        theirs=_join,
        peer="one join and GROUP BY",
    ),
)
