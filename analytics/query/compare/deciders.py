"""Several deciders on the same rows: what each decided, and what is true."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import polars as pl

from analytics.query.compare.pairs import Pairing, paired
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import integer


def decider_cells(engine: Engine, pairings: Sequence[Pairing]) -> pl.DataFrame:
    """Count the rows that all deciders answer by what each of them decided, whether it was right, and what is true.

    Parameters
    ----------
    engine : Engine
    pairings : sequence of Pairing
        The live side beside each of the others.

    Returns
    -------
    DataFrame
        ``flag_0`` (the live side), ``flag_1 …``, ``right_0 …`` (1, 0, null: not known yet), ``label`` (of yes/no deciders; where
        two labels contradict each other it is not known), ``n`` and ``w`` (rows, and the sum of their weights).
    """
    rows, keys = _answered(engine, pairings)
    grouped = in_groups(rows, *keys, n=nw.len().cast(nw.Int64), w=nw.col("w").sum())
    return engine.collect(grouped)


def decider_squares(engine: Engine, pairings: Sequence[Pairing]) -> pl.DataFrame:
    """Add up over units, or rows where each stands alone, what their errors vary by: of rows that all deciders are judged on.

    Returns
    -------
    DataFrame
        One row: ``units``, ``xx`` (squares of the weights of a unit), and of each decider ``yy_0 …`` and ``xy_0 …`` (of the
        weights of its errors), and against the live side ``dd_1 …`` and ``xd_1 …`` (of the errors that it makes more).
    """
    rows, keys = _answered(engine, pairings)
    names = [name for name in keys if name.startswith("right_")]
    wrong = {f"y{place}": (1 - nw.col(name)) * nw.col("w") for place, name in enumerate(names)}
    judged = rows.filter(*(~nw.col(name).is_null() for name in names)).select("unit", x=nw.col("w"), **wrong)
    if pairings[0].live.log.mapping.unit is not None:
        judged = in_groups(judged, "unit", **{name: nw.col(name).sum() for name in ("x", *wrong)})
    x = nw.col("x")
    parts = {"units": nw.lit(1), "xx": x * x}
    for place in range(len(names)):
        y = nw.col(f"y{place}")
        parts |= {f"yy_{place}": y * y, f"xy_{place}": x * y}
        if place:
            more = y - nw.col("y0")
            parts |= {f"dd_{place}": more * more, f"xd_{place}": x * more}
    return engine.collect(judged.select(**parts).select(**{name: nw.col(name).sum() for name in parts}))


def _answered(engine: Engine, pairings: Sequence[Pairing]) -> tuple[nw.LazyFrame[Any], list[str]]:
    """Return the rows that all deciders answer, with their weight and unit, and the columns of what was decided and is true."""
    live = pairings[0].live
    asked = [(side.log, side.cohort, side.threshold) for side in (live, *(each.candidate for each in pairings))]
    rows = engine.beside(*asked)
    mapping = live.log.mapping
    own = {
        "w": nw.lit(1.0) if mapping.weight is None else nw.col("weight"),
        "unit": nw.col("row_id") if mapping.unit is None else nw.col("unit"),
    }
    whole = None
    for place, pairing in enumerate(pairings, 1):
        pairs = paired((rows[0], rows[place]), pairing).select(
            "row_id",
            **{
                f"own_{place}": nw.col("a_flag"),
                f"flag_{place}": nw.col("b_flag"),
                f"truth_{place}": nw.col("a_label"),
            },
            **{f"right_of_{place}": nw.col("a_right"), f"right_{place}": nw.col("b_right")},
            **{f"conflict_{place}": nw.col("is_conflict")},
            **(own if place == 1 else {}),
        )
        whole = pairs if whole is None else whole.join(pairs, on="row_id", how="inner")
    assert whole is not None
    places = range(1, len(pairings) + 1)
    flags = {"flag_0": nw.col("own_1")} | {f"flag_{place}": nw.col(f"flag_{place}") for place in places}
    n_conflicts = nw.sum_horizontal(*(f"conflict_{place}" for place in places))
    label = nw.when(n_conflicts == 0).then(nw.coalesce(*(nw.col(f"truth_{place}") for place in places)))
    is_yes_no = pairings[0].is_yes_no
    whole = whole.with_columns(label=label if is_yes_no else nw.lit(None).cast(nw.Int64), **flags)
    if is_yes_no:
        right = {name.replace("flag", "right"): nw.col(name) == nw.col("label") for name in flags}
    else:
        right = {"right_0": nw.col("right_of_1") == 1}
        right |= {f"right_{place}": nw.col(f"right_{place}") == 1 for place in places}
    known = {name: nw.when(~each.is_null()).then(integer(each)) for name, each in right.items()}
    answered = whole.filter(*(~nw.col(name).is_null() for name in flags))
    return answered.with_columns(**known), [*flags, *known, "label"]
