"""Agreement of raters from the command line: a published answer, both layouts of a table, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import cohen_kappa_score
from typer.testing import CliRunner

from analytics.__main__ import app

RATERS = ",".join(f"rater{place}" for place in range(1, 7))


def asked(log: Path, *more: str) -> tuple[Any, str]:
    found = CliRunner().invoke(app, ["agreement", str(log), *more, "--format", "json"])
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout), found.stderr


def test_the_published_kappa_of_thirty_diagnoses(data: Path) -> None:
    found, said = asked(data / "agreement" / "diagnoses.csv", "--raters", RATERS)
    assert found["fleiss_kappa"] == pytest.approx(0.430, abs=5e-4)
    assert (found["n_rows"], len(found["pairs"]), len(found["raters"])) == (30, 15, 30)
    assert said.startswith("The raters agree too little to take what they say for the truth")


def test_a_row_for_each_rating_is_the_same_question(data: Path, tmp_path: Path) -> None:
    wide = data / "agreement" / "diagnoses.csv"
    long = tmp_path / "long.csv"
    pl.read_csv(wide).unpivot(index="case", variable_name="who", value_name="said").write_csv(long)
    found, _ = asked(long, "--item", "case", "--rater", "who", "--rating", "said")
    expected, _ = asked(wide, "--raters", RATERS)
    assert found == expected


def test_a_rater_who_rated_again_is_compared_with_itself(data: Path) -> None:
    """First and second readings are those of the log's order: sorted, the first was always the lower one (kappa .960)."""
    path = data / "agreement" / "anesthesia_ratings.csv"
    found, _ = asked(path, "--item", "item", "--rater", "rater", "--rating", "rating", "--ordered")
    own = [pair for pair in found["pairs"] if {pair["first"], pair["second"]} == {"1", "1 (2)"}]
    read = pl.read_csv(path).filter(pl.col("rater") == 1).group_by("item", maintain_order=True).agg("rating")["rating"]
    kappa = cohen_kappa_score(read.list.get(0), read.list.get(1), weights="quadratic")
    assert own[0]["n"] == 45 and own[0]["kappa"] == pytest.approx(kappa) == pytest.approx(0.8610, abs=1e-4)


def test_raters_of_a_judged_log_and_filters(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = [
        {
            "score": place / 100,
            "label": place % 2,
            "anna": "y" if place % 2 else "n",
            "ben": "y" if place % 3 else "n/a",
            "site": place // 50,
        }
        for place in range(100)
    ]
    pl.DataFrame(rows).write_csv(path)
    found, _ = asked(path, "--raters", "anna,ben", "--where", "site=1")
    kept = pl.DataFrame(rows).filter(site=1).filter(pl.col("ben") == "y")
    assert found["pairs"][0]["n"] == kept.height
    assert found["pairs"][0]["agreement"] == pytest.approx((kept["anna"] == "y").mean())


def test_what_stands_for_no_rating_is_none_and_said(tmp_path: Path) -> None:
    path = tmp_path / "rated.csv"
    pl.DataFrame({"anna": [1, 1, 0, 0, -1] * 20, "ben": [1, 0, 0, -1, -1] * 20}).write_csv(path)
    found, said = asked(path, "--raters", "anna,ben")
    assert (found["n_rows"], found["n_disputed"], found["no_rating"]) == (60, 20, ["-1"])
    assert "-1 is taken for no rating." in said
    pl.DataFrame({"anna": [1, 1, -1, -1] * 20, "ben": [1, -1, -1, -1] * 20}).write_csv(path)
    found, said = asked(path, "--raters", "anna,ben")
    assert (found["n_rows"], found["no_rating"]) == (80, []) and "no rating" not in said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--raters", "a"], "at least two raters"),
        (["--raters", "a,b", "--item", "a"], "found neither or both"),
        ([], "found neither or both"),
        (["--item", "a", "--rater", "b"], "found neither or both"),
        (["--raters", "a,zz"], "zz"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(tmp_path: Path, options: list[str], words: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text("a,b\ny,y\nn,y\n")
    found = CliRunner().invoke(app, ["agreement", str(path), *options])
    assert found.exit_code == 2 and words in found.stderr


def test_mistakes_of_the_label_are_taken_out_of_the_error_rate(tmp_path: Path) -> None:
    rng = np.random.default_rng(12)
    n = 4_000
    truth, score = rng.random(n) < 0.3, rng.random(n)
    score = np.where(truth, 0.3 + 0.7 * score, 0.7 * score).round(3)
    said = {
        name: np.where(rng.random(n) < np.where(truth, misses, false), ~truth, truth)
        for name, misses, false in (("label", 0.2, 0.05), ("reader_1", 0.1, 0.05), ("reader_2", 0.1, 0.03))
    }
    again = rng.random(n) < 0.3  # three in ten rows were read again
    frame = pl.DataFrame(
        {
            "score": score,
            "region": rng.choice(["north", "south"], n),
            "label": said["label"].astype(int),
            **{name: np.where(again, said[name].astype(int), -9) for name in ("reader_1", "reader_2")},
        }
    ).with_columns(pl.when(pl.col(name) >= 0).then(name).alias(name) for name in ("reader_1", "reader_2"))
    frame.write_csv(tmp_path / "log.csv")
    found, told = asked(tmp_path / "log.csv", "--raters", "label,reader_1,reader_2", "--by", "region")
    flagged = score >= 0.5
    whole, *slices = found["noise"]
    assert whole["error_rate"] == pytest.approx(float(np.mean(flagged != said["label"])))
    assert whole["true_error_rate_low"] <= float(np.mean(flagged != truth)) <= whole["true_error_rate_high"]
    assert whole["true_error_rate_high"] < whole["error_rate"]
    assert {row["slice"] for row in slices} == {"north", "south"}
    assert "If the label errs as often as its readings say, missing" in told


def test_raters_without_the_label_say_nothing_of_the_error_rate(data: Path) -> None:
    assert asked(data / "agreement" / "diagnoses.csv", "--raters", RATERS)[0]["noise"] == []


def test_spellings_of_one_rating_are_no_disagreement_and_words_are_no_grades(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    said = rng.integers(0, 2, 200)
    other = np.where(rng.random(200) < 0.1, 1 - said, said)
    frame = pl.DataFrame({"a": np.array(["No", "Yes"])[said], "b": np.array(["no ", "yes"])[other]})
    frame.write_csv(tmp_path / "log.csv")
    found, told = asked(tmp_path / "log.csv", "--raters", "a,b")
    assert found["agreement"] == pytest.approx(float(np.mean(said == other)))
    assert "Taken for one rating: Yes for yes and " in told
    refused = CliRunner().invoke(app, ["agreement", str(tmp_path / "log.csv"), "--raters", "a,b", "--ordered"])
    assert refused.exit_code == 2 and "words have no order" in refused.stderr


def test_the_label_and_a_second_label_are_compared_without_being_named(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = [
        {
            "score": place / 100,
            "label": "yes" if place % 2 else "no",
            "second_reader": "yes" if place % 3 else "no",
            "hospital": f"h{place % 2}",
        }
        for place in range(100)
    ]
    pl.DataFrame(rows).write_csv(path)
    found, _ = asked(path)
    frame = pl.DataFrame(rows)
    (pair,) = found["pairs"]
    assert {pair["first"], pair["second"]} == {"label", "second_reader"}
    assert pair["agreement"] == pytest.approx((frame["label"] == frame["second_reader"]).mean())
    answered = CliRunner().invoke(app, ["labels", str(path), "--format", "json"])
    assert answered.exit_code == 0 and json.loads(answered.stdout)["sites"]["column"] == "hospital"
