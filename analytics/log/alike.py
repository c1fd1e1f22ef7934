"""How often two columns are equal, and how often nearly so: it tells answers that are right or wrong from forecasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.log.column import MAX_VALUES_BY_VALUE, PERCENT, Column

NEAR = 0.1
"""How near a number is nearly equal: a tenth of the true one, or a step between whole numbers. A place to begin; it is said."""
_CLEARLY = 2
"""How many times as often as nearly equal two columns are equal, where only equal is right. Set by hand."""
_LIFT = 1.5
"""How many times as often as by chance wrong numbers are nearly equal, where they are measured. Set by hand."""
_MIN_EQUAL = 0.2
"""Share of rows that are equal, or nearly so, from which on it is no accident: of texts in the same words too. Set by hand."""
_MOSTLY = 0.5
"""Share of rows that are equal in columns whose names do not say that the one is predicted from the other. By definition."""
_NEARLY_ALL = 0.95
"""Share of rows from which on a rule that holds for them parts nothing. Set by hand."""
_MAX_GRADES = 5
"""Numbers up to which an order is one of grades: stars, levels of triage, severity. The most common scale."""


@dataclass(frozen=True)
class Alike:
    """How a predicted and a true column agree on the rows that have both.

    Attributes
    ----------
    predicted, true : str
    n : int
        Rows that were looked at; of columns with many values those without two zeros.
    equal, near : float
        Share of them that is equal, and that is nearly equal and not equal.
    by_chance : float
        Share of pairs that are not equal that would be nearly so if rows were paired at random.
    step : float
        The least difference between whole numbers of which most are too small for a tenth to make a difference; else 0.
    """

    predicted: str
    true: str
    n: int
    equal: float
    near: float = 0.0
    by_chance: float = 0.0
    step: float = 0.0

    @property
    def is_equal(self) -> bool:
        """Whether equal dominates clearly, and is no accident."""
        return self.equal >= max(_MIN_EQUAL, _CLEARLY * self.near)

    @property
    def within(self) -> str:
        """How near could be right, as people write it."""
        return f"{self.step:g}" if self.step else f"{PERCENT * NEAR:g}%"

    @property
    def is_step_all(self) -> bool:
        """Whether a step more or less covers nearly all rows, so that to be near says nothing.

        >>> Alike("p", "t", 100, 0.6, 0.4, step=1.0).is_step_all, Alike("p", "t", 100, 0.4, 0.4, step=1.0).is_step_all
        (True, False)
        """
        return self.step > 0 and self.equal + self.near >= _NEARLY_ALL

    @property
    def is_mostly_equal(self) -> bool:
        """Whether equal dominates so much that the one column says what the other does, whatever the two are called."""
        return self.is_equal and self.equal >= _MOSTLY

    @property
    def are_answers(self) -> bool:
        """Whether texts are mostly enough the same word by word for that to be what is judged."""
        return self.equal >= _MIN_EQUAL

    @property
    def is_close(self) -> bool:
        """Whether numbers that are not equal are nearly so, more than by chance, and often enough to count.

        >>> Alike("p", "t", 100, 0.35, 0.45, 0.2).is_close, Alike("p", "t", 100, 0.8, 0.15, 0.12).is_close
        (True, False)
        """
        is_frequent = self.near >= _MIN_EQUAL and self.near > _LIFT * self.by_chance * (1 - self.equal)
        return is_frequent and self.equal < _CLEARLY * self.near


def of_pair(found: Iterable[Alike], predicted: Column, true: Column) -> Alike | None:
    """Return how two columns agree, where it was counted."""
    return next((each for each in found if (each.predicted, each.true) == (predicted.name, true.name)), None)


def are_grades(predicted: Column, true: Column) -> bool:
    """Whether two columns of whole numbers have as few values as grades have."""
    return max(predicted.n_distinct, true.n_distinct) <= _MAX_GRADES


def are_few(predicted: Column, true: Column) -> bool:
    """Whether two columns have as few values as are sliced one by one."""
    return max(predicted.n_distinct, true.n_distinct) <= MAX_VALUES_BY_VALUE
