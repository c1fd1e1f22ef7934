"""What the brief finds in logs with one planted fault each, and how often it finds something where nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import MOST, Brief, address_of, brief, composed, evaluated_sides
from analytics.answers.brief.finding import Asking, Finding, FoundParts, LabelParts, PreflightParts, SliceParts
from analytics.answers.brief.recorded import is_recorded
from analytics.answers.brief.registry import SOURCES, WITHOUT
from analytics.answers.brief.size import Size
from analytics.answers.discovery.search import Predicate
from analytics.answers.question import Question
from analytics.log.receipt import CheckResult
from analytics.log.schema import Log
from analytics.log.workspace import Workspace
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.present.readings import brief_reading, finding_certainty, finding_sentence, finding_worth, open_sentence
from analytics.present.report.actions import action_of
from analytics.query.cohort import Clause, Cohort
from analytics.query.discovery.properties import Property
from analytics.query.engine import Engine
from pages._frame.registry import FIRST, PAGES
from tests.ingested import Desk
from tests.thorough import amount

N, N_NULL, N_PLANTED = 2_000, amount(40, 100), amount(5, 8)
PLANTED = ("slice", "missing", "calibration", "base rate", "labels")
POLICY = Policy(Costs(fp=1, fn=3), "€")
REGIONS = np.array(["north", "east", "south", "west", "coast"])


def rows(case: str, seed: int) -> pl.DataFrame:
    """Draw a log of calibrated scores, with one fault where the case names one."""
    rng = np.random.default_rng((seed, len(case)))
    region, channel = rng.choice(5, N), rng.choice(["web", "app", "shop"], N)
    true = rng.beta(0.8, 2.0, N)
    if case == "base rate":  # other odds and the same scores of either label: more errors, no worse a model
        label = rng.random(N) < np.where(region == 3, 0.6, 0.2)
        true = rng.beta(np.where(label, 4.0, 1.5), np.where(label, 2.0, 3.0))
    else:
        label = rng.random(N) < true
    is_missing = rng.random(N) < 0.15
    is_blind = (region == 3) if case == "slice" else is_missing if case == "missing" else np.zeros(N, dtype=bool)
    score = np.where(is_blind, rng.permutation(true), true)
    score = score**2 if case == "calibration" else score
    day = np.sort(rng.integers(0, 60, N))
    known = (day < 50) if case == "labels" else rng.random(N) > 0.02
    return pl.DataFrame(
        {
            "case": [f"{case} {seed}"] * N,
            "score": np.round(score, 2),
            "label": [int(value) if is_known else None for value, is_known in zip(label, known, strict=True)],
            "region": REGIONS[region],
            "channel": channel,
            "income": [
                None if gone else float(value) for gone, value in zip(is_missing, rng.integers(1, 9, N), strict=True)
            ],
            "at": (np.datetime64("2024-01-01T08:00:00") + day.astype("timedelta64[D]")).astype("datetime64[us]"),
        }
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Log]]:
    """Every generated log as a cohort of one: read once."""
    folder = tmp_path_factory.mktemp("many")
    desk = Desk(Workspace(folder / "home"), folder)
    parts = [rows("null", seed) for seed in range(N_NULL)]
    parts += [rows(case, seed) for case in PLANTED for seed in range(N_PLANTED)]
    log = desk.log(pl.concat(parts), time="at", segments=("region", "channel", "income"))
    with closing(Engine(desk.workspace)) as engine:
        yield engine, replace(log, findings=())


def asked(many: tuple[Engine, Log], case: str, seed: int, policy: Policy | None = None, at: float = 0.5) -> Brief:
    engine, log = many
    question = Question(log, Cohort((Clause("case", "in", (f"{case} {seed}",)),)), at)
    return brief(engine, Asking(question, policy))


def test_where_nothing_is_wrong_a_finding_is_as_rare_as_stated(many: tuple[Engine, Log]) -> None:
    found = [asked(many, "null", seed, POLICY, 0.25) for seed in range(N_NULL)]
    # Slices 2.5 % (one side of 5 %), calibration 2.5 %, a threshold 2.5 %: of 100 logs 12 or fewer hold one in 96 of 100 draws, of 40 six.
    assert sum(bool(each.findings) for each in found) <= amount(6, 12)
    quiet = next(each for each in found if not each.findings)
    assert brief_reading(quiet).startswith("Nothing stands out beyond chance") and brief_reading(quiet).count(".") == 1


@pytest.mark.parametrize("case, source", [("slice", "slices"), ("missing", "missing")])
def test_a_planted_fault_leads_with_what_it_costs(many: tuple[Engine, Log], case: str, source: str) -> None:
    n_first = 0
    for seed in range(N_PLANTED):
        found = asked(many, case, seed).findings
        if not found or found[0].source != source:
            continue
        n_first += 1
        parts, size = found[0].parts, found[0].size
        assert isinstance(parts, SliceParts) and size is not None and 0 < size.low <= size.value <= size.high
        assert (parts.column, parts.value) == (("region", "west") if case == "slice" else ("income", None))
        assert parts.rate > parts.rate_rest
    assert n_first >= N_PLANTED - 1


def test_a_higher_base_rate_alone_is_no_finding(many: tuple[Engine, Log]) -> None:
    found = [asked(many, "base rate", seed).findings for seed in range(N_PLANTED)]
    assert sum(any(each.source == "slices" for each in one) for one in found) <= 2


def test_scores_that_do_not_mean_what_they_say_are_found_and_stand_behind_what_has_a_size(
    many: tuple[Engine, Log],
) -> None:
    found = [asked(many, "calibration", seed, POLICY, 0.25).findings for seed in range(N_PLANTED)]
    assert all("calibration" in [each.source for each in one] for one in found)
    assert all(one[0].source == "thresholds" and one[-1].source == "calibration" for one in found)


def test_labels_that_still_come_in_are_said_with_the_day(many: tuple[Engine, Log]) -> None:
    answer = asked(many, "labels", 0)
    last = answer.findings[-1]
    assert isinstance(last.parts, LabelParts) and last.parts.since == "2024-02-20"
    assert last.clauses == (Clause("at", "lt", ("2024-02-20",)),)
    assert "No row from 20 Feb 2024 on has a label" in finding_sentence(last, answer.asking.question.log)


def test_no_finding_claims_more_than_its_interval_and_each_can_be_said(many: tuple[Engine, Log]) -> None:
    for case in PLANTED:
        for policy in (None, POLICY):
            answer = asked(many, case, 1, policy)
            for found in answer.findings:
                assert found.size is None or found.size.is_clear
                sentence = finding_sentence(found, answer.asking.question.log)
                assert sentence.endswith(".") and len(sentence) < 200
                assert finding_certainty(found, answer) and bool(finding_worth(found, answer)) == (
                    found.size is not None
                )


def test_every_page_that_can_have_a_finding_is_asked() -> None:
    asked_pages = {source.page for source in SOURCES.values()}
    forgotten = set(PAGES) - asked_pages - set(WITHOUT) - {FIRST.name}
    assert not forgotten, f"analytics/answers/brief/registry.py has no entry for {sorted(forgotten)}, and no reason"
    assert asked_pages | set(WITHOUT) <= set(PAGES) and not asked_pages & set(WITHOUT)
    assert all(name == source.name and source.place for name, source in SOURCES.items())


def sized(source: str, value: float, *clauses: Clause) -> Finding:
    parts = SliceParts("a", "b", "fnr", 0.5, 0.2, 100, 0.1, 9)
    return Finding(source, "slices", parts, Size(value, value / 2, 2 * value), clauses=clauses)


def preflight(severity: str, place: str) -> Finding:
    said = CheckResult("one-class", severity, None, 5, "Every label is positive. Look.")  # type: ignore[arg-type]
    return Finding("preflight", "logs", PreflightParts(said, 0), place=place)  # type: ignore[arg-type]


def test_findings_stand_by_what_mending_them_would_win(many: tuple[Engine, Log]) -> None:
    asking = asked(many, "null", 0).asking
    small, large = sized("slices", 10.0), sized("thresholds", 90.0)
    warning, error = preflight("warning", "last"), preflight("error", "first")
    assert composed(asking, (), [warning, small, large, error]).findings == (error, large, small, warning)
    assert len(composed(asking, (), [sized("slices", float(n)) for n in range(9)]).leading) == MOST


def test_of_two_findings_about_the_same_rows_the_larger_stays(many: tuple[Engine, Log]) -> None:
    asking, west = asked(many, "null", 0).asking, Clause("region", "in", ("west",))
    outer, inner = sized("slices", 90.0, west), sized("discovery", 50.0, west, Clause("channel", "in", ("web",)))
    assert composed(asking, (), [inner, outer]).findings == (outer,)
    other = sized("discovery", 50.0, Clause("channel", "in", ("web",)))
    assert composed(asking, (), [other, outer]).findings == (outer, other)


def test_what_takes_long_or_waits_is_said_and_not_asked(many: tuple[Engine, Log]) -> None:
    answer = asked(many, "null", 0)
    said = {source.name: open_sentence(source, answer) for source in answer.open}
    assert set(said) == {"thresholds", "discovery", "gap"}
    assert "until somebody says what a miss costs" in said["thresholds"] and "not looked at yet" in said["discovery"]
    assert "until a reference is chosen" in said["gap"]


def test_rows_that_are_chosen_by_their_outcome_have_no_finding(many: tuple[Engine, Log]) -> None:
    engine, log = many
    question = Question(log, Cohort((Clause("case", "in", ("slice 0",)),), ("fn",)), 0.5)
    answer, usual = brief(engine, Asking(question)), [each for each in SOURCES.values() if not each.is_named]
    assert not answer.findings and not brief_reading(answer) and {*answer.open} == {*usual}
    assert "while rows are chosen by their outcome" in open_sentence(answer.open[0], answer)


def test_preflight_speaks_of_what_no_other_question_measures(many: tuple[Engine, Log]) -> None:
    engine, log = many
    measured = CheckResult("missing-in-segment", "warning", "income", 300, "300 rows lie in the west. Ask.")
    grave = CheckResult(
        "label-is-prediction", "error", "label", 900, "The label is what the score says. Choose another."
    )
    question = Question(replace(log, findings=(grave, measured)), Cohort((Clause("case", "in", ("null 0",)),)), 0.5)
    first = brief(engine, Asking(question)).findings[0]
    assert (first.source, first.place, first.page) == ("preflight", "first", "logs")
    assert finding_sentence(first, question.log) == "The label is what the score says."
    assert SOURCES["preflight"].find(engine, Asking(replace(question, log=replace(log, findings=(measured,))))) == ()


def test_the_address_of_a_slice_keeps_the_cohort_and_that_of_rows_narrows_it() -> None:
    cohort = Cohort((Clause("at", "ge", ("2024-01-05",)),), ("fn",))
    of_slice = replace(sized("slices", 9.0, Clause("region", "in", ("west",))), asked=(("by", "region"),))
    assert address_of(of_slice, cohort) == (("where", cohort.to_text()), ("by", "region"))
    until = sized("labels", 9.0, Clause("at", "lt", ("2024-02-20",)))
    assert address_of(until, cohort) == (("where", "at:ge:2024-01-05;at:lt:2024-02-20;:outcome:fn"),)
    gone = sized("missing", 9.0, Clause("income", "missing"))
    assert address_of(gone, Cohort()) == (("where", "income:missing:"),)


def test_a_field_that_a_version_never_had_is_not_missing_there(desk: Desk) -> None:
    first, second = rows("null", 1), rows("missing", 2)
    frame = pl.concat(
        [
            first.with_columns(income=pl.lit(None, pl.Float64), version=pl.lit("v1")),
            second.with_columns(version=pl.lit("v2")),
        ]
    )
    log = desk.log(frame, model_version="version", segments=("region", "income"))
    with closing(Engine(desk.workspace)) as engine:
        found = [
            each
            for each in SOURCES["slices"].find(engine, Asking(Question(log, Cohort(), 0.5)))
            if each.source == "missing"
        ]
        known = [
            is_recorded(engine, Question(log, Cohort(), 0.5), ["income"], clauses)
            for clauses in ((Clause("income", "missing"),), (Clause("version", "in", ("v2",)),))
        ]
    parts, of_v2 = found[0].parts, Clause("version", "in", ("v2",))
    assert isinstance(parts, SliceParts) and parts.share == pytest.approx(0.15, abs=0.02)
    # Its page is asked of the versions that have the field, and says the same rates.
    assert parts.versions == ("v2",) and of_v2 in found[0].clauses
    assert ("where", Cohort((of_v2,)).to_text()) in address_of(found[0], Cohort())
    sentence = finding_sentence(found[0], log)
    assert sentence.startswith("Where income arrives empty in rows of version v2, ") and sentence.endswith(
        "where it arrives."
    )
    assert known == [False, True]


def test_a_source_is_mended_only_where_the_versions_of_the_rows_have_the_field() -> None:
    income = Property("income", "income", "value")
    for is_known, owner in ((True, "data"), (False, "model")):
        parts = FoundParts((Predicate(income, None),), "error_rate", 0.4, 0.2, 900, 450, 12, is_recorded=is_known)
        assert action_of(Finding("discovery", "slices", parts))[1] == owner


def test_sides_are_those_that_are_called_evaluation_and_production(desk: Desk) -> None:
    frame = rows("null", 1).with_columns(role=pl.Series(["evaluation", "production"] * (N // 2)))
    log = desk.log(frame, segments=("region", "role"))
    with closing(Engine(desk.workspace)) as engine:
        sides = evaluated_sides(engine, Question(log, Cohort(), 0.5))
        assert sides is not None and [side.cohort.to_text() for side in sides] == [
            "role:in:evaluation",
            "role:in:production",
        ]
        found = brief(engine, Asking(Question(log, Cohort(), 0.5), sides=sides), ("gap", "discovery"))
    assert not {"gap", "discovery"} & {each.source for each in found.findings}
    assert [source.name for source in found.open] == ["thresholds"]


def test_compas_is_not_explained_by_what_is_known_afterwards(data: Path, desk: Desk) -> None:
    log = desk.log(data / "compas/compas-scores-two-years_noPII.csv", score="decile_score", label="two_year_recid")
    with closing(Engine(desk.workspace)) as engine:
        answer = brief(engine, Asking(Question(log, Cohort(), 5.0)))
    columns = {each.parts.column for each in answer.findings if isinstance(each.parts, SliceParts)}
    assert columns and not columns & {
        "event",
        "is_recid",
        "is_violent_recid",
        "decile_score_1",
        "score_text",
        "vr_charge_degree",
    }


def test_a_threshold_that_decides_nothing_stands_first_and_a_few_rows_are_no_praise(desk: Desk) -> None:
    frame = rows("null", 3).drop("case")
    idle = desk.log(frame.with_columns(score=pl.col("score") / 2.5), segments=("region", "channel"))
    few = desk.log(frame.head(20), segments=("region", "channel"))
    with closing(Engine(desk.workspace)) as engine:
        found = brief(engine, Asking(Question(idle, Cohort(), 0.5))).findings
        decided = brief(engine, Asking(Question(idle, Cohort(), 0.1))).findings
        every = brief(engine, Asking(Question(idle, Cohort(), 0.0))).findings
        quiet = brief(engine, Asking(Question(few, Cohort(), 0.5)))
    assert (found[0].source, found[0].page) == ("line", "thresholds")
    assert (
        finding_sentence(found[0], idle) == "Threshold 0.50 flags nobody: 100.0\u202f% of the positive rows are missed."
    )
    assert "line" not in [each.source for each in decided]
    assert finding_sentence(every[0], idle).startswith("Threshold 0 flags everybody: 100.0")
    assert not quiet.findings and brief_reading(quiet).startswith("On 20 labelled rows nothing can be told from chance")
