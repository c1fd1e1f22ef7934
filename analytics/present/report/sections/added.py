"""Figures and tables that somebody added to the report: as they stood, or asked again of another log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
from markupsafe import Markup

from analytics.answers.question import Question
from analytics.answers.report.again import filter_words
from analytics.errors import AnalysisError
from analytics.log.kept.report_added import FOUND
from analytics.measure.metrics import METRICS
from analytics.present import words
from analytics.present.drawings.report_still import still_drawing
from analytics.present.report.parts import Block, Chart, Figure, Section, Series, Sheet
from analytics.present.report.sections.registry import SECTIONS
from analytics.present.report.sheets import Column, column_names, sheet_of
from analytics.present.report.tables import short
from analytics.query.predicates import answerable

if TYPE_CHECKING:
    from analytics.answers.report.asking import ReportAsking
    from analytics.answers.report.view import View
    from analytics.log.kept.report_added import Added

_MAX_TITLE, _MAX_READING = 120, 1_200
"""Characters of the title and the reading of an added figure on paper. A judgement."""
_MAX_PLOTTED, _MAX_SERIES = 60, 3
"""Categories and series of the native chart of an added table: more are no longer told apart. A judgement."""
_MOST = 20
"""Rows of an added table that stand below its figure; the file of the table has those that were kept. A judgement."""
_AGAIN = {
    "confusion": ("overview", "outcomes"),
    "scores": ("overview", "scores"),
    "trend": ("overview", "time"),
    "metrics": ("overview", "overview"),
    "reliability": ("calibration", "calibration bins"),
    "calibration_numbers": ("calibration", "calibration"),
    "cost": ("thresholds", "thresholds"),
    "sweep": ("thresholds", "thresholds"),
    "trade": ("thresholds", "thresholds"),
    "waterfall": ("gap", "gap"),
    "gap_columns": ("gap", "gap columns"),
    "matured": ("labels", "labels"),
    "gates": ("gates", "gates"),
    "move": ("thresholds", "move"),
    "reasons": ("review", "reasons"),
    "discovered": ("discovery", "discovery"),
}
"""By the key of an element on its page: the section that holds the same, and the name of its table there."""

_Ask = Callable[[Any, "ReportAsking"], Any]
"""Asks a section's function; a page keeps its answers."""


def asked_anew(view: View, asking: ReportAsking, ask: _Ask) -> tuple[dict[str, Block], list[str]]:
    """Ask what was added to the report of another log of this one.

    Returns
    -------
    dict of str to Block, list of str
        By the name of an added figure what it is now, and in sentences which ones stand as they were, and why.
    """
    found: dict[str, Block] = {}
    said: list[str] = []
    for each in view.added:
        is_off = bool(view.outline) and each.name not in view.outline
        if is_off or (each.log == asking.question.log.reading.content_hash and each.is_whole):
            continue
        try:
            block, why = _anew(each, asking, ask)
        except AnalysisError as error:
            block, why = None, f"it cannot be asked of this log ({error})"
        if block is None:
            stands = f"stands as it was on {short(each.log_name, 60)}" if each.is_whole else "is left out"
            said.append(f"“{short(each.title, 80)}”, which was added, {stands}: {why}.")
        else:
            found[each.name] = block
    return found, said


def _anew(each: Added, asking: ReportAsking, ask: _Ask) -> tuple[Block | None, str]:
    """Return an added figure asked of another log, or why it cannot be."""
    log = asking.question.log
    gone = [name for name in each.asked if name not in {column.name for column in log.columns}]
    if gone:
        return None, f"the column {gone[0]!r} is gone"
    if each.source == FOUND:
        return None, "a search on Slices tells whether it is still there"
    name, sheet = _AGAIN.get(each.source, ("", ""))
    if not name:
        return None, f"only its page, {each.page.capitalize()}, can ask it again"
    cohort, refused = answerable(each.cohort, log)
    if refused:
        why = filter_words(refused[0], log)
        return None, f"{why[:1].lower()}{why[1:]}"
    threshold = asking.question.threshold if each.threshold is None else each.threshold
    metric = each.metric or asking.metric
    asked = replace(asking, question=Question(log, cohort, threshold), metric=metric)
    kind = SECTIONS[name]
    if needs := kind.awaits(asked):
        return None, f"it needs {needs}"
    blocks = [block for section in kind.build(ask(kind.ask, asked), asked) for block in section.blocks]
    for block in blocks:
        if sheet == (block.sheet.name if isinstance(block, Figure) and block.sheet else getattr(block, "name", None)):
            return block, ""
    return None, "there is nothing to show of it in this log"


def added_section(each: Added, place: int, again: Block | None, comment: str, log: str) -> Section:
    """Return the section of an added figure.

    Parameters
    ----------
    each : Added
    place : int
        Among all that was added; names of tables are made of it.
    again : Block or None
        What it is now, where it was asked again.
    comment : str
    log : str
        The hash of the log of the pack.
    """
    title = short(each.title, _MAX_TITLE)
    of = f"{short(each.cohort_in_words, 400)}, of {short(each.log_name, 80)}"
    reading = words.shortened(words.undirected(each.reading), _MAX_READING)
    name = f"added {place}"
    then = each.log != log
    where = f"Added from {each.page.capitalize()}"
    if again is not None:
        block = _renamed(again, name)
        before = [f"Then, on {of}: {reading}"] if reading and then else []
        method = f"{where}, and asked again of this log."
        return Section(each.name, title, _reading_of(again), (block, *before), method, comment=comment)
    sheet = _sheet(each, name, title)
    drawing = still_drawing(each.still, title) if each.still is not None else Markup("")
    block = (
        Figure(f"From {each.page.capitalize()}", "", drawing, sheet, _chart(each))
        if drawing or sheet is None
        else sheet
    )
    stands = "It stands as it was then." if then else "As its page showed it."
    return Section(each.name, title, reading, (block,), f"{where}: {of}. {stands}", comment=comment)


def _reading_of(block: Block) -> str:
    """Return the sentence of a figure."""
    return block.reading if isinstance(block, Figure) else ""


def _renamed(block: Block, name: str) -> Block:
    """Return a figure or a table under its own name; its reading stands above it."""
    if isinstance(block, Figure):
        return replace(block, reading="", sheet=None if block.sheet is None else replace(block.sheet, name=name))
    return replace(block, name=name) if isinstance(block, Sheet) else block


def _frame(each: Added) -> pl.DataFrame:
    """Return the table of an added figure."""
    kinds = {"text": pl.String, "count": pl.Float64, "share": pl.Float64, "number": pl.Float64}
    return pl.DataFrame(
        [
            pl.Series(name, [row[place] for row in each.rows], dtype=kinds[kind])
            for place, (name, (_, kind)) in enumerate(zip(_names(each), each.columns, strict=True))
        ]
    )


def _names(each: Added) -> list[str]:
    """Return what the columns are called in a file; ends are called after what they are the ends of."""
    ends = _ends_of(each)
    places = [place for place in range(len(each.columns)) if place not in ends]
    called = dict(zip(places, column_names([each.columns[place][0] for place in places]), strict=True))
    names = _with_ends(called, ends)
    if len({*names}) < len(names):
        names = _with_ends({place: f"{name}_{place + 1}" for place, name in called.items()}, ends)
    return names


def _ends_of(each: Added) -> dict[int, tuple[int, str]]:
    """Return the columns that are an end of the interval of another one, by place: of which one, and which end."""
    places = {name: place for place, (name, kind) in enumerate(each.columns) if kind != "text"}
    found: dict[int, tuple[int, str]] = {}
    for place, (name, kind) in enumerate(each.columns):
        both = {end: places.get(f"{name}_{end}") for end in ("low", "high")}
        if kind != "text" and None not in both.values() and place not in found:
            found |= {own: (place, end) for end, own in both.items() if own is not None}
    return {place: of for place, of in found.items() if of[0] not in found}


def _with_ends(called: dict[int, str], ends: dict[int, tuple[int, str]]) -> list[str]:
    """Return the names of all columns in their order."""
    every = called | {place: f"{called[of]}_{end}" for place, (of, end) in ends.items()}
    return [every[place] for place in sorted(every)]


def _head(name: str) -> str:
    """Return the heading of a column: the label of a metric, else its name in words."""
    told = words.one_line(name.replace("_", " ")).strip()
    return METRICS[name].label if name in METRICS else short(f"{told[:1].upper()}{told[1:]}", 60)


def _sheet(each: Added, name: str, title: str) -> Sheet | None:
    """Return the table of an added figure; the ends of intervals stand behind their value."""
    if not each.columns:
        return None
    frame, ends, columns = _frame(each), _ends_of(each), list[Column]()
    valued = {of for of, _ in ends.values()}
    for place, (known, kind) in enumerate(each.columns):
        if place not in ends:
            columns.append(Column(frame.columns[place], _head(known), kind, has_ends=place in valued))
    cut = f"The first {len(each.rows)} of {words.count(each.n_rows)} rows." if each.n_rows > len(each.rows) else ""
    return sheet_of(name, title, frame, columns, cut, most=_MOST if each.still is not None else len(each.rows) or 1)


def _chart(each: Added) -> Chart | None:
    """Return the native chart of an added table: its shares, else its numbers, by its first column; None where that is none."""
    if not each.rows or len(each.columns) < 2:
        return None
    places = {name: place for place, (name, _) in enumerate(each.columns)}
    plain = [name for name, kind in each.columns[1:] if kind != "text" and not name.endswith(("_low", "_high"))]
    kinds = dict(each.columns)
    best = next((kind for kind in ("share", "number", "count") if any(kinds[name] == kind for name in plain)), None)
    chosen = [name for name in plain if kinds[name] == best][:_MAX_SERIES]
    names = [words.one_line(str(row[0]))[:60] for row in each.rows[:_MAX_PLOTTED]]
    if not chosen or len(set(names)) < len(names):
        return None
    series = [Series(_head(name), [_number(row[places[name]]) for row in each.rows[:_MAX_PLOTTED]]) for name in chosen]
    first = each.columns[0]
    return Chart(
        "bars" if first[1] == "text" and each.page != "labels" else "lines",
        names,
        series if first[1] != "text" else series[:1],
        _head(first[0]),
        "Share" if best == "share" else _head(chosen[0]),
        is_share=best == "share",
    )


def _number(value: object) -> float | None:
    """Return a cell as a number."""
    return float(value) if isinstance(value, int | float) else None
