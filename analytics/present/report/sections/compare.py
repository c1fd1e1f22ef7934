"""Whether the candidate may replace what is live: the verdict, every metric on the same pairs, and where the candidate loses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from analytics.answers.compare.whole import WholeComparison, whole_comparison
from analytics.measure.compare.difference import COST, difference_table, direction_of
from analytics.measure.metrics import METRICS
from analytics.present import palette, readings, words
from analytics.present.discovery import slice_words
from analytics.present.readings.compare import metric_phrase
from analytics.present.report.chart_drawing import chart_drawing
from analytics.present.report.parts import Block, Chart, Figure, Section, Series, Sheet
from analytics.present.report.sheets import BESIDE, Column, sheet_of, split_lead
from analytics.present.report.tables import short
from analytics.present.tables.compare import metric_rows

if TYPE_CHECKING:
    from analytics.answers.compare.answer import Comparison
    from analytics.answers.compare.slices import LosingSlices
    from analytics.answers.report.asking import ReportAsking
    from analytics.query.engine import Engine

_TITLE = "May the candidate go live"


def ask(engine: Engine, asking: ReportAsking) -> WholeComparison | None:
    """Compare the two sides that somebody named."""
    return None if asking.compared is None else whole_comparison(engine, asking.compared)


def build(found: WholeComparison | None, _: ReportAsking) -> tuple[Section, ...]:
    """Return the section of the comparison; none without two sides."""
    if found is None:
        return ()
    answer = found.answer
    said = readings.but_worse(readings.compare_reading(answer), answer.verdict.word, found.slices)
    if found.corrected is not None and found.corrected.is_known:
        said = f"{readings.judged_reading(found.corrected)}\n{readings.by_judge_alone(said)}"
    lead, more = split_lead(said)
    live, candidate = (short(name) for name in answer.names)
    blocks: list[Block] = [f"Live: {live}. Candidate: {candidate}.", *([more] if more else [])]
    if answer.account.judged:
        chart = _chart(answer)
        told = readings.metric_table_reading(answer)
        title = "How much better the candidate is, metric by metric"
        blocks.append(Figure(title, told, chart_drawing(chart, lead), _metrics(answer), chart))
        blocks += [readings.changes_reading(answer), _changes(answer)]
    if found.slices is not None:
        blocks.append(readings.losing_reading(found.slices))
        blocks += _slices(found.slices)
    if not answer.running.is_empty():
        blocks += [readings.running_reading(answer.running), _running(answer.running)]
    method = (
        "Both sides answer the same inputs, and only what differs on a pair counts; intervals are paired, at 95 %. Slices are "
        "found on one half of the pairs and confirmed on the other. A row without its partner counts as neither."
    )
    return (Section("compare", _TITLE, lead, tuple(blocks), method, glance=lead, begins_page=True),)


def _chart(answer: Comparison) -> Chart:
    """Return how much better the candidate is in every share, as bars around zero."""
    told = [
        each
        for each in answer.differences
        if each.metric != COST and METRICS[each.metric].is_share and direction_of(each.metric) != "neither"
    ]
    ends = [[None if end != end else end for end in each.improvement] for each in told]
    value, low, high = ([row[place] for row in ends] for place in range(3))
    series = Series("Candidate better by", value, low, high, palette.PRODUCTION)
    names = [METRICS[each.metric].label for each in told]
    return Chart("bars", names, (series,), "Metric", "Candidate better by (negative: worse)", is_share=True)


def _metrics(answer: Comparison) -> Sheet:
    """Return every metric on both sides: as people read it, and as the command gives it."""
    heads = {"metric": "Metric", "live": "Live", "candidate": "Candidate", "difference": "Difference (95 %)"}
    heads |= {"candidate is": "Candidate is"}
    columns = [Column(name, head, "words") for name, head in heads.items()]
    shown = sheet_of("comparison", "Every metric on the same pairs", metric_rows(answer), columns)
    return replace(shown, frame=difference_table(answer.differences), heads={}, kinds={})


def _changes(answer: Comparison) -> Sheet:
    """Return the pairs that changed, by label."""
    columns = (
        Column("label", "Label", "words"),
        Column("n", "Pairs", "count"),
        Column("newly_right", "Newly right", "count"),
        Column("newly_wrong", "Newly wrong", "count"),
        Column("net", "Net, of all of the label", "points", has_ends=True),
    )
    return sheet_of("comparison changes", "Who changed", answer.changes, columns, shape="narrow")


def _slices(found: LosingSlices) -> list[Block]:
    """Return the slices that the other half of the pairs confirms; no table where there is none."""
    if found.table.is_empty() or not found.table["is_confirmed"].any():
        return []
    kind = "points" if found.metric != COST and METRICS[found.metric].is_share else "number"
    names = pl.Series("slice", [slice_words(each) for each in found.slices], dtype=pl.String)
    ends = {"low": "difference_low", "high": "difference_high"}
    table = found.table.with_columns(names).filter("is_confirmed").rename(ends)
    more = found.table.height - table.height
    columns = (
        Column("slice", "Where", "words"),
        Column("direction", "Candidate", "words"),
        Column("n", "Pairs", "count"),
        Column("difference", "Worse by", kind, has_ends=True),
    )
    loss = metric_phrase(found.metric)
    note = f"By {loss}; the candidate's less the live one, on the half that confirms: above 0 it loses."
    if more:
        note += f" {words.plural(more, 'slice')} more of the search {'was' if more == 1 else 'were'} not confirmed."
    return [sheet_of("comparison slices", "For whom the candidate is worse, and for whom better", table, columns, note)]


def _running(table: pl.DataFrame) -> Sheet:
    """Return what either side took."""
    ends = {"low": "difference_low", "high": "difference_high"}
    columns = (
        Column("column", "Column", "words"),
        Column("what", "What", "words"),
        Column("live", "Live", "number"),
        Column("candidate", "Candidate", "number"),
        Column("difference", "Difference", "number", has_ends=True),
    )
    return sheet_of("comparison running", "What it is to run", table.rename(ends), columns, most=BESIDE)
