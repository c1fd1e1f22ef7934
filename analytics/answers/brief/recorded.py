"""Which versions of a model have a column at all: where one never does, nothing arrives empty there."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from analytics.answers.question import Question, model_versions
from analytics.log.schema import Log
from analytics.measure.brief import CELLS
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.outcomes import outcome_table

_MOST = 0.5
"""Share of rows of versions that never have the column from which on it is no field that arrives empty. A judgement."""


def version_columns(log: Log) -> tuple[str, ...]:
    """Return the column of the model versions as one to group by; none where there are not two of them."""
    name = log.mapping.model_version
    return (name,) if name is not None and len(model_versions(log)) > 1 else ()


def of_versions_with(counts: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Keep the rows of versions that have a column, by ``slice_0`` and ``missing_0``.

    Returns
    -------
    DataFrame, tuple of str
        The counts of these versions, and which they are; none where all have it, or rows name no version.
    """
    has_any = (pl.col("missing_0") == 0).any().over("slice_0")
    kept = counts.filter(has_any)
    versions = kept["slice_0"].unique().cast(pl.String).sort().to_list()
    is_part = counts["slice_0"].n_unique() > len(versions) and None not in versions
    return kept, tuple(versions) if is_part else ()


def within_versions(log: Log, versions: Sequence[str]) -> tuple[Clause, ...]:
    """Return the clause that keeps the rows of some versions; none where they are all."""
    name = log.mapping.model_version
    return (Clause(name, "in", tuple(versions)),) if versions and name is not None else ()


def is_recorded(engine: Engine, question: Question, columns: Sequence[str], rows: Sequence[Clause]) -> bool:
    """Whether every one of some columns is there in the versions that most of the rows are of, however seldom."""
    log, cohort, by = question.log, question.cohort, version_columns(question.log)
    for name in columns if by else ():
        _, versions = of_versions_with(outcome_table(engine, log, cohort, question.threshold, by, (name,)))
        if not versions:
            continue
        own = Cohort((*cohort.clauses, *rows), cohort.outcomes)
        found = outcome_table(engine, log, own, question.threshold, by).with_columns(n=pl.sum_horizontal(CELLS))
        known = found.filter(pl.col("slice_0").cast(pl.String).is_in(list(versions)))
        if float(known["n"].sum()) < _MOST * float(found["n"].sum()):
            return False
    return True
