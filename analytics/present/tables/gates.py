"""Gates as rows: for JSON, for the page and to paste into a message."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Any

import polars as pl

from analytics.present import words
from analytics.present.markdown import plain_markdown
from analytics.present.readings.gates import gates_reading, result_reading, slices_not_judged
from analytics.present.readings.gates_words import part_text, statement

if TYPE_CHECKING:
    from analytics.answers.gates.result import GatePairs, GatePart, GateResult, GatesAnswer
    from analytics.answers.gates.statement import Gate, GateException

_SIGNS = {"pass": "✓", "excepted": "!", "fail": "✕", "inconclusive": "?", "not checked": "–"}
"""Beside the word of an outcome, never colour alone."""
_DIGITS = 12
"""Significant digits of a number in a verdict: sums of several threads differ in the sixteenth. By hand."""
_MAX_CELL, _MAX_REST = 600, 4_000
"""Characters of a cell that goes into a message, and of what follows its first sentence: names are cut before, and what is said
last, such as an exception that ended, is not. By hand: five slices with their exceptions take 500."""


def gate_rows(answer: GatesAnswer) -> list[dict[str, Any]]:
    """Return one dictionary per gate: what it says, its outcome, the part that decides, and when more will be known."""
    return [_row(result) for result in answer.results]


def _row(result: GateResult) -> dict[str, Any]:
    gate, worst = result.gate, result.worst
    return {
        "name": gate.name,
        "outcome": _outcome_word(result),
        "slice": None if worst is None or gate.by is None else words.value_label(worst.slice),
        **{end: None if worst is None else _number(getattr(worst, end)) for end in ("value", "low", "high")},
        **{side: end if isfinite(end) else None for side, end in (("min", gate.low), ("max", gate.high))},
        "n": None if worst is None else round(worst.n),
        "rows_needed": result.rows_needed,
        "by_when": None if result.by_when is None else result.by_when.isoformat(),
        "not_judged": slices_not_judged(result) or None,
    }


def _number(value: float) -> float | None:
    """Return a number as far as every run finds it, None where it is not known.

    >>> _number(0.1 + 0.2), _number(float("nan"))
    (0.3, None)
    """
    return float(f"{value:.{_DIGITS}g}") if isfinite(value) else None


def gates_json(answer: GatesAnswer) -> dict[str, Any]:
    """Return everything that was found: the same inputs give the same object."""
    return {
        "outcome": answer.outcome if not answer.of(None) or answer.of("fail") else "not checked",
        "sentence": gates_reading(answer),
        "on": answer.on.isoformat(),
        "newest": None if answer.newest is None else answer.newest.isoformat(),
        "inconclusive_counts_as": answer.counts_as,
        "level": answer.file.level,
        "minimum_rows": answer.file.minimum_rows,
        **({} if answer.file.costs is None else {"costs": asdict(answer.file.costs)}),
        "gates": [_whole(result) for result in answer.results],
    }


def _whole(result: GateResult) -> dict[str, Any]:
    """Return one gate with all of its parts."""
    gate = result.gate
    return {
        **_row(result),
        "statement": statement(gate),
        "sentence": result_reading(result),
        **_said(gate),
        "cannot_be_decided": result.is_hopeless,
        "days_needed": result.days_needed,
        "problem": result.problem or None,
        "new_values": list(result.more),
        "pairs": _pairs(result.pairs),
        "parts": [_part(part) for part in result.parts],
    }


def _said(gate: Gate) -> dict[str, Any]:
    """Return what a file says of a gate."""
    names = ("about", "subject", "against", "by")
    return {**{name: getattr(gate, name) for name in names}, "where": list(gate.where)}


def _pairs(pairs: GatePairs | None) -> dict[str, Any] | None:
    """Return whose pairs a gate is about, and how they met."""
    if pairs is None:
        return None
    values = (None, None) if pairs.values is None else tuple(map(_number, pairs.values))
    sides = zip(("live", "candidate"), pairs.names, values, strict=True)
    books = pairs.account
    counts = {name: getattr(books, name) for name in ("both", "judged", "only_live", "only_candidate")}
    return {side: {"name": name, "value": value} for side, name, value in sides} | counts


def _part(part: GatePart) -> dict[str, Any]:
    """Return one slice."""
    numbers = {end: _number(getattr(part, end)) for end in ("value", "low", "high")}
    return {
        "slice": part.slice,
        "outcome": part.outcome if part.is_judged else "few rows",
        **numbers,
        "n": round(part.n),
        "rows_needed": part.rows_needed,
        "exception": _exception(part.excepted),
        "exception_ended": _exception(part.ended),
    }


def _exception(found: GateException | None) -> dict[str, str] | None:
    """Return who answers for what until when."""
    return None if found is None else {"name": found.name, "reason": found.reason, "until": found.until.isoformat()}


def gates_display_table(answer: GatesAnswer) -> pl.DataFrame:
    """Return one row per gate in words: outcome with its sign, statement, value, what it found, rows and day."""
    rows = [
        {
            "Outcome": _outcome_text(result),
            "Gate": words.one_line(result.gate.name),
            "Statement": statement(result.gate),
            "Value": "" if result.worst is None else part_text(result.gate, result.worst),
            "Found": result_reading(result),
            "Rows needed": result.rows_needed,
            "There by": None if result.by_when is None else result.by_when.isoformat(),
        }
        for result in _worst_first(answer)
    ]
    return pl.DataFrame(rows, schema_overrides={"Rows needed": pl.Int64, "There by": pl.String})


def _worst_first(answer: GatesAnswer) -> list[GateResult]:
    """Return the gates that fail, then those that are open, then those that pass, each in the order of the file."""
    order = ("fail", None, "inconclusive", "pass")
    return sorted(answer.results, key=lambda result: order.index(result.outcome))


def _outcome_word(result: GateResult) -> str:
    """Name an outcome: what passes only by exception is called so."""
    return "excepted" if result.is_excepted else result.outcome or "not checked"


def _outcome_text(result: GateResult) -> str:
    """Write an outcome with its sign."""
    word = _outcome_word(result)
    return f"{_SIGNS[word]} {word}"


def gate_margins(answer: GatesAnswer) -> pl.DataFrame:
    """Return how far each gate is from its limit, for the figure: ``gate, outcome, sign, value, low, high, text, statement``.

    Distances are positive where the limit is kept, to its nearer end, and divided by the largest of the gate, so that each fits
    between -1 and 1.
    """
    rows = []
    for result in _worst_first(answer):
        gate, worst = result.gate, result.worst
        if worst is None or not isfinite(worst.value):
            continue
        is_low = abs(worst.value - gate.low) <= abs(gate.high - worst.value)
        ends = [worst.value, worst.low, worst.high] if isfinite(worst.low + worst.high) else [worst.value] * 3
        away = [end - gate.low if is_low else gate.high - end for end in ends]
        scale = max(map(abs, away)) or 1.0
        value, low, high = (end / scale for end in away)
        rows.append(
            {
                "gate": words.one_line(gate.name),
                "outcome": _outcome_word(result),
                "sign": _SIGNS[_outcome_word(result)],
                "value": value,
                "low": min(low, high),
                "high": max(low, high),
                "text": part_text(gate, worst),
                "statement": statement(gate),
            }
        )
    return pl.DataFrame(rows)


def gates_markdown(answer: GatesAnswer) -> str:
    """Return a heading and a table to paste into a message: whatever names say, they stay text."""
    lead, *rest = gates_reading(answer).splitlines()
    lines = [f"**{_plain(lead)}**", ""]
    if rest:
        lines += [plain_markdown(" ".join(rest), _MAX_REST), ""]
    lines += ["| outcome | gate | found |", "|---|---|---|"]
    for result in answer.results:
        cells = (_outcome_text(result), statement(result.gate), result_reading(result))
        lines.append(f"| {' | '.join(map(_plain, cells))} |")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Return text that stays text in a cell of a message."""
    return plain_markdown(text, _MAX_CELL)
