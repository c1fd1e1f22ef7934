"""The segments whose scores are off by another amount than those of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from analytics.answers.calibration.answer import map_of, probabilities
from analytics.answers.question import Question, is_of_score, told_by_score
from analytics.log.two_decisions import decided_columns
from analytics.measure.calibration.scan import MISFITS, misfit_table
from analytics.measure.calibration.table import adjusted
from analytics.measure.comparisons import SIGNIFICANT
from analytics.measure.leaks import label_told, tells_by_a_value, tells_label
from analytics.measure.slices import MIN_SUPPORT
from analytics.query.clusters import clusters_of
from analytics.query.engine import Engine
from analytics.query.relations import MOMENTS


@dataclass(frozen=True)
class CalibrationScan:
    """What a look through every segment column found.

    Attributes
    ----------
    table : DataFrame
        ``column, value`` (as text, None where missing) and the columns of `misfit_table`, with ``p_adjusted`` and
        ``slope_p_adjusted`` over both tests of all slices of all columns. Those come first whose level or slope is clearly
        off, and of them those off by most, rows counted as they are weighted. Slices with fewer judged rows than the minimum
        support are left out.
    told : tuple of str
        Segment columns that tell the label (`tells_label`) or hold the truth, so that they may be known only after the outcome,
        or that hold what was decided or the score itself, in bands of it: they are in no ranking.
    """

    table: pl.DataFrame
    told: tuple[str, ...] = ()


def calibration_scan(
    engine: Engine, question: Question, min_support: int = MIN_SUPPORT, among: tuple[str, ...] = ()
) -> CalibrationScan:
    """Look through segment columns, all or those ``among``, for slices whose scores are off by another amount than the rest's."""
    names = question.log.mapping.segments if question.log.score_kind != "decision" else ()
    names = tuple(name for name in names if name in among) if among else names
    parts = {name: _slices_of(engine, question, name) for name in names}
    by_score = cache(lambda: told_by_score(engine, question))
    right = question.log.mapping.right
    decided = decided_columns(question.log) | ({right.true} if right else set())  # no confidence knows the truth
    told = tuple(
        name
        for name, part in parts.items()
        if name in decided
        or tells_label(_label_told(part), by_score)
        or _is_told_by_a_value(part)
        or (right is None and is_of_score(engine, question, name))
    )
    if len(told) == len(parts):
        told = ()
    behind = "n" if question.log.mapping.weight is None else "rows"
    kept = [part.filter(pl.col(behind) >= min_support) for name, part in parts.items() if name not in told]
    schema = {"column": pl.String, "value": pl.String, **MISFITS, behind: pl.Int64}
    table = adjusted(pl.concat([pl.DataFrame(schema=schema), *kept]))
    size = pl.max_horizontal(pl.col("off", "stretched").abs()).fill_null(0.0) * pl.col("n")
    is_clear = pl.min_horizontal("p_adjusted", "slope_p_adjusted") < SIGNIFICANT
    return CalibrationScan(table.sort(is_clear.fill_null(value=False), size, descending=True), told)


def _slices_of(engine: Engine, question: Question, name: str) -> pl.DataFrame:
    """Compare the slices of one segment column with their rest: ``column, value`` and the columns of `misfit_table`."""
    asked = question.log, question.cohort, question.threshold
    scores = engine.score_table(*asked, (name,), sums=MOMENTS, is_weighted=True)
    judged = probabilities(scores, map_of(question, scores))
    clusters = clusters_of(engine, *asked, (name,), sums=MOMENTS, is_weighted=True)
    is_probability = question.log.is_probability
    found = misfit_table(judged.frame, judged.edges, "slice_0", clusters=clusters, is_probability=is_probability)
    values = pl.Series([_value_of(value) for value in found["slice_0"]], dtype=pl.String)
    behind = [each for each in ("rows",) if each in found.columns]
    return found.select(pl.lit(name).alias("column"), values.alias("value"), *MISFITS, *behind)


def _label_told(slices: pl.DataFrame) -> float:
    """Return what the slices of a column tell of the label."""
    n, positives = (slices[name].cast(pl.Float64).to_numpy() for name in ("n", "n_pos"))
    return label_told(np.arange(len(n)), len(n), n, positives)


def _is_told_by_a_value(slices: pl.DataFrame) -> bool:
    """Whether a slice of a column, or all that have a value together, is all positive although scores expect no such thing."""
    sums = (pl.col("n"), pl.col("n_pos"), (pl.col("n") * pl.col("mean_score")).alias("expected"))
    known = slices.drop_nulls("mean_score").select(pl.col("value").is_null(), *(each.cast(pl.Float64) for each in sums))
    tables = known.drop("value"), known.group_by("value", maintain_order=True).sum().drop("value")
    return any(tells_by_a_value(*(table[name].to_numpy() for name in table.columns)) for table in tables)


def _value_of(value: object) -> str | None:
    """Write the value of a slice, None where it is missing."""
    return f"{value:g}" if isinstance(value, float) else None if value is None else str(value)
