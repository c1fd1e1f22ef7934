"""What it is to run the candidate: latency, cost, tokens and failures of both sides on the same pairs."""

from __future__ import annotations

import polars as pl

from analytics.log.operations import counterpart, operations
from analytics.measure.compare.difference import Difference
from analytics.measure.compare.operations import SHARES, amount_difference, failure_difference, rank_shares
from analytics.query.compare.operations import amount_ranks, paired_amounts
from analytics.query.compare.pairs import Pairing
from analytics.query.engine import Engine

_PER = {"cost": 1_000}
"""By what is counted: answers that a sum is stated for; 1 where it is a mean."""


def running(engine: Engine, pairing: Pairing) -> pl.DataFrame:
    """Compare what both sides took, for every column whose name says so and that both sides have.

    Returns
    -------
    DataFrame
        ``column``, ``what`` (p50, p95, p99, mean, per 1,000, share), ``live, live_low, live_high``, the same of the candidate,
        ``difference, low, high, p_value`` and ``n``; ranks have intervals of each side, means and shares of the paired
        difference.
    """
    rows: list[tuple[object, ...]] = []
    names = tuple(side.log.mapping.judged for side in pairing.sides)
    known = {column.name for column in pairing.candidate.log.columns}
    for live, kind in operations(pairing.live.log).items():
        candidate = counterpart(live, *names) if pairing.is_by_row else live
        if candidate not in known or (pairing.is_by_row and candidate == live):
            continue
        table = paired_amounts(engine, pairing, live, candidate)
        sums = {name: float(value or 0.0) for name, value in table.row(0, named=True).items()}
        if not sums["n"] or (kind != "failure" and not sums["gained"] + sums["lost"]):
            continue  # an amount that never differs belongs to the input and not to the answer
        if kind == "latency":
            rows += _ranks(engine, pairing, live, candidate, int(sums["n"]))
        found = failure_difference(live, sums) if kind == "failure" else amount_difference(live, sums)
        rows.append(_row(live, kind, found))
    numbers = (
        "live",
        "live_low",
        "live_high",
        "candidate",
        "candidate_low",
        "candidate_high",
        "difference",
        "low",
        "high",
    )
    schema = {"column": pl.String, "what": pl.String, **dict.fromkeys((*numbers, "p_value"), pl.Float64), "n": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))


def _ranks(engine: Engine, pairing: Pairing, live: str, candidate: str, n: int) -> list[tuple[object, ...]]:
    """Return the ranks of an amount with their intervals."""
    places = [place for share in SHARES for place in rank_shares(n, share)]
    found = amount_ranks(engine, pairing, live, candidate, places)
    rows: list[tuple[object, ...]] = []
    for at, share in enumerate(SHARES):
        low, middle, high = found[3 * at : 3 * at + 3]
        ends = [(middle[side], low[side], high[side]) for side in (0, 1)]
        rows.append((live, f"p{share * 100:g}", *ends[0], *ends[1], middle[1] - middle[0], None, None, None, n))
    return rows


def _row(name: str, kind: str, found: Difference) -> tuple[object, ...]:
    """Return a mean or a share on both sides."""
    per = _PER.get(kind, 1)
    what = "share" if kind == "failure" else f"per {per:,}" if per > 1 else "mean"
    sides = (found.live * per, None, None, found.candidate * per, None, None)
    return (
        name,
        what,
        *sides,
        *(each * per for each in (found.difference, found.low, found.high)),
        found.p_value,
        round(found.n),
    )
