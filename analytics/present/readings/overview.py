"""Readings of the headline numbers, of the confusion matrix and of the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.log.intervals import level_of
from analytics.log.judge_and_people import judge_and_people
from analytics.measure.intervals import wilson
from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.clusters import alike_part
from analytics.present.readings.overview_cautions import (
    cautions,
    score_beside_part,
    together_part,
    told_column_part,
    unchosen_part,
)
from analytics.present.readings.overview_lead import (
    corrected_part,
    is_of_chances,
    judged_words,
    lead_details,
    lead_part,
    noun_of,
    priced_reading,
    reason_part,
    size_part,
    trivial_part,
    with_cost,
    wrong_words,
)
from analytics.present.readings.overview_time import moved_part, since_first
from analytics.present.readings.overview_unjudged import unjudged_part
from analytics.present.selective import selective_caution, selective_details, selective_part, unseen_value_part
from analytics.present.weights import weighted_part
from analytics.query.cohort import OUTCOME_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.answers.overview import Overview
    from analytics.answers.question import Question
    from analytics.measure.labels.selective import Selective

_WIDE = 0.1
"""Width of an interval of AUROC from which chance may be a matter of few rows, a fifth of its range above 0.5. A
judgement."""
_MEANS = (
    "mean_grade",
    "mae",
    "mse",
    "bias",
    "smape",
    "interval_coverage",
    "interval_width",
    "ndcg",
    "mrr",
    "precision_at_k",
    "hit_rate",
)
"""What a share of right rows leaves out where there are numbers or ranks."""
NO_ROWS = "No row is in this cohort: remove a filter."
_NO_LABEL = "It is not known which column says what turned out: choose the label, without it nothing can be judged."


def overview_reading(overview: Overview, question: Question, metric: str = "error_rate") -> str:
    """Say how good the model is on the metric that leads, and what could not be judged; intervals and counts are details."""
    counts = overview.counts
    if not counts["n"]:
        return NO_ROWS
    n_judged = _judged_of(counts)
    if not n_judged:
        is_known = question.log.is_right_or_wrong or question.log.mapping.label is not None
        return f"{_why_unjudged(counts) if is_known else _NO_LABEL} {_flagged_part(overview)}".strip()
    if chosen := chosen_reading(question, counts):
        return chosen
    if question.log.is_right_or_wrong:
        return _answers_reading(overview, question)
    is_decision = question.log.score_kind == "decision"
    at = "by the logged decisions" if is_decision else f"at threshold {words.threshold_text(question.threshold)}"
    at += together_part(question)
    wrong = words.metric_interval("error_rate", *overview.value("error_rate"))
    errors = f"{words.plural(counts['fp'], 'false positive')} and {words.plural(counts['fn'], 'false negative')}"
    of_all = (
        f"{wrong} of {words.plural(n_judged, 'judged row')} {'is' if n_judged == 1 else 'are'} wrong {at}: {errors}."
    )
    if overview.selective is not None:
        alone = f"Of the labelled rows alone: {of_all}"
        return words.told(
            selective_part(overview.selective, noun_of(question.log)), selective_details(overview.selective), alone
        )
    lead = lead_part(overview, question, metric, at)
    alike = alike_part(question.log.mapping.unit, overview.design_effects.get(metric), question.log.mapping.weight)
    corrected = corrected_part(overview) if is_decision else ""
    by_judge = _judge_part(overview, question) if is_decision else ""
    details = [
        corrected,
        lead_details(overview, question, metric),
        of_all,
        _rates_part(overview),
        alike,
    ]
    if lead:
        reason = reason_part(question, metric)
    else:
        lead = f"{words.share(overview.value('error_rate')[0])} of judged rows are wrong {at}."
        reason = "" if "error_rate" in overview.shifts else moved_part(overview)
    since = since_first(overview, question, metric, lead)
    is_shifted, lead = since != lead and not by_judge, since
    before, after = f"{cautions(question, overview)} {unchosen_part(question)}".strip(), told_column_part(question)
    if by_judge:
        wrong_share = words.share(overview.value("error_rate")[0])
        lead, reason = f"{by_judge} The judge is wrong on {wrong_share} of the rows that people saw.", ""
        before, after = "", ""
    cost = ""
    if overview.priced is not None:
        cost, reason = priced_reading(overview.priced, is_of_decisions=is_decision), ""
    lead = " ".join(filter(None, (before, with_cost(cost, lead, is_shifted=is_shifted), after)))
    beside = "" if overview.priced is not None else trivial_part(overview, metric)
    said = [
        lead,
        reason,
        _weighted_part(overview, question),
        beside,
        unjudged_part(overview),
        score_beside_part(question),
    ]
    return words.told(" ".join(filter(None, said)), *details)


def _judge_part(overview: Overview, question: Question) -> str:
    """Say first how many rows are positive once people correct the judge, where decisions are a judge's; else nothing."""
    value, mapping = overview.value("corrected_prevalence")[0], question.log.mapping
    judged = judge_and_people(question.log.columns)
    if not words.is_known(value) or judged != {"decision": mapping.decision, "label": mapping.label}:
        return ""
    alone, noun = words.share(overview.value("selection_rate")[0]), noun_of(question.log)
    return (
        f"{words.share(value)} of all rows are {noun or 'positive'}, corrected by people; the judge alone says {alone}."
    )


def _weighted_part(overview: Overview, question: Question) -> str:
    """Say how many rows the judged ones stand for."""
    if overview.judged_rows is None:
        return ""
    return weighted_part(question.log.mapping.weight, overview.judged_rows, _judged_of(overview.counts), overview.n_eff)


def _answers_reading(overview: Overview, question: Question) -> str:
    """Say how many rows are wrong where a row is right or wrong by a rule."""
    n_judged = _judged_of(overview.counts)
    verb = wrong_words(question.log, is_one=n_judged == 1)
    wrong = words.metric_interval("error_rate", *overview.value("error_rate"))
    judged = judged_words(question.log)
    lead = f"{words.share(overview.value('error_rate')[0])} of {judged} {wrong_words(question.log)}."
    course = "" if "error_rate" in overview.shifts else moved_part(overview)
    lead = since_first(overview, question, "error_rate", lead)
    size, weighted = size_part(overview, question), _weighted_part(overview, question)
    said = " ".join(filter(None, [lead, size, course, weighted, unjudged_part(overview, question)]))
    is_chance = is_of_chances(question.log)
    means = [
        f"{_mean_name(name, is_chance=is_chance)}: {words.metric_interval(name, *overview.value(name))}"
        f"{_of_level(name, question)}."
        for name in _MEANS
        if overview.value(name)[0] is not None and not (is_chance and name == "smape")
    ]
    return words.told(said, f"{wrong} of {judged_words(question.log, n_judged)} {verb}.", *means)


def _mean_name(name: str, *, is_chance: bool) -> str:
    """Name a mean: that of squared errors is the Brier score where chances are held against what came true."""
    return "Brier score" if is_chance and name == "mse" else METRICS[name].label


def _of_level(metric: str, question: Question) -> str:
    """Say what coverage is held against where the names of given intervals say their level."""
    right = question.log.mapping.right
    if metric != "interval_coverage" or right is None or right.lower is None or right.upper is None:
        return ""
    level = level_of(right.lower, right.upper)
    return "" if level is None else f", of intervals that say {words.share(level)}"


def chosen_reading(question: Question, counts: Mapping[str, int]) -> str:
    """Say that rows chosen by their outcome have no rates, and how many there are; empty where no outcome is left out."""
    chosen = question.cohort.outcomes
    if not chosen or {"tp", "fp", "fn", "tn"} <= set(chosen) or {"right", "wrong"} <= set(chosen):
        return ""
    names = words.listed([OUTCOME_WORDS[outcome] for outcome in chosen])
    return (
        f"This cohort is chosen by its outcomes: {names}, {words.plural(counts['n'], 'row')}. Rates of such rows say nothing "
        "about the model; remove the filter to see them."
    )


def _judged_of(counts: Mapping[str, int]) -> int:
    """Count the rows with a label and a score."""
    return counts["tp"] + counts["fp"] + counts["fn"] + counts["tn"]


def _why_unjudged(counts: Mapping[str, int]) -> str:
    """Say why no row can be judged."""
    n = counts["n"]
    subject = "The one row has no" if n == 1 else f"None of the {words.plural(n, 'row')} has a"
    lacking = "label yet" if not counts["n_labelled"] else "score" if not counts["n_scored"] else None
    why = "No row has both a label and a score" if lacking is None else f"{subject} {lacking}"
    return f"{why}, so nothing can be judged."


def _flagged_part(overview: Overview) -> str:
    """Say how many rows are predicted positive."""
    selection = overview.value("selection_rate")
    if not words.is_known(selection[0]):
        return ""
    n_scored = words.plural(overview.counts["n_scored"], "scored row")
    return f"{words.metric_interval('selection_rate', *selection)} of {n_scored} are predicted positive."


def _rates_part(overview: Overview) -> str:
    """Say recall and precision, or why one of them has no value."""
    found, reasons = [], []
    for name in ("recall", "precision"):
        value = overview.value(name)
        if words.is_known(value[0]):
            found.append(f"{name} is {words.metric_interval(name, *value)}")
        else:
            reasons.append(f"{name} has no value, since {METRICS[name].undefined}")
    text = "; ".join([*([" and ".join(found)] if found else []), *reasons])
    return f"{text[:1].upper()}{text[1:]}."


def confusion_reading(
    counts: Mapping[str, int], *, is_weighted: bool = False, selective: Selective | None = None
) -> str:
    """Say which kind of error is the more frequent, and what it means for the flagged and for the positive rows.

    Of weighted counts the shares are said without an interval: that of as many rows would be too narrow. What
    labels that hang on the decision do not show is left out.
    """
    if not counts["n"]:
        return NO_ROWS
    if not _judged_of(counts):
        return _why_unjudged(counts)
    fp, fn = counts["fp"], counts["fn"]
    if not fp + fn:
        return f"No error on {words.plural(_judged_of(counts), 'judged row')}."
    main, n_main, other, n_other = (
        ("false positive", fp, "false negative", fn) if fp >= fn else ("false negative", fn, "false positive", fp)
    )
    part = _share_of(n_main, fp + fn, is_weighted=is_weighted)
    if not n_other:
        first = f"The only error is a {main}." if fp + fn == 1 else f"All {words.plural(fp + fn, 'error')} are {main}s."
    else:
        verb = "is" if n_main == 1 else "are"
        first = (
            f"{words.count(n_main)} of {words.plural(fp + fn, 'error')}, {part}, {verb} "
            f"{main}{'' if n_main == 1 else 's'}; {words.plural(n_other, other)} make up the rest."
        )
    caution = [selective_caution(selective)] if selective is not None else []
    return " ".join([*caution, first, *_consequences(counts, is_weighted=is_weighted, selective=selective)])


def _share_of(n: float, total: float, *, is_weighted: bool) -> str:
    """Return a share of rows, with its interval where rows are counted."""
    if is_weighted:
        return words.share(n / total)
    bounds = wilson(n, total)
    return words.metric_interval("error_rate", n / total, float(bounds.low), float(bounds.high))


def _consequences(counts: Mapping[str, int], *, is_weighted: bool, selective: Selective | None) -> list[str]:
    """Say which share of the flagged rows is wrong, and which share of the positive rows is missed."""
    found = []
    for metric, error, sentence in (
        ("precision", "fp", "{} of the rows predicted positive are negative"),
        ("recall", "fn", "{} of the positive rows are missed"),
    ):
        total = counts[error] + counts["tp"]
        if total and not (selective is not None and selective.hides(metric)):
            found.append(sentence.format(_share_of(counts[error], total, is_weighted=is_weighted)))
    return [f"{', and '.join(found)}."] if found else []


def _chance_part(low: float, high: float | None) -> str:
    """Say how an area whose interval begins at or below one half compares with chance."""
    if high is None or high < 0.5:
        return " That is worse than chance: is the score reversed?"
    if high - low > _WIDE:
        return " On so few rows that cannot be told from chance."
    return " That is no better than chance."


def score_reading(overview: Overview, question: Question) -> str:
    """Say how well the scores separate the labels, and how much of the log lies above the threshold."""
    if not overview.counts["n"]:
        return NO_ROWS
    if not overview.counts["n_scored"]:
        return "No row has a score."
    flagged = _flagged_part(overview)
    area = overview.value("auroc")
    if not words.is_known(area[0]):
        return f"How well the scores separate the labels is not known: {METRICS['auroc'].undefined}. {flagged}".strip()
    if question.log.score_kind == "decision":
        return f"The log holds decisions and no scores. {flagged}".strip()
    caveat = "" if overview.areas_are_exact else " Scores inside one bin count as ties."
    if overview.selective is not None:
        unseen = unseen_value_part(overview.selective, "auroc", area[0])
        alone = f"How well the scores separate the labels is not known (AUROC: {unseen})."
        return f"{selective_caution(overview.selective)} {alone} {flagged}".strip()
    pairs = words.metric_interval("error_rate", *area)
    pair = ("right", "wrong") if question.log.is_right_or_wrong else ("positive", "negative")
    lead = f"A {pair[0]} row scores above a {pair[1]} one in {pairs} of pairs, a tie counting half (AUROC)."
    if area[1] is not None and area[1] <= 0.5:
        lead += _chance_part(area[1], area[2])
    return f"{lead}{caveat} {flagged}".strip()
