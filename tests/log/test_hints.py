"""What is said of a log that holds no rule and no score: which columns could say when a row is right."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from analytics.log.hints import hint, judged_hint, sides_hint
from tests.ingested import Desk

RNG = np.random.default_rng(17)
N = 300
CATEGORY = RNG.choice(["tea", "milk", "water"], N)
PRICE = RNG.gamma(4, 25, N)
DAYS = pl.Series([datetime(2025, 3, 1) + timedelta(hours=place) for place in range(N)])


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"assigned_category": CATEGORY, "category_in_the_end": RNG.permutation(CATEGORY)}, "hold the same classes"),
        ({"predicted_price": PRICE, "sold_price": PRICE + 1}, "--right 'predicted_price = sold_price' --within 10%."),
        ({"score": RNG.random(N), "resolution": RNG.choice([0, 0.5, 1], N)}, "--label resolution."),
        ({"score": [f"{place},{place + 100:03}" for place in range(1, N + 1)]}, "stayed text, such as"),
        ({"verdict": RNG.choice(["pass", "fail"], N)}, "--grade verdict --pass 1."),
        ({"predicted_price": PRICE, "distance": RNG.permutation(PRICE)}, ""),
        ({"exact_match": RNG.choice([0.0, 1.0], N)}, "--grade exact_match --pass 1."),
        ({"acc": RNG.choice([0.0, 1.0], N)}, "--grade acc --pass 1."),
        ({"acc_now_delinq": RNG.choice([0.0, 1.0], N), "mort_acc": RNG.choice([0, 1, 2], N)}, ""),
        ({"correct": RNG.choice([False, True], N)}, "--grade correct --pass 1."),
        ({"preference": 1 + RNG.random(N)}, "--grade preference --pass 1.5, or compare … --preference preference."),
        ({"winner": RNG.choice(["model_a", "tie"], N)}, "was better: compare … --preference winner."),
        ({"vote": RNG.choice(["left", "right", "both_bad"], N)}, "was better: compare … --preference vote."),
        ({"model_a": CATEGORY, "model_b": RNG.permutation(CATEGORY)}, ""),
        ({"churn_30d": CATEGORY, "churn_90d": RNG.permutation(CATEGORY)}, ""),
        ({"human_kind": CATEGORY, "raw_kind": RNG.permutation(CATEGORY)}, "--right 'raw_kind = human_kind'."),
        ({"answerLeft": CATEGORY, "answerRight": RNG.permutation(CATEGORY)}, ""),
        ({"lead_grade": RNG.choice(["A", "B", "C"], N)}, ""),
        (
            {"predicted_arrival": DAYS, "actual_arrival": DAYS.dt.offset_by("7m")},
            "are times: write minutes since the row's own time in their place, then --right "
            "'predicted_arrival = actual_arrival' --within 10 judges how near they are.",
        ),
        ({"customer_rating": RNG.choice([1, 2, 3, 4], N)}, ""),
    ],
)
def test_the_columns_that_could_say_when_a_row_is_right_are_named(
    columns: dict[str, object], said: str, desk: Desk
) -> None:
    found = hint(desk.stage(pl.DataFrame(columns)).reading)
    assert said in found and bool(said) == bool(found)


def test_columns_that_could_be_judged_are_named_where_nothing_else_is_known(desk: Desk) -> None:
    votes, points = RNG.choice(["Zusage", "Absage"], N), RNG.integers(300, 850, N)
    frame = pl.DataFrame(
        {"branch": RNG.choice(["a", "b"], N), "votum": votes, "flag": votes == "Zusage", "points": points}
    )
    said = judged_hint(desk.stage(frame).reading, "flag")
    assert said == (
        " 'branch' or 'votum' could be a decision: --decision branch. 'points' could be a score: --score points."
    )
    beside = frame.rename({"flag": "other"})
    assert "'other' or 'branch' or 'votum' could be a decision: --decision other." in judged_hint(
        desk.stage(beside).reading
    )


def test_what_was_predicted_is_not_proposed_as_label(desk: Desk) -> None:
    chance = RNG.random(N)
    frame = pl.DataFrame({"I_BAD": (chance > 0.5).astype(int), "P_BAD1": chance, "P_BAD0": 1 - chance})
    assert "--label" not in hint(desk.stage(frame).reading)


def test_what_could_tell_two_sides_apart_is_named(desk: Desk) -> None:
    """Of answers of dozens of models below each other, or a column for each."""
    right = RNG.integers(0, 2, N)
    long = desk.stage(pl.DataFrame({"model": np.resize(["ada", "bo", "bo"], N), "correct": right})).reading
    rows = {"source_file": np.resize(["a.csv", "b.csv", "b.csv"], N), "acc": right, "norm": right}
    said = sides_hint(desk.stage(pl.DataFrame(rows)).reading)
    assert said.startswith(" 'source_file' holds 2: --live source_file=b.csv --candidate source_file=a.csv;")
    assert (
        sides_hint(long)
        == " 'model' holds 2: --live model=bo --candidate model=ada; slices … --by model says it of each."
    )
    wide = desk.stage(pl.DataFrame({"question": range(N), "ada-7b": right, "bo": right[::-1], "cy": 1 - right})).reading
    assert sides_hint(wide) == " 3 columns hold 1 and 0, such as 'ada-7b': --live-grade ada-7b --candidate-grade bo."
    assert not sides_hint(desk.stage(pl.DataFrame({"price": PRICE})).reading)
