"""Both sides of joined rows against scikit-learn and plain code, published answers, and the account of the pairing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as sk

from analytics.answers.compare.answer import Comparison, compare
from analytics.answers.compare.sides import pairing_of
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.right import Right
from analytics.measure.thresholds.costs import Costs
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

AT = 0.4


def scored(n: int = 600, seed: int = 0) -> pl.DataFrame:
    """Two models on the same rows, one line for each answer, in an order that tells nothing."""
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.3).astype(int)
    unit, weight = rng.integers(0, 60, n), rng.choice([0.5, 1.0, 4.0], n)
    region = rng.choice(["north", "south"], n)
    sides = []
    for name, lift in (("old", 0.25), ("new", 0.35)):
        score = np.clip(0.3 + lift * y + rng.normal(0, 0.15, n), 0, 1).round(3)
        sides.append(
            pl.DataFrame(
                {"id": np.arange(n), "model": name, "score": score, "y": y, "unit": unit, "w": weight, "region": region}
            )
        )
    return pl.concat(sides).sample(fraction=1.0, shuffle=True, seed=seed)


def part(log, name: str, threshold: float = AT) -> Question:  # type: ignore[no-untyped-def]
    return Question(log, Cohort((Clause("model", "in", (name,)),)), threshold)


def compared(desk: Desk, frame: pl.DataFrame, **options: object) -> Comparison:
    roles = {name: options.pop(name) for name in ("unit", "weight") if name in options}
    log = desk.log(frame, row_id="id", label="y", score="score", model_version="model", segments=("region",), **roles)
    return compare(Engine(desk.workspace), pairing_of(part(log, "old"), part(log, "new")), **options)  # type: ignore[arg-type]


def joined(frame: pl.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pairs = frame.filter(model="old").join(frame.filter(model="new"), on="id")
    return pairs["y"].to_numpy(), pairs["score"].to_numpy(), pairs["score_right"].to_numpy()


def plain_delong(y: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """The standard error of the difference of two areas, from every pair of a positive and a negative."""
    sides = []
    for score in (a, b):
        above = (score[y == 1][:, None] > score[y == 0][None]) + 0.5 * (score[y == 1][:, None] == score[y == 0][None])
        sides.append((above.mean(1), above.mean(0)))
    return float(sum(np.var(new - old, ddof=1) / len(old) for old, new in zip(*sides, strict=True)) ** 0.5)


def test_every_metric_is_that_of_the_joined_rows(desk: Desk) -> None:
    frame = scored()
    found = {each.metric: each for each in compared(desk, frame, costs=Costs(fp=1, fn=4)).differences}
    y, *scores = joined(frame)
    oracles = {
        "error_rate": lambda s: np.mean((s >= AT) != y),
        "accuracy": lambda s: sk.accuracy_score(y, s >= AT),
        "precision": lambda s: sk.precision_score(y, s >= AT),
        "recall": lambda s: sk.recall_score(y, s >= AT),
        "specificity": lambda s: sk.recall_score(1 - y, s < AT),
        "f1": lambda s: sk.f1_score(y, s >= AT),
        "balanced_accuracy": lambda s: sk.balanced_accuracy_score(y, s >= AT),
        "mcc": lambda s: sk.matthews_corrcoef(y, s >= AT),
        "auroc": lambda s: sk.roc_auc_score(y, s),
        "average_precision": lambda s: sk.average_precision_score(y, s),
        "brier": lambda s: sk.brier_score_loss(y, s),
        "log_loss": lambda s: sk.log_loss(y, s),
        "cost": lambda s: np.mean(np.where(s >= AT, (y == 0) * 1.0, (y == 1) * 4.0)),
        "selection_rate": lambda s: np.mean(s >= AT),
    }
    for name, oracle in oracles.items():
        assert (found[name].live, found[name].candidate) == pytest.approx([oracle(s) for s in scores], abs=1e-9), name
    assert found["auroc"].standard_error == pytest.approx(plain_delong(y, *scores), rel=1e-9)
    apart = (scores[1] - y) ** 2 - (scores[0] - y) ** 2
    assert found["brier"].standard_error == pytest.approx(apart.std(ddof=1) / len(y) ** 0.5, rel=1e-9)


def test_intervals_of_the_bootstrap_are_those_of_drawn_rows(desk: Desk) -> None:
    frame = scored()
    found = {each.metric: each for each in compared(desk, frame).differences}
    y, a, b = joined(frame)
    rng = np.random.default_rng(1)
    names = {"f1": sk.f1_score, "precision": sk.precision_score}
    drawn: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(150):
        rows = rng.integers(0, len(y), len(y))
        for name, of in names.items():
            drawn[name].append(of(y[rows], b[rows] >= AT) - of(y[rows], a[rows] >= AT))
    for name, draws in drawn.items():
        assert found[name].standard_error == pytest.approx(np.std(draws), rel=0.2), name
        assert found[name].low < found[name].difference < found[name].high


def test_the_published_difference_of_two_areas(desk: Desk, data: Path) -> None:
    path = data / "paired-auroc" / "asah.csv"
    said = {"label": "outcome", "positive": ("Poor",), "negative": ("Good",), "segments": (), "row_id": "patient"}
    old = desk.log(path, score="s100b", threshold=0.5, **said)
    new = desk.remap(old, replace(old.mapping, score="wfns"), is_current=False)
    sides = Question(old, Cohort(), 0.5), Question(new, Cohort(), 3)
    found = compare(Engine(desk.workspace), pairing_of(*sides, by_row=True), "auroc").leading
    assert found.difference / found.standard_error == pytest.approx(2.209, abs=5e-4)
    assert found.p_value == pytest.approx(0.0272, abs=5e-5)


def test_flights_pair_by_their_id(desk: Desk, data: Path) -> None:
    frame = pl.read_parquet(data / "nycflights" / "inference_log.parquet").filter(pl.col("month") == 9)
    log = desk.log(
        frame.select("flight_id", "score", "label", "model_version", "role"), row_id="flight_id", segments=("role",)
    )
    sides = (Question(log, Cohort((Clause("role", "in", (role,)),)), 0.3) for role in ("live", "shadow"))
    answer = compare(Engine(desk.workspace), pairing_of(*sides))
    pairs = frame.filter(role="live").join(frame.filter(role="shadow"), on="flight_id").drop_nulls("label")
    y, a, b = (pairs[name].to_numpy() for name in ("label", "score", "score_right"))
    assert (answer.account.both, answer.account.judged) == (frame.filter(role="live").height, len(y))
    assert answer.of("auroc").difference == pytest.approx(sk.roc_auc_score(y, b) - sk.roc_auc_score(y, a), abs=1e-9)
    wrong = ((b >= 0.3) != y).astype(int) - ((a >= 0.3) != y)
    assert answer.of("error_rate").difference == pytest.approx(wrong.mean(), abs=1e-12)
    assert answer.verdict.word == "worse"


def test_the_account_closes_and_repeats_are_told(desk: Desk) -> None:
    rows = [("a", 1, 0.1, 0, 1), ("a", 2, 0.9, 1, 2), ("a", 3, 0.9, 1, 3), ("a", 3, 0.2, 1, 4), ("a", None, 0.9, 1, 5)]
    rows += [("b", 2, 0.8, None, 6), ("b", 3, 0.7, 0, 7), ("b", 4, 0.7, 1, 8), ("b", 1, 0.1, 0, 9)]
    log = desk.log(
        pl.DataFrame(rows, schema=["model", "id", "score", "y", "z"], orient="row"),
        row_id="id",
        label="y",
        score="score",
        segments=("model",),
    )
    sides = (Question(log, Cohort((Clause("model", "in", (name,)),)), 0.5) for name in "ab")
    books = compare(Engine(desk.workspace), pairing_of(*sides)).account
    assert (books.rows_live, books.without_id_live, books.repeats_live) == (5, 1, 1)
    assert (books.both, books.only_live, books.only_candidate) == (3, 0, 1)
    assert (books.judged, books.one_label, books.conflicts) == (2, 1, 1)


def test_ids_written_differently_meet_where_none_is_the_same(desk: Desk) -> None:
    n = 40
    score = [place / n for place in range(n)]
    old = desk.log(
        pl.DataFrame({"id": [f"{place:05d}" for place in range(n)], "score": score, "y": [0, 1] * (n // 2)}),
        row_id="id",
        label="y",
        score="score",
    )
    new = desk.log(
        pl.DataFrame({"id": list(range(n)), "score": score[::-1], "y": [0, 1] * (n // 2)}),
        row_id="id",
        label="y",
        score="score",
    )
    answer = compare(Engine(desk.workspace), pairing_of(Question(old, Cohort(), 0.5), Question(new, Cohort(), 0.5)))
    assert answer.account.is_alike and answer.account.both == n
    other = desk.log(
        pl.DataFrame({"id": ["x1", "x2"], "score": [0.1, 0.2], "y": [0, 1]}), row_id="id", label="y", score="score"
    )
    with pytest.raises(QuestionError, match="Expected rows of both sides that answer the same input, found none"):
        compare(Engine(desk.workspace), pairing_of(Question(old, Cohort(), 0.5), Question(other, Cohort(), 0.5)))


@pytest.mark.parametrize("is_one_id_two", [False, True])
def test_ids_of_which_some_are_written_differently_meet_unless_two_would_be_one(
    desk: Desk, *, is_one_id_two: bool
) -> None:
    n = 60
    ids, score = [f"Req-{place}" for place in range(n)], [place / n for place in range(n)]
    others = [each.lower() if place % 3 else each for place, each in enumerate(ids)]
    if is_one_id_two:
        others[1] = ids[2]  # beside req-2 of the same side
    logs = [
        desk.log(
            pl.DataFrame({"id": names, "score": order, "y": [0, 1] * (n // 2)}), row_id="id", label="y", score="score"
        )
        for names, order in ((ids, score), (others, score[::-1]))
    ]
    answer = compare(Engine(desk.workspace), pairing_of(*(Question(log, Cohort(), 0.5) for log in logs)))
    assert answer.account.is_alike is not is_one_id_two
    assert answer.account.both == (n // 3 + 1 if is_one_id_two else n)


def test_units_widen_intervals_and_weights_are_obeyed(desk: Desk) -> None:
    frame = scored()
    plain = compared(desk, frame)
    y, a, b = joined(frame)
    pairs = frame.filter(model="old").join(frame.filter(model="new"), on="id")
    d = ((b >= AT) != y).astype(float) - ((a >= AT) != y)
    unit, w = pairs["unit"].to_numpy(), pairs["w"].to_numpy()
    by_unit = compared(desk, frame, unit="unit").of("error_rate")
    added = np.bincount(unit, (d - d.mean()) / len(d))
    assert by_unit.standard_error == pytest.approx((len(added) / (len(added) - 1) * (added**2).sum()) ** 0.5, rel=1e-6)
    weighted = compared(desk, frame, weight="w").of("error_rate")
    mean = np.average(d, weights=w)
    error = (len(d) / (len(d) - 1) * ((w * (d - mean) / w.sum()) ** 2).sum()) ** 0.5
    assert (weighted.difference, weighted.standard_error) == pytest.approx((mean, error), rel=1e-6)
    assert plain.of("error_rate").difference == pytest.approx(d.mean())
    brier = compared(desk, frame, unit="unit").of("brier")
    z = (b - y) ** 2 - (a - y) ** 2
    own = np.bincount(unit, (z - z.mean()) / len(z))
    assert brier.standard_error == pytest.approx((len(own) / (len(own) - 1) * (own**2).sum()) ** 0.5, rel=1e-6)


def test_rankings_meet_by_their_query_and_count_those_that_have_a_value(desk: Desk) -> None:
    """Each side puts another document first, and ten queries have none that is relevant."""
    rng = np.random.default_rng(4)
    frame = pl.DataFrame({"query": np.repeat(np.arange(80), 5), "document": [f"d{at}" for at in range(400)]})
    relevant = pl.when(pl.col("query") >= 10).then(pl.Series(rng.integers(0, 2, 400) | (np.arange(400) % 5 == 0)))
    frame = frame.with_columns(relevance=relevant.otherwise(0), score=pl.Series(rng.random(400)))
    right = Right("rankings", "relevance", "score", query="query")
    sides = (frame, frame.with_columns(score=pl.Series(rng.random(400))))
    logs = [desk.log(each, row_id="document", label="relevance", score="score", right=right) for each in sides]
    found = compare(
        Engine(desk.workspace), pairing_of(*(Question(log, Cohort(), log.mapping.threshold) for log in logs))
    )
    assert found.account.on == ("query",) and found.account.judged == 80
    assert (found.metric, found.verdict.n) == ("ndcg", 70)


def test_what_cannot_be_compared_is_refused(desk: Desk) -> None:
    log = desk.log(scored(40), label="y", score="score", row_id=None, segments=("model",))
    assert pairing_of(part(log, "old"), part(log, "new")).on == (("id", "id"),), "each value stands once on either side"
    bare = desk.log(scored(40).drop("id"), label="y", score="score", row_id=None, segments=("model",))
    with pytest.raises(QuestionError, match="found no id on the live side"):
        pairing_of(part(bare, "old"), part(bare, "new"))
    asked = desk.log(scored(40).rename({"id": "question_id"}), label="y", score="score", row_id=None)
    assert pairing_of(part(asked, "old"), part(asked, "new")).on == (("question_id", "question_id"),)
    with pytest.raises(QuestionError, match="found the same rows twice"):
        pairing_of(part(log, "old"), part(log, "old"), ["id"])
    with pytest.raises(QuestionError, match="Expected a metric of these pairs, found 'mae'"):
        compare(Engine(desk.workspace), pairing_of(part(log, "old"), part(log, "new"), ["id"]), "mae")


def test_many_pairs_take_one_pass_and_say_what_two_say(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = scored(800).with_columns(y=pl.when(pl.col("id") % 9 != 0).then("y"), at=pl.lit("2024-02-0") + "3")
    exact = compared(desk, frame, costs=Costs(fp=1, fn=4))
    monkeypatch.setattr("analytics.answers.compare.joined._MAX_PAIRS_BY_SCORE", 10)
    log = desk.log(frame, row_id="id", label="y", score="score", model_version="model", segments=("region",))
    engine = Engine(desk.workspace)
    pairing = pairing_of(part(log, "old"), part(log, "new"))
    fast = compare(engine, pairing, costs=Costs(fp=1, fn=4))
    asked = engine.n_queries
    assert compare(engine, pairing, "recall", costs=Costs(fp=1, fn=4)).metric == "recall" and engine.n_queries == asked
    assert (fast.account, fast.days, fast.last) == (exact.account, exact.days, exact.last)
    for name in ("brier", "log_loss", "cost", "error_rate", "recall"):
        one, two = exact.of(name), fast.of(name)
        assert [getattr(one, end) for end in ("live", "difference", "low", "high")] == pytest.approx(
            [getattr(two, end) for end in ("live", "difference", "low", "high")]
        )


def test_what_preflight_knows_of_ids_is_not_asked_again(desk: Desk) -> None:
    build = pl.when(pl.col("region") == "north").then(pl.lit("v1")).otherwise(pl.lit("v2"))
    frame = scored(300).with_columns(pl.format("q{}", pl.col("id")).alias("id"), build=build)
    roles = {"row_id": "id", "label": "y", "score": "score", "model_version": "build"}
    logs = [desk.log(frame.filter(model=name), **roles) for name in ("old", "new")]
    found, asked = [], []
    for known in (True, False):
        sides = [replace(log, ids_are_unique=known, ids_are_bare=known) for log in logs]
        assert not known or sides == logs
        engine = Engine(desk.workspace)
        found.append(compare(engine, pairing_of(*(Question(log, Cohort(), AT) for log in sides))))
        asked.append(engine.n_queries)
        engine.close()
    assert asked[0] == asked[1] - 4  # blanks and repeats, of either side
    assert found[0].account == found[1].account and found[0].differences == found[1].differences
    assert found[0].pairing.is_raw and found[1].pairing.is_raw


@pytest.mark.parametrize("blank", ["", " "])
def test_ids_that_are_text_meet_without_outer_blanks_and_repeats_are_counted(desk: Desk, blank: str) -> None:
    frame = scored(200).with_columns(pl.format("q{}", pl.col("id")).alias("id"))
    is_new = pl.col("model") == "new"
    frame = frame.with_columns(id=pl.when(is_new).then(pl.lit(blank) + pl.col("id")).otherwise("id"))
    again = frame.filter(is_new).head(30).with_columns(score=pl.lit(0.0))
    found = compared(desk, pl.concat([again, frame]))
    assert (found.account.both, found.account.rows_candidate, found.account.repeats_candidate) == (200, 230, 30)
    assert not found.account.is_alike and found.pairing.is_raw is (not blank)
    plain = compared(desk, scored(200))
    assert found.of("error_rate").candidate == pytest.approx(plain.of("error_rate").candidate)
