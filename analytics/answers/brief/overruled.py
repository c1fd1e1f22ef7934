"""Decisions of the model that people overruled, where a log holds what both decided."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from analytics.answers.brief.costs import weights_of
from analytics.answers.brief.finding import Asking, Finding
from analytics.answers.brief.size import Size
from analytics.answers.overview_shifted import effect_of
from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.log.two_decisions import TwoDecisions, two_decisions
from analytics.log.value_words import folded
from analytics.measure.overruled import Overruled, who_was_right
from analytics.measure.slices import MIN_SUPPORT
from analytics.query.cohort import slice_clauses
from analytics.query.engine import Engine

_COUNTED = ("n", "n_labelled", "n_pos")


def overruled_decisions(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return how often people overrule the model, in which direction, and who is right where labels tell.

    By size where people's decisions clearly have more errors than the model's on the rows on which both differ.
    """
    question, log = asking.question, asking.question.log
    both = two_decisions(log)
    if both is None or log.ranks_wrong_way:
        return ()
    names = (both.model, both.people)
    asked = log, question.cohort, question.threshold
    frame = engine.score_table(*asked, names, sums=(), is_weighted=True).frame.drop_nulls(["slice_0", "slice_1"])
    if frame.is_empty():
        return ()
    told = [_told(log.column(name), frame[f"slice_{place}"]) for place, name in enumerate(names)]
    counts = (
        frame.with_columns(model=told[0], people=told[1], n_labelled=pl.col("n") - pl.col("n_unlabelled"))
        .group_by("model", "people", maintain_order=True)
        .agg(pl.col(*_COUNTED).cast(pl.Float64).sum(), *(pl.col(f"slice_{place}").first() for place in (0, 1)))
    )
    positive = _positive(log, both, counts)
    if positive is None:
        return ()
    counts = counts.with_columns(pl.col("model", "people") == positive)
    flagged, passed = (_overruled(counts, flags) for flags in (True, False))
    if flagged.n + passed.n < MIN_SUPPORT:
        return ()
    effect = effect_of(engine, question, "error_rate") if flagged.n_labelled + passed.n_labelled else 1.0
    right = who_was_right(flagged, passed, weights_of(engine, replace(asking, metric="error_rate")), effect)
    added = (float(end) for end in (right.added.value, right.added.low, right.added.high))
    size = Size(*added) if float(right.added.low) > 0 and right.most.n_labelled >= MIN_SUPPORT else None
    which = counts.filter(pl.col("model") == (right.most is flagged), pl.col("model") != pl.col("people"))
    values = which.row(0, named=True)
    clauses = [slice_clauses(log, name, values[f"slice_{place}"]) for place, name in enumerate(names)]
    return (
        Finding("overruled", "review", right, size, "by size" if size else "last", clauses=(*clauses[0], *clauses[1])),
    )


def _told(column: Column, values: pl.Series) -> pl.Series:
    """Return the values of a decision as one spelling for what they mean."""
    kinds: dict[Any, str] = {value: folded(_text(column, value)) for value in values.unique(maintain_order=True)}
    return pl.Series([kinds[value] for value in values], dtype=pl.String)


def _text(column: Column, value: object) -> str:
    return str(value).lower() if column.kind == "boolean" else str(value)


def _positive(log: Log, both: TwoDecisions, counts: pl.DataFrame) -> str | None:
    """Return what both call a row that is flagged: as the logged decision, else what the model said of more positive rows."""
    if log.mapping.decision in (both.model, both.people) and len(log.mapping.decision_positive) == 1:
        return folded(log.mapping.decision_positive[0])
    rates = (
        counts.group_by("model", maintain_order=True)
        .agg(pl.col(*_COUNTED).sum())
        .filter(pl.col("n_labelled") >= MIN_SUPPORT)
    )
    if rates.height < 2:
        return None
    found = rates.sort(pl.col("n_pos") / pl.col("n_labelled"), descending=True)["model"][0]
    return str(found)


def _overruled(counts: pl.DataFrame, flags: bool) -> Overruled:
    """Count the decisions of the model of one kind, and those that people overruled."""
    own = counts.filter(pl.col("model") == flags)
    other = own.filter(pl.col("people") != flags).select(pl.col(*_COUNTED).sum())
    return Overruled(float(own["n"].sum()), *(float(other[name][0] or 0.0) for name in _COUNTED))
