"""Whose pairs a gate is about: both sides with their values, and what has to be known of how they met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words
from analytics.present.readings.compare_account import few_met_part, unanswered_part

if TYPE_CHECKING:
    from analytics.answers.gates.result import GatePairs, GateResult

_NAME = 60
"""Characters of the name of a side that a sentence shows. A judgement."""


def pairs_part(result: GateResult) -> str:
    """Say what both sides are, on how many pairs, and what speaks against trusting them; empty without pairs."""
    pairs = result.pairs
    if pairs is None:
        return ""
    none = unanswered_part(pairs.account)
    return " ".join(
        filter(None, (_sides(result, pairs), few_met_part(pairs.account), f"{none}." if none else "", _unchosen(pairs)))
    )


def _sides(result: GateResult, pairs: GatePairs) -> str:
    """Say what is live, what is the candidate, and how good either is."""
    live, candidate = (words.shortened(words.one_line(name), _NAME) for name in pairs.names)
    if pairs.values is not None:
        first, second = (words.metric_text(result.gate.subject, value) for value in pairs.values)
        live, candidate = f"{live} {first}", f"{candidate} {second}"
    return f"Live {live}; candidate {candidate}; {words.plural(pairs.account.judged, 'pair')} judged on both sides."


def _unchosen(pairs: GatePairs) -> str:
    """Say of which side nobody chose the threshold."""
    sides = [name for name, is_made in zip(("live side", "candidate"), pairs.unchosen, strict=True) if is_made]
    return f"Nobody chose the threshold of the {words.listed(sides)}: it is the middle of the scores." if sides else ""
