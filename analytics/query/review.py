"""Single rows, a page of them at a time: the review queue and the twins of a case; in Narwhals, as `relations` is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import narwhals.stable.v2 as nw

from analytics.query.groups import in_groups
from analytics.query.predicates import outcome_predicate
from analytics.query.relations import integer
from analytics.query.sampling import seeded_order

Rank = Literal["confidence", "cost", "label", "random", "mix"]
Prices = Mapping[str, tuple[float, float]]

_LAST = math.inf


def queue(
    frame: nw.LazyFrame[Any],
    columns: Sequence[str],
    *,
    threshold: float,
    prices: Prices,
    rank: Rank,
    seed: int = 0,
    offset: int = 0,
    limit: int = 50,
    usual: tuple[float, float] = (0.0, 1.0),
) -> nw.LazyFrame[Any]:
    """Return one page of rows, the worst first; rows of one rank stand in the order of the file.

    Parameters
    ----------
    frame : LazyFrame
        The rows to rank.
    columns : sequence of str
        Stored columns to return.
    threshold : float
        What confidence is measured from: the distance of the score to it.
    prices : mapping of outcome to (float, float)
        What a row of ``tp, fp, fn, tn`` costs, and what one unit of its amount adds.
    rank : {"confidence", "cost", "label", "random", "mix"}
        Label puts first what is likely labelled wrongly; mix takes the costliest row and a random one in turn, each row once.
    seed : int
        Of the random order.
    offset, limit : int
        Which rows of the ranking.
    usual : tuple of (float, float)
        Mean score of the negative and of the positive rows, by which labels are doubted: a label is the likelier wrong the
        further its score lies beyond what is usual for the other class (Northcutt, Jiang and Chuang 2021, J. Artif. Intell.
        Res. 70:1373-1411, without their counts).

    Returns
    -------
    LazyFrame
        ``columns``, ``cost`` (null where the outcome or a needed amount is not known), ``position`` from 0, and
        ``random_rank`` from 1, null where nothing is drawn at random.
    """
    score = nw.col("score")
    slim = frame.select(
        "row_id",
        distance=-((score - threshold).abs()),
        cost=cost(threshold, prices),
        mixed=nw.col("row_id"),
        belief=nw.when(nw.col("label") == 1).then(score - usual[0]).otherwise(usual[1] - score),
        label=nw.col("label"),
    ).with_columns(
        belief=nw.when(nw.col("label").is_null() | nw.col("distance").is_null())
        .then(nw.lit(_LAST))
        .otherwise(nw.col("belief")),
        distance=nw.col("distance").fill_null(_LAST),
        price=nw.when(nw.col("cost").is_null()).then(nw.lit(_LAST)).otherwise(-nw.col("cost")),
    )
    if rank in ("random", "mix"):
        slim = seeded_order(slim, seed).with_row_index("by_random", order_by=["mixed", "row_id"])
        slim = slim.with_columns(random_rank=nw.col("by_random").cast(nw.Int64) + 1)
    else:
        slim = slim.with_columns(random_rank=nw.lit(None).cast(nw.Int64))
    if rank == "mix":
        slim = slim.with_row_index("by_price", order_by=["price", "distance", "row_id"])
        turn = nw.col("by_price").cast(nw.Int64) * 2
        slim = slim.with_columns(turn=nw.min_horizontal(turn, nw.col("random_rank") * 2 - 1))
    order = {
        "confidence": ["distance"],
        "cost": ["price", "distance"],
        "label": ["belief"],
        "random": ["random_rank"],
        "mix": ["turn"],
    }
    by = [*order[rank], "row_id"]
    # Only the numbers of the rows are ranked; the columns of one page are fetched for it.
    top = slim.sort(*by).head(offset + limit).with_row_index("position", order_by=by)
    page = top.filter(nw.col("position") >= offset).select("row_id", "position", "random_rank", "cost")
    rows = frame.select("row_id", *[name for name in columns if name != "row_id"])
    return rows.join(page, on="row_id", how="inner").sort("position")


def cost(threshold: float, prices: Prices) -> nw.Expr:
    """Return what each row costs, null where its outcome or a needed amount is not known."""
    found = nw.lit(None).cast(nw.Float64)
    for outcome, (constant, per_amount) in prices.items():
        price = nw.lit(float(constant)) + (nw.col("amount") * per_amount if per_amount else nw.lit(0.0))
        found = nw.when(outcome_predicate(outcome, threshold)).then(price).otherwise(found)
    return found


def twins(
    frame: nw.LazyFrame[Any],
    columns: Sequence[str],
    values: Mapping[str, object],
    *,
    row_id: int,
    score: float | None,
    threshold: float,
    limit: int,
    most: Literal[0, 1] | None = None,
) -> nw.LazyFrame[Any]:
    """Return the correctly decided rows that differ from a case in the fewest stored columns, then by the nearest score.

    Parameters
    ----------
    values : mapping of stored column to value
        The case; null is a value like any other.
    most : {0, 1}, optional
        In how many columns the rows differ at most; an engine that compares values where it reads them passes the others over.
    """
    correct = outcome_predicate("tp", threshold) | outcome_predicate("tn", threshold)
    distance = (nw.col("score") - score).abs() if score is not None else nw.lit(0.0)
    found = frame.filter(correct & (nw.col("row_id") != row_id))
    if most is not None:
        names = (None, *values) if most else (None,)
        parts = [(_differing_in(found, values, name), int(name is not None)) for name in names]
        near = nw.concat([part.select("row_id", n_differing=nw.lit(n), distance=distance) for part, n in parts])
    else:
        differing = nw.lit(0)
        for name, value in values.items():
            differing = differing + integer(_differs(name, value))
        near = found.select("row_id", n_differing=differing, distance=distance)
    nearest = near.sort("n_differing", "distance", "row_id").head(limit)
    rows = frame.select("row_id", *[name for name in columns if name != "row_id"])
    return rows.join(nearest, on="row_id", how="inner").sort("n_differing", "distance", "row_id")


def rows(frame: nw.LazyFrame[Any], row_ids: Sequence[int], columns: Sequence[str]) -> nw.LazyFrame[Any]:
    """Return some rows by their numbers: ``row_id`` and the columns, in the order of the file."""
    names = ["row_id", *dict.fromkeys(name for name in columns if name != "row_id")]
    return frame.filter(nw.col("row_id").is_in(list(row_ids))).select(*names).sort("row_id")


def matches(frame: nw.LazyFrame[Any], values: Mapping[str, Sequence[object]], threshold: float) -> nw.LazyFrame[Any]:
    """Count, by the values of some stored columns, the rows that hold one of the given values in each.

    Returns
    -------
    LazyFrame
        The columns, ``n``, ``n_scored``, ``n_flagged``, ``n_pos``, ``n_neg`` and ``score_mean``.
    """
    for name, wanted in values.items():
        known = [value for value in wanted if value is not None]
        col = nw.col(name)
        if known and isinstance(known[0], str):
            col = col.cast(nw.String)
        elif any(isinstance(value, float) for value in known):  # the column of a case may have been one of fractions
            col, known = col.cast(nw.Float64), [float(str(value)) for value in known]
        is_wanted = col.is_in(known) if known else nw.col(name).is_null()
        frame = frame.filter(is_wanted | nw.col(name).is_null() if len(known) < len(wanted) else is_wanted)
    score, label = nw.col("score"), nw.col("label")
    prepared = frame.select(
        *values,
        is_scored=integer(~score.is_null()),
        is_flagged=integer(score >= threshold),
        is_pos=integer(label == 1),
        is_neg=integer(label == 0),
        score_of=score,
    )
    counts = {"n_scored": "is_scored", "n_flagged": "is_flagged", "n_pos": "is_pos", "n_neg": "is_neg"}
    return in_groups(
        prepared,
        *values,
        n=nw.len().cast(nw.Int64),
        **{name: nw.col(source).sum().cast(nw.Int64) for name, source in counts.items()},
        score_mean=nw.col("score_of").mean(),
    )


def _differing_in(frame: nw.LazyFrame[Any], values: Mapping[str, object], column: str | None) -> nw.LazyFrame[Any]:
    """Return the rows that differ from some values in one stored column, or in none, and in no other."""
    for name, value in values.items():
        differs = _differs(name, value)
        frame = frame.filter(differs if name == column else ~differs)
    return frame


def _differs(name: str, value: object) -> nw.Expr:
    """Return the predicate that a stored column holds another value."""
    col = nw.col(name)
    if value is None:
        return ~col.is_null()
    held = col.cast(nw.String) if isinstance(value, str) else col
    return (held != value) | col.is_null()
