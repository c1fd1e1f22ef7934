"""The engine's tables against scikit-learn and plain Polars, on logs that went through ingest."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.stats import t as student
from sklearn.metrics import average_precision_score, confusion_matrix, roc_auc_score

from analytics.answers.calibration.answer import calibration
from analytics.answers.empty_cohort import empty_cohort
from analytics.answers.overview import N_HISTOGRAM_BARS
from analytics.answers.overview import overview as overview_answer
from analytics.answers.question import Question, judged_rows
from analytics.answers.slices import slices
from analytics.answers.slices_ranking import ranked_columns
from analytics.errors import EmptyCohort, QuestionError, StoreError
from analytics.log.schema import Log
from analytics.measure.counts import confusion_table
from analytics.measure.curves import auroc
from analytics.measure.metrics import metrics_of
from analytics.measure.sweeps import sweep_table
from analytics.present.marks.scores import score_bars
from analytics.query import relations
from analytics.query.cohort import Clause, Cohort, slice_clauses
from analytics.query.engine import Engine
from analytics.query.kept import KeptTables
from tests.ingested import Desk

ALL = Cohort()


def rows(n: int, n_scores: int | None, seed: int = 1) -> pl.DataFrame:
    """Scores that tie on n_scores values, or all differ; a tenth unlabelled, some unscored, missing segments."""
    draw = np.random.default_rng(seed)
    score = draw.beta(2, 3, n) if n_scores is None else draw.integers(0, n_scores, n) / (n_scores - 1)
    label = (draw.random(n) < score).astype(float)
    return pl.DataFrame(
        {
            "id": np.arange(n),
            "score": pl.Series(score).set(pl.Series(draw.random(n) < 0.02), None),
            "label": pl.Series(label).set(pl.Series(draw.random(n) < 0.1), None).cast(pl.Int64),
            "region": pl.Series(draw.choice(["north", "south", "west"], n)).set(pl.Series(draw.random(n) < 0.2), None),
            "income": draw.lognormal(8, 1, n).round(2),
            "vip": draw.random(n) < 0.3,
            "scored_at": pl.datetime_range(pl.datetime(2024, 1, 1), pl.datetime(2024, 3, 1), "1h", eager=True).sample(
                n, with_replacement=True, seed=seed
            ),
        }
    )


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    made = Engine(desk.workspace)
    yield made
    made.close()


def judged(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop_nulls(["score", "label"])


def matrix(frame: pl.DataFrame, threshold: float) -> tuple[int, ...]:
    kept = judged(frame)
    flagged = kept["score"].to_numpy() >= threshold
    return tuple(int(cell) for cell in confusion_matrix(kept["label"].to_numpy(), flagged, labels=[0, 1]).ravel())


@pytest.mark.parametrize("n_scores", [11, 1001, None])
def test_sweep_at_every_edge_is_the_confusion_matrix(desk: Desk, engine: Engine, n_scores: int | None) -> None:
    """With 1,001 scores k/1000 the grid is the scores, 0.29 and 0.57 among them; beyond 2,000 it is k/1000 and quantiles."""
    frame = rows(3_000, n_scores)
    log = desk.log(frame)
    assert log.grid_is_exact == (n_scores is not None)
    table = engine.score_table(log, ALL, 0.5)
    swept = sweep_table(table.frame, table.edges)
    thresholds = [*table.edges, np.inf]
    assert swept.height == len(thresholds)
    kept = judged(frame)
    of_class = [np.sort(kept.filter(label=value)["score"].to_numpy()) for value in (0, 1)]
    below = [np.searchsorted(scores, thresholds, side="left") for scores in of_class]
    cells = [cell for n, scores in zip(below, of_class, strict=True) for cell in (n, len(scores) - n)]
    counts = np.stack(cells, axis=1)
    assert swept.select("tn", "fp", "fn", "tp").to_numpy().tolist() == counts.tolist()
    places = range(0, len(thresholds), max(1, len(thresholds) // 20))
    for place in {*places, len(thresholds) - 1}:
        assert tuple(counts[place]) == matrix(frame, thresholds[place])


@pytest.mark.parametrize("threshold", [-1.0, 0.0, 0.12345, 0.29, 1 / 3, 0.57, 0.999999, 1.0, 2.0])
def test_a_threshold_between_edges_is_exact(desk: Desk, engine: Engine, threshold: float) -> None:
    for n_scores in (11, None):
        frame = rows(2_500, n_scores, seed=3)
        log = desk.log(frame)
        for by_score in (False, True):
            table = engine.score_table(log, ALL, threshold, by_score=by_score)
            counts = confusion_table(table.frame, by=(), threshold_bin=table.threshold_bin)
            assert counts.select("tn", "fp", "fn", "tp").row(0) == matrix(frame, threshold)
            assert counts["n"][0] == frame.height


def test_areas_by_score_are_those_of_scikit_learn(desk: Desk, engine: Engine) -> None:
    frame = rows(6_000, None, seed=5)
    log = desk.log(frame)
    assert not log.grid_is_exact
    overview = overview_answer(engine, Question(log, ALL, 0.4))
    kept = judged(frame)
    assert overview.areas_are_exact
    assert overview.value("auroc")[0] == pytest.approx(roc_auc_score(kept["label"], kept["score"]), abs=1e-9)
    expected = average_precision_score(kept["label"], kept["score"])
    assert overview.value("average_precision")[0] == pytest.approx(expected, abs=1e-9)
    table = engine.score_table(log, ALL, 0.4, ["region"], by_score=True)
    assert table.is_exact and table.by == ("slice_0",)
    for (region,), part in table.frame.group_by("slice_0"):
        bins = part.drop_nulls("score_bin").group_by("score_bin").agg(pl.exclude("slice_0").sum()).sort("score_bin")
        n_neg = bins["n"] - bins["n_pos"] - bins["n_unlabelled"]
        here = kept.filter(pl.col("region").eq_missing(pl.lit(region)))
        area = float(auroc(bins["n_pos"].to_numpy(), n_neg.to_numpy()).value)
        assert area == pytest.approx(roc_auc_score(here["label"], here["score"]), abs=1e-9)


@pytest.mark.parametrize("by", [["region"], ["vip"], ["income"], ["region", "income"]])
def test_tables_add_over_slices(desk: Desk, engine: Engine, by: list[str]) -> None:
    frame = rows(3_000, None, seed=7)
    log = desk.log(frame)
    cohort = Cohort((Clause("income", "ge", ("1000",)),))
    whole = engine.score_table(log, cohort, 0.4321).frame
    sliced = engine.score_table(log, cohort, 0.4321, by).frame
    added = sliced.group_by("score_bin").agg(pl.exclude("score_bin", "^slice_.*$").sum())
    merged = whole.join(added, on="score_bin", nulls_equal=True, suffix="_added")
    assert merged.height == whole.height == added.height
    for name in ("n", "n_pos", "n_unlabelled"):
        assert merged[name].equals(merged[f"{name}_added"])
    for name in ("score_sum", "score_sq_sum", "score_pos_sum", "log_loss_sum"):
        np.testing.assert_allclose(merged[name].fill_null(0), merged[f"{name}_added"].fill_null(0), atol=1e-9)


def test_slices_and_their_clauses_keep_the_same_rows(desk: Desk, engine: Engine) -> None:
    """A click on any slice, binned, by value or missing, gives a cohort with as many rows as the slice had."""
    log = desk.log(rows(3_000, 101, seed=9))
    assert set(log.bins) == {"income"}
    for name in ("region", "vip", "income", "label"):
        answer = slices(engine, Question(log, ALL, 0.5), [name])
        for value, n, n_labelled in answer.table.select("slice_0", "n", "n_labelled").iter_rows():
            cohort = Cohort(slice_clauses(log, name, value))
            assert engine.row_counts(log, cohort, 0.5) == (n, n_labelled)
            assert Cohort.from_text(cohort.to_text()) == cohort


@pytest.mark.parametrize("every", ["1h", "1d", "1w", "1mo"])
def test_time_table_counts_what_polars_counts(desk: Desk, engine: Engine, every: str) -> None:
    frame = rows(2_000, 101, seed=11)
    log = desk.log(frame)
    found = engine.time_table(log, ALL, 0.5, every)
    expected = (
        frame.group_by(bucket=pl.col("scored_at").dt.truncate(every))
        .agg(
            n=pl.len().cast(pl.Int64),
            n_labelled=pl.col("label").count().cast(pl.Int64),
            fp=((pl.col("score") >= 0.5) & (pl.col("label") == 0)).sum().cast(pl.Int64),
        )
        .sort("bucket")
    )
    assert found.select("bucket", "n", "n_labelled", "fp").equals(expected)


def test_value_counts_and_rows(desk: Desk, engine: Engine) -> None:
    frame = rows(500, 11, seed=13)
    log = desk.log(frame)
    counts = engine.value_counts(log, ALL, 0.5, "region")
    assert dict(counts.iter_rows()) == dict(frame["region"].value_counts().iter_rows())
    assert counts["n"].is_sorted(descending=True)
    kept = engine.head(log, Cohort((Clause("region", "missing"),)), 0.5, 7)
    assert kept["c0"].to_list() == frame.filter(pl.col("region").is_null())["id"].head(7).to_list()
    assert engine.row_counts(log, Cohort((), ("unlabelled",)), 0.5) == (frame["label"].null_count(), 0)
    assert engine.sample(log, 3)[0][3] == frame["region"][0]


@pytest.mark.parametrize("n_scores", [11, None])
def test_an_empty_cohort_is_refused_by_every_answer(desk: Desk, engine: Engine, n_scores: int | None) -> None:
    log = desk.log(rows(2_500, n_scores, seed=15))
    nobody = Question(log, Cohort((Clause("region", "in", ("nowhere",)),)), 0.51)
    for ask in (
        lambda: overview_answer(engine, nobody),
        lambda: slices(engine, nobody, ["region"]),
        lambda: slices(engine, nobody, ["region"], metrics=metrics_of("yes/no")),
        lambda: calibration(engine, nobody),
        lambda: ranked_columns(engine, nobody),
    ):
        with pytest.raises(EmptyCohort, match="'region is nowhere'") as refusal:
            ask()
        assert refusal.value.column == "region"
    assert judged_rows(engine, nobody).is_empty()


def test_the_filter_to_blame_for_an_empty_cohort_is_named(desk: Desk, engine: Engine) -> None:
    log = desk.log("score,label,a,b\n0.9,1,x,y\n0.1,0,v,w\n0.2,0,v,w\n")

    def blamed(*clauses: Clause, outcomes: tuple[str, ...] = ()) -> EmptyCohort:
        return empty_cohort(engine, log, Cohort(clauses, outcomes), 0.5)

    apart = blamed(Clause("a", "in", ("v",)), Clause("b", "in", ("y",)))
    assert apart.column == "b" and "none of the 2 rows" in str(apart) and "'b is y'" in str(apart)
    outcomes = blamed(outcomes=("fp",))
    assert outcomes.column is None and "false positives" in str(outcomes)
    several = blamed(Clause("a", "in", ("x",)), Clause("b", "in", ("w",)), outcomes=("tp",))
    assert several.column == "b"
    pairwise = blamed(Clause("score", "ge", ("0.9",)), Clause("a", "in", ("v",)), outcomes=("tn",))
    assert pairwise.column == "score"


def test_mean_score_is_that_of_the_judged_rows_in_every_slice(desk: Desk, engine: Engine) -> None:
    frame = rows(2_500, None, seed=16)
    question = Question(desk.log(frame), ALL, 0.41)
    judged = frame.drop_nulls(["score", "label"])
    answer = slices(engine, question, ["region"], metric="mean_score", metrics=())
    assert answer.overall["mean_score"][0] == pytest.approx(judged["score"].mean())
    expected = dict(judged.group_by("region").agg(pl.col("score").mean()).iter_rows())
    assert dict(answer.table.select("slice_0", "mean_score").iter_rows()) == pytest.approx(expected)
    value, low, high = overview_answer(engine, question).value("mean_score")
    reach = judged["score"].std() / judged.height**0.5
    bounds = student.interval(0.95, judged.height - 1, judged["score"].mean(), reach)
    assert (value, low, high) == pytest.approx((judged["score"].mean(), *bounds))


def test_a_slice_that_holds_most_rows_does_not_rank_its_column(desk: Desk, engine: Engine) -> None:
    n = 1_000
    frame = pl.DataFrame(
        {
            "score": [0.9 if i % 2 else 0.1 for i in range(n)],
            "label": [int(i % 2) if i % 5 else 1 - int(i % 2) for i in range(n)],
            "common": ["usual" if i % 5 == 0 or i % 10 < 8 else "rare" for i in range(n)],
            "kind": ["a" if i % 15 == 0 else "b" if i % 3 else "c" for i in range(n)],
        }
    )
    question = Question(desk.log(frame, segments=("common", "kind")), ALL, 0.5)
    ranked = {row["column"]: row for row in ranked_columns(engine, question).iter_rows(named=True)}
    assert ranked["common"]["n_worse"] == 0
    assert ranked["kind"]["worst"] == "a"
    assert ranked["kind"]["n_judged"] == n
    few = Question(question.log, Cohort((Clause("kind", "in", ("a",)),)), 0.5)
    assert ranked_columns(engine, few)["n_compared"].sum() == 0


def test_histogram_holds_every_scored_row_once(desk: Desk, engine: Engine) -> None:
    for n_scores in (2, 11, 101, None):
        frame = rows(2_500, n_scores, seed=17)
        log = desk.log(frame)
        bars = overview_answer(engine, Question(log, ALL, 0.123)).histogram
        assert bars.height <= N_HISTOGRAM_BARS + 1
        scored = frame.drop_nulls("score")
        assert bars["unlabelled"].sum() == scored["label"].null_count()
        assert bars["positive"].sum() == scored.filter(label=1).height
        assert bars["negative"].sum() == scored.filter(label=0).height


@pytest.mark.parametrize("n_scores", [11, 101, None])
@pytest.mark.parametrize("threshold", [0.0, 0.02, 0.123, 0.3, 0.57, 0.999, 1.0, 1.5])
def test_no_bar_of_the_histogram_holds_rows_of_both_sides_of_the_threshold(
    desk: Desk, engine: Engine, n_scores: int | None, threshold: float
) -> None:
    frame = rows(2_500, n_scores, seed=17)
    answer = overview_answer(engine, Question(desk.log(frame), ALL, threshold))
    drawn = dict.fromkeys(("tp", "fp", "fn", "tn"), 0)
    names = {"true positives": "tp", "false positives": "fp", "false negatives": "fn", "true negatives": "tn"}
    for part in score_bars(answer.histogram, threshold).parts:
        if part.name in names:
            drawn[names[part.name]] = sum(part.counts)
    assert drawn == {name: answer.counts[name] for name in drawn}
    inside = answer.histogram.filter(pl.col("low") < threshold - 1e-9, pl.col("high") > threshold + 1e-9)
    assert inside.is_empty()


def test_sixteen_threads_are_all_answered_right(desk: Desk, engine: Engine) -> None:
    frame = rows(5_000, 101, seed=19)
    log = desk.log(frame)
    expected = {region: frame.filter(pl.col("region") == region).height for region in ("north", "south", "west")}
    engine._tables = KeptTables(max_bytes=0)  # each question meets the data

    def ask(number: int) -> list[bool]:
        region = ("north", "south", "west")[number % 3]
        right = []
        for turn in range(4):
            cohort = Cohort((Clause("region", "in", (region,)),))
            table = engine.score_table(log, cohort, 0.5, ["vip"] if turn % 2 else []).frame
            right.append(table["n"].sum() == expected[region])
        return right

    with ThreadPoolExecutor(16) as pool:
        answers_of_all = [right for list_ in pool.map(ask, range(16)) for right in list_]
    assert len(answers_of_all) == 64 and all(answers_of_all)
    assert engine.n_queries >= 64


def test_two_engines_and_a_new_revision_at_once(desk: Desk, engine: Engine) -> None:
    frame = rows(500, 11, seed=21)
    log = desk.log(frame)
    before = engine.score_table(log, ALL, 0.5).frame["n_pos"].sum()
    other = desk.remap(log, replace(log.mapping, positive=("0",), negative=("1",)))
    assert engine.score_table(other, ALL, 0.5).frame["n_pos"].sum() == frame["label"].count() - before
    assert engine.score_table(log, ALL, 0.5).frame["n_pos"].sum() == before
    back = desk.remap(other, log.mapping)
    assert engine.score_table(back, ALL, 0.5).frame["n_pos"].sum() == before
    second = Engine(desk.workspace)
    assert second.score_table(back, ALL, 0.5).frame["n_pos"].sum() == before
    second.close()


def test_pairs_of_logs_that_differ_in_one_cell_share_nothing(desk: Desk, engine: Engine) -> None:
    """A cache that sampled frames would give both logs one answer."""
    frame = rows(400, 11, seed=23)
    changed = {
        "score": frame.with_columns(pl.when(pl.col("id") == 200).then(0.95).otherwise("score").alias("score")),
        "label": frame.with_columns(
            pl.when(pl.col("id") == 200).then(1 - pl.col("label").fill_null(0)).otherwise("label").alias("label")
        ),
        "region": frame.with_columns(
            pl.when(pl.col("id") == 200).then(pl.lit("east")).otherwise("region").alias("region")
        ),
    }
    log = desk.log(frame)
    for name, other_frame in changed.items():
        other = desk.log(other_frame)
        assert other.log_id != log.log_id and other.key != log.key
        tables = [
            engine.score_table(one, ALL, 0.5, ["region"]).frame.sort("slice_0", "score_bin") for one in (log, other)
        ]
        assert not tables[0].equals(tables[1]), name
        counts = [engine.value_counts(one, ALL, 0.5, name) for one in (log, other)]
        assert not counts[0].equals(counts[1])


# What cannot be asked


def test_columns_that_cannot_be_sliced(desk: Desk, engine: Engine) -> None:
    log = desk.log(rows(2_500, None, seed=25))
    for name, words in (("scored_at", "times"), ("id", "different numbers"), ("nothing", "'nothing'")):
        with pytest.raises(QuestionError, match=words):
            engine.score_table(log, ALL, 0.5, [name])
    for columns in ([], ["region", "region"], ["region", "vip", "income"]):
        with pytest.raises(QuestionError, match="one or two different columns"):
            slices(engine, Question(log, ALL, 0.5), columns)
    with pytest.raises(QuestionError, match="Expected a metric, found 'roc'"):
        slices(engine, Question(log, ALL, 0.5), ["region"], metric="roc")


def damaged(desk: Desk, log: Log, how: str) -> None:
    path = desk.workspace.path(log.key)
    content = path.read_bytes()
    path.unlink()
    if how == "halved":
        path.write_bytes(content[: len(content) // 2])
    elif how == "overwritten":
        path.write_bytes(content[:12_288] + b"\xff" * (len(content) - 12_288))
    elif how == "no log":
        path.write_bytes(b"not a database at all" * 1_000)


@pytest.mark.parametrize("how", ["gone", "halved", "overwritten", "no log"])
def test_a_damaged_file_is_a_store_error(desk: Desk, engine: Engine, how: str) -> None:
    log = desk.log(rows(3_000, None, seed=27))
    damaged(desk, log, how)
    with pytest.raises(StoreError, match="Upload the export again"):
        engine.score_table(log, ALL, 0.5, ["region"])


def test_value_of_every_kind_survives_as_people_see_it(desk: Desk, engine: Engine) -> None:
    frame = rows(300, 11, seed=29)
    log = desk.log(frame)
    seen: dict[str, list[Any]] = {
        name: engine.score_table(log, ALL, 0.5, [name]).frame["slice_0"].unique().to_list()
        for name in ("vip", "region", "income")
    }
    assert set(seen["vip"]) == {True, False}
    assert set(seen["region"]) == {"north", "south", "west", None}
    assert set(seen["income"]) == {log.bins["income"].label(code) for code in range(len(log.bins["income"].edges) - 1)}


@pytest.mark.parametrize("every", ["1h", "1d", "1w", "1mo"])
def test_another_threshold_asks_nothing_and_counts_what_a_query_counts(desk: Desk, every: str) -> None:
    """Scores, slices and lines over time come from kept tables; a threshold within a bin is asked for."""
    log = desk.log(rows(4_000, 5_001, seed=21))
    engine, slow = Engine(desk.workspace), Engine(desk.workspace)
    engine.time_table(log, ALL, 0.5, every)
    engine.score_table(log, ALL, 0.5, ["region"])
    before = engine.n_queries
    for threshold in (0.0, 0.3, log.edges[7], 1.0):
        with patch("analytics.query.kept._MAX_CELLS", 0):
            expected = slow.time_table(log, ALL, threshold, every)
        assert engine.time_table(log, ALL, threshold, every).equals(expected.sort("bucket"))
        found = engine.score_table(log, ALL, threshold, ["region"])
        assert found.threshold_bin == log.grid.at(threshold)
    assert engine.n_queries == before
    within = (log.edges[7] + log.edges[8]) / 2
    engine.time_table(log, ALL, within, every)
    engine.score_table(log, ALL, 0.5, ["region"], every="1h", sums=())
    engine.score_table(log, Cohort((), ("fp",)), 0.5, ["region"])
    engine.score_table(log, Cohort((), ("fp",)), 0.3, ["region"])
    assert engine.n_queries == before + 4


def test_a_table_by_slice_and_score_is_counted_in_an_array(desk: Desk, engine: Engine) -> None:
    log = desk.log(rows(9_000, 5_001, seed=2))
    assert len(log.edges) > 1_000
    relation = relations.score_table(
        engine.kept(log, ALL, 0.5), [log.column("region").sql_name], sums=relations.MOMENTS
    )
    assert "PERFECT_HASH_GROUP_BY" in relation.to_native().explain().upper().replace(" ", "_")


def test_weeks_are_days_added_up_and_asked_for_once(desk: Desk) -> None:
    log = desk.log(rows(4_000, 5_001, seed=22))
    engine = Engine(desk.workspace)
    weeks = engine.score_table(log, ALL, 0.5, ["region"], every="1w")
    asked = engine.n_queries
    days = engine.score_table(log, ALL, 0.5, ["region"], every="1d").frame
    engine.score_table(log, ALL, 0.3, ["region"], every="1w")
    assert engine.n_queries == asked
    keys = ["slice_0", "bucket", "score_bin"]
    expected = days.group_by("slice_0", pl.col("bucket").dt.truncate("1w"), "score_bin").agg(pl.exclude(keys).sum())
    assert weeks.frame.select(keys).is_unique().all() and weeks.frame.height < days.height
    assert_frame_equal(weeks.frame, expected, check_row_order=False)
    whole, wanted = weeks.without_time(), engine.score_table(log, ALL, 0.5, ["region"])
    assert whole.by == wanted.by and np.array_equal(whole.edges, wanted.edges)
    assert_frame_equal(whole.frame, wanted.frame, check_row_order=False)


@pytest.mark.parametrize("by", [(), ("region",)])
@pytest.mark.parametrize("every", [None, "1d", "1w"])
def test_a_coarser_table_is_added_up_from_a_kept_one(desk: Desk, by: tuple[str, ...], every: str | None) -> None:
    """Nothing is asked where a finer table is kept, and what it adds up to is what would be asked."""
    log = desk.log(rows(4_000, 5_001, seed=22))
    engine, fresh, keys = Engine(desk.workspace), Engine(desk.workspace), ["bucket", "score_bin"]
    fine = engine.score_table(log, ALL, 0.5, by, every="1d").frame
    for sums in (relations.SUMS, relations.MOMENTS, frozenset[str]()):
        asked, cohort = engine.n_queries, Cohort()
        found = engine.score_table(log, cohort, 0.3, by, sums=sums, every=every)
        assert engine.n_queries == asked
        wanted = fresh.score_table(log, cohort, 0.3, by, sums=sums, every=every)
        columns = wanted.frame.columns
        assert found.by == wanted.by and set(found.frame.columns) == set(columns)
        nothing = pl.col("^.*_sum$").fill_null(0.0)  # of a bin without labelled rows
        assert_frame_equal(
            found.frame.select(columns).with_columns(nothing), wanted.frame.with_columns(nothing), check_row_order=False
        )
    assert fine.select(keys).height > found.frame.height or every == "1d"
    asked = engine.n_queries  # of other rows, by another column, or of finer buckets it says nothing
    engine.score_table(log, Cohort((Clause("vip", "in", ("true",)),)), 0.3, by, sums=(), every=every)
    engine.score_table(log, ALL, 0.3, ["vip"], sums=(), every=every)
    engine.score_table(log, ALL, 0.3, by, sums=(), every="1h")
    assert engine.n_queries == asked + 3


def test_kept_tables_stay_within_their_room() -> None:
    """The latest stay, and one that takes more than a tenth of the room is not kept at all."""
    asked: list[str] = []

    def table(key: str, n: int) -> int:
        def ask() -> pl.DataFrame:
            asked.append(key)
            return pl.DataFrame({"n": range(n)})

        return kept.of(key, ask).height

    kept = KeptTables(max_bytes=800)
    for key in "abcdefghij":  # ten of 80 bytes fill it
        assert table(key, 10) == 10
    assert [table(key, 10) for key in "ak"] == [10, 10] and asked == [*"abcdefghijk"]
    assert [table(key, 10) for key in "akb"] == [10, 10, 10] and asked[-1] == "b", "it was asked for longest ago"
    assert [table("large", 11) for _ in range(2)] == [11, 11] and asked[-2:] == ["large", "large"]
    assert table("k", 10) == 10 and asked[-1] == "large"
    kept.clear()
    assert table("k", 10) == 10 and asked[-1] == "k"


@pytest.mark.parametrize("clauses", [(), (Clause("region", "in", ("north",)), Clause("income", "ge", ("1000",)))])
def test_rows_held_in_memory_are_answered_as_duckdb_answers(
    desk: Desk, engine: Engine, clauses: tuple[Clause, ...]
) -> None:
    """A small log is taken over once, and then asked in memory."""
    log, cohort, held = desk.log(rows(3_000, 5_001, seed=23)), Cohort(clauses), Engine(desk.workspace)
    names, threshold = ["region", "income", "vip", "label"], log.edges[9] + 1e-7

    def answers(asked: Engine) -> list[pl.DataFrame]:
        return [
            *(asked.score_table(log, cohort, threshold, [name]).frame for name in names),
            asked.score_table(log, cohort, 0.5, ["region"], by_score=True, every="1w").frame,
            asked.time_table(log, cohort, threshold, "1d"),
            *(asked.value_counts(log, cohort, threshold, name) for name in names),
            asked.head(log, cohort, threshold, 50),
        ]

    expected = answers(engine)
    with patch("analytics.query.kept._MAX_HELD_CELLS", 2 * log.n_rows * len(log.columns)):
        found = answers(held)
        assert held.frame(log).implementation.is_polars()
        assert held.beside(*[(log, cohort, 0.5)] * 2)[1].implementation.is_polars()
        at_once = held.n_queries
        held.score_table(log, Cohort(), 0.1, ["vip"], sums=())
        assert held.n_queries == at_once + 1
    with patch("analytics.query.kept._MAX_HELD_CELLS", 10**9), patch("analytics.query.kept._MAX_HELD_BYTES", 10**4):
        assert held.frame(log).implementation.is_duckdb()
    heavy = Engine(desk.workspace)
    with patch("analytics.query.kept._MAX_HELD_CELLS", 10**9), patch("analytics.query.kept._MAX_SHARE", 1e-4):
        assert [heavy.frame(log).implementation.is_polars() for _ in range(2)] == [True, False]
    assert held.frame(log).implementation.is_duckdb() and engine.frame(log).implementation.is_duckdb()
    for table, wanted in zip(found, expected, strict=True):
        assert_frame_equal(table, wanted, check_row_order=False, abs_tol=1e-9)
