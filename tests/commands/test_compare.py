"""Compare from the command line: published answers, two logs, two parts of one, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from analytics.__main__ import app
from tests.answers.compare.test_answer import joined, scored

QUIET = ("--no-search", "--format", "json")


def asked(*parts: object) -> tuple[Any, str]:
    found = CliRunner().invoke(app, ["compare", *map(str, parts), *QUIET])
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout), found.stderr


def refused(*parts: object) -> str:
    found = CliRunner().invoke(app, ["compare", *map(str, parts), *QUIET])
    assert found.exit_code == 2, found.stdout
    return found.stderr


def test_the_published_difference_of_two_versions_by_people_and_judge(data: Path) -> None:
    path = data / "judge" / "support_compare.csv"
    grades = ("--live-grade", "v3_human_passed", "--candidate-grade", "v4_human_passed")
    found, said = asked(path, *grades, "--live-judge", "v3_judge_passed", "--candidate-judge", "v4_judge_passed")
    corrected = found["corrected"]
    assert (corrected["difference"], corrected["low"], corrected["high"]) == pytest.approx(
        (0.0950, 0.0505, 0.1394), abs=5e-5
    )
    assert (corrected["n"], corrected["n_rest"], corrected["verdict"]) == (600, 3_400, "better")
    assert said.startswith("Better by people and judge together: the pass rate differs by +9.5 points.")


def test_two_logs_and_two_parts_of_one_say_the_same(tmp_path: Path) -> None:
    frame = scored(300).drop("unit", "w")
    frame.write_csv(tmp_path / "both.csv")
    for name in ("old", "new"):
        frame.filter(model=name).write_csv(tmp_path / f"{name}.csv")
    roles = ("--id", "id", "--label", "y", "--score", "score", "--threshold", "0.4")
    one, said = asked(tmp_path / "both.csv", *roles, "--live", "model=old", "--candidate", "model=new")
    two, _ = asked(tmp_path / "old.csv", tmp_path / "new.csv", *roles)
    assert one["metrics"] == two["metrics"] and one["pairing"]["both"] == 300
    y, a, b = joined(frame)
    error = {each["metric"]: each for each in one["metrics"]}["error_rate"]
    assert error["difference"] == pytest.approx(((b >= 0.4) != y).mean() - ((a >= 0.4) != y).mean())
    assert said.startswith(("Inconclusive: about ", "Better: "))


def test_preferences_have_a_win_rate_with_its_standard_error(tmp_path: Path) -> None:
    values = [1.0] * 30 + [2.0] * 50 + [1.5] * 20 + [None]
    path = tmp_path / "preferred.csv"
    pl.DataFrame({"question": [f"q{place}" for place in range(101)], "preference": values}).write_csv(path)
    found, said = asked(path, "--preference", "preference")
    known = pl.Series(values[:-1]) - 1
    assert (found["win_rate"], found["standard_error"]) == pytest.approx((known.mean(), known.std() / 10))
    assert (found["wins"], found["ties"], found["losses"], found["not_said"]) == (50, 20, 30, 1)
    assert said.startswith("Better: the candidate wins 60.0")


def test_one_side_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    scored(20).filter(model="old").write_csv(path)
    assert "Expected two sides, found one" in refused(path)
    assert "found that of one" in refused(path, "--live-score", "score")
    assert "Expected numbers as grades" in refused(path, "--live-grade", "region", "--candidate-grade", "model")
