"""The readings of recalibration: what a map is worth on rows that it has not seen, in ECE, Brier score and money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.present import words
from analytics.present.money import money

if TYPE_CHECKING:
    from analytics.answers.calibration.recalibration import Recalibration
    from analytics.measure.thresholds.costs import Costs

_Row = dict[str, Any]

_WORSE = 1.01
"""A Brier score that grows by less is no reason to speak of harm."""
_SMALLEST = 0.005
"""A saving per 1,000 rows that is smaller is none."""


def recalibration_reading(found: Recalibration, method: str, unit: str, *, is_priced: bool = True) -> str:
    """Say what a map would be worth on rows that it has not seen, in ECE, Brier score and cost."""
    rows = {row["method"]: row for row in found.table.iter_rows(named=True)}
    after, before = rows.get(method), rows.get("as logged")
    if after is None:
        return "This map cannot be fitted to these rows: they hold one class, or the scores separate the classes."
    fitted = words.plural(found.fitted_rows, "row")
    where = (
        f"Fitted on {fitted} before {found.split.removesuffix(' 00:00:00')}, judged on "
        f"{words.plural(found.judged_rows, 'later row')}"
        if found.split
        else f"Fitted on {fitted} drawn at random (seeded), judged on the other {words.plural(found.judged_rows, 'row')}"
    )
    if before is None or before["ece"] is None:
        ece, brier = words.number(after["ece"]), words.number(after["brier"], 4)
        worth = (
            "" if before is None or not is_priced else f" {_worth_of_map(found.formula_threshold, before, after, unit)}"
        )
        return f"{where}: after the map ECE is {ece} and the Brier score {brier}.{worth}"
    ece = f"ECE goes from {words.number(before['ece'])} to {words.number(after['ece'])}"
    brier = f"the Brier score from {words.number(before['brier'], 4)} to {words.number(after['brier'], 4)}"
    if not is_priced:
        worth = ""
    elif found.formula_threshold is not None:
        worth = f" {_worth_at_formula(found.formula_threshold, before, after, unit)}"
    else:
        worth = " Under these costs flagging does not gain with the score, so no threshold follows from them."
    worse = (
        ""
        if after["brier"] <= _WORSE * before["brier"]
        else f" The map would make it worse{': what it learned no longer holds' if found.split else ''}."
    )
    return f"{where}: {ece} and {brier}.{worth}{worse}"


def _worth_of_map(threshold: float | None, before: _Row, after: _Row, unit: str) -> str:
    """Say in money what scores that are no probabilities cost at their best threshold, and their map at the computed one."""
    raw = money(1000 * before["cost_at_best"], unit)
    at = "" if before["best_threshold"] is None else f", {words.threshold_text(before['best_threshold'])}"
    text = f"At their best threshold{at}, the scores as logged cost {raw} per 1,000 rows"
    if threshold is None:
        return f"{text}; under these costs flagging does not gain with the score, so no threshold follows from them."
    mapped = money(1000 * after["cost_at_formula"], unit)
    return f"{text}; the map at the threshold that the costs imply, {words.threshold_text(threshold)}, costs {mapped}."


def costs_reading(costs: Costs, unit: str) -> str:
    """Name the costs beside those of the two errors, which stand in fields of their own."""
    others = {"a true positive": costs.tp, "a true negative": costs.tn, "a look at a flagged row": costs.review}
    parts = [f"{name} {money(value, unit)}" for name, value in others.items() if value]
    said = f"Beside the errors costs: {', '.join(parts)}." if parts else ""
    if costs.amount_cells:
        said += f" Amounts count as the mean of each label in {', '.join(costs.amount_cells).upper()}."
    return said.strip()


def _worth_at_formula(threshold: float, before: _Row, after: _Row, unit: str) -> str:
    """Say in money what a map changes at the threshold that the costs imply."""
    saved = 1000 * (before["cost_at_formula"] - after["cost_at_formula"])
    verdict = "saves" if saved > 0 else "costs"
    at = words.threshold_text(threshold)
    if abs(saved) < _SMALLEST:
        return f"At the threshold that the costs imply, {at}, that changes nothing."
    return f"At the threshold that the costs imply, {at}, that {verdict} {money(abs(saved), unit)} per 1,000 rows."
