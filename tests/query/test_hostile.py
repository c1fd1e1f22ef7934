"""Names and values that break software: each goes through ingest, cohort and slices unharmed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.answers.question import Question
from analytics.answers.slices import slices
from analytics.log.schema import Log
from analytics.query.cohort import Clause, Cohort, slice_clauses
from analytics.query.engine import Engine
from tests.ingested import Desk
from tests.thorough import amount

NAMES = (
    'we"ird; drop table x;--',
    "it's",
    "=1+1",
    "new\nline",
    "emoji 🛫",
    "score_bin",
    "row_id",
    "c0",
    "slice_0",
    "n",
    "*",
    "^c.*$",
    "{}",
    "a,b",
    "%s",
    "Label ",
    "LABEL",
    "count(*)",
    "moment",
)
VALUES = (
    "=1+1",
    "+1",
    "@x",
    'say "hi"',
    "it's",
    "line\nbreak",
    "tab\there",
    "🛫",
    "null ",
    "(missing)",
    " padded ",
    "a,b;c|d",
    "'; DROP TABLE log; --",
    "%_\\",
    "x" * 500,
    "caf\u00e9",
    "cafe\u0301",
)


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    made = Engine(desk.workspace)
    yield made
    made.close()


def hostile_rows() -> tuple[list[str], list[list[object]]]:
    header = ["score", "label", "empty", *NAMES]
    rows: list[list[object]] = []
    for place, value in enumerate(VALUES * 3):
        cells = [VALUES[(place + shift) % len(VALUES)] for shift in range(len(NAMES))]
        rows.append([place / 60, place % 2, None, *cells])
        assert value in VALUES
    return header, rows


def written(desk: Desk, kind: str) -> Log:
    header, rows = hostile_rows()
    if kind == "csv":
        return desk.log(desk.csv(header, rows), segments=("empty", *NAMES))
    frame = pl.DataFrame(rows, schema=header, orient="row", infer_schema_length=None)
    if kind == "ndjson":  # DuckDB keeps both of two keys that differ only by case, and calls the second LABEL_1
        log = desk.log(frame.write_ndjson().encode(), segments=("empty", *NAMES[:-3], "LABEL_1", *NAMES[-2:]))
        return replace(
            log,
            reading=replace(
                log.reading,
                columns=tuple(replace(column, name=name) for column, name in zip(log.columns, header, strict=True)),
            ),
        )
    return desk.log(frame, segments=("empty", *NAMES))


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet"])
def test_hostile_names_and_values(desk: Desk, engine: Engine, kind: str) -> None:
    log = written(desk, kind)
    assert log.reading.names == ("score", "label", "empty", *NAMES)
    assert (log.n_rows, log.reading.rows_read) == (3 * len(VALUES), 3 * len(VALUES))
    for place, name in enumerate(NAMES):
        answer = slices(engine, Question(log, Cohort(), 0.5), [name])
        assert dict(answer.table.select("slice_0", "n").iter_rows()) == dict.fromkeys(VALUES, 3)
        # What is stored is the same then, whatever kind of file it came in: every value is asked for once.
        for value in VALUES if kind == "csv" else VALUES[place :: len(NAMES)]:
            cohort = Cohort(slice_clauses(log, name, value))
            assert Cohort.from_text(cohort.to_text()) == cohort
            assert engine.row_counts(log, cohort, 0.5)[0] == 3
    pair = slices(engine, Question(log, Cohort(), 0.5), [NAMES[0], "empty"]).table
    assert pair["slice_1"].null_count() == pair.height == len(VALUES)
    kept = engine.head(log, Cohort((Clause(NAMES[0], "contains", ("; DROP",)),)), 0.5, 10)
    assert kept[log.column(NAMES[0]).sql_name].to_list() == ["'; DROP TABLE log; --"] * 3


def test_a_column_that_is_entirely_missing(desk: Desk, engine: Engine) -> None:
    for kind in ("csv", "parquet"):
        log = written(desk, kind)
        answer = slices(engine, Question(log, Cohort(), 0.5), ["empty"])
        assert answer.table.select("slice_0", "n").rows() == [(None, log.n_rows)]
        assert engine.row_counts(log, Cohort((Clause("empty", "missing"),)), 0.5)[0] == log.n_rows
        assert engine.row_counts(log, Cohort((Clause("empty", "in", ("x",)),)), 0.5)[0] == 0
        assert engine.row_counts(log, Cohort((Clause("empty", "not-in", ("x",)),)), 0.5)[0] == log.n_rows


@settings(max_examples=amount(6, 15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(min_size=1, max_size=15).filter(lambda text: "\x00" not in text and text.strip()),
    value=st.text(min_size=1, max_size=10).filter(lambda text: "\x00" not in text),
)
def test_any_name_and_any_value(desk: Desk, engine: Engine, name: str, value: str) -> None:
    """Through Parquet, where no quoting can go wrong: what comes in goes out."""
    name = name if name not in ("score", "label") else f"{name}."
    frame = pl.DataFrame({"score": [0.2, 0.7, 0.9], "label": [0, 1, 1], name: [value, value, None]})
    upload = desk.stage(frame)
    assert upload.reading.names[2] == name
    log = desk.log(frame, segments=(name,), score="score", label="label")
    counts = engine.value_counts(log, Cohort(), 0.5, name)
    assert sum(counts["n"]) == 3
    if log.column(name).kind == "text":
        assert dict(counts.iter_rows()) == {value: 2, None: 1}
        assert engine.row_counts(log, Cohort((Clause(name, "in", (value,)),)), 0.5)[0] == 2
