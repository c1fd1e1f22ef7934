"""What it is to run the candidate: latency, cost, tokens and failures of both sides on the same pairs."""

from __future__ import annotations

import polars as pl

from analytics.log.operations import Operation, called_of_both, taken_by_both
from analytics.measure.compare.difference import Difference
from analytics.measure.compare.operations import (
    SHARES,
    amount_difference,
    failure_difference,
    rank_difference,
    rank_shares,
)
from analytics.query.compare.operations import amount_ranks, paired_amounts, shares_below
from analytics.query.compare.pairs import Pairing
from analytics.query.engine import Engine

_PER = {"cost": 1_000}
"""By what is counted: answers that a sum is stated for; 1 where it is a mean."""


def running(engine: Engine, pairing: Pairing) -> pl.DataFrame:
    """Compare what both sides took, for every column that says so and that both sides have.

    Returns
    -------
    DataFrame
        ``column`` (what both sides' names have in common), ``role`` (None where none is played), ``what`` (p50, p95, p99, mean,
        per 1,000, share), ``unit`` of an amount as the live side has it, ``live, live_low, live_high``, the same of the
        candidate, ``difference, low, high, p_value`` and ``n``. Differences have paired intervals, ranks also those of either
        side.
    """
    rows: list[tuple[object, ...]] = []
    logs = pairing.live.log, pairing.candidate.log
    for live, candidate in taken_by_both(*logs, is_by_row=pairing.is_by_row):
        table = paired_amounts(engine, pairing, live, candidate)
        sums = {name: float(value or 0.0) for name, value in table.row(0, named=True).items()}
        if not sums["n"] or (live.kind != "failure" and not sums["gained"] + sums["lost"]):
            continue  # an amount that never differs belongs to the input and not to the answer
        own: list[tuple[object, ...]] = []
        if live.kind == "latency":
            own += _ranks(engine, pairing, live, candidate, int(sums["n"]))
        is_flag = live.kind == "failure"
        found = failure_difference(live.column, sums) if is_flag else amount_difference(live.column, sums)
        own.append(_row(live, found))
        rows += [(called_of_both(live.column, candidate.column), *row[1:]) for row in own]
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
    texts = dict.fromkeys(("column", "role", "what", "unit"), pl.String)
    schema = {**texts, **dict.fromkeys((*numbers, "p_value"), pl.Float64), "n": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))


def _ranks(engine: Engine, pairing: Pairing, live: Operation, candidate: Operation, n: int) -> list[tuple[object, ...]]:
    """Return the ranks of an amount with their intervals, and those of their differences."""
    places = [place for share in SHARES for place in rank_shares(n, share)]
    found = amount_ranks(engine, pairing, live, candidate, places)
    below = shares_below(engine, pairing, live, candidate, found[1::3])
    rows: list[tuple[object, ...]] = []
    for at, share in enumerate(SHARES):
        low, middle, high = found[3 * at : 3 * at + 3]
        ours, theirs = ((middle[side], low[side], high[side]) for side in (0, 1))
        apart = rank_difference(ours, theirs, below[at], n, share)
        rows.append((live.column, live.role, f"p{share * 100:g}", live.unit, *ours, *theirs, *apart, None, n))
    return rows


def _row(live: Operation, found: Difference) -> tuple[object, ...]:
    """Return a mean or a share on both sides."""
    per = _PER.get(live.kind, 1)
    what = "share" if live.kind == "failure" else f"per {per:,}" if per > 1 else "mean"
    sides = (found.live * per, None, None, found.candidate * per, None, None)
    return (
        live.column,
        live.role,
        what,
        live.unit,
        *sides,
        *(each * per for each in (found.difference, found.low, found.high)),
        found.p_value,
        round(found.n),
    )
