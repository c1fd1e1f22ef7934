"""Method and bookkeeping: every row accounted for, what preflight found, formulas, conventions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from analytics.measure.metrics import METRICS
from analytics.present.report import tables
from analytics.present.report.examined import examined_sheet
from analytics.present.report.parts import Block, Section, Sheet
from analytics.present.report.sheets import column_names, text_sheet

if TYPE_CHECKING:
    from analytics.answers.overview import Overview
    from analytics.answers.report.asking import ReportAsking

_CONVENTIONS = (
    "A row is predicted positive where its score is at least the threshold.",
    "A label has three values: positive, negative, not known yet. Rows without a label are never counted as "
    "negative; only rows with a label and a score are judged.",
    "A missing value of a sliced column is a slice of its own, (missing).",
    "A slice is compared with its complement: all other rows of the cohort, not a total that contains the slice.",
    "Intervals are at 95 %: Wilson's for shares, Newcombe's for differences of shares, DeLong's for AUROC, and a "
    "seeded Poisson bootstrap for what is neither.",
    "p-values are adjusted for looking at all slices of a table (Benjamini and Hochberg); a slice is called better or "
    "worse only where the adjusted p-value is below 0.05.",
    "Excess errors are the judged rows of a slice times the difference between its error rate and that of the rest. They split "
    "into what its base rate explains, with the FNR and FPR of the rest, and what the model does worse there: by the second part "
    "slices are ranked and called worse or better in errors.",
    "An undefined value is not zero: it is shown as “–”.",
    "Nothing was sampled but what is said so, and no row of the log is in this file but cases that somebody judged: it holds "
    "counts and what follows from them.",
)

_INSTEAD = {
    1: "A row is right, wrong, or not known yet. Rows of which it is not known are never counted as wrong.",
    6: "Excess errors are the judged rows of a slice times the difference between its error rate and that of the rest.",
}
"""What is said by place among the conventions where rows are right or wrong."""
_OF_ANSWERS = tuple(_INSTEAD.get(place, said) for place, said in enumerate(_CONVENTIONS) if place)


def method_section(
    overview: Overview, asking: ReportAsking, terms: list[tuple[str, str]], manifest: list[tuple[str, str]]
) -> Section:
    """Return the last section: accounting, findings of preflight, formulas, conventions, and what gives the pack again."""
    log = asking.question.log
    counts = overview.rows or overview.counts
    stand_for = None if overview.rows is None else sum(overview.counts[name] for name in ("tp", "fp", "fn", "tn"))
    books = _sheet("rows", "Rows used", tables.accounting(log, counts, stand_for), shape="narrow", counts=(1,))
    found = _sheet("preflight", "What was found in the log", tables.findings(log), counts=(3,))
    formulas = _sheet("formulas", "Formulas", tables.definitions(overview, is_right_or_wrong=log.is_right_or_wrong))
    known = set(overview.metrics["metric"])
    blocks: list[Block] = [
        text_sheet("question", "The question", ("What", "Value"), terms),
        books,
        *([found] if found.shown.rows else []),
        *([left_out] if (left_out := examined_sheet(asking)) else []),
        *([formulas] if known & set(METRICS) else []),
        *(_OF_ANSWERS if log.is_right_or_wrong else _CONVENTIONS),
        text_sheet("manifest", "What gives this pack again", ("What", "Value"), manifest),
    ]
    return Section("method", "Method and bookkeeping", tables.rows_sentence(log), blocks, begins_page=True)


def _sheet(name: str, title: str, shown: tables.Table, shape: str = "wide", counts: tuple[int, ...] = ()) -> Sheet:
    """Return a finished table of texts; cells that count rows are numbers."""
    columns = [[row.cells[place].text for row in shown.rows] for place in range(len(shown.heads))]
    heads = [head.text for head in shown.heads]
    names = column_names(heads)
    series = [
        pl.Series(
            names[place],
            [_number(text) for text in column] if place in counts else column,
            dtype=pl.Int64 if place in counts else pl.String,
        )
        for place, column in enumerate(columns)
    ]
    above, kinds = dict(zip(names, heads, strict=True)), {names[place]: "count" for place in counts}
    return Sheet(name, title, shown, pl.DataFrame(series), above, kinds, "", shape)


def _number(text: str) -> int | None:
    """Read a number of rows back.

    >>> _number("28,135"), _number("–")
    (28135, None)
    """
    plain = text.replace(",", "")
    return int(plain) if plain.isdecimal() else None
