"""Every relation, written once in Narwhals: it runs on DuckDB, on Polars and on Spark and gives the same numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from analytics.query.groups import in_groups

EPSILON = float(np.finfo(np.float64).eps)
"""Scores are kept this far from 0 and 1 in the log loss, as scikit-learn does."""


def keep(frame: nw.LazyFrame[Any], predicate: nw.Expr | None) -> nw.LazyFrame[Any]:
    """Return the rows of a cohort."""
    return frame if predicate is None else frame.filter(predicate)


def integer(condition: nw.Expr) -> nw.Expr:
    """Return 1 where a condition holds, else 0; Spark cannot sum booleans."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def log_loss(score: nw.Expr, label: nw.Expr) -> nw.Expr:
    """Return the negative logarithm of the probability that a score gives to the label: one logarithm a row, not two."""
    clipped = score.clip(EPSILON, 1 - EPSILON)
    return -nw.when(label == 1).then(clipped).otherwise(1 - clipped).log()


def _smape() -> nw.Expr:
    """Return the distance of predicted and true number as a share of their mean size; 0 where both are 0."""
    size = nw.col("truth").abs() + (nw.col("truth") + nw.col("error")).abs()
    return nw.when(size > 0).then(2 * nw.col("error").abs() / size).otherwise(nw.lit(0.0))


def _entropy() -> nw.Expr:
    """Return the log loss of a predicted probability against a true share of 1, null where either is outside [0, 1]."""
    true, predicted = nw.col("truth"), nw.col("truth") + nw.col("error")
    inside = (true >= 0) & (true <= 1) & (predicted > -EPSILON) & (predicted < 1 + EPSILON)
    clipped = predicted.clip(EPSILON, 1 - EPSILON)
    return nw.when(inside).then(-(true * clipped.log() + (1 - true) * (1 - clipped).log()))


def _judged(score: nw.Expr, label: nw.Expr) -> nw.Expr:
    """Return the score of a labelled row: the one condition that all moments share, so that an engine tests it once."""
    return nw.when(~label.is_null()).then(score)


_SUMMED: dict[str, Callable[[nw.Expr, nw.Expr], nw.Expr]] = {
    "score_sum": lambda score, label: _judged(score, label),
    "score_sq_sum": lambda score, label: _judged(score, label) * _judged(score, label),
    "score_pos_sum": lambda score, label: _judged(score, label) * label.cast(nw.Float64),
    "log_loss_sum": lambda score, label: nw.when(~label.is_null()).then(log_loss(score, label)).cast(nw.Float64),
    "error_sum": lambda score, label: nw.when(~label.is_null()).then(nw.col("error")),
    "error_abs_sum": lambda score, label: nw.when(~label.is_null()).then(nw.col("error").abs()),
    "error_sq_sum": lambda score, label: nw.when(~label.is_null()).then(nw.col("error") ** 2),
    "error_fourth_sum": lambda score, label: nw.when(~label.is_null()).then(nw.col("error") ** 4),
    "smape_sum": lambda score, label: nw.when(~label.is_null()).then(_smape()),
    "smape_sq_sum": lambda score, label: nw.when(~label.is_null()).then(_smape() ** 2),
    "truth_sum": lambda score, label: nw.when(~label.is_null()).then(nw.col("truth")),
    "truth_sq_sum": lambda score, label: nw.when(~label.is_null()).then(nw.col("truth") ** 2),
    "entropy_sum": lambda score, label: nw.when(~label.is_null()).then(_entropy()),
    "entropy_sq_sum": lambda score, label: nw.when(~label.is_null()).then(_entropy() ** 2),
    "entropy_n_sum": lambda score, label: integer(~label.is_null() & ~_entropy().is_null()),
    "covered_sum": lambda score, label: nw.when(~label.is_null()).then(nw.col("covered")),
    "covered_n_sum": lambda score, label: integer(~label.is_null() & ~nw.col("covered").is_null()),
    "width_sum": lambda score, label: nw.when(~label.is_null() & ~nw.col("covered").is_null()).then(nw.col("width")),
    "width_sq_sum": lambda score, label: nw.when(~label.is_null() & ~nw.col("covered").is_null()).then(
        nw.col("width") ** 2
    ),
    "ndcg_sum": lambda score, label: nw.col("ndcg"),
    "ndcg_sq_sum": lambda score, label: nw.col("ndcg") ** 2,
    "ndcg_n_sum": lambda score, label: integer(~nw.col("ndcg").is_null()),
    "reciprocal_rank_sum": lambda score, label: nw.col("reciprocal_rank"),
    "reciprocal_rank_sq_sum": lambda score, label: nw.col("reciprocal_rank") ** 2,
    "precision_at_sum": lambda score, label: nw.col("precision_at"),
    "precision_at_sq_sum": lambda score, label: nw.col("precision_at") ** 2,
    "hit_sum": lambda score, label: nw.col("hit"),
    "amount_pos_sum": lambda score, label: nw.when(label == 1).then(nw.col("amount")),
    "amount_neg_sum": lambda score, label: nw.when(label == 0).then(nw.col("amount")),
    "amount_unlabelled_sum": lambda score, label: nw.when(label.is_null()).then(nw.col("amount")),
    "amount_pos_sq_sum": lambda score, label: nw.when(label == 1).then(nw.col("amount") ** 2),
    "amount_neg_sq_sum": lambda score, label: nw.when(label == 0).then(nw.col("amount") ** 2),
}
SUMS = frozenset(_SUMMED)
"""What a score table can add up besides the counts; a metric says which of them it needs."""
AMOUNTS = frozenset({"amount_pos_sum", "amount_neg_sum", "amount_unlabelled_sum"})
AMOUNT_SQUARES = frozenset({"amount_pos_sq_sum", "amount_neg_sq_sum"})
MOMENTS = frozenset({"score_sum", "score_sq_sum", "score_pos_sum"})
LOG_LOSS = frozenset({"log_loss_sum"})
ERRORS = frozenset(
    {"error_sum", "error_abs_sum", "error_sq_sum", "error_fourth_sum", "smape_sum", "smape_sq_sum"}
    | {"entropy_sum", "entropy_sq_sum", "entropy_n_sum"}
)
RANKS = frozenset(
    {"ndcg_sum", "ndcg_sq_sum", "ndcg_n_sum", "reciprocal_rank_sum", "reciprocal_rank_sq_sum", "precision_at_sum"}
    | {"precision_at_sq_sum", "hit_sum"}
)
INTERVALS = frozenset({"covered_sum", "covered_n_sum", "width_sum", "width_sq_sum"})
TRUTH = frozenset({"truth_sum", "truth_sq_sum"})


def score_table(
    frame: nw.LazyFrame[Any],
    by: Sequence[str],
    *,
    sums: Collection[str],
    split: float | None = None,
    by_score: bool = False,
    every: str | None = None,
    is_weighted: bool = False,
) -> nw.LazyFrame[Any]:
    """Aggregate rows by slice and score bin: the one table behind nearly every page.

    Parameters
    ----------
    frame : LazyFrame
        Rows of a log with ``score``, ``score_bin``, ``label`` and the columns ``by``.
    by : sequence of str
        Stored columns to slice by.
    sums : collection of str
        Which of `SUMS` are wanted: those of scores are over labelled rows, those of amounts need ``amount``.
    split : float, optional
        A threshold that is no edge of the grid: its bin is split there, and later bins move up by one.
    by_score : bool
        Group by the score itself instead of its bin; the result has ``score`` and no ``score_bin``.
    every : str, optional
        Group by buckets of time too, which become ``bucket``.
    is_weighted : bool
        Let each row count ``weight`` times.

    Returns
    -------
    LazyFrame
        ``slice_0 …``, ``score_bin`` (null: score missing), ``n``, ``n_pos``, ``n_unlabelled`` and the sums. With weights these
        are weighted, with ``n_neg``, and there are the rows behind them, ``rows``, ``rows_pos`` and ``rows_unlabelled``, and the
        sums of squared weights ``pos_sq`` and ``neg_sq`` of either label.
    """
    label, score = nw.col("label"), nw.col("score")
    value, slot = ("score", score) if by_score else ("score_bin", nw.col("score_bin").cast(nw.Int64))
    if split is not None and not by_score:
        slot = slot + integer(score >= split)
    keys = {f"slice_{place}": nw.col(name) for place, name in enumerate(by)}
    if every is not None:
        keys["bucket"] = nw.col("moment").dt.truncate(every)
    columns: dict[str, nw.Expr] = {"is_pos": label.cast(nw.Int64), "is_unlabelled": integer(label.is_null())}
    counts = {"n": nw.len(), "n_pos": nw.col("is_pos").sum(), "n_unlabelled": nw.col("is_unlabelled").sum()}
    parts = {name: part(score, label) for name, part in _SUMMED.items() if name in sums}
    if is_weighted:
        return _weighted(frame, {**keys, value: slot}, parts)
    # A key that is called as in the result at once spares a projection: binding one takes a millisecond.
    prepared = frame.select(**keys, **{value: slot}, **columns, **{f"{name}_of": part for name, part in parts.items()})
    asked = {name: count.cast(nw.Int64) for name, count in counts.items()}
    return in_groups(prepared, *keys, value, **asked, **{name: nw.col(f"{name}_of").sum() for name in parts})


def _weighted(frame: nw.LazyFrame[Any], keys: Mapping[str, nw.Expr], parts: Mapping[str, nw.Expr]) -> nw.LazyFrame[Any]:
    """Aggregate rows that stand for as many as their weight says, as `score_table` does."""
    label, weight = nw.col("label"), nw.col("weight")
    is_pos, is_unlabelled = integer(label == 1), integer(label.is_null())
    rows = {"rows_pos": is_pos, "rows_unlabelled": is_unlabelled}
    sums: dict[str, nw.Expr] = {
        "n": weight,
        "n_pos": weight * is_pos,
        "n_neg": weight * integer(label == 0),
        "n_unlabelled": weight * is_unlabelled,
        "pos_sq": weight * weight * is_pos,
        "neg_sq": weight * weight * integer(label == 0),
        **{name: weight * part for name, part in parts.items()},
    }
    prepared = frame.select(**keys, **{f"{name}_of": part for name, part in {**rows, **sums}.items()})
    return in_groups(
        prepared,
        *keys,
        rows=nw.len().cast(nw.Int64),
        **{name: nw.col(f"{name}_of").sum().cast(nw.Int64) for name in rows},
        **{name: nw.col(f"{name}_of").sum().cast(nw.Float64) for name in sums},
    )


def time_table(
    frame: nw.LazyFrame[Any], threshold: float, every: str, *, is_weighted: bool = False
) -> nw.LazyFrame[Any]:
    """Count outcomes per bucket of time; with weights each row counts as often, and ``rows_…`` are the rows behind each count.

    Returns
    -------
    LazyFrame
        ``bucket`` (null: no time), ``n``, ``n_labelled``, ``n_unlabelled``, ``n_scored``, ``n_flagged``, ``n_pos``, ``tp``,
        ``fp``, ``fn``, ``tn``.
    """
    label, score = nw.col("label"), nw.col("score")
    flagged = score >= threshold
    passed = score < threshold
    prepared = frame.select(
        *((nw.col("weight"),) if is_weighted else ()),
        bucket=nw.col("moment").dt.truncate(every),
        is_labelled=integer(~label.is_null()),
        is_unlabelled=integer(label.is_null()),
        is_scored=integer(~score.is_null()),
        is_flagged=integer(flagged),
        is_pos=integer(label == 1),
        is_tp=integer(flagged & (label == 1)),
        is_fp=integer(flagged & (label == 0)),
        is_fn=integer(passed & (label == 1)),
        is_tn=integer(passed & (label == 0)),
    )
    counts = {
        "n_labelled": "is_labelled",
        "n_unlabelled": "is_unlabelled",
        "n_scored": "is_scored",
        "n_flagged": "is_flagged",
        "n_pos": "is_pos",
        "tp": "is_tp",
        "fp": "is_fp",
        "fn": "is_fn",
        "tn": "is_tn",
    }
    rows = {"n": nw.len(), **{name: nw.col(source).sum() for name, source in counts.items()}}
    if not is_weighted:
        return in_groups(prepared, "bucket", **{name: count.cast(nw.Int64) for name, count in rows.items()})
    sums = {"n": nw.col("weight"), **{name: nw.col("weight") * nw.col(source) for name, source in counts.items()}}
    return in_groups(
        prepared.with_columns(**{f"w_{name}": part for name, part in sums.items()}),
        "bucket",
        **{name: nw.col(f"w_{name}").sum().cast(nw.Float64) for name in sums},
        **{f"rows_{name}": count.cast(nw.Int64) for name, count in rows.items()},
    )


def cube_table(
    frame: nw.LazyFrame[Any],
    keys: Mapping[str, nw.Expr],
    counted: nw.Expr,
    value: nw.Expr,
    *,
    with_cubes: bool = False,
    with_missed: bool = False,
    with_scores: bool = False,
    is_weighted: bool = False,
) -> nw.LazyFrame[Any]:
    """Aggregate judged rows by many keys at once: what a search for slices runs on.

    Parameters
    ----------
    frame : LazyFrame
        Rows of a log with ``score`` and ``label``; rows without either are left out.
    keys : mapping of str to Expr
        What to group by.
    counted : Expr
        Whether a row is in the denominator of the objective.
    value : Expr
        The objective of such a row.
    with_cubes, with_missed, with_scores : bool
    is_weighted : bool
        Whether each row counts as often as its weight says; rows without one are left out.

    Returns
    -------
    LazyFrame
        The keys, ``n``, ``positives``, ``trials`` (rows that count), ``total`` and ``squares`` (sums of the objective and of
        its square); if asked for ``cubes``, the sum of its third power, ``missed``, its sum over positive rows, and ``score_sum``
        and ``score_sq_sum``, those of the score. Weighted also ``rows``, those behind, and ``weight_sq``, the sum of squared
        weights.
    """
    judged = frame.filter(~nw.col("label").is_null() & ~nw.col("score").is_null())
    if is_weighted:
        judged = judged.filter(~nw.col("weight").is_null())
    prepared = judged.select(
        **keys,
        is_pos=nw.col("label").cast(nw.Int64),
        is_counted=integer(counted),
        value=nw.when(counted).then(value.cast(nw.Float64)),
        **({"score_of": nw.col("score").cast(nw.Float64)} if with_scores else {}),
        **({"weight": nw.col("weight")} if is_weighted else {}),
    )
    powers = {"squares": nw.col("value") * nw.col("value")}
    if with_cubes:
        powers["cubes"] = powers["squares"] * nw.col("value")
    if with_missed:
        powers["missed"] = nw.col("value") * nw.col("is_pos")
    if with_scores:
        powers |= {"score_sum": nw.col("score_of"), "score_sq_sum": nw.col("score_of") * nw.col("score_of")}
    if is_weighted:
        each = nw.col("weight")
        sums = {
            "n": each,
            "positives": each * nw.col("is_pos"),
            "trials": each * nw.col("is_counted"),
            "weight_sq": each * each,
        }
        sums |= {"total": each * nw.col("value"), **{name: each * power for name, power in powers.items()}}
        weighed = prepared.with_columns(**powers).with_columns(**{f"{name}_of": part for name, part in sums.items()})
        summed = {name: nw.col(f"{name}_of").sum().cast(nw.Float64) for name in sums}
        return in_groups(weighed, *keys, rows=nw.len().cast(nw.Int64), **summed)
    return in_groups(
        prepared.with_columns(**powers),
        *keys,
        n=nw.len().cast(nw.Int64),
        positives=nw.col("is_pos").sum().cast(nw.Int64),
        trials=nw.col("is_counted").sum().cast(nw.Int64),
        total=nw.col("value").sum(),
        **{name: nw.col(name).sum() for name in powers},
    )


def value_counts(frame: nw.LazyFrame[Any], column: str) -> nw.LazyFrame[Any]:
    """Count the rows of each value of a column, null included: ``value``, ``n``."""
    return in_groups(frame.select(value=nw.col(column)), "value", n=nw.len().cast(nw.Int64))


def head(frame: nw.LazyFrame[Any], columns: Sequence[str], limit: int) -> nw.LazyFrame[Any]:
    """Return the first rows of a cohort in the order of the file."""
    return frame.sort("row_id").select(*columns).head(limit)
