"""The same input again, from the command line: published numbers, what is the same, and what is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from analytics.__main__ import app


def asked(log: Path, *more: str) -> tuple[Any, str]:
    found = CliRunner().invoke(app, ["repeats", str(log), *more, "--format", "json"])
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout), found.stderr


def test_the_published_passes_of_an_airline_s_assistant(data: Path) -> None:
    path = data / "tau-bench" / "airline_sessions.ndjson"
    found, said = asked(path, "--grade", "reward", "--pass", "1")
    assert [round(row["all_right"], 3) for row in found["passes"]] == [0.42, 0.273, 0.22, 0.2]
    assert (found["same"], found["trial"], found["n_inputs"], found["n_answers"]) == (["task_id"], "trial", 50, 200)
    assert said.startswith("Of 100 answers 29 would be others if the same were asked again (95 % interval 22–38).")


def written(path: Path, **more: list[Any]) -> Path:
    """Two hundred questions, five answers each; those from the south change, the others do not."""
    rng, rows = np.random.default_rng(0), []
    for question in range(200):
        place = "south" if question % 4 == 0 else "north"
        for trial in range(5):
            rate = 0.5 if place == "south" else 0.03
            answer = bool(rng.random() < rate) ^ bool(question % 2)
            text = f"Question {question}?" if trial % 2 else f"  QUESTION   {question}? "
            rows.append({"prompt": text, "attempt": trial, "region": place, "answer": "yes" if answer else "no"})
    pl.DataFrame(rows).write_csv(path)
    return path


def test_answers_without_score_or_label_by_slice(tmp_path: Path) -> None:
    path = written(tmp_path / "log.csv")
    found, said = asked(path, "--answer", "answer", "--by", "region")
    frame = pl.read_csv(path).with_columns(
        key=pl.col("prompt").str.strip_chars().str.to_lowercase().str.replace_all(" +", " ")
    )
    yes = frame.group_by("key", "region").agg(c=(pl.col("answer") == "yes").sum(), n=pl.len())
    flips = yes.with_columns(flip=2 * pl.col("c") * (pl.col("n") - pl.col("c")) / (pl.col("n") * (pl.col("n") - 1)))
    assert (found["same"], found["n_repeated"]) == (["prompt"], 200)
    assert found["flip_rate"] == pytest.approx(flips["flip"].mean())
    south = next(row for row in found["slices"] if row["slice"] == {"region": "south"})
    assert south["flip_rate"] == pytest.approx(flips.filter(region="south")["flip"].mean())
    assert south["difference_low"] > 0.3 and south["p_adjusted"] < 1e-6
    assert "In south they change more often" in said


def test_rows_of_one_trial_count_once_and_those_without_an_input_not_at_all(tmp_path: Path) -> None:
    path = written(tmp_path / "log.csv")
    rows = pl.read_csv(path)
    before, _ = asked(path, "--answer", "answer")
    lost = rows.head(7).with_columns(prompt=pl.lit(None, pl.String))
    pl.concat([rows, rows.head(20), lost]).write_csv(path)
    found, said = asked(path, "--answer", "answer")
    assert (found["n_again"], found["n_without"]) == (20, 7)
    assert found["flip_rate"] == before["flip_rate"]
    assert "7 rows without it are left out. 20 rows that repeat the number of a trial in attempt left out." in said


def test_what_cannot_be_answered_is_said(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    pl.DataFrame({"score": [0.1, 0.9] * 20, "label": [0, 1] * 20, "amount": range(40)}).write_csv(path)
    refused = CliRunner().invoke(app, ["repeats", str(path)])
    assert refused.exit_code == 2 and "--same task_id" in refused.stderr
    different = CliRunner().invoke(app, ["repeats", str(path), "--same", "amount"])
    assert different.exit_code == 2 and "found 40 that are all different" in different.stderr


def test_few_inputs_that_did_not_change_promise_nothing(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    pl.DataFrame({"task_id": ["a", "a", "b", "b"], "reward": [1, 1, 0, 0]}).write_csv(path)
    found, said = asked(path, "--grade", "reward", "--pass", "1")
    assert found["flip_rate"] == 0 and found["flip_rate_high"] > 0.9
    assert said.startswith(
        "Hardly any answer changed when the same was asked again; up to 99 of 100 may be others tomorrow."
    )
