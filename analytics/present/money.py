"""How costs and what they are counted in become text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from analytics.measure.thresholds.operating import LIMITED
from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.thresholds.answer import ThresholdAnswer
    from analytics.measure.thresholds.costs import Costs
    from analytics.measure.thresholds.operating import Point

_DAYS_OF_A_MONTH = 30.4375
"""365.25 / 12: a twelfth of the Julian year."""
_SIGNS = {"€", "$", "£", "¥", "₹", "CHF", "EUR", "USD", "GBP"}


def money(value: words.Value, unit: str, *, signed: bool = False) -> str:
    r"""Write an amount with its unit: signs of currencies before it, other units behind.

    >>> [money(12400, "€"), money(-3.5, "$"), money(90, "min")] == ["€\u202f12,400", "−$\u202f3.50", "90\u202fmin"]
    True
    """
    if value is None or not words.is_known(value):
        return words.UNDEFINED
    size = abs(value)
    text = words.plain(size, 0 if size >= 100 or size == round(size) else 2)
    mark = words.MINUS if value < 0 and text.strip("0.") else "+" if signed and value > 0 and text.strip("0.") else ""
    if not unit:
        return f"{mark}{text}"
    first, last = (unit, text) if unit in _SIGNS else (text, unit)
    return f"{mark}{first}{words.THIN_SPACE}{last}"


def money_tick(value: float) -> str:
    """Write a number on the axis of money, whose title has the unit."""
    return words.plain(value, 0 if value == round(value) else 2)


def money_interval(value: words.Value, low: words.Value, high: words.Value, unit: str) -> str:
    """Write an amount with its interval.

    >>> money_interval(1200, 900, 1500, "")
    '1,200 (900 to 1,500)'
    """
    text = money(value, unit)
    if not (words.is_known(low) and words.is_known(high)):
        return text
    return f"{text} ({money(low, unit)} to {money(high, unit)})"


class _Spanning(Protocol):
    """An answer that knows the days of its cohort, None without times."""

    @property
    def days(self) -> float | None: ...


def per_month(answer: _Spanning) -> tuple[float, str]:
    """Return the factor from a cohort to a month, and the words for it; without times the cohort stands for itself."""
    if not answer.days:
        return 1.0, "on this cohort"
    return _DAYS_OF_A_MONTH / answer.days, "per month"


def per_week(answer: _Spanning) -> tuple[float, str]:
    """Return the factor from a cohort to a week, and the words for it."""
    return (7 / answer.days, "per week") if answer.days else (1.0, "on this cohort")


def point_text(answer: ThresholdAnswer, point: Point | None) -> str:
    """Name an operating point.

    Above the top score nothing is flagged; a share of tied rows is named with its score.
    """
    if point is None:
        return words.UNDEFINED
    threshold = answer.threshold_at(point.bin)
    text = "above the top score" if threshold is None else words.threshold_text(threshold)
    if point == answer.present:
        text = words.threshold_text(answer.threshold)
    if point.share:
        tied = words.threshold_text(float(answer.edges[point.bin - 1]))
        return f"{text} with {words.share(point.share)} of the rows in the score bin of {tied}"
    return text


def limit_text(answer: ThresholdAnswer, name: str) -> str:
    """Name a limit with its number."""
    if name == "capacity":
        assert answer.policy.capacity is not None
        return f"capacity of {words.number(answer.policy.capacity, 0)} per {answer.policy.period}"
    end = "floor" if name.startswith("min_") else "ceiling"
    what = words.metric_phrase(LIMITED[name].name).removeprefix("the ")
    return f"{end} of {words.share(getattr(answer.limits, name))} {what}"


def cost_words(costs: Costs, unit: str) -> str:
    """Say what each outcome costs.

    >>> from analytics.measure.thresholds.costs import Costs
    >>> cost_words(Costs(fp=1, fn=0.5, review=2, amount_cells=("fn",)), "")
    'a true positive 0, a false positive 1, a false negative 0.50 × amount and a true negative 0, each look 2'
    """
    names = {"tp": "true positive", "fp": "false positive", "fn": "false negative", "tn": "true negative"}
    cells = [
        f"a {name} {money(getattr(costs, cell), unit)}{' × amount' if cell in costs.amount_cells else ''}"
        for cell, name in names.items()
    ]
    look = f", each look {money(costs.review, unit)}" if costs.review else ""
    return f"{words.listed(cells)}{look}"
