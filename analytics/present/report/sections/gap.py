"""Why production is worse than the reference: the change in parts, the columns that carry it, what to mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.answers.brief.searches import parted
from analytics.present import palette, readings, words
from analytics.present.readings.gap_parts import PART_WORDS, metric_label
from analytics.present.report.chart_drawing import chart_drawing
from analytics.present.report.examined import examined_words
from analytics.present.report.parts import Block, Chart, Figure, Section, Series, Sheet
from analytics.present.report.sheets import BESIDE, Column, sheet_of, split_lead, text_sheet
from analytics.present.tables.gap import has_effect, part_rows

if TYPE_CHECKING:
    from analytics.answers.gap.answer import Gap
    from analytics.answers.gap.inputs import Inputs
    from analytics.answers.report.asking import ReportAsking
    from analytics.query.engine import Engine

_Answer = tuple["Gap", "Inputs"]


def ask(engine: Engine, asking: ReportAsking) -> _Answer | None:
    """Split the change since the reference."""
    return parted(engine, asking.brief)


def build(answer: _Answer | None, asking: ReportAsking) -> tuple[Section, ...]:
    """Return the section of the gap; none without a reference."""
    if answer is None:
        return ()
    gap, inputs = answer
    lead, more = split_lead(readings.gap_reading(gap))
    chart = _chart(gap)
    mend = [(each.what.capitalize(), each.text, each.size) for each in readings.advice(gap, inputs)]
    before, after = gap.sides.short_names()
    blocks: list[Block] = [
        *([more] if more else []),
        Figure(
            f"From the reference ({before}) to production ({after})",
            readings.waterfall_reading(gap),
            chart_drawing(chart, lead),
            _parts(gap),
            chart,
        ),
        text_sheet(
            "mend", "What to mend, the most first", ("Whose it is", "What to do", "Of the change"), mend, shape="wide"
        ),
        _columns(gap),
    ]
    method = " ".join(filter(None, [readings.how_reading(gap), examined_words(asking)]))
    return (Section("gap", _title(gap), lead, tuple(blocks), method, glance=lead, begins_page=True),)


def _title(gap: Gap) -> str:
    """Name the section: only what got worse beyond chance is called so."""
    change = gap.waterfall.change
    is_worse = float(change.low) > 0 if gap.metric.is_lower_better else float(change.high) < 0
    return "Why production is worse" if is_worse else "Production against the reference"


def _kind(gap: Gap, of_change: str) -> str:
    """Return how numbers of the metric are written."""
    return of_change if gap.metric.is_share else "number"


def _parts(gap: Gap) -> Sheet:
    """Return the parts of the change with their intervals."""
    rows = part_rows(gap).rename({"low": "value_low", "high": "value_high"})
    ends, parts = rows.filter(pl.col("value_low").is_null()), rows.filter(pl.col("value_low").is_not_null())
    values = dict(ends.select("part", "value").iter_rows())
    ends_said = words.listed(
        [
            f"{name} {words.share(value) if gap.metric.is_share else words.number(value)}"
            for name, value in values.items()
        ]
    )
    columns = (Column("part", "Part"), Column("value", "Of the change", _kind(gap, "points"), has_ends=True))
    note = f"{metric_label(gap.metric.name)}: {ends_said}."
    return sheet_of("gap", "The change in parts", parts, columns, note, "narrow")


def _columns(gap: Gap) -> Sheet:
    """Return the columns that carry the change; of one by which most rows have no counterpart no effect is told."""
    kind = _kind(gap, "points")
    effects = [name for part in ("mix", "within") for name in (part, f"{part}_low", f"{part}_high")]
    rows = gap.columns.with_columns(pl.when(has_effect()).then(pl.col(effects)))
    columns = (
        Column("column", "Column"),
        Column("explained", "Explained", kind),
        Column("mix", "Mix", kind, has_ends=True),
        Column("within", "Within slices", kind, has_ends=True),
        Column("overlap", "With a counterpart", "share"),
    )
    note = "Effects in points." if gap.metric.is_share else ""
    return sheet_of("gap columns", "By column", rows, columns, note, most=BESIDE)


def _chart(gap: Gap) -> Chart:
    """Return the parts as bars."""
    flow = gap.waterfall
    names = [f"{PART_WORDS[name][:1].upper()}{PART_WORDS[name][1:]}" for name in flow.parts]
    value, low, high = ([float(getattr(part, end)) for part in flow.parts.values()] for end in ("value", "low", "high"))
    series = Series("Part of the change", value, low, high, palette.PRODUCTION)
    return Chart("bars", names, (series,), "Part", "Part of the change", is_share=gap.metric.is_share)
