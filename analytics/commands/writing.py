"""From an answer to text: JSON, CSV or an aligned table."""

from __future__ import annotations

import io
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from analytics.answers.labels_turning import turning
from analytics.answers.question import Question
from analytics.commands.options import ASKED_OF, Output, labels_line
from analytics.commands.roles import in_words
from analytics.errors import StoreError
from analytics.log.schema import Log
from analytics.present.weights import counts_rows_part
from analytics.present.words import missing_text
from analytics.query.engine import Engine


def say_rows_are_counted(log: Log, what: str = "Here") -> None:
    """Say on standard error that an answer, or what of it is named, counts rows, where they stand for many."""
    if said := counts_rows_part(log.mapping.weight, what):
        typer.echo(said, err=True)


def say(engine: Engine, reading: str, *questions: Question, at_threshold: bool = False) -> None:
    """Say a reading on standard error, behind what undoes or limits the numbers of each question, at its threshold or of all."""
    from analytics.present.readings import cautioned

    young = [turning(engine, each) for each in questions]
    typer.echo(cautioned(reading, *questions, young=young, at_threshold=at_threshold), err=True)


def write(
    rows: list[dict[str, Any]] | dict[str, Any], output: Output, said: Mapping[str, dict[str, Any]] | None = None
) -> None:
    """Write an answer in the format that was asked for.

    Parameters
    ----------
    rows : list of dict or dict
        The answer.
    output : Output
        Format and place.
    said : mapping of str to dict, optional
        The roles of each log that was asked, under the name that JSON gives them: beside a dict, and beside ``rows`` of a list,
        as which labels it was asked of; a line above a table, and on standard error for CSV.
    """
    if output.format == "json":
        beside = {**(said or {}), **ASKED_OF.get({})}
        answer = rows if not beside else {**beside, **(rows if isinstance(rows, dict) else {"rows": rows})}
        text = json.dumps(answer, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    else:
        flat = [_flattened(row) for row in (rows if isinstance(rows, list) else [rows])]
        text = _as_csv(flat) if output.format == "csv" else _as_text(flat, transposed=isinstance(rows, dict))
        lines = "".join(f"{_one_line(in_words(each))}\n" for each in (said or {}).values())
        if output.format == "table":
            asked = labels_line(is_shown=output.out is None)
            lines += f"{asked}\n" if asked else ""
            text = f"{lines}\n{text}" if lines else text
        else:
            sys.stderr.write(lines)
    if output.out is None:
        sys.stdout.write(text)
    else:
        write_text(text, output.out)


def write_text(text: str, out: Path) -> None:
    """Write a file that the command line names."""
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{out} could not be written: {error.strerror}. Choose another place.") from error


def _flattened(row: dict[str, Any]) -> dict[str, Any]:
    """Lay a row out flat: the slice as its columns, lists and objects as JSON."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if name == "slice" and isinstance(value, dict):
            flat |= {column: missing_text(part) for column, part in value.items()}
        else:
            flat[name] = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
    return flat


def _as_csv(rows: list[dict[str, Any]]) -> str:
    """Return rows as CSV; what a spreadsheet would run as a formula is neutralised."""
    import polars as pl

    from analytics.present.export import to_csv

    return to_csv(pl.DataFrame(rows, infer_schema_length=None)).decode()


def _as_text(rows: list[dict[str, Any]], *, transposed: bool) -> str:
    """Return rows as an aligned table; one object as a line per field."""
    if transposed:
        cells = [[name, _shown(value)] for row in rows for name, value in row.items()]
    else:
        header = list(rows[0]) if rows else []
        cells = [header, *[[_shown(row.get(name)) for name in header] for row in rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))] if cells else []
    buffer = io.StringIO()
    for row in cells:
        buffer.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")
    return buffer.getvalue()


def _shown(value: Any) -> str:
    """Return a value for the text table."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) < 1e4 else f"{value:,.1f}"
    return _one_line(str(value))


def _one_line(text: str) -> str:
    """Return text on one line."""
    return text.replace("\n", "⏎").replace("\r", "⏎")


def finite(value: Any) -> Any:
    """Return None for what JSON cannot say."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
