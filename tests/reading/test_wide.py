"""Tables of more columns than a log can have: what names and values propose is read, or what is named; the rest is said."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from analytics.__main__ import app
from analytics.errors import InputError, QuestionError
from analytics.log.layout import CsvOptions
from analytics.reading import api, wide
from analytics.reading.bounds import MAX_COLUMNS
from tests.ingested import Desk, run_here

N, WIDTH = 40, MAX_COLUMNS + 20
NUMBERS = {f"f{at}": [(at * 7 + n * 13) % 997 / 997 for n in range(N)] for at in range(WIDTH - 5)}
FRAME = pl.DataFrame(
    {
        "id": [f"k{n}" for n in range(N)],
        **dict(list(NUMBERS.items())[:900]),
        "score": [n / 41 for n in range(N)],
        "region": [["north, east", 'so "south"', "west"][n % 3] for n in range(N)],
        **dict(list(NUMBERS.items())[900:]),
        "label": [n % 2 for n in range(N)],
        "odd": [int(n % 5 == 0) for n in range(N)],
    }
)


def text(separator: str = ",") -> str:
    return FRAME.write_csv(separator=separator)


@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet", "ndjson"])
def test_what_matters_by_its_names_is_proposed_and_read(desk: Desk, kind: str) -> None:
    source = FRAME if kind == "parquet" else text("\t" if kind == "tsv" else ",")
    source = FRAME.write_ndjson() if kind == "ndjson" else source
    log = desk.log(source)
    assert log.reading.names == ("id", "score", "region", "label", "odd")
    assert (log.reading.origin.offered, log.n_rows, log.n_labelled) == (tuple(FRAME.columns), N, N)
    assert any("1,520 columns, more than the 1,500 of a log: 5 were read" in said for said in log.reading.repairs)
    stored = desk.stored(log)
    assert stored["score"].to_list() == FRAME["score"].to_list()
    assert stored["c2"].cast(pl.String).to_list() == FRAME["region"].to_list()


@pytest.mark.parametrize("is_text", [True, False])
def test_columns_that_are_named_are_those_that_are_read(desk: Desk, is_text: bool) -> None:
    source = text() if is_text else FRAME
    reading = desk.read(source, csv=CsvOptions(columns=("label", "f7", "score")))
    assert {*reading.names} == {"label", "f7", "score"}
    assert "3 of 1,520 columns were read, as named." in reading.repairs
    with pytest.raises((QuestionError, InputError), match="found 'nope'"):
        desk.read(source, csv=CsvOptions(columns=("nope",)))


def test_a_table_in_which_no_name_says_a_role_is_refused_with_what_to_do(desk: Desk) -> None:
    lines = [",".join(f"f{at}" for at in range(WIDTH)), *[",".join("1" * WIDTH)] * 3]
    with pytest.raises(InputError, match="Name those that matter with --columns"):
        desk.read("\n".join(lines))


def test_rows_of_another_width_are_set_aside(desk: Desk) -> None:
    lines = text().splitlines()
    lines.insert(5, "k,1,2")
    reading = desk.read("\n".join(lines) + "\n")
    assert [(aside.reason, aside.rows, aside.first_line) for aside in reading.set_aside] == [(wide._OTHER_WIDTH, 1, 6)]
    assert reading.lines is not None and reading.lines.set_aside == 1
    assert (reading.rows_read, reading.rows_kept, reading.lines.total) == (N + 1, N, N + 2)


def test_a_role_that_is_named_is_read_as_well(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(api, "run_child", run_here)
    monkeypatch.setenv("SLICEWISE_HOME", str(tmp_path))
    path = desk.file(text())
    found = CliRunner().invoke(app, ["overview", str(path), "--score", "f7", "--format", "json"])
    answer = json.loads(found.stdout)
    assert (answer["roles"]["score"], answer["n_labelled"]) == ("f7", N)
    named = ["--columns", "score, label", "--format", "json"]
    assert json.loads(CliRunner().invoke(app, ["overview", str(path), *named]).stdout)["roles"]["segments"] == []


def test_columns_of_records_are_named(desk: Desk, tmp_path: Path) -> None:
    wide = {f"f{place}": place for place in range(1_600)}
    rows = [json.dumps({**wide, "model": {"score": k / 40, "name": "m"}, "label": k % 2}) for k in range(40)]
    (tmp_path / "wide.jsonl").write_text("\n".join(rows))
    reading = desk.read(tmp_path / "wide.jsonl", csv=CsvOptions(columns=("label", "model.score", "f7")))
    assert reading.names == ("f7", "model.score", "label")
    assert [(column.low, column.high) for column in reading.columns] == [("7", "7"), ("0.0", "0.975"), ("0", "1")]
    with pytest.raises((QuestionError, InputError), match=r"found 'model\.nope'"):
        desk.read(tmp_path / "wide.jsonl", csv=CsvOptions(columns=("label", "model.nope")))


def test_keys_of_records_are_columns_however_seldom_each_is(desk: Desk) -> None:
    rows = [{"id": k, "score": k / 41, "label": k % 2, **{f"k{k}_{n}": 1 for n in range(45)}} for k in range(40)]
    reading = desk.read("\n".join(map(json.dumps, rows)))
    assert reading.names[:3] == ("id", "score", "label") and len(reading.origin.offered) == 3 + 40 * 45
