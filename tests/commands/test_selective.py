"""Labels that hang on the decision: what each command says first."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
from typer.testing import CliRunner

from analytics.__main__ import app

N = 20_000


def said(path: Path, command: str, *more: str) -> str:
    found = CliRunner().invoke(app, [command, str(path), "--threshold", "0.3", *more, "--format", "json"])
    assert found.exit_code == 0, found.stderr
    return found.stderr


def rows() -> tuple[np.random.Generator, np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rng = np.random.default_rng(4)
    score = rng.beta(1, 6, N).round(3)
    return rng, score, (rng.random(N) < score).astype(int)


def written(path: Path, side: str, audited: float = 0.0) -> Path:
    rng, score, label = rows()
    is_seen = (score >= 0.3 if side == "flagged" else score < 0.3) | (rng.random(N) < audited)
    days = [f"2026-01-{1 + place % 28:02d}" for place in range(N)]
    frame = pl.DataFrame({"day": days, "score": score, "label": label, "seen": is_seen})
    frame = frame.with_columns(region=pl.Series(rng.choice(["north", "south"], N)), label=pl.when("seen").then("label"))
    frame.drop("seen").write_csv(path)
    return path


def test_of_labelled_rows_alone_overview_gives_neither_auroc_nor_a_course_of_all(tmp_path: Path) -> None:
    path = written(tmp_path / "log.csv", "flagged")
    found = CliRunner().invoke(app, ["overview", str(path), "--threshold", "0.3", "--format", "json"])
    assert json.loads(found.stdout)["labels_hang_on"] == "flagged"
    made = CliRunner().invoke(app, ["report", str(path), "--threshold", "0.3", "--out", str(tmp_path / "pack.html")])
    assert made.exit_code == 0, made.stderr
    text = (tmp_path / "pack.html").read_text().replace("\u202f", " ")
    assert "How well the scores separate the labels is not known (AUROC: 0." in text
    assert "so misses are not counted here. Of the rows with a label alone:" in text


def test_an_audit_says_what_recall_is(tmp_path: Path) -> None:
    """All labels are known here: of the rows that are not flagged as many are positive as the audit finds."""
    path = written(tmp_path / "log.csv", "flagged")
    _, score, label = rows()
    share, truth = label[score < 0.3].mean(), label[score >= 0.3].sum() / label.sum()
    found = CliRunner().invoke(
        app, ["labels", str(path), "--threshold", "0.3", "--audit", f"{share * 1_000:.0f}/1000", "--format", "json"]
    )
    audit = json.loads(found.stdout)["audit"]
    assert abs(audit["recall"] - truth) < 0.01 and audit["low"] < truth < audit["high"]
    assert f"If {share * 1_000:.0f} of 1,000 rows that are not flagged, drawn at random, are positive, recall is " in (
        found.stderr.replace("\u202f", ",")
    )
    for wrong in ("4", "5/4", "-1/4", "a/b", "0/0"):
        assert CliRunner().invoke(app, ["labels", str(path), "--audit", wrong]).exit_code == 2
    every = CliRunner().invoke(app, ["labels", str(path), "--threshold", "0.0", "--audit", "4/300"])
    assert every.exit_code == 2 and "Expected labels that hang on the decision" in every.stderr


def test_only_flagged_rows_get_a_label(tmp_path: Path) -> None:
    path = written(tmp_path / "log.csv", "flagged")
    lead = "Only flagged rows get a label, so misses cannot be seen: recall is not known, and "
    for command in ("overview", "brief", "labels"):
        assert said(path, command).startswith(lead), command
    gates, caution = tmp_path / "gates.toml", "Only flagged rows get a label, so misses are not counted here. "
    gates.write_text('[[gate]]\nmetric = "error_rate"\nmax = 0.9\n')
    checked = CliRunner().invoke(app, ["check", str(gates), str(path), "--threshold", "0.3"])
    assert checked.exit_code == 4 and checked.stderr.startswith(f"{caution}Nobody can tell yet about ")
    assert "labels of some 300 of them, drawn at random, would tell" in checked.stderr
    gates.write_text('[[gate]]\nmetric = "precision"\nmin = 0.2\n')
    checked = CliRunner().invoke(app, ["check", str(gates), str(path), "--threshold", "0.3"])
    assert checked.exit_code == 0 and checked.stderr.startswith(f"{caution}It may go on")
    drafted = CliRunner().invoke(app, ["check", str(path), "--draft", "--threshold", "0.3"]).stdout
    assert '"precision"' in drafted and '"error_rate"' not in drafted and '"auroc"' not in drafted
    assert said(path, "watch", "--baseline-weeks", "1").startswith(f"{caution}Quiet")
    assert said(path, "calibration").startswith("Only flagged rows get a label, so nothing is known of lower scores. ")
    asked = said(path, "thresholds")
    assert "recall" not in asked and "precision" in asked, "recall over labels of flagged rows alone is always 100 %"
    reported = CliRunner().invoke(app, ["report", str(path), "--threshold", "0.3", "--out", str(tmp_path / "pack.md")])
    assert reported.exit_code == 0, reported.stderr
    assert (
        "To do: Have some 300 of the rows without a label judged, drawn at random."
        in (tmp_path / "pack.md").read_text()
    )
    assert "Predicting every row" not in said(path, "overview")
    assert said(path, "slices", "--by", "region").startswith(caution)
    costs = said(path, "thresholds", "--cost-fp", "1", "--cost-fn", "3")
    assert costs.startswith(f"{caution}No threshold below the present one can be judged.")


def test_only_the_others_get_a_label(tmp_path: Path) -> None:
    path = written(tmp_path / "log.csv", "others")
    assert said(path, "overview").startswith(
        "Only rows that are not flagged get a label, so false alarms cannot be seen:"
    )
    costs = said(path, "thresholds", "--cost-fp", "1", "--cost-fn", "3")
    assert "No threshold above the present one can be judged." in costs


def test_a_random_audit_gives_recall(tmp_path: Path) -> None:
    found = said(written(tmp_path / "log.csv", "flagged", 0.02), "overview")
    lead = "Few of the rows that are not flagged get a label, so recall is not what the labelled rows say, "
    assert found.startswith(lead)
    _, score, label = rows()
    interval = found.split("drawn at random, it is ")[-1].split("(")[1].split(")")[0]
    low, high = (float(end) / 100 for end in interval.split("–"))
    recall = label[score >= 0.3].sum() / label.sum()
    assert low <= recall <= high
    for limit, exit_code in ((recall - 0.2, 0), (recall, 4), (recall + 0.2, 3)):
        gates = tmp_path / "gates.toml"
        gates.write_text(f'[[gate]]\nmetric = "recall"\nmin = {limit:.3f}\n')
        checked = CliRunner().invoke(app, ["check", str(gates), str(tmp_path / "log.csv"), "--threshold", "0.3"])
        assert checked.exit_code == exit_code, checked.stderr
    sides = ("--reference", "day<2026-01-15", "--production", "day>=2026-01-15")
    caution = "Mostly flagged rows get a label, so misses are seldom counted here. "
    assert said(tmp_path / "log.csv", "gap", *sides).startswith(caution)
    assert said(tmp_path / "log.csv", "discover").startswith(f"{caution}Where ")
    assert not said(written(tmp_path / "all.csv", "flagged", 1.0), "overview").startswith(("Only", "Few"))


def test_slices_of_a_few_rows_are_not_said_to_cost_no_more(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("score,label,region\n0.9,1,north\n0.2,0,south\n0.7,0,west\n")
    found = said(path, "slices", "--by", "region", "--cost-fp", "1", "--cost-fn", "5")
    assert found.startswith("No slice by region has enough judged rows to compare its cost ")
