"""The tables of the report, as text that only needs to be laid out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.described import described
from analytics.present.marks.slices import order_words, p_column, points_to, slice_marks, support_words
from analytics.present.selective import unseen_value_part

if TYPE_CHECKING:
    from analytics.answers.overview import Overview
    from analytics.answers.question import Question
    from analytics.answers.slices import SliceAnswer
    from analytics.log.schema import Log

_MAX_SLICES = 30
"""Rows of the report's table of slices, the worst first: a page in print beside their figure. A judgement."""
_MAX_TEXT = 200
"""Characters of a text from the log in a cell: keeps a row within some lines in print. A judgement."""
_MAX_FINDINGS = 100
"""Findings about the log that the report lists: a log with more is too broken to read them all. A judgement."""
_EXCESS = {"excess_errors": "Excess errors", "excess_base_rate": "By the base rate", "excess_model": "By the model"}
_ARROWS = {"up": "▲\u00a0", "down": "▼\u00a0", None: ""}


@dataclass(frozen=True)
class Head:
    """The heading of a column."""

    text: str
    is_number: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell: its text, a class of the style sheet, a small tag and an interval behind it."""

    text: str
    mark: str = ""
    tag: str = ""
    interval: str = ""


@dataclass(frozen=True)
class Row:
    """A row and its class of the style sheet."""

    cells: Sequence[Cell]
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """Headings and rows."""

    heads: Sequence[Head]
    rows: Sequence[Row]


def short(text: str, limit: int = _MAX_TEXT) -> str:
    """Return data as text of the report: one line, cut."""
    return words.shortened(words.one_line(text), limit)


def _estimate(text: str, mark: str = "", lead: str = "") -> Cell:
    """Return a cell whose interval stays in one piece.

    >>> _estimate("0.65 (0.64–0.66)")
    Cell(text='0.65', mark='', tag='', interval='0.64–0.66')
    """
    value, _, interval = text.partition(" (")
    return Cell(f"{lead}{value}", mark, interval=interval.rstrip(")"))


def accounting(log: Log, counts: dict[str, int], stand_for: float | None = None) -> Table:
    """Account for every row: read, set aside by reason, kept, what the cohort can judge, and how many rows that stands for."""
    reading = log.reading
    judged = sum(counts[outcome] for outcome in ("tp", "fp", "fn", "tn"))
    lines = [
        ("Rows read", reading.rows_read, "total"),
        *((f"Set aside: {short(aside.reason)}", aside.rows, "") for aside in reading.set_aside),
        ("Rows kept", reading.rows_kept, "total"),
        ("In this cohort", counts["n"], ""),
        ("… with a label", counts["n_labelled"], ""),
        ("… not yet known", counts["n_unlabelled"], ""),
        ("… without a score", counts["n_unscored"], ""),
        ("… judged: with a label and a score", judged, "total"),
        *([("… which stand for", stand_for, "")] if stand_for is not None else []),
    ]
    rows = [Row((Cell(text), Cell(words.count(n))), mark) for text, n, mark in lines]
    return Table((Head("What"), Head("Rows", is_number=True)), rows)


def rows_sentence(log: Log) -> str:
    """Say how the rows read split into those kept and those set aside."""
    reading = log.reading
    aside = sum(part.rows for part in reading.set_aside)
    return (
        f"{words.plural(reading.rows_read, 'row')} read = {words.count(reading.rows_kept)} kept + "
        f"{words.count(aside)} set aside."
    )


def findings(log: Log) -> Table:
    """List what preflight found, the gravest first."""
    rows = [
        Row(
            (
                Cell(found.severity, mark=found.severity),
                Cell(found.code),
                Cell(short(found.column or words.UNDEFINED)),
                Cell(words.count(found.rows)),
                Cell(short(found.message, 4 * _MAX_TEXT)),
            )
        )
        for found in log.findings[:_MAX_FINDINGS]
    ]
    return Table((Head("Severity"), Head("Code"), Head("Column"), Head("Rows", is_number=True), Head("Finding")), rows)


def metrics(overview: Overview, *, is_right_or_wrong: bool = False) -> Table:
    """List every metric of the registry with its interval, or why it has no value."""
    rows = []
    known = set(overview.metrics["metric"])
    for name in METRICS:
        if name not in known:
            continue
        metric = described(name, is_right_or_wrong=is_right_or_wrong)
        value, low, high = overview.value(name)
        note = metric.definition
        if not words.is_known(value):
            why = metric.undefined
            if not overview.counts["n_labelled"]:
                why = "no row has a label"
            elif metric.needs_probability:
                why = "the scores are no probabilities"
            note = f"{note} No value: {why}."
        text = words.metric_interval(name, value, low, high)
        if overview.selective is not None and overview.selective.hides(name):
            unseen = unseen_value_part(overview.selective, name, value)
            text, note = "not known", f"{note} {unseen[:1].upper()}{unseen[1:]}."
        rows.append(Row((Cell(metric.label), _estimate(text), Cell(note))))
    return Table((Head("Metric"), Head("Value (95 % interval)", is_number=True), Head("Definition")), rows)


def slices(answer: SliceAnswer) -> Table:
    """List the first slices of an answer."""
    metric = METRICS[answer.metric]
    parts = {name: text for name, text in _EXCESS.items() if name == "excess_errors" or not answer.is_right_or_wrong}
    heads = [
        *(Head(short(column, 60)) for column in answer.by),
        *(Head(text, is_number=True) for text in ("Rows", "Labelled", metric.label, "Against the rest")),
        *(Head(text, is_number=True) for text in ("p, adjusted", *parts.values(), "Share of errors")),
    ]
    rows = []
    marks = slice_marks(answer.table, answer.metric, _MAX_SLICES)
    for mark, row in zip(marks, answer.table.head(_MAX_SLICES).iter_rows(named=True), strict=True):
        difference = words.metric_difference(
            answer.metric, row["difference"], row["difference_low"], row["difference_high"]
        )
        names = [short(words.value_label(value)) for value in mark.values]
        rows.append(
            Row(
                (
                    *(Cell(name) for name in names[:-1]),
                    Cell(names[-1], tag=words.FEW_ROWS if mark.verdict == "few" else ""),
                    Cell(words.count(row["n"])),
                    Cell(words.count(row["n_labelled"])),
                    _estimate(words.metric_interval(answer.metric, mark.value, mark.low, mark.high)),
                    _estimate(difference.replace(" points", ""), mark.verdict, _arrow(mark.verdict, answer.metric)),
                    Cell(words.p_value(row[p_column(answer.metric)])),
                    *(_estimate(_excess(row, part)) for part in parts),
                    Cell(words.share(row["share_of_errors"])),
                ),
                mark="few" if mark.verdict == "few" else "",
            )
        )
    return Table(heads, rows)


def _excess(row: dict[str, Any], part: str) -> str:
    """Write excess errors, or a part of them, with their interval."""
    ends = [row[f"{part}_{end}"] for end in ("low", "high")]
    text = words.signed(row[part])
    return (
        f"{text} ({words.between(*(words.plain(end, 0) for end in ends))})" if all(map(words.is_known, ends)) else text
    )


def _arrow(verdict: str, metric: str) -> str:
    """Return the arrow of a slice that stands out: up where its values are higher than the rest's."""
    return _ARROWS[points_to(verdict, metric)]


def slices_note(answer: SliceAnswer) -> str:
    """Say what the table of slices shows and what it leaves out."""
    n = len(answer.table)
    shown = (
        f"The first {_MAX_SLICES} of {words.count(n)} slices, {order_words(answer.table, answer.metric)}"
        if n > _MAX_SLICES
        else (f"All {words.plural(n, 'slice')}" if n != 1 else "The only slice")
    )
    unit = " in points" if METRICS[answer.metric].is_share else ""
    least = f"{words.count(answer.min_support)} {support_words(answer.metric)}"
    split = (
        ""
        if answer.is_right_or_wrong
        else " Excess errors split into what the base rate explains and what the model does worse."
    )
    return (
        f"{shown}, those with fewer than {least} last. Against the rest: the "
        f"difference to all other rows of the cohort{unit}, 95 % interval in brackets.{split}"
    )


def definitions(overview: Overview, *, is_right_or_wrong: bool = False) -> Table:
    """Say how every metric of this kind of log is computed, which direction is better, and where it has no value."""
    rows = [
        Row((Cell(metric.label), Cell(metric.formula), Cell(_better(metric.direction)), Cell(metric.undefined)))
        for metric in (described(name, is_right_or_wrong=is_right_or_wrong) for name in overview.metrics["metric"])
    ]
    return Table((Head("Metric"), Head("Formula"), Head("Better"), Head("Undefined where")), rows)


def _better(direction: str) -> str:
    """Say which direction is better."""
    return words.UNDEFINED if direction == "neither" else direction


def question_terms(question: Question, overview: Overview | None = None) -> list[tuple[str, str]]:
    """Say the question in words: log, cohort, threshold, roles, and the period, that of the cohort's rows where it is known."""
    log, mapping = question.log, question.log.mapping
    positive = words.listed([short(value, 40) for value in mapping.positive])
    terms = [
        ("Log", f"{short(log.name)} ({log.log_id})"),
        ("Cohort", short(question.cohort.to_words(), 2_000)),
        ("Threshold", f"{words.threshold_text(question.threshold)}: predicted positive from there on"),
        ("Score", short(mapping.score or mapping.decision or words.UNDEFINED)),
        ("Label", f"{short(mapping.label)}, positive is {positive}" if mapping.label else "no column"),
    ]
    if log.is_right_or_wrong and mapping.right is not None:
        score = (
            short(mapping.score) if mapping.score else "that of the predicted class" if mapping.has_score else "none"
        )
        terms[2:] = [("A row is right if", short(mapping.right.sentence, 400)), ("Confidence", score)]
    elif log.score_kind == "decision":
        terms[2] = ("Threshold", "none: the log holds decisions")
    own = _own_period(overview) if overview is not None and question.cohort else ""
    if own:
        terms.append(("Period", own))
    elif log.time_low and log.time_high:
        ends = (words.bucket_label(datetime.fromisoformat(end), "1h") for end in (log.time_low, log.time_high))
        terms.append(("Period of the log" if question.cohort else "Period", " to ".join(ends)))
    return terms


def _own_period(overview: Overview) -> str:
    """Name the first and the last bucket that has rows; empty where rows have no times."""
    if overview.trend is None or overview.every is None:
        return ""
    buckets = overview.trend.filter(overview.trend["n"] > 0)["bucket"].drop_nulls().sort()
    if buckets.is_empty():
        return ""
    unit = "1d" if overview.every == "1w" else overview.every
    ends = [words.bucket_label(end, unit) for end in (buckets[0], buckets[-1])]
    return f"{words.BUCKETS[overview.every]}s from {' to '.join(ends)}"
