"""Where does it fail: metrics by slice, and the segment columns ranked by what they separate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from analytics.answers.question import Question, score_table
from analytics.errors import QuestionError
from analytics.measure.comparisons import SIGNIFICANT
from analytics.measure.estimates import estimate_table
from analytics.measure.metrics import METRICS, used_in
from analytics.measure.slices import MIN_SUPPORT, slice_table
from analytics.query.engine import Engine

COUNTED = tuple(name for name in used_in("slices") if METRICS[name].is_count)
"""The metrics that one table of confusion counts answers: what is computed where none are named."""


@dataclass(frozen=True)
class SliceAnswer:
    """Metrics by slice.

    Attributes
    ----------
    by : tuple of str
        The sliced columns; their values stand in ``slice_0 …`` of the table, null for ``(missing)``.
    metric : str
        The metric that ranks and is compared.
    table : DataFrame
        As `measure.slices.slice_table` says, the most impact first.
    overall : DataFrame
        One row: the whole cohort.
    min_support : int
        Judged rows that the metric rests on, below which a slice is marked ``few_rows``.
    """

    by: tuple[str, ...]
    metric: str
    table: pl.DataFrame
    overall: pl.DataFrame
    min_support: int


def slices(
    engine: Engine,
    question: Question,
    by: Sequence[str],
    *,
    metric: str = "error_rate",
    metrics: Sequence[str] | None = None,
    min_support: int = MIN_SUPPORT,
) -> SliceAnswer:
    """Answer "where does it fail?" for one or two segment columns.

    Parameters
    ----------
    by : sequence of str
        One or two segment columns.
    metric : str
        The metric that ranks and is compared.
    metrics : sequence of str, optional
        Which metrics to compute; by default those of the confusion counts, and ``metric``.

    Raises
    ------
    QuestionError
        If a column or the metric is unknown, or there are not one or two columns.
    """
    offered = used_in("slices")
    if metric not in offered:
        raise QuestionError(f"Expected a metric, found {metric!r}. Metrics: {', '.join(offered)}.")
    if not 1 <= len(set(by)) == len(by) <= 2:
        raise QuestionError(
            f"Expected one or two different columns to slice by, found {', '.join(map(repr, by)) or 'none'}."
        )
    asked = tuple(dict.fromkeys([*(metrics if metrics is not None else COUNTED), "error_rate", metric]))
    scores = score_table(engine, question, by, asked)
    options: dict[str, Any] = {
        "threshold_bin": scores.threshold_bin,
        "metrics": asked,
        "is_probability": question.log.is_probability,
    }
    table = slice_table(scores.frame, scores.edges, by=scores.by, metric=metric, min_support=min_support, **options)
    overall = estimate_table(scores.frame, scores.edges, by=(), **options)
    return SliceAnswer(tuple(by), metric, _ranked(table, metric, scores.by), overall, min_support)


def _ranked(table: pl.DataFrame, metric: str, by: Sequence[str]) -> pl.DataFrame:
    """Put the slices with most impact first: by excess errors, or by what another metric says is worst; few rows last."""
    key = "excess_errors" if METRICS[metric].is_of_errors else "difference"
    is_descending = key == "excess_errors" or METRICS[metric].direction != "higher"
    return table.sort(
        ["few_rows", key, "n", *by], descending=[False, is_descending, True, *[False] * len(by)], nulls_last=True
    )


def ranked_columns(engine: Engine, question: Question) -> pl.DataFrame:
    """Rank the segment columns by how much of the errors their worse slices hold beyond what the rest would predict.

    Returns
    -------
    DataFrame
    ``column``, ``n_slices``, ``n_compared`` (slices with enough judged rows, in themselves and in the rest), ``n_worse``
        (of those that hold fewer than half of the rows: a slice that holds most of them is the rule and no exception; worse
        than their complement, adjusted p below 0.05), ``share_separated`` (their excess errors as a share of all errors),
        ``worst`` and ``worst_rate``: the slice with most excess errors; ``n_judged``, the rows of the cohort that are judged.
        The column that separates most comes first.
    """
    rows = []
    for name in question.log.mapping.segments:
        answer = slices(engine, question, [name], metrics=())
        table = answer.table
        judged = pl.sum_horizontal("tp", "fp", "fn", "tn")
        n_judged = int(answer.overall.select(judged).item())
        compared = table.filter(~pl.col("few_rows") & (n_judged - judged >= answer.min_support))
        worse = compared.filter(
            (pl.col("p_adjusted") < SIGNIFICANT) & (pl.col("difference") > 0) & (2 * judged < n_judged)
        )
        n_errors = int(answer.overall["fp"][0] + answer.overall["fn"][0])
        top = worse.row(0, named=True) if worse.height else None
        rows.append(
            {
                "column": name,
                "n_slices": table.height,
                "n_compared": compared.height,
                "n_worse": worse.height,
                "share_separated": float(worse["excess_errors"].sum()) / n_errors if n_errors else None,
                "worst": _value_text(top["slice_0"]) if top else None,
                "worst_rate": top["error_rate"] if top else None,
                "n_judged": n_judged,
            }
        )
    schema = {
        "column": pl.String,
        "n_slices": pl.Int64,
        "n_compared": pl.Int64,
        "n_worse": pl.Int64,
        "share_separated": pl.Float64,
        "worst": pl.String,
        "worst_rate": pl.Float64,
        "n_judged": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema).sort("share_separated", descending=True, nulls_last=True)


def _value_text(value: object) -> str:
    """Return a slice's value as text: ``(missing)`` for null, 9 for 9.0."""
    if value is None:
        return "(missing)"
    return f"{value:g}" if isinstance(value, float) else str(value)
