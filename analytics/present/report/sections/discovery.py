"""Where it fails, discovered: what a search confirms, and the slices that people kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.answers.brief.searches import searched
from analytics.log.kept.discovery import FoundSlice
from analytics.present import readings
from analytics.present.discovery import slice_words
from analytics.present.readings.discovery import searched_words
from analytics.present.report import tables
from analytics.present.report.discovery import rate_head
from analytics.present.report.examined import examined_words
from analytics.present.report.parts import Block, Section, Sheet
from analytics.present.report.sheets import Column, sheet_of, split_lead, text_sheet
from analytics.present.weights import counts_rows_part, found_part
from analytics.query.discovery.objectives import OBJECTIVES

if TYPE_CHECKING:
    from analytics.answers.discovery.answer import Discovery
    from analytics.answers.question import Question
    from analytics.answers.report.asking import ReportAsking
    from analytics.query.engine import Engine

_MAX_FOUND = 10
"""Discovered slices in a pack, the first ones of the search: more than a meeting can take up. A judgement."""


def ask(engine: Engine, asking: ReportAsking) -> Discovery:
    """Search for slices of several conditions, as the brief does."""
    return searched(engine, asking.brief)


def build(answer: Discovery, asking: ReportAsking) -> tuple[Section, ...]:
    """Return the section of what the search found."""
    lead, more = split_lead(readings.discovery_reading(answer, answer.search.objective))
    said = " ".join(filter(None, [lead, found_part(asking.question.log.mapping.weight, answer)]))
    blocks: list[Block] = [*([more] if more else []), *([_sheet(answer)] if answer.table.height else [])]
    method = f"{searched_words(answer)[:1].upper()}{searched_words(answer)[1:]}. Seed {answer.search.seed}."
    of_half = "Rates and differences are of the rows that the search did not see, judged rows and excess of all."
    method = f"{method} {of_half}" if answer.split != "none" else method
    method = " ".join(filter(None, [method, examined_words(asking)]))
    return (Section("discovery", "Where it fails, discovered", said, tuple(blocks), method),)


def _sheet(answer: Discovery) -> Sheet:
    """Return the discovered slices, the first ones."""
    objective = OBJECTIVES[answer.search.objective]
    kind = "share" if objective.is_share else "number"
    named = pl.Series("slice", [slice_words(found) for found in answer.slices], dtype=pl.String)
    frame = answer.table.with_columns(named).head(_MAX_FOUND)
    columns = [
        Column("slice", "Slice"),
        Column("n", "Judged rows", "count"),
        Column("rate", rate_head(objective), kind, has_ends=True),
        Column("rate_complement", "In the rest", kind),
        Column("difference", "Difference", "points" if objective.is_share else "number", has_ends=True),
        Column("excess_errors", f"Excess {objective.unit}", "count"),
        *(
            [Column("excess_model", "By the model", "count", has_ends=True)]
            if "excess_model_low" in frame.columns
            else []
        ),
        Column("p_adjusted", "p, adjusted", "p"),
        Column("status", "Status"),
    ]
    cut = f"The first {_MAX_FOUND} of {answer.table.height}." if answer.table.height > _MAX_FOUND else ""
    return sheet_of("discovery", "Discovered slices", frame, columns, cut)


def kept_section(found: FoundSlice, question: Question, place: int) -> Section:
    """Return the section of a discovered slice that somebody put into the report."""
    rows = [(name, tables.short(value, 600)) for name, value in found.lines]
    return Section(
        "discovery",
        f"Discovered: {tables.short(found.title, 160)}",
        " ".join(filter(None, [found.reading, counts_rows_part(question.log.mapping.weight)])),
        (text_sheet(f"discovered {place}", tables.short(found.title, 80), ("What", "Value"), rows),),
        found.note,
    )
