"""What is named is obeyed, what is guessed is said, and the same question has the same answer in every workspace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import accuracy_score, recall_score

from analytics.log.workspace import Workspace
from tests.commands.test_command_line import ask, asked, run
from tests.ingested import Desk

N = 400


def decided(desk: Desk) -> tuple[Path, pl.DataFrame]:
    """A log with a decision that is mostly right beside a column of noise that looks like a score."""
    rng = np.random.default_rng(7)
    outcome = rng.integers(0, 2, N)
    approved = np.where(rng.random(N) < 0.11, 1 - outcome, outcome)
    words = np.array(["no", "yes"])
    frame = pl.DataFrame({"approved": words[approved], "score": rng.random(N).round(4), "outcome": words[outcome]})
    return desk.csv(frame.columns, frame.rows()), frame


def test_a_named_decision_is_judged(desk: Desk) -> None:
    path, frame = decided(desk)
    right = accuracy_score(frame["outcome"], frame["approved"])
    for options in (["--decision", "approved"], ["--score", "none"], ["--score", "None", "--decision", "approved"]):
        answer = asked("overview", path, *options)
        assert answer["accuracy"] == pytest.approx(right, abs=1e-12), options
        assert (answer["roles"]["judged"], answer["roles"]["score"]) == ("decision", None)


def test_with_both_named_the_score_is_judged_and_said(desk: Desk) -> None:
    path, frame = decided(desk)
    answer = asked("overview", path, "--decision", "approved", "--score", "score")
    flagged = np.where(frame["score"] >= answer["roles"]["threshold"], "yes", "no")
    assert answer["accuracy"] == pytest.approx(accuracy_score(frame["outcome"], flagged), abs=1e-12)
    assert answer["roles"]["judged"] == "score"
    assert answer["roles"]["from"] == {"score": "named", "decision": "named", "label": answer["roles"]["from"]["label"]}
    assert answer["roles"]["from"]["label"].startswith("guessed: its name")


def test_every_format_says_the_roles(desk: Desk) -> None:
    path, _ = decided(desk)
    table = run("slices", path, "--by", "approved", "--decision", "approved")
    assert table.stdout.startswith("Roles: decision 'approved' (named; positive: yes; negative: no), label 'outcome'")
    assert "Judged: the decision." in table.stdout.splitlines()[0]
    as_csv = run("slices", path, "--by", "approved", "--format", "csv")
    assert as_csv.stdout.startswith("approved,") and "Roles: score 'score'" in as_csv.stderr
    as_json = asked("slices", path, "--by", "approved")
    assert as_json["roles"]["label"] == "outcome" and len(as_json["rows"]) == 2


def test_the_order_of_commands_does_not_matter(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = decided(desk)
    questions = (
        ("overview", path),
        ("overview", path, "--decision", "approved"),
        ("ingest", path, "--label", "approved", "--score", "score"),
        ("overview", path, "--positive", "no"),
        ("overview", path),
        ("ingest", path),
        ("slices", path, "--by", "approved", "--threshold", "0.7"),
    )
    used = [asked(*question) for question in questions]
    for place, question in enumerate(questions):
        monkeypatch.setenv("SLICEWISE_HOME", str(tmp_path / f"fresh{place}"))
        assert asked(*question) == used[place], question


def test_roles_that_a_person_confirmed_are_used_by_the_id_and_said(desk: Desk) -> None:
    path, _ = decided(desk)
    log_id = asked("ingest", path)["log_id"]
    workspace = Workspace()
    log = workspace.find(log_id)
    confirmed = desk.remap(log, log.mapping.with_names(["score", "outcome"]))
    workspace.remember(confirmed)
    by_id = asked("overview", log_id)
    assert by_id["roles"]["decision"] is None
    assert all(origin.startswith("as confirmed on ") for origin in by_id["roles"]["from"].values())
    by_path = asked("overview", path)
    assert by_path["roles"]["decision"] == "approved"
    asked("ingest", path)
    assert Workspace().find(log_id).mapping.decision is None


def test_a_role_that_no_name_settles_is_asked_for(desk: Desk) -> None:
    rng = np.random.default_rng(3)
    rows = list(zip(rng.random(N).round(4), rng.choice(["yes", "no"], N), strict=True))
    path = desk.csv(["score", "prior_auth"], rows)
    refused = run("overview", path)
    assert refused.exit_code == 2
    assert "'prior_auth' (has two values)" in refused.stderr and "--label none" in refused.stderr
    assert asked("ingest", path)["open"] == {"label": {"prior_auth": "has two values"}}
    assert ask("overview", path, "--label", "none")["n_labelled"] == 0
    assert ask("overview", path, "--label", "prior_auth")["n_labelled"] == N


def test_a_third_decision_is_not_judged(desk: Desk) -> None:
    rng = np.random.default_rng(11)
    outcome = rng.choice(["A", "B"], N)
    answers = np.where(rng.random(N) < 0.2, "tie", np.where(rng.random(N) < 0.8, outcome, "A"))
    path = desk.csv(["verdict", "outcome"], list(zip(answers, outcome, strict=True)))
    is_decided = answers != "tie"
    for options in ([], ["--decision-negative", "A"], ["--decision-positive", "B"]):
        found = ask("overview", path, *options)
        assert found["n_unscored"] == int((~is_decided).sum())
        assert found["recall"] == pytest.approx(
            recall_score(outcome[is_decided], answers[is_decided], pos_label="B"), abs=1e-12
        )
    as_a = ask("overview", path, "--decision-negative", "A", "--decision-negative", "tie")
    assert as_a["n_unscored"] == 0


def test_the_positive_value_moves_a_score_that_was_one_of_a_column_per_class(desk: Desk) -> None:
    rng = np.random.default_rng(5)
    p = rng.random(N).round(4)
    label = np.where(rng.random(N) < p, "cat", "dog")
    path = desk.csv(["p_cat", "p_dog", "label"], list(zip(p, (1 - p).round(4), label, strict=True)))
    one, other = (asked("overview", path, "--positive", value) for value in ("cat", "dog"))
    assert (one["roles"]["score"], other["roles"]["score"]) == ("p_cat", "p_dog")
    assert one["auroc"] == pytest.approx(other["auroc"], abs=1e-12) and one["auroc"] > 0.7


@pytest.mark.parametrize(("said", "kind"), [("number", None), ("percent", 0.01), ("reversed", 0.01)])
def test_how_a_score_is_read_can_be_said(desk: Desk, said: str, kind: float | None) -> None:
    rng = np.random.default_rng(5)
    rows = [[f"{100 * p:.1f}%", int(rng.random() < p)] for p in rng.random(N)]
    path = desk.csv(["score", "label"], rows)
    answer = asked("overview", path, "--score-as", said)
    assert answer["roles"]["score_scale"] == (100 if kind else 1)
    assert (answer["brier"] is None) == (kind is None)
    assert answer["roles"]["score_minus"] == (1 if said == "reversed" else None)
    assert (answer["auroc"] > 0.6) == (said != "reversed")


@pytest.mark.parametrize("moments", [["2024-10-26", "2025-03-01"], ["2024-10-26 06:30:00", "2025-03-01 18:00:00"]])
def test_dates_can_be_versions_and_segments(desk: Desk, moments: list[str]) -> None:
    rng = np.random.default_rng(9)
    release = rng.choice(moments, N)
    rows = list(zip(rng.random(N).round(4), rng.integers(0, 2, N), release, strict=True))
    path = desk.csv(["score", "label", "release"], rows)
    assert asked("ingest", path)["roles"]["model_version"] == "release"
    found = {row["slice"]["release"]: row["n"] for row in ask("slices", path, "--by", "release")}
    assert found == {moment: int((release == moment).sum()) for moment in moments}
    assert ask("overview", path, "--where", f"release={moments[0]}")["n"] == found[moments[0]]


def test_a_file_of_headers_only_has_no_rows(desk: Desk) -> None:
    answer = asked("ingest", desk.csv(["score", "label"], []))
    assert (answer["log_id"], [finding["code"] for finding in answer["findings"]]) == (None, ["no-rows"])


def gated(desk: Desk) -> Path:
    """Payments that are passed below 0.08, blocked from 0.12 on and referred between, with two columns like a label."""
    rng = np.random.default_rng(13)
    score = rng.beta(1, 9, 2_000).round(4)
    decision = np.where(score >= 0.12, "refer", np.where(score >= 0.08, "block", "pass"))
    fraud = np.where(rng.random(2_000) < score, "fraud", "legit")
    disputed = np.where(rng.random(2_000) < score, "yes", "no")
    names = ["score", "decision", "outcome", "label"]
    return desk.csv(names, list(zip(score, decision, fraud, disputed, strict=True)))


@pytest.mark.parametrize("is_by_id", [False, True])
@pytest.mark.parametrize(
    ("options", "threshold"),
    [
        (("--label", "outcome", "--decision-positive", "refer"), 0.12),
        (("--label", "outcome", "--decision-positive", "block", "--decision-positive", "refer"), 0.08),
        (("--label", "label", "--decision-positive", "refer", "--decision-negative", "pass"), None),
        (("--label", "outcome", "--decision", "none"), 0.5),
    ],
)
def test_the_threshold_is_that_of_the_decisions_as_they_are_named(
    desk: Desk, options: tuple[str, ...], threshold: float | None, is_by_id: bool
) -> None:
    path = gated(desk)
    log: object = asked("ingest", path, "--label", "outcome")["log_id"] if is_by_id else path
    if threshold is None:  # any number between the last pass and the first refer
        assert 0.08 <= asked("overview", log, *options)["roles"]["threshold"] <= 0.12
    else:
        assert asked("overview", log, *options)["roles"]["threshold"] == threshold


def test_a_threshold_that_a_person_set_stays_while_the_score_does(desk: Desk) -> None:
    path = gated(desk)
    log_id = asked("ingest", path, "--label", "outcome", "--threshold", "0.2")["log_id"]
    assert asked("overview", log_id, "--decision-positive", "block")["roles"]["threshold"] == 0.2
