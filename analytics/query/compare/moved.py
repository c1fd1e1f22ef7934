"""What became of a field where no one value, ratio or rounding says it, and how scores move that no field explains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from analytics.query.compare.replay import DIGITS, Field
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import integer

_MOST = 0.9
"""Share of the values that are written to so many decimals from which all are. By hand: the rest may be another fault's."""
_EXACT = 1e-6
"""Of the standard deviation, up to which a value lies on a line: the last digits of a float of 32 bits."""
_STEPS = 4
"""Times that a line is fitted again to the half of the rows next to it: rows of another fault no longer bend it. A judgement."""


def line_change(engine: Engine, frame: nw.LazyFrame[Any], field: Field) -> dict[str, Any]:
    """Fit one line by which the second side's numbers follow from the first's.

    Returns
    -------
    dict
        ``slope, intercept, n`` (rows on the line, as far as the second side's decimals tell), ``tolerance`` and ``spread`` (the
        standard deviation of the second side); empty where a side has one value alone.
    """
    rows = _moved(frame, field)
    a, b = nw.col("own"), nw.col("other")
    asked = {f"written_{digits}": integer(b.round(digits) == b).sum() for digits in DIGITS}
    whole = engine.collect(rows.select(n=nw.len(), a=a.mean(), b=b.mean(), sd=b.std(), **asked)).row(0, named=True)
    if not whole["sd"]:
        return {}
    digits = next((digits for digits in DIGITS if whole[f"written_{digits}"] >= _MOST * whole["n"]), None)
    # Either side may be rounded to the last decimal: half of one, and a little for the fit.
    tolerance = max(_EXACT * whole["sd"], 0.0 if digits is None else 0.51 * 10.0**-digits)
    own, other = a - float(whole["a"]), b - float(whole["b"])
    kept, found = rows, None
    for _ in range(_STEPS):
        sums = engine.collect(
            kept.select(a=own.mean(), b=other.mean(), aa=(own * own).mean(), ab=(own * other).mean())
        ).row(0, named=True)
        spread = sums["aa"] - sums["a"] ** 2 if sums["aa"] is not None else 0.0
        if spread <= 0:
            break
        slope = (sums["ab"] - sums["a"] * sums["b"]) / spread
        found = slope, whole["b"] + sums["b"] - slope * (whole["a"] + sums["a"])
        off = (b - float(slope) * a - float(found[1])).abs()
        limit = float(engine.collect(rows.select(limit=off.median()))["limit"][0])
        kept = rows.filter(off <= max(limit, tolerance))
    if found is None:
        return {}
    off = (b - float(found[0]) * a - float(found[1])).abs()
    n = int(engine.collect(rows.select(n=integer(off <= tolerance).sum()))["n"][0])
    return {"slope": found[0], "intercept": found[1], "n": n, "tolerance": tolerance, "spread": whole["sd"]}


def shared_values(engine: Engine, frame: nw.LazyFrame[Any], field: Field) -> dict[str, float]:
    """Tell whether values that differ are those of other rows.

    Returns
    -------
    dict of str to float
        ``known`` (rows of all that differ whose value the first side has on some row), ``alike`` (overlap of both distributions
        of values, 0 to 1), ``distinct`` (different values of the first side by its rows) and of numbers ``correlation`` of both
        sides, ``apart`` (their means, in standard deviations of the first) and ``wider`` (the second's deviation by the first's).
    """
    own, _ = field.values()
    held = frame.select(value=own).filter(~nw.col("value").is_null())
    counted = in_groups(held, "value", n_held=nw.len())
    rows = _moved(frame, field)
    met = in_groups(rows, "other", n=nw.len()).join(counted, left_on="other", right_on="value", how="left")
    size = engine.collect(held.select(n=nw.len(), distinct=nw.col("value").n_unique())).row(0, named=True)
    n_moved = int(engine.collect(rows.select(n=nw.len()))["n"][0])
    here, there = nw.col("n") / n_moved, nw.col("n_held") / size["n"]
    least = nw.when(here < there).then(here).otherwise(there)
    is_known = ~nw.col("n_held").is_null()
    row = engine.collect(
        met.select(known=nw.when(is_known).then(nw.col("n")).sum(), alike=nw.when(is_known).then(least).sum())
    ).row(0, named=True)
    found = {"known": float(row["known"] or 0), "alike": float(row["alike"] or 0)}
    found["distinct"] = size["distinct"] / size["n"]
    if field.is_number:
        found |= _together(engine, held, rows)
    return found


def share_moved(engine: Engine, frame: nw.LazyFrame[Any], field: Field, values: Sequence[Any]) -> float:
    """Return of the rows on which the first side has one of these values the share on which the second has another one."""
    own, other = field.values()
    held = (
        frame.filter(~other.is_null())
        .select(own=own, is_other=integer(field.is_other))
        .filter(nw.col("own").is_in(values))
    )
    share = engine.collect(held.select(share=nw.col("is_other").cast(nw.Float64).mean()))["share"][0]
    return float(share or 0.0)


def _together(engine: Engine, held: nw.LazyFrame[Any], rows: nw.LazyFrame[Any]) -> dict[str, float]:
    """Return how numbers of both sides go together, and how far their distributions are apart."""
    middle = engine.collect(held.select(at=nw.col("value").mean(), sd=nw.col("value").std())).row(0, named=True)
    a, b = nw.col("own") - float(middle["at"]), nw.col("other") - float(middle["at"])
    sums = engine.collect(
        rows.select(a=a.mean(), b=b.mean(), aa=(a * a).mean(), bb=(b * b).mean(), ab=(a * b).mean())
    ).row(0, named=True)
    own, other = (sums[2 * name] - sums[name] ** 2 for name in "ab")
    both = (own * other) ** 0.5 if min(own, other) > 0 else 0.0
    sd = middle["sd"] or 0.0
    return {
        "correlation": (sums["ab"] - sums["a"] * sums["b"]) / both if both else 1.0,
        "apart": abs(sums["b"]) / sd if sd else 0.0,
        "wider": max(other, 0.0) ** 0.5 / sd if sd else 1.0,
    }


def score_moves(engine: Engine, frame: nw.LazyFrame[Any], changed: nw.Expr, threshold: float) -> pl.DataFrame:
    """Sum up by how much scores move that are others.

    Returns
    -------
    DataFrame
        One row: ``n, up, mean, square, middle, most`` (of the moves, the last two without sign), ``own, own_square, product`` (of
        the scores, about one half, and with the moves) and ``flips`` (decisions at the threshold that are others).
    """
    before = nw.col("a_score") - 0.5
    by = nw.col("b_score") - nw.col("a_score")
    is_flip = (nw.col("a_score") >= threshold) != (nw.col("b_score") >= threshold)
    return engine.collect(
        frame.filter(changed).select(
            n=nw.len(),
            up=integer(by > 0).sum().cast(nw.Int64),
            mean=by.mean(),
            square=(by * by).mean(),
            middle=by.abs().median(),
            most=by.abs().max(),
            own=before.mean(),
            own_square=(before * before).mean(),
            product=(before * by).mean(),
            flips=integer(is_flip).sum().cast(nw.Int64),
        )
    )


def move_follows(engine: Engine, frame: nw.LazyFrame[Any], fields: Sequence[Field], changed: nw.Expr) -> float:
    """Return the largest share of the variance of how far scores move that one field of the first side explains.

    Of a number that of a line, of other values that of their means, less what as many means explain by chance.
    """
    move = nw.col("b_score") - nw.col("a_score")
    found = 0.0
    for field in fields:
        rows = frame.filter(changed).select(value=field.values()[0], by=move).filter(~nw.col("value").is_null())
        found = max(found, _by_line(engine, rows) if field.is_number else _by_means(engine, rows))
    return found


def _by_line(engine: Engine, rows: nw.LazyFrame[Any]) -> float:
    """Return the squared correlation of a number with the moves."""
    middle = engine.collect(rows.select(value=nw.col("value").mean(), by=nw.col("by").mean())).row(0, named=True)
    if middle["value"] is None:
        return 0.0
    a, b = nw.col("value") - float(middle["value"]), nw.col("by") - float(middle["by"])
    sums = engine.collect(rows.select(aa=(a * a).sum(), bb=(b * b).sum(), ab=(a * b).sum())).row(0, named=True)
    both = sums["aa"] * sums["bb"]
    return float(sums["ab"] ** 2 / both) if both > 0 else 0.0


def _by_means(engine: Engine, rows: nw.LazyFrame[Any]) -> float:
    """Return the share of the variance of the moves between the means of values, less that of chance."""
    by = nw.col("by")
    groups = engine.collect(in_groups(rows, "value", n=nw.len(), total=by.sum(), square=(by * by).sum()))
    n, total, square = (float(groups[name].sum()) for name in ("n", "total", "square"))
    if n <= 2 * groups.height:
        return 0.0
    whole = square - total**2 / n
    between = float((groups["total"] ** 2 / groups["n"]).sum()) - total**2 / n
    return between / whole - (groups.height - 1) / n if whole > 0 else 0.0


def is_beyond(most: float) -> nw.Expr:
    """Return whether scores are further apart than that."""
    return (nw.col("b_score") - nw.col("a_score")).abs() > most


def _moved(frame: nw.LazyFrame[Any], field: Field) -> nw.LazyFrame[Any]:
    """Return both sides' values where both have one and they differ."""
    own, other = field.values()
    return frame.filter(field.is_other, ~own.is_null(), ~other.is_null()).select(own=own, other=other)
