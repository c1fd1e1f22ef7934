"""The reading of predicted against true numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analytics.present import words
from analytics.present.marks.slices import SIGNIFICANT

if TYPE_CHECKING:
    from analytics.answers.calibration.numbers import NumberBins

_MAX_NAME = 40
"""Characters of a column's name in a sentence."""


def numbers_reading(answer: NumberBins) -> str:
    """Say whether predicted numbers are too high or too low, and where most."""
    if answer.bins.is_empty():
        return "No row has both a predicted and a true number."
    rows = answer.bins.to_dicts()
    off = [row for row in rows if words.is_known(row["bias_low"]) and row["bias_low"] * row["bias_high"] > 0]
    ends = (answer.bins["low"].to_list(), [*answer.bins["high"], *answer.bins["mean_true"]])
    is_chance = min(ends[0]) >= 0 and max(ends[1]) <= 1
    what = "Chances" if is_chance else "Predicted numbers"
    name = words.shortened(words.one_line(answer.predicted), _MAX_NAME)
    looked = f"{words.plural(len(rows), 'bin')} of {name}"
    if not off:
        return f"{what} turn out as they say in all of {looked}, within chance."
    high, low = ([row for row in off if (row["bias"] > 0) is is_high] for is_high in (True, False))
    most = max(off, key=lambda row: abs(row["bias"]))
    parts = [f"too {side} in {len(part)}" for side, part in (("high", high), ("low", low)) if part]
    chance = f" By chance about {words.number(SIGNIFICANT * len(rows), 1)} would be."
    return words.told(
        f"{what} are {' and '.join(parts)} of {looked}, most of all around "
        f"{words.number(most['mean_predicted'], 2 if is_chance else 1)}.",
        f"There they are off by {_bias(most)} on the mean, n {words.count(most['n'])}.{chance}",
    )


def _bias(row: dict[str, Any]) -> str:
    """Write a bias with its interval."""
    ends = words.between(*(words.signed(row[f"bias_{end}"], 2) for end in ("low", "high")))
    return f"{words.signed(row['bias'], 2)} ({ends})"
