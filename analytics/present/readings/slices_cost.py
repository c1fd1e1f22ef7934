"""The reading of slices by what they cost: where a row is dearer than its base rate explains, and by how much in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.measure.slices_cost import COST
from analytics.present import words
from analytics.present.marks.slices import verdict
from analytics.present.money import money, money_interval
from analytics.present.readings.slices_support import few_part, n_judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.answers.slices import SliceAnswer

_Row = dict[str, Any]
_MEAN_AMOUNTS = (
    "What the base rate explains counts amounts at their mean over the cohort: large ones alone are no fault."
)


def cost_reading(answer: SliceAnswer, name_of: Callable[[_Row], str], by: str) -> str:
    """Say in which slice the model costs most beyond what its base rate explains; in the details what else stands out.

    Parameters
    ----------
    answer : SliceAnswer
    name_of : callable
        Names the slice of a row of its table.
    by : str
        The sliced columns in words.
    """
    rows, unit = list(answer.table.iter_rows(named=True)), answer.money or ""
    found = {key: [row for row in rows if verdict(row, COST) == key] for key in ("worse", "better")}
    details = [_others_part(found, name_of, unit, len(rows), by), few_part(answer, rows)]
    if found["worse"]:
        row = max(found["worse"], key=lambda each: each["excess_cost"])
        explained = row[COST] - row["excess_cost"] / n_judged(row)
        lead = (
            f"Worst by {by}: {name_of(row)}, where a row costs {money(row[COST], unit)} and its base rate explains "
            f"{money(explained, unit)}. That is {_money_in(row, unit)} more over its {words.plural(n_judged(row), 'judged row')}."
        )
        return words.told(lead, *details, _MEAN_AMOUNTS if answer.has_amounts else "")
    lead = f"By {by} no slice costs more than its base rate explains, beyond chance."
    known = [row for row in rows if not row["few_rows"] and words.is_known(row["excess_cost"])]
    if not known and any(row["few_rows"] for row in rows):
        lead = f"No slice by {by} has enough judged rows to compare its cost with what its base rate explains."
    if known:
        row = max(known, key=lambda each: each["excess_cost"])
        details = [
            f"Most beyond it, before the adjustment for looking at all of them, is in {name_of(row)}: {_money_in(row, unit)}.",
            *details,
        ]
    return words.told(lead, *details)


def _money_in(row: _Row, unit: str, sign: int = 1) -> str:
    """Write what the model makes dearer in a slice over its rows, or with sign -1 what it saves there."""
    value, low, high = (sign * row[f"excess_cost{end}"] for end in ("", "_low", "_high"))
    return money_interval(value, min(low, high), max(low, high), unit)


def _others_part(
    found: dict[str, list[_Row]], name_of: Callable[[_Row], str], unit: str, n_slices: int, by: str
) -> str:
    """Say how many slices cost more, and how many less, than their base rate explains."""
    parts = []
    if found["worse"]:
        of = f"{words.count(len(found['worse']))} of {words.plural(n_slices, 'slice')} by {by}"
        parts.append(f"The model costs more than the base rate explains in {of}.")
    if found["better"]:
        row = min(found["better"], key=lambda each: each["excess_cost"])
        most = "" if len(found["better"]) == 1 else "most in "
        n = words.count(len(found["better"]))
        parts.append(
            f"It costs less than the base rate explains in {n}: {most}{name_of(row)}, {_money_in(row, unit, -1)} less."
        )
    return " ".join(parts)
