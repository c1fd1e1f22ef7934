"""Forecast intervals that a log gives: which two columns are their ends, and at which level, by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from analytics.log.column import PERCENT, Column

_WORD = re.compile(
    r"(?P<stem>.*?)_?(?P<side>lower|upper|lo|hi|(?<=[^_])_(?:low|high|lb|ub))(?:_(?:bound|limit|ci|end))?_?(?P<level>\d{2}(?:\.\d+)?)?",
    re.IGNORECASE,
)
"""``yhat_lower``, ``lo_80``, ``forecast_upper_bound``: a stem, a side, and the level in percent where the name has it. *Low* and
*high* need a stem: alone they are prices of a day."""
_QUANTILE = re.compile(r"(?P<stem>.*?)_?[pq]_?(?P<percent>\d{1,2})", re.IGNORECASE)
"""``p10``, ``forecast_q90``: a stem and a quantile in percent."""
_UPPER = {"lower": "upper", "lo": "hi", "_low": "_high", "_lb": "_ub"}


def interval_columns(names: Sequence[str]) -> tuple[str, str] | None:
    """Return the columns of the lower and the upper ends of intervals, None where no two names go together.

    Of several the first words, then the quantiles that are farthest apart.

    >>> interval_columns(["ds", "yhat", "yhat_lower", "yhat_upper"]), interval_columns(["p50", "p10", "p90", "P5"])
    (('yhat_lower', 'yhat_upper'), ('p10', 'p90'))
    """
    words = {name: found for name in names if (found := _WORD.fullmatch(_folded(name)))}
    for name, found in words.items():
        stem, side, level = found["stem"], found["side"].lower(), found["level"]
        for other, match in words.items():
            if (match["stem"], match["side"].lower(), match["level"]) == (stem, _UPPER.get(side), level):
                return name, other
    quantiles = {name: found for name in names if (found := _QUANTILE.fullmatch(_folded(name)))}
    pairs = [
        (int(found["percent"]), name, other)
        for name, found in quantiles.items()
        for other, match in quantiles.items()
        if match["stem"] == found["stem"] and int(found["percent"]) + int(match["percent"]) == PERCENT
    ]
    best = min((pair for pair in pairs if pair[0] < PERCENT / 2), default=None)
    return None if best is None else (best[1], best[2])


def interval_around(predicted: Column, columns: Sequence[Column]) -> tuple[str, str] | None:
    """Return the columns of the ends of intervals as `interval_columns` does, of numbers beside the predicted one.

    None where the predicted numbers reach beyond all ends, as interest rates do those of a range of credit scores.
    """
    numbers = {column.name: column for column in columns if column.kind == "number" and column.name != predicted.name}
    ends = interval_columns([*numbers])
    if ends is None:
        return None
    lower, upper = (numbers[name] for name in ends)
    bounds = [(lower.low, predicted.low), (predicted.high, upper.high)]
    is_around = all(one is None or other is None or float(one) <= float(other) for one, other in bounds)
    return ends if is_around else None


def median_column(names: Sequence[str]) -> str | None:
    """Return the column of the middle of the intervals that two quantiles are the ends of, None where there is none.

    >>> median_column(["p50", "p10", "p90"]), median_column(["p50", "latency_p50"])
    ('p50', None)
    """
    ends = interval_columns(names)
    stems = {found["stem"] for name in ends or () if (found := _QUANTILE.fullmatch(_folded(name)))}
    middles = {name: found for name in names if (found := _QUANTILE.fullmatch(_folded(name)))}
    return next(
        (name for name, found in middles.items() if found["stem"] in stems and 2 * int(found["percent"]) == PERCENT),
        None,
    )


def level_of(lower: str, upper: str) -> float | None:
    """Return the level of intervals by the names of their ends, None where these do not say it.

    >>> level_of("p10", "p90"), level_of("lo_80", "hi_80"), level_of("yhat_lower", "yhat_upper")
    (0.8, 0.8, None)
    """
    ends = [_QUANTILE.fullmatch(_folded(name)) for name in (lower, upper)]
    if ends[0] and ends[1]:
        apart = int(ends[1]["percent"]) - int(ends[0]["percent"])
        return apart / PERCENT if apart > 0 else None
    sides = [_WORD.fullmatch(_folded(name)) for name in (lower, upper)]
    if sides[0] and sides[1] and sides[0]["level"] and sides[0]["level"] == sides[1]["level"]:
        level = float(sides[0]["level"]) / PERCENT
        return level if 0 < level < 1 else None
    return None


def _folded(name: str) -> str:
    """Return a name as it is compared: blanks, points and hyphens are one."""
    return re.sub(r"[\s\-]+", "_", name.strip().lower())
