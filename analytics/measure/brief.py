"""The slices that the brief looks at, all columns together: what the model does worse there, in one currency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from analytics.measure.base_rate import LabelErrors
from analytics.measure.clusters import Clusters, effect_between, widened
from analytics.measure.comparisons import benjamini_hochberg
from analytics.measure.counts import COUNT_COLUMNS, Counts
from analytics.measure.estimates import columns_of
from analytics.measure.intervals import FloatArray, Interval, difference_p_value, ratio
from analytics.measure.slices import MIN_SUPPORT
from analytics.measure.slices_cost import priced_excess

CELLS = ("tp", "fp", "fn", "tn")
_OF_KIND = {"fnr": ("tp", "fn"), "fpr": ("fp", "tn")}
"""The rows that a kind of error is a share of."""
MOST_ROWS = 0.5
"""Share of the judged rows from which on a value is the rule and no exception, as in `slices_ranking.ranked_columns`; a field
that arrives empty may be a fault on most rows too."""
MOST_EMPTY = 0.9
"""Share of the judged rows from which on a field is seldom filled, and no fault of its source: an argument of one tool of many.
Where it broke on a day preflight says so. By hand."""


def worst_table(
    counts: pl.DataFrame,
    weights: tuple[float, float] = (1.0, 1.0),
    *,
    min_support: int = MIN_SUPPORT,
    level: float = 0.95,
) -> pl.DataFrame:
    """Weigh what the model does worse in slices of many columns, each against the rest of its column.

    Parameters
    ----------
    counts : polars.DataFrame
        ``column, kind, tp, fp, fn, tn``: the slices of each column add up to the rows that they are compared in. ``kind`` is
        "value", "missing", or "rest" for rows that are only compared with. ``tested``, where it is given, holds p-values of a
        test that was made before; null asks for the one below.
    weights : (float, float)
        What a miss and what a false alarm counts: 1 each in wrong decisions, else in money.
    min_support : int
        Judged rows that a slice and its rest need to be compared.
    level : float
        Confidence level of the intervals.

    Returns
    -------
    polars.DataFrame
        The rows of ``counts`` that were compared, with ``judged``, ``share`` (of the judged rows of its column), ``fnr, fpr,
        error_rate`` and those of the rest with ``_rest``, ``missed`` and ``flagged`` (weighted misses and false alarms beyond
        what the rest's FNR and FPR predict), ``excess`` (their sum) with ``_low`` and ``_high``, ``p`` and ``p_adjusted``.
        The worst comes first.

    Notes
    -----
    p is that of `slices_cost.priced_excess`, adjusted over all rows of the answer (Benjamini-Hochberg).

    Examples
    --------
    >>> counts = pl.DataFrame({"column": ["kind"] * 3, "kind": ["value"] * 3, "value": ["travel", "food", "home"],
    ...     "tp": [20, 700, 150], "fp": [10, 90, 20], "fn": [80, 300, 50], "tn": [900, 9_000, 2_000]})
    >>> worst_table(counts).select("value", pl.col("excess").round(1), pl.col("p_adjusted") < 0.05).row(0)
    ('travel', 51.8, True)
    """
    total = [pl.col(name).sum().over("column").alias(f"{name}_all") for name in CELLS]
    judged, every = pl.sum_horizontal(CELLS), pl.sum_horizontal(f"{name}_all" for name in CELLS)
    table = counts.with_columns(total).with_columns(judged=judged, every=every).with_columns(share=judged / every)
    is_compared = (pl.col("judged") >= min_support) & (pl.col("every") - pl.col("judged") >= min_support)
    most = pl.when(pl.col("kind") == "missing").then(MOST_EMPTY).otherwise(MOST_ROWS)
    is_exception = pl.col("share") < most
    table = table.filter((pl.col("kind") != "rest") & is_compared & is_exception)
    own = _errors_of(table, "")
    rest = _errors_of(table, "_all") - own
    part, p = priced_excess(own, rest, weights, level)
    missed, flagged = own.beyond(rest)
    if "tested" in table.columns:
        before = table["tested"].cast(pl.Float64).fill_null(np.nan).to_numpy()
        p = np.where(np.isnan(before), p, before)
    found = {
        **_rates_of(own, ""),
        **_rates_of(rest, "_rest"),
        "missed": weights[0] * missed,
        "flagged": weights[1] * flagged,
        **columns_of("excess", part),
        "p": p,
        "p_adjusted": benjamini_hochberg(p),
    }
    drop = ["every", *(f"{name}_all" for name in CELLS)]
    made = table.drop(drop).with_columns(pl.Series(name, values).fill_nan(None) for name, values in found.items())
    return made.sort("excess", descending=True, nulls_last=True, maintain_order=True)


def with_units(
    row: dict[str, Any],
    counts: pl.DataFrame,
    clusters: pl.DataFrame,
    place: int,
    weights: tuple[float, float] = (1.0, 1.0),
    *,
    n_compared: int,
    level: float = 0.95,
) -> dict[str, Any]:
    """Return a row of `worst_table` as it is where rows belong together: its interval is wider, and its p larger.

    A p that its page tested stays: it knows of units.

    Parameters
    ----------
    row : dict
    counts : polars.DataFrame
        A key and ``tp, fp, fn, tn``: the slices of the row's column.
    clusters : polars.DataFrame
        The same slices as `Clusters.of_slices` reads them.
    place : int
        Which of them the row is.
    weights, level
        As in `worst_table`.
    n_compared : int
        How many slices were looked at: p is multiplied by it where it says nothing by rows.
    """
    zeros = pl.lit(0).alias
    every = Counts.of(counts.with_columns(zeros(name) for name in COUNT_COLUMNS if name not in CELLS))
    units, of_all = Clusters.of_slices(clusters, counts, [counts.columns[0]])
    own, inside = every[place : place + 1], units[place : place + 1]

    def beyond(slices: Counts, rest: Counts) -> FloatArray:
        missed, flagged = LabelErrors.of(slices).beyond(LabelErrors.of(rest))
        return ratio(weights[0] * missed + weights[1] * flagged, slices.judged)

    effect = effect_between(beyond, (own, inside), (every.total() - own, of_all - inside))
    by_rows = Interval(*(np.array([row[f"excess{end}"]]) for end in ("", "_low", "_high")))
    excess = widened(by_rows, effect, level)
    ends = {"excess_low": float(excess.low[0]), "excess_high": float(excess.high[0])}
    if row["tested"] is not None:
        return {**row, **ends}
    p = max(float(difference_p_value(excess, level, effect.freedom)[0]), row["p"])
    times = row["p_adjusted"] / row["p"] if row["p"] > 0 else n_compared
    return {**row, **ends, "p": p, "p_adjusted": min(1.0, p * times)}


def gravity(row: Mapping[str, Any], totals: Mapping[str, float], kind: str | None) -> float:
    """Return the share of the rows of its class that a slice has wrong more than elsewhere: misses and false alarms side by side.

    Parameters
    ----------
    row : mapping
        A row of `worst_table`.
    totals : mapping of str to float
        ``tp, fp, fn, tn`` of all rows.
    kind : str or None
        "fnr" or "fpr"; of anything else it is zero.

    Examples
    --------
    >>> row = {"fn": 50, "tp": 50, "fnr": 0.5, "fnr_rest": 0.25}
    >>> gravity(row, {"tp": 350, "fn": 150, "fp": 0, "tn": 500}, "fnr")
    0.05
    """
    if kind is None or kind not in _OF_KIND:
        return 0.0
    cells = _OF_KIND[kind]
    wrong = (row[kind] - row[f"{kind}_rest"]) * sum(row[cell] for cell in cells)
    return float(wrong / max(sum(totals[cell] for cell in cells), 1))


def _errors_of(table: pl.DataFrame, end: str) -> LabelErrors:
    tp, fp, fn, tn = (table[f"{name}{end}"].cast(pl.Float64).to_numpy() for name in CELLS)
    return LabelErrors(tp + fn, fn, fp + tn, fp)


def _rates_of(errors: LabelErrors, end: str) -> dict[str, FloatArray]:
    return {
        f"fnr{end}": ratio(errors.missed, errors.positives),
        f"fpr{end}": ratio(errors.flagged, errors.negatives),
        f"error_rate{end}": ratio(errors.errors, errors.judged),
    }
