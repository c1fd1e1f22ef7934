"""Rows that belong together get the number of their unit; a row without one stands alone, and other logs stay as they are."""

from __future__ import annotations

import polars as pl

from analytics.log.mapping import Mapping, mapping_from_dict
from analytics.query.engine import Engine
from tests.ingested import Desk

ROWS = "id,score,label,session\n1,0.9,1,b\n2,0.2,0,\n3,0.8,1,a\n4,0.1,0,b\n5,0.6,0,\n"


def test_units_are_numbered_in_the_order_of_the_file(desk: Desk) -> None:
    log = desk.log(ROWS, unit="session")
    engine = Engine(desk.workspace)
    stored = engine.collect(engine.frame(log).select("row_id", "unit").sort("row_id"))
    assert stored["unit"].to_list() == [0, 3, 1, 0, 6]
    assert stored["unit"].dtype == pl.Int64
    assert "unit" not in engine.frame(desk.log(ROWS)).collect_schema().names()
    engine.close()


def test_a_unit_may_be_sliced_by(desk: Desk) -> None:
    log = desk.log(ROWS, unit="session", segments=("session",))
    assert log.mapping.role_of("session") == "unit"
    assert log.mapping.segments == ("session",)


def test_no_unit_leaves_the_digest_of_a_mapping_as_it_was() -> None:
    mapping = Mapping(score="p", label="y")
    assert mapping.digest() == mapping_from_dict({"score": "p", "label": "y"}).digest()
    assert mapping.digest() != Mapping(score="p", label="y", unit="session").digest()
