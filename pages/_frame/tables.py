"""Tables whose numbers are written as everywhere else: Streamlit's own formats write a hyphen in place of the minus sign."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Literal

import polars as pl
import streamlit as st

from analytics.present import words

_FORMAT = re.compile(r"%(?P<sign>\+?)\.(?P<digits>\d)f(?P<unit> %%)?")
_WRITTEN = r"^[−+<]?\s?[€$£]?\s?[−+]?\d[\d,.]*(\s?(%|points|[\p{L}€$£]{1,4}))?(\s\(.*\))?$"
"""A written number, with its sign and unit, and what stands in brackets behind it."""
_PICTURES = ("image", "line_chart", "bar_chart")
"""Kinds of columns that are drawn from their values and need no text."""
_MOST_CELLS = 20_000
"""Cells of a table that are written here: each costs some 10 microseconds. In longer tables the browser writes the numbers."""
_MAX_SHOWN_WHOLE = 20
"""Rows of a table that is shown without a bar to scroll: longer ones would push all that follows off the screen."""
_LOCALIZED_DIGITS = 3
"""Digits behind the point at most in a number without a format of its own, as the browser has it."""


def table_height(n_rows: int) -> Literal["content", "auto"]:
    """Return the height of a table with so many rows: all of them, or from many on a window of ten that scrolls."""
    return "content" if n_rows <= _MAX_SHOWN_WHOLE else "auto"


def number_table(
    table: pl.DataFrame,
    *,
    column_config: Mapping[str, Any] | None = None,
    column_order: Sequence[str] | None = None,
    **options: Any,
) -> Any:
    """Show a table as `st.dataframe` does, negative numbers with a true minus sign; they sort as numbers all the same."""
    config = deepcopy(dict(column_config or {}))
    order = list(column_order or table.columns)
    for name in order[1:]:  # the first says what the row is
        if config.get(name) is None and _is_of_numbers(table[name]):
            config[name] = st.column_config.TextColumn(name, alignment="right")
    formats = {name: _format_of(config.get(name)) for name in order if table[name].dtype.is_numeric()}
    signed = {name for name in formats if bool((table[name] < 0).any())}
    if not signed or table.height * len(order) > _MOST_CELLS:
        return st.dataframe(table, column_config=config, column_order=column_order, **options)
    found = {name: _writer(text) for name, text in formats.items() if name in signed or text is None}
    writers = {name: writer for name, writer in found.items() if writer is not None}
    for name in writers:
        if _type_of(config.get(name)) is not None:
            config[name]["type_config"]["format"] = None
    pictures = {name: _nothing for name in order if _type_of(config.get(name)) in _PICTURES}
    styled = table.select(order).to_pandas().style.format({**writers, **pictures}, na_rep=words.UNDEFINED)
    return st.dataframe(styled, column_config=config, column_order=column_order, **options)


def _is_of_numbers(column: pl.Series) -> bool:
    """Whether a column of text holds written numbers alone, with their unit and interval where they have one.

    >>> [_is_of_numbers(pl.Series([text, "–"])) for text in ("−1,234", "2.3 % (1.6–3.0)", "€ 40", "5–9", "2 to under 3", "–")]
    [True, True, True, False, False, False]
    """
    if column.dtype != pl.String:
        return False
    known = column.drop_nulls().filter(~column.drop_nulls().is_in(["", words.UNDEFINED]))
    return len(known) > 0 and bool(known.str.contains(_WRITTEN).all())


def _type_of(config: Any) -> str | None:
    """Return the kind of a column's configuration; None where it has only a label, or none."""
    return None if config is None or isinstance(config, str) else (config.get("type_config") or {}).get("type")


def _format_of(config: Any) -> str | None:
    """Return the format of a column of numbers, None where it has none."""
    return config["type_config"].get("format") if _type_of(config) is not None else None


def _writer(format_: str | None) -> Callable[[float], str] | None:
    """Return what writes a number in a format of the browser; None for one that is not known.

    >>> [_writer(format_)(-1234.5).replace(words.THIN_SPACE, " ") for format_ in ("%+.1f", "%.1f %%", "localized")]
    ['−1,234.5', '−1,234.5 %', '−1,234.5']
    """
    if format_ in (None, "localized"):
        return _localized
    found = _FORMAT.fullmatch(str(format_))
    if found is None:
        return None
    digits, unit = int(found["digits"]), f"{words.THIN_SPACE}%" if found["unit"] else ""
    write = words.signed if found["sign"] else words.plain
    return lambda value: f"{write(value, digits)}{unit}"


def _localized(value: float) -> str:
    """Write a number with separators and the digits that it needs."""
    return words.plain(value, _LOCALIZED_DIGITS).rstrip("0").rstrip(".") if value % 1 else words.count(value)


def _nothing(_: object) -> str:
    """Write nothing: a picture is drawn from the value itself."""
    return ""
