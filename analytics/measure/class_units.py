"""Classes where rows belong together or stand for many: what units have in common, class by class and pair by pair."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import polars as pl

from analytics.measure.clusters import Effect
from analytics.measure.gradients import COUNTED
from analytics.measure.intervals import FloatArray, ratio

_BASIS = ("tp", "fp", "fn", "n")
_OF_BASIS = np.array(
    [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [-1, -1, -1, 1],
        [1, 1, 0, 0],
        [0, 0, 0, 1],
        [1, 0, 1, 0],
        [0, 0, 0, 1],
    ],
    dtype=np.float64,
)
"""What is counted of a class against the rest, in the order of `COUNTED`, by what is counted here."""
_N_GROUPS, _SEED = 100, 0
"""Random groups of whole units that pairs are counted in, and the seed of dealing them out: intervals are then 1 % wider than of
any number of groups. A choice, as in `query.clusters`."""


def _parts_of_classes(pairs: pl.DataFrame, *keys: str, of: str = "n") -> pl.DataFrame:
    """Count each class against the rest: ``name``, the keys, ``tp, fp, fn``."""
    is_hit = pl.col("true") == pl.col("predicted")
    of_true = pairs.select(*keys, name="true", tp=pl.col(of) * is_hit, fp=0.0, fn=pl.col(of) * ~is_hit)
    of_predicted = pairs.filter(~is_hit).select(*keys, name="predicted", tp=0.0, fp=pl.col(of), fn=0.0)
    both = pl.concat([of_true, of_predicted], how="vertical_relaxed")
    return both.group_by("name", *keys, maintain_order=True).agg(pl.col("tp", "fp", "fn").cast(pl.Float64).sum())


def weighted_counts(pairs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return each class against the rest where rows stand for many, and as a score table of what is predicted and what is not.

    The first has ``name`` and for tp, fp, fn and tn the weighted rows ``n_tp …``, those behind, ``rows_tp …``, and the sums of
    squared weights, ``sq_tp …``.
    """
    counts = (
        pairs.select(name=pl.concat([pairs["true"], pairs["predicted"]]).unique(maintain_order=True).implode())
        .head(1)
        .explode("name")
    )
    for kind, of in (("rows", "rows"), ("n", "n"), ("sq", "n_sq")):
        named = {name: f"{kind}_{name}" for name in ("tp", "fp", "fn")}
        counts = counts.join(_parts_of_classes(pairs, of=of).rename(named), on="name", how="left")
        rest = float(pairs[of].sum()) - pl.sum_horizontal(*named.values())
        # Of weights a difference would leave a little where no row is.
        is_held = pl.col("rows_tn") > 0 if kind != "rows" else pl.lit(True)
        counts = counts.with_columns(pl.when(is_held).then(rest).otherwise(0.0).clip(0).alias(f"{kind}_tn"))
    sides = []
    for score_bin, (pos, neg) in enumerate((("fn", "tn"), ("tp", "fp"))):
        n, rows, squares = ([pl.col(f"{kind}_{name}") for name in (pos, neg)] for kind in ("n", "rows", "sq"))
        known = {"n_pos": n[0], "n_neg": n[1], "pos_sq": squares[0], "neg_sq": squares[1], "rows_pos": rows[0]}
        none = {"n_unlabelled": pl.lit(0.0), "rows_unlabelled": pl.lit(0.0)}
        every = {"n": n[0] + n[1], "rows": rows[0] + rows[1], "score_bin": pl.lit(score_bin)}
        sides.append(counts.select("name", **every, **known, **none))
    return counts, pl.concat(sides)


def class_clusters(pairs: pl.DataFrame, cells: pl.DataFrame | None) -> pl.DataFrame | None:
    """Return the products of what the units of each class count, as `Clusters.of_slices` reads; None where rows stand alone.

    Parameters
    ----------
    pairs : polars.DataFrame
        ``true, predicted, n``; where rows stand for many also ``n_sq``, the sum of squared weights, and ``rows``.
    cells : polars.DataFrame, optional
        Where rows belong together, ``unit, true, predicted, n``.
    """
    if cells is None and "n_sq" not in pairs.columns:
        return None
    if cells is None:
        each = _parts_of_classes(pairs, of="n_sq")
        sums = {f"{name}:{name}": pl.col(name) for name in ("tp", "fp", "fn")}
        sums |= {f"{name}:n": pl.col(name) for name in ("tp", "fp", "fn")}
        products = each.select("name", **sums, **{"n:n": pl.lit(float(pairs["n_sq"].sum()))})
        n_units, called = float(pairs["rows"].sum()), "n_rows"
    else:
        whole = cells.group_by("unit", maintain_order=True).agg(n=pl.col("n").sum().cast(pl.Float64))
        each = _parts_of_classes(cells, "unit").join(whole, on="unit")
        within = {
            f"{first}:{second}": (pl.col(first) * pl.col(second)).sum()
            for first, second in combinations_with_replacement(_BASIS, 2)
            if (first, second) != ("n", "n")
        }
        products = (
            each.group_by("name", maintain_order=True)
            .agg(**within)
            .with_columns(pl.lit(float((whole["n"] ** 2).sum())).alias("n:n"))
        )
        n_units, called = float(whole.height), "n_units"
    basis = np.zeros((products.height, len(_BASIS), len(_BASIS)))
    for (row, first), (column, second) in combinations_with_replacement(enumerate(_BASIS), 2):
        if f"{first}:{second}" in products.columns:
            basis[:, row, column] = basis[:, column, row] = products[f"{first}:{second}"].to_numpy()
    own = _OF_BASIS @ basis @ _OF_BASIS.T
    pairs_of = combinations_with_replacement(enumerate(COUNTED), 2)
    columns = {f"own:{first}:{second}": own[:, row, column] for (row, first), (column, second) in pairs_of}
    counted = {called: n_units, "n_units_inside": n_units, "unit_share": n_units}
    return products.select("name", **{name: pl.lit(value) for name, value in counted.items()}).hstack(
        pl.DataFrame(columns)
    )


def accuracy_effect(cells: pl.DataFrame, pairs: pl.DataFrame) -> float | None:
    """Return how many times the variance of as many independent rows that of the accuracy is; None where that is 0."""
    hit = (pl.col("true") == pl.col("predicted")) * pl.col("n")
    units = cells.group_by("unit", maintain_order=True).agg(n=pl.col("n").sum(), hit=hit.sum())
    n, rows = float(units["n"].sum()), float(pairs["rows" if "rows" in pairs.columns else "n"].sum())
    rate, many = float(units["hit"].sum()) / n, units.height
    if many < 2 or not 0 < rate < 1:
        return None
    off = units["hit"].to_numpy() - rate * units["n"].to_numpy()
    return float((off**2).sum() * many / (many - 1) / (rate * (1 - rate) * n**2 / rows))


def excess_effect(table: pl.DataFrame, pairs: pl.DataFrame, cells: pl.DataFrame | None) -> Effect | None:
    """Return how many times the variance of independent rows that of the excess of each pair is; None where rows stand alone.

    Parameters
    ----------
    table : polars.DataFrame
        A row per pair: ``true, predicted``, and ``n, of_true, taken, others``, the rows of the pair, of the true class, of third
        classes that are taken for the predicted one, and of all third classes; ``m_true, m_others``, the rows behind two of them.
    pairs, cells
        As in `class_clusters`.
    """
    n, of_true, taken, others, m_true, m_others = (
        table[name].cast(pl.Float64).to_numpy() for name in ("n", "of_true", "taken", "others", "m_true", "m_others")
    )
    share, rate = ratio(n, of_true), ratio(taken, others)
    of_rows = ratio(share * (1 - share), m_true) + ratio(rate * (1 - rate), m_others)
    if cells is None:
        if "n_sq" not in pairs.columns:
            return None
        held, true, third = (table[f"{name}_sq"].cast(pl.Float64).to_numpy() for name in ("n", "of_true", "taken"))
        rest = table["others_sq"].cast(pl.Float64).to_numpy()
        own = ratio(held * (1 - share) ** 2 + (true - held) * share**2, of_true**2)
        other = ratio(third * (1 - rate) ** 2 + (rest - third) * rate**2, others**2)
        return Effect(ratio(own + other, of_rows), np.nan_to_num(ratio(of_true**2, true) - 1, nan=1.0).clip(min=1.0))
    total, squares, n_groups = np.zeros(len(n)), np.zeros(len(n)), 0
    for a, b, c, d in _by_group(table, cells):
        off = ratio(a - share * b, of_true) - ratio(c - rate * d, others)
        total, squares, n_groups = total + np.nan_to_num(off) ** 2, squares + b**2, n_groups + 1
    worth = np.nan_to_num(ratio(of_true**2, squares), nan=1.0)
    return Effect(ratio(total * n_groups / max(n_groups - 1, 1), of_rows), (worth - 1).clip(min=1.0))


def _by_group(table: pl.DataFrame, cells: pl.DataFrame) -> list[tuple[FloatArray, FloatArray, FloatArray, FloatArray]]:
    """Count what an excess is made of in each random group of units: the pair, its true class, third ones taken, third ones."""
    names = pl.concat([cells["true"], cells["predicted"], table["true"], table["predicted"]]).unique().sort()
    code = pl.DataFrame({"name": names}).with_row_index("code")
    true, predicted = (_codes(table[name], code) for name in ("true", "predicted"))
    rows, columns = (_codes(cells[name], code) for name in ("true", "predicted"))
    unit = np.unique(cells["unit"].to_numpy(), return_inverse=True)[1]
    dealt = np.random.default_rng(_SEED).permutation(int(unit.max(initial=-1)) + 1) % _N_GROUPS
    group, n, size = dealt[unit], cells["n"].cast(pl.Float64).to_numpy(), names.len()
    found = []
    for number in np.unique(group):
        own = group == number
        matrix = np.bincount(rows[own] * size + columns[own], n[own], size * size).reshape(size, size)
        down, across, hit = matrix.sum(1), matrix.sum(0), matrix.diagonal()
        pair = matrix[true, predicted]
        taken = across[predicted] - hit[predicted] - pair
        found.append((pair, down[true], taken, matrix.sum() - down[true] - down[predicted]))
    return found


def _codes(values: pl.Series, code: pl.DataFrame) -> np.ndarray:
    found = pl.DataFrame({"name": values}).join(code, on="name", how="left", maintain_order="left")["code"]
    return np.asarray(found.to_numpy().astype(np.int64))


def against_third(pairs: pl.DataFrame, of: str) -> pl.DataFrame:
    """Add the rows of the true class, of the predicted one, of third ones, and of these that are taken for the predicted one."""
    hits = pairs.filter(pl.col("true") == pl.col("predicted")).select("predicted", hit=of)
    totals = pairs.group_by("true", maintain_order=True).agg(own=pl.col(of).sum())
    return (
        pairs.with_columns(of_true=pl.col(of).sum().over("true"), of_predicted=pl.col(of).sum().over("predicted"))
        .join(hits, on="predicted", how="left", maintain_order="left")
        .join(totals.rename({"true": "predicted"}), on="predicted", how="left", maintain_order="left")
        .with_columns(pl.col("hit", "own").fill_null(0))
        .with_columns(
            others=pl.col(of).sum() - pl.col("of_true") - pl.col("own"),
            taken=pl.col("of_predicted") - pl.col("hit") - pl.col(of),
        )
    )


def with_squares(table: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Add the sums of squared weights to what an excess is made of, where rows stand for many."""
    if "n_sq" not in pairs.columns:
        return table
    squared = against_third(pairs, "n_sq").select(
        "n_sq", *(pl.col(name).clip(0).alias(f"{name}_sq") for name in _MADE_OF)
    )
    return table.drop("n_sq").hstack(squared)


_MADE_OF = ("of_true", "taken", "others")
