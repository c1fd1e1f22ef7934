"""Who never gets a label: the segment columns asked one by one, over ripe rows."""

from __future__ import annotations

import polars as pl

from analytics.answers.labels_answer import mature
from analytics.answers.question import Question
from analytics.measure.labels.never import never_table
from analytics.query.engine import Engine

_MAX_COLUMNS = 24
"""Segment columns that are asked, one query each: about a second on ten million rows."""


def never(engine: Engine, question: Question) -> pl.DataFrame:
    """Answer "who never gets a label?": `never_table` of the ripe rows of a cohort.

    Raises
    ------
    QuestionError
        If the log is too short for any row to be ripe.
    """
    ripe, parts = mature(engine, question), []
    for name in question.log.mapping.segments[:_MAX_COLUMNS]:
        if name == question.log.mapping.label:
            continue
        table = engine.score_table(ripe.log, ripe.cohort, ripe.threshold, (name,), sums=()).frame
        counts = table.group_by("slice_0").agg(pl.col("n", "n_unlabelled").sum())
        shown = counts.select(
            column=pl.lit(name),
            slice=pl.col("slice_0").cast(pl.String),
            n=pl.col("n"),
            n_unlabelled=pl.col("n_unlabelled"),
        )
        parts.append(shown)
    schema = {"column": pl.String, "slice": pl.String, "n": pl.Int64, "n_unlabelled": pl.Int64}
    return never_table(pl.concat(parts) if parts else pl.DataFrame(schema=schema))
