"""Slices by one column, rows that flipped and what answers took, against Polars on the joined rows."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import scipy.special

from analytics.answers.compare.answer import compare
from analytics.answers.compare.sides import pairing_of
from analytics.answers.compare.slices import by_column, flipped, losing
from analytics.answers.question import Question
from analytics.log.right import Right
from analytics.present.readings import compare_reading
from analytics.query.cohort import Clause, Cohort
from analytics.query.compare.slices import apart_shares
from analytics.query.engine import Engine
from tests.ingested import Desk

N = 1_500


def answered() -> pl.DataFrame:
    """Two models on the same questions: the new one is better, and worse where the topic is law."""
    rng = np.random.default_rng(0)
    topic = rng.choice(["math", "law", "code"], N, p=[0.45, 0.1, 0.45])
    sides = []
    for name in ("old", "new"):
        right = np.where(topic == "law", 0.9 if name == "old" else 0.3, 0.6 if name == "old" else 0.75)
        parts = {
            "model": name,
            "question": [f"q{place}" for place in range(N)],
            "topic": topic,
            "grade": (rng.random(N) < right) * 1,
            "weight_kg": np.linspace(40, 90, N) + rng.random(N),  # measured again
        }
        parts["judged"] = np.where(rng.random(N) < 0.9, parts["grade"], 1 - parts["grade"])
        took = {
            "latency_ms": rng.lognormal(5 + (name == "new") * 0.2, 0.5, N).round(1),
            "refused": rng.random(N) < 0.05,
        }
        sides.append(pl.DataFrame({**parts, "said": [f"{name} {place}" for place in range(N)], **took}))
    return pl.concat(sides)


def test_slices_rows_and_what_answers_took(desk: Desk) -> None:
    frame = answered()
    log = desk.log(
        frame,
        score=None,
        decision=None,
        label="grade",
        right=Right("grades", "grade", mark=1),
        row_id=None,
        segments=("topic", "judged", "weight_kg"),
    )
    engine = Engine(desk.workspace)
    sides = (Question(log, Cohort((Clause("model", "in", (name,)),)), log.mapping.threshold) for name in ("old", "new"))
    answer = compare(engine, pairing_of(*sides, ["question"]))
    pairs = frame.filter(model="old").join(frame.filter(model="new"), on="question", suffix="_new")
    apart = pairs.with_columns(d=pl.col("grade") - pl.col("grade_new"))
    assert answer.verdict.word == "better"

    found = by_column(engine, answer.pairing, answer.metric, "topic")
    expected = dict(apart.group_by("topic").agg(pl.col("d").mean()).iter_rows())
    assert dict(found.select("slice", "difference").iter_rows()) == pytest.approx(expected)

    slices = losing(engine, answer.pairing, answer.metric)
    worse = [
        each
        for each, row in zip(slices.slices, slices.table.iter_rows(named=True), strict=True)
        if row["direction"] == "loses" and row["is_confirmed"]
    ]
    assert [[(part.property.name, part.value) for part in each] for each in worse] == [[("topic", "law")]]
    shares = apart_shares(engine, answer.pairing, ["topic", "judged", "weight_kg"])
    assert shares == {"topic": 0, "judged": (pairs["judged"] != pairs["judged_new"]).mean(), "weight_kg": 0}

    rows = flipped(engine, answer.pairing, answer.metric, 5)
    assert rows["difference"].to_list() == [1.0] * 5
    said = f"b_{log.column('said').sql_name}"
    assert all(value.startswith("new ") for value in rows[said]) and all(
        value.startswith("old ") for value in rows[log.column("said").sql_name]
    )

    took = {(row["column"], row["what"]): row for row in answer.running.iter_rows(named=True)}
    median = took["latency_ms", "p50"]
    assert (median["live"], median["candidate"]) == pytest.approx(
        (pairs["latency_ms"].median(), pairs["latency_ms_new"].median())
    )
    assert median["live_low"] < median["live"] < median["live_high"]
    mean = took["latency_ms", "mean"]
    assert mean["difference"] == pytest.approx((pairs["latency_ms_new"] - pairs["latency_ms"]).mean())
    assert took["refused", "share"]["difference"] == pytest.approx(
        pairs["refused_new"].mean() - pairs["refused"].mean()
    )


def test_slices_of_pairs_that_belong_together_take_the_unit_for_what_varies(desk: Desk) -> None:
    """Ten answers to each question, whose difference is of the question: by rows the interval would be half as wide."""
    rng = np.random.default_rng(4)
    of = np.repeat(np.arange(200), 10)
    shift, base = rng.normal(0, 2, 200)[of], rng.normal(0, 2, 200)[of]
    right = {name: rng.random(2_000) < 1 / (1 + np.exp(-(base + own))) for name, own in (("old", 0), ("new", shift))}
    frame = pl.concat(
        pl.DataFrame(
            {"id": np.arange(2_000), "q": of, "topic": np.array(["tax", "visa"])[of % 2], "grade": each * 1.0}
        ).with_columns(model=pl.lit(name))
        for name, each in right.items()
    )
    roles = {"score": None, "decision": None, "label": "grade", "right": Right("grades", "grade", mark=1)}
    log = desk.log(frame, row_id="id", unit="q", segments=("topic",), **roles)
    sides = (Question(log, Cohort((Clause("model", "in", (name,)),)), log.mapping.threshold) for name in right)
    engine = Engine(desk.workspace)
    pairing = compare(engine, pairing_of(*sides)).pairing
    table = by_column(engine, pairing, "error_rate", "topic")
    apart = pl.DataFrame({"q": of, "d": right["old"] * 1.0 - right["new"]})
    for row in table.iter_rows(named=True):
        own = apart.filter(pl.col("q") % 2 == (row["slice"] == "visa")).group_by("q").agg(pl.col("d").mean())["d"]
        reach = scipy.special.stdtrit(len(own) - 1, 0.975) * own.std() / len(own) ** 0.5
        assert (row["difference"], row["high"] - row["low"]) == (pytest.approx(own.mean()), pytest.approx(2 * reach))
    found = losing(engine, pairing, "error_rate").table.filter(pl.col("n") == 1_000)
    assert ((found["high"] - found["low"]) > 0.15).all(), "of half of the rows even wider"


@pytest.mark.parametrize(
    ("gain", "times_out", "price", "expected"),
    [
        (0.06, 0.05, 1.0, "Better, but it times out on "),
        (0.06, 0.01, 0.3, "Better, and it costs less ("),
        (0.06, 0.01, 1.1, "Better: "),
        (0.0, 0.01, 0.3, "No worse, and it costs less ("),
        (-0.06, 0.01, 0.3, "Worse, but it costs less ("),
        (-0.06, 0.05, 3.0, "Worse: "),
    ],
)
def test_a_verdict_says_what_the_candidate_takes(
    desk: Desk, gain: float, times_out: float, price: float, expected: str
) -> None:
    rng, n = np.random.default_rng(3), 2_000
    ability, luck = rng.random(n), rng.random(n)
    cost = rng.lognormal(-5, 0.4, n)
    sides = [
        pl.DataFrame(
            {
                "model": name,
                "request_id": [f"r{place}" for place in range(n)],
                "correct": (ability < right) * 1,
                "cost_usd": (cost * factor).round(7),
                "status": np.where(luck < late, "timeout", "ok"),
            }
        )
        for name, right, late, factor in (("old", 0.75, 0.01, 1.0), ("new", 0.75 + gain, times_out, price))
    ]
    frame = pl.concat(sides)
    roles = {"score": None, "decision": None, "label": "correct", "row_id": None, "segments": ("model",)}
    log = desk.log(frame, right=Right("grades", "correct", mark=1), run_cost="cost_usd", timed_out="status", **roles)
    sides_asked = (Question(log, Cohort((Clause("model", "in", (name,)),)), 0.5) for name in ("old", "new"))
    answer = compare(Engine(desk.workspace), pairing_of(*sides_asked, ["request_id"]))
    assert compare_reading(answer).startswith(expected)
