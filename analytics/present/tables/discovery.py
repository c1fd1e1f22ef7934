"""Discovered slices as the rows that the command line writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.present.tables.slices import json_value

if TYPE_CHECKING:
    from analytics.answers.discovery.answer import Discovery


def discovery_json_rows(answer: Discovery) -> list[dict[str, Any]]:
    """Return one dictionary per slice for JSON: ``slice`` (property to value, null for missing) and the numbers, unrounded."""
    rows = []
    for place, (found, row) in enumerate(zip(answer.slices, answer.table.iter_rows(named=True), strict=True)):
        described = {predicate.property.name: json_value(predicate.value) for predicate in found}
        numbers = {name: json_value(value) for name, value in row.items()}
        more: dict[str, Any] = {"support": numbers.pop("share_of_rows")}
        if answer.contributions:
            more["contributions"] = dict(zip(described, answer.contributions[place], strict=True))
            more["n_members"] = answer.n_members[place]
            more["members"] = [
                {
                    "slice": {p.property.name: json_value(p.value) for p in member.slice},
                    "n": member.n,
                    "n_found": member.n_found,
                    "rate_found": json_value(member.rate_found),
                    "overlap": member.overlap,
                }
                for member in answer.members[place]
            ]
        rows.append({"slice": described, "n": numbers.pop("n"), **numbers, **more})
    return rows
