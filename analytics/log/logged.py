"""The threshold that logged decisions follow, and for which roles it was looked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace

from analytics.log import score_form
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading


def pair_of(mapping: Mapping) -> str | None:
    """Return what a logged threshold depends on, in a few characters; None where nothing could follow one.

    It is the score, how its numbers are read, the decision, and which of its values count as positive and negative.
    """
    if mapping.score is None or mapping.decision is None or not mapping.decision_positive:
        return None
    form = (mapping.score_scale, mapping.score_missing, mapping.is_score_clipped, mapping.is_confidence)
    form = form if mapping.score_minus is None else (*form, mapping.score_minus)  # type: ignore[assignment]
    values = (sorted(mapping.decision_positive), sorted(mapping.decision_negative))
    text = json.dumps([mapping.score, *form, mapping.decision, *values])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def is_known(mapping: Mapping, reading: Reading) -> bool:
    """Whether it is known which threshold the decisions of a mapping follow, or that there is none to follow."""
    pair = pair_of(mapping)
    return pair is None or pair == reading.logged_pair


def as_decided(mapping: Mapping, reading: Reading, said: Collection[str]) -> tuple[Mapping, dict[str, str]]:
    """Return a guess that judges the decision where low scores were decided positive, with why the score is none.

    A score that was ``said`` stays.
    """
    score = mapping.score
    is_below = reading.is_logged_below and pair_of(mapping) == reading.logged_pair
    if score is None or "score" in said or not is_below:
        return mapping, {}
    judged = replace(mapping, score=None, segments=(*mapping.segments, score))
    judged = score_form.with_form(judged, reading)
    judged = replace(judged, threshold=score_form.first_threshold(judged, reading))
    return judged, {score: f"numbers, sliced in bins: low ones were decided positive in {mapping.decision!r}"}


def first_threshold(mapping: Mapping, reading: Reading) -> float:
    """Return the threshold to begin with: the one that the logged decisions follow where it is known, else the score's own."""
    if pair_of(mapping) is not None and is_known(mapping, reading) and reading.logged_threshold is not None:
        return reading.logged_threshold
    return score_form.first_threshold(mapping, reading)
