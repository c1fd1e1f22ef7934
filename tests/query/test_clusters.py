"""What units have in common: the same on DuckDB and on Polars, and what counting row by row gives."""

from __future__ import annotations

from collections.abc import Iterator

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.query.clusters import cluster_table, clusters_of
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk
from tests.query.logs import START, TEXTS, Twins, collected, with_bins

SUMS = ("label_sum", "score_pos_sum", "score_sum")
NAMES = ("tp", "fp", "fn", "tn", "n_flagged", "n_scored", "n_pos", "n_labelled", *sorted(SUMS))


@pytest.fixture(scope="module")
def twins() -> Iterator[Twins]:
    pair = Twins()
    yield pair
    pair.connection.close()


def counted(frame: pl.DataFrame, threshold: float) -> np.ndarray:
    """What each row counts in, in the order of the names."""
    label, score = pl.col("label"), pl.col("score")
    flagged, passed = (score >= threshold).fill_null(False), (score < threshold).fill_null(False)
    is_pos, is_neg = (label == 1).fill_null(False), (label == 0).fill_null(False)
    is_judged = label.is_not_null() & score.is_not_null()
    parts = [flagged & is_pos, flagged & is_neg, passed & is_pos, passed & is_neg, flagged, score.is_not_null(), is_pos]
    parts.append(label.is_not_null())
    sums = {
        "label_sum": label.cast(pl.Float64),
        "score_pos_sum": score * is_pos,
        "score_sq_sum": score**2,
        "score_sum": score,
    }
    parts += [pl.when(is_judged).then(sums[name]).otherwise(0.0).fill_null(0.0) for name in sorted(SUMS)]
    columns = frame.select(part.cast(pl.Float64).alias(str(place)) for place, part in enumerate(parts))
    return columns.to_numpy().reshape(frame.height, len(parts))


def rows(seed: int) -> pl.DataFrame:
    """A stored log with nulls everywhere; a pair of engines takes seconds for one, so that few are drawn."""
    draw = np.random.default_rng(seed)
    values = [[None, *(k / 20 for k in range(21))], [None, 0, 1], [None, 0, 1], [None, 12.5], [None, START]]
    values += [[None, 0.5], [None, 2.0], [None, 0, 1], *[[None, 0.5]] * 4, [None, 0, 1]]
    values += [[None, *TEXTS[:3]], [None, 0, 1], [None, True, False], [None, 0.1], [None, START]]
    return with_bins([tuple(each[draw.integers(len(each))] for each in values) for _ in range(40)])


@pytest.mark.parametrize(("seed", "by", "n_units"), [(1, (), 5), (2, ("c0",), 7), (3, ("c2", "c1"), 1)])
def test_products_over_units(twins: Twins, seed: int, by: tuple[str, ...], n_units: int) -> None:
    frame = rows(seed)
    frame = frame.with_columns(unit=(pl.col("row_id") * 7 % n_units))
    keys = {f"slice_{place}": nw.col(name) for place, name in enumerate(by)}
    found, other = (collected(cluster_table(side, keys, 0.3, sums=SUMS[1:])) for side in twins.of(frame))
    assert_frame_equal(found, other, check_row_order=False, check_dtypes=False, rel_tol=1e-9, abs_tol=1e-9)
    counts, unit = counted(frame, 0.3), frame["unit"].to_numpy()
    whole = np.array([counts[unit == each].sum(axis=0) for each in range(n_units)])
    for slice_ in found.iter_rows(named=True):
        is_in = np.ones(frame.height, dtype=bool)
        for key, name in zip(keys, by, strict=True):
            is_in &= frame[name].eq_missing(pl.Series([slice_[key]], dtype=frame.schema[name])).to_numpy()
        own = np.array([counts[is_in & (unit == each)].sum(axis=0) for each in range(n_units)])
        here = [each for each in range(n_units) if (is_in & (unit == each)).any()]
        assert slice_["n_units"] == len(here)
        assert slice_["n_units_inside"] == sum(not (~is_in & (unit == each)).any() for each in here)
        for i, first in enumerate(NAMES):
            for j, second in enumerate(NAMES):
                if i <= j:
                    np.testing.assert_allclose(slice_[f"own:{first}:{second}"], own[:, i] @ own[:, j], atol=1e-9)
                if by:
                    np.testing.assert_allclose(slice_[f"cross:{first}:{second}"], own[:, i] @ whole[:, j], atol=1e-9)
    np.testing.assert_allclose(found["unit_share"].sum(), len(set(unit)))


def test_slices_and_weeks_are_as_people_see_them(desk: Desk) -> None:
    lines = "".join(f"{k},0.{k % 10},{k % 2},2024-01-{k + 1:02d},{'ab'[k % 2]},s{k // 3}\n" for k in range(28))
    log = desk.log("id,score,label,scored_at,region,session\n" + lines, unit="session")
    engine = Engine(desk.workspace)
    table = clusters_of(engine, log, Cohort(), 0.5, ["region"], every="1w")
    assert table is not None
    assert set(table["slice_0"]) == {"a", "b"}
    expected = engine.time_table(log, Cohort(), 0.5, "1w")["bucket"].to_list()
    assert sorted(set(table["bucket"])) == expected
    assert clusters_of(engine, desk.log("id,score,label\n1,0.5,1\n2,0.4,0\n"), Cohort(), 0.5) is None
    engine.close()
