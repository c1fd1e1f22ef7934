"""Who never gets a label, and who gets it late: the segment columns asked one by one, over ripe rows."""

from __future__ import annotations

import polars as pl

from analytics.answers.labels_answer import LabelsAnswer, mature
from analytics.answers.question import Question
from analytics.measure.labels.never import never_table
from analytics.query.engine import Engine
from analytics.query.labels import late_slices

_MOST = 0.8
"""Share of the labels after whose age the rest is called late: the last fifth. By hand."""
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
        counts = table.group_by("slice_0", maintain_order=True).agg(pl.col("n", "n_unlabelled").sum())
        shown = counts.select(
            column=pl.lit(name),
            slice=pl.col("slice_0").cast(pl.String),
            n=pl.col("n"),
            n_unlabelled=pl.col("n_unlabelled"),
        )
        parts.append(shown)
    schema = {"column": pl.String, "slice": pl.String, "n": pl.Int64, "n_unlabelled": pl.Int64}
    return never_table(pl.concat(parts) if parts else pl.DataFrame(schema=schema))


def late_age(answer: LabelsAnswer) -> int | None:
    """Return the age, in the answer's unit, at which four in five labels are there; None where that is not known."""
    if answer.curve is None or answer.ripe_age is None:
        return None
    share = answer.curve.filter(pl.col("share") >= _MOST * (1 - answer.never))["age"]
    return int(share[0]) + 1 if len(share) else None


def late(engine: Engine, question: Question, age: int, unit: str) -> pl.DataFrame:
    """Answer "whose labels come late?": `never_table` of ripe rows, ``n_unlabelled`` being those without a label at an age.

    Labels that never come count too: where a feed stopped for one slice, its late ones are those that are missing, and the
    others look late beside it. Named are slices whose labels that did come were late as well: who only never gets one is told
    by `never`.

    Parameters
    ----------
    engine, question : Engine and Question
        Of a log that says when labels came.
    age, unit : int and str
        As `late_age` says, and 1h or 1d.
    """
    ripe, every, came = mature(engine, question), [], []
    for name in question.log.mapping.segments[:_MAX_COLUMNS]:
        if name == question.log.mapping.label:
            continue
        counts = late_slices(engine, ripe.log, ripe.cohort, ripe.threshold, name, f"{age}{unit[-1]}")
        column = pl.lit(name).alias("column")
        every.append(counts.select(column, "slice", "n", n_unlabelled=pl.col("n_late")))
        came.append(counts.select(column, "slice", n=pl.col("n_labelled"), n_unlabelled=pl.col("n_came_late")))
    schema = {"column": pl.String, "slice": pl.String, "n": pl.Int64, "n_unlabelled": pl.Int64}
    found, late_ones = (
        never_table(pl.concat(parts) if parts else pl.DataFrame(schema=schema)) for parts in (every, came)
    )
    return found.join(late_ones, on=["column", "slice"], how="semi", nulls_equal=True, maintain_order="left")
