"""Agreement of raters: known answers, independent implementations, and the rates that intervals state."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import cohen_kappa_score

from analytics.measure.agreement.overall import overall
from analytics.measure.agreement.pairs import pair_table
from analytics.measure.agreement.raters import rater_table
from analytics.measure.agreement.ratings import ratings_of
from tests.thorough import amount


def grouped(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by(pl.all()).agg(n=pl.len()).sort(pl.all())


@pytest.fixture
def diagnoses(data: Path) -> pl.DataFrame:
    return pl.read_csv(data / "agreement" / "diagnoses.csv").drop("case")


def made(rng: np.random.Generator, n: int, quality: list[float], size: int = 3, gone: float = 0.0) -> pl.DataFrame:
    """Rows of ``size`` kinds that raters of a quality name rightly, else any of the others."""
    truth = rng.integers(0, size, n)
    columns = {}
    for place, share in enumerate(quality):
        wrong = (truth + rng.integers(1, size, n)) % size
        said = np.where(rng.random(n) < share, truth, wrong)
        columns[f"r{place}"] = [
            None if lost else f"v{value}" for value, lost in zip(said, rng.random(n) < gone, strict=True)
        ]
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def test_the_published_kappa_of_six_raters(diagnoses: pl.DataFrame) -> None:
    found = overall(ratings_of(grouped(diagnoses), diagnoses.columns))
    assert found["fleiss_kappa"] == pytest.approx(0.430, abs=5e-4)
    assert found["n_rows"] == 30 and found["fleiss_kappa_low"] < 0.43 < found["fleiss_kappa_high"]


@pytest.mark.parametrize("ordered", [False, True])
def test_kappa_of_pairs_is_scikit_learn_s(diagnoses: pl.DataFrame, ordered: bool) -> None:
    found = pair_table(ratings_of(grouped(diagnoses), diagnoses.columns), ordered=ordered)
    labels = sorted(set(diagnoses.unpivot()["value"]))
    assert found.height == 15
    for row in found.iter_rows(named=True):
        one, other = diagnoses[row["first"]], diagnoses[row["second"]]
        weights = "quadratic" if ordered else None
        assert row["kappa"] == pytest.approx(cohen_kappa_score(one, other, labels=labels, weights=weights))
        assert row["agreement"] == pytest.approx((one == other).mean())


def plain_alpha(rows: pl.DataFrame, distance) -> float:  # type: ignore[no-untyped-def]
    """Krippendorff's alpha by its definition, pair by pair."""
    units = [[value for value in row if value is not None] for row in rows.rows()]
    units = [unit for unit in units if len(unit) > 1]
    every = [value for unit in units for value in unit]
    within = sum(
        distance(a, b) / (len(unit) - 1)
        for unit in units
        for i, a in enumerate(unit)
        for j, b in enumerate(unit)
        if i != j
    )
    among = sum(distance(a, b) for i, a in enumerate(every) for j, b in enumerate(every) if i != j)
    return 1 - within / len(every) / (among / (len(every) * (len(every) - 1)))


def test_alpha_is_its_definition_with_ratings_that_are_missing() -> None:
    rows = made(np.random.default_rng(1), 40, [0.9, 0.7, 0.6, 0.8], gone=0.3)
    ratings = ratings_of(grouped(rows), rows.columns)
    assert overall(ratings)["alpha"] == pytest.approx(plain_alpha(rows, lambda a, b: float(a != b)))
    steps = {value: place for place, value in enumerate(ratings.values)}
    found = overall(ratings, ordered=True)["alpha"]
    assert found == pytest.approx(plain_alpha(rows, lambda a, b: float(steps[a] - steps[b]) ** 2))


def plain_gwet(rows: pl.DataFrame) -> tuple[float, float]:
    """AC1 of rows read by all, and its standard error, row by row (Gwet 2008)."""
    values = sorted(set(rows.unpivot()["value"]))
    shares = np.array([[row.count(value) / len(row) for value in values] for row in rows.rows()])
    r, q, n = len(rows.columns), len(values), rows.height
    used = shares.mean(axis=0)
    agreed = ((shares * r * (shares * r - 1)) / (r * (r - 1))).sum(axis=1)
    by_chance = (used * (1 - used)).sum() / (q - 1)
    value = (agreed.mean() - by_chance) / (1 - by_chance)
    own = (shares * (1 - used)).sum(axis=1) / (q - 1)
    each = (agreed - by_chance) / (1 - by_chance) - 2 * (1 - value) * (own - by_chance) / (1 - by_chance)
    return value, (((each - value) ** 2).sum() / (n * (n - 1))) ** 0.5


def test_ac1_is_its_definition_and_does_not_fall_where_one_rating_dominates() -> None:
    rows = made(np.random.default_rng(2), 200, [0.9, 0.7])
    row = pair_table(ratings_of(grouped(rows), rows.columns)).row(0, named=True)
    value, error = plain_gwet(rows)
    assert row["ac1"] == pytest.approx(value)
    assert row["ac1_high"] - row["ac1"] == pytest.approx(1.959964 * error, rel=1e-5)
    three = made(np.random.default_rng(3), 200, [0.9, 0.7, 0.8])
    assert overall(ratings_of(grouped(three), three.columns))["ac1"] == pytest.approx(plain_gwet(three)[0])
    some = made(np.random.default_rng(3), 200, [0.9, 0.7, 0.8], gone=0.4)
    read = [[value for value in row if value is not None] for row in some.rows()]
    said = np.array([[row.count(f"v{k}") / max(len(row), 1) for k in range(3)] for row in read if row]).mean(axis=0)
    pairs = [[a == b for a, b in combinations(row, 2)] for row in read if len(row) > 1]
    agreed, chance = np.mean([np.mean(each) for each in pairs]), (said * (1 - said)).sum() / 2
    value = (agreed - chance) / (1 - chance)
    assert overall(ratings_of(grouped(some), some.columns))["ac1"] == pytest.approx(value), "rows of one reader too"
    rare = pl.DataFrame({"a": ["n"] * 95 + ["y"] * 5, "b": ["n"] * 90 + ["y"] * 5 + ["n"] * 4 + ["y"]})
    row = pair_table(ratings_of(grouped(rare), ["a", "b"])).row(0, named=True)
    assert row["agreement"] == 0.91 and row["kappa"] < 0.2 < 0.85 < row["ac1"]


def plain_raters(rows: pl.DataFrame, values: list[str]) -> np.ndarray:
    """Dawid and Skene's fit, in loops: by rater and true value what it says."""
    table, raters = rows.rows(), len(rows.columns)
    truth = np.array([[sum(said == value for said in row) for value in values] for row in table], dtype=float)
    truth /= truth.sum(axis=1, keepdims=True)
    for _ in range(500):
        share = truth.mean(axis=0)
        found = np.zeros((raters, len(values), len(values)))
        for weight, row in zip(truth, table, strict=True):
            for place, said in enumerate(row):
                if said is not None:
                    found[place, :, values.index(said)] += weight
        found /= found.sum(axis=2, keepdims=True)
        for line, row in enumerate(table):
            likely = share.copy()
            for place, said in enumerate(row):
                if said is not None:
                    likely = likely * found[place, :, values.index(said)]
            truth[line] = likely / likely.sum()
    return found


@pytest.mark.parametrize(
    ("seed", "quality", "gone"), [(4, [0.9, 0.6, 0.8, 0.75], 0.2), (24, [0.6, 0.6, 0.55, 0.6], 0.1)]
)
def test_raters_are_fitted_as_in_plain_loops(seed: int, quality: list[float], gone: float) -> None:
    """The second ones hardly agree: after 200 steps one of them is still ten points away."""
    rows = made(np.random.default_rng(seed), 60, quality, gone=gone)
    rows = rows.filter(pl.sum_horizontal(pl.all().is_not_null()) >= 2)
    found = rater_table(ratings_of(grouped(rows), rows.columns))
    expected = plain_raters(rows, ["v0", "v1", "v2"])
    for place, rater in enumerate(rows.columns):
        own = found.filter(pl.col("rater") == rater)["found"].to_list()
        assert own == pytest.approx(list(np.diagonal(expected[place])), abs=1e-3)


def test_intervals_cover_as_often_as_they_state() -> None:
    """Logs of 150 rows and raters of known quality; 400 of them were covered in 92 to 97 %."""
    rng, quality = np.random.default_rng(5), [0.9, 0.75, 0.8]
    pair = 0.9 * 0.75 + 0.1 * 0.25 / 2
    kappa = (pair - 1 / 3) / (2 / 3)
    agreed = np.mean([a * b + (1 - a) * (1 - b) / 2 for a, b in combinations(quality, 2)])
    alpha = (agreed - 1 / 3) / (2 / 3)
    inside = {"kappa": 0, "ac1": 0, "alpha": 0, "found": 0}
    draws = amount(15, 25)
    for _ in range(draws):
        ratings = ratings_of(grouped(made(rng, 150, quality)), ["r0", "r1", "r2"])
        row = pair_table(ratings).filter(first="r0", second="r1").row(0, named=True)
        whole = overall(ratings)
        rater = rater_table(ratings).filter(rater="r0", value="v0").row(0, named=True)
        inside["kappa"] += row["kappa_low"] <= kappa <= row["kappa_high"]
        inside["ac1"] += row["ac1_low"] <= kappa <= row["ac1_high"]
        inside["alpha"] += whole["alpha_low"] <= alpha <= whole["alpha_high"]
        inside["found"] += rater["found_low"] <= 0.9 <= rater["found_high"]
    assert all(count >= 0.8 * draws for count in inside.values()), inside


def test_what_cannot_be_said_is_not_said() -> None:
    lone = pl.DataFrame({"a": ["y", "n"], "b": [None, None], "n": [5, 5]}, schema_overrides={"b": pl.String})
    ratings = ratings_of(lone, ["a", "b"])
    assert overall(ratings)["alpha"] is None and pair_table(ratings)["kappa"].to_list() == [None]
    assert rater_table(ratings)["found"].null_count() == 4
    same = pl.DataFrame({"a": ["y"], "b": ["y"], "n": [50]})
    row = pair_table(ratings_of(same, ["a", "b"])).row(0, named=True)
    assert row["agreement"] == 1 and row["kappa"] is None
