"""The library as files: JSON lines, CSV and Parquet, each of which can be brought back without loss."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from analytics.errors import AnalysisError, InputError
from analytics.present.export import to_csv, to_parquet
from analytics.review.library import KeptCase, case_from

FORMATS = {"jsonl": "application/x-ndjson", "csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
_WHOLE = "case"
_OWN = (
    "content_hash",
    "row_id",
    "log_name",
    "case_id",
    "cohort",
    "threshold",
    "model_version",
    "score",
    "label",
    "decision",
    "error_kind",
    "reason",
    "expected_label",
    "why",
    "reviewer",
    "kept_at",
)
_SCHEMA = {
    "row_id": pl.Int64,
    "threshold": pl.Float64,
    "score": pl.Float64,
    "label": pl.Int64,
    "decision": pl.Int64,
    "expected_label": pl.Int64,
}


def library_table(cases: Sequence[KeptCase]) -> pl.DataFrame:
    """Return cases as a table.

    Returns
    -------
    DataFrame
        What a case says of itself, ``tags`` joined by commas, a column ``field: …`` for each field as text, and ``case``: the
        whole of it as JSON, which is what is read when it is brought back.
    """
    names = list(dict.fromkeys(name for case in cases for name in case.fields))
    columns = [
        pl.Series(name, [getattr(case, name) for case in cases], dtype=_SCHEMA.get(name, pl.String)) for name in _OWN
    ]
    columns.append(pl.Series("tags", [", ".join(case.tags) for case in cases], dtype=pl.String))
    for name in names:
        values = [case.fields.get(name) for case in cases]
        texts = [None if value is None else str(value) for value in values]
        columns.append(pl.Series(f"field: {name}", texts, dtype=pl.String))
    columns.append(pl.Series(_WHOLE, [case.to_json() for case in cases], dtype=pl.String))
    return pl.DataFrame(columns)


def write_library(cases: Sequence[KeptCase], file_format: str) -> bytes:
    """Write cases as ``jsonl``, ``csv`` or ``parquet``; in CSV nothing is left that a spreadsheet would run.

    Raises
    ------
    InputError
        If it is another format.
    """
    if file_format == "jsonl":
        return "".join(f"{case.to_json()}\n" for case in cases).encode()
    if file_format == "csv":
        return to_csv(library_table(cases))
    if file_format == "parquet":
        return to_parquet(library_table(cases))
    raise InputError(f"Expected jsonl, csv or parquet, found {file_format!r}. Name the file so.")


def read_library(content: bytes) -> tuple[list[KeptCase], list[str]]:
    """Read what `write_library` wrote, in any of its formats; the content decides.

    Returns
    -------
    (list of KeptCase, list of str)
        The cases, and a sentence for each entry that is none.

    Raises
    ------
    InputError
        If the file is no library.
    """
    cases, refused = [], []
    for place, text in enumerate(_entries(content), start=1):
        try:
            cases.append(case_from(json.loads(text)))
        except AnalysisError as error:
            refused.append(f"Entry {place}: {error}")
        except (ValueError, RecursionError):
            refused.append(f"Entry {place}: expected a case as JSON, found {text[:40]!r}.")
    return cases, refused


def _entries(content: bytes) -> Iterator[str]:
    """Return the cases of a file as JSON each."""
    try:
        if content[:4] == b"PAR1":
            return iter(_whole_cases(pl.read_parquet(io.BytesIO(content), columns=[_WHOLE])))
        first = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if first in (b"{", b""):
            return (line for line in content.decode("utf-8-sig").split("\n") if line.strip())
        return iter(_whole_cases(pl.read_csv(content, columns=[_WHOLE], infer_schema=False)))
    except (pl.exceptions.PolarsError, UnicodeDecodeError, OSError) as error:
        raise InputError(
            "Expected a library that Slicewise exported as JSONL, CSV or Parquet, found another file. Export it again."
        ) from error


def _whole_cases(frame: pl.DataFrame) -> Iterable[str]:
    """Return the column of a table that holds the cases."""
    return [str(text) for text in frame[_WHOLE].cast(pl.String).to_list()]
