"""What a person may say about the layout of a file instead of having it guessed."""

from __future__ import annotations

import codecs
from dataclasses import asdict, dataclass, fields
from typing import Any

from analytics.errors import QuestionError

_MAX_LINES = 1_000_000
"""Lines of a header, or before it, from which a number is taken for a slip of the hand. A judgement."""


@dataclass(frozen=True)
class CsvOptions:
    """The layout of a CSV file or a spreadsheet as given by hand; ``None`` is guessed.

    Attributes
    ----------
    delimiter : str, optional
        What stands between two fields: one character or several.
    quote : str, optional
        The character around a field that holds a delimiter; empty: there is none.
    escape : str, optional
        The character that makes a quote inside a quoted field part of it; empty: there is none.
    header_lines, skip_lines : int, optional
        Lines of the header, and lines that stand before it.
    has_header : bool, optional
        Whether there is a header; ``header_lines`` says more.
    encoding : str, optional
        Name of the encoding, as Python knows it.
    sheet : str, optional
        Name of the sheet of a spreadsheet.
    paths : tuple of str, optional
        Ways into values inside values that become columns: ``response.predictions[0]``.
    columns : tuple of str, optional
        Names of the columns to read, where a table has more than a log can have.

    Raises
    ------
    QuestionError
        If a value is none that a file can have.
    """

    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header_lines: int | None = None
    skip_lines: int | None = None
    has_header: bool | None = None
    encoding: str | None = None
    sheet: str | None = None
    paths: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse what no file can have."""
        for name, value in (("quote", self.quote), ("escape", self.escape)):
            if value is not None and (len(value) > 1 or value in ("\n", "\r")):
                raise QuestionError(
                    f"Expected one character as {name}, found {value!r}. Leave it out to have it guessed."
                )
        if self.delimiter is not None and ({"\n", "\r"} & set(self.delimiter) or len(self.delimiter) > 8):
            raise QuestionError(
                f"Expected a delimiter within a line, found {self.delimiter!r}. Leave it out to have it guessed."
            )
        if self.delimiter and self.quote and self.quote in self.delimiter:
            raise QuestionError(
                f"Expected a quote that is not part of the delimiter, found {self.quote!r}. Change one of the two."
            )
        for name, lines in (("header lines", self.header_lines), ("lines to skip", self.skip_lines)):
            if lines is not None and not 0 <= lines <= _MAX_LINES:
                raise QuestionError(
                    f"Expected the {name} as a number from 0 on, found {lines}. Leave it out to have it guessed."
                )
        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError as error:
                raise QuestionError(
                    f"Expected the name of an encoding, found {self.encoding!r}. Try utf-8 or latin-1."
                ) from error

    @property
    def given(self) -> dict[str, Any]:
        """What was said, by name."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def is_about_text(self) -> bool:
        """Whether something was said that only a text file has."""
        return bool(set(self.given) - {"sheet", "paths", "columns"})

    @classmethod
    def from_dict(cls, data: dict[str, Any] | None) -> CsvOptions:
        """Read what `given` wrote; None is nothing said.

        >>> CsvOptions.from_dict(CsvOptions(delimiter=";").given) == CsvOptions(delimiter=";")
        True
        """
        known = {entry.name for entry in fields(cls)}
        said: dict[str, Any] = {name: value for name, value in (data or {}).items() if name in known}
        lists = {name: tuple(said[name]) for name in ("paths", "columns") if said.get(name)}
        return cls(**said | lists)
