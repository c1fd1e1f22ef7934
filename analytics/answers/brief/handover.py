"""What the brief says of answering or handing over: from which confidence on that is cheaper by more than chance."""

from __future__ import annotations

from analytics.answers.brief.finding import Asking, Finding
from analytics.answers.brief.line_parts import HandoverParts
from analytics.answers.brief.size import Size
from analytics.answers.question import Question
from analytics.answers.thresholds.costs import cost_table
from analytics.answers.thresholds.deciding import deciding_handover
from analytics.answers.thresholds.handover import handover
from analytics.measure.thresholds.policy import Policy
from analytics.query.engine import Engine


def can_hand_over(question: Question) -> bool:
    """Whether a log says how sure each answer is; scores that order the rows of one query do not."""
    return question.log.mapping.has_score and question.log.mapping.kind != "rankings"


def better_handover(engine: Engine, asking: Asking) -> tuple[Finding, ...]:
    """Return the confidence from which answering costs less, where what it saves on rows that did not choose it is clear.

    Its size is that saving in wrong answers, as that of other findings; its parts say it in money.
    """
    question, policy = asking.question, asking.handover
    if policy is None or not policy.has_costs or not policy.costs.fn or not can_hand_over(question):
        return ()
    part = deciding_handover(engine, question, policy)
    answer = handover(cost_table(engine, question), policy) if part is None else part.answer
    saved = Size(*(float(end) for end in (answer.saving.value, answer.saving.low, answer.saving.high)))
    if answer.best is None or answer.best == answer.present or not saved.is_clear:
        return ()
    now, then = answer.at(answer.present), answer.at(answer.best)
    parts = HandoverParts(
        answer.threshold_at(answer.best.bin) if then.answered else None,
        (float(now.risk.value), float(then.risk.value)),
        (now.handed_over, then.handed_over),
        saved,
        policy.unit,
        *((None, None) if part is None else part.ends),
        answer.days,
    )
    size = Size(*(end / policy.costs.fn for end in (saved.value, saved.low, saved.high)))
    clauses = () if part is None else part.clauses
    return (Finding("thresholds", "thresholds", parts, size, asked=_asked(policy, parts), clauses=clauses),)


def _asked(policy: Policy, parts: HandoverParts) -> tuple[tuple[str, str], ...]:
    """Return what the fields of Thresholds hold, by their keys in its address."""
    rows = policy.capacity if policy.capacity is not None else policy.limits.capacity
    held = {"cost_wrong": policy.costs.fn, "cost_person": policy.costs.fp, "people": rows, "confidence": parts.best}
    said = {key: f"{value:.12g}" for key, value in held.items() if value is not None}
    return tuple((said | ({"unit": policy.unit} if policy.unit else {})).items())
