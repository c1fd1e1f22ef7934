"""How good rankings are: means over queries, from sums by slice. The query is the unit, and one row."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.measure.intervals import Estimate, FloatArray
from analytics.measure.metric import Metric
from analytics.measure.numbers import mean_of
from analytics.measure.sum_estimators import SumMean, SumShare

_Sums = Mapping[str, FloatArray]
"""Sums over the judged queries of slices by name, arrays of shape (slices,)."""


def _ndcg(sums: _Sums, n: FloatArray) -> Estimate:
    """Average nDCG over the queries that have a relevant row.

    >>> import numpy as np
    >>> sums = {"ndcg_sum": np.array([1.5]), "ndcg_sq_sum": np.array([1.25])}
    >>> float(_ndcg(sums, np.array([2.0])).value[0])
    0.75
    """
    return mean_of(sums["ndcg_sum"], sums["ndcg_sq_sum"], n)


def _mrr(sums: _Sums, n: FloatArray) -> Estimate:
    """Average the reciprocal rank of the first relevant row, 0 where none is."""
    return mean_of(sums["reciprocal_rank_sum"], sums["reciprocal_rank_sq_sum"], n)


def _precision_at(sums: _Sums, n: FloatArray) -> Estimate:
    """Average the share of the first k ranks that are relevant."""
    return mean_of(sums["precision_at_sum"], sums["precision_at_sq_sum"], n)


_NOTHING_JUDGED = "no query is known in all its rows"

OF_RANKINGS: tuple[Metric, ...] = (
    Metric(
        "ndcg",
        "nDCG@k",
        "Mean discounted gain of the first k ranks as a share of the best order's, over queries with a relevant row.",
        "mean of (sum of relevance / log2(rank + 1)) / (the same in the best order), both over the first k ranks",
        "no query has a relevant row",
        "higher",
        SumMean(_ndcg, frozenset({"ndcg_sum", "ndcg_sq_sum", "ndcg_n_sum"}), "ndcg_n_sum"),
        frozenset({"slices"}),
        kinds=frozenset({"rankings"}),
        has_proper_name=True,
    ),
    Metric(
        "mrr",
        "Mean reciprocal rank",
        "Mean of 1 / rank of the first relevant row of a query, 0 where none is relevant.",
        "mean of 1 / rank of the first relevant row",
        _NOTHING_JUDGED,
        "higher",
        SumMean(_mrr, frozenset({"reciprocal_rank_sum", "reciprocal_rank_sq_sum"})),
        frozenset({"slices"}),
        short="MRR",
        kinds=frozenset({"rankings"}),
    ),
    Metric(
        "precision_at_k",
        "Precision@k",
        "Mean share of the first k ranks of a query that are relevant; ranks that a query does not fill are not.",
        "mean of (relevant among the first k ranks) / k",
        _NOTHING_JUDGED,
        "higher",
        SumMean(_precision_at, frozenset({"precision_at_sum", "precision_at_sq_sum"})),
        frozenset({"slices"}),
        is_share=True,
        short="P@k",
        kinds=frozenset({"rankings"}),
    ),
    Metric(
        "hit_rate",
        "Hit rate@k",
        "Share of the queries that have a relevant row among the first k ranks.",
        "queries with a relevant row among the first k ranks / queries",
        _NOTHING_JUDGED,
        "higher",
        SumShare("hit_sum"),
        frozenset({"slices"}),
        is_share=True,
        short="Hit@k",
        kinds=frozenset({"rankings"}),
    ),
)
"""The metrics of logs of rankings: a part of the registry."""
