"""The same inputs scored again: every planted fault is named with its column and its share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from analytics.__main__ import app

N = 6_000
"""Rows of the log; of each fault below, a share of them."""


def logs(folder: Path) -> tuple[Path, Path, dict[str, int]]:
    """Write an evaluation, and its replay with a broken join, another unit, a default and a rounding."""
    rng = np.random.default_rng(8)
    frame = pl.DataFrame(
        {
            "id": np.arange(N),
            "income": rng.lognormal(8, 1, N).round(2),
            "distance_km": rng.gamma(2, 10, N).round(3) + 0.001,
            "age": rng.integers(18, 90, N),
            "rate": rng.random(N).round(6),
            "region": rng.choice(["north", "south"], N),
        }
    )
    place = pl.col("id")
    replayed = frame.with_columns(
        income=pl.when(place >= N // 20).then("income"),
        distance_km=pl.when(place.is_between(N // 20, 3 * N // 20 - 1))
        .then(pl.col("distance_km") * 1000)
        .otherwise("distance_km"),
        age=pl.when(place.is_between(3 * N // 20, 9 * N // 50 - 1)).then(pl.lit(99)).otherwise("age"),
        rate=pl.when(place.is_between(N // 5, 2 * N // 5 - 1)).then(pl.col("rate").round(2)).otherwise("rate"),
        run=pl.lit("r2"),
    )
    logits = frame["income"].log() - 8 + 0.02 * (frame["distance_km"] - 20) + (frame["age"] - 50) / 50 + frame["rate"]
    label = (rng.random(N) < 1 / (1 + np.exp(-logits.to_numpy()))).astype(int)

    def scored(rows: pl.DataFrame) -> pl.Series:
        value = rows["income"].fill_null(3_000).log() - 8 + 0.02 * (rows["distance_km"].clip(0, 200) - 20)
        value = value + (rows["age"] - 50) / 50 + rows["rate"]
        return (1 / (1 + (-value).exp())).alias("score")

    offline = frame.with_columns(scored(frame), label=pl.Series(label))
    again = replayed.with_columns(scored(replayed)).sample(fraction=1, shuffle=True, seed=1)
    offline.write_csv(folder / "offline.csv")
    again.write_csv(folder / "replay.csv")
    both = offline.join(again, on="id", suffix="_b")
    shares = {
        name: both.filter(pl.col(name).ne_missing(pl.col(f"{name}_b"))).height
        for name in ("income", "distance_km", "age", "rate", "score")
    }
    return folder / "offline.csv", folder / "replay.csv", shares


Written = tuple[Path, Path, dict[str, int]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return logs(tmp_path_factory.mktemp("written"))


@pytest.fixture(scope="module")
def one_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def shared_home(one_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The evaluation is read once: what a workspace knows of a file does not matter to a command."""
    monkeypatch.setenv("SLICEWISE_HOME", str(one_home))


def test_each_planted_fault_is_named_with_its_column_and_its_share(written: Written) -> None:
    offline, again, n = written
    found = CliRunner().invoke(app, ["replay", str(offline), str(again), "--id", "id", "--format", "json"])
    assert found.exit_code == 0, found.stderr
    answer = json.loads(found.stdout)
    fields = {row["field"]: row for row in answer["fields"]}
    assert {name: row["how"] for name, row in fields.items()} == {
        "income": "empty",
        "distance_km": "unit",
        "age": "default",
        "rate": "rounded",
    }
    assert {name: row["of_changed"] + row["of_same"] for name, row in fields.items()} == {
        name: n[name] for name in fields
    }
    assert (answer["n"], answer["changed"]) == (N, n["score"])
    assert sum(row["first"] for row in answer["fields"]) + answer["unexplained"] == answer["changed"]
    assert all(row["is_reason"] for row in answer["fields"])
    assert [fields[name]["detail"] for name in ("income", "distance_km", "age", "rate")] == [
        {},
        {"factor": pytest.approx(1000)},
        {"value": 99.0},
        {"decimals": 2},
    ]
    assert answer["only_replay"] == ["run"]
    said = found.stderr
    assert said.startswith("The replay gives the same score on ")
    for part in (
        "income arrives empty",
        "distance km is 1,000 times what it was",
        "age is always 99",
        "rate is rounded to 2",
    ):
        assert part in said, part
    assert "look at pipeline, labels and drift before the model" in said


def test_a_replay_that_is_the_evaluation_points_to_what_is_made_of_the_scores(tmp_path: Path, written: Written) -> None:
    offline, _, _ = written
    frame = pl.read_csv(offline)
    frame.with_columns(pl.col("score").round(4), region=pl.col("region").str.to_uppercase()).write_csv(
        tmp_path / "same.csv"
    )
    said = CliRunner().invoke(app, ["replay", str(offline), str(tmp_path / "same.csv"), "--id", "id"]).stderr
    assert said.startswith("The replay gives the same score on every row. With it ")
    assert "look at threshold, capacity and adoption" in said
    assert "differ in rounding to 4 decimals alone" in said
    assert "Not the reason, as often where scores are equal: region differs in capitals or blanks" in said


def test_a_score_that_no_field_explains_is_the_model_s(tmp_path: Path, written: Written) -> None:
    offline, _, _ = written
    frame = pl.read_csv(offline).with_columns(
        score=pl.when(pl.col("id") < N // 40).then(pl.col("score") / 2).otherwise("score")
    )
    frame.write_csv(tmp_path / "other.csv")
    said = CliRunner().invoke(app, ["replay", str(offline), str(tmp_path / "other.csv"), "--id", "id"]).stderr
    assert "no field that both have is another: look at the model's version and its code." in said


def test_categories_in_another_order_are_the_reason_where_half_of_the_scores_stay(
    tmp_path: Path, written: Written
) -> None:
    offline, _, _ = written
    swapped = pl.col("region").replace({"north": "south", "south": "north"})
    score = pl.when(pl.col("region") == "north").then(pl.col("score") / 2).otherwise("score")
    frame = pl.read_csv(offline).with_columns(region=swapped, score=score)
    frame.write_csv(tmp_path / "swapped.csv")
    said = CliRunner().invoke(app, ["replay", str(offline), str(tmp_path / "swapped.csv"), "--id", "id"]).stderr
    assert "where it does not, region stands for other categories" in said
    assert "south as north" in said or "north as south" in said


def test_rows_that_never_meet_are_refused(tmp_path: Path, written: Written) -> None:
    offline, _, _ = written
    pl.read_csv(offline).with_columns(pl.col("id") + N).write_csv(tmp_path / "none.csv")
    found = CliRunner().invoke(app, ["replay", str(offline), str(tmp_path / "none.csv"), "--id", "id"])
    assert found.exit_code == 2 and "found none" in found.stderr


def test_two_faults_of_one_field_and_a_field_that_explains_little(tmp_path: Path, written: Written) -> None:
    offline, _, _ = written
    place, frame = pl.col("id"), pl.read_csv(offline)
    few, more = N // 20, 19 * N // 200
    income = pl.when(place < few).then(None).when(place < more).then(pl.col("income") * 100).otherwise("income")
    moved = pl.when(place < more).then(pl.col("score") / 2).otherwise("score")
    frame.with_columns(income=income, score=moved).drop("label").write_csv(tmp_path / "both.csv")
    said = CliRunner().invoke(
        app, ["replay", str(offline), str(tmp_path / "both.csv"), "--id", "id", "--label", "label"]
    )
    assert said.exit_code == 0, said.stderr
    text = said.stderr.replace("\u2009", " ").replace("\u202f", " ")
    assert "income arrives empty, as from a join that finds nothing, on 5.0 %." in text
    assert "income is 100 times what it was, another unit (4.5 % of the rows)" in text
    region = pl.when(place < 3).then(pl.lit("west")).otherwise("region")
    frame.with_columns(
        region=region, score=pl.when(place < N // 40).then(pl.col("score") / 2).otherwise("score")
    ).write_csv(tmp_path / "little.csv")
    unjudged = CliRunner().invoke(
        app, ["replay", str(offline), str(tmp_path / "little.csv"), "--id", "id", "--label", "none"]
    )
    assert unjudged.exit_code == 0, unjudged.stderr
    assert (
        "; on 2.5" in unjudged.stderr.split("\n")[0]
        and "no field that goes with it is: look at the model" in unjudged.stderr.split("\n")[0]
    )


def test_a_join_that_broke_is_found_behind_more_frequent_faults(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    n = 2_000
    place = np.arange(n)
    one = {"region": rng.choice(["n", "s", "e"], n), "height": rng.integers(150, 200, n) / 1.0}
    one |= {"age": rng.integers(18, 80, n)}
    other = {
        "region": np.where(place % 10 == 0, "", one["region"]),
        "height": np.where(place % 3 == 1, one["height"] / 100, one["height"]),
        "age": np.where(place % 4 == 2, 35, one["age"]),
    }
    for name, fields in (("one", one), ("two", other)):
        odds = fields["height"] / 400 + fields["age"] / 80 - 1.5 + (fields["region"] == "n") * 0.5
        scores = 1 / (1 + np.exp(-odds))
        pl.DataFrame({"id": place, **fields, "score": scores}).write_csv(tmp_path / f"{name}.csv")
    found = CliRunner().invoke(
        app,
        [
            "replay",
            str(tmp_path / "one.csv"),
            str(tmp_path / "two.csv"),
            "--id",
            "id",
            "--label",
            "none",
            "--format",
            "json",
        ],
    )
    assert found.exit_code == 0, found.stderr
    answer = json.loads(found.stdout)
    region = next(row for row in answer["fields"] if row["field"] == "region")
    assert region["is_reason"] and region["how"] == "empty" and region["rows"] == n // 10
    assert answer["unexplained"] == 0


@pytest.mark.parametrize("scored", [9, 5])
def test_a_field_that_is_rounded_on_every_row_is_the_reason(tmp_path: Path, scored: int) -> None:
    rng = np.random.default_rng(7)
    frame = pl.DataFrame({"id": np.arange(1_500), "income": rng.uniform(0, 900, 1_500), "ran_at": np.arange(1_500)})
    is_short = pl.col("id") % (50 if scored == 5 else 1_000) == 0
    frame = frame.with_columns(income=pl.when(is_short).then(pl.col("income").round(1)).otherwise("income"))
    for name, income in (("evaluation", frame["income"]), ("replay", frame["income"].round(1))):
        score = (1 / (1 + (2 - income / 300).exp())).round(scored)
        frame.with_columns(income, score=score, ran_at=pl.col("ran_at") + 7 * len(name)).write_csv(
            tmp_path / f"{name}.csv"
        )
    paths = [str(tmp_path / f"{name}.csv") for name in ("evaluation", "replay")]
    found = CliRunner().invoke(app, ["replay", *paths, "--id", "id", "--label", "none", "--format", "json"])
    assert found.exit_code == 0, found.stderr
    answer = json.loads(found.stdout)
    fields = {row["field"]: row for row in answer["fields"]}
    assert (fields["income"]["how"], fields["income"]["is_reason"]) == ("rounded", True)
    assert answer["unexplained"] < 0.05 * answer["changed"]
    if scored == 5:  # many scores stay, with a time of the run that is another as well
        assert not fields["ran_at"]["is_reason"] and answer["changed"] < 0.9 * answer["n"]


def test_what_became_of_every_row_is_named_and_other_values_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, n = np.random.default_rng(2), 400
    exact = pl.DataFrame({"id": np.arange(n), "age": rng.integers(18, 90, n), "income": rng.integers(9, 9_000, n)})
    exact = exact.with_columns(
        temp=pl.Series(rng.normal(20, 9, n).round(1)),
        rent=pl.Series(rng.lognormal(6, 1, n).round(2)),
        size=pl.Series(rng.integers(20, 200, n)),
        town=pl.Series(rng.choice(["Hamburg-Altona", "Hamburg-Nord", "Bremen-Mitte", "Bremen-West"], n)),
        street=pl.format("{} Long Street", pl.col("id") * 7),
        noisy=pl.Series(rng.integers(100, 900, n)),
    )
    coarse = exact.with_columns(
        age=pl.col("age") // 10 * 10,
        income=(pl.col("income") / 50 + 0.5).floor() * 50,
        temp=(pl.col("temp") * 1.8 + 32).round(1),
        rent=pl.col("rent").shift(1).fill_null(pl.col("rent").last()),
        size=pl.col("size").shuffle(seed=3),
        town=pl.col("town").str.split("-").list.first(),
        street=pl.col("street").str.slice(0, 9),
        noisy=pl.col("noisy") + pl.Series(rng.integers(-9, 9, n)),
    )
    for name, frame in (("evaluation", exact), ("replay", coarse)):
        score = (1 / (1 + (2 - pl.col("income") / 3_000 - pl.col("age") / 60).exp())).round(6)
        frame.with_columns(score=score).write_csv(tmp_path / f"{name}.csv")
    paths = [str(tmp_path / f"{name}.csv") for name in ("evaluation", "replay")]
    found = CliRunner().invoke(app, ["replay", *paths, "--id", "id", "--label", "none", "--format", "json"])
    assert found.exit_code == 0, found.stderr
    fields = {row["field"]: (row["how"], row["detail"]) for row in json.loads(found.stdout)["fields"]}
    assert {name: how for name, (how, _) in fields.items()} == {
        "age": "rounded",
        "income": "rounded",
        "temp": "affine",
        "rent": "shuffled",
        "size": "shuffled",
        "town": "truncated",
        "street": "truncated",
        "noisy": "other",
    }
    assert fields["temp"][1] == {"factor": pytest.approx(1.8, abs=0.01), "shift": pytest.approx(32, abs=0.1)}
    assert (fields["town"][1]["characters"], fields["street"][1]["characters"]) == (None, 9)
    assert (fields["age"][1]["multiple"], fields["income"][1]["multiple"]) == (10, 50)
    monkeypatch.setattr("analytics.query.kept._MAX_HELD_CELLS", 0)  # as larger logs are asked
    noise = pl.Series(rng.normal(0, 0.004, n))
    unit = pl.when(pl.col("id") < 40).then(pl.col("rent") * 100).otherwise("rent")
    moved = pl.when(pl.col("id") < 40).then(pl.col("score") / 2).otherwise(pl.col("score") + noise)
    pl.read_csv(paths[0]).with_columns(rent=unit, score=moved).write_csv(paths[1])
    said = CliRunner().invoke(app, ["replay", *paths, "--id", "id", "--label", "none"]).stderr
    assert (
        said.replace("\u2009", " ")
        .replace("\u202f", " ")
        .startswith("The replay moves 90.0 % of the scores by about 0.00")
    )
    assert "up as often as down" in said and "Beyond that, rent is 100 times what it was, another unit, on 10.0" in said


def test_a_replay_of_the_same_file_and_one_of_scores_of_one_decimal(tmp_path: Path, written: Written) -> None:
    offline, _, _ = written
    copied = CliRunner().invoke(app, ["replay", str(offline), str(offline), "--id", "id"])
    assert copied.exit_code == 0 and copied.stderr.startswith("The replay gives the same score on every row.")
    frame = pl.read_csv(offline)
    tiny = pl.col("income") * pl.Series(np.random.default_rng(3).uniform(1e-9, 1e-8, N))
    frame.with_columns(pl.col("score").round(1), income=tiny).write_csv(tmp_path / "one.csv")
    said = CliRunner().invoke(app, ["replay", str(offline), str(tmp_path / "one.csv"), "--id", "id"]).stderr
    assert said.startswith("The replay gives the same score on every row.") and "rounding to 1 decimal" in said
    assert "income has other values" in said


def lived(folder: Path, name: str, frame: pl.DataFrame, *decided: object) -> Path:
    """Write a live log, with decisions beside its scores where some are given."""
    path = folder / name
    frame.with_columns(decision=pl.Series(decided[0])).write_csv(path) if decided else frame.write_csv(path)
    return path


def held(*paths: Path) -> tuple[dict[str, Any], str]:
    """Hold an evaluation, its replay and what is live against each other."""
    asked = ["replay", str(paths[0]), str(paths[1]), "--id", "id", "--live", str(paths[2]), "--format", "json"]
    found = CliRunner().invoke(app, asked)
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)["live"], found.stderr.replace("\u2009", " ").replace("\u202f", " ")


def test_with_what_is_live_both_branches_are_told_apart(tmp_path: Path, written: Written) -> None:
    n = 41 * N // 100  # the faults lie in the first two fifths
    offline, again = (tmp_path / "offline.csv", tmp_path / "replay.csv")
    for whole, path in zip(written[:2], (offline, again), strict=True):
        pl.read_csv(whole).filter(pl.col("id") < n).write_csv(path)
    frame = pl.read_csv(offline)
    broken = pl.read_csv(again).join(frame.select("id", "label"), on="id")
    flags = (frame["score"] >= 0.5).cast(pl.Int8).to_numpy()
    turned = np.where(np.random.default_rng(2).random(n) < 0.15, 1 - flags, flags)
    frame.with_columns(pl.col("score") + 1e-9).write_csv(tmp_path / "same.csv")
    live, said = held(offline, tmp_path / "same.csv", lived(tmp_path, "use.csv", frame, turned))
    errors = {side["side"]: side["value"] for side in live["sides"]}
    truth = frame["label"].to_numpy()
    assert (errors["evaluation"], errors["decided"]) == (
        pytest.approx((flags != truth).mean()),
        pytest.approx((turned != truth).mean()),
    )
    assert live["branch"] == "use" and live["overridden"] == pytest.approx((turned != flags).mean())
    assert live["change"]["value"] == pytest.approx((turned != truth).mean() - (flags != truth).mean())
    assert "the scores are not the reason, look at threshold, capacity and adoption" in said
    live, said = held(offline, again, lived(tmp_path, "scores.csv", broken))
    assert live["branch"] == "scores" and (live["met"], live["same"]) == (n, n)
    parts = sum(part["value"] for part in live["gap"].values())
    assert parts == pytest.approx(live["sides"][2]["value"] - live["sides"][0]["value"]) and parts > 0.01
    assert "look at pipeline, labels and drift before the model" in said
    assert "From the evaluation to live (gap): The error rate rose" in said
    wrong = np.where(np.random.default_rng(4).random(n) < 0.1, 1, broken["label"].to_numpy())
    live, said = held(offline, again, lived(tmp_path, "both.csv", broken.with_columns(label=pl.Series(1 - wrong))))
    assert live["branch"] == "both" and "are in the replay: look at pipeline" in said
    live, said = held(offline, again, lived(tmp_path, "decided.csv", frame, turned))
    assert live["branch"] == "decisions" and "so the replay is not what is live" in said
    assert held(offline, tmp_path / "same.csv", offline)[0]["branch"] == "neither"
    assert held(offline, again, lived(tmp_path, "as before.csv", frame))[0]["branch"] == "replay alone"


def test_text_that_could_not_be_read_is_no_broken_join(tmp_path: Path, written: Written) -> None:
    offline, _, _ = written
    frame = pl.read_csv(offline)
    is_bad = pl.col("id") < 7 * N // 200
    text = pl.when(is_bad).then(pl.lit("n. V.")).otherwise(pl.col("income").cast(pl.String))
    halved = pl.when(is_bad).then(pl.col("score") / 2).otherwise("score")
    frame.with_columns(income=text, score=halved).write_csv(tmp_path / "text.csv")
    found = CliRunner().invoke(
        app, ["replay", str(offline), str(tmp_path / "text.csv"), "--id", "id", "--format", "json"]
    )
    (row,) = json.loads(found.stdout)["fields"]
    assert (row["how"], row["detail"]) == ("unread", {"example": "n. V.", "kind": "number"}), row
    assert "income holds text that could not be read as a number, such as n. V., on 3.5" in found.stderr


def test_ids_that_repeat_and_fields_of_another_type(tmp_path: Path, written: Written) -> None:
    offline, _, _ = written
    place = pl.col("id")
    frame = pl.read_csv(offline).with_columns(code=place % 7, flag=place % 2)
    frame.write_csv(tmp_path / "typed.csv")
    other = frame.with_columns(
        code=pl.format("0{}", pl.col("code")),
        flag=pl.col("flag").cast(pl.Float64) + 0.0,
        age=pl.format("{} years", pl.col("age")),
        score=pl.when(place < N // 50).then(pl.col("score") / 2).otherwise("score"),
    )
    # An earlier answer to some inputs stands before the one that counts.
    pl.concat([other.head(900).with_columns(score=pl.lit(0.123)), other]).write_csv(tmp_path / "again.csv")
    asked = ["replay", str(tmp_path / "typed.csv"), str(tmp_path / "again.csv"), "--id", "id", "--format", "json"]
    found = CliRunner().invoke(app, asked)
    assert found.exit_code == 0, found.stderr
    answer = json.loads(found.stdout)
    assert (answer["n"], answer["changed"], answer["rows_candidate"], answer["ids_candidate"]) == (
        N,
        N // 50,
        N + 900,
        N,
    )
    fields = {row["field"]: row for row in answer["fields"]}
    assert set(fields) == {"code", "age"} and not any(row["is_reason"] for row in fields.values())
    assert (
        fields["code"]["how"] == "padded" and fields["code"]["detail"]["to"] == "0" + fields["code"]["detail"]["from"]
    )
    assert (fields["code"]["n_values"], fields["age"]["n_values"]) == (N, N)
    assert "code is written with other leading zeros" in found.stderr


@pytest.mark.parametrize("kind", ["classes", "numbers", "grades"])
def test_answers_are_compared_where_there_is_no_score(tmp_path: Path, kind: str) -> None:
    rng, n = np.random.default_rng(6), 600
    is_moved, true = rng.random(n) < 0.3, rng.normal(100, 10, n).round(2)
    km, words = rng.gamma(2, 10, n).round(2) + 0.01, np.array(["ant", "bee", "cow"])
    of_class, grade = rng.integers(0, 3, n), rng.integers(2, 6, n)
    answers: dict[str, list[dict[str, Any]]] = {
        "classes": [
            {"true_class": words[of_class], "predicted_class": words[(of_class + k * is_moved) % 3]} for k in (0, 1)
        ],
        "numbers": [{"actual": true, "forecast": (true + 1 + 20 * k * is_moved).round(2)} for k in (0, 1)],
        "grades": [{"rating": grade - k * is_moved} for k in (0, 1)],
    }
    rule = ("--grade", "rating", "--pass", "3") if kind == "grades" else ()
    for place, name in enumerate(("offline", "replay")):
        far = np.where(is_moved, km * 1000, km) if place else km
        rows = {"ticket": [f"t{k}" for k in range(n)], "distanz_km": far, **answers[kind][place]}
        pl.DataFrame(rows).write_csv(tmp_path / f"{name}.csv")
    paths = [str(tmp_path / f"{name}.csv") for name in ("offline", "replay")]
    found = CliRunner().invoke(app, ["replay", *paths, *rule, "--format", "json"])
    assert found.exit_code == 0, found.stderr
    fields = json.loads(found.stdout)["fields"]
    assert [(each["field"], each["how"], each["of_changed"]) for each in fields] == [
        ("distanz_km", "unit", is_moved.sum())
    ]
    assert found.stderr.startswith("The replay gives the same answer on ")  # it was "the same score on every row"


def test_a_rounding_of_all_rows_does_not_stand_for_a_unit_of_some(tmp_path: Path) -> None:
    rng, n = np.random.default_rng(9), 2_000
    income, km = rng.lognormal(8, 0.5, n).round(2), rng.gamma(2, 10, n).round(3) + 0.001
    is_moved = rng.random(n) < 0.05
    far = np.where(is_moved, km * 1000, km)
    for name, own, away in (("offline", income, km), ("replay", income.round(), far)):
        score = 1 / (1 + np.exp(-(np.log(own) - 8 + 0.02 * np.minimum(away, 200))))
        pl.DataFrame({"id": range(n), "income": own, "distance": away, "score": score}).write_csv(
            tmp_path / f"{name}.csv"
        )
    paths = [str(tmp_path / f"{name}.csv") for name in ("offline", "replay")]
    found = CliRunner().invoke(app, ["replay", *paths, "--format", "json"])
    assert [each["field"] for each in json.loads(found.stdout)["fields"]] == ["distance", "income"]


def test_what_cannot_be_told_is_said(tmp_path: Path) -> None:
    """Two values exchanged on part of the rows, scores that move at random or by an input, and a unit that was rounded."""
    rng, n = np.random.default_rng(2), 3_000
    frame = pl.DataFrame(
        {"id": np.arange(n), "pay": rng.lognormal(10, 0.5, n).round(2), "age": rng.integers(18, 90, n)}
    )
    frame = frame.with_columns(colour=pl.Series(rng.choice(["red", "green", "blue"], n)))

    def scored(rows: pl.DataFrame, by: object = 0.0) -> pl.DataFrame:
        is_red = (rows["colour"] == "red").cast(pl.Float64)
        value = 1 / (1 + np.exp(9 - is_red - rows["pay"].log() + (rows["age"] - 50) / 30))
        return rows.with_columns(score=pl.Series(np.clip(value + by, 0, 1)).round(6))

    scored(frame).write_csv(tmp_path / "evaluation.csv")

    def told(again: pl.DataFrame) -> tuple[str, dict[str, Any]]:
        again.write_csv(tmp_path / "replay.csv")
        paths = [str(tmp_path / f"{name}.csv") for name in ("evaluation", "replay")]
        found = CliRunner().invoke(app, ["replay", *paths, "--id", "id", "--label", "none", "--format", "json"])
        assert found.exit_code == 0, found.stderr
        return found.stderr, json.loads(found.stdout)

    at = np.flatnonzero(frame["colour"].is_in(["red", "green"]).to_numpy())
    colours = frame["colour"].to_numpy().copy()
    colours[at] = rng.permutation(colours[at])
    said, found = told(scored(frame.with_columns(colour=pl.Series(colours))))
    assert found["fields"][0]["how"] == "swapped" and "two values do not tell which" in said.partition("\n")[0]
    swapped = pl.col("colour").replace({"red": "green", "green": "red"})
    assert told(scored(frame.with_columns(swapped)))[1]["fields"][0]["how"] == "recoded"

    said, found = told(scored(frame, rng.normal(0, 0.06, n)))
    assert found["is_undirected"] and "by chance, another model or an input that is not logged. Score the same" in said
    said, found = told(scored(frame, (frame["age"].to_numpy() - 53.5) / 200))
    assert not found["is_undirected"] and "look at the model's version and its code" in said

    said, found = told(scored(frame.with_columns((pl.col("pay") / 12).round(2))))
    assert "pay is 1/12 of what it was, another unit" in said
