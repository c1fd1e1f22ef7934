"""The first sentences of the overview: how good the model is on what leads, why that leads, and beside a trivial rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analytics.log.value_words import GIVEN, folded
from analytics.measure.headline import headline
from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.money import money, money_interval

if TYPE_CHECKING:
    from analytics.answers.overview import Overview, PricedRows
    from analytics.answers.question import Question
    from analytics.log.schema import Log

_YES = {"1.0", "positive", "pos", "p"}
"""Beside words of assent: they say nothing of what is positive."""
_NO_NOUN = {"label", "target", "y", "true", "outcome", "class", "flag", "truth", "positive", "actual", "gt", "value"}
_OF_TIMES = {"date", "time", "timestamp", "datetime", "day", "at", "on", "dt", "ts", "datum", "fecha"}
"""Words of a column of times that say nothing of what happened then."""
_NO_WORDS = re.compile(r"[^\w\s.\-/']")
"""What stands in no name that is made of words."""
_SPAN = re.compile(r"(?i)(?:[\s_\-.]*(?:within|in|next|after|over))?[\s_\-.]*\d+[\s_\-.]*[a-z]*$")
"""The end of a name that says within which time it came ("failed_30d", "sepsis_within_6h"): no part of what is positive."""
_PARTICIPLE = re.compile(r"(?i)\w{2,}[^\We]ed$")
"""A word that says what became of rows ("churned") and so stands before them, not for them; "need" and "speed" are none."""
MAX_NOUN = 30
"""Characters of the word for what is positive: it stands within sentences. A judgement."""
_MAX_WORDS = 2
"""Words of a column's name that can be what is positive ("late payment"); more are a description of it. A judgement."""

_FEW_FLAGGED = 10
"""Flagged rows below which the first sentence says how few they are, and no share of them. A judgement."""

_CENTS = 0.1
"""Cost of a row below which that of a thousand is told: rounded to cents it and its interval are one number. By hand."""
_MAX_BAD = 3
"""Texts of bad grades that a sentence names, beyond which it says the mark. A judgement."""


def noun_of(log: Log) -> str:
    """Name what is positive: the value of the label where it is a word, else the column where its name is one.

    Empty where neither is; then rows are called positive.
    """
    values = [words.one_line(value) for value in log.mapping.positive]
    if len(values) == 1 and values[0].strip() and not _is_yes(values[0]) and not values[0][:1].isdigit():
        return words.shortened(values[0], MAX_NOUN)
    name = words.one_line(log.mapping.label or "")
    if _NO_WORDS.search(name):
        return ""
    said = _OF_TIMES if log.mapping.positive == (GIVEN,) else set()
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+", _SPAN.sub("", name))
    kept = [part for part in parts if part.lower() not in {"is", "has", "was", *_NO_NOUN, *said}]
    return words.shortened(" ".join(kept).lower(), MAX_NOUN) if 0 < len(kept) <= _MAX_WORDS else ""


def positives_of(log: Log) -> str:
    """Name the rows that are positive: ``fraud``, ``churned rows``, ``the positive rows``."""
    noun = noun_of(log)
    return f"{noun or 'the positive'} rows" if not noun or _PARTICIPLE.search(noun) else noun


def missed_words(log: Log) -> str:
    """Say after a share what of it is missed: ``of fraud is missed``, ``of churned rows are missed``."""
    positives = positives_of(log)
    return f"of {positives} {'is' if positives == noun_of(log) else 'are'} missed"


def _is_yes(value: str) -> bool:
    """Whether a label says no more than yes, in any of the languages whose words of assent are known."""
    return value.strip().lower() in _YES or value == GIVEN or folded(value) == "1"


def judged_words(log: Log, n: int | None = None) -> str:
    """Name what is judged, counted where a number is given: rows, of which one stands for each query in a log of rankings.

    ``judged rows``, or ``1,204 judged queries``.
    """
    one, many = ("query", "queries") if log.mapping.kind == "rankings" else ("row", "rows")
    return f"judged {many}" if n is None else f"{words.count(n)} judged {one if n == 1 else many}"


def is_of_chances(log: Log) -> bool:
    """Whether chances are held against what came true, as a share where that is neither: a tie is one half."""
    right = log.mapping.right
    if (
        right is None
        or right.kind != "numbers"
        or right.predicted is None
        or right.is_relative
        or right.tolerance != 0.5
    ):
        return False
    columns = [log.column(name) for name in (right.true, right.predicted)]
    return all(float(column.low or -1) >= 0 and float(column.high or 2) <= 1 for column in columns)


def wrong_words(log: Log, *, is_one: bool = False) -> str:
    """Say what a wrong row is, after "rows" or "row": wrong, a grade below the mark, a number that is off."""
    right, be, have = log.mapping.right, "is" if is_one else "are", "has" if is_one else "have"
    if right is None or log.mapping.kind == "classes":
        return f"{be} wrong"
    if right.kind == "rankings":
        return f"{have} a first row that is not relevant"
    bad = sorted(text for text, grade in right.steps if grade < right.mark)
    if 0 < len(bad) <= _MAX_BAD:
        return f"{be} graded {' or '.join(repr(words.one_line(text)) for text in bad)}"
    if right.kind == "grades":
        return f"{have} a grade below {words.one_line(right.mark_words)}"
    if is_of_chances(log):
        return f"{have} a chance on the wrong side of one half"
    off = f"{100 * right.tolerance:g}{words.THIN_SPACE}%" if right.is_relative else f"{right.tolerance:g}"
    return f"{be} off by more than {off}"


def size_part(overview: Overview, question: Question) -> str:
    """Say how far predicted numbers are off on average, and to which side, if to one; empty where no numbers are predicted.

    The share that is off by more than a tolerance hangs on the tolerance, which is often a guess.
    """
    (mae, *_), (bias, low, high) = overview.value("mae"), overview.value("bias")
    if not words.is_known(mae) or is_of_chances(question.log):
        return ""
    said = f"On average a predicted number is off by {words.metric_text('mae', mae)}."
    if bias is None or low is None or high is None or low <= 0 <= high:
        return said
    side = "high" if bias > 0 else "low"
    return f"{said[:-1]}; all together are too {side} by {words.metric_text('bias', abs(bias))}."


def lead_part(overview: Overview, question: Question, metric: str, at: str) -> str:
    """Say how good the model is on the metric that leads; empty where that is the error rate."""
    value = overview.value(metric)
    if metric in ("error_rate", "accuracy") or not words.is_known(value[0]):
        return ""
    if metric in ("recall", "fnr", "precision"):
        return _found_part(overview, question, at)
    if metric in ("specificity", "fpr"):
        return f"{words.share(overview.value('fpr')[0])} of negative rows are false alarms {at}."
    phrase = words.metric_phrase(metric)
    return f"{phrase[:1].upper()}{phrase[1:]} is {words.metric_text(metric, value[0])} {at}."


def lead_details(overview: Overview, question: Question, metric: str) -> str:
    """Say the interval and the rows of the metric that leads, nothing of the error rate; before them that of the cost, if any."""
    return " ".join(filter(None, [_priced_details(overview.priced), _metric_details(overview, metric)]))


def _metric_details(overview: Overview, metric: str) -> str:
    """Say the interval and the rows of the metric that leads; empty where that is the error rate."""
    value, counts = overview.value(metric), overview.counts
    if metric in ("error_rate", "accuracy") or not words.is_known(value[0]):
        return ""
    if metric in ("recall", "fnr", "precision"):
        missed = words.metric_interval("fnr", *overview.value("fnr"))
        lead = f"Missed: {missed}, {words.count(counts['fn'])} of {words.plural(counts['tp'] + counts['fn'], 'row')}."
        precision = overview.value("precision")
        if not words.is_known(precision[0]):
            return lead
        right = words.metric_interval("precision", *precision)
        flagged = words.plural(counts["tp"] + counts["fp"], "flagged row")
        return f"{lead} Right: {right} of {flagged}, {words.plural(counts['fp'], 'false alarm')}."
    if metric in ("specificity", "fpr"):
        alarms = words.metric_interval("fpr", *overview.value("fpr"))
        n = words.plural(counts["fp"] + counts["tn"], "negative row")
        return f"False alarms: {alarms}, {words.count(counts['fp'])} of {n}."
    return f"{METRICS[metric].label}: {words.metric_interval(metric, *value)}."


def _found_part(overview: Overview, question: Question, at: str) -> str:
    """Say how much of what is positive is missed, and how much of what is flagged is right."""
    noun = noun_of(question.log)
    lead = f"{words.share(overview.value('fnr')[0])} {missed_words(question.log)} {at}."
    precision = overview.value("precision")
    if not words.is_known(precision[0]):
        return f"{lead} No row is flagged."
    if not overview.counts["fp"] + overview.counts["tn"]:
        return f"{lead} No judged row is negative, so false alarms are not seen."
    if (n_flagged := overview.counts["tp"] + overview.counts["fp"]) < _FEW_FLAGGED:
        return f"{lead} Only {words.plural(n_flagged, 'row')} {'is' if n_flagged == 1 else 'are'} flagged."
    return f"{lead} {words.share(precision[0])} of flagged rows are {noun or 'positive'}."


def corrected_part(overview: Overview) -> str:
    """Say how many rows are positive where people gave a label to some and a judge a decision on all."""
    value = overview.value("corrected_prevalence")
    if not words.is_known(value[0]):
        return ""
    corrected = words.metric_interval("prevalence", *value)
    alone = words.share(overview.value("selection_rate")[0])
    return (
        f"Of all rows {corrected} are positive, corrected by those with a label if these were drawn at random; the decisions "
        f"alone say {alone}."
    )


def reason_part(question: Question, metric: str) -> str:
    """Say why this metric leads, where nobody chose another one."""
    found = headline(*question.log.class_counts)
    if question.log.is_right_or_wrong:
        return ""
    if found.metric != metric or found.base_rate is None:
        return f"{METRICS[metric].label} leads, as chosen."
    share = words.share(found.base_rate)
    if found.is_apart:
        return f"{share} of the log are positive, so misses and false alarms are shown apart."
    return f"{share} of the log are positive, so the error rate weighs both kinds of error."


def priced_reading(priced: PricedRows | None, *, is_of_decisions: bool = False) -> str:
    """Say what a row costs at the present threshold, and beside a trivial rule where that is not clearly better.

    Empty where no row is judged or nobody said what errors cost.
    """
    if priced is None:
        return ""
    unit, threshold = priced.unit, words.threshold_text(priced.threshold)
    times, of = _rows_priced(priced)
    at = "by the logged decisions" if is_of_decisions else f"at threshold {threshold}"
    lead = f"{'A judged row costs' if times == 1 else f'{of} cost'} {money(times * priced.cost, unit)} {at}."
    rules = {"everybody": priced.everybody, "nobody": priced.nobody}
    cheaper = min(rules, key=lambda rule: rules[rule])
    if rules[cheaper] > priced.high:
        return lead
    than = "less" if rules[cheaper] < priced.low else "no clear difference"
    return f"{lead} Flagging {cheaper} would cost {money(times * rules[cheaper], unit)}, {than}."


def _priced_details(priced: PricedRows | None) -> str:
    """Say what a row costs with its interval; empty where nobody said what errors cost."""
    if priced is None:
        return ""
    times, of = _rows_priced(priced)
    value, low, high = (times * end for end in (priced.cost, priced.low, priced.high))
    return f"Cost per {of}: {money_interval(value, low, high, priced.unit)}."


def with_cost(cost: str, lead: str, *, is_shifted: bool) -> str:
    """Put what a row costs before the lead; behind it where errors shifted, as on the whole it is of no day either."""
    if not cost or not is_shifted:
        return f"{cost} {lead}".strip()
    return f"{lead} Over the whole period {cost if cost[0].isdigit() else cost[:1].lower() + cost[1:]}"


def _rows_priced(priced: PricedRows) -> tuple[int, str]:
    """Return of how many rows the cost is told: of one, or of as many as make it more than cents."""
    return (1, "judged row") if abs(priced.cost) >= _CENTS else (1_000, "1,000 judged rows")


def trivial_part(overview: Overview, metric: str) -> str:
    """Compare with predicting everybody or nobody, whenever the model is not clearly better than that."""
    counts = overview.counts
    n_positive, n_judged = counts["tp"] + counts["fn"], counts["tp"] + counts["fp"] + counts["fn"] + counts["tn"]
    if n_positive in (0, n_judged):
        return ""
    parts = [_trivial_errors(overview, n_positive, n_judged)]
    precision = overview.value("precision")
    if metric in ("recall", "fnr", "precision") and precision[1] is not None and precision[1] <= n_positive / n_judged:
        parts.append(f"Flagging everybody would be right in {words.share(n_positive / n_judged)}, no clear difference.")
    return " ".join(filter(None, parts))


def _trivial_errors(overview: Overview, n_positive: int, n_judged: int) -> str:
    """Compare the error rate with that of the better one of both trivial rules."""
    wrong, low, high = overview.value("error_rate")
    fewest = min(n_positive, n_judged - n_positive)
    if wrong is None or low is None or high is None or not 0 < fewest / n_judged <= high:
        return ""
    always = "negative" if fewest == n_positive else "positive"
    share, n_flagged = words.share(fewest / n_judged), overview.counts["tp"] + overview.counts["fp"]
    if n_flagged == (0 if always == "negative" else n_judged):
        return f"That is what predicting every row {always} does: wrong on {share}."
    if fewest / n_judged < low:
        return f"Predicting every row {always} would be wrong on fewer, {share}."
    rule = f"Predicting every row {always} would be wrong on {share}"
    return f"{rule}, no clear difference from the {words.share(wrong)} of the model."
