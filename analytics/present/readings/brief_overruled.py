"""The readings of decisions that people overruled: how often, in which direction, and who was right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.measure.overruled import EVEN, Overruled, WhoWasRight
from analytics.measure.slices import MIN_SUPPORT
from analytics.present import words
from analytics.present.readings.overview_lead import noun_of

if TYPE_CHECKING:
    from analytics.log.schema import Log


def overruled_reading(found: WhoWasRight) -> str:
    """Say how often people overrule the model, where most, and who was right more often, in one sentence."""
    where = "where it flags" if found.most is found.flagged else "where it does not flag"
    lead = f"People overrule {words.share(found.n / found.n_decided)} of the model's decisions, mostly {where}"
    if found.most.n_labelled < MIN_SUPPORT:
        there = "" if found.n_labelled < MIN_SUPPORT else " there"
        return f"{lead}: who was right{there} is not known, as next to none of those has a label."
    right, low, high = (float(end) for end in (found.people.value, found.people.low, found.people.high))
    if high < EVEN:
        return f"{lead}, and are wrong in {words.share(1 - right)} of these."
    return f"{lead}, and are right in {words.share(right)} of these{'' if low > EVEN else ', no more often than the model'}."


def overruled_details(found: WhoWasRight, log: Log) -> str:
    """Say in either direction how many decisions were overruled, and what those rows turned out to be."""
    noun = noun_of(log) or "positive"
    said = [
        _direction(part, how, noun)
        for part, how in (
            (found.flagged, "Let pass of what the model flags"),
            (found.passed, "Flagged of what it lets pass"),
        )
        if part.n
    ]
    return " ".join(said)


def _direction(part: Overruled, how: str, noun: str) -> str:
    lead = f"{how}: {words.count(part.n)} of {words.count(part.n_decided)}"
    if not part.n_labelled:
        return f"{lead}, none of them labelled."
    of = "" if part.n_labelled == part.n else f" of the {words.count(part.n_labelled)} with a label"
    return f"{lead}, and {words.share(part.n_positive / part.n_labelled)}{of} {'is' if noun != 'positive' else 'are'} {noun}."
