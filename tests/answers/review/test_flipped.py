"""Rows that flipped between two sides: the queue against joined rows, and the candidate's answer to each."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import polars as pl

from analytics.answers.compare.answer import compare
from analytics.answers.compare.sides import pairing_of
from analytics.answers.review.flipped import flipped_queue, live_question, other_answer
from analytics.answers.review.queue import cases
from analytics.log.other_answer import with_answer
from analytics.measure.thresholds.costs import Costs
from analytics.query.engine import Engine
from analytics.reading import api
from tests.answers.compare.test_answer import AT, part, scored
from tests.ingested import Desk

ROLES = {"row_id": "id", "label": "y", "score": "score", "model_version": "model", "segments": ("region",)}


def turned(frame: pl.DataFrame) -> pl.DataFrame:
    """Join both sides in plain Polars, and say what turned."""
    old, new = (frame.with_row_index("row").filter(model=name) for name in ("old", "new"))
    pairs = old.join(new, on="id", suffix="_new")
    right = ((pl.col("score") >= AT) == (pl.col("y") == 1)).alias("was")
    now = ((pl.col("score_new") >= AT) == (pl.col("y") == 1)).alias("is")
    return pairs.with_columns(right, now, far=(pl.col("score_new") - pl.col("score")).abs())


def test_the_queue_holds_every_row_that_turned_and_the_other_answer_beside_it(desk: Desk) -> None:
    frame = scored(300)
    log, engine = desk.log(frame, **ROLES), Engine(desk.workspace)
    pairing = compare(engine, pairing_of(part(log, "old"), part(log, "new"))).pairing
    joined = turned(frame)
    for name, was in (("newly wrong", True), ("newly right", False)):
        wanted = joined.filter((pl.col("was") == was) & (pl.col("is") != was))
        found = flipped_queue(engine, pairing, name, limit=1_000)
        ids = found.rows[log.column("id").sql_name].to_list()
        assert found.n_rows == wanted.height > 5 and sorted(ids) == wanted["id"].sort().to_list()
        far = dict(wanted.select("id", "far").iter_rows())
        assert all(far[a] >= far[b] - 1e-9 for a, b in pairwise(ids))
        page = flipped_queue(engine, pairing, name, offset=3, limit=4)
        assert page.rows["row_id"].to_list() == found.rows["row_id"].to_list()[3:7]
        assert page.rows["position"].to_list() == [3, 4, 5, 6] and page.n_rows == found.n_rows
        by_id = {row["id"]: row for row in wanted.to_dicts()}
        for case in cases(page.rows):
            row, other = by_id[case.values[log.column("id").sql_name]], other_answer(engine, pairing, case)
            assert (case.score, case.label) == (row["score"], row["y"])
            assert (case.error_kind in ("tp", "tn"), other.error_kind in ("tp", "tn")) == (was, not was)
            assert (other.score, other.values["score"], other.row_id) == (
                row["score_new"],
                row["score_new"],
                row["row_new"],
            )
    assert live_question(pairing) == part(log, "old")


def test_with_costs_the_dearest_come_first_and_answers_of_one_row_have_one(desk: Desk) -> None:
    frame = scored(300)
    wide = turned(frame).select("id", "score", "score_new", "y", "region")
    log, engine = desk.log(wide, row_id="id", label="y", score="score", segments=("region",)), Engine(desk.workspace)
    mapping = with_answer(log.mapping, log.reading, "score_new")
    other = api.remap(desk.workspace, log, replace(mapping, threshold=AT), is_current=False)
    live = replace(part(log, "x"), cohort=part(log, "x").cohort.without("model"))
    pairing = compare(engine, pairing_of(live, replace(live, log=other), by_row=True)).pairing
    rows = flipped_queue(engine, pairing, "newly wrong", limit=1_000, costs=Costs(fp=1, fn=9)).rows
    assert rows["cost"].to_list() == sorted(rows["cost"], reverse=True) and set(rows["cost"]) == {1.0, 9.0}
    case = cases(rows)[0]
    found = other_answer(engine, pairing, case)
    assert found.row_id == case.row_id and found.values == {"score": found.score} and case.error_kind == "tp"
