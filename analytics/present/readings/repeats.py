"""The reading of repeated inputs: how many answers would be others tomorrow, and how many errors with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.measure.intervals import Interval
from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.repeats import Repeats

_ALPHA = 0.05
"""Adjusted p-value below which a slice is named: the level of the intervals."""
_MOSTLY, _RARELY = 0.5, 0.1
"""Share of the errors that another draw mends: from the first on the draw is named first, below the second the input. By hand."""
_STEADY = 0.005
"""Flip rate below which answers are called the same: it would be rounded to less than 1 in 100."""


def repeats_reading(answer: Repeats, noun: str = "answer") -> str:
    """Say how many answers would be others if the same were asked again, and what that means for the errors."""
    whole = answer.whole
    return words.told(
        _lead(whole.flip, noun),
        _chance_part(whole.chance),
        _passes_part(whole.passes),
        _slice_part(answer),
        _account_part(answer),
    )


def _lead(flip: Interval, noun: str) -> str:
    """Say how often an answer changes."""
    value = float(flip.value[0])
    if value < _STEADY:
        high = float(flip.high[0])
        if high <= 2 * _STEADY:
            return (
                f"The same input, asked again, gets the same {noun}: fewer than 1 in 100 would be another one tomorrow."
            )
        most = "so few inputs do not tell how many" if high != high else f"up to {high * 100:.0f} of 100"
        return f"Hardly any {noun} changed when the same was asked again; {most} may be others tomorrow."
    return f"Of 100 {noun}s {value * 100:.0f} would be others if the same were asked again{_within(flip)}."


def _within(interval: Interval) -> str:
    low, high = float(interval.low[0]), float(interval.high[0])
    if low != low:
        return ""
    return f" (95 % interval {words.between(f'{low * 100:.0f}', f'{high * 100:.0f}')})"


def _chance_part(chance: Interval) -> str:
    """Say which share of the errors another draw would mend, and what follows."""
    value, low, high = (float(each[0]) for each in (chance.value, chance.low, chance.high))
    if value != value:
        return ""
    bounds = f" ({words.between(words.share(low), words.share(high))})" if low == low else ""
    said = f"Of the errors {words.share(value)}{bounds} would not be made if the same were asked again"
    if low == low and low >= _MOSTLY:
        return f"{said}: ask several times and take what most say before changing the model."
    if high == high and high <= _RARELY:
        return f"{said}: they are of the input and not of the draw, so look for the inputs that fail."
    return f"{said}; the others are of the input."


def passes_reading(answer: Repeats) -> str:
    """Say how often several answers are all right."""
    passes = answer.whole.passes
    several = _passes_part(passes)
    return several or (f"One answer is right in {words.share(passes['all_right'][0])}." if passes.height else "")


def _passes_part(passes: pl.DataFrame) -> str:
    """Say how often several answers are all right, for as many as every input has."""
    if passes.height < 2:
        return ""
    most = passes.filter(pl.col("n_inputs") == passes["n_inputs"][0])
    last = (most if most.height > 1 else passes.head(2)).row(-1, named=True)
    bounds = (
        ""
        if last["all_right_low"] != last["all_right_low"]
        else (f" ({words.between(words.share(last['all_right_low']), words.share(last['all_right_high']))})")
    )
    return (
        f"One answer is right in {words.share(passes['all_right'][0])}; {last['k']} of {last['k']} are right for "
        f"{words.share(last['all_right'])}{bounds} of the inputs, and at least one of {last['k']} for "
        f"{words.share(last['any_right'])}."
    )


def _slice_part(answer: Repeats) -> str:
    """Name the slice whose answers change most surely more often than the others'."""
    if answer.slices.height < 2:
        return ""
    found = answer.slices.filter((pl.col("p_adjusted") < _ALPHA) & (pl.col("difference") > 0))
    if found.is_empty():
        return "In no slice do answers change more often than in the others, beyond chance."
    row = found.row(0, named=True)
    name = words.slice_label([row[key] for key in found.columns if key.startswith("slice_")])
    gap = words.points(row["difference"], row["difference_low"], row["difference_high"])
    return f"In {words.shortened(words.one_line(name), 60)} they change more often: {words.share(row['flip_rate'])}, {gap}."


def _account_part(answer: Repeats) -> str:
    """Say what counts as the same input, and what was left out."""
    whole = answer.whole
    same = words.listed([words.shortened(words.one_line(name), 40) for name in answer.same])
    once, verb = whole.n_inputs - whole.n_repeated, "is" if len(answer.same) == 1 else "are"
    parts = [
        f"Inputs are the same where {same} {verb}: {words.count(whole.n_repeated)} were asked more than once, with "
        f"{words.count(whole.n_answers)} answers."
    ]
    if once:
        parts.append(f"{words.count(once)} were asked once and say nothing here.")
    if answer.n_without:
        parts.append(
            f"{words.plural(answer.n_without, 'row')} without it {'is' if answer.n_without == 1 else 'are'} left out."
        )
    if answer.n_again:
        parts.append(
            f"{words.plural(answer.n_again, 'row')} that {'repeats' if answer.n_again == 1 else 'repeat'} the number of a trial "
            f"in {words.shortened(words.one_line(answer.trial or ''), 40)} left out."
        )
    return " ".join(parts)
