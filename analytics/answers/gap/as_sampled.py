"""How the rows of a side count that stand for many or belong together."""

from __future__ import annotations

from typing import Any

from analytics.log.schema import Log
from analytics.query.clusters import group_of


def as_sampled(log: Log) -> dict[str, Any]:
    """Return how the relations of the gap count rows; nothing where each stands alone for itself."""
    is_weighted = log.mapping.weight is not None
    if log.mapping.unit is None and not is_weighted:
        return {}
    return {"is_weighted": is_weighted, "group": group_of(log)}
