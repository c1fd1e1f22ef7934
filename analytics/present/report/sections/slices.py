"""Where it fails, by column: a section for each column or pair of columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.answers.slices import slices
from analytics.measure.metrics import METRICS
from analytics.present import drawings, readings, words
from analytics.present.marks.slices import order_words, question_of, slice_marks
from analytics.present.report import tables
from analytics.present.report.parts import Chart, Figure, Section, Series, Sheet
from analytics.present.tables.slices import column_labels, slice_display_table

if TYPE_CHECKING:
    from analytics.answers.report.asking import ReportAsking
    from analytics.answers.slices import SliceAnswer
    from analytics.query.engine import Engine

_SHARES = ("share_of_errors", *(name for name, metric in METRICS.items() if metric.is_share))


def ask(engine: Engine, asking: ReportAsking) -> tuple[SliceAnswer, ...]:
    """Ask for the slices of each choice of columns."""
    asked = {"metric": asking.slice_metric, "policy": asking.policy}
    return tuple(slices(engine, asking.question, by, **asked) for by in asking.by)  # type: ignore[arg-type]


def build(answers: tuple[SliceAnswer, ...], asking: ReportAsking) -> tuple[Section, ...]:
    """Return a section for each answer."""
    noun = readings.positives_of(asking.question.log)
    return tuple(_section(answer, noun, place) for place, answer in enumerate(answers, 1))


def _section(answer: SliceAnswer, positives: str, place: int) -> Section:
    """Return the section of one answer: one column as a ranking, two as a heat map."""
    metric, reading = answer.metric, readings.slices_reading(answer, positives)
    overall = answer.overall[metric][0]
    if len(answer.by) == 1:
        drawing = drawings.bars_drawing(answer.table, metric, overall, reading)
        cut = len(answer.table) > drawings.MAX_BARS
        first = f"the first {drawings.MAX_BARS} slices, " if cut else ""
        what = f" against the rest, {first}{order_words(answer.table, metric)}"
    else:
        drawing = drawings.heat_drawing(answer.table, answer.by, metric, overall, reading)
        what = drawings.heat_words(answer.table)
    by = words.listed([tables.short(column, 60) for column in answer.by])
    note = tables.slices_note(answer)
    figure = Figure(f"{METRICS[metric].label} by {by}{what}", "", drawing, _sheet(answer, by, place), _chart(answer))
    return Section("slices", f"{question_of(metric)} By {by}", reading, (figure,), note, begins_page=True)


def _sheet(answer: SliceAnswer, by: str, place: int) -> Sheet:
    """Return the table of the slices."""
    frame = slice_display_table(answer)
    kinds = {name: "share" for name in frame.columns if name.removesuffix("_low").removesuffix("_high") in _SHARES}
    kinds |= {name: "p" for name in frame.columns if name.endswith("p_adjusted")}
    kinds |= {name: "count" for name in frame.columns if name in ("n", "n_labelled") or name.startswith("excess")}
    is_share = METRICS[answer.metric].is_share
    kinds |= {name: "in points" if is_share else "number" for name in frame.columns if name.startswith("difference")}
    shape = "one" if len(answer.by) == 1 else "two"
    title = f"{METRICS[answer.metric].label} by {by}"
    return Sheet(f"slices {place}", title, tables.slices(answer), frame, column_labels(answer), kinds, "", shape)


def _chart(answer: SliceAnswer) -> Chart | None:
    """Return one column as bars, none of two."""
    if len(answer.by) > 1:
        return None
    marks = [mark for mark in slice_marks(answer.table, answer.metric, drawings.MAX_BARS) if mark.value is not None]
    metric = METRICS[answer.metric]
    value, low, high = ([getattr(mark, end) for mark in marks] for end in ("value", "low", "high"))
    values = Series(metric.label, value, low, high)
    names = [tables.short(mark.label, 60) for mark in marks]
    return Chart("bars", names, (values,), tables.short(answer.by[0], 60), metric.label, is_share=metric.is_share)
