"""The rounds of counts of a split: what is asked for, and that no more than counts is needed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from analytics.errors import QuestionError
from analytics.measure.gap.candidates import Slicing
from analytics.measure.gap.cells import side_cells
from analytics.measure.gap.metric import gap_metric
from analytics.measure.gap.pairs import Cells
from analytics.measure.gap.split import Counts, Known, split

EDGES = np.arange(51) / 50
LINE = 25


def rows(n: int, seed: int, *, share: float, far: float = 0.0, blind: bool = False) -> pl.DataFrame:
    """Rows of two groups with more positives in one; ``far`` moves the numbers of a column that labels depend on."""
    rng = np.random.default_rng(seed)
    is_hard, years = rng.random(n) < share, rng.normal(far, 1.0, n)
    logit = -1.0 + 1.5 * is_hard + 0.5 * years
    label = rng.random(n) < 1 / (1 + np.exp(-logit))
    read = logit - 0.5 * years if blind else logit
    frame = pl.DataFrame(
        {
            "group": np.where(is_hard, "hard", "easy"),
            "years": years,
            "coin": np.where(rng.random(n) < 0.5, "a", "b"),
            "score": np.round(50 / (1 + np.exp(-read))) / 50,
            "label": label.astype(np.int64),
        }
    )
    return frame.with_columns(score_bin=(pl.col("score") * 50).round().cast(pl.Int64))


class Frames(Counts):
    """Counts two data frames, and keeps what it was asked for."""

    def __init__(self, *sides: pl.DataFrame) -> None:
        self.sides = sides
        self.asked: list[tuple[str, ...]] = []

    def by_decision(self, column: Slicing) -> Cells:
        self.asked.append(("decision", column.name))
        sides = [side.with_columns(score_bin=(pl.col("score_bin") >= LINE).cast(pl.Int64)) for side in self.sides]
        return self._cells(sides, [column], 2, 1, np.zeros(2))

    def by_score(self, columns: Sequence[Slicing]) -> Cells:
        self.asked.append(("score", *(column.name for column in columns)))
        return self._cells(self.sides, columns, len(EDGES), LINE, EDGES)

    def _cells(
        self, sides: Sequence[pl.DataFrame], columns: Sequence[Slicing], n_bins: int, line: int, edges: np.ndarray
    ) -> Cells:
        names = [column.name for column in columns] or ["all"]
        tables = []
        for place, side in enumerate(sides):
            sliced = side.with_columns(
                pl.lit("all rows").alias("all"), *(self._slices(each, place) for each in columns)
            )
            tables.append(
                sliced.group_by(*names, "score_bin").agg(
                    is_mature=pl.lit(value=True),
                    n=pl.len(),
                    n_pos=pl.col("label").sum(),
                    n_unlabelled=pl.lit(0),
                    score_sum=pl.col("score").sum(),
                    score_pos_sum=(pl.col("score") * pl.col("label")).sum(),
                    score_sq_sum=(pl.col("score") ** 2).sum(),
                )
            )
        keys = pl.concat([table.select(names) for table in tables]).unique().sort(names, nulls_last=True)
        first, second = (side_cells(table, keys, n_bins, line, edges) for table in tables)
        kinds = keys.with_columns(pl.lit("value").alias(name) for name in names)
        return Cells(keys, kinds, first, second)

    def _slices(self, column: Slicing, place: int) -> pl.Expr:
        if not column.is_binned:
            return pl.col(column.name)
        own = np.quantile(self.sides[0][column.name].to_numpy(), np.arange(11) / 10)
        edges = np.array(column.edges or tuple(own))
        codes = np.searchsorted(edges, self.sides[place][column.name].to_numpy(), side="right")
        text = pl.Series(column.name, [str(code) for code in codes])
        alone = text.is_in(list(column.alone)) & (place == 1)
        return pl.lit(pl.select(pl.when(alone).then(text + " alone").otherwise(text).alias(column.name)).to_series())


COLUMNS = Slicing("group"), Slicing("coin"), Slicing("years", is_binned=True)


def known(counts: Frames, *, is_same_model: bool = True) -> Known:
    return Known(COLUMNS, {}, counts.sides[0], (0.5, 0.5), is_same_model, is_waiting=False)


ERROR = gap_metric("error_rate")
EACH = [("score",), ("decision", "group"), ("decision", "coin"), ("decision", "years")]


def test_all_rows_then_each_column_then_the_chosen_ones_are_counted() -> None:
    counts = Frames(rows(8_000, 1, share=0.2), rows(8_000, 2, share=0.8))
    found = split(counts, known(counts, is_same_model=False), ERROR)
    assert counts.asked == [*EACH, ("score", "group")]
    assert found.by == ("group",) and not found.is_carried and found.is_other_model and not found.apart
    parts, change = found.waterfall.parts, float(found.waterfall.change.value)
    assert sum(float(part.value) for part in parts.values()) == pytest.approx(change, abs=1e-12)
    assert float(parts["segments"].value) == pytest.approx(change, abs=0.01)


def test_columns_without_a_counterpart_are_left_to_the_scores_that_carry_them() -> None:
    counts = Frames(rows(12_000, 3, share=0.5), rows(12_000, 4, share=0.5, far=4.0))
    found = split(counts, known(counts), ERROR)
    assert found.is_carried and found.by[0] == "years" and not found.is_entangled
    assert [name for name, _ in found.apart] == ["years"] and found.columns["column"][0] == "years"
    assert all("years" not in asked for asked in counts.asked[len(EACH) :])


def test_where_scores_carry_nothing_the_slices_that_production_is_alone_in_are_found_and_counted() -> None:
    sides = (rows(12_000, seed, share=0.5, far=far, blind=True) for seed, far in ((5, 0.0), (6, 4.0)))
    counts = Frames(*sides)
    found = split(counts, known(counts), ERROR)
    assert not found.is_carried and found.is_entangled and found.by[0] == "years"
    assert counts.asked[-2] == ("decision", "years") and counts.asked[-1][:2] == ("score", "years")


def test_columns_that_are_asked_for_are_counted_and_others_refused() -> None:
    counts = Frames(rows(4_000, 7, share=0.2), rows(4_000, 8, share=0.8))
    found = split(counts, known(counts, is_same_model=False), ERROR, by=("coin",))
    assert found.by == ("coin",) and counts.asked == [*EACH, ("score", "coin")]
    with pytest.raises(QuestionError, match=r"found 'height'\. Compared: group, coin, years"):
        split(counts, known(counts), ERROR, by=("height",))
