"""A discovered slice as a section of the report: what it is, what the rows that were held back say, how it was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analytics.log.kept.discovery import FoundSlice
from analytics.measure.thresholds.costs import CELLS
from analytics.present import words
from analytics.present.discovery import objective_interval, objective_text, predicate_words, slice_words
from analytics.present.readings.discovery import found_reading, searched_words
from analytics.query.discovery.objectives import OBJECTIVES, PRICED, Objective

if TYPE_CHECKING:
    from analytics.answers.discovery.answer import Discovery
    from analytics.answers.question import Question


def rate_head(objective: Objective) -> str:
    """Return what stands above the rates of an objective: errors beyond the base rate are told by the error rate."""
    return "Error rate" if objective.is_within_label else f"{objective.label[:1].upper()}{objective.label[1:]}"


def found_slice(answer: Discovery, row: int, question: Question) -> FoundSlice:
    """Return what a report says of one slice of a search.

    Parameters
    ----------
    answer : Discovery
    row : int
        Of its table.
    question : Question
        That the search was asked with.
    """
    found, known, objective = answer.slices[row], answer.table.row(row, named=True), OBJECTIVES[answer.search.objective]
    difference = words.points if objective.is_share else _signed_mean
    label = rate_head(objective)
    lines = [
        ("Status", f"{known['status']}, adjusted p {words.p_value(known['p_adjusted'])}"),
        (
            "Judged rows",
            f"{words.count(known['n'])}, {words.share(known['share_of_rows'])} of all; "
            f"{words.count(known['n_reported'])} of them confirm",
        ),
        (label, objective_interval(answer, known["rate"], known["rate_low"], known["rate_high"])),
        (f"{label}, in the rest", objective_text(answer, known["rate_complement"])),
        ("Difference to the rest", difference(*(known[f"difference{end}"] for end in ("", "_low", "_high")))),
        (f"Excess {objective.unit}", words.signed(known["excess_errors"], 0 if objective.is_share else 1)),
        (f"{label}, where it was found", objective_text(answer, known["rate_found"])),
    ]
    if objective.is_within_label:
        parts = (("excess_base_rate", "by the base rate"), ("excess_model", "by the model"))
        lines[-1:-1] = [(f"Excess {objective.unit} {name}", _bounded(known, part)) for part, name in parts]
    if not objective.is_signed and known["share_of_errors"] is not None:
        lines.insert(-1, (f"Share of all {objective.unit}", words.share(known["share_of_errors"])))
    if answer.contributions and len(found) > 1:
        scale, digits = (100, 1) if objective.is_share else (1, 3)
        told = [
            f"{predicate_words(entry)} {words.signed(scale * value, digits)}"
            for entry, value in zip(found, answer.contributions[row], strict=True)
        ]
        lines.append(("Contributions of the conditions", f"{'; '.join(told)}{' points' if objective.is_share else ''}"))
    asked = f"Found in {question.cohort.to_words()}, at threshold {words.threshold_text(question.threshold)}"
    if answer.search.objective in PRICED:
        asked = f"{asked}, {_cost_words(answer)}"
    return FoundSlice(
        slice_words(found),
        found_reading(answer, row),
        tuple(lines),
        f"{asked}: {searched_words(answer)}.",
    )


def _bounded(row: Mapping[str, float | None], part: str) -> str:
    """Write a count with its interval."""
    value, low, high = (row[f"{part}{end}"] for end in ("", "_low", "_high"))
    if low is None or high is None:
        return words.signed(value)
    return f"{words.signed(value)} ({words.between(words.plain(low, 0), words.plain(high, 0))})"


def _cost_words(answer: Discovery) -> str:
    """Say what outcomes cost."""
    costs = answer.search.costs
    cells = [
        f"{cell.upper()} {getattr(costs, cell):,.6g}{' × amount' if cell in costs.amount_cells else ''}"
        for cell in CELLS
    ]
    return f"with costs {words.listed(cells)}{f', each look {costs.review:,.6g}' if costs.review else ''}"


def _signed_mean(value: words.Value, low: words.Value, high: words.Value) -> str:
    """Write a difference of means with its interval."""
    if low is None or high is None:
        return words.signed(value, 3)
    return f"{words.signed(value, 3)} ({words.between(words.plain(low, 3), words.plain(high, 3))})"
