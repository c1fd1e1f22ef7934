"""The live side and the candidate of a report as texts, kept with what it was asked, and read back on another export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite

from analytics.answers.compare.sides import pairing_of, side_names
from analytics.answers.compare.whole import PairAsking
from analytics.answers.question import Question
from analytics.errors import QuestionError
from analytics.measure.thresholds.costs import Costs
from analytics.query.predicates import answerable

_FIXED = 6
"""Texts before the columns that rows meet by: both cohorts, both thresholds, metric and margin."""
_OTHER, _NAMED, _MAX_NAME = "other", 3, 80
"""Of sides that are no parts of one log: what stands before their names, how many texts that makes, and characters of a name."""


def compared_texts(asking: PairAsking | None, question: Question) -> tuple[str, ...]:
    """Write two parts of one log, judged by one mapping, as texts; of other sides only what they are called."""
    if asking is None:
        return ()
    if any(side.log.key != question.log.key for side in asking.pairing.sides) or not asking.pairing.on:
        return (_OTHER, *side_names(asking.pairing))
    cohorts = (side.cohort.to_text() for side in asking.pairing.sides)
    thresholds = (f"{each:.17g}" for each in asking.pairing.thresholds)
    margin = "" if asking.margin is None else f"{asking.margin:.17g}"
    return (*cohorts, *thresholds, asking.metric or "", margin, *(name for name, _ in asking.pairing.on))


def not_taken_over(texts: Sequence[str]) -> str:
    """Say that sides which are no parts of one log have to be named again; empty where they are such parts.

    >>> not_taken_over(("other", "v3", "v4"))[:41]
    'Whether v4 may replace v3 is left out: co'
    """
    if len(texts) != _NAMED or texts[0] != _OTHER:
        return ""
    live, candidate = (text[:_MAX_NAME] for text in texts[1:])
    return (
        f"Whether {candidate} may replace {live} is left out: columns of a row, and other logs, are not taken over from a pack. "
        "Name both sides again, as for compare."
    )


def compared_from(texts: Sequence[str], question: Question, costs: Costs | None) -> PairAsking:
    """Ask the same of a log that may be another export; the texts may come from anyone's file.

    Raises
    ------
    QuestionError
        If the log cannot be parted so.
    """
    numbers = [_number(text) for text in texts[2:4]]
    if len(texts) <= _FIXED or None in numbers:
        raise QuestionError("Expected two sides of a comparison, found none. Name them with --live and --candidate.")
    sides = []
    for text, threshold in zip(texts[:2], numbers, strict=True):
        cohort, refused = answerable(text, question.log)
        if refused:
            raise QuestionError(f"Expected a filter of this log, found {refused[0]!r}. Name both sides anew.")
        sides.append(replace(question, cohort=cohort, threshold=float(threshold or 0.0)))
    pairing = pairing_of(sides[0], sides[1], tuple(texts[_FIXED:]))
    margin = _number(texts[5])
    return PairAsking(pairing, texts[4] or None, margin if margin and margin > 0 else None, costs)


def _number(text: str) -> float | None:
    """Read a number, None where there is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None
