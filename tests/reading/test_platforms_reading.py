"""Exports in the shapes that platforms and people write: the rows and their counts are those of the log that was exported."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analytics.log import classes
from analytics.log.mapping import Mapping
from analytics.log.schema import Reading
from tests.ingested import Desk

CASES = Path(__file__).parents[3] / "shared/cases/platforms"


@dataclass(frozen=True)
class Right:
    """The counts that a case must give at the threshold 0.5."""

    rows: int
    judged: int
    tp: int
    fp: int
    fn: int
    tn: int


def case(name: str) -> Path:
    """The folder of a case, which is shared beside the repository."""
    if not CASES.is_dir():
        pytest.skip("the cases are not here: expected them at ../shared/cases, beside the repository")
    return CASES / name


def right_of(folder: Path) -> Right:
    text = (folder / "answer.txt").read_text("utf-8")
    counts = dict(re.findall(r"^  (rows|judged|tp|fp|fn|tn): (\d+)$", text, re.MULTILINE))
    if len(counts) == 1:
        counts = {key: str(value) for key, value in json.loads(text.partition("ignored: ")[2]).items()}
    return Right(**{key: int(counts[key]) for key in Right.__annotations__})


def counted(desk: Desk, path: Path, files: dict[str, Any] | None = None, **roles: Any) -> tuple[Right, Reading]:
    """Read and build a log, with some roles named; count its cells at 0.5."""
    upload = desk.stage(path, **(files or {}))
    mapping: Mapping = replace(upload.mapping, **roles) if roles else upload.mapping
    log = desk.build(upload, classes.with_values(mapping, upload.reading) if roles else mapping)
    stored = desk.stored(log)
    judged = stored.filter(pl.col("label").is_not_null() & pl.col("score").is_not_null())
    flagged = judged["score"] >= 0.5
    positive = judged["label"] == 1
    tp, fp = int((positive & flagged).sum()), int((~positive & flagged).sum())
    fn, tn = int((positive & ~flagged).sum()), int((~positive & ~flagged).sum())
    return Right(stored.height, judged.height, tp, fp, fn, tn), log.reading


NAMES = ("request_id", "ts", "region", "channel", "amount", "score", "label")


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("trailing_comma", (*NAMES, "column 8")),
        ("trailing_comma_updated_at", None),
        ("row_names_in_front", ("column 1", "case", *NAMES[1:])),
    ],
)
def test_a_header_one_name_short_shifts_no_column(desk: Desk, name: str, names: tuple[str, ...] | None) -> None:
    folder = case(f"01_header_one_name_short/{name}")
    found, reading = counted(desk, folder / "log.csv", score="score", label="label")
    assert found == right_of(folder)
    assert names is None or reading.names == names


HEADER = "updated_at,region,score,label"
ROWS = [f"2024-03-{1 + n % 28:02} 08:00:00,{'NS'[n % 2]},0.{n % 90 + 10},{n % 2}" for n in range(700)]


@pytest.mark.parametrize("broken", [False, True], ids=["by the engine", "line by line"])
@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ([f"{row}," for row in ROWS], (*HEADER.split(","), "column 5")),
        ([f"{n},{row}" for n, row in enumerate(ROWS)], ("column 1", *HEADER.split(","))),
        ([f'"{n + 1}",{row}' for n, row in enumerate(ROWS)], ("column 1", *HEADER.split(","))),
        ([f"case-{n:04},{row}" for n, row in enumerate(ROWS)], ("column 1", *HEADER.split(","))),
        ([f"{n % 350},{row}" for n, row in enumerate(ROWS)], ("column 1", *HEADER.split(","))),
    ],
    ids=["comma at the end", "numbers", "quoted numbers", "names", "numbers that begin anew"],
)
def test_rows_with_one_field_more_than_the_header(
    desk: Desk, lines: list[str], names: tuple[str, ...], broken: bool
) -> None:
    """A copy of the header among the rows, as in files put one behind the other, is read line by line and is no other table."""
    kept = [*lines[:600], HEADER, *lines[600:]] if broken else lines
    upload = desk.stage("\n".join([HEADER, *kept]) + "\n")
    assert upload.reading.names == names
    assert (upload.reading.rows_kept, upload.reading.rows_read) == (700, 700 + broken)
    assert upload.reading.column("score").type == "DOUBLE"
    assert upload.reading.column("updated_at").kind == "time"
