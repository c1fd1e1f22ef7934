"""Each slice against its complement: the rest of the cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from analytics.measure.base_rate import LabelErrors, base_rate_excess, base_rate_split, excess_rate, model_excess
from analytics.measure.clusters import Clusters, effect_between, together, widened
from analytics.measure.comparisons import SIGNIFICANT, benjamini_hochberg
from analytics.measure.counts import Counts, confusion_table
from analytics.measure.estimates import add_spreads, columns_of, evidence, interval, joined, with_columns
from analytics.measure.evidence import Evidence, Sides
from analytics.measure.gradients import mean_weight
from analytics.measure.intervals import FloatArray, Interval, difference, difference_p_value, newcombe, ratio
from analytics.measure.metric import Metric
from analytics.measure.metrics import METRICS, metrics_of, named
from analytics.measure.slices_cost import COST

MIN_SUPPORT = 30
"""Judged rows below which a slice is marked: the interval of a share of one half is then at least 34 points wide (Wilson at
95 %)."""
_OF_CLASSES = ("base_rate", "base_rate_complement", *(f"excess_base_rate{end}" for end in ("", "_low", "_high")))
"""Columns that only rows of two classes have."""


def slice_table(
    score_table: pl.DataFrame,
    edges: FloatArray,
    *,
    by: Sequence[str],
    threshold_bin: int,
    metrics: Sequence[str] = metrics_of("yes/no"),
    metric: str = "error_rate",
    level: float = 0.95,
    seed: int = 0,
    min_support: int = MIN_SUPPORT,
    is_probability: bool,
    is_right_or_wrong: bool = False,
    clusters: pl.DataFrame | None = None,
    unit_bins: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Estimate metrics for every slice and compare each with the slice's complement.

    Parameters
    ----------
    score_table, edges, by, threshold_bin, metrics, level, seed, is_probability, is_right_or_wrong, clusters, unit_bins
        As in `estimate_table`.
    metric : str
        The metric whose comparison is the slice's headline; it is added to ``metrics`` when absent.
    min_support : int
        A slice with fewer judged rows, or fewer rows in the denominator of ``metric``, is marked in ``few_rows``.

    Returns
    -------
    polars.DataFrame
        by…, the counts of `confusion_table`; few_rows, share_of_rows, share_of_errors, excess_errors (judged rows times
        the difference of error rates) with _low and _high; base_rate, base_rate_complement (share of the judged rows that are
        positive); expected_errors (what the complement's FNR and FPR predict on the slice's positives and negatives);
        excess_base_rate and excess_model, the two parts of excess_errors as `base_rate_split` says, each with _low and _high;
        excess_model_p, excess_model_p_adjusted; difference, difference_low, difference_high, p_value,
        p_adjusted of ``metric``; then for every metric m: m, m_low, m_high, m_complement, m_difference (slice less
        complement), m_difference_low, m_difference_high, m_p, m_p_adjusted. For metrics of the counts that move with the base
        rate also m_base_rate (what the complement's FNR and FPR give on the slice's positives and negatives), m_beyond (m less
        that) with _low and _high, m_beyond_p, m_beyond_p_adjusted. With clusters n_units, design_effect of
        ``metric``, and m_design_effect, as in `estimate_table`. Where rows are right or wrong no base rate explains an error,
        and there are no columns of it.

    Notes
    -----
    The interval of a difference combines the two single intervals (MOVER), which for proportions is Newcombe's. The
    p-value of a proportion is the pooled z-test's, or Fisher's where few are expected; of other metrics it is read off
    the interval, and for means it is at least that of a z-test with the variance of all rows. Adjusted p-values
    control the false discovery rate over all slices of the table (Benjamini-Hochberg).

    Examples
    --------
    >>> sums = {name: [0.0] * 3 for name in ("score_sum", "score_sq_sum", "score_pos_sum", "log_loss_sum")}
    >>> table = pl.DataFrame({"region": ["north", "south", None], "score_bin": [0, 0, 0], "n": [50, 50, 100],
    ...     "n_pos": [20, 5, 10], "n_unlabelled": [0, 0, 0], **sums})
    >>> found = slice_table(table, np.array([0.2]), by=["region"], threshold_bin=1, metrics=[], is_probability=True)
    >>> found.select("region", "error_rate", "error_rate_complement", "share_of_rows").rows()
    [('north', 0.4, 0.1, 0.25), ('south', 0.1, 0.2, 0.25), (None, 0.1, 0.25, 0.5)]
    """
    chosen = named((*metrics, metric))
    slices = confusion_table(score_table, by=by, threshold_bin=threshold_bin, is_right_or_wrong=is_right_or_wrong)
    compared = {each.name: _Comparison(each, level, is_probability) for each in chosen}
    spreads: dict[str, list[FloatArray]] = {}
    for known, total in evidence(score_table, slices, chosen, by, len(edges), seed, clusters, unit_bins):
        complement = total - known
        add_spreads(spreads, known, chosen)
        for each in compared.values():
            each.add(known, complement, total)
    columns = {each.name: compared[each.name].columns(Counts.of(slices)) for each in chosen}
    headline = {
        "difference": f"{metric}_difference",
        "difference_low": f"{metric}_difference_low",
        "difference_high": f"{metric}_difference_high",
        "p_value": f"{metric}_p",
        "p_adjusted": f"{metric}_p_adjusted",
    }
    found = {
        **_impact(slices, by, clusters, level),
        "few_rows": _support(Counts.behind(slices) or Counts.of(slices), METRICS[metric]) < min_support,
        **{name: columns[metric][source] for name, source in headline.items()},
        **{name: column for per_metric in columns.values() for name, column in per_metric.items()},
        **_with_headline(spreads, metric),
    }
    table = with_columns(slices, found)
    return table.drop(_OF_CLASSES) if is_right_or_wrong else table


def compared_by(metric: str) -> tuple[str, str]:
    """Name the columns of a `slice_table` by which a slice is worse or better: the difference, and its adjusted p-value.

    What the base rate explains is no fault of the model: error rates go by the model's part of the excess errors, costs by what
    these cost (`slices_cost`), other metrics of the counts that move with the base rate by what lies beyond it.

    >>> compared_by("error_rate"), compared_by("precision")
    (('excess_model', 'excess_model_p_adjusted'), ('precision_beyond', 'precision_beyond_p_adjusted'))
    """
    found = METRICS[metric]
    if metric == COST:
        return "excess_cost", "excess_cost_p_adjusted"
    if found.is_of_errors:
        return "excess_model", "excess_model_p_adjusted"
    if found.is_count and found.moves_with_base_rate:
        return f"{metric}_beyond", f"{metric}_beyond_p_adjusted"
    return f"{metric}_difference", f"{metric}_p_adjusted"


def is_worse(metric: str) -> pl.Expr:
    """Say which slices of a `slice_table` with enough rows are clearly worse than their complements.

    By the columns of `compared_by`, and never where neither direction is better.
    """
    found = METRICS[metric]
    difference, p = map(pl.col, compared_by(metric))
    direction = "lower" if found.is_of_errors else found.direction
    side = {"lower": difference > 0, "higher": difference < 0, "neither": pl.lit(False)}[direction]
    return (~pl.col("few_rows") & (p < SIGNIFICANT) & side).fill_null(False)


class _Comparison:
    """One metric of the slices, of their complements and the difference, gathered run by run."""

    def __init__(self, metric: Metric, level: float, is_probability: bool) -> None:
        self.metric, self.level, self.is_probability = metric, level, is_probability
        self.own: list[Interval] = []
        self.complement: list[Interval] = []
        self.p: list[FloatArray] = []
        self.correlation: list[FloatArray] = []
        self.freedom: list[FloatArray] = []

    def add(self, known: Evidence, complement: Evidence, total: Evidence) -> None:
        own = interval(self.metric, known, level=self.level, is_probability=self.is_probability)
        other = interval(self.metric, complement, level=self.level, is_probability=self.is_probability)
        self.own.append(own)
        self.complement.append(other)
        sides, estimator = Sides(known, complement, total, own, other, self.level), self.metric.estimator
        spreads = [estimator.spread(side) for side in (known, complement)]
        if known.clusters is not None and spreads[0] is not None and spreads[1] is not None:
            correlation, freedom = together(known.clusters, spreads[0], spreads[1])
            sides = replace(sides, correlation=correlation, freedom=freedom)
            self.correlation.append(correlation)
            self.freedom.append(freedom)
        self.p.append(estimator.p_value(sides))

    def columns(self, counts: Counts) -> dict[str, FloatArray]:
        name = self.metric.name
        own, complement = joined(self.own), joined(self.complement)
        correlation, freedom = (np.concatenate(each) if each else None for each in (self.correlation, self.freedom))
        p = np.concatenate(self.p) if self.p else np.empty(0)
        tests = {f"{name}_p": p, f"{name}_p_adjusted": benjamini_hochberg(p)}
        return {
            **columns_of(name, own),
            f"{name}_complement": complement.value,
            **columns_of(f"{name}_difference", difference(own, complement, correlation)),
            **tests,
            **self._beyond(counts, own, complement, correlation, freedom),
        }

    def _beyond(
        self,
        counts: Counts,
        own: Interval,
        complement: Interval,
        correlation: FloatArray | None,
        freedom: FloatArray | None,
    ) -> dict[str, FloatArray]:
        """Compare with what the base rate explains: the complement's FNR and FPR on the slice's positives and negatives.

        That value is taken to be as uncertain as the complement's own.
        """
        numerator, denominator = self.metric.numerator, self.metric.denominator
        if not self.metric.moves_with_base_rate or numerator is None or denominator is None:
            return {}
        rest = LabelErrors.of(counts.total() - counts)
        fn = (counts.tp + counts.fn) * ratio(rest.missed, rest.positives)
        fp = (counts.fp + counts.tn) * ratio(rest.flagged, rest.negatives)
        predicted = replace(counts, tp=counts.tp + counts.fn - fn, fn=fn, fp=fp, tn=counts.fp + counts.tn - fp)
        explained = ratio(numerator(predicted), denominator(predicted))
        shift = explained - complement.value
        beyond = difference(own, Interval(explained, complement.low + shift, complement.high + shift), correlation)
        p = difference_p_value(beyond, self.level, freedom)
        name = self.metric.name
        tests = {f"{name}_beyond_p": p, f"{name}_beyond_p_adjusted": benjamini_hochberg(p)}
        return {f"{name}_base_rate": explained, **columns_of(f"{name}_beyond", beyond), **tests}


def _with_headline(spreads: dict[str, list[FloatArray]], metric: str) -> dict[str, Any]:
    """Return n_units and the design effects, first the one of the slices' headline; nothing where every row stands alone."""
    found: dict[str, Any] = {name: np.concatenate(parts) for name, parts in spreads.items()}
    if not found:
        return {}
    own = found.get(f"{metric}_design_effect")
    n_units = {"n_units": pl.Series(found.pop("n_units")).cast(pl.Int64)} if "n_units" in found else {}
    return {**n_units, **({"design_effect": own} if own is not None else {}), **found}


def _support(counts: Counts, metric: Metric) -> FloatArray:
    """Rows that a metric rests on: judged ones, those of its denominator alone where it has one."""
    return counts.judged if metric.denominator is None else np.minimum(counts.judged, metric.denominator(counts))


def _both(own: Counts | None, rest: Counts | None) -> tuple[Counts, Counts] | tuple[None, None]:
    """Return the rows behind both sides, where rows stand for many."""
    return (None, None) if own is None or rest is None else (own, rest)


def _impact(slices: pl.DataFrame, by: Sequence[str], clusters: pl.DataFrame | None, level: float) -> dict[str, Any]:
    counts, behind = Counts.of(slices), Counts.behind(slices)
    total = counts.total()
    rest, others, each = total - counts, None, np.ones(slices.height)
    own_rows, other_rows = counts, rest
    if behind is not None:
        others = behind.total() - behind
        rest = rest.without_dust(others)
        each = mean_weight(counts, behind)
        # As many rows of which each stands for as many: what tests and bounds of rows are of, before they are widened.
        own_rows, other_rows = counts.times(1 / each), rest.times(1 / mean_weight(rest, others))
    gap = newcombe(own_rows.errors, own_rows.judged, other_rows.errors, other_rows.judged, level)
    excess = Interval(*(counts.judged * side for side in (gap.value, gap.low, gap.high)))
    own, other = LabelErrors.of(own_rows), LabelErrors.of(other_rows)
    split = base_rate_split(own, other, level)
    if clusters is not None:
        units, all_units = Clusters.of_slices(clusters, slices, by)
        sides = (counts, units), (rest, all_units - units), _both(behind, others)
        excess = widened(excess, effect_between(excess_rate, *sides), level)
        split = split.widened(*(effect_between(part, *sides) for part in (base_rate_excess, model_excess)))
    split = split if behind is None else split.times(each)
    return {
        "share_of_rows": ratio(counts.n, total.n),
        "share_of_errors": ratio(counts.errors, total.errors),
        **columns_of("excess_errors", excess),
        "base_rate": own.base_rate,
        "base_rate_complement": other.base_rate,
        "expected_errors": split.expected,
        **columns_of("excess_base_rate", split.base_rate),
        **columns_of("excess_model", split.model),
        "excess_model_p": split.p_value,
        "excess_model_p_adjusted": benjamini_hochberg(split.p_value),
    }
