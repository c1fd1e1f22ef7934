"""What errors cost by slice, against plain loops over rows."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analytics.measure.base_rate import LabelErrors
from analytics.measure.brief import worst_table
from analytics.measure.counts import confusion_table
from analytics.measure.slices import is_worse, slice_table
from analytics.measure.slices_cost import priced_excess, with_costs, with_priced_excess
from analytics.measure.thresholds.costs import Costs
from tests.measure.logs import distinct_edges, score_table

COSTS = Costs(tp=-2, fp=3, fn=7, review=0.5, amount_cells=("fn", "tp"))
SUMS = ("score_sum", "score_sq_sum", "score_pos_sum", "log_loss_sum")


def made(seed: int = 0, n: int = 400) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 3, n)
    return pl.DataFrame(
        {
            "region": rng.choice(["north", "south", "east"], n),
            "score": [
                None if gone else float(value)
                for gone, value in zip(rng.random(n) < 0.05, rng.integers(0, 9, n) / 8, strict=True)
            ],
            "label": [None if value == 2 else int(value) for value in label],
            "amount": [
                None if gone else float(value)
                for gone, value in zip(rng.random(n) < 0.1, rng.lognormal(2, 1, n), strict=True)
            ],
        }
    )


def with_amounts(log: pl.DataFrame, edges: np.ndarray) -> pl.DataFrame:
    bins = pl.Series(np.searchsorted(edges, log["score"].fill_null(0).to_numpy(), side="right") - 1)
    found = log.with_columns(score_bin=pl.when(pl.col("score").is_null()).then(None).otherwise(bins))
    of = {"pos": pl.col("label") == 1, "neg": pl.col("label") == 0}
    sums = found.group_by("region", "score_bin").agg(
        **{f"amount_{name}_sum": pl.col("amount").filter(part).sum() for name, part in of.items()},
        **{f"amount_{name}_sq_sum": (pl.col("amount") ** 2).filter(part).sum() for name, part in of.items()},
    )
    return score_table(log, edges, ["region"]).join(sums, on=["region", "score_bin"], nulls_equal=True)


def test_the_cost_per_row_of_every_slice_equals_a_loop_over_its_rows() -> None:
    log = made()
    edges = distinct_edges(log)
    table = with_costs(with_amounts(log, edges), 4, COSTS)
    found = slice_table(
        table, edges, by=["region"], threshold_bin=4, metrics=["error_rate"], metric="error_rate", is_probability=True
    )
    priced = slice_table(table, edges, by=["region"], threshold_bin=4, metrics=[], metric="cost", is_probability=True)
    for row in priced.iter_rows(named=True):
        costs = []
        for one in log.filter(pl.col("region") == row["region"]).drop_nulls(["score", "label"]).iter_rows(named=True):
            amount = one["amount"] or 0.0
            if one["score"] >= edges[4]:
                costs.append((-2 * amount if one["label"] else 3.0) + 0.5)
            else:
                costs.append(7 * amount if one["label"] else 0.0)
        error = np.std(costs, ddof=1) / len(costs) ** 0.5
        assert row["cost"] == pytest.approx(np.mean(costs)) and row["n_labelled"] >= len(costs)
        assert row["cost_low"] == pytest.approx(row["cost"] - stats.t.ppf(0.975, len(costs) - 1) * error)
    assert found["tp"].to_list() == priced["tp"].to_list()


def test_the_excess_cost_is_what_the_misses_and_false_alarms_beyond_the_rest_cost() -> None:
    log = made(1)
    edges = distinct_edges(log)
    table = confusion_table(score_table(log, edges, ["region"]), by=["region"], threshold_bin=4)
    found = with_priced_excess(table, (10.0, 2.0), ["region"])
    for row in found.iter_rows(named=True):
        rest = table.filter(pl.col("region") != row["region"]).sum()
        fnr, fpr = rest["fn"][0] / (rest["fn"][0] + rest["tp"][0]), rest["fp"][0] / (rest["fp"][0] + rest["tn"][0])
        missed = row["fn"] - (row["fn"] + row["tp"]) * fnr
        flagged = row["fp"] - (row["fp"] + row["tn"]) * fpr
        assert row["excess_cost"] == pytest.approx(10 * missed + 2 * flagged)
        assert row["excess_cost_low"] <= row["excess_cost"] <= row["excess_cost_high"]
    of_brief = worst_table(
        table.select(
            pl.lit("region").alias("column"),
            pl.lit("value").alias("kind"),
            pl.col("region").alias("value"),
            "tp",
            "fp",
            "fn",
            "tn",
        ),
        (10.0, 2.0),
    )
    joined = of_brief.join(found, left_on="value", right_on="region")
    assert joined["excess"].to_list() == pytest.approx(joined["excess_cost"].to_list())
    assert joined["p"].to_list() == pytest.approx(joined["excess_cost_p"].to_list())


@pytest.mark.parametrize("weights", [(20.0, 1.0), (1.0, 20.0), (5.0, 0.0)])
def test_a_slice_whose_base_rate_alone_differs_is_rarely_called_dearer(weights: tuple[float, float]) -> None:
    rng, draws, n = np.random.default_rng(3), 2_000, 1_000

    def drawn(size: int, base_rate: float) -> LabelErrors:
        positives = rng.binomial(size, base_rate, draws)
        parts = (positives, rng.binomial(positives, 0.4), size - positives, rng.binomial(size - positives, 0.05))
        return LabelErrors(*(part.astype(float) for part in parts))

    part, p = priced_excess(drawn(n, 0.06), drawn(20_000, 0.03), weights)
    # 2.5 % are stated; 2,000 draws leave a standard error of 0.35 points
    assert np.mean((p < 0.05) & (part.value > 0)) < 0.036


def test_worse_by_cost_goes_by_what_the_model_makes_dearer() -> None:
    counts = {"tp": [20, 700, 150], "fp": [10, 90, 20], "fn": [80, 300, 50], "tn": [900, 9_000, 2_000]}
    frame = pl.DataFrame({"region": ["travel", "food", "home"], **counts})
    of = frame.with_columns(
        n=pl.sum_horizontal(*counts),
        n_labelled=pl.sum_horizontal(*counts),
        n_unlabelled=0,
        n_unscored=0,
        n_flagged=pl.col("tp") + pl.col("fp"),
        n_scored=pl.sum_horizontal(*counts),
        n_pos=pl.col("tp") + pl.col("fn"),
    )
    found = with_priced_excess(of, (20.0, 1.0), ["region"]).with_columns(few_rows=pl.lit(value=False))
    assert found.filter(is_worse("cost"))["region"].to_list() == ["travel"]
