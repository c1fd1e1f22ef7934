"""What a pack is made of: finished sentences, figures and tables, before any format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import polars as pl
from markupsafe import Markup

from analytics.log.kept.report_added import MARK
from analytics.present.report.tables import Table


@dataclass(frozen=True)
class Series:
    """Values by category, with the ends of their intervals where they have some."""

    name: str
    values: Sequence[float | None]
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()
    colour: str = ""


def banded(name: str, frame: pl.DataFrame, columns: Sequence[str], colour: str = "") -> Series:
    """Return the series of three columns of a frame: value, low, high."""
    value, low, high = (frame[column].to_list() for column in columns)
    return Series(name, value, low, high, colour)


@dataclass(frozen=True)
class Chart:
    """A figure as numbers, for a spreadsheet or slides to draw: bars by category, or lines along them."""

    kind: Literal["bars", "lines"]
    categories: Sequence[str]
    series: Sequence[Series]
    x_title: str
    y_title: str
    is_share: bool = False


@dataclass(frozen=True)
class Sheet:
    """A table twice: as people read it, and as the commands give it.

    Attributes
    ----------
    name : str
        The only one of its pack: the name of a file or of a sheet is made of it.
    title : str
    shown : Table
        Texts, cut to what paper holds.
    frame : DataFrame
        The same rows and more, numbers unrounded.
    heads : mapping of str to str
        Column of the frame to its heading; others bear their name.
    kinds : mapping of str to str
        Column of the frame to how its numbers are written: count, share, number, points (of a difference of
        fractions), in points, p, score; others as they are.
    note : str
    cut : str
        Which rows paper leaves out; a file of the whole table does not say it.
    shape : str
        A class of the style sheet: how wide the table is.
    """

    name: str
    title: str
    shown: Table
    frame: pl.DataFrame
    heads: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    shape: str = "wide"
    cut: str = ""

    @property
    def below(self) -> str:
        """What stands below the table on paper."""
        return " ".join(filter(None, [self.cut, self.note]))


@dataclass(frozen=True)
class Figure:
    """A drawing with its title, its reading and its table; without a drawing only the reading is shown."""

    title: str
    reading: str
    drawing: Markup
    sheet: Sheet | None = None
    chart: Chart | None = None


Block = Figure | Sheet | str
"""A part of a section; a text is a paragraph."""


@dataclass(frozen=True)
class Section:
    """What a pack says of one question.

    Attributes
    ----------
    name : str
        Of its entry in the registry.
    title : str
    lead : str
        The sentence to take along.
    blocks : sequence of Block
        In their order.
    method : str
        How it was computed: below the section, and the notes of a slide.
    glance : str
        What the first page says of it, where it says something.
    comment : str
        What a person wrote beside it.
    begins_page : bool
        Whether it begins a page in print.
    """

    name: str
    title: str
    lead: str
    blocks: Sequence[Block] = ()
    method: str = ""
    glance: str = ""
    comment: str = ""
    begins_page: bool = False


@dataclass(frozen=True)
class FirstFinding:
    """A finding on the first page.

    Attributes
    ----------
    key : str
        What names it while the log changes, so that it can be struck and found again.
    sentence, size, certainty : str
        What is wrong, what mending it wins in rows and money, how sure that is.
    action : str
        What to do about it.
    owner : {"data", "model", "system", ""}
        Whose it is.
    columns : tuple of str
        The columns that it hangs on.
    """

    key: str
    sentence: str
    size: str
    certainty: str
    action: str
    owner: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decided:
    """A decision with the evidence that was on the screen when it was taken, and the numbers that it promised."""

    note: str
    when: str
    evidence: str
    promise: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class FirstPage:
    """What a meeting reads: findings, what was decided, what is open and until when, what changed since the last pack.

    ``since`` says what became of the findings of the last pack and whether what was decided held, ``undone`` what the last pack
    asked and this log cannot answer.
    """

    lead: str
    change: str
    findings: Sequence[FirstFinding]
    nothing: str
    decided: Sequence[Decided]
    glances: Sequence[tuple[str, str]]
    open: Sequence[str]
    comment: str = ""
    since: Sequence[str] = ()
    undone: Sequence[str] = ()

    @property
    def groups(self) -> list[tuple[str, Sequence[str]]]:
        """The lists of sentences at its end, by their heading; those that have none are left out."""
        named = (
            ("Since the last pack", self.since),
            ("What is open", self.open),
            ("What differs from the last pack, and what this log cannot answer", self.undone),
        )
        return [(title, texts) for title, texts in named if texts]


@dataclass(frozen=True)
class Pack:
    """A finished pack: everything in it is text, a drawing or a table.

    Attributes
    ----------
    title, subtitle : str
    log_name : str
    created_at : datetime
        The time that the pack bears, in UTC; no format knows another one.
    terms : sequence of (str, str)
        The question in words.
    first : FirstPage
    sections : sequence of Section
    manifest : mapping
        What gives the same pack again: see `report.manifest`.
    footer : str
    """

    title: str
    subtitle: str
    log_name: str
    created_at: datetime
    terms: Sequence[tuple[str, str]]
    first: FirstPage
    sections: Sequence[Section]
    manifest: Mapping[str, object]
    footer: str

    @property
    def added(self) -> list[Section]:
        """The sections of what was added on other pages."""
        return [section for section in self.sections if section.name.startswith(MARK)]

    @property
    def sheets(self) -> list[Sheet]:
        """Every table of the pack, those of figures too."""
        blocks = [block for section in self.sections for block in section.blocks]
        found = [block.sheet if isinstance(block, Figure) else block for block in blocks if not isinstance(block, str)]
        return [sheet for sheet in found if sheet is not None]
