"""What is said before the first sentence of a page: that its numbers may be about something else than the model."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from analytics.answers.question import is_of_rows, model_versions
from analytics.log.receipt import IN_EARLIER_EXPORT, PROGRAM_WORDS
from analytics.log.score_form import is_middle
from analytics.log.weight import is_share
from analytics.measure.headline import headline
from analytics.present import words
from analytics.present.readings.brief_parts import stopped_sentence, turning_sentence
from analytics.present.readings.overview_lead import MAX_NOUN

if TYPE_CHECKING:
    from analytics.answers.labels_turning import Turning
    from analytics.answers.overview import Overview
    from analytics.answers.question import Question

_OTHERWISE = 0.1
"""Rows decided otherwise than the threshold says, for each one that it flags, from which on another rule decided. By hand."""
_LOST = 0.05
"""Share of the rows of a file that were set aside from which on the others may be of another kind. By hand."""
_REMARKS = 50
"""Lines above a table up to which they are remarks; more may be another table. By hand."""
_UNCHOSEN = "The log does not say which threshold decides: what follows is at"
_USUAL = 0.5
"""Threshold of chances where nobody says another one."""


def cautions(question: Question, overview: Overview) -> str:
    """Say what undoes or limits the numbers of an overview, before them; empty where nothing does."""
    parts = (
        _set_aside_part,
        _copied_part,
        _one_class_part,
        _too_good_part,
        _nothing_told_part,
        _wrong_way_part,
        unseen_labels_part,
        _stopped_in_part,
        _undecided_part,
        _cut_part,
    )
    said = [
        "" if overview.stopped is None else stopped_sentence(*overview.stopped),
        "" if overview.turning is None else turning_sentence(overview.turning),
        *(part(question) for part in parts if part is not _one_class_part or not _explains(overview.turning, question)),
        _alike_part(question, overview),
        _against_part(question, overview),
        _drawn_part(question),
    ]
    return " ".join(filter(None, said))


def cautioned(
    reading: str, *questions: Question, young: Iterable[Turning | None] = (), at_threshold: bool = False
) -> str:
    """Return the reading of another page behind what undoes its numbers, where it does not say so itself.

    Of the sides of a comparison each is asked; ``young`` are the rows of either that may still turn, where there are such rows.
    ``at_threshold`` says that another threshold would give other numbers, so that one that nobody chose is said.
    """
    parts = (
        _copied_part,
        _one_class_part,
        _too_good_part,
        _nothing_told_part,
        _wrong_way_part,
        _drawn_part,
        _stopped_in_part,
        *([unchosen_part] if at_threshold else []),
    )
    beside = [*young, *([None] * len(questions))]
    turning = [turning_sentence(each) for each in beside if each is not None]
    asked = [
        part(question)
        for part in parts
        for question, each in zip(questions, beside, strict=False)
        if part is not _one_class_part or not _explains(each, question)
    ]
    found = dict.fromkeys([*turning, *asked])
    said = [each for each in found if each and not reading.startswith(each.partition(":")[0])]
    return " ".join([*said, reading])


def _explains(young: Turning | None, question: Question) -> bool:
    """Whether labels are of one class from a day on because those of the other come last."""
    return young is not None and any(young.explains(each) for each in question.log.findings)


def _set_aside_part(question: Question) -> str:
    """Say that many rows of the file were not read as rows: the numbers are those of the others; else nothing."""
    reading = question.log.reading
    lost = sum(each.rows for each in reading.set_aside if each.reason not in (PROGRAM_WORDS, IN_EARLIER_EXPORT))
    above = 0 if reading.lines is None else reading.lines.skipped
    above = above if above > _REMARKS else 0
    if question.cohort or lost + above <= _LOST * (reading.rows_read + above):
        return ""
    share = words.share((lost + above) / (reading.rows_read + above))
    return f"{share} of the rows were left out, and Logs says why: check that before all that follows."


def _alike_part(question: Question, overview: Overview) -> str:
    """Say that the judged rows of a cohort are of one class, so that one kind of error is not seen; else nothing."""
    counts = overview.counts
    n_positive, n_negative = counts["tp"] + counts["fn"], counts["fp"] + counts["tn"]
    if not question.cohort or (n_positive and n_negative) or not n_positive + n_negative:
        return ""
    own, unseen = ("positive", "which alarms are false") if n_positive else ("negative", "what is missed")
    return f"Every judged row here is {own}, so {unseen} is not seen: widen the cohort before all that follows."


def _too_good_part(question: Question) -> str:
    """Say that the score tells the classes so well that it may know the outcome; else nothing."""
    if not any(each.code == "score-too-good" for each in question.log.findings):
        return ""
    return "The score tells the label almost without error: check that it knows nothing of the outcome before all that follows."


def told_column_part(question: Question) -> str:
    """Name a column that tells the label on every row: where the model sees it, how good it is says nothing; else nothing."""
    name = next((each.column for each in question.log.findings if each.code == "label-copied"), None)
    if name is None:
        return ""
    column = words.shortened(words.one_line(name), MAX_NOUN)
    return f"{column!r} tells the label on every row: check that the model does not see it."


def _one_class_part(question: Question) -> str:
    """Say that labels are of one class, all or from a day on: a metric of those rows says nothing of the model; else nothing."""
    whole = next((each.message for each in question.log.findings if each.code == "one-class"), None)
    if whole is not None and not question.cohort:
        return f"{words.one_line(whole.partition('.')[0])}: log those of the other class before all that follows."
    found = next((each for each in question.log.findings if each.code == "one-class-after"), None)
    if found is None or found.example is None or not is_of_rows(question, found):
        return ""
    since = words.bucket_label(date.fromisoformat(found.example[:10]), "1d")
    return f"From {since} on labels are of one class: leave these rows out before all that follows."


def together_part(question: Question) -> str:
    """Say within a sentence that several model versions are judged as one; else nothing."""
    name = question.log.mapping.model_version
    n = len(model_versions(question.log))
    if n < 2 or any(clause.column == name for clause in question.cohort.clauses):
        return ""
    return f" by {'both' if n == 2 else 'all'} versions together"


def _against_part(question: Question, overview: Overview) -> str:
    """Say that much was decided otherwise than the judged threshold says; else nothing."""
    found = next((each for each in question.log.findings if each.code == "decision-against-score"), None)
    if found is None or question.cohort or question.threshold != question.log.mapping.threshold:
        return ""
    if (found.rows or 0) < _OTHERWISE * max(overview.counts["n_flagged"], 1):
        return ""
    at, rows = words.threshold_text(question.threshold), words.plural(found.rows or 0, "row")
    return f"Threshold {at} is not what decided: {rows} were decided otherwise, and what follows judges the score."


def behind_stopped_labels(reading: str, question: Question) -> str:
    """Return what is said of labels behind where they stopped, which no waiting mends."""
    return f"{_stopped_in_part(question)} {reading}".strip()


def _stopped_in_part(question: Question) -> str:
    """Say where labels stopped while those of others go on: nothing that follows is of the newer rows there; else nothing."""
    found = next((each for each in question.log.findings if each.code == "labels-stopped-in"), None)
    if found is None or found.column is None or found.example is None or question.cohort:
        return ""
    value, _, day = found.example.rpartition(" since ")
    where = f"{words.column_words(found.column)} is {value}"
    since = words.bucket_label(date.fromisoformat(day), "1d")
    return (
        f"Where {words.shortened(words.one_line(where), MAX_NOUN)} no row has a label since {since}, and others go on."
    )


def _nothing_told_part(question: Question) -> str:
    """Say that the score may tell nothing of this label: then one of the two may be another column; else nothing."""
    if not any(each.code == "score-tells-nothing" for each in question.log.findings):
        return ""
    label = words.shortened(words.one_line(question.log.mapping.label or ""), MAX_NOUN)
    return f"The score does not tell {label!r} beyond chance: check that this is the label before all that follows."


def unseen_labels_part(question: Question) -> str:
    """Say that labels hang on the score somewhere else than at the threshold: then these are not all errors; else nothing."""
    said = next((each.message for each in question.log.findings if each.code == "labels-hang-on-score"), "")
    return f"{words.one_line(said.partition(':')[0])}, and all that follows is of these." if said else ""


def _wrong_way_part(question: Question) -> str:
    """Say that what is judged ranks the wrong way round: then all that follows is of another question; else nothing."""
    said = next((each.message for each in question.log.findings if each.code == "score-ranks-wrong-way"), "")
    what = words.one_line(said.partition(":")[0])
    low = ", and whether low scores mean it," if question.log.mapping.score else ""
    return f"{what}: check which value is positive{low} before all that follows." if said else ""


def _copied_part(question: Question) -> str:
    """Say that the label is likely the prediction itself: then what follows says nothing of the model; else nothing."""
    if not question.log.has_copied_label:
        return ""
    return "The label is likely the prediction itself: check it before all that follows."


def _undecided_part(question: Question) -> str:
    """Say that the judged threshold did not decide: decisions are all alike, or follow one that moved; else nothing."""
    said = {each.code: each.message for each in question.log.findings}
    if "decisions-alike" in said:
        what = words.one_line(said["decisions-alike"].partition(";")[0])
        return f"{what}: what follows is of the score, as if it decided."
    if "threshold-moved" in said and not question.cohort:
        what = words.one_line(said["threshold-moved"].partition(". ")[0])
        return f"{what}; what follows judges all rows at {words.threshold_text(question.threshold)}."
    return ""


def _cut_part(question: Question) -> str:
    """Say that a column may be what was decided, at another line than the one that is judged; else nothing."""
    found = next((each for each in question.log.findings if each.code == "cut-of-score"), None)
    if found is None:
        return ""
    column = words.shortened(words.one_line(found.column or ""), MAX_NOUN)
    return f"{column!r} may be what was decided, at {found.example}: choose it as decision on Logs before all that follows."


def score_beside_part(question: Question) -> str:
    """Say that a column may be the score that the judged decision was made by; else nothing."""
    found = next((each for each in question.log.findings if each.code == "cut-of-decision"), None)
    if found is None:
        return ""
    column = words.shortened(words.one_line(found.column or ""), MAX_NOUN)
    if question.log.reading.is_logged_below:
        return f"Low {column!r} was decided positive, so that the decision is judged."
    return f"{column!r} may be the score behind the decision: choose it on Logs to see calibration and thresholds."


def unchosen_part(question: Question) -> str:
    """Say that nobody may have chosen the threshold: the middle of the scores, or of chances of what is rare; else nothing.

    It stands before what is wrong there: at another threshold that is another number.
    """
    log = question.log
    if log.is_right_or_wrong:
        return ""
    is_usual = log.score_kind == "probability" and question.threshold == _USUAL == log.mapping.threshold
    if is_usual and log.mapping.decision is None and headline(*log.class_counts).is_apart:
        return f"{_UNCHOSEN} the usual one."
    if log.score_kind != "rank" or not is_middle(log.mapping, log.reading, question.threshold):
        return ""
    ends = words.between(*(words.threshold_text(float(edge)) for edge in (log.edges[0], log.edges[-1])))
    return f"{_UNCHOSEN} the middle of scores of {ends}."


def _drawn_part(question: Question) -> str:
    """Say that rows were likely drawn, and by which weight: then all rates are the sample's; else nothing.

    Of the weights that nobody chose the share that was kept says so by its name.
    """
    log = question.log
    name = next((each.column for each in log.findings if each.code == "drawn-by-class"), None)
    if name is None:
        others = [each.column for each in log.findings if each.code == "rows-that-stand-for-many" and each.column]
        kept = next((other for other in others if log.mapping.weight is None and is_share(log.column(other))), None)
        if kept is None:
            return ""
        column = words.shortened(words.one_line(kept), MAX_NOUN)
        return f"The rows are a sample by {column!r}: choose it as weight on Logs before any rate is believed."
    column = words.shortened(words.one_line(name), MAX_NOUN)
    return f"The rows were likely drawn by class: choose {column!r} as weight on Logs before any rate is believed."
