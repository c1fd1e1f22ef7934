"""How good it is: headline numbers, right and wrong predictions, scores and time lines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from analytics.answers.overview import overview
from analytics.answers.thresholds.priced import priced
from analytics.measure.metrics import METRICS
from analytics.measure.slices_cost import COST
from analytics.present import drawings, readings, words
from analytics.present.report import tables
from analytics.present.report.parts import Block, Chart, Figure, Section, Series, Sheet
from analytics.present.report.sheets import BESIDE, Column, sheet_of

if TYPE_CHECKING:
    from analytics.answers.overview import Overview
    from analytics.answers.question import Question
    from analytics.answers.report.asking import ReportAsking
    from analytics.query.engine import Engine

_OUTCOMES = {"tp": "True positive", "fp": "False positive", "fn": "False negative", "tn": "True negative"}
_LABELS = {"positive": "Positive", "negative": "Negative", "unlabelled": "Not known yet"}
_RATES = ("error_rate", "selection_rate", "prevalence")


def ask(engine: Engine, asking: ReportAsking) -> Overview:
    """Ask for the headline numbers."""
    what = priced(engine, asking.question, asking.policy) if asking.slice_metric == COST else None
    return replace(overview(engine, asking.question), priced=what)


def build(answer: Overview, asking: ReportAsking) -> tuple[Section, ...]:
    """Return the section of the headline numbers."""
    question = asking.question
    known = readings.overview_reading(answer, question, asking.metric)
    method = "Intervals are at 95 %. A value without a denominator is shown as “–”, not as zero."
    blocks: list[Block] = [*_figures(answer, question), _metrics_sheet(answer, question)]
    return (Section("overview", "How good it is", known, tuple(blocks), method, begins_page=True),)


def _metrics_sheet(answer: Overview, question: Question) -> Sheet:
    """Return every metric with its interval and its definition."""
    shown = tables.metrics(answer, is_right_or_wrong=question.log.is_right_or_wrong)
    labels = pl.Series("label", [METRICS[name].label for name in answer.metrics["metric"]], dtype=pl.String)
    heads = {"label": "Metric", "metric": "Name", "value": "Value", "low": "Low", "high": "High"}
    frame = answer.metrics.select(labels, "metric", "value", "low", "high")
    return Sheet("overview", "All metrics", shown, frame, heads, dict.fromkeys(("value", "low", "high"), "number"))


def _figures(answer: Overview, question: Question) -> list[Figure]:
    """Return confusion matrix, scores and time lines with their readings and tables."""
    if question.log.is_right_or_wrong:  # rows of no class have no confusion matrix and no threshold
        return []
    confusion = readings.confusion_reading(
        answer.counts, is_weighted=answer.rows is not None, selective=answer.selective
    )
    scores = readings.score_reading(answer, question)
    found = [
        Figure(
            "Right and wrong predictions",
            confusion,
            drawings.confusion_drawing(answer.counts, confusion),
            _outcome_sheet(answer),
        ),
        Figure(
            "How the scores separate the labels",
            scores,
            drawings.score_drawing(answer.histogram, question.threshold, scores),
            _score_sheet(answer),
            _score_chart(answer.histogram),
        ),
    ]
    if answer.trend is not None and answer.every is not None:
        time = readings.trend_reading(
            answer.trend, answer.every, are_late=answer.may_labels_come, selective=answer.selective
        )
        title = f"Over time, by {words.BUCKETS[answer.every]}"
        drawing = drawings.trend_drawing(answer.trend, answer.every, time)
        found.append(Figure(title, time, drawing, _time_sheet(answer), _time_chart(answer)))
    return found


def _outcome_sheet(answer: Overview) -> Sheet:
    """Return the counts of the confusion matrix."""
    counts = [answer.counts[name] for name in _OUTCOMES]
    n = sum(counts)
    shares = [count / n if n else None for count in counts]
    frame = pl.DataFrame(
        {"outcome": list(_OUTCOMES.values()), "rows": counts, "share": pl.Series(shares, dtype=pl.Float64)}
    )
    columns = (
        Column("outcome", "Outcome"),
        Column("rows", "Rows", "count"),
        Column("share", "Share of judged rows", "share"),
    )
    return sheet_of("outcomes", "Right and wrong predictions", frame, columns, shape="narrow")


def _score_sheet(answer: Overview) -> Sheet:
    """Return the rows by score and label."""
    columns = [Column("low", "Score from", "score"), Column("high", "Score to", "score")]
    columns += [Column(name, label, "count") for name, label in _LABELS.items()]
    return sheet_of("scores", "Rows by score and label", answer.histogram, columns, shape="narrow", most=BESIDE)


def _score_chart(bars: pl.DataFrame) -> Chart:
    """Return the rows by score as lines."""
    names = [words.threshold_text(low) for low in bars["low"].to_list()]
    series = [Series(label, bars[name].to_list()) for name, label in _LABELS.items()]
    return Chart("lines", names, series, "Score", "Rows")


def _time_sheet(answer: Overview) -> Sheet:
    """Return the time lines."""
    assert answer.trend is not None and answer.every is not None
    every = answer.every
    names = [None if each is None else words.bucket_label(each, every) for each in answer.trend["bucket"].to_list()]
    frame = answer.trend.with_columns(pl.Series("bucket", names, dtype=pl.String))
    columns = [Column("bucket", words.BUCKETS[every].capitalize()), Column("n", "Rows", "count")]
    columns.append(Column("error_rate", METRICS["error_rate"].label, "share", has_ends=True))
    columns += [Column(name, METRICS[name].label, "share") for name in _RATES[1:]]
    columns.append(Column("share_unlabelled", "Not known yet", "share"))
    return sheet_of(
        "time", f"Over time, by {words.BUCKETS[every]}", frame.reverse(), columns, "The newest first.", most=BESIDE
    )


def _time_chart(answer: Overview) -> Chart:
    """Return the time lines as lines."""
    assert answer.trend is not None and answer.every is not None
    every = "1d" if answer.every == "1w" else answer.every
    known = answer.trend.filter(pl.col("bucket").is_not_null())
    names = [words.bucket_label(each, every) for each in known["bucket"].to_list()]
    series = [Series(METRICS[name].label, known[name].to_list()) for name in _RATES]
    return Chart("lines", names, series, words.BUCKETS[answer.every].capitalize(), "Share", is_share=True)
