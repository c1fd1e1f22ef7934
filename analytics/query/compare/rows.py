"""The pairs that flipped: one side right, the other wrong, row by row."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import polars as pl

from analytics.query.compare.pairs import Pairing, is_judged, pair_frame
from analytics.query.compare.values import loss
from analytics.query.discovery.objectives import RowCosts
from analytics.query.engine import Engine

_MOST_COLUMNS = 12
"""Columns of the candidate that stand beside those of the live side: as many as a wide screen shows."""


def flipped_rows(
    engine: Engine, pairing: Pairing, metric: str, limit: int, costs: RowCosts | None = None
) -> pl.DataFrame:
    """Return the pairs on which both sides lose differently, those first on which the candidate loses most beyond the live side.

    Where a loss is 0 or 1 the scores that lie furthest apart come first.

    Returns
    -------
    DataFrame
        ``row_id``, ``difference`` (the candidate's loss less the live one), ``a_score, b_score``, ``label`` (of yes/no pairs),
        the columns of the live side by their stored names, and as ``b_c0 …`` what the candidate answered in another row.
    """
    losses = loss(pairing, metric, costs)
    assert losses is not None
    log, other = pairing.live.log, pairing.candidate.log
    answered = [] if pairing.is_by_row else _answered(pairing)
    rows = pair_frame(engine, pairing, answered).filter(is_judged())
    apart = losses[1].cast(nw.Float64) - losses[0].cast(nw.Float64)
    rows = rows.with_columns(difference=apart, far=(nw.col("b_score") - nw.col("a_score")).abs())
    kept = rows.filter(~nw.col("difference").is_null() & (nw.col("difference") != 0))
    names = ["row_id", "difference", "a_score", "b_score", "a_label", *(column.sql_name for column in log.columns)]
    names += [f"b_{other.column(name).sql_name}" for name in answered]
    ordered = kept.sort("difference", "far", "row_id", descending=[True, True, False]).select(*names).head(limit)
    return engine.collect(ordered).rename({"a_label": "label"})


def _answered(pairing: Pairing) -> list[str]:
    """Name the columns of the candidate in which answers may differ: what is judged, and what does not tell rows apart."""
    mapping, meet = pairing.candidate.log.mapping, {name for _, name in pairing.on}
    same = {
        *mapping.segments,
        mapping.label,
        mapping.row_id,
        mapping.time,
        mapping.label_time,
        mapping.model_version,
        *meet,
    }
    names = [column.name for column in pairing.candidate.log.columns if column.name not in same]
    return list(dict.fromkeys([*([mapping.judged] if mapping.judged else []), *names]))[:_MOST_COLUMNS]


def turned_rows(
    engine: Engine, pairing: Pairing, *, is_worse: bool, limit: int, costs: RowCosts | None = None
) -> tuple[pl.DataFrame, int]:
    """Return the pairs on which the candidate is wrong and the live side right, or the other way, and how many there are.

    Where costs are given the pairs on which most is lost, or won, come first; then those whose scores lie furthest apart.

    Returns
    -------
    DataFrame, int
        ``row_id`` and ``other_row`` (of the live side and of the candidate), ``label`` of the pair, and ``difference`` in cost,
        null without costs; and the number of all.
    """
    rows = pair_frame(engine, pairing).filter(is_judged())
    right, wrong = ("a_right", "b_right") if is_worse else ("b_right", "a_right")
    turned = rows.filter((nw.col(right) == 1) & (nw.col(wrong) == 0))
    losses = loss(pairing, "cost", costs)
    none = nw.lit(None).cast(nw.Float64)
    apart = none if losses is None else losses[1].cast(nw.Float64) - losses[0].cast(nw.Float64)
    far = (nw.col("b_score") - nw.col("a_score")).abs().fill_null(0.0)
    slim = turned.select("row_id", other_row=nw.col("b_row"), label=nw.col("a_label"), difference=apart, far=far)
    slim = slim.with_columns(size=nw.col("difference").fill_null(0.0) * (1 if is_worse else -1))
    n = int(engine.collect(slim.select(n=nw.len()))["n"][0])
    first = slim.sort("size", "far", "row_id", descending=[True, True, False]).head(limit)
    return engine.collect(first.select("row_id", "other_row", "label", "difference")), n
