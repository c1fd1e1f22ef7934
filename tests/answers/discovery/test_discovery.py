"""The search end to end: from a log to confirmed slices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analytics.answers.discovery.answer import discover
from analytics.answers.discovery.checks import default_split
from analytics.answers.discovery.search import Predicate, Search
from analytics.answers.discovery.tree import Branch, path_clauses
from analytics.answers.overview import overview
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.log.schema import Log
from analytics.measure.thresholds.costs import Costs
from analytics.present import readings
from analytics.present.discovery import node_words, objective_interval, slice_words
from analytics.present.figures import discovery_map, discovery_tree
from analytics.present.figures.discovery import is_free, name_box
from analytics.present.report.discovery import found_slice
from analytics.present.tables.discovery import discovery_json_rows
from analytics.query.cohort import Clause, Cohort
from analytics.query.discovery.objectives import OBJECTIVES
from analytics.query.discovery.properties import Property
from analytics.query.engine import Engine
from tests.ingested import Desk
from tests.present.packs import made_html as slice_report

N = 6_000


def generated(*, has_effect: bool = True) -> pl.DataFrame:
    """A log whose predictions are wrong far more often where ``g`` is missing."""
    rng = np.random.default_rng(1)
    frame = pl.DataFrame(
        {
            "g": rng.choice(["a", "b", "c"], N),
            "h": rng.choice(["k", "l"], N),
            "<b>odd</b>": rng.choice(["=1", "x"], N),
            "label": rng.integers(0, 2, N),
            "hidden": rng.random(N),
            "gap": rng.random(N) < 0.1,
            "when": [f"2024-0{1 + place * 6 // N}-{1 + place % 28:02d} 10:00:00" for place in range(N)],
        }
    )
    rate = pl.when(pl.col("gap") & has_effect).then(0.5).otherwise(0.1)
    wrong = pl.col("hidden") < rate
    score = pl.when(wrong).then(1 - pl.col("label")).otherwise(pl.col("label")) * 0.8 + 0.1
    return frame.with_columns(g=pl.when(~pl.col("gap")).then("g"), score=score).drop("hidden", "gap")


@pytest.fixture
def log(desk: Desk) -> Log:
    return desk.log(generated(), segments=("g", "h", "<b>odd</b>"), time="when", row_id=None)


@pytest.fixture
def engine(desk: Desk) -> Engine:
    return Engine(desk.workspace)


@pytest.mark.parametrize("split", ["row", "time", "none"])
def test_a_missing_value_that_fails_is_found_and_confirmed_on_rows_held_back(
    engine: Engine, log: Log, desk: Desk, split: str
) -> None:
    answer = discover(engine, Question(log, Cohort(), 0.5), Search(split=split))  # type: ignore[arg-type]
    assert slice_words(answer.slices[0]) == "g is missing"
    first = answer.table.row(0, named=True)
    assert first["status"] == ("suggestive" if split == "none" else "confirmed")
    inside = desk.stored(log).filter(pl.col("c0").is_null())
    assert first["n"] == inside.height
    assert 0.4 < first["rate"] < 0.6 and first["rate_complement"] < 0.13
    assert answer.n_searched + answer.n_reported == N * (2 if split == "none" else 1)
    if split == "none":
        wrong = ((inside["score"] >= 0.5).cast(pl.Int8) != inside["label"].cast(pl.Int8)).mean()
        assert first["rate"] == pytest.approx(wrong)
        assert first["excess_errors"] == pytest.approx(first["n"] * first["difference"])
    elif split == "time":
        assert abs(answer.n_reported - N / 2) < N / 20
    else:
        assert abs(answer.n_reported - N / 2) < 200
    text = readings.discovery_reading(answer)
    assert ("g is missing" in text) == (split != "none") and ("held back" in text) == (split == "none")
    assert "times the errors that their base rate explains" in text
    raw = discover(engine, Question(log, Cohort(), 0.5), Search("error_rate", split=split))  # type: ignore[arg-type]
    assert "times the overall error rate" in readings.discovery_reading(raw) and raw.slices[0] == answer.slices[0]
    assert first["excess_base_rate"] + first["excess_model"] == pytest.approx(first["excess_errors"], rel=1e-12)


def test_a_column_that_is_another_name_of_one_is_not_searched_apart_and_said(engine: Engine, desk: Desk) -> None:
    frame = generated().with_columns(name=pl.col("g").replace_strict({"a": "Aa", "b": "Bb", "c": "Cc"}, default=None))
    log = desk.log(frame, segments=("g", "name", "h"), row_id=None, time=None)
    answer = discover(engine, Question(log, Cohort(), 0.5), Search(split="row"))
    assert answer.same == (("name", "g"),) and "name says the same as g" in readings.discovery_reading(answer)
    assert slice_words(answer.slices[0]) == "g is missing"
    assert not any(entry.property.name == "name" for found in answer.slices for entry in found)
    every = discover(engine, Question(log, Cohort(), 0.5), Search(split="none", every=True))
    assert any(entry.property.name == "name" for found in every.slices for entry in found) and not every.same


def test_a_log_without_any_effect_confirms_nothing_and_says_so(engine: Engine, desk: Desk) -> None:
    log = desk.log(generated(has_effect=False), segments=("g", "h", "<b>odd</b>"), time="when", row_id=None)
    answer = discover(engine, Question(log, Cohort(), 0.5), Search())
    assert "confirmed" not in answer.table["status"]
    assert readings.discovery_reading(answer).startswith("No slice is confirmed on ")


def test_another_word_for_the_prediction_is_no_finding_about_false_positives(engine: Engine, desk: Desk) -> None:
    frame = generated().with_columns(band=pl.when(pl.col("score") >= 0.5).then(pl.lit("High")).otherwise(pl.lit("Low")))
    log = desk.log(frame, segments=("g", "h", "band"), time="when", row_id=None)
    question = Question(log, Cohort(), 0.5)
    answer = discover(engine, question, Search("fpr", split="row"))
    assert answer.left_out == ("band",)
    assert "which tells the label or the prediction" in readings.discovery_reading(answer)
    inside = Question(log, Cohort((Clause("h", "in", ("k",)),)), 0.5)
    assert discover(engine, inside, Search("fnr", split="row")).left_out == ("band",)


def test_bands_of_the_score_are_no_slices_and_are_said(engine: Engine, desk: Desk) -> None:
    blur = pl.Series(np.random.default_rng(2).random(N))
    frame = generated().with_columns(score=0.2 * pl.col("score") + 0.8 * blur)
    band = (pl.col("score") * 10).floor().cast(pl.Int64).cast(pl.String)
    log = desk.log(frame.with_columns(grade=band), segments=("g", "h", "grade"), time="when", row_id=None)
    question = Question(log, Cohort(), 0.5)
    answer = discover(engine, question, Search(split="row"))
    assert answer.bands == ("grade",) and "Left out: grade, a band of the score" in readings.discovery_reading(answer)
    assert not any(entry.property.column == "grade" for found in answer.slices for entry in found)
    assert discover(engine, question, Search(columns=("g", "grade"), split="row")).bands == ()


def test_a_column_that_tells_the_label_is_left_out_and_said_unless_it_is_asked_for(engine: Engine, desk: Desk) -> None:
    frame = generated().with_columns(
        after=pl.when(pl.col("label") == 1).then(pl.lit("late")).otherwise(pl.lit("in time"))
    )
    log = desk.log(frame, segments=("g", "after"), time="when", row_id=None)
    answer = discover(engine, Question(log, Cohort(), 0.5), Search(split="row"))
    assert answer.left_out == ("after",)
    assert not any(entry.property.column == "after" for found in answer.slices for entry in found)
    assert "Left out: after, which tells the label" in readings.discovery_reading(answer)
    inside = Question(log, Cohort((Clause("after", "in", ("late",)),)), 0.5)
    assert discover(engine, inside, Search(split="row")).left_out == ("after",)
    chosen = discover(engine, Question(log, Cohort(), 0.5), Search(columns=("g", "after"), split="none", every=True))
    assert chosen.left_out == ()
    assert any(entry.property.column == "after" for found in chosen.slices for entry in found)


def test_a_column_of_data_sets_stays_though_their_base_rates_differ(engine: Engine, desk: Desk) -> None:
    rng = np.random.default_rng(17)
    frame = generated()
    is_hard = pl.Series(np.where(rng.random(frame.height) < 0.06, 1 - frame["label"], frame["label"]))
    mixed = frame.with_columns(part=pl.when(is_hard == 1).then(pl.lit("hard")).otherwise(pl.lit("easy")))
    for name, left_out in (("dataset", ()), ("benchmark_name", ()), ("after", ("after",))):
        log = desk.log(mixed.rename({"part": name}), segments=("g", name), time="when", row_id=None)
        assert discover(engine, Question(log, Cohort(), 0.5), Search(split="row")).left_out == left_out, name
    pure = frame.with_columns(dataset=pl.when(pl.col("label") == 1).then(pl.lit("fraud")).otherwise(pl.lit("clean")))
    log = desk.log(pure, segments=("g", "dataset"), time="when", row_id=None)
    assert discover(engine, Question(log, Cohort(), 0.5), Search(split="row")).left_out == ("dataset",)


def test_a_field_that_tells_the_label_by_being_missing_is_no_missing_field(engine: Engine, desk: Desk) -> None:
    frame = generated().with_columns(
        after=pl.when(pl.col("label") == 1).then(pl.lit("late")), other=pl.when(pl.col("h") == "k").then(pl.lit("x"))
    )
    log = desk.log(frame, segments=("g", "after", "other"), time="when", row_id=None)
    answer = discover(engine, Question(log, Cohort(), 0.5), Search(split="none", every=True))
    assert answer.left_out == ("after",)
    counts = {
        found[0].value: n
        for found, n in zip(answer.slices, answer.table["n"], strict=True)
        if len(found) == 1 and found[0].property.kind == "gaps"
    }
    missing = frame.select(pl.sum_horizontal(pl.col("g").is_null(), pl.col("other").is_null())).to_series()
    assert counts == dict(missing.value_counts().iter_rows())


def test_many_values_do_not_tell_the_label_by_chance(engine: Engine, desk: Desk) -> None:
    frame = generated().with_columns(many=pl.Series([f"m{place % 900}" for place in range(N)]))
    log = desk.log(frame, segments=("g", "many"), time="when", row_id=None)
    assert discover(engine, Question(log, Cohort(), 0.5), Search(split="row")).left_out == ()


def test_the_nodes_of_a_tree_are_cohorts_and_their_rows_are_those_of_the_filters(engine: Engine, desk: Desk) -> None:
    rng = np.random.default_rng(2)
    amount = np.where(rng.random(N) < 0.15, np.nan, rng.gamma(2, 100, N).round(2))
    spread = pl.Series("amount", amount).fill_nan(None)
    spread = pl.select(pl.when(pl.Series(rng.random(N) < 0.05)).then(0.0).otherwise(spread)).to_series().alias("amount")
    frame = generated().with_columns(spread)
    wrong = pl.Series(rng.random(N)) < pl.when(pl.col("amount") > 200).then(0.4).when(pl.col("h") == "k").then(
        0.2
    ).otherwise(0.1)
    frame = frame.with_columns(score=pl.when(wrong).then(1 - pl.col("label")).otherwise(pl.col("label")) * 0.8 + 0.1)
    log = desk.log(frame, segments=("g", "h", "amount"), row_id=None, time=None, amount=None)
    n_said = 0
    for cohort in (Cohort(), Cohort((Clause("h", "in", ("l",)),)), Cohort((Clause("g", "present"),))):
        question = Question(log, cohort, 0.5)
        tree = discover(engine, question, Search(split="row")).tree
        assert tree is not None
        for place, path in enumerate(tree.paths):
            said = path_clauses(log, path)
            if said is None or set(cohort.columns()) & {clause.column for clause in said}:
                continue
            table = engine.score_table(log, Cohort((*cohort.clauses, *said)), 0.5, []).frame
            assert table["n"].sum() == tree.table["n"][place], node_words(tree, place)
            n_said += 1
    assert n_said > 20


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ([("value", 5.0, True, True)], "amount is under 5"),
        ([("value", 5.0, True, False)], "amount is at least 5 or missing"),
        ([("value", 2.0, True, False), ("value", 5.0, True, True)], "amount is at least 2 and under 5"),
        ([("value", 2.0, True, False), ("value", None, False, True)], "amount is missing"),
        ([("value", 2.0, True, False), ("value", None, False, False)], "amount is at least 2 and is not missing"),
        ([("value", 5.0, True, True), ("spike", 3.0, False, True)], "amount is 3.0"),
        ([("value", 5.0, True, True), ("spike", 3.0, False, False)], "amount is under 5 and is not 3.0"),
    ],
)
def test_answers_on_one_column_become_one_filter(
    desk: Desk, path: list[tuple[str, float | None, bool, bool]], said: str
) -> None:
    frame = generated().with_columns(
        amount=pl.Series([None if place % 9 == 0 else place % 701 + 0.5 for place in range(N)])
    )
    log = desk.log(frame, segments=("g", "amount"), row_id=None, time=None, amount=None)
    branches = [
        Branch(Property("amount", "amount", kind), value, is_below, is_yes, has_missing=True)  # type: ignore[arg-type]
        for kind, value, is_below, is_yes in path
    ]
    assert Cohort(path_clauses(log, branches) or ()).to_words() == said


def test_a_tree_is_drawn_with_every_node_and_read(engine: Engine, log: Log) -> None:
    answer = discover(engine, Question(log, Cohort(), 0.5), Search(split="row"))
    tree = answer.tree
    assert tree is not None and tree.parents[0] == -1
    drawn = discovery_tree(answer)
    assert list(drawn.data[1].customdata) == list(range(len(tree.parents)))
    assert "<b>odd" not in drawn.to_json() and "g is missing" in drawn.data[1].text[1]
    below = [place for place, parent in enumerate(tree.parents) if parent == 0]
    assert sum(tree.table["n"][place] for place in below) == tree.table["n"][0] == N
    assert "g is missing" in readings.tree_reading(answer)


def test_names_of_a_log_reach_the_figure_as_text(engine: Engine, log: Log) -> None:
    answer = discover(
        engine, Question(log, Cohort((Clause("g", "missing"),)), 0.5), Search(min_support=0.02, min_rows=5)
    )
    drawn = discovery_map(answer).to_json()
    assert "<b>odd" not in drawn and "&lt;b&gt;odd" in drawn


@pytest.mark.parametrize("objective", ["error_rate", "beyond_base_rate"])
def test_points_of_the_figure_are_rows_of_the_table(engine: Engine, log: Log, objective: str) -> None:
    answer = discover(engine, Question(log, Cohort(), 0.5), Search(objective))
    drawn = discovery_map(answer)
    points = [
        (row, x, y)
        for trace in drawn.data
        if trace.mode == "markers"
        for row, x, y in zip(trace.customdata, trace.x, trace.y, strict=True)
    ]
    assert sorted(row for row, *_ in points) == list(range(answer.table.height))
    heights = answer.table["rate"]
    if objective == "beyond_base_rate":
        heights = answer.table["excess_model"] / answer.table["n"]
    for row, x, y in points:
        assert (x, y) == (answer.table["share_of_rows"][row], heights[row])


def test_names_stand_beside_points_and_on_none() -> None:
    point, other = (0.5, 1.0), (0.56, 1.01)
    boxes = {side: name_box(side, *point, 0.2) for side in ("right", "above", "left", "below")}
    assert not is_free(boxes["right"], [other], []) and is_free(boxes["left"], [other], [])
    assert not is_free(boxes["left"], [other], [(0.4, 0.45, 0.9, 1.1)])
    assert not is_free(name_box("right", 0.9, 1.0, 0.2), [], [])
    assert boxes["above"][2] >= point[1] >= boxes["below"][3]


def test_rows_of_one_id_stay_together_where_ids_repeat(engine: Engine, desk: Desk) -> None:
    frame = generated().with_columns(id=pl.Series([f"case {place // 2}" for place in range(N)]))
    log = desk.log(frame, segments=("g", "h"), row_id="id", time="when")
    assert default_split(Question(log, Cohort(), 0.5)) == "entity"
    assert slice_words(discover(engine, Question(log, Cohort(), 0.5), Search()).slices[0]) == "g is missing"


@pytest.mark.parametrize("objective", ["fpr", "fnr", "cost", "brier", "overprediction", "underprediction"])
def test_every_objective_equals_polars(engine: Engine, log: Log, desk: Desk, objective: str) -> None:
    search = Search(objective=objective, split="none", every=True, columns=("g",), costs=Costs(0, 2, 5, 1))
    answer = discover(engine, Question(log, Cohort(), 0.5), search)
    stored = desk.stored(log)
    label, flag = pl.col("label").cast(pl.Float64), (pl.col("score") >= 0.5).cast(pl.Float64)
    value = {
        "fpr": pl.when(label == 0).then(flag),
        "fnr": pl.when(label == 1).then(1 - flag),
        "cost": 2 * flag * (1 - label) + 5 * (1 - flag) * label + (1 - flag) * (1 - label),
        "brier": (pl.col("score") - label) ** 2,
        "overprediction": pl.col("score") - label,
        "underprediction": label - pl.col("score"),
    }[objective]
    expected = dict(stored.group_by("c0").agg(value.mean()).iter_rows())
    assert len(answer.slices) == 4
    for found, rate in zip(answer.slices, answer.table["rate"], strict=True):
        assert rate == pytest.approx(expected[found[0].value])
    assert answer.table["rate"].to_list() == sorted(answer.table["rate"], reverse=True)


def test_json_names_every_condition_and_its_contribution(engine: Engine, log: Log) -> None:
    answer = discover(engine, Question(log, Cohort(), 0.5), Search())
    rows = discovery_json_rows(answer)
    assert rows[0]["slice"] == {"g": None}
    for row, divergence in zip(rows, answer.table["divergence"], strict=True):
        assert row["contributions"].keys() == row["slice"].keys()
        assert sum(row["contributions"].values()) == pytest.approx(divergence)
        assert len(row["members"]) == min(row["n_members"], 25)
        assert 0 < row["support"] <= 1


def test_members_are_all_there_if_asked_for_and_count_the_rows_of_the_cohort(
    engine: Engine, log: Log, desk: Desk
) -> None:
    cut, whole = (discover(engine, Question(log, Cohort(), 0.5), Search(max_members=most)) for most in (2, None))
    assert cut.n_members == whole.n_members and max(whole.n_members) > 2
    assert [len(found) for found in whole.members] == list(whole.n_members)
    assert [len(found) for found in cut.members] == [min(2, n) for n in whole.n_members]
    member = next(m for found in whole.members for m in found if [p.property.name for p in m.slice] == ["g", "h"])
    value = {p.property.name: p.value for p in member.slice}
    inside = desk.stored(log).filter(pl.col("c0").eq_missing(value["g"]) & pl.col("c1").eq_missing(value["h"]))
    assert member.n == inside.height > member.n_found


def test_a_search_can_be_stopped(engine: Engine, log: Log) -> None:
    def stop(step: str, done: float) -> None:
        if step == "Searching":
            raise InterruptedError

    with pytest.raises(InterruptedError):
        discover(engine, Question(log, Cohort(), 0.5), Search(), stop)


@pytest.mark.parametrize(
    ("search", "said"),
    [
        (Search(objective="recall"), "Expected an objective, found 'recall'"),
        (Search(split="entity"), "Expected a row id"),
        (Search(max_depth=0), "one to eight predicates"),
        (Search(columns=("nope",)), "Expected the name of a column"),
        (Search(split="sometimes"), "Expected a split"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_searched_is_said(engine: Engine, log: Log, search: Search, said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        discover(engine, Question(log, Cohort(), 0.5), search)


def test_an_empty_cohort_is_said(engine: Engine, log: Log) -> None:
    empty = Cohort((Clause("g", "in", ("nothing",)),))
    for split in ("row", "time", "none"):
        with pytest.raises(QuestionError, match="Expected labelled rows"):
            discover(engine, Question(log, empty, 0.5), Search(split=split))  # type: ignore[arg-type]


@pytest.mark.parametrize("objective", ["error_rate", "fnr", "brier", "cost", "overprediction"])
def test_a_found_slice_is_a_section_of_the_report_with_its_numbers(engine: Engine, log: Log, objective: str) -> None:
    question = Question(log, Cohort(), 0.5)
    answer = discover(engine, question, Search(objective=objective, split="row"))
    found = found_slice(answer, 0, question)
    html = slice_report(question, overview(engine, question), found=[found])
    row = answer.table.row(0, named=True)
    assert "Discovered: " in html and f"{row['status'].capitalize()} on half of the rows" in html
    lines = dict(found.lines)
    assert objective_interval(answer, row["rate"], row["rate_low"], row["rate_high"]) in lines.values()
    assert f"Excess {OBJECTIVES[objective].unit}" in lines
    assert ("Share of all" in " ".join(lines)) == (objective != "overprediction")
    assert ("with costs TP 0, FP 1, FN 1 and TN 0" in found.note) == (objective == "cost")
    assert f"{answer.n_sent:,} candidate" in found.note and "threshold 0.5" in found.note
    assert "<b>odd" not in slice_report(
        question, overview(engine, question), found=[replace(found, title="<b>odd</b>")]
    )


def test_long_and_empty_texts_are_found_beside_texts_that_are_neither(engine: Engine, desk: Desk) -> None:
    note = [("", "long " * 300, f"{'some words ' * 8}{place}", None)[place % 10 % 4] for place in range(N)]
    frame = generated().with_columns(
        note=pl.Series(note), score=pl.when(pl.Series(note) == "").then(1 - pl.col("score")).otherwise("score")
    )
    log = desk.log(frame, segments=("h",), text=("note",), time=None, row_id=None)
    answer = discover(engine, Question(log, Cohort(), 0.5), Search())
    assert slice_words(answer.slices[0]) == "text of note is empty"
    assert answer.table["n"][0] == note.count("") and answer.table["status"][0] == "confirmed"


def test_columns_named_as_what_is_derived_stay_apart_from_it(engine: Engine, desk: Desk) -> None:
    frame = generated().rename({"h": "weekday of when", "<b>odd</b>": "fields missing"})
    log = desk.log(frame, segments=("g", "weekday of when", "fields missing"), time="when", row_id=None)
    answer = discover(engine, Question(log, Cohort(), 0.5), Search(every=True, max_depth=2))
    for found, row in zip(answer.slices, discovery_json_rows(answer), strict=True):
        assert len(row["slice"]) == len(found)
    assert {"weekday of when", "weekday of when (derived)"} <= {
        name for found in answer.slices for name in words_of(found)
    }


def words_of(found: tuple[Predicate, ...]) -> list[str]:
    return [entry.property.name for entry in found]


def test_a_value_that_reads_like_none_is_told_from_a_missing_one() -> None:
    column = Property("g", "g", "value")
    told = [slice_words((Predicate(column, value),)) for value in ("missing", "(missing)", "not missing", "", None)]
    assert told == ["g is 'missing'", "g is '(missing)'", "g is 'not missing'", "g is ''", "g is missing"]


def test_noise_is_no_multiple_of_a_bias_that_cancels_out(engine: Engine, log: Log) -> None:
    answer = discover(engine, Question(log, Cohort(), 0.5), Search(objective="overprediction"))
    assert "times the overall" not in readings.discovery_reading(answer)


def test_a_base_rate_alone_is_no_slice_of_the_cost_that_a_search_looks_for(engine: Engine, desk: Desk) -> None:
    rng, n = np.random.default_rng(3), 6_000
    kind = rng.choice(["frequent", "missed", "usual"], n, p=[0.2, 0.2, 0.6])
    label = rng.random(n) < np.where(kind == "frequent", 0.3, 0.1)
    found = rng.random(n) < np.where(label, np.where(kind == "missed", 0.2, 0.7), 0.05)
    frame = pl.DataFrame({"score": np.where(found, 0.9, 0.1), "label": label.astype(int), "kind": kind})
    question, costs = Question(desk.log(frame, segments=("kind",)), Cohort(), 0.5), Costs(fp=1, fn=20)
    usual = discover(engine, question, Search("cost", split="row", columns=("kind",), costs=costs))
    assert slice_words(usual.slices[0]) == "kind is frequent", "what every row costs follows the base rate"
    answer = discover(engine, question, Search("cost_beyond_base_rate", split="row", columns=("kind",), costs=costs))
    status = dict(zip(map(slice_words, answer.slices), answer.table["status"], strict=True))
    assert slice_words(answer.slices[0]) == "kind is missed" and status["kind is missed"] == "confirmed"
    assert status.get("kind is frequent") != "confirmed"
    free = discover(engine, question, replace(answer.search, costs=Costs(fp=0, fn=0)))
    assert readings.discovery_reading(free).endswith("none costs more than its base rate explains.")
    every = discover(engine, question, replace(answer.search, split="none", every=True))
    row = every.table.row([slice_words(each) for each in every.slices].index("kind is missed"), named=True)
    of_kind, wrong = kind == "missed", label != found
    beyond = sum(
        cost * (wrong[of_kind & side].sum() - of_kind[side].sum() * wrong[side].mean())
        for cost, side in ((20, label), (1, ~label))
    )
    assert row["rate"] == pytest.approx(beyond / of_kind.sum(), abs=1e-9)
