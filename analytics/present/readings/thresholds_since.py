"""What the threshold should be where errors shifted within the period: by the rows since then, as the brief says too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words
from analytics.present.moments import moment_label
from analytics.present.money import point_text
from analytics.present.readings.thresholds import threshold_reading

if TYPE_CHECKING:
    from analytics.answers.thresholds.answer import ThresholdAnswer
    from analytics.answers.thresholds.since import SinceShift


def decision_reading(answer: ThresholdAnswer, shift: SinceShift | None) -> str:
    """Say which threshold to take: by the rows since errors shifted for good, where they did, else by all.

    ``By the rows since 6 Mar 2026, when errors shifted: move the threshold from 0.50 to 0.08.``
    """
    if shift is None:
        return threshold_reading(answer)
    said, _, details = threshold_reading(shift.answer).partition("\n")
    lead = f"By the rows since {moment_label(shift.since)}, when errors shifted: {said[:1].lower()}{said[1:]}"
    return words.told(f"{lead} {whole_period_part(answer, shift)}".strip(), details)


def whole_period_part(answer: ThresholdAnswer, shift: SinceShift) -> str:
    """Say what the figures of all rows show instead; empty where that is the same line."""
    best, since = answer.best, shift.answer.best
    if best is None or (since is not None and answer.threshold_at(best.bin) == shift.answer.threshold_at(since.bin)):
        return ""
    return (
        f"The figures are of all rows: the best of these, {point_text(answer, best)}, mixes the time before and since."
    )
