"""How sure differences are where rows belong together or stand for many: squares of what units add to them, to first order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import narwhals.stable.v2 as nw

from analytics.query.compare.pairs import Pairing, pair_frame
from analytics.query.engine import Engine
from analytics.query.groups import in_groups
from analytics.query.relations import integer


def unit_squares(
    engine: Engine,
    pairing: Pairing,
    counts: Mapping[str, Sequence[float]],
    means: Mapping[str, tuple[float, float]],
    values: Mapping[str, tuple[nw.Expr, nw.Expr]],
) -> tuple[int, dict[str, float]]:
    """Square what each unit adds to differences of metrics, and add that up over units.

    Parameters
    ----------
    engine, pairing
    counts : mapping of str to sequence of 12 floats
        By metric what a pair adds that is tp, fp, fn, tn, flagged or scored: on the live side, then on the candidate's.
    means : mapping of str to (float, float)
        By metric the mean difference and the pairs, weighted where rows stand for many.
    values : mapping of str to (Expr, Expr)
        By metric what a pair adds to the mean on either side.

    Returns
    -------
    int, dict of str to float
        The units, or rows where each stands alone, and by metric the sum of squares.
    """
    mapping = pairing.live.log.mapping
    weight = nw.lit(1.0) if mapping.weight is None else nw.col("weight")
    known = ~nw.col("a_right").is_null() & ~nw.col("b_right").is_null()
    both = ~nw.col("a_flag").is_null() & ~nw.col("b_flag").is_null()
    kinds: list[nw.Expr] = []
    for mark in "ab":
        flag, label = nw.col(f"{mark}_flag") == 1, nw.col(f"{mark}_label") == 1
        if not pairing.is_yes_no:
            kinds += [nw.lit(0), integer(known & ~label), nw.lit(0), integer(known & label)]
        else:
            kinds += [integer(known & first & second) for first, second in _cells(flag, label)]
        kinds += [integer(both & flag), integer(both)]
    added: dict[str, nw.Expr] = {}
    for name, weights in counts.items():
        terms = [kind * float(each) for kind, each in zip(kinds, weights, strict=True) if each]
        added[name] = sum(terms[1:], terms[0]) if terms else nw.lit(0.0)
    for name, (mean, n) in means.items():
        apart = values[name][1] - values[name][0]
        added[name] = nw.when(known & ~apart.is_null()).then((apart - float(mean)) / float(n)).otherwise(nw.lit(0.0))
    places = {f"z{place}": each * weight for place, each in enumerate(added.values())}
    rows = pair_frame(engine, pairing).filter(known | both)
    if pairing.unit is None:
        summed = rows.select(**places)
    else:
        each = rows.select(**places, unit=nw.col("unit"))
        summed = in_groups(each, "unit", **{name: nw.col(name).sum() for name in places})
    squares = {name: nw.col(name) * nw.col(name) for name in places}
    found = engine.collect(
        summed.select(**squares).select(**{name: nw.col(name).sum() for name in places}, n_units=nw.len())
    )
    by_metric = {name: float(found[f"z{place}"][0] or 0.0) for place, name in enumerate(added)}
    return int(found["n_units"][0]), by_metric


def _cells(flag: nw.Expr, label: nw.Expr) -> list[tuple[nw.Expr, nw.Expr]]:
    """Return the conditions of tp, fp, fn and tn."""
    return [(flag, label), (flag, ~label), (~flag, label), (~flag, ~label)]
