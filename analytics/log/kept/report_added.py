"""Figures and tables that somebody put into the report of a log: kept in the workspace as they stood on their page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from analytics.log.disk import write_json
from analytics.log.kept.report_still import Still, number_or_none, still_from, texts_from
from analytics.log.workspace import Workspace

_FILE = "added.json"
MAX_ADDED = 12
"""Added figures and tables of one report, the latest: what a meeting can go through. A judgement."""
MAX_ROWS, _MAX_COLUMNS = 60, 14
"""Of an added table: a printed page and a half. Its page has the whole of it as a file. A judgement."""
_MAX_TEXT, _MAX_CELL = 4_000, 200
"""Characters of a text and of a cell: a page, and what a printed cell shows."""
MARK = "added-"
"""What the names of added figures begin with in an outline, which the names of sections never do."""

FOUND = "found"
"""Source of a discovered slice that travels with a pack: on its own log it is kept as it was found."""

Cell = str | float | int | None


@dataclass(frozen=True)
class Added:
    """A figure or a table as it stood on a page.

    Attributes
    ----------
    source : str
        The key of its element on the page: by it a pack knows whether it can be asked again of another log.
    page, title, reading : str
    asked : tuple of str
        What it was asked beside the question: the columns that it is by.
    metric : str
    cohort : str
        As `Cohort.to_text` writes it.
    cohort_in_words : str
    threshold : float or None
    log, log_name : str
        The hash of the log, and what it is called.
    columns : tuple of (str, str)
        Name and kind of each column of the table: text, count, share or number.
    rows : tuple of tuple
    n_rows : int
        Rows of the whole table; more than ``rows`` where it was cut.
    still : Still or None
        The figure as it was drawn.
    """

    source: str
    page: str
    title: str
    reading: str = ""
    asked: tuple[str, ...] = ()
    metric: str = ""
    cohort: str = ""
    cohort_in_words: str = ""
    threshold: float | None = None
    log: str = ""
    log_name: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    n_rows: int = 0
    still: Still | None = None

    @property
    def name(self) -> str:
        """What names it in an outline: the same element with the same question is the same entry on every log."""
        told = json.dumps([self.page, self.source, self.title, self.asked, self.metric, self.cohort, self.threshold])
        return f"{MARK}{hashlib.sha256(told.encode()).hexdigest()[:10]}"

    @property
    def is_whole(self) -> bool:
        """Whether it holds what it showed: a message names it only, so that it can be asked again."""
        return bool(self.rows) or self.still is not None

    def to_dict(self) -> dict[str, Any]:
        """Return it for JSON; `added_from` reads it back."""
        return asdict(self)


_TEXTS = ("source", "page", "title", "reading", "metric", "cohort", "cohort_in_words", "log", "log_name")
_KINDS = ("text", "count", "share", "number")


def added_from(data: object) -> Added | None:
    """Read what `Added.to_dict` wrote, cut to what it may hold; it may come from anyone's file. None where it is none.

    >>> added_from({"source": "trend", "page": "overview", "title": "Over time"}).title
    'Over time'
    """
    if not isinstance(data, Mapping) or not data.get("source") or not data.get("title"):
        return None
    known = {name: str(data.get(name) or "")[:_MAX_TEXT] for name in _TEXTS}
    columns = tuple((name, kind) for name, kind in _pairs(data.get("columns")) if kind in _KINDS)[:_MAX_COLUMNS]
    rows = [row for row in _listed(data.get("rows"))[:MAX_ROWS] if isinstance(row, list | tuple)]
    kinds = [kind for _, kind in columns]
    cells = [tuple(map(_cell, row[: len(kinds)], kinds)) for row in rows if len(row) >= len(kinds)]
    n_rows = data.get("n_rows")
    return Added(
        **known,
        asked=texts_from(data.get("asked"), 4),
        threshold=number_or_none(data.get("threshold")),
        columns=columns,
        rows=tuple(cells) if columns else (),
        n_rows=n_rows if isinstance(n_rows, int) and not isinstance(n_rows, bool) and n_rows >= 0 else len(cells),
        still=still_from(data.get("still")),
    )


def _listed(value: object) -> list[Any]:
    """Return a list of a file."""
    return list(value) if isinstance(value, list | tuple) else []


def _pairs(value: object) -> list[tuple[str, str]]:
    """Return pairs of texts of a file."""
    return [
        (str(each[0])[:_MAX_CELL], str(each[1]))
        for each in _listed(value)
        if isinstance(each, list | tuple) and len(each) == 2
    ]


def _cell(value: object, kind: str) -> Cell:
    """Return a cell of a file: a number where its column holds numbers, else a text."""
    if kind == "text":
        return None if value is None else str(value)[:_MAX_CELL]
    return number_or_none(value)


def added_figures(workspace: Workspace, key: str) -> tuple[Added, ...]:
    """Return what was added to the report of a log, the oldest first."""
    found = map(added_from, _listed(workspace.read_json(_FILE).get(key)))
    return tuple(each for each in found if each is not None)[-MAX_ADDED:]


def add(workspace: Workspace, key: str, *new: Added) -> None:
    """Put figures into the report of a log, each in place of what was added by the same name.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    names = {each.name for each in new}
    _write(workspace, key, lambda kept: [*(each for each in kept if each.name not in names), *new][-MAX_ADDED:])


def take_out(workspace: Workspace, key: str, name: str) -> None:
    """Take what was added by a name out of the report of a log."""
    _write(workspace, key, lambda kept: [each for each in kept if each.name != name])


def _write(workspace: Workspace, key: str, changed: Callable[[Sequence[Added]], Sequence[Added]]) -> None:
    """Write what was added to the report of a log, beside that of the others."""
    kept = [each.to_dict() for each in changed(added_figures(workspace, key))]
    write_json(workspace.home / _FILE, {**workspace.read_json(_FILE), key: kept})


def added_of(
    element: Added, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Cell]], still: Still | None
) -> Added:
    """Return an added figure with its table and drawing, cut to what it may hold."""
    table = {"columns": list(columns), "rows": [list(row) for row in rows[:MAX_ROWS]], "n_rows": len(rows)}
    return added_from({**element.to_dict(), **table, "still": None if still is None else asdict(still)}) or element
