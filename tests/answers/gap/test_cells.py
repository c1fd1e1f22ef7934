"""What both sides of a comparison count: a slice is its text and its kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest

from analytics.answers.gap.answer import gap
from analytics.answers.gap.cells import scored_cells, two_bin_cells
from analytics.answers.gap.inputs import inputs
from analytics.answers.gap.joint import joint_columns, jointly, likeness
from analytics.answers.gap.sides import Sides
from analytics.answers.gap.sides import sides as sides_answer
from analytics.answers.question import Question
from analytics.measure.gap.pairs import Cells
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.gap import Dimension
from tests.ingested import Desk

OWN = "kg in another unit"
RARE = "lb in another unit"
N = 1_000


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    found = Engine(desk.workspace)
    yield found
    found.close()


@pytest.fixture
def sides(desk: Desk, engine: Engine) -> Sides:
    rows = [
        {
            "score": (k % 10) / 10,
            "label": k % 3 % 2,
            "side": "before" if k < N else "after",
            "unit": RARE if k % N < 2 else None if k % 7 == 0 else ("kg", OWN)[k % 2],
        }
        for k in range(2 * N)
    ]
    log = desk.log(
        pl.DataFrame(rows), score="score", label="label", positive=("1",), negative=("0",), segments=("unit", "side")
    )
    asked = [Question(log, Cohort((Clause("side", "in", (name,)),)), 0.5) for name in ("before", "after")]
    return sides_answer(engine, asked[0], asked[1])


def dimension(sides: Sides) -> Dimension:
    column = sides.questions[0].log.column("unit")
    return Dimension("unit", (column, column))


def test_a_value_that_reads_like_another_unit_stays_itself(engine: Engine, sides: Sides) -> None:
    other = replace(dimension(sides), is_other_unit=True)
    cells = two_bin_cells(engine, sides, other, with_moments=False, with_amount=False)
    n = [side.counts.sum((0, -1)).tolist() for side in cells.pair]
    found = {
        key: counts for key, *counts in zip(zip(cells.keys["unit"], cells.kinds["unit"], strict=True), *n, strict=True)
    }
    assert found[OWN, "value"][1] == 0 and found[OWN, "value"][0] > 400
    assert found[OWN, "other unit"][0] == 0 and found[OWN, "other unit"][1] > 400
    assert found["kg", "value"][1] == 0
    assert all(found[None, "missing"])


def test_another_threshold_asks_nothing_and_counts_what_a_query_counts(engine: Engine, sides: Sides) -> None:
    def cells(threshold: float) -> Cells:
        reference, production = (replace(one, threshold=threshold) for one in sides.questions)
        own = replace(sides, reference=reference, production=production)
        return two_bin_cells(engine, own, dimension(sides), with_moments=True, with_amount=False)

    cells(0.5)
    asked = engine.n_queries
    fast = [cells(threshold) for threshold in (0.0, 0.2, 0.9)]
    assert engine.n_queries == asked
    with patch("analytics.query.kept._MAX_CELLS", 0):
        slow = [cells(threshold) for threshold in (0.0, 0.2, 0.9)]
    assert engine.n_queries == asked + 6
    for one, other in zip(fast, slow, strict=True):
        assert one.keys.equals(other.keys) and one.kinds.equals(other.kinds)
        for own, wanted in zip(one.pair, other.pair, strict=True):
            assert np.array_equal(own.counts, wanted.counts)
            np.testing.assert_allclose(own.loss, wanted.loss, rtol=1e-12)


def test_rare_values_are_taken_together_whatever_they_read_like(engine: Engine, sides: Sides) -> None:
    plain = scored_cells(engine, sides, [dimension(sides)], with_amount=False)
    assert plain.keys["unit"].to_list() == ["(other values)", "kg", OWN, None]
    other = scored_cells(engine, sides, [replace(dimension(sides), is_other_unit=True)], with_amount=False)
    assert set(zip(other.keys["unit"], other.kinds["unit"], strict=True)) == {
        ("(other values)", "rest of value"),
        ("(other values) in another unit", "rest of other unit"),
        ("kg", "value"),
        (OWN, "value"),
        (OWN, "other unit"),
        (f"{OWN} in another unit", "other unit"),
        (None, "missing"),
    }
    assert len(set(other.nesting.pattern)) == 2


def test_what_no_threshold_changes_is_weighed_once_for_all(engine: Engine, sides: Sides) -> None:
    """What came in, and how likely production's it is, are the same at any threshold: they may be kept."""
    found = []
    for threshold in (0.5, 0.2):
        reference, production = (replace(one, threshold=threshold) for one in sides.questions)
        own = replace(sides, reference=reference, production=production)
        came_in = inputs(engine, own)
        parts = gap(engine, own, came_in, "error_rate", by=["unit"])
        found.append((came_in, parts, likeness(came_in, ("unit",))))
    (first, parts, likely), (then, _, anew) = found
    assert joint_columns(parts) == ("unit",)
    assert all(one.equals(other) for one, other in zip(first.rows, then.rows, strict=True))
    assert likely is not None and anew is not None
    assert all(np.array_equal(one, other) for one, other in zip(likely, anew, strict=True))
    with patch("analytics.answers.gap.joint.density_weights", side_effect=AssertionError("weighed anew")):
        kept = jointly(parts, first, likely)
    assert kept == jointly(parts, first)
