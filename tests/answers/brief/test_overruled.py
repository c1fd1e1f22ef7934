"""Decisions of the model that people overrule: how often, in which direction, and who is right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import address_of, brief
from analytics.answers.brief.finding import Asking, Finding
from analytics.answers.brief.registry import SOURCES
from analytics.answers.discovery.answer import discover
from analytics.answers.discovery.search import Search
from analytics.answers.question import Question
from analytics.answers.slices_ranking import ranked_columns
from analytics.log.two_decisions import decided_columns, two_decisions
from analytics.measure.overruled import Overruled, WhoWasRight, who_was_right
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.present import readings
from analytics.present.readings.brief_overruled import overruled_reading
from analytics.present.report.actions import action_of
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk

N = 4_000
WORDS = np.array(["approve", "decline"])


def made(names: tuple[str, str], right: tuple[float, float], *, has_score: bool = True) -> pl.DataFrame:
    """Decisions of which people overrule some: by direction, the share of those in which they are right."""
    rng = np.random.default_rng(3)
    score = rng.beta(1, 4, N)
    label = (rng.random(N) < score).astype(int)
    model = (score >= 0.4).astype(int)
    is_right = model == label
    overruled = rng.random(N) < np.where(is_right, 1 - np.array(right)[1 - model], np.array(right)[1 - model]) * 0.3
    people = np.where(overruled, 1 - model, model)
    frame = pl.DataFrame(
        {
            "score": score.round(4),
            "defaulted": label,
            names[0]: WORDS[model],
            names[1]: WORDS[people],
            "id": np.arange(N),
        }
    )
    return frame if has_score else frame.drop("score")


@pytest.mark.parametrize(
    "names, role",
    [
        (("model_decision", "final_decision"), "model_decision"),
        (("recommended_action", "actual_action"), None),
        (("ai_recommendation", "officer_decision"), "officer_decision"),
    ],
)
def test_overruled_decisions_are_counted_as_they_are(desk: Desk, names: tuple[str, str], role: str | None) -> None:
    frame = made(names, (0.2, 0.2))
    values = {"decision_positive": ("decline",)} if role else {}
    log = desk.log(frame, score="score", label="defaulted", decision=role, row_id="id", **values)
    both = two_decisions(log)
    assert both is not None and (both.model, both.people) == names and decided_columns(log) >= set(names)
    engine, question = Engine(desk.workspace), Question(log, Cohort(), 0.4)
    (found,) = SOURCES["overruled"].find(engine, Asking(question))
    assert isinstance(found.parts, WhoWasRight)
    model, people = (frame[name] == "decline" for name in names)
    label = frame["defaulted"] == 1
    for part, flags in ((found.parts.flagged, True), (found.parts.passed, False)):
        own = (model == flags) & (people != flags)
        known = ((model == flags).sum(), own.sum(), own.sum(), (own & label).sum())
        assert (part.n_decided, part.n, part.n_labelled, part.n_positive) == known
    is_other = model != people
    assert float(found.parts.people.value) == pytest.approx((is_other & (people == label)).sum() / is_other.sum())
    assert found.size is not None and found.size.value == ((people != label).sum() - (model != label).sum())
    assert "People overrule" in readings.finding_sentence(found, log) and "are wrong in" in readings.finding_sentence(
        found, log
    )
    assert {clause.column for clause in found.clauses} == set(names) and dict(address_of(found, Cohort()))["where"]
    ranked = ranked_columns(engine, question)
    assert all(row["is_told"] for row in ranked.iter_rows(named=True) if row["column"] in names)
    assert not any(
        each.source == "slices" and set(names) & {each.parts.column}
        for each in brief(engine, Asking(question)).findings
    )


def test_a_search_ends_and_leaves_out_what_was_decided(desk: Desk) -> None:
    log = desk.log(
        made(("model_decision", "final_decision"), (0.2, 0.2)).with_columns(place=pl.col("id") % 3),
        score="score",
        label="defaulted",
        decision="model_decision",
        row_id="id",
    )
    answer = discover(Engine(desk.workspace), Question(log, Cohort(), 0.4), Search())
    assert "final_decision" in answer.left_out


def test_people_who_know_better_cost_nothing_and_their_knowledge_is_asked_for(desk: Desk) -> None:
    log = desk.log(
        made(("model_decision", "final_decision"), (0.9, 0.9)),
        score="score",
        label="defaulted",
        decision="model_decision",
    )
    asking = Asking(Question(log, Cohort(), 0.4))
    (found,) = SOURCES["overruled"].find(Engine(desk.workspace), asking)
    said = readings.finding_sentence(found, log).replace("\u202f", " ")
    assert found.size is None and found.place == "last" and "and are right in" in said and said.endswith("of these.")
    assert "give it to the model" in action_of(found)[0]
    assert sum(character == "%" for character in said) == 2


def test_where_no_overruled_decision_has_a_label_nobody_is_said_to_be_right(desk: Desk) -> None:
    frame = made(("model_decision", "final_decision"), (0.5, 0.5))
    is_known = pl.col("model_decision") == pl.col("final_decision")
    frame = frame.with_columns(defaulted=pl.when(is_known).then("defaulted"))
    log = desk.log(frame, score="score", label="defaulted", decision="model_decision")
    (found,) = SOURCES["overruled"].find(Engine(desk.workspace), Asking(Question(log, Cohort(), 0.4)))
    assert "who was right is not known" in readings.finding_sentence(found, log) and found.size is None


def test_what_overruling_costs_is_told_in_money_where_errors_have_a_price(desk: Desk) -> None:
    frame = made(("model_decision", "final_decision"), (0.5, 0.5))
    log = desk.log(frame, score="score", label="defaulted", decision="model_decision")
    policy = Policy(Costs(fp=1, fn=50), "€")
    (found,) = SOURCES["overruled"].find(Engine(desk.workspace), Asking(Question(log, Cohort(), 0.4), policy))
    label, cost = frame["defaulted"] == 1, {}
    for name in ("model_decision", "final_decision"):
        flags = frame[name] == "decline"
        cost[name] = 50 * (label & ~flags).sum() + (~label & flags).sum()
    assert isinstance(found.parts, WhoWasRight)
    assert float(found.parts.added.value) == pytest.approx(cost["final_decision"] - cost["model_decision"])


@pytest.mark.parametrize(
    "columns",
    [{"predicted_label": "model", "actual_label": "people"}, {"auto_renew": "model", "final_flag2": "people"}],
)
def test_other_columns_of_two_values_are_no_decisions(desk: Desk, columns: dict[str, str]) -> None:
    frame = made(("model", "people"), (0.5, 0.5)).rename({old: new for new, old in columns.items()})
    assert two_decisions(desk.log(frame, score="score", label="defaulted")) is None


def test_who_was_right_is_not_said_where_what_people_overrule_most_has_no_label() -> None:
    """Refused rows have no outcome: that those which people let pass mostly went well says nothing of those they refused."""
    found = who_was_right(Overruled(2_000, 166, 166, 41), Overruled(7_000, 515, 0, 0))
    said = overruled_reading(found)
    assert said.endswith(
        "mostly where it does not flag: who was right there is not known, as next to none of those has a label."
    )
    assert action_of(Finding("overruled", "review", found, None))[0].startswith(
        "Have some of the overruled decisions judged"
    )
    assert "are right in 75.3" in overruled_reading(replace(found, passed=replace(found.passed, n=100)))


def test_the_cost_of_overruling_is_bounded_at_its_rate() -> None:
    """200 draws of rows on which both are right as often: the interval leaves zero out in about one of twenty."""
    rng, wrong = np.random.default_rng(4), 0
    for _ in range(200):
        flagged, passed = (Overruled(1_000, n, n, int(rng.binomial(n, 0.5))) for n in (80, 30))
        added = who_was_right(flagged, passed).added
        wrong += not float(added.low) <= 0 <= float(added.high)
    assert wrong <= 18
