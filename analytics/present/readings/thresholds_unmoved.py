"""Why no threshold is moved whatever errors cost: the score ranks the wrong way round, the label is its own, or there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present.money import money_interval, per_month

if TYPE_CHECKING:
    from analytics.answers.thresholds.answer import ThresholdAnswer


def unmoved_part(answer: ThresholdAnswer) -> str:
    """Say why there is no threshold to move; empty where one could be."""
    if answer.is_wrong_way:
        return "The score ranks the wrong way round: check which value is positive before a threshold is moved."
    if answer.is_copied:
        return "The label is likely the prediction itself: name the outcome as label before a threshold is moved."
    if not answer.is_of_decisions or not answer.policy.has_costs or not answer.allowed[answer.present.bin]:
        return ""
    none = "The log holds decisions and no scores, so there is no threshold to move."
    if answer.best is None or answer.best == answer.present:
        return f"{none} Flagging everybody or nobody would cost no less than the decisions do."
    rule = f"Flagging {'everybody' if answer.best.bin == 0 else 'nobody'}"
    if not float(answer.saving.low) > 0:
        return f"{none} {rule} would not clearly cost less than the decisions do."
    factor, span = per_month(answer)
    value, low, high = (float(end) * factor for end in (answer.saving.value, answer.saving.low, answer.saving.high))
    return f"{none} {rule} would cost {money_interval(value, low, high, answer.policy.unit)} less {span} than the decisions do."
