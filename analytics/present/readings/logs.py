"""Readings of a log: whether it is fit to be judged, and where its rows went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words
from analytics.present.readings.overview_unjudged import lacking

if TYPE_CHECKING:
    from analytics.log.schema import Log


def fitness_reading(log: Log) -> str:
    """Say whether a log is fit to be judged: on how many rows, and what is in the way."""
    graver = {level: sum(finding.severity == level for finding in log.findings) for level in ("error", "warning")}
    if not log.n_rows:
        return "Not fit to be judged: the log has no rows. Export it again."
    if not log.n_labelled:
        return f"Cannot be judged yet: none of its {words.plural(log.n_rows, 'row')} has a label that is known."
    if graver["error"]:
        first = next(finding for finding in log.findings if finding.severity == "error")
        more = f" {words.plural(graver['error'] - 1, 'more error')} below." if graver["error"] > 1 else ""
        return f"Not fit to be judged as it stands. {first.message}{more}"
    if log.n_labelled == log.n_rows:
        judged = f"every one of its {words.plural(log.n_rows, 'row')} has a label"
    else:
        rest = f"a label and a prediction, the rest has {lacking(log.unanswered)}"
        known = rest if log.unanswered else "a label, the rest is not known yet"
        judged = (
            f"{words.count(log.n_labelled)} of {words.plural(log.n_rows, 'row')} "
            f"({words.share(log.n_labelled / log.n_rows)}) have {known}"
        )
    if graver["warning"]:
        return f"Fit to be judged, with care: {judged}. {words.plural(graver['warning'], 'warning')} below."
    return f"Fit to be judged: {judged}, and preflight found nothing in the way."


def books_reading(log: Log) -> str:
    """Close the books of a log in words: rows read are rows kept and rows set aside."""
    reading = log.reading
    aside = sum(reason.rows for reason in reading.set_aside)
    reasons = "; ".join(f"{words.count(reason.rows)} {reason.reason}" for reason in reading.set_aside)
    return (
        f"{words.plural(reading.rows_read, 'row')} read = {words.count(reading.rows_kept)} kept + {words.count(aside)} set aside"
        + (f" ({reasons})." if reasons else ".")
    )
