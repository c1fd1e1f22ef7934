"""The rows on which a candidate answers otherwise than what is live: as a queue, with the other side's answer to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from analytics.answers.question import Question
from analytics.answers.review.queue import Queue, Row, stored_names, with_kinds
from analytics.log.schema import Log
from analytics.measure.thresholds.costs import Costs
from analytics.query import review
from analytics.query.cohort import Cohort
from analytics.query.compare.pairs import Pairing
from analytics.query.compare.rows import turned_rows
from analytics.query.engine import Engine

Turned = Literal["newly wrong", "newly right"]


@dataclass(frozen=True)
class OtherAnswer:
    """What the candidate answered to the input of a row.

    Attributes
    ----------
    log : Log
    row_id : int
        Its row in the candidate's log; that of the live side where both answers stand in one row.
    score : float or None
    threshold : float
    error_kind : str
        As that of a row of a queue.
    values : mapping of str to object
        By the name of a column of the candidate: what it holds.
    """

    log: Log
    row_id: int
    score: float | None
    threshold: float
    error_kind: str
    values: Mapping[str, Any]


def flipped_queue(
    engine: Engine, pairing: Pairing, turned: str, *, offset: int = 0, limit: int = 50, costs: Costs | None = None
) -> Queue:
    """Return one page of the rows of the live side on which the candidate alone is wrong, or alone is right.

    Parameters
    ----------
    pairing : Pairing
        As `Comparison.pairing` has it.
    turned : {"newly wrong", "newly right"}
    offset, limit : int
    costs : Costs, optional
        With them the rows on which most is lost, or won, come first; else those whose scores lie furthest apart.
    """
    log, threshold = pairing.live.log, pairing.thresholds[0]
    top, n_rows = turned_rows(
        engine, pairing, is_worse=turned == "newly wrong", limit=max(0, offset) + max(0, limit), costs=costs
    )
    page = top.with_row_index("position").slice(max(0, offset)).with_columns(pl.col("position").cast(pl.Int64))
    kept = engine.kept(log, pairing.live.cohort, threshold)
    rows = engine.collect(review.rows(kept, page["row_id"].to_list(), stored_names(log)))
    none = pl.lit(None, pl.Int64).alias("random_rank")
    joined = page.join(rows.drop("label"), on="row_id", how="left", maintain_order="left").rename(
        {"difference": "cost"}
    )
    whole = with_kinds(joined.with_columns(none), threshold)
    frame = f"{log.key} {threshold!r} {turned} {pairing.live.cohort.to_text()} against {pairing.candidate.log.key}"
    return Queue(whole, n_rows, frame)


def other_answer(engine: Engine, pairing: Pairing, case: Row) -> OtherAnswer:
    """Return what the candidate answered to the input of a row of `flipped_queue`."""
    log, threshold = pairing.candidate.log, pairing.thresholds[1]
    place = int(case.values["other_row"])
    rows = engine.collect(review.rows(engine.kept(log, Cohort(), threshold), [place], stored_names(log)))
    told = with_kinds(rows.with_columns(label=pl.lit(case.label)) if pairing.is_yes_no else rows, threshold)
    row = told.row(0, named=True)
    values = {column.name: row[column.sql_name] for column in log.columns}
    if pairing.is_by_row:
        live, own = pairing.live.log.mapping.judged, log.mapping.judged
        values = {str(live): values[own]} if own is not None else {}
    return OtherAnswer(log, place, row["score"], threshold, row["error_kind"], values)


def live_question(pairing: Pairing) -> Question:
    """Return the question of the live side, whose rows are reviewed."""
    return Question(pairing.live.log, pairing.live.cohort, pairing.live.threshold)
