"""Which class is taken for which, and how well each is found: from the rows of every pair of true and predicted class."""

from __future__ import annotations

import numpy as np
import polars as pl

from analytics.measure.class_units import against_third, class_clusters, excess_effect, weighted_counts, with_squares
from analytics.measure.clusters import widened
from analytics.measure.comparisons import benjamini_hochberg
from analytics.measure.curves import auroc
from analytics.measure.estimates import columns_of, estimate_table, with_columns
from analytics.measure.intervals import FloatArray, Interval, difference_p_value, logit_interval, newcombe, ratio

_PER_CLASS = ("precision", "recall", "f1")
"""The metrics of a class against the rest that the pairs of classes suffice for."""
_AVERAGES = ("macro", "weighted", "micro")
"""How metrics of classes are averaged, by scikit-learn's names."""


def class_table(
    pairs: pl.DataFrame, cells: pl.DataFrame | None = None, *, level: float = 0.95, seed: int = 0
) -> pl.DataFrame:
    """Estimate each class against the rest.

    Parameters
    ----------
    pairs : polars.DataFrame
        ``true, predicted, n``: the judged rows of each pair of classes; where rows stand for many weighted, with the rows
        behind and the sum of squared weights, ``rows, n_sq``.
    cells : polars.DataFrame, optional
        Where rows belong together, ``unit, true, predicted, n``.
    level, seed
        Of the intervals, and of the bootstrap behind that of F1.

    Returns
    -------
    polars.DataFrame
        ``class, support`` (rows of it), ``n_predicted``, ``tp, fp, fn``, then ``precision, recall, f1``, each with ``_low`` and
        ``_high``, null where a class is never predicted or has no row; the most frequent class first. With weights all counts
        are weighted, and ``rows`` are those behind the support.

    Examples
    --------
    >>> pairs = pl.DataFrame({"true": ["a", "a", "b"], "predicted": ["a", "b", "b"], "n": [8, 2, 5]})
    >>> class_table(pairs).select("class", "support", "precision", "recall").rows()
    [('a', 10, 1.0, 0.8), ('b', 5, 0.7142857142857143, 1.0)]
    """
    clusters = class_clusters(pairs, cells)
    if "rows" in pairs.columns:
        return _weighted_table(pairs, clusters, level, seed)
    every = int(pairs["n"].sum())
    names = pl.concat([pairs.select(name=pl.col("true")), pairs.select(name=pl.col("predicted"))]).unique(
        maintain_order=True
    )
    per = {
        "support": pairs.group_by(name="true", maintain_order=True).agg(support=pl.col("n").sum()),
        "n_predicted": pairs.group_by(name="predicted", maintain_order=True).agg(n_predicted=pl.col("n").sum()),
        "tp": pairs.filter(pl.col("true") == pl.col("predicted"))
        .group_by(name="true", maintain_order=True)
        .agg(tp=pl.col("n").sum()),
    }
    counts = names
    for table in per.values():
        counts = counts.join(table, on="name", how="left")
    counts = counts.with_columns(pl.col(*per).fill_null(0).cast(pl.Int64)).sort(
        ["support", "name"], descending=[True, False]
    )
    flagged = counts.select("name", score_bin=pl.lit(1), n="n_predicted", n_pos="tp")
    passed = counts.select(
        "name", score_bin=pl.lit(0), n=every - pl.col("n_predicted"), n_pos=pl.col("support") - pl.col("tp")
    )
    scores = pl.concat([flagged, passed]).with_columns(n_unlabelled=pl.lit(0))
    kept = _estimated(scores, clusters, level, seed)
    return (
        counts.join(kept, on="name", how="left")
        .rename({"name": "class"})
        .select("class", "support", "n_predicted", "tp", "fp", "fn", *_NUMBERS)
    )


_NUMBERS = [f"{name}{end}" for name in _PER_CLASS for end in ("", "_low", "_high")]
"""The columns of metrics of a class."""


def _estimated(scores: pl.DataFrame, clusters: pl.DataFrame | None, level: float, seed: int) -> pl.DataFrame:
    """Estimate the metrics of classes from their rows that are predicted and that are not."""
    found = estimate_table(
        scores,
        np.array([0.0, 1.0]),
        by=("name",),
        threshold_bin=1,
        metrics=_PER_CLASS,
        level=level,
        seed=seed,
        is_probability=False,
        clusters=clusters,
    )
    return found.select("name", "fp", "fn", *_NUMBERS)


def _weighted_table(pairs: pl.DataFrame, clusters: pl.DataFrame | None, level: float, seed: int) -> pl.DataFrame:
    """Estimate each class against the rest where rows stand for many."""
    counts, scores = weighted_counts(pairs)
    kept = _estimated(scores, clusters, level, seed)
    held = counts.select(
        "name",
        support=pl.col("n_tp") + pl.col("n_fn"),
        rows=(pl.col("rows_tp") + pl.col("rows_fn")).cast(pl.Int64),
        n_predicted=pl.col("n_tp") + pl.col("n_fp"),
        tp="n_tp",
    )
    return (
        held.join(kept, on="name")
        .rename({"name": "class"})
        .sort(["support", "class"], descending=[True, False])
        .select("class", "support", "rows", "n_predicted", "tp", "fp", "fn", *_NUMBERS)
    )


def confusion_pairs(pairs: pl.DataFrame, cells: pl.DataFrame | None = None, *, level: float = 0.95) -> pl.DataFrame:
    """Return every pair of classes, those that are confused with their excess over how often the other classes are.

    Parameters
    ----------
    pairs, cells : polars.DataFrame
        As in `class_table`.
    level : float
        Of the interval.

    Returns
    -------
    polars.DataFrame
        ``true, predicted, n, share_of_true, share_of_predicted``, and for pairs of different classes ``expected`` (the rows of
        the true class that would be taken for the predicted one if that happened as often as to the rows of all third classes),
        ``excess`` (n less that) with ``_low`` and ``_high`` and ``p_adjusted``, its p-value adjusted for the number of pairs
        (`benjamini_hochberg`); null where there is no third class. Confused pairs come first, the largest excess first.

    Notes
    -----
    The interval is the true class's rows times Newcombe's of the difference of both shares, widened by the root of its design
    effect where rows belong together or stand for many; the table then has ``rows``, those behind.

    Examples
    --------
    >>> taken = {"true": ["a", "a", "b", "c", "c"], "predicted": ["a", "b", "b", "c", "b"]}
    >>> pairs = pl.DataFrame({**taken, "n": [60, 40, 50, 45, 5]})
    >>> confusion_pairs(pairs).select("true", "predicted", "n", pl.col("excess").round(6)).row(0)
    ('a', 'b', 40, 30.0)
    """
    table = against_third(pairs, "n")
    is_confused = (table["true"] != table["predicted"]).to_numpy()
    n, rows, others, taken = (table[name].cast(pl.Float64).to_numpy() for name in ("n", "of_true", "others", "taken"))
    behind = against_third(pairs, "rows") if "rows" in pairs.columns else table
    m_true, m_others = (behind[name].cast(pl.Float64).to_numpy() for name in ("of_true", "others"))
    if "rows" in pairs.columns:
        # Of weights a difference would leave a little where no row is.
        others, taken = np.where(m_others > 0, others, 0.0), np.where(behind["taken"].to_numpy() > 0, taken, 0.0)
        held = [ratio(n, rows).clip(0, 1) * m_true, m_true, ratio(taken, others).clip(0, 1) * m_others, m_others]
        x, m, y, k = map(np.nan_to_num, held)
        gap = newcombe(x, m, y, k, level)
    else:
        gap = newcombe(n, rows, taken, others, level)
    counted = {"others": others, "taken": taken, "m_true": m_true, "m_others": m_others}
    effect = excess_effect(with_squares(table.with_columns(**counted), pairs), pairs, cells)
    if effect is not None:
        wide = widened(gap, effect, level, (-1.0, 1.0))
        gap = Interval(gap.value, *(np.where(np.isnan(gap.value), np.nan, end) for end in (wide.low, wide.high)))
    numbers: dict[str, FloatArray] = {
        "share_of_true": ratio(n, rows),
        "share_of_predicted": ratio(n, table["of_predicted"].cast(pl.Float64).to_numpy()),
        "expected": rows * ratio(taken, others),
        "excess": rows * gap.value,
        "excess_low": rows * gap.low,
        "excess_high": rows * gap.high,
        "p_adjusted": benjamini_hochberg(np.where(is_confused, difference_p_value(gap, level), np.nan)),
    }
    counts = ("n", "rows") if "rows" in pairs.columns else ("n",)
    found = with_columns(table.select("true", "predicted", *counts), numbers)
    confused = pl.col("true") != pl.col("predicted")
    of_confused = [pl.when(confused).then(pl.col(name)).alias(name) for name in list(numbers)[2:]]
    return found.with_columns(of_confused).sort(
        [confused, "excess", "n", "true", "predicted"], descending=[True, True, True, False, False], nulls_last=True
    )


def class_averages(table: pl.DataFrame) -> pl.DataFrame:
    """Average the metrics of classes as scikit-learn does.

    Parameters
    ----------
    table : polars.DataFrame
        `class_table`, with ``auroc`` or without.

    Returns
    -------
    polars.DataFrame
        ``average, precision, recall, f1`` (and ``auroc``): *macro*, the plain mean over classes that occur as truth or
        prediction, an undefined precision or recall counting 0 as in scikit-learn; *weighted* by support; *micro*, over all
        rows, which where each row has one class is the accuracy.

    Examples
    --------
    >>> pairs = pl.DataFrame({"true": ["a", "a", "b"], "predicted": ["a", "b", "b"], "n": [8, 2, 5]})
    >>> class_averages(class_table(pairs)).select("average", "recall").rows()
    [('macro', 0.9), ('weighted', 0.8666666666666667), ('micro', 0.8666666666666667)]
    """
    every, hits = float(table["support"].sum()), float(table["tp"].sum())
    accuracy = hits / every if every else None
    rows = []
    for average in _AVERAGES:
        row: dict[str, object] = {"average": average}
        for name in _PER_CLASS:
            values = pl.col(name).fill_null(0.0)
            if average == "macro":
                row[name] = table.select(values.mean()).item()
            elif average == "weighted":
                row[name] = (
                    table.select((values * pl.col("support")).sum() / pl.col("support").sum()).item() if every else None
                )
            else:
                row[name] = accuracy
        if "auroc" in table.columns and average != "micro":
            known = table.filter(pl.col("auroc").is_not_null())
            weighted = (pl.col("auroc") * pl.col("support")).sum() / pl.col("support").sum()
            row["auroc"] = known.select(weighted if average == "weighted" else pl.col("auroc").mean()).item()
        rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)


def area_of(
    scores: pl.DataFrame, unit_bins: pl.DataFrame | None = None, level: float = 0.95
) -> dict[str, float | None]:
    """Return AUROC of one class against the rest, with its interval.

    Parameters
    ----------
    scores : polars.DataFrame
        ``score, n, n_pos``: rows by distinct score, those of the class among them; where rows stand for many as a weighted
        score table has them.
    unit_bins : polars.DataFrame, optional
        Where rows belong together, ``unit, score, n_pos, n_neg``.
    level : float
        Of the interval.

    Returns
    -------
    dict of str to (float or None)
        ``auroc, auroc_low, auroc_high``; None where all rows, or none, are of the class.
    """
    held = scores.filter(pl.col("score").is_not_null()).sort("score")
    if unit_bins is not None or "rows" in held.columns:
        return _area_of_sample(held, unit_bins, level)
    positive = held["n_pos"].cast(pl.Float64).to_numpy()[None]
    negative = held["n"].cast(pl.Float64).to_numpy()[None] - positive
    if not positive.sum() or not negative.sum():
        return {"auroc": None, "auroc_low": None, "auroc_high": None}
    found = logit_interval(auroc(positive, negative), np.minimum(positive.sum(-1), negative.sum(-1)), level)
    return {name: float(values[0]) for name, values in columns_of("auroc", found).items()}


def _area_of_sample(held: pl.DataFrame, unit_bins: pl.DataFrame | None, level: float) -> dict[str, float | None]:
    """Return the area where rows belong together or stand for many."""
    edges = held["score"].to_numpy().astype(float)
    table = held.drop("score").with_columns(score_bin=pl.int_range(pl.len()))
    if "n_unlabelled" not in table.columns:
        table = table.with_columns(n_unlabelled=pl.lit(0))
    if unit_bins is not None:
        place = np.searchsorted(edges, unit_bins["score"].to_numpy())
        unit_bins = unit_bins.drop("score").with_columns(score_bin=pl.Series(place, dtype=pl.Int64))
    found = estimate_table(
        table,
        edges,
        by=(),
        threshold_bin=0,
        metrics=("auroc",),
        level=level,
        is_probability=False,
        unit_bins=unit_bins,
    )
    return found.select("auroc", "auroc_low", "auroc_high").row(0, named=True)
