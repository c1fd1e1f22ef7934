"""What recalibration would be worth: maps fitted on one part of a cohort and judged on the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

import numpy as np
import polars as pl

from analytics.answers.calibration.answer import judged_bins, scored
from analytics.answers.overview import bucket
from analytics.answers.question import Question
from analytics.answers.thresholds.costs import cost_table
from analytics.errors import QuestionError
from analytics.measure.calibration.recalibration import METHODS, Method, ScoreMap, best_threshold, cost_per_row, fit_map
from analytics.measure.calibration.regrouping import parted, with_scores
from analytics.measure.calibration.table import slice_numbers
from analytics.measure.counts import is_weighted, judged, rows_of
from analytics.measure.intervals import FloatArray, ratio, wilson
from analytics.measure.reliability import GROUPS, equal_mass_groups, group_sums
from analytics.measure.score_bins import BinnedSlices, ScoreBins
from analytics.measure.thresholds.costs import Costs, theoretical_threshold, with_mean_amounts
from analytics.query.engine import Engine
from analytics.query.score_table import ScoreTable

_AS_LOGGED = "as logged"
Split = Literal["time", "rows"]
"""How the part that maps are fitted on is chosen: the earlier rows, or rows drawn at random."""
_DEFAULT_COSTS = Costs()


@dataclass(frozen=True)
class Recalibration:
    """Recalibration what-if.

    Attributes
    ----------
    table : DataFrame
        One row per map, ``as logged`` first: ``method, n`` (judged rows it is judged on), ``difference, ece, ece_low,
        ece_high, brier, log_loss, slope``; mean cost per row ``cost_at_formula``, at the threshold that the costs imply
        for probabilities, and ``cost_at_best``, at ``best_threshold`` of the part that the map was fitted on. Scores that
        are no probabilities have as logged the cost at their best threshold alone.
    bins : DataFrame
        ``method`` and equal-mass bins of the judged part: ``n, mean_score, observed, observed_low, observed_high``.
    maps : dict of str to ScoreMap
        Those that could be fitted.
    fitted_rows, judged_rows : int
    split : str or None
        The first moment of the judged part as text; None where the parts are drawn at random.
    formula_threshold : float or None
        The best threshold of probabilities under the costs; None where flagging does not gain with the score.
    costs : Costs
        What one row costs; where an amount multiplies a cell, at the mean amount of its label.
    """

    table: pl.DataFrame
    bins: pl.DataFrame
    maps: dict[str, ScoreMap]
    fitted_rows: int
    judged_rows: int
    split: str | None
    formula_threshold: float | None
    costs: Costs


def recalibration(
    engine: Engine,
    question: Question,
    costs: Costs = _DEFAULT_COSTS,
    *,
    split: Split = "time",
    share: float = 0.5,
    groups: int = GROUPS,
    seed: int = 0,
) -> Recalibration:
    """Fit maps on one part of the judged rows and judge them on the other; rows that stand for many count as often.

    Parameters
    ----------
    engine, question, costs, groups
    split : {"time", "rows"}
        Fit on the earlier rows, or on rows drawn at random; logs without at least two times can only be drawn from.
    share : float
        Of the judged rows, that maps are fitted on; by time as near to it as the buckets of the log's span allow.
    seed : int
        Of the draw.

    Raises
    ------
    QuestionError
        If too few rows can be judged.
    """
    if not 0 < share < 1:
        raise QuestionError(f"Expected a share between 0 and 1 to fit maps on, found {share:g}.")
    fitted_on, judged_on, first, n_rows = _parts_of(engine, question, split, share, seed)
    if not fitted_on.judged.sum() or not judged_on.judged.sum():
        raise QuestionError("Recalibration needs judged rows to fit on and others to be judged on; there are too few.")
    costs = _at_mean_amounts(engine, question, costs)
    formula = theoretical_threshold(costs)
    methods: list[Method] = list(METHODS) if question.log.is_probability else ["isotonic"]
    maps = {method: found for method in methods if (found := fit_map(fitted_on, method)) is not None}
    sides = {str(name): (_moved(fitted_on, found), _moved(judged_on, found)) for name, found in maps.items()}
    sides = {_AS_LOGGED: (fitted_on, judged_on), **sides}
    rows, bins = [], []
    for name, (learned, other) in sides.items():
        best = best_threshold(learned, costs)
        row = {
            "method": name,
            "n": n_rows[1],
            "cost_at_best": cost_per_row(other, best, costs),
            "best_threshold": best if isfinite(best) else None,
        }
        if name != _AS_LOGGED or question.log.is_probability:
            row |= slice_numbers(other, groups=groups, level=0.95, seed=seed, replicates=1, cells=100)
            row["cost_at_formula"] = None if formula is None else cost_per_row(other, formula, costs)
            bins.append(_bins_of(other, groups).with_columns(method=pl.lit(name)))
        rows.append(row)
    names = (
        "difference",
        "ece",
        "ece_low",
        "ece_high",
        "brier",
        "log_loss",
        "slope",
        "cost_at_formula",
        "cost_at_best",
        "best_threshold",
    )
    schema = {"method": pl.String, "n": pl.Int64, **dict.fromkeys(names, pl.Float64)}
    table = pl.DataFrame([{key: row.get(key) for key in schema} for row in rows], schema=schema)
    return Recalibration(
        table=table,
        bins=pl.concat(bins) if bins else pl.DataFrame(),
        maps={str(method): found for method, found in maps.items()},
        fitted_rows=n_rows[0],
        judged_rows=n_rows[1],
        split=first,
        formula_threshold=formula,
        costs=costs,
    )


def _at_mean_amounts(engine: Engine, question: Question, costs: Costs) -> Costs:
    """Return costs without amounts: each counts as the mean of the cohort's rows with its label."""
    if not costs.amount_cells:
        return costs
    sums = cost_table(engine, question).bins()
    means = (
        ratio(amounts.sum(), rows.sum()) for amounts, rows in ((sums.amount_pos, sums.pos), (sums.amount_neg, sums.neg))
    )
    return with_mean_amounts(costs, *(float(mean) if isfinite(mean) else 0.0 for mean in means))


def _parts_of(
    engine: Engine, question: Question, split: Split, share: float, seed: int
) -> tuple[ScoreBins, ScoreBins, str | None, tuple[int, int]]:
    """Return the part to fit on and the part to judge on, the first moment of the latter where time splits them, their rows."""
    every = bucket(question.log) if split == "time" else None
    scores = scored(engine, question, (), every)
    dated = scores.frame.filter(pl.col("score_bin").is_not_null())
    dated = dated.drop_nulls("bucket") if every else dated
    n = pl.col("rows") - pl.col("rows_unlabelled") if is_weighted(dated) else pl.col("n") - pl.col("n_unlabelled")
    counts = dated.group_by("bucket").agg(n=n.sum()).sort("bucket").filter(pl.col("n") > 0) if every else pl.DataFrame()
    if counts.height < 2:
        bins, rows = judged_bins(scores), None
        if is_weighted(scores.frame):
            known = scores.frame.filter(judged(scores.frame) > 0)
            bins = judged_bins(replace(scores, frame=known))
            rows = BinnedSlices(rows_of(known), pl.DataFrame(), len(scores.edges)).alone(0)[1]
        both = parted(bins, share, seed, rows)
        n_rows = float((bins if rows is None else rows).judged.sum())
        return (*both, None, (int(share * n_rows), int(n_rows) - int(share * n_rows)))
    before = counts["n"].cum_sum().to_numpy() / counts["n"].sum()
    first = counts["bucket"][1 + int(np.argmin(np.abs(before[:-1] - share)))]
    earlier, later = (
        judged_bins(ScoreTable(dated.filter(side), scores.edges, 0, (), is_exact=scores.is_exact))
        for side in (pl.col("bucket") < first, pl.col("bucket") >= first)
    )
    n_earlier = int(counts.filter(pl.col("bucket") < first)["n"].sum())
    return earlier, later, str(first), (n_earlier, int(counts["n"].sum()) - n_earlier)


def _moved(bins: ScoreBins, score_map: ScoreMap) -> ScoreBins:
    """Return the bins under the probabilities of a map."""
    return with_scores(bins, score_map(bins.score[0]))


def _bins_of(bins: ScoreBins, groups: int) -> pl.DataFrame:
    """Return the equal-mass bins of a reliability diagram."""
    group = equal_mass_groups(bins.judged, groups)

    def sums(values: FloatArray) -> FloatArray:
        return np.asarray(group_sums(values, group, groups)[0], dtype=float)

    n = sums(bins.judged)
    observed = wilson(sums(bins.pos), n)
    found = {
        "n": n,
        "mean_score": ratio(sums(bins.score_sum), n),
        "observed": observed.value,
        "observed_low": observed.low,
        "observed_high": observed.high,
    }
    return pl.DataFrame(found).filter(pl.col("n") > 0).with_columns(pl.col("n").cast(pl.Int64))
