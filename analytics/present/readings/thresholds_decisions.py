"""The reading of logged decisions beside the score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words
from analytics.present.money import money, per_month

if TYPE_CHECKING:
    from analytics.answers.thresholds.answer import ThresholdAnswer


def decisions_reading(answer: ThresholdAnswer) -> str:
    """Compare the logged decisions with the score at the present threshold, in money and in contradictions."""
    found = answer.decisions
    if found is None:
        return ""
    factor, span = per_month(answer)
    unit, place = answer.policy.unit, answer.present.bin
    difference = (found.cost - found.model_cost) * factor
    text = (
        f"The logged decisions cost {money(found.cost * factor, unit)} {span}, the score at "
        f"{words.threshold_text(answer.threshold)} costs {money(found.model_cost * factor, unit)} on the same rows"
    )
    against = int(found.not_decided[place]), int(found.not_scored_so[place])
    if not answer.policy.has_costs:
        text = f"The logged decisions stand beside the score at {words.threshold_text(answer.threshold)}"
    if not any(against):
        return f"{text}. No decision contradicts the score."
    compared = (
        "what either costs is not known"
        if not answer.policy.has_costs
        else "the same"
        if not difference
        else f"{money(abs(difference), unit)} {'less' if difference > 0 else 'more'}"
    )
    return (
        f"{text}: {compared}. {words.plural(sum(against), 'decision')} "
        f"{'contradicts' if sum(against) == 1 else 'contradict'} the score: {words.count(against[0])} at or above the threshold "
        f"and not flagged, {words.count(against[1])} below it and flagged."
    )
