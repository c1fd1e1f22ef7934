"""How the rows of both sides count, where those of one stand for many or belong together."""

from __future__ import annotations

from typing import Any

from analytics.answers.gap.sides import Sides
from analytics.query.clusters import each_once, group_of
from analytics.query.engine import Engine


def as_sampled(sides: Sides, side: int) -> dict[str, Any]:
    """Return how the relations of the gap count the rows of a side; nothing where each of either side stands alone for itself."""
    mappings = [question.log.mapping for question in sides.questions]
    is_weighted = any(mapping.weight is not None for mapping in mappings)
    if not is_weighted and all(mapping.unit is None for mapping in mappings):
        return {}
    return {"is_weighted": is_weighted, "group": group_of(sides.questions[side].log)}


def rows_of(engine: Engine, sides: Sides, side: int) -> Any:
    """Return the rows of a side; each counts once where those of the other side alone stand for many."""
    question = sides.questions[side]
    rows = engine.kept(question.log, question.cohort, question.threshold)
    is_plain = question.log.mapping.weight is None and as_sampled(sides, side).get("is_weighted", False)
    return each_once(rows) if is_plain else rows
