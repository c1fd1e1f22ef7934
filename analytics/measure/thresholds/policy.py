"""A policy: cost matrix, threshold, capacity and limits under one name, as a value that is stored as text."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, get_args

from analytics.errors import QuestionError
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.operating import Limits

_Period = Literal["day", "week"]
DAYS = {"day": 1.0, "week": 7.0}
"""Days of each period of a capacity."""
_MAX_UNIT = 12
"""Characters of a unit of money: "EUR" and "minutes" fit, a sentence does not fit an axis."""
_TOLERANCE = 0.02
"""Share of the best cost within which thresholds count as equally good, where nobody says otherwise."""


@dataclass(frozen=True)
class Policy:
    """What a team decides with.

    Attributes
    ----------
    costs : Costs
        The cost matrix.
    unit : str
        What costs are counted in: a currency, minutes, ….
    limits : Limits
        Without a capacity: that depends on the time that a log spans.
    capacity : float or None
        Rows that can be flagged per ``period``.
    period : {"day", "week"}
    tolerance : float
        Thresholds whose cost is within this share of the best count as equally good.
    threshold : float or None
        The threshold that was decided on.
    has_costs : bool
        Whether somebody said what errors cost; if not, no threshold is better than another one.
    """

    costs: Costs = field(default_factory=Costs)
    unit: str = "€"
    limits: Limits = field(default_factory=Limits)
    capacity: float | None = None
    period: _Period = "day"
    tolerance: float = _TOLERANCE
    threshold: float | None = None
    has_costs: bool = True

    def __post_init__(self) -> None:
        """Refuse what no policy is."""
        if self.period not in get_args(_Period):
            raise QuestionError(f"Expected a capacity per day or week, found {self.period!r}.")
        if self.capacity is not None and not (self.capacity >= 0 and math.isfinite(self.capacity)):
            raise QuestionError(f"Expected a capacity from 0 on, found {self.capacity}. Change it.")
        if not 0 <= self.tolerance <= 1:
            raise QuestionError(f"Expected a tolerance from 0 to 1, found {self.tolerance}. Use 0.02 for 2 %.")

    def limits_for(self, days: float | None) -> Limits:
        """Return the limits with the capacity of a log that spans so many days.

        Raises
        ------
        QuestionError
            If there is a capacity and the log has no times.
        """
        if self.capacity is None:
            return self.limits
        if days is None:
            raise QuestionError(
                "Expected a log with times for a capacity per day or week, found none in this cohort. "
                "Choose a time column on the Logs page, or limit the selection rate."
            )
        return replace(self.limits, capacity=self.capacity * days / DAYS[self.period])

    def to_text(self) -> str:
        """Write the policy; `from_text` reads it back.

        >>> Policy.from_text(Policy(capacity=50).to_text()) == Policy(capacity=50)
        True
        """
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Policy:
        """Read what `to_text` wrote.

        Raises
        ------
        QuestionError
            If the text is no policy.
        """
        try:
            data: dict[str, Any] = json.loads(text)
            known = {entry.name for entry in fields(cls)}
            costs = {**data["costs"], "amount_cells": tuple(data["costs"].get("amount_cells", ()))}
            rest = {name: value for name, value in data.items() if name in known - {"costs", "limits"}}
            return cls(costs=Costs(**costs), limits=Limits(**data.get("limits", {})), **rest)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise QuestionError(f"Expected a saved policy, found {text[:60]!r}. Save it again.") from error


def capacity_of(text: str) -> tuple[float, _Period]:
    """Read a capacity of the command line.

    >>> capacity_of("50/day"), capacity_of("300 / week")
    ((50.0, 'day'), (300.0, 'week'))

    Raises
    ------
    QuestionError
        If the text is no number per day or week.
    """
    amount, _, period = (part.strip() for part in text.partition("/"))
    try:
        value = float(amount)
    except ValueError:
        value = math.nan
    if not (value >= 0 and math.isfinite(value)) or period not in get_args(_Period):
        raise QuestionError(f"Expected a capacity such as 50/day or 300/week, found {text!r}.")
    return value, period  # type: ignore[return-value]


PRESETS: dict[str, Costs] = {
    "A miss costs as much as a false alarm": Costs(),
    "A miss costs five times a false alarm": Costs(fp=1, fn=5),
    "Review queue: every flagged row is looked at": Costs(fp=0, fn=20, review=1),
    "A miss costs its amount": Costs(fp=5, fn=1, amount_cells=("fn",)),
    "A miss costs twenty times a false alarm": Costs(fp=1, fn=20),
}
