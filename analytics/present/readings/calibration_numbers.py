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
    """Say what a predicted number turns out to be on the side on which most are off, and how many are too high or too low."""
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
    is_high = sum(row["n"] * row["bias"] for row in rows) > 0
    most = max((high if is_high else low) or off, key=lambda row: abs(row["bias"]))
    parts = [f"too {side} in {len(part)}" for side, part in (("high", high), ("low", low)) if part]
    chance = f" By chance about {words.number(SIGNIFICANT * len(rows), 1)} would be."
    said, true = (words.number(most[f"mean_{name}"], 2 if is_chance else 1) for name in ("predicted", "true"))
    side = "too high" if most["bias"] > 0 else "too low"
    return words.told(
        f"A {'chance of' if is_chance else 'predicted'} {said} turns out to be {true} on the mean: it is {side}. "
        f"{what} are {' and '.join(parts)} of {looked}.",
        f"That one is off by {_bias(most)}, n {words.count(most['n'])}.{chance}",
    )


def _bias(row: dict[str, Any]) -> str:
    """Write a bias with its interval."""
    ends = words.between(*(words.signed(row[f"bias_{end}"], 2) for end in ("low", "high")))
    return f"{words.signed(row['bias'], 2)} ({ends})"
