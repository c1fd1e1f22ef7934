"""``review`` and ``library``: the queue and the library without a browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from analytics.__main__ import app
from analytics.review import library
from analytics.review.store import ReviewStore
from tests.ingested import Desk
from tests.review.cases import case


def run(*arguments: object, status: int = 0) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == status, result.output
    return result.stdout if status == 0 else result.stderr


def log(desk: Desk, scores: list[float]) -> Path:
    frame = pl.DataFrame(
        {"id": [f"r{k}" for k in range(6)], "score": scores, "label": [0, 0, 1, 1, 0, 1], "why": ["=1"] * 6}
    )
    return desk.frame(frame)


def test_the_worst_errors_are_listed_with_their_kind(desk: Desk) -> None:
    path = log(desk, [0.9, 0.6, 0.1, 0.8, 0.2, 0.4])
    rows: list[dict[str, Any]] = json.loads(run("review", path, "--threshold", 0.5, "--format", "json"))["rows"]
    assert [(row["id"], row["error_kind"]) for row in rows] == [("r0", "fp"), ("r2", "fn"), ("r1", "fp"), ("r5", "fn")]
    assert set(rows[0]) == {"id", "score", "label", "why", "error_kind", "cost"}
    only = json.loads(run("review", path, "--threshold", 0.5, "--errors", "fn", "--limit", 1, "--format", "json"))[
        "rows"
    ]
    assert [row["id"] for row in only] == ["r2"]
    assert "'=1" in run("review", path, "--threshold", 0.5, "--format", "csv")
    assert "policy" in run("review", path, "--rank", "cost", status=2)
    assert "saved policy" in run("review", path, "--policy", "nope", status=2)


@pytest.mark.parametrize("file_format", ["jsonl", "csv", "parquet"])
def test_a_library_goes_out_and_comes_back_without_doubles(own_home: Path, tmp_path: Path, file_format: str) -> None:
    store = ReviewStore(own_home)
    library.add_all(store, [case(k, tags=("storm",) if k % 2 else ()) for k in range(10)])
    out = tmp_path / f"library.{file_format}"
    run("library", "export", out, "--tag", "storm")
    answer = json.loads(run("library", "import", out, "--format", "json"))
    assert answer == {"read": 5, "added": 0, "already_there": 5, "refused": []}
    for entry in library.shelf(store):
        library.change(store, None, entry.case.key, entry.revision)
    assert json.loads(run("library", "import", out, "--format", "json"))["added"] == 5
    assert [entry.case.row_id for entry in library.shelf(store)] == [9, 7, 5, 3, 1]
    assert len(run("library", "export").splitlines()) == 5


def test_what_cannot_be_brought_in_is_said(tmp_path: Path) -> None:
    assert "could not be read" in run("library", "import", tmp_path / "none.jsonl", status=2)
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    assert "Expected a library" in run("library", "import", tmp_path / "x.csv", status=2)
    assert "jsonl, csv or parquet" in run("library", "export", tmp_path / "x.xlsx", status=2)
    assert "could not be written" in run("library", "export", tmp_path / "none" / "x.csv", status=2)


def test_a_replay_gives_counts_that_add_up_and_the_list_behind_them(desk: Desk) -> None:
    before, after = log(desk, [0.9, 0.6, 0.1, 0.8, 0.2, 0.4]), log(desk, [0.1, 0.7, 0.9, 0.1, 0.2, 0.3])
    assert "Expected cases" in run("library", "replay", before, status=2)
    rows = json.loads(run("review", before, "--threshold", 0.5, "--errors", "all", "--format", "json"))["rows"]
    held = [
        case(k, case_id=row["id"], score=row["score"], label=row["label"], threshold=0.5) for k, row in enumerate(rows)
    ]
    library.add_all(ReviewStore(desk.workspace.home), [*held, case(99, case_id="r99")])
    asked = ("library", "replay", after, "--id", "id", "--threshold", 0.5, "--format", "json")
    answer = json.loads(run(*asked))
    assert answer.pop("roles")["row_id"] == "id"
    states = {"fixed": 2, "still_wrong": 2, "regressed": 1, "still_right": 1, "not_comparable": 1}
    assert answer == {"matched_by": "id", "n": 7, **states}
    listed = {row["id"]: row["state"] for row in json.loads(run(*asked, "--list"))["rows"]}
    assert listed == {
        "r0": "fixed",
        "r2": "fixed",
        "r1": "still wrong",
        "r5": "still wrong",
        "r3": "regressed",
        "r4": "still right",
        "r99": "not comparable",
    }
