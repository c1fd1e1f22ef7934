"""The slice that the brief names is the one with which Slices leads, in the metric that leads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.finding import Asking, SliceParts
from analytics.answers.brief.registry import SOURCES
from analytics.answers.calibration.scan import calibration_scan
from analytics.answers.discovery.answer import discover
from analytics.answers.discovery.either import discover_either
from analytics.answers.discovery.search import Search
from analytics.answers.labels import selective_of
from analytics.answers.question import Question, is_of_score
from analytics.answers.slices import leading_slice, slices
from analytics.answers.slices_ranking import ranked_by_kind, ranked_columns
from analytics.log.workspace import Workspace
from analytics.measure.headline import headline
from analytics.measure.slices import MIN_SUPPORT
from analytics.present.readings import discovery_reading, finding_sentence, ranking_reading, slices_reading
from analytics.query.cohort import Cohort
from analytics.query.discovery.objectives import objective_for
from analytics.query.engine import Engine
from tests.ingested import Desk

N = 24_000
PREVALENCES = (0.01, 0.03, 0.2, 0.6)
REGIONS = np.array(["north", "east", "south", "west", "coast"])


def rows(prevalence: float) -> pl.DataFrame:
    """A log in which one region misses every positive, beside one in which many are flagged and a score too high."""
    rng = np.random.default_rng(round(prevalence * 100))
    region, channel = rng.choice(5, N), rng.choice(["web", "app", "shop"], N)
    label = rng.random(N) < prevalence
    score = np.where(label, rng.beta(5, 3, N), rng.beta(2, 6, N))
    score = np.where(REGIONS[region] == "west", rng.beta(1, 9, N) * 0.5, score)
    score = np.where((channel == "shop") & (rng.random(N) < 0.05), rng.uniform(0.5, 1, N), score)
    score = np.where(REGIONS[region] == "west", np.minimum(score, 0.49), score)
    return pl.DataFrame(
        {"score": score.round(3), "label": label.astype(int), "region": REGIONS[region], "channel": channel}
    )


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, dict[float, Any]]]:
    folder = tmp_path_factory.mktemp("leading")
    desk = Desk(Workspace(folder / "home"), folder)
    found = {
        share: desk.log(rows(share), score="score", label="label", segments=("region", "channel"))
        for share in PREVALENCES
    }
    with closing(Engine(desk.workspace)) as engine:
        yield engine, found


@pytest.mark.parametrize("prevalence", PREVALENCES)
def test_a_slice_that_misses_everything_leads_in_the_brief_and_on_slices(
    logs: tuple[Engine, dict[float, Any]], prevalence: float
) -> None:
    engine, found = logs
    question = Question(found[prevalence], Cohort(), 0.5)
    metric = headline(question.log.n_positive, question.log.n_labelled).metric
    assert metric == ("recall" if prevalence < 0.15 else "error_rate")
    first = SOURCES["slices"].find(engine, Asking(question))[0]
    assert isinstance(first.parts, SliceParts) and (first.parts.column, first.parts.value) == ("region", "west")
    assert first.size is not None and first.size.is_clear and ("by", "region") in first.asked
    answer = slices(engine, question, ["region"], metric=metric)
    assert slices_reading(answer).startswith("Worst by region: west")
    assert "100.0\u202f%" in finding_sentence(first, question.log) or prevalence >= 0.15


def test_no_column_of_noise_is_to_be_looked_at_first_however_many_there_are(desk: Desk) -> None:
    """Of a column alone a slice stands out here: each was adjusted for its own slices only."""
    rng = np.random.default_rng(1)
    score = rng.beta(2, 3, 2_000).round(2)
    noise = {f"c{place}": rng.choice(list("abcdefgh"), 2_000) for place in range(16)}
    frame = pl.DataFrame({"score": score, "label": (rng.random(2_000) < score).astype(int), **noise})
    log = desk.log(frame, score="score", label="label", segments=tuple(noise))
    with closing(Engine(desk.workspace)) as engine:
        question = Question(log, Cohort(), 0.5)
        alone = leading_slice(slices(engine, question, ["c3"], metrics=()))
        ranked = ranked_columns(engine, question)
    assert alone is not None and ranked["n_worse"].sum() == 0
    assert ranking_reading(ranked, MIN_SUPPORT).startswith("No column has a slice that is worse")


@pytest.mark.parametrize("is_of_flagged", [True, False])
def test_a_slice_whose_rows_seldom_get_a_label_is_not_named_for_it(desk: Desk, is_of_flagged: bool) -> None:
    """All regions fail alike, and of the side that seldom has labels west has none: its recall says who was looked at."""
    rng = np.random.default_rng(5)
    region, score = REGIONS[rng.choice(5, N)], rng.random(N)
    is_flagged = score >= 0.5
    label = rng.random(N) < np.where(is_flagged, 0.15, 0.04)
    is_seen = (is_flagged == is_of_flagged) | ((rng.random(N) < 0.2) & ((region == "west") == is_of_flagged))
    frame = pl.DataFrame({"score": score, "label": label.astype(int), "region": region}).with_columns(
        label=pl.when(pl.Series(is_seen)).then("label")
    )
    log = desk.log(frame, score="score", label="label", segments=("region",))
    with closing(Engine(desk.workspace)) as engine:
        question = Question(log, Cohort(), 0.5)
        found = SOURCES["slices"].find(engine, Asking(question))
        ranked, hidden = ranked_columns(engine, question, "recall"), selective_of(engine, question)
        opened = slices_reading(slices(engine, question, ["region"], metric="recall"))
    assert not found and ranked["n_worse"].to_list() > [0]
    unknown = "Where recall is worst is not known: slices differ in how many of their "
    said = ranking_reading(ranked, MIN_SUPPORT, "recall", selective=hidden)
    assert said.startswith("Mostly ") and unknown in said and unknown in opened.split("\n")[0]


@pytest.mark.parametrize("prevalence", [0.03, 0.93])
def test_more_of_the_other_kind_of_error_is_named_where_the_kind_that_leads_is_alike(
    desk: Desk, prevalence: float
) -> None:
    rng = np.random.default_rng(5)
    label, region = rng.random(N) < prevalence, rng.choice(5, N)
    is_rare = label if prevalence < 0.5 else ~label
    wrong = np.where(is_rare, rng.random(N) < 0.4, rng.random(N) < np.where(region == 3, 0.1, 0.02))
    score = np.where(label ^ wrong, 0.9, 0.1)
    frame = pl.DataFrame({"score": score, "label": label.astype(int), "region": REGIONS[region]})
    log = desk.log(frame, score="score", label="label", segments=("region",))
    with closing(Engine(desk.workspace)) as engine:
        question = Question(log, Cohort(), 0.5)
        found = SOURCES["slices"].find(engine, Asking(question))
        leads = headline(*log.class_counts).metric
        by, ranked, is_graver = ranked_by_kind(engine, question, leads)
        alone = discover(engine, question, Search(objective=objective_for(leads)))
        either = discover_either(engine, question, alone.search)
    said = ranking_reading(ranked, MIN_SUPPORT, by, instead_of=leads)
    assert "where it is west" in said.split(". ")[0] and f"worse than the rest in {leads}, beyond chance." in said
    assert not is_graver and by == ("fpr" if prevalence < 0.5 else "fnr") and ranked["n_worse"].to_list() == [1]
    unseen = discovery_reading(alone).split("\n")[0]
    assert ("False alarms" if prevalence < 0.5 else "Misses") + " are not looked at here" in unseen
    assert "region is west" in discovery_reading(either, alone.search.objective).split("\n")[0]
    assert len(found) == 1 and isinstance(found[0].parts, SliceParts)
    other = "fpr" if prevalence < 0.5 else "fnr"
    assert (found[0].parts.value, found[0].parts.metric) == ("west", other)
    assert ("metric", other) in found[0].asked and found[0].size is not None and found[0].size.is_clear


@pytest.mark.parametrize(
    "metric", ["recall", "fnr", "precision", "f1", "mcc", "fpr", "error_rate", "accuracy", "auroc"]
)
@pytest.mark.parametrize("prevalence", PREVALENCES)
def test_for_every_metric_the_brief_names_the_slice_that_leads_by_its_column(
    logs: tuple[Engine, dict[float, Any]], prevalence: float, metric: str
) -> None:
    engine, found = logs
    question = Question(found[prevalence], Cohort(), 0.5)
    told = SOURCES["slices"].find(engine, Asking(question, metric=metric))
    assert told or metric not in ("recall", "fnr")
    for each in told:
        assert isinstance(each.parts, SliceParts)
        answer = slices(engine, question, [each.parts.column], metric=metric)
        first = leading_slice(answer)
        assert first is not None and first["slice_0"] == each.parts.value
        assert slices_reading(answer).startswith(f"Worst by {each.parts.column}: {each.parts.value}")
        assert finding_sentence(each, question.log).endswith(".")


def test_a_band_of_the_score_is_no_slice_of_the_brief(desk: Desk, data: Path) -> None:
    path = data / "compas/compas-scores-two-years_noPII.csv"
    log = desk.log(path, score="decile_score", label="two_year_recid")
    question = Question(log, Cohort(), 5.0)
    with closing(Engine(desk.workspace)) as engine:
        bands = {name for name in log.mapping.segments if is_of_score(engine, question, name)}
        found = {
            metric: SOURCES["slices"].find(engine, Asking(question, metric=metric)) for metric in ("error_rate", "fpr")
        }
    assert bands == {"decile_score_1", "score_text", "v_decile_score", "v_score_text"}
    named = {each.parts.column for told in found.values() for each in told if isinstance(each.parts, SliceParts)}
    assert named and not named & bands


def test_what_is_known_only_after_the_outcome_is_named_neither_in_the_brief_nor_by_calibration(
    desk: Desk, data: Path
) -> None:
    path, roles = data / "lending-club/lending_club_1000.csv", {"score": "int_rate", "label": "loan_status"}
    after = {"total_pymnt", "total_pymnt_inv", "total_rec_prncp", "recoveries", "last_fico_range_low"}
    before = {"purpose", "zip_code"}
    offered = desk.stage(path).mapping.segments
    assert after <= set(offered)
    some = tuple(name for place, name in enumerate(offered) if not place % 8 or name in {*after, *before, "grade"})
    question = Question(desk.log(path, segments=some, **roles), Cohort(), 15.0)
    with closing(Engine(desk.workspace)) as engine:
        scan, told = calibration_scan(engine, question), SOURCES["slices"].find(engine, Asking(question))
    assert {*after, "grade"} <= set(scan.told) and not {*after, "grade"} & set(
        scan.table["column"]
    )  # bands of the score too
    assert before <= set(scan.table["column"]) | {"zip_code"}
    assert not after & {each.parts.column for each in told if isinstance(each.parts, SliceParts)}


def test_a_slice_that_flags_all_leads_though_it_has_the_best_recall(desk: Desk) -> None:
    """Where the score is turned round in one region the others miss more, and nothing is wrong with them."""
    rng, n = np.random.default_rng(8), 6_000
    label, region = rng.random(n) < 0.1, rng.choice(["north", "south", "west"], n, p=[0.5, 0.4, 0.1])
    score = 1 / (1 + np.exp(2.5 - 1.6 * label - rng.normal(0, 1, n)))
    score = np.where(region == "west", 1 - score, score).round(5)
    frame = pl.DataFrame({"score": score, "label": label.astype(int), "region": region})
    question = Question(desk.log(frame, score="score", label="label", segments=("region",)), Cohort(), 0.5)
    with closing(Engine(desk.workspace)) as engine:
        (found,) = SOURCES["slices"].find(engine, Asking(question))
        (named,) = SOURCES["slices"].find(engine, Asking(question, metric="fnr"))
        opened = slices_reading(slices(engine, question, ["region"], metric="recall"))
        by, ranked, is_graver = ranked_by_kind(engine, question, "recall")
        (searched,) = SOURCES["discovery"].find(engine, Asking(question))
    assert isinstance(found.parts, SliceParts) and (found.parts.value, found.parts.metric) == ("west", "fpr")
    assert isinstance(named.parts, SliceParts) and named.parts.metric == "fnr", "what is named is obeyed"
    first, details = opened.split("\n")
    assert first.startswith("Worst by region: west, where the model flags ") and "Worst in recall" in details
    said = ranking_reading(ranked, MIN_SUPPORT, by, instead_of="recall", is_graver=is_graver)
    assert (by, is_graver) == ("fpr", True) and "That is graver than where recall is worst." in said
    assert [clause.values for clause in searched.clauses] == [("west",)]
