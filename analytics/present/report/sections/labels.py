"""Which days may be believed: what all labels will say, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.answers.labels_answer import labels
from analytics.measure.metrics import METRICS
from analytics.present import palette, readings, words
from analytics.present.report.chart_drawing import chart_drawing
from analytics.present.report.parts import Block, Chart, Figure, Section, Series, Sheet, banded
from analytics.present.report.sheets import BESIDE, Column, sheet_of, split_lead

if TYPE_CHECKING:
    from analytics.answers.labels_answer import LabelsAnswer
    from analytics.answers.report.asking import ReportAsking
    from analytics.query.engine import Engine


def ask(engine: Engine, asking: ReportAsking) -> LabelsAnswer:
    """Ask how late labels come."""
    return labels(engine, asking.question, asking.metric)


def build(answer: LabelsAnswer, asking: ReportAsking) -> tuple[Section, ...]:
    """Return the section of the labels."""
    lead, more = split_lead(readings.behind_stopped_labels(readings.labels_reading(answer), asking.question))
    chart = _chart(answer)
    title = f"{METRICS[answer.metric].label}, of the labels that are there and of all that will come"
    figure = Figure(title, readings.matured_reading(answer), chart_drawing(chart, lead), _sheet(answer), chart)
    arrival = [readings.arrival_reading(answer)] if answer.has_times else []
    ripe = (
        ""
        if answer.ripe_on is None
        else f" The newest rows can be judged from {words.bucket_label(answer.ripe_on, '1d')} on."
    )
    known = f"{lead}{ripe}"
    method = (
        "“All labels” is what the metric is expected to be once all labels are there, from how labels of earlier days came; "
        "intervals are at 95 %."
    )
    blocks: list[Block] = [*([more] if more else []), figure, *arrival]
    return (
        Section("labels", "Which days may be believed", lead, tuple(blocks), method, glance=known, begins_page=True),
    )


def _sheet(answer: LabelsAnswer) -> Sheet:
    """Return the days of the figure."""
    kind = "share" if METRICS[answer.metric].is_share else "number"
    names = [words.bucket_label(each, answer.every) for each in answer.buckets["bucket"].to_list()]
    frame = answer.buckets.with_columns(
        pl.Series("bucket", names, dtype=pl.String),
        pl.col(pl.Float64).fill_nan(None),
    ).rename({"low": "value_low", "high": "value_high"})
    columns = (
        Column("bucket", words.BUCKETS[answer.every].capitalize()),
        Column("n", "Rows", "count"),
        Column("n_labelled", "Labelled", "count"),
        Column("to_come", "Labels to come", "count"),
        Column("naive", "Labels that are there", kind),
        Column("value", "All labels", kind, has_ends=True),
    )
    return sheet_of("labels", "Labels by time", frame.reverse(), columns, "The newest first.", most=BESIDE)


def _chart(answer: LabelsAnswer) -> Chart:
    """Return the metric over time, of the labels that are there and of all."""
    known = answer.buckets.with_columns(pl.col(pl.Float64).fill_nan(None))
    every = "1d" if answer.every == "1w" else answer.every
    names = [words.bucket_label(each, every) for each in known["bucket"].to_list()]
    naive = Series("Labels that are there", known["naive"].to_list(), colour=palette.SAME)
    metric = METRICS[answer.metric]
    series = (banded("All labels", known, ("value", "low", "high"), palette.TRUE_POSITIVE), naive)
    return Chart(
        "lines", names, series, words.BUCKETS[answer.every].capitalize(), metric.label, is_share=metric.is_share
    )
