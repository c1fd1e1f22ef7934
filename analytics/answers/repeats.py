"""What is the same input answered when it is asked again?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.repeats import same_input, trial_number
from analytics.measure.comparisons import benjamini_hochberg
from analytics.measure.intervals import Interval, difference, difference_p_value
from analytics.measure.repeats import RepeatNumbers, repeat_numbers
from analytics.query.engine import Engine
from analytics.query.repeats import repeat_table

_MIN_INPUTS = 10
"""Repeated inputs from which a slice is compared with the rest. By hand: of fewer an interval spans half of all shares."""


@dataclass(frozen=True)
class Repeats:
    """What repeated inputs are answered.

    Attributes
    ----------
    same : tuple of str
        Columns that are equal where the input is.
    trial : str or None
        The column that numbers the answers to an input.
    n_without, n_again : int
        Rows without an input, and rows that repeat the number of a trial: neither counts.
    whole : RepeatNumbers
    slices : DataFrame
        A row for each slice: ``slice_0 …, n_inputs, n_repeated, n_answers, flip_rate`` and its ends, ``difference`` from the
        other slices with its ends and ``p_adjusted``; the least certain to be chance first; and where it is known what is right
        ``right`` (one answer is) and ``all_right`` (as many are as every input of the slice has, ``k``) with their ends.
    """

    same: tuple[str, ...]
    trial: str | None
    n_without: int
    n_again: int
    whole: RepeatNumbers
    slices: pl.DataFrame


def repeats(
    engine: Engine,
    question: Question,
    same: Sequence[str] = (),
    by: Sequence[str] = (),
    *,
    trial: str | None = None,
    answer: str | None = None,
) -> Repeats:
    """Answer "how much of an answer is chance of the draw?" from inputs that were asked more than once.

    Where nothing says which inputs are the same, a column that is called so does, of each version of the model for itself.
    Where no column of what was ``answer``ed is named, what the log judges is: decisions, classes, numbers, else right and wrong.

    Raises
    ------
    QuestionError
        If no column is named that says which inputs are the same, and none is called so; if no input was asked twice; or if the
        log is one of rankings.
    EmptyCohort
        If the filters leave no row.
    """
    log, asked = question.log, (question.log, question.cohort, question.threshold)
    if log.mapping.kind == "rankings":
        raise QuestionError(
            "Expected a log with one answer in a row, found rankings. Name the columns of answers instead."
        )
    if not same:
        found = same_input(log)
        if found is None:
            raise QuestionError(
                "Expected the columns that are equal where the same was asked, found none that is called so. Name them with "
                "--same, such as --same task_id."
            )
        version = log.mapping.model_version
        is_of_several = version not in (None, found) and log.column(str(version)).n_distinct > 1
        same = (found, str(version)) if is_of_several else (found,)
    if trial is None:
        trial = next((name for name in [trial_number(log)] if name not in same), None)
    n_rows, _ = engine.row_counts(*asked)
    if question.cohort and not n_rows:
        raise empty_cohort(engine, *asked)
    table, n_again = repeat_table(engine, *asked, same, trial=trial, answer=answer)
    whole = repeat_numbers(table)
    if not whole.n_repeated:
        raise QuestionError(
            f"Expected inputs that were asked more than once, found {whole.n_inputs:,} that are all different by "
            f"{', '.join(map(repr, same))}. Name what is equal where the same was asked."
        )
    n_used = int((table["n"] * table["inputs"]).sum())
    slices = _slices(repeat_table(engine, *asked, same, by, trial, answer)[0], len(by)) if by else pl.DataFrame()
    return Repeats(tuple(same), trial, n_rows - n_used - n_again, n_again, whole, slices)


def _slices(table: pl.DataFrame, n_keys: int) -> pl.DataFrame:
    """Return the flip rate of each slice beside that of all others."""
    names = [f"slice_{place}" for place in range(n_keys)]
    rows: list[dict[str, Any]] = []
    for values in table.select(names).unique(maintain_order=True).iter_rows():
        is_slice = pl.all_horizontal(
            pl.col(name).eq_missing(pl.lit(value)) for name, value in zip(names, values, strict=True)
        )
        own, rest = repeat_numbers(table.filter(is_slice)), repeat_numbers(table.filter(~is_slice))
        gap, p_value = _gap(own, rest)
        rows.append(
            {
                **dict(zip(names, values, strict=True)),
                **{name: getattr(own, name) for name in ("n_inputs", "n_repeated", "n_answers")},
                **ends("flip_rate", own.flip),
                **ends("difference", gap),
                "p_value": p_value,
                **_passes_of(own),
            }
        )
    found = pl.DataFrame(rows, infer_schema_length=None)
    adjusted = benjamini_hochberg(found["p_value"].cast(pl.Float64).fill_null(np.nan).to_numpy())
    found = found.with_columns(p_adjusted=pl.Series(adjusted).fill_nan(None)).drop("p_value")
    return found.sort("p_adjusted", *names, nulls_last=True)


def _passes_of(own: RepeatNumbers) -> dict[str, float | int | None]:
    """Return how often one answer is right, and how often as many are as every input has; None where that is not known."""
    passes = own.passes
    every = passes if passes.is_empty() else passes.filter(pl.col("n_inputs") == passes["n_inputs"][0])
    found: dict[str, float | int | None] = {"k": None if every.is_empty() else int(every["k"][-1])}
    for name, place in (("right", 0), ("all_right", -1)):
        for end in ("", "_low", "_high"):
            value = None if every.is_empty() else float(every[f"all_right{end}"][place])
            found[f"{name}{end}"] = value if value is not None and np.isfinite(value) else None
    return found


def _gap(own: RepeatNumbers, rest: RepeatNumbers) -> tuple[Interval, float]:
    """Return the difference of a slice's flip rate from the others', and its p-value; nan where there is too little of either."""
    if min(own.n_repeated, rest.n_repeated) < _MIN_INPUTS:
        return Interval(*(np.array([np.nan]) for _ in range(3))), float("nan")
    gap = difference(own.flip, rest.flip)
    return gap, float(difference_p_value(gap)[0])


def ends(name: str, interval: Interval) -> dict[str, float | None]:
    """Return an interval of one value under a name, its ends beside it; None where it is undefined."""
    named = {name: interval.value[0], f"{name}_low": interval.low[0], f"{name}_high": interval.high[0]}
    return {key: float(end) if np.isfinite(end) else None for key, end in named.items()}
