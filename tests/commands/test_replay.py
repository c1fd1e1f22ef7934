"""The same inputs scored again: every planted fault is named with its column and its share."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
from typer.testing import CliRunner

from analytics.__main__ import app

N = 20_000


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
        income=pl.when(place >= 1_000).then("income"),
        distance_km=pl.when(place.is_between(1_000, 2_999)).then(pl.col("distance_km") * 1000).otherwise("distance_km"),
        age=pl.when(place.is_between(3_000, 3_599)).then(pl.lit(99)).otherwise("age"),
        rate=pl.when(place.is_between(4_000, 7_999)).then(pl.col("rate").round(2)).otherwise("rate"),
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


def test_each_planted_fault_is_named_with_its_column_and_its_share(tmp_path: Path) -> None:
    offline, again, n = logs(tmp_path)
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
    assert (float(fields["distance_km"]["detail"]), fields["age"]["detail"], fields["rate"]["detail"]) == (
        1000,
        "99.0",
        "2",
    )
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


def test_a_replay_that_is_the_evaluation_points_to_what_is_made_of_the_scores(tmp_path: Path) -> None:
    offline, _, _ = logs(tmp_path)
    frame = pl.read_csv(offline)
    frame.with_columns(pl.col("score").round(4), region=pl.col("region").str.to_uppercase()).write_csv(
        tmp_path / "same.csv"
    )
    said = CliRunner().invoke(app, ["replay", str(offline), str(tmp_path / "same.csv"), "--id", "id"]).stderr
    assert said.startswith("The replay gives the same score on every row. With it ")
    assert "look at threshold, capacity and adoption" in said
    assert "differ in rounding to 4 decimals alone" in said
    assert "Not the reason, as often where scores are equal: region differs in capitals or blanks" in said


def test_a_score_that_no_field_explains_is_the_model_s(tmp_path: Path) -> None:
    offline, _, _ = logs(tmp_path)
    frame = pl.read_csv(offline).with_columns(
        score=pl.when(pl.col("id") < 500).then(pl.col("score") / 2).otherwise("score")
    )
    frame.write_csv(tmp_path / "other.csv")
    said = CliRunner().invoke(app, ["replay", str(offline), str(tmp_path / "other.csv"), "--id", "id"]).stderr
    assert "no field that both have is another: look at the model's version and its code." in said


def test_categories_in_another_order(tmp_path: Path) -> None:
    offline, _, _ = logs(tmp_path)
    swapped = pl.col("region").replace({"north": "south", "south": "north"})
    frame = pl.read_csv(offline).with_columns(region=swapped, score=pl.col("score") / 2)
    frame.write_csv(tmp_path / "swapped.csv")
    said = CliRunner().invoke(app, ["replay", str(offline), str(tmp_path / "swapped.csv"), "--id", "id"]).stderr
    assert "region stands for other categories" in said
    assert "south as north" in said or "north as south" in said


def test_rows_that_never_meet_are_refused(tmp_path: Path) -> None:
    offline, _, _ = logs(tmp_path)
    pl.read_csv(offline).with_columns(pl.col("id") + N).write_csv(tmp_path / "none.csv")
    found = CliRunner().invoke(app, ["replay", str(offline), str(tmp_path / "none.csv"), "--id", "id"])
    assert found.exit_code == 2 and "found none" in found.stderr


def test_two_faults_of_one_field_and_a_field_that_explains_little(tmp_path: Path) -> None:
    offline, _, _ = logs(tmp_path)
    place, frame = pl.col("id"), pl.read_csv(offline)
    income = pl.when(place < 1_000).then(None).when(place < 1_900).then(pl.col("income") * 100).otherwise("income")
    moved = pl.when(place < 1_900).then(pl.col("score") / 2).otherwise("score")
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
        region=region, score=pl.when(place < 500).then(pl.col("score") / 2).otherwise("score")
    ).write_csv(tmp_path / "little.csv")
    unjudged = CliRunner().invoke(
        app, ["replay", str(offline), str(tmp_path / "little.csv"), "--id", "id", "--label", "none"]
    )
    assert unjudged.exit_code == 0, unjudged.stderr
    assert (
        "; on 2.5" in unjudged.stderr.split("\n")[0]
        and "no field is: look at the model" in unjudged.stderr.split("\n")[0]
    )


def test_a_replay_of_the_same_file_and_one_of_scores_of_one_decimal(tmp_path: Path) -> None:
    offline, _, _ = logs(tmp_path)
    copied = CliRunner().invoke(app, ["replay", str(offline), str(offline), "--id", "id"])
    assert copied.exit_code == 0 and copied.stderr.startswith("The replay gives the same score on every row.")
    frame = pl.read_csv(offline)
    tiny = pl.col("income") * pl.Series(np.random.default_rng(3).uniform(1e-9, 1e-8, N))
    frame.with_columns(pl.col("score").round(1), income=tiny).write_csv(tmp_path / "one.csv")
    said = CliRunner().invoke(app, ["replay", str(offline), str(tmp_path / "one.csv"), "--id", "id"]).stderr
    assert said.startswith("The replay gives the same score on every row.") and "rounding to 1 decimal" in said
    assert "income has other values" in said
