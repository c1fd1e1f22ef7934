"""Columns that a search leaves out: those that tell the label or the prediction, and bands of the score."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl

from analytics.answers.question import Question, is_band, is_of_score, told_by_score
from analytics.log.column_names import is_data_set
from analytics.log.schema import Log
from analytics.log.two_decisions import decided_columns
from analytics.measure.leaks import TELLS, label_told, score_told, tells_by_a_value, tells_label
from analytics.measure.thresholds.costs import Costs
from analytics.query.discovery.objectives import OBJECTIVES
from analytics.query.discovery.properties import Property, expression, in_codes
from analytics.query.engine import Engine
from analytics.query.relations import cube_table

_IS_PREDICTION = 0.9
"""A column that removes more than this share of the uncertainty about the prediction, among rows of one label, is one."""

_IS_LABEL = 0.9
"""The same of the label, for a column that tells data sets apart: their base rates differ, which is a cause and no outcome; one
data set per class is the label all the same. A choice."""

_BY_LABEL = ("fpr", "fnr")


def told_by(
    engine: Engine,
    question: Question,
    asked: tuple[str, Costs],
    searched: Sequence[Property],
    table: pl.DataFrame,
    left_out: Collection[str],
) -> set[str]:
    """Return what tells the label, none where nothing else is left; ``table`` holds the cells of the cohort.

    For the rates of false positives and false negatives, what is another word for the prediction is left out too. All
    labelled rows of the log decide: a cohort must not change what is searched by. The number of missing fields is judged
    once the columns that tell are left out. ``asked`` are the objective and what errors cost.
    """
    # A row that is right or wrong is of no class: what tells that is why answers are wrong, unless it is that itself.
    told, is_kind = {found.source for found in searched} & decided_columns(question.log), question.log.is_right_or_wrong
    by_score = cache(lambda: told_by_score(engine, replace(question, cohort=question.cohort.whole())))
    for place, found in sorted(enumerate(searched), key=lambda pair: pair[1].kind == "gaps"):
        if found.kind == "gaps" and told:
            break
        cells = table.rename({f"key_{place}": "key"})
        if question.cohort:
            cells = _whole_log(engine, question, asked, found, left_out)
        codes, known = in_codes(cells["key"])
        pairs = [
            ("n", "positives", _IS_LABEL if is_data_set(found.source) or is_kind else TELLS),
            *([("trials", "total", _IS_PREDICTION)] if asked[0] in _BY_LABEL else []),
        ]
        for counted, which, limit in pairs:
            n, positives = (cells[name].fill_null(0).cast(pl.Float64).to_numpy() for name in (counted, which))
            share = label_told(codes.to_numpy(), len(known), n, positives)
            if tells_label(share, by_score) if limit == TELLS else share > limit:
                told.add(found.source)
        if (
            "missed" in cells.columns
            and not is_data_set(found.source)
            and not is_kind
            and _is_certain(cells, codes, len(known))
        ):
            told.add(found.source)
    return set() if all(found.source in told for found in searched) else told


def _is_certain(cells: pl.DataFrame, codes: pl.Series, size: int) -> bool:
    """Whether a value makes the label certain of which the model knows nothing."""
    sums = (pl.col("n"), pl.col("positives"), pl.col("positives") - pl.col("missed").fill_null(0))
    parts = (cells.select(each.cast(pl.Float64)).to_series().to_numpy() for each in sums)
    return tells_by_a_value(*(np.bincount(codes.to_numpy(), part, size).astype(np.float64) for part in parts))


def _whole_log(
    engine: Engine, question: Question, asked: tuple[str, Costs], found: Property, left_out: Collection[str]
) -> pl.DataFrame:
    """Return the rows of the whole log by one property."""
    objective = OBJECTIVES[asked[0]]
    rows = engine.kept(question.log, question.cohort.whole(), question.threshold)
    counted, value = objective.counted(question.threshold), objective.value(question.threshold, asked[1])
    key = {"key": expression(question.log, found, left_out)}
    return engine.collect(cube_table(rows, key, counted, value, with_missed=objective.is_within_label))


def gaps_of(log: Log, searched: Sequence[Property], bands: Collection[str]) -> list[Property]:
    """Return whether columns are missing whose values are bands of the score: that they arrive empty is a cause all the same."""
    named = [each for each in searched if each.source in bands and each.kind == "value" and each.column is not None]
    return [replace(each, kind="missing") for each in named if log.column(str(each.column)).n_missing]


def bands_of(engine: Engine, question: Question, searched: Sequence[Property], table: pl.DataFrame) -> set[str]:
    """Return the columns whose values are bands of the score, none where nothing else is left.

    Errors lie about the threshold, so that the bands beside it hold most of them whatever the model: their slices name no cause.
    """
    sums = [table[name].fill_null(0).cast(pl.Float64).to_numpy() for name in ("n", "score_sum", "score_sq_sum")]
    found = set[str]()
    for place, each in enumerate(searched):
        if each.kind != "value":
            continue
        codes, known = in_codes(table[f"key_{place}"])
        parts = (np.bincount(codes.to_numpy(), part, len(known)).astype(np.float64) for part in sums)
        is_column = each.column in question.log.mapping.segments
        if is_band(score_told(*parts), each.source) or (is_column and is_of_score(engine, question, str(each.column))):
            found.add(each.source)
    return set() if all(each.source in found for each in searched) else found
