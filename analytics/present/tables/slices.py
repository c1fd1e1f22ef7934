"""The table of slices as the Slices page shows it, and the rows that the command line writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from math import isfinite
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.log.column import unique_names
from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.marks.slices import verdict

if TYPE_CHECKING:
    from analytics.answers.question import Question
    from analytics.answers.slices import SliceAnswer

_PARTS = {"excess_base_rate": "Excess errors by the base rate", "excess_model": "Excess errors by the model"}
_SIDES = {"": "", "_low": ", low", "_high": ", high"}
_SHOWN = ("error_rate", "precision", "recall", "fpr", "prevalence")


def with_question(table: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Say in the last columns of a table of what it is: the log, the cohort in words and the threshold, the same in each row.

    A file that is opened weeks later, or beside another one, then still says what its numbers are of; lines of comment would
    break what reads it.
    """
    said = {"log": question.log.name, "cohort": question.cohort.to_words(), "threshold": question.threshold}
    return table.with_columns(
        pl.lit(value).alias(f"{name} (question)" if name in table.columns else name) for name, value in said.items()
    )


def slice_display_table(answer: SliceAnswer, metrics: Sequence[str] = _SHOWN) -> pl.DataFrame:
    """Return the table of slices as people read it.

    Parameters
    ----------
    answer : SliceAnswer
        Its order is kept.
    metrics : sequence of str
        Further metrics of the answer to show behind its own; those that it does not have are left out.

    Returns
    -------
    DataFrame
        The sliced columns under their own names as text, ``(missing)`` for null, the last one with a note where rows are
        few; ``n, n_labelled``; the metric with
        ``_low, _high``; ``difference, difference_low, difference_high`` to the rest, in percentage points where the
        metric is a share; ``p_adjusted``; ``excess_errors, excess_errors_low, excess_errors_high, share_of_errors``;
        ``excess_base_rate, excess_model`` (the two parts of the excess errors) with ``_low`` and ``_high``; ``few_rows``; the
        further metrics. A sliced column whose name is taken gets ``_1``.
    """
    own, table = answer.metric, answer.table
    scale = 100.0 if METRICS[own].is_share else 1.0
    further = [name for name in dict.fromkeys(metrics) if name in METRICS and name != own and name in table.columns]
    shown = table.select(
        "n",
        "n_labelled",
        *[pl.col(f"{own}{end}") for end in ("", "_low", "_high")],
        *[pl.col(f"difference{end}") * scale for end in ("", "_low", "_high")],
        *["p_adjusted", "excess_errors", "excess_errors_low", "excess_errors_high", "share_of_errors"],
        *[f"{part}{end}" for part in _parts_of(answer) for end in ("", "_low", "_high")],
        "few_rows",
        *further,
    )
    names = unique_names([*shown.columns, *answer.by])[len(shown.columns) :]
    labels = [
        pl.Series(name, [words.value_label(value) for value in table[f"slice_{place}"]], dtype=pl.String)
        for place, name in enumerate(names)
    ]
    few = pl.when(shown["few_rows"]).then(pl.lit(f" · {words.FEW_ROWS}")).otherwise(pl.lit(""))
    last = pl.select(labels[-1] + few).to_series().alias(names[-1])
    return pl.DataFrame([*labels[:-1], last, *shown.get_columns()])


def column_labels(answer: SliceAnswer) -> dict[str, str]:
    """Return the headings of `slice_display_table` by column, without those of the sliced columns."""
    own = METRICS[answer.metric]
    unit = ", points" if own.is_share else ""
    return {
        "n": "Rows",
        "n_labelled": "Labelled",
        **{name: metric.label for name, metric in METRICS.items()},
        f"{own.name}_low": f"{own.label}, low",
        f"{own.name}_high": f"{own.label}, high",
        "difference": f"Difference to the rest{unit}",
        "difference_low": f"Difference, low{unit}",
        "difference_high": f"Difference, high{unit}",
        "p_adjusted": "p, adjusted",
        "excess_errors": "Excess errors",
        "excess_errors_low": "Excess errors, low",
        "excess_errors_high": "Excess errors, high",
        "share_of_errors": "Share of errors",
        **{
            f"{part}{end}": f"{label}{side}"
            for part, label in _parts_of(answer).items()
            for end, side in _SIDES.items()
        },
        "few_rows": "Few rows",
    }


def _parts_of(answer: SliceAnswer) -> dict[str, str]:
    """Return the parts of excess errors, none where rows are right or wrong: no base rate explains an error then."""
    return {} if answer.is_right_or_wrong else _PARTS


def slice_json_rows(answer: SliceAnswer) -> list[dict[str, Any]]:
    """Return one dictionary per slice for JSON: ``slice`` (column to value, null for missing), the numbers and ``status``.

    Unrounded, they are those of `measure.slices.slice_table`; what is not finite is null. The status is `verdict`.
    """
    keys = [f"slice_{place}" for place in range(len(answer.by))]
    rows = []
    for row in answer.table.iter_rows(named=True):
        found = {column: json_value(row[key]) for column, key in zip(answer.by, keys, strict=True)}
        numbers = {name: json_value(value) for name, value in row.items() if name not in keys}
        rows.append({"slice": found, **numbers, "status": verdict(row, answer.metric)})
    return rows


def json_value(value: object) -> Any:
    """Return a value that JSON can hold.

    >>> json_value(float("nan")), json_value(date(2013, 2, 1)), json_value(True)
    (None, '2013-02-01', True)
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)
