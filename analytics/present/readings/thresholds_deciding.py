"""What the threshold should be by the rows that can say it: those since errors shifted, and those that no longer turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words
from analytics.present.moments import moment_label
from analytics.present.money import point_text
from analytics.present.readings.thresholds import threshold_reading
from analytics.present.readings.thresholds_handover import confidence_text, handover_reading

if TYPE_CHECKING:
    from datetime import date

    from analytics.answers.thresholds.answer import ThresholdAnswer
    from analytics.answers.thresholds.deciding import Deciding
    from analytics.answers.thresholds.handover import Handover


def decision_reading(answer: ThresholdAnswer, part: Deciding[ThresholdAnswer] | None) -> str:
    """Say which threshold to take: by the rows that can say it, where that is not all of them.

    ``By the rows since 6 Mar 2026, when errors shifted: move the threshold from 0.50 to 0.08.``
    """
    if part is None:
        return threshold_reading(answer)
    said, _, details = threshold_reading(part.answer).partition("\n")
    lead = f"By {_rows_part(part)}: {said[:1].lower()}{said[1:]}"
    return words.told(f"{lead} {whole_period_part(answer, part)}".strip(), details)


def handover_decision_reading(answer: Handover, part: Deciding[Handover] | None) -> str:
    """Say from which confidence to answer: by the rows that can say it, where that is not all of them.

    Without costs the share that is wrong is theirs.
    """
    if part is None:
        return handover_reading(answer)
    said, _, details = handover_reading(part.answer).partition("\n")
    if part.answer.best is None:
        return words.told(f"{said} That is of {_rows_part(part)}.", details)
    return words.told(
        f"By {_rows_part(part)}: {said[:1].lower()}{said[1:]} {whole_handover_part(answer, part)}".strip(), details
    )


def _rows_part(part: Deciding[ThresholdAnswer] | Deciding[Handover]) -> str:
    """Name the rows that decide, with the reason why it is these."""
    why = ", when errors shifted" if part.since is not None else ", which are old enough to judge"
    return f"the rows {deciding_words(part.since, part.until)}{why}"


def deciding_words(since: date | str | None, until: date | str | None) -> str:
    """Say of which time rows are.

    >>> deciding_words("2026-03-06", None), deciding_words(None, "2026-03-06"), deciding_words("2026-03-06", "2026-04-01")
    ('since 6 Mar 2026', 'before 6 Mar 2026', 'from 6 Mar 2026 to before 1 Apr 2026')
    """
    if until is None:
        return f"since {moment_label(since)}" if since is not None else ""
    before = f"before {moment_label(until)}"
    return before if since is None else f"from {moment_label(since)} to {before}"


def whole_period_part(answer: ThresholdAnswer, part: Deciding[ThresholdAnswer]) -> str:
    """Say what the figures of all rows show instead; empty where that is the same line."""
    best, own = answer.best, part.answer.best
    if best is None or (own is not None and answer.threshold_at(best.bin) == part.answer.threshold_at(own.bin)):
        return ""
    return _mixed_part(point_text(answer, best), part)


def whole_handover_part(answer: Handover, part: Deciding[Handover]) -> str:
    """Say what the figures of all rows show instead; empty where that is the same confidence, or nobody said what errors cost."""
    best, own = answer.best, part.answer.best
    if best is None or (own is not None and confidence_text(answer, best) == confidence_text(part.answer, own)):
        return ""
    return _mixed_part(confidence_text(answer, best), part)


def _mixed_part(best: str, part: Deciding[ThresholdAnswer] | Deciding[Handover]) -> str:
    what = "mixes the time before and since" if part.since is not None else "counts rows that are too young to judge"
    return f"The figures are of all rows: the best of these, {best}, {what}."
