"""Answering or handing over from the command line: on real classes against their rows, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import accuracy_score
from typer.testing import CliRunner, Result

from analytics.__main__ import app

RULE = ("--right", "pred = obs")


@pytest.fixture(scope="session")
def hpc(data: Path) -> Path:
    return data / "hpc-cv" / "hpc_cv.csv"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["thresholds", *map(str, arguments)], catch_exceptions=False)


def ask(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(
        result.stdout, parse_constant=lambda constant: pytest.fail(f"{constant} is no JSON")
    )
    return found


def test_classes_are_answered_or_handed_over_as_their_rows_say(hpc: Path) -> None:
    rows = pl.read_csv(hpc)
    confidence = rows.select(pl.max_horizontal("VF", "F", "M", "L")).to_series().to_numpy()
    wrong = (rows["pred"] != rows["obs"]).to_numpy().astype(float)
    answer = ask(hpc, *RULE, "--cost-wrong", 5, "--cost-person", 1, "--by", "pred")
    assert (answer["coverage"], answer["risk"]) == (1, pytest.approx(1 - accuracy_score(rows["obs"], rows["pred"])))
    assert answer["cost_now"] == 5 * wrong.sum()
    for row in answer["sweep"][::50]:
        if row["threshold"] is not None:
            is_answered = confidence >= row["threshold"]
            assert row["n_answered"] == is_answered.sum() and row["n_wrong"] == wrong[is_answered].sum()
            assert row["cost"] == 5 * row["n_wrong"] + row["n_handed_over"]
    order = np.argsort(-confidence, kind="stable")
    by_row = (np.cumsum(wrong[order]) / np.arange(1, wrong.size + 1)).mean()
    assert answer["aurc"] == pytest.approx(by_row, abs=5e-4), "bins of the score grid tie a few rows"
    assert answer["aurc_low"] < answer["aurc"] < answer["aurc_high"]
    assert answer["best_low"] <= answer["best_threshold"] <= answer["best_high"]
    assert answer["theoretical_threshold"] == pytest.approx(0.8)
    assert answer["cost_at_best"] == min(row["cost"] for row in answer["sweep"])
    assert {row["slice"]["pred"] for row in answer["slices"]} == {"VF", "F", "M", "L"}
    assert [row["slice"]["pred"] for row in answer["slices"] if row["is_worse"]]


def test_the_first_sentence_is_on_standard_error_and_costs_are_asked_for(hpc: Path) -> None:
    told = run(hpc, *RULE)
    assert "What does a wrong answer cost compared with a person's look?" in told.stderr
    assert ask(hpc, *RULE)["best_threshold"] is None
    told = run(hpc, *RULE, "--cost-wrong", 5)
    assert "on and hand over the rest." in told.stderr and "hand over" not in told.stdout
    assert (
        run(hpc, *RULE, "--cost-wrong", 5, "--format", "csv").stdout.splitlines()[0].startswith("threshold,n_answered")
    )


def test_a_capacity_is_rows_that_people_can_look_at(hpc: Path) -> None:
    answer = ask(hpc, *RULE, "--cost-wrong", 20, "--capacity", 500)
    assert answer["capacity"] == 500 and answer["at_best"]["n_handed_over"] == pytest.approx(500)
    assert answer["worth_of_one_more"] > 0
    assert ask(hpc, *RULE, "--capacity", 500)["at_capacity"]["n_handed_over"] <= 500


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--cost-fp", "1"), "found --cost-fp"),
        (("--min-recall", "0.5"), "found --min-recall"),
        (("--look-cost", "1"), "found --look-cost"),
        (("--cost-wrong", "-1"), "wrong answer from 0 on"),
        (("--cost-person", "nan"), "person's look from 0 on"),
        (("--capacity", "many"), "such as 500 in all or 50/day"),
        (("--capacity", "-5"), "capacity"),
        (("--capacity", "nan"), "capacity"),
        (("--capacity", "5/day"), "Say how many rows people can look at in all"),
        (("--class", "F", "--cost-wrong", "5"), "Expected --cost-fp and --cost-fn"),
    ],
)
def test_what_cannot_be_weighed_is_refused_in_one_message(hpc: Path, options: tuple[str, ...], said: str) -> None:
    result = run(hpc, *RULE, *options)
    assert result.exit_code == 2
    assert said in result.output and "Traceback" not in result.output


def test_without_a_confidence_it_is_said_what_is_lacking(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines = [f"{place},{'abc'[place % 3]},{'acc'[place % 3]}" for place in range(60)]
    path.write_text("\n".join(["id,suggested,billed", *lines]))
    result = run(path, "--right", "suggested = billed")
    assert result.exit_code == 2 and "With a model's confidence" in result.output


def test_rankings_are_not_told_to_name_a_score_that_would_rank_anew(tmp_path: Path) -> None:
    path = tmp_path / "ranked.csv"
    rows = {"qid": [n // 3 for n in range(90)], "score": [n % 7 / 10 for n in range(90)], "relevance": [0, 1, 0] * 30}
    pl.DataFrame(rows).write_csv(path)
    result = run(path, "--cost-wrong", 20, "--cost-person", 1)
    assert result.exit_code == 2 and "one row per query" in result.stderr and "--score" not in result.stderr
    found = CliRunner().invoke(app, ["calibration", str(path)])
    assert found.exit_code == 2 and "one row per query" in found.stderr and "as score" not in found.stderr


def test_the_brief_of_weighted_answers_says_what_calibration_says_and_how_costs_are_given(tmp_path: Path) -> None:
    rng, n = np.random.default_rng(1), 900
    heavy = rng.random(n) < 0.3
    right = rng.random(n) < np.where(heavy, 0.95, 0.5)
    frame = {
        "predicted": ["a", "b", "c"] * 300,
        "sure": rng.choice([0.6, 0.62, 0.64], n),
        "times": np.where(heavy, 20, 1),
    }
    true = [
        value if fits else "abca"["abc".index(value) + 1] for value, fits in zip(frame["predicted"], right, strict=True)
    ]
    path = tmp_path / "log.csv"
    pl.DataFrame({**frame, "actual": true}).write_csv(path)
    options = (str(path), "--right", "predicted = actual", "--score", "sure", "--weight", "times", "--format", "json")
    brief, calibrated = (
        json.loads(CliRunner().invoke(app, [name, *options]).stdout) for name in ("brief", "calibration")
    )
    sentence = next(row["certainty"] for row in brief["findings"] if row["question"] == "calibration")
    assert f"{calibrated['rows'][0]['ece'] * 100:.1f} points" in sentence
    starts = {row["question"]: row["start"] for row in brief["open"]}
    assert "--cost-wrong and --cost-person" in starts["thresholds"]


def test_what_could_be_a_grade_is_said_where_another_role_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    pl.DataFrame({"task_id": [1, 2, 3, 4] * 9, "reward": [0.0, 1.0, 1.0, 0.0] * 9}).write_csv(path)
    refused = run(path, "--unit", "task_id")
    assert refused.exit_code == 2 and "'reward' could hold grades: --grade reward --pass 1." in refused.stderr


def test_a_grade_is_asked_about_before_it_is_taken_for_a_score(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    pl.DataFrame(
        {"ts": [f"2024-03-{1 + k % 28:02d}" for k in range(400)], "judge_score": [1 + k % 5 for k in range(400)]}
    ).write_csv(path)
    refused = run(path)
    assert refused.exit_code == 2 and "'judge_score' could hold grades: --grade judge_score --pass 4." in refused.stderr
    assert run(path, "--label", "none").exit_code == 0
