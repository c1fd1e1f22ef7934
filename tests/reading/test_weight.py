"""Rows that stand for many keep how many; what is no weight stands for none, and other logs stay as they are."""

from __future__ import annotations

import pytest

from analytics.errors import InputError
from analytics.log.mapping import Mapping, mapping_from_dict
from analytics.log.right import Right
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.query.weights import weight_of
from tests.ingested import Desk

ROWS = "id,score,label,w\n1,0.9,1,2.5\n2,0.2,0,\n3,0.8,1,0.5\n4,0.1,0,-1\n5,0.6,0,0\n"


def weights(desk: Desk, **roles: object) -> list[float | None]:
    engine, log = Engine(desk.workspace), desk.log(ROWS, **roles)
    stored = engine.collect(engine.frame(log).select("row_id", "weight").sort("row_id"))["weight"].to_list()
    kept = engine.row_counts(log, Cohort(), 0.5)[0]
    total = weight_of(engine, log, Cohort(), 0.5)
    engine.close()
    assert kept == sum(weight is not None for weight in stored)
    assert total == sum(weight or 0 for weight in stored)
    return stored


def test_a_row_stands_for_its_weight_or_for_one_over_its_share(desk: Desk) -> None:
    assert weights(desk, weight="w") == [2.5, None, 0.5, None, None]
    assert weights(desk, weight="w", is_weight_share=True) == [None, None, 2.0, None, None]


def test_no_weight_leaves_the_log_and_the_digest_of_a_mapping_as_they_were(desk: Desk) -> None:
    engine, log = Engine(desk.workspace), desk.log(ROWS)
    assert "weight" not in engine.frame(log).collect_schema().names()
    assert weight_of(engine, log, Cohort(), 0.5) is None
    engine.close()
    mapping = Mapping(score="p", label="y")
    assert mapping.digest() == mapping_from_dict({"score": "p", "label": "y"}).digest()
    assert mapping.digest() != Mapping(score="p", label="y", weight="w").digest()


def test_what_cannot_be_weighed_is_refused(desk: Desk) -> None:
    with pytest.raises(InputError, match="Expected numbers above 0 in 'w', found 'a lot' and no such one"):
        desk.log("id,score,label,w\n1,0.9,1,a lot\n2,0.2,0,a lot\n", weight="w")
    right = Right("rankings", "label", "score", query="id")
    with pytest.raises(InputError, match="found one of rankings"):
        desk.log(ROWS, weight="w", right=right, label="label", score=None)
