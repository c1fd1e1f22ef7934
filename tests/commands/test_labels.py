"""Late labels from the command line: what is said first, and the row of JSON that README promises."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.answers.labels_answer import labels as labels_answer
from analytics.answers.labels_answer import mature
from analytics.answers.labels_never import late as late_of
from analytics.answers.labels_never import late_age
from analytics.answers.question import Question
from analytics.present.readings import labels_reading, late_reading
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from tests.commands.test_command_line import run
from tests.ingested import Desk
from tests.measure.late_labels import Late, late

START = datetime(2024, 1, 1)


def log_of(made: Late, *, with_times: bool = True) -> pl.DataFrame:
    rng, is_there = np.random.default_rng(0), made.comes & (made.arrived < made.n_days)
    begin, half = pl.lit(START), pl.duration(hours=12)
    frame = pl.DataFrame(
        {
            "day": made.day,
            "at": made.arrived,
            "label": np.where(is_there, made.label, None).tolist(),
            "score": (0.5 * made.side + rng.random(len(made.day)) / 2).round(3),
            "is_there": is_there,
        }
    )
    return frame.select(
        "score",
        "label",
        scored_at=begin + pl.duration(days="day") + pl.duration(hours=pl.int_range(pl.len()) % 24),
        **({"label_time": pl.when("is_there").then(begin + pl.duration(days="at") + half)} if with_times else {}),
    )


def answered(desk: Desk, frame: pl.DataFrame, *more: str) -> tuple[dict[str, Any], str]:
    found = run("labels", str(desk.frame(frame)), "--format", "json", *more)
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout), found.stderr


def test_late_positives_are_said_first(desk: Desk) -> None:
    made = late(np.random.default_rng(4), 12.0, 3.0, n_days=140, per_day=40, share=0.3)
    answer, said = answered(desk, log_of(made), "--metric", "prevalence")
    assert answer["roles"]["label_time"] == "label_time"
    first = said.splitlines()[0]
    assert first.startswith("Trust prevalence up to ")
    assert "are still to come, and it will rise." in first
    assert first.partition(".")[0].count("%") <= 1
    since = answer["since"]
    assert since["naive"] < since["low"] <= 0.3 <= since["high"]
    assert since["bound_low"] <= since["low"] <= since["matured"] <= since["high"] <= since["bound_high"]
    trusted = datetime.fromisoformat(answer["trust"])
    n = sum(bucket["n"] for bucket in answer["buckets"])
    assert n == len(made.day)
    assert since["n"] == 40 * (139 - (trusted - START).days)
    assert [bucket["is_ripe"] for bucket in answer["buckets"]] == sorted(
        (b["is_ripe"] for b in answer["buckets"]), reverse=True
    )
    assert answer["arrival"][0]["age"] == 0
    assert answer["ripe_on"] > answer["now"]


def test_without_times_of_labels_bounds_are_said_and_what_a_column_would_give(desk: Desk) -> None:
    made = late(np.random.default_rng(4), 12.0, 3.0, n_days=140, per_day=40)
    answer, said = answered(desk, log_of(made, with_times=False), "--metric", "error_rate")
    assert answer["ripe_age"] is None
    assert answer["arrival"] == []
    assert answer["since"]["matured"] is None
    assert answer["since"]["bound_low"] <= answer["since"]["naive"] <= answer["since"]["bound_high"]
    assert "chosen as label time in the mapping" in said


@pytest.mark.parametrize("share", [0.12, 0.95])
def test_labels_that_are_seldom_and_not_late_are_not_waited_for(desk: Desk, share: float) -> None:
    """Which rows are labelled is drawn by chance: the oldest ones have a few more, or fewer, than the others."""
    rng, n = np.random.default_rng(4), 20_000
    score = rng.beta(1, 6, n).round(3)
    frame = pl.DataFrame({"day": pl.Series([START + timedelta(days=k * 120 // n) for k in range(n)]), "score": score})
    label = (rng.random(n) < score).astype(int)
    seen = rng.random(n) < share
    frame = frame.with_columns(label=pl.when(pl.Series(seen)).then(pl.Series(label)))
    answer, said = answered(desk, frame, "--metric", "recall", "--threshold", "0.3")
    assert said.startswith("Trust recall up to 29 April, its last day: no label that is still to come")
    assert answer["never"] == pytest.approx(1 - seen.mean())


def test_labels_of_one_side_of_the_decision_do_not_make_a_hidden_metric_trusted(desk: Desk) -> None:
    rng, n = np.random.default_rng(4), 6_000
    score = rng.beta(1, 6, n).round(3)
    label = pl.when(pl.Series(score >= 0.3)).then(pl.Series((rng.random(n) < score).astype(int)))
    frame = pl.DataFrame({"day": [START + timedelta(days=k % 28) for k in range(n)], "score": score}).with_columns(
        label=label
    )
    for metric, is_trusted in {"recall": False, "precision": True}.items():
        _, said = answered(desk, frame, "--metric", metric, "--threshold", "0.3")
        assert said.startswith("Only flagged rows get a label, so misses cannot be seen: recall is not known")
        assert ("No label is late: rows without one never get one." in said) != is_trusted
        assert (f"Trust {metric}" in said) == is_trusted


def test_a_feed_that_has_stopped_is_said_first(desk: Desk) -> None:
    made = late(np.random.default_rng(4), 6.0, 3.0, n_days=120, per_day=40)
    frame, is_there = log_of(made), pl.col("label_time") < START + timedelta(days=100)
    frame = frame.with_columns(pl.when(is_there).then(name).alias(name) for name in ("label", "label_time"))
    answer, said = answered(desk, frame, "--metric", "error_rate")
    assert answer["stopped"] == "2024-04-09T00:00:00"
    assert said.startswith("No label has come since 9 April, although about ")


def test_a_log_without_times_is_refused(desk: Desk) -> None:
    found = run("labels", str(desk.frame(pl.DataFrame({"score": [0.1, 0.9] * 20, "label": [0, 1] * 20}))))
    assert found.exit_code == 2
    assert "Expected a log with times and labels, found no times." in found.stderr


def test_every_command_may_be_asked_as_of_a_day_and_of_mature_rows(desk: Desk) -> None:
    made = late(np.random.default_rng(4), 6.0, 3.0, n_days=100, per_day=20)
    frame = log_of(made)
    path, end = str(desk.frame(frame)), START + timedelta(days=60)
    then = json.loads(run("overview", path, "--as-of", "2024-02-29", "--format", "json").stdout)
    assert then["n"] == frame.filter(pl.col("scored_at") < end).height
    assert then["n_labelled"] == frame.filter((pl.col("scored_at") < end) & (pl.col("label_time") < end)).height
    ripe = json.loads(run("labels", path, "--format", "json").stdout)["ripe_age"]
    answered = run("overview", path, "--mature", "--as-of", "2024-03-31", "--format", "json")
    assert "as it was known on 2024-03-31, and of the rows alone that are old enough" in answered.stderr
    assert json.loads(answered.stdout).items() >= {"as_of": "2024-03-31", "mature": True}.items()
    mature = json.loads(run("overview", path, "--mature", "--format", "json").stdout)
    assert mature["n"] == 20 * (100 - ripe) and "as_of" not in mature
    assert mature["n_unlabelled"] < 0.01 * mature["n"]
    for command in ("brief", "overview", "watch"):
        told = run(command, path, "--as-of", "2024-03-31")
        assert told.stdout.count("Asked of the log as it was known on 2024-03-31.") == 1, "a text that is kept says so"
        assert "Asked of" not in told.stderr
    both = json.loads(run("labels", path, "--as-of", "2024-02-29", "--format", "json").stdout)
    assert both["now"] == "2024-02-29T00:00:00"


def test_revised_labels_are_told_with_every_metric_before_and_after(desk: Desk) -> None:
    rng = np.random.default_rng(5)
    n = 2_000
    first = rng.random(n) < 0.5
    now = np.where(rng.random(n) < 0.1, True, first)
    rows = pl.DataFrame({"id": np.arange(n), "score": rng.random(n).round(3)})
    named = []
    for day, label in (("2024-01-01", first), ("2024-03-01", now)):
        path = desk.folder / f"labels_{day}.csv"
        pl.DataFrame({"id": rows["id"], "label": label.astype(int)}).write_csv(path)
        named += ["--labels", str(path)]
    answer, said = answered(desk, rows, "--id", "id", *named)
    told = answer["revised"]
    flagged = rows["score"].to_numpy() >= 0.5
    expected = {"first": float(np.mean(flagged != first)), "now": float(np.mean(flagged != now))}
    found = next(row for row in told["metrics"] if row["metric"] == "error_rate")
    assert {name: found[name] for name in expected} == expected
    assert told["rows"] == [{"first": 0, "now": 1, "n": int((first != now).sum())}]
    assert told["steps"] == [{"before": 0, "after": 1, "n": int((first != now).sum()), "days": 60}]
    shown = [f"{100 * value:.1f}" for value in expected.values()]
    line = said.splitlines()[0].replace("\u202f", " ")
    assert line.startswith(f"The labels of {(first != now).sum()} rows (")
    assert f"was {shown[0]} % by the labels as first given and is {shown[1]} %" in line
    assert "All went from negative to positive. Half of the most frequent ones came within 60 days" in said


def test_a_log_without_revisions_says_nothing_of_them(desk: Desk) -> None:
    made = late(np.random.default_rng(4), 12.0, 3.0, n_days=60, per_day=20, share=0.3)
    answer, said = answered(desk, log_of(made))
    assert answer["revised"] is None and "revised" not in said


def test_a_site_that_codes_otherwise_is_said_first(desk: Desk) -> None:
    rng = np.random.default_rng(9)
    n = 6_000
    score, hospital = rng.random(n).round(3), np.array(["north", "south", "west"])[rng.integers(0, 3, n)]
    positive = rng.random(n) < np.where(hospital == "south", np.minimum(score + 0.15, 1), score)
    code = np.where(positive, np.where(hospital == "south", "C2", "C1"), "none")
    frame = pl.DataFrame({"score": score, "hospital": hospital, "label": code})
    options = ("--positive", "C1", "--positive", "C2", "--negative", "none", "--site", "hospital")
    answer, said = answered(desk, frame, *options)
    assert "points more of the rows are called positive (" in said.splitlines()[0]
    assert "where hospital is south, which alone writes C2." in said.splitlines()[0]
    first = answer["sites"]["sites"][0]
    assert first["site"] == "south" and first["low"] < 0.14 < first["high"]  # 0.15 where the score leaves room for it
    assert first["alone"] == ["C2"] and first["never"] == ["C1"]
    assert answer["buckets"] == [] and answer["revised"] is None


def test_whose_labels_come_late_is_found_and_counted(desk: Desk) -> None:
    rng, n = np.random.default_rng(2), 8_000
    day, region = np.sort(rng.integers(0, 120, n)), np.array(["north", "south", "west"])[rng.integers(0, 3, n)]
    delay = np.where(region == "south", rng.integers(0, 20, n), rng.integers(0, 10, n))
    begin, is_there = pl.lit(START), pl.Series(day + delay < 120)
    frame = pl.DataFrame({"day": day, "delay": delay, "score": rng.random(n).round(3), "region": region}).select(
        "score",
        "region",
        scored_at=begin + pl.duration(days="day"),
        label=pl.when(is_there).then(pl.Series((rng.random(n) < 0.4).astype(int))),
        label_time=pl.when(is_there).then(begin + pl.duration(days=pl.col("day") + pl.col("delay"), hours=5)),
    )
    engine, question = Engine(desk.workspace), Question(desk.log(frame), Cohort(), 0.5)
    answer = labels_answer(engine, question)
    age = late_age(answer)
    assert age is not None and 8 <= age <= 12  # four in five of all labels are there by then
    found = late_of(engine, question, age, answer.unit)
    assert found.select("column", "slice").rows() == [("region", "south")]
    (clause,) = mature(engine, question).cohort.clauses
    ripe = pl.col("scored_at").dt.date() <= date.fromisoformat(clause.values[0][:10])
    own = frame.filter(ripe & (pl.col("region") == "south"))
    is_late = (own["label_time"] - own["scored_at"] >= timedelta(days=age)).fill_null(value=True)
    assert (found["n"][0], found["share"][0]) == (own.height, pytest.approx(is_late.mean()))
    assert late_reading(found, age, answer.unit).startswith("Where region is south, ")


def test_counts_by_day_of_event_and_of_report_say_what_their_rows_say(desk: Desk) -> None:
    made = late(np.random.default_rng(3), 10.0, 3.0, n_days=120, per_day=40, share=0.3)
    rows = log_of(made).select("scored_at", "label_time", "label", flag=(pl.col("score") >= 0.5).cast(pl.Int64))
    rows = rows.filter(pl.col("label").is_not_null()).with_columns(pl.col("scored_at", "label_time").dt.date())
    counts = rows.group_by(rows.columns).agg(cases=pl.len()).sort(rows.columns)
    said = []
    for frame, weight in ((rows, None), (counts, "cases")):
        log = desk.log(frame, score=None, decision="flag", label="label", weight=weight, segments=())
        answer = labels_answer(Engine(desk.workspace), Question(log, Cohort(), log.mapping.threshold), "recall")
        said.append((labels_reading(answer), answer.n_unlogged, answer.buckets["value"].to_list()))
    assert said[0] == said[1] and said[0][1] > 50
