"""The brief of answers that are right or wrong: from which confidence to answer, once a wrong answer has a cost."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.answer import Brief, address_of, brief
from analytics.answers.brief.finding import Asking
from analytics.answers.brief.line_parts import HandoverParts
from analytics.answers.question import Question
from analytics.log.right import Right
from analytics.measure.thresholds.handover import handover_costs
from analytics.measure.thresholds.operating import Limits
from analytics.measure.thresholds.policy import Policy
from analytics.present.readings import finding_certainty, finding_sentence, finding_worth
from analytics.present.report.actions import action_of
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.ingested import Desk


def answered(n: int = 2_000, *, has_confidence: bool = True) -> pl.DataFrame:
    """Answers that are right as often as their confidence says: from .3 to 1, so that a third is wrong."""
    draw = np.random.default_rng(4)
    confidence = draw.uniform(0.3, 1, n).round(3)
    true = draw.choice(["a", "b", "c"], n)
    wrong = np.array([{"a": "b", "b": "c", "c": "a"}[value] for value in true])
    told = np.where(draw.random(n) < confidence, true, wrong)
    rows = pl.DataFrame({"true": true, "told": told, "confidence": confidence})
    return rows if has_confidence else rows.drop("confidence")


def briefed(desk: Desk, frame: pl.DataFrame, policy: Policy | None) -> Brief:
    score = "confidence" if "confidence" in frame.columns else None
    log = desk.log(frame, score=score, label=None, right=Right("classes", "true", "told"))
    with closing(Engine(desk.workspace)) as engine:
        return brief(engine, Asking(Question(log, Cohort(), log.mapping.threshold), handover=policy))


def policy(wrong: float, person: float, unit: str = "€") -> Policy:
    return Policy(handover_costs(wrong, person), unit, Limits())


def test_the_confidence_that_saves_stands_in_the_brief_with_what_becomes_of_the_answers(desk: Desk) -> None:
    # A wrong answer costs four looks: it pays to look where an answer is right in less than three of four.
    found = briefed(desk, answered(), policy(8, 2))
    (finding,) = [each for each in found.findings if each.source == "thresholds"]
    parts, log = finding.parts, found.asking.question.log
    assert isinstance(parts, HandoverParts) and parts.best == pytest.approx(0.75, abs=0.08)
    rows = answered()
    is_wrong, is_handed = rows["true"] != rows["told"], rows["confidence"] < parts.best
    assert parts.handed == (0.0, is_handed.sum())
    assert parts.wrong == (pytest.approx(is_wrong.mean()), pytest.approx(is_wrong.filter(~is_handed).mean()))
    saved = 8 * (is_wrong & is_handed).sum() - 2 * is_handed.sum()
    assert parts.saved.low < saved < parts.saved.high
    assert finding.size is not None and finding.size.value == pytest.approx(parts.saved.value / 8)
    said = finding_sentence(finding, log)
    assert said == f"Answer from a confidence of {parts.best:.3g} on, and hand over the rest."
    assert finding_worth(finding, found).startswith("€") and finding_worth(finding, found).endswith(" saved")
    assert "Of the answers " in finding_certainty(finding, found)
    assert action_of(finding, found)[0].startswith(said.rstrip("."))
    asked = dict(address_of(finding, found.asking.question.cohort))
    assert (asked["cost_wrong"], asked["cost_person"], asked["unit"]) == ("8", "2", "€")


def test_where_a_look_costs_as_much_as_a_wrong_answer_there_is_nothing_to_hand_over(desk: Desk) -> None:
    found = briefed(desk, answered(), policy(1, 1))
    assert not [each for each in found.findings if each.source == "thresholds"]
    assert "thresholds" not in [source.name for source in found.open]


def test_it_waits_for_what_a_wrong_answer_costs_and_for_nothing_without_a_confidence(desk: Desk) -> None:
    assert "thresholds" in [source.name for source in briefed(desk, answered(), None).open]
    alone = briefed(desk, answered(has_confidence=False), None)
    assert "thresholds" not in [source.name for source in alone.open]
