"""Whether a decision held, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.thresholds.promise import Held, Outcome, Promise

_NAMES = {
    "recall": "recall",
    "precision": "precision",
    "coverage": "the share answered",
    "risk": "the share wrong among the answered",
    "cost": "the cost of 1,000 rows",
}
_MAX_NOTE = 160
"""Characters of a decision's note within a sentence. A judgement."""


def held_reading(note: str, promise: Promise | None, outcome: Outcome | str) -> str:
    """Say whether what a decision promised held on the rows that came after it.

    It did not where one number is worse than promised beyond chance, each at 95 %: of decisions that hold 6 in 100 are then said
    not to (20,000 simulated pairs of samples with recall, precision and cost).

    Parameters
    ----------
    note : str
        What the team wrote.
    promise : Promise or None
        None where nothing was kept of it.
    outcome : Outcome or str
        A text says why nothing can be told.

    >>> held_reading("Move it", None, "")
    '“Move it”: its numbers were not kept with it, so that nothing tells whether it held.'
    """
    name = f"“{words.shortened(words.one_line(note), _MAX_NOTE)}”"
    if promise is None:
        return f"{name}: its numbers were not kept with it, so that nothing tells whether it held."
    if isinstance(outcome, str):
        return f"{name}: whether it held cannot be told. {outcome}"
    told = [each for each in outcome.numbers if each.name in _NAMES]
    worse = [each for each in told if each.is_worse]
    parts = [_part(each) for each in sorted(told, key=lambda each: not each.is_worse)]
    verdict = "did not hold" if worse else "held"
    where = "" if promise.threshold is None else f" at {words.threshold_text(promise.threshold)}"
    rows = f"on {words.plural(outcome.n, 'judged row')} since"
    waits = f" ({words.count(outcome.n_unlabelled)} more have no label)" if outcome.n_unlabelled else ""
    return f"{name} {verdict}{where}: {'; '.join(parts)}; {rows}{waits}.{_mix_part(outcome.numbers)}"


def _part(held: Held) -> str:
    """Say one number beside what was promised."""
    name, is_share = _NAMES[held.name], held.name != "cost"
    value, then = (words.share(each) if is_share else words.count(round(each)) for each in (held.now, held.then))
    if not held.is_other:
        return f"{name} is {value}, as promised ({then}) within chance"
    change = words.points(held.change, held.low, held.high) if is_share else _counted(held)
    return f"{name} is {value} where {then} was promised: {change}{'' if held.is_worse else ', better'}"


def _counted(held: Held) -> str:
    """Write a change of cost with its interval."""
    ends = words.between(words.plain(held.low, 0), words.plain(held.high, 0))
    return f"{words.signed(held.change)} ({ends})"


def _mix_part(numbers: Sequence[Held]) -> str:
    """Say that positives are more or less frequent now, which moves precision and cost by itself."""
    mix = next((each for each in numbers if each.name == "prevalence" and each.is_other), None)
    if mix is None:
        return ""
    then, now = words.share(mix.then), words.share(mix.now)
    return f" Positives went from {then} to {now} of the rows, which moves precision and cost by itself."
