"""Pairs that people judged, and those that a judge alone judged, added up."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from analytics.query.compare.pairs import Pairing, pair_frame
from analytics.query.engine import Engine
from analytics.query.relations import integer


def judged_sums(engine: Engine, pairing: Pairing, live: str, candidate: str) -> dict[str, float]:
    """Add up how the verdicts on both answers differ, by people and by a judge whose grades pass at the mark of people's.

    Parameters
    ----------
    engine, pairing
        Both sides are judged by people's grades.
    live, candidate : str
        Columns of the judge's grades of either answer.

    Returns
    -------
    dict of str to float
        The fields of `measure.compare.judged.JudgedSums`.
    """
    sides = [(side.log, side.log.mapping.right) for side in pairing.sides]
    marks = [0.0 if right is None else right.mark for _, right in sides]
    own = nw.col(sides[0][0].column(live).sql_name), nw.col(f"b_{sides[1][0].column(candidate).sql_name}")
    says = [
        nw.when(~each.is_null()).then(integer(each.cast(nw.Float64) >= mark))
        for each, mark in zip(own, marks, strict=True)
    ]
    rows = pair_frame(engine, pairing, [candidate]).select(y=nw.col("b_right") - nw.col("a_right"), f=says[1] - says[0])
    rows = rows.filter(~nw.col("f").is_null())
    y, f = nw.col("y"), nw.col("f")
    by_people, f_known = ~y.is_null(), nw.when(~y.is_null()).then(f)
    g = nw.when(y.is_null()).then(f)
    parts = rows.select(
        n=integer(by_people),
        y=y,
        y_sq=y * y,
        f=f_known,
        f_sq=f_known * f_known,
        y_f=y * f_known,
        n_rest=integer(~by_people),
        g=g,
        g_sq=g * g,
    )
    names = ("n", "y", "y_sq", "f", "f_sq", "y_f", "n_rest", "g", "g_sq")
    found = engine.collect(parts.select(**{name: nw.col(name).sum() for name in names}))
    return {name: float(found[name][0] or 0.0) for name in names}
