"""Logs of classes, grades and numbers from the command line: known answers, and the same answers as logs made by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import accuracy_score, precision_recall_fscore_support, roc_auc_score
from typer.testing import CliRunner

from analytics.__main__ import app
from tests.strange import strange_in

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def one_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def shared_home(one_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each log is read once: what a workspace knows of a file does not matter to a command."""
    monkeypatch.setenv("SLICEWISE_HOME", str(one_home))


@pytest.fixture
def ask() -> Ask:
    def asked(command: str, log: Path, *more: str) -> Any:
        found = CliRunner().invoke(app, [command, str(log), *more, "--format", "json"])
        assert found.exit_code == 0, found.stderr
        return json.loads(found.stdout)

    return asked


@pytest.fixture
def hpc() -> Path:
    path = Path(__file__).parents[3] / "shared/data/hpc-cv/hpc_cv.csv"
    if not path.exists():
        pytest.skip("the shared data is not here")
    return path


def test_four_real_classes_are_scikit_learn_s(ask: Ask, hpc: Path) -> None:
    rows = pl.read_csv(hpc)
    true, predicted = rows["obs"].to_list(), rows["pred"].to_list()
    found = ask("classes", hpc, "--right", "pred = obs")
    assert found["accuracy"] == pytest.approx(accuracy_score(true, predicted)) == pytest.approx(0.70868, abs=5e-6)
    names = [row["class"] for row in found["classes"]]
    assert sorted(names) == ["F", "L", "M", "VF"]
    precision, recall, f1, support = precision_recall_fscore_support(true, predicted, labels=names)
    for place, row in enumerate(found["classes"]):
        own = [row[name] for name in ("precision", "recall", "f1", "support")]
        assert own == pytest.approx([precision[place], recall[place], f1[place], support[place]])
        assert row["auroc"] == pytest.approx(roc_auc_score(np.array(true) == row["class"], rows[row["class"]]))
    labels = sorted(names)
    for average in ("macro", "weighted"):
        area = roc_auc_score(true, rows.select(labels).to_numpy(), multi_class="ovr", average=average, labels=labels)
        assert found["averages"][average]["auroc"] == pytest.approx(area)
    assert sum(pair["n"] for pair in found["matrix"]) == rows.height
    assert ask("overview", hpc)["accuracy"] == found["accuracy"], (
        "the rule is guessed where two columns share their classes"
    )


@pytest.mark.parametrize(
    ("command", "more"),
    [
        ("overview", []),
        ("slices", ["--by", "Resample"]),
        ("calibration", []),
        ("thresholds", ["--cost-fp", "1", "--cost-fn", "3"]),
        ("discover", []),
        ("review", ["--limit", "20"]),
        ("gap", ["--reference", "Resample=Fold01", "--production", "Resample=Fold02"]),
    ],
)
def test_a_class_against_the_rest_is_the_log_made_by_hand(
    ask: Ask, hpc: Path, tmp_path: Path, command: str, more: list[str]
) -> None:
    rows = pl.read_csv(hpc)
    by_hand = tmp_path / "by_hand.csv"
    rows.with_columns(
        obs=pl.when(pl.col("obs") == "F").then(pl.lit("F")).otherwise(pl.lit("other")),
        pred=pl.when(pl.col("pred") == "F").then(pl.lit("F")).otherwise(pl.lit("other")),
    ).write_csv(by_hand)
    of_class = ask(command, hpc, "--right", "pred = obs", "--class", "F", *more)
    roles = ["--label", "obs", "--positive", "F", "--score", "F", "--decision", "pred", "--decision-positive", "F"]
    own = ask(command, by_hand, *roles, "--segments", "Resample", *more)
    for answer in (of_class, own):
        if isinstance(answer, dict):
            answer.pop("roles", None)
    if command == "review":
        of_class, own = (
            [[row[name] for name in ("score", "label", "error_kind")] for row in answer["rows"]]
            for answer in (of_class, own)
        )
    if command == "discover":  # the log made by hand holds other columns beside the label
        of_class, own = ([row["slice"] for row in answer["rows"]] for answer in (of_class, own))
    assert json.dumps(of_class, sort_keys=True) == json.dumps(own, sort_keys=True)


def test_grades_and_numbers_by_slice(ask: Ask, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    true, part = rng.gamma(4, 25, 900).round(3), rng.choice(["a", "b"], 900)
    said = (true * (1 + rng.normal(0, 0.1, 900))).round(3)
    stars = rng.integers(1, 6, 900)
    path = tmp_path / "log.csv"
    sure = rng.random(900).round(3)
    columns = {"forecast": said, "actual": true, "part": part, "stars": stars, "confidence": sure}
    pl.DataFrame(columns).write_csv(path)
    near = np.abs(said - true) <= 0.1 * np.abs(true)
    for row in ask("slices", path, "--right", "forecast = actual", "--within", "10%", "--by", "part")["rows"]:
        keep = part == row["part"] if "part" in row else part == row["slice"]["part"]
        assert row["error_rate"] == pytest.approx(1 - near[keep].mean())
        assert row["mae"] == pytest.approx(np.abs(said - true)[keep].mean())
    found = ask("overview", path, "--grade", "stars", "--pass", "4")
    assert found["roles"]["score"] == "confidence"  # answers can be handed over by it
    assert found["mean_grade"] == pytest.approx(stars.mean()) and found["accuracy"] == pytest.approx(
        (stars >= 4).mean()
    )
    assert "recall" not in found


def test_a_score_beside_grades_that_nobody_named_says_how_they_are(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    pl.DataFrame({"confidence": [0.1, 0.2, 0.7, 0.8, 0.9] * 40, "stars": [1, 2, 3, 4, 5] * 40}).write_csv(path)
    assert ask("overview", path)["roles"]["label_hint"] == "'stars' could hold grades: --grade stars --pass 4."


@pytest.mark.parametrize(
    ("worst_first", "mark"),
    [
        (["Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"], "satisfied"),
        (["F", "D", "C", "B", "A"], "B"),
        (["detractor", "passive", "promoter"], "promoter"),
        (["sehr schlecht", "schlecht", "mittel", "gut", "sehr gut"], "gut"),
        (["very_poor", "poor", "fair", "good", "excellent"], "good"),
    ],
)
def test_grades_in_words_of_one_scale(ask: Ask, tmp_path: Path, worst_first: list[str], mark: str) -> None:
    rng = np.random.default_rng(1)
    place = rng.integers(0, len(worst_first), 400)
    path = tmp_path / "log.csv"
    pl.DataFrame({"grade": [worst_first[at] for at in place], "part": rng.choice(["a", "b"], 400)}).write_csv(path)
    least = [word.lower() for word in worst_first].index(mark.lower())
    assert ask("overview", path, "--grade", "grade", "--pass", mark)["accuracy"] == pytest.approx(
        (place >= least).mean()
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--pass", "4"], "--grade"),
        (["--grade", "stars"], "--pass"),
        (["--grade", "stars", "--pass", "many"], "--pass"),
        (["--within", "5"], "--right"),
        (["--right", "stars = nothing"], "PREDICTED = TRUE"),
        (["--class", "F"], "--right"),
        (["--right", "a = stars", "--threshold", "0.5"], "every answer counts"),
        (["--grade", "stars", "--pass", "4", "--right", "a = stars"], "one of the two"),
        (["--right", "a = stars", "--class", "zebra"], "zebra"),
    ],
)
def test_what_does_not_go_together_is_said(tmp_path: Path, options: list[str], said: str) -> None:
    path = tmp_path / "log.csv"
    pl.DataFrame(
        {"a": [1, 2, 3] * 9, "stars": [3, 2, 1] * 9, "score": [0.1, 0.5, 0.7] * 9, "label": [0, 1, 1] * 9}
    ).write_csv(path)
    found = CliRunner().invoke(app, ["overview", str(path), *options])
    assert found.exit_code == 2 and said in found.stderr, found.stderr
    assert "Traceback" not in found.stderr


KINDS = {
    "classes": ["--right", "a = b", "--score", "sure"],
    "grades": ["--grade", "b", "--pass", "2"],
    "numbers": ["--right", "a = b", "--within", "10%"],
    "rankings": ["--query", "asked", "--relevance", "hit", "--position", "a", "--at", "2"],
}
SIDES = ["--reference", "part=x", "--production", "part=y"]
COMMANDS = {
    "overview": [],
    "slices": ["--by", "part,other"],
    "calibration": [],
    "thresholds": ["--cost-wrong", "5", "--cost-person", "1"],
    "discover": [],
    "review": ["--limit", "5"],
    "gap": SIDES,
    "brief": [],
}


@pytest.mark.parametrize("kind", KINDS)
def test_tables_and_report_of_answers_speak_of_no_class(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    path, out = tmp_path / "log.csv", tmp_path / "report.html"
    rows = {"a": [1, 2, 3] * 80, "b": [1, 2, 1, 3, 2, 3] * 40, "part": ["x", "y"] * 120, "other": ["u", "v", "v"] * 80}
    query = {"asked": [place // 3 for place in range(240)], "hit": [0, 1, 0, 1, 0, 0] * 40}
    days = [f"2024-03-{1 + place % 28:02d}" for place in range(240)]
    pl.DataFrame({**rows, **query, "sure": [0.5, 0.9, 0.6, 0.8] * 60, "logged_at": days}).write_csv(path)
    for command, more in COMMANDS.items():
        found = CliRunner().invoke(app, [command, str(path), *KINDS[kind], *more])
        assert found.exit_code == 0 or command in ("calibration", "thresholds"), found.stderr
        assert strange_in(found.stdout + found.stderr) == set(), command
    found = CliRunner().invoke(app, ["review", str(path), *KINDS[kind], "--format", "json"])
    rows_wrong = json.loads(found.stdout)["rows"]
    assert {row["error_kind"] for row in rows_wrong} == {"wrong"}
    assert {*rows_wrong[0]} & {"label", "score"} == ({"score"} if kind == "classes" else set()), (
        "no column that says nothing, or hides one of the log"
    )
    found = CliRunner().invoke(
        app, ["report", str(path), *KINDS[kind], "--by", "part", "--by", "part,other", "--out", str(out)]
    )
    assert found.exit_code == 0, found.stderr
    text = out.read_text("utf-8")
    assert "A row is right if" in text
    assert strange_in(text) == set()


def test_calibration_goes_class_by_class(ask: Ask, hpc: Path) -> None:
    rows = pl.read_csv(hpc)
    found = ask("calibration", hpc, "--classes")["rows"]
    assert {row["class"] for row in found} == {"F", "L", "M", "VF"}
    for row in found:
        is_class = (rows["obs"] == row["class"]).to_numpy()
        assert row["difference"] == pytest.approx((rows[row["class"]].to_numpy() - is_class).mean())
    refused = CliRunner().invoke(app, ["calibration", str(hpc), "--classes", "--by", "Resample"])
    assert refused.exit_code == 2 and "--by" in refused.stderr


def test_the_report_has_the_calibration_of_each_class(hpc: Path, tmp_path: Path) -> None:
    made = CliRunner().invoke(app, ["report", str(hpc), "--out", str(tmp_path / "pack.html")])
    assert made.exit_code == 0, made.stderr
    text = (tmp_path / "pack.html").read_text(encoding="utf-8")
    assert "Scores of each class against the rest" in text and "Scores of class M are too low by 1.8 points" in text


def test_rows_without_an_answer_are_said_beside_those_without_a_label(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = {"said": ["a", "b", None, None, "c"] * 8, "true": ["a", "c", "b", None, None] * 8, "place": range(40)}
    pl.DataFrame(rows).write_csv(path)
    found = CliRunner().invoke(app, ["overview", str(path), "--right", "said = true"])
    assert "8 rows (20.0\u202f%) have no label; 16 rows (40.0\u202f%) have no prediction." in found.stderr
