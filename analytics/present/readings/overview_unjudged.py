"""What is said of the rows that are not judged: how many, why, and whether they ever will be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.present import words

if TYPE_CHECKING:
    from analytics.answers.overview import Overview
    from analytics.answers.question import Question
    from analytics.measure.labels.lateness import LabelArrival

_NOT_BY_AGE = ", old ones as often as new ones"


def _has_confidence(answers: Question | None) -> bool:
    """Whether a confidence was chosen that rows can do without: they are right or wrong all the same."""
    mapping = None if answers is None else answers.log.mapping
    return mapping is not None and mapping.score is not None and mapping.kind != "rankings"


def unjudged_part(overview: Overview, answers: Question | None = None) -> str:
    """Say how many rows, not those they stand for, lack a label, a score or a prediction (``answers``); if labels are late."""
    counts = overview.rows or overview.counts
    n, parts = counts["n"], []
    unanswered = counts["n_unscored"] if answers is not None and not answers.log.mapping.has_score else 0
    if unlabelled := counts["n_unlabelled"] - unanswered:
        verb = "has" if unlabelled == 1 else "have"
        arrival = overview.arrival
        yet = " yet" if arrival is not None and arrival.may_come else ""
        parts.append(f"{words.plural(unlabelled, 'row')} ({words.share(unlabelled / n)}) {verb} no label{yet}")
        if arrival is not None and not arrival.is_late:
            parts[-1] += f"{_NOT_BY_AGE}, so those with one may not be typical"
        elif arrival is not None and not yet:
            parts[-1] += f", and of the oldest fifth {words.share(arrival.oldest)} will hardly get one"
    if unscored := counts["n_unscored"]:
        verb = "has" if unscored == 1 else "have"
        what = "prediction" if unanswered else "confidence" if _has_confidence(answers) else "score"
        parts.append(f"{words.plural(unscored, 'row')} ({words.share(unscored / n)}) {verb} no {what}")
    way = " Choose no confidence on Logs, and those without one are." if unscored and _has_confidence(answers) else ""
    return f"{'; '.join(parts)}. They are not judged.{way}" if parts else ""


def lacking(unanswered: float) -> str:
    """Say what rows lack that are not judged, by the share of them of which the label is known and nothing was predicted.

    >>> lacking(0), lacking(1), lacking(0.4)
    ('no label', 'no prediction', 'no label or no prediction')
    """
    return "no label" if unanswered <= 0 else "no prediction" if unanswered >= 1 else "no label or no prediction"


def unlabelled_words(n: int, arrival: LabelArrival | None, unanswered: float = 0.0) -> str:
    """Say in a line of counts how many rows have no label, and that they may never get one where that is so.

    >>> from analytics.measure.labels.lateness import LabelArrival
    >>> unlabelled_words(1_234, LabelArrival(None, True, 0.0)), unlabelled_words(1_234, None)
    ('1,234 not known yet', '1,234 without a label')
    >>> unlabelled_words(1_234, LabelArrival(None, False, 0.1))
    '1,234 without a label, old ones as often as new ones'
    >>> unlabelled_words(85, None, unanswered=1.0)
    '85 with no prediction'
    """
    if n and unanswered > 0:
        return f"{words.count(n)} with {lacking(unanswered)}"
    if not n or (arrival is not None and arrival.may_come):
        return f"{words.count(n)} not known yet"
    age = _NOT_BY_AGE if arrival is not None and not arrival.is_late else ""
    return f"{words.count(n)} without a label{age}"
