"""Gates on what labels do not show: where only one side of the decision gets labels, a value of those rows decides nothing."""

from __future__ import annotations

from dataclasses import replace
from math import nan

from analytics.answers.gates.result import GatePart, GateResult
from analytics.answers.gates.statement import Gate
from analytics.measure.gates.outcome import Outcome, as_arrays
from analytics.measure.labels.selective import AUDIT_ROWS, Selective

_WHY = (
    "The errors among rows that get no label are not known; labels of some "
    f"{AUDIT_ROWS} of them, drawn at random, would tell."
)


def is_unseen(gate: Gate, found: Selective | None) -> bool:
    """Whether labelled rows do not show what a gate is about."""
    return found is not None and gate.about == "metric" and found.hides(gate.subject)


def as_seen(result: GateResult, found: Selective | None) -> GateResult:
    """Return a gate as far as the labels decide it: by the bounds of recall, else not at all.

    Parameters
    ----------
    result : GateResult
        Judged on the labelled rows.
    found : Selective or None
        What is known where labels hang on the decision.

    Returns
    -------
    GateResult
        The same where the labels show what it is about, or where it passes by an exception.
    """
    gate = result.gate
    if found is None or not is_unseen(gate, found) or result.outcome is None or result.is_excepted:
        return result
    ends = _recall(found, gate) if gate.by is None and gate.against == "limit" else None
    outcome: Outcome = "inconclusive"
    if ends is not None:
        interval = as_arrays(*ends)
        outcome = (
            "pass" if gate.limit.is_kept(interval)[0] else "fail" if gate.limit.is_missed(interval)[0] else outcome
        )
    parts = tuple(_part(part, ends or (nan, nan, nan), outcome) for part in result.parts)
    why = "" if outcome != "inconclusive" else _WHY
    return GateResult(gate, outcome, parts, problem=why, more=result.more)


def _recall(found: Selective, gate: Gate) -> tuple[float, float, float] | None:
    """Return recall, or its complement, with what it lies between; without a value where nothing is known of one side."""
    value, low, high = found.recall or (nan, *found.recall_bounds)
    if gate.subject == "recall":
        return value, low, high
    return (1 - value, 1 - high, 1 - low) if gate.subject == "fnr" else None


def _part(part: GatePart, ends: tuple[float, float, float], outcome: Outcome) -> GatePart:
    value, low, high = ends
    return replace(part, value=value, low=low, high=high, outcome=outcome, rows_needed=None)
