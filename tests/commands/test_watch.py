"""``watch``: quiet weeks, a jump, late labels, a folder that grows, and that a look twice is one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from analytics.log.kept.watch import Mark, state_of_log, watch_state
from analytics.present.figures import watch_figure
from tests.answers.test_gates import made
from tests.commands.test_command_line import run
from tests.ingested import Desk


def looked(place: Path, status: int, *more: str) -> tuple[dict[str, Any], str]:
    found = run("watch", place, "--format", "json", *more)
    assert found.exit_code == status, found.output
    return json.loads(found.stdout), found.stderr


def test_a_jump_in_a_folder_that_grows_is_an_alarm(desk: Desk) -> None:
    folder = desk.folder / "exports"
    folder.mkdir(exist_ok=True)
    made(1, days=84).write_parquet(folder / "a.parquet")
    quiet, said = looked(folder, 0, "--by", "region", "--mark", "2024-02-01 release <b>")
    assert said.startswith("Quiet: no change of the error rate in 6 weeks")
    assert "at most one false alarm in five years" in said
    kept = (desk.workspace.home / "watch.json").read_bytes()
    again, _ = looked(folder, 0)
    assert again == quiet
    assert (desk.workspace.home / "watch.json").read_bytes() == kept
    made(2, days=42, right=0.82, first=84).write_parquet(folder / "b.parquet")
    alarm, said = looked(folder, 3)
    assert said.startswith("Alarm: The error rate is worse, ")
    assert "New since the last look: 'b.parquet'." in said
    assert (alarm["baseline_from"], alarm["baseline_until"]) == (quiet["baseline_from"], quiet["baseline_until"])
    assert alarm["streams"][0]["weeks"][:6] == quiet["streams"][0]["weeks"]
    state = watch_state(desk.workspace, str(folder.resolve()))
    assert len(state.looks) == 2 and "Replaced" not in said
    assert state.marks == (Mark("2024-02-01", "release <b>"),)
    assert state_of_log(desk.workspace, state.looks[-1].log)[1] == state
    weeks = pl.DataFrame(alarm["streams"][0]["weeks"]).with_columns(
        pl.col("week", "since", "changed").str.to_datetime()
    )
    drawn = watch_figure(weeks, "error_rate", [("2024-02-01", "release <b>")])
    assert drawn.data[-1].y.tolist() == pytest.approx(weeks["rate"].to_list())
    assert "&lt;b&gt;" in drawn.layout.annotations[-1].text


def test_columns_that_come_and_go_with_an_export(desk: Desk) -> None:
    folder = desk.folder / "renamed"
    folder.mkdir(exist_ok=True)
    made(1, days=84).write_parquet(folder / "a.parquet")
    made(2, days=28, first=84).rename({"region": "zone"}).write_parquet(folder / "b.parquet")
    alarm, said = looked(folder, 3)
    by_column = {each["column"]: each for each in alarm["streams"] if each["watched"] == "input"}
    assert "zone" not in by_column, "that a column is new is no fault"
    # All four weeks lack it, each of which stands apart: it began with the first one.
    assert by_column["region"]["changed"] == "2024-03-25" and by_column["region"]["rate_since"] == 1
    assert said.startswith("Alarm: The missing rate of region is higher, 100.0\u202f% since about 25 March 2024")


def test_a_week_that_broke_is_an_alarm_and_then_noted(desk: Desk) -> None:
    folder = desk.folder / "broke"
    folder.mkdir(exist_ok=True)
    made(1, days=140).write_parquet(folder / "a.parquet")
    made(2, days=7, right=0.6, first=140).write_parquet(folder / "b.parquet")
    alarm, said = looked(folder, 3)
    assert said.startswith("Alarm: The error rate is worse, ")
    assert alarm["streams"][0]["changed"] == alarm["streams"][0]["since"] == alarm["streams"][0]["week"]
    made(3, days=28, first=147).write_parquet(folder / "c.parquet")
    healed, said = looked(folder, 0)
    week = next(each for each in healed["streams"][0]["weeks"] if each["is_apart"])
    assert week["week"] == alarm["streams"][0]["week"] and not healed["alarm"]
    assert said.startswith("Quiet now, but the error rate was worse in the week of ")
    assert f"{100 * week['rate']:.1f}\u202f% where {100 * week['usual']:.1f}\u202f% is usual." in said
    assert "Find out what was different then." in said
    (folder / "b.parquet").unlink()
    made(3, days=28, first=147).head(900).vstack(made(4, days=7, first=175).head(9)).write_parquet(folder / "c.parquet")
    _, said = looked(folder, 0)
    assert "Replaced since the last look: 'c.parquet'." in said and "Gone since the last look: 'b.parquet'." in said


def test_labels_that_are_late_raise_no_alarm(desk: Desk) -> None:
    # Of the newest 20 days only wrong rows have a label yet: as they stand they look ten times as bad.
    frame = made(3, days=140, late=20)
    is_wrong = (pl.col("score") >= 0.5) != (pl.col("label") == 1)
    day = pl.col("scored_at")
    early = (day + pl.duration(days=1)).alias("soon")
    whole = made(3, days=140).with_columns(early, late=day + pl.duration(days=20), wrong=is_wrong)
    known = whole.with_columns(at=pl.when("wrong").then("soon").otherwise("late"))
    is_there = pl.col("at") <= day.max()
    export = known.select(
        *frame.columns[2:5],
        "score",
        pl.when(is_there).then("label").alias("label"),
        pl.when(is_there).then("at").alias("label_time"),
    )
    answer, said = looked(desk.frame(export), 0)
    assert answer["weeks_open"] in (2, 3)
    assert "left out until the labels are there" in said


def test_what_cannot_be_watched_says_so(desk: Desk) -> None:
    place = desk.frame(made(days=10))
    for more, words in (
        (("--metric", "auroc"), "a metric that is a share of rows, found 'auroc'"),
        (("--baseline-weeks", "3"), "3 whole weeks as a baseline, found 1"),
        (("--mark", "soon"), "a day and what it was"),
    ):
        found = run("watch", place, *more)
        assert found.exit_code == 2
        assert words in found.stderr
    found = run("watch", desk.frame(made(days=10).drop("scored_at")))
    assert "a log with times to watch" in found.stderr
    assert run("watch", place).stderr.startswith("Nothing to say yet: ")


def test_an_alarm_says_about_since_when_and_weeks_without_rows_are_not_counted(desk: Desk) -> None:
    # Ten weeks as ever, four without rows, one as ever and one that is worse: the last two are in one run of bounds.
    quiet, last = made(1, days=70), made(3, days=7, right=0.6, first=105)
    place = desk.frame(pl.concat([quiet, made(2, days=7, first=98), last]))
    answer, said = looked(place, 3, "--baseline-weeks", "6")
    assert " % since about 15 April 2024 where " in said.replace("\u2009", " ").replace("\u202f", " ")
    assert "The alarm was raised in the week of 15 April 2024." in said
    assert "No judged rows came in 4 of the 10 weeks since 12 February 2024." in said
    weeks = answer["streams"][0]["weeks"]
    assert weeks[-1]["rate_since"] == pytest.approx(weeks[-1]["rate"])
    empty = {week["week"] for week in weeks if not week["n"]}
    assert len(empty) == 4
    assert not empty & {week["changed"] for week in weeks if week["n"]}
    _, said = looked(desk.frame(pl.concat([quiet, made(4, days=7, first=98)])), 0, "--baseline-weeks", "6")
    assert said.startswith("Quiet: no change of the error rate in 5 weeks")
    _, said = looked(desk.frame(pl.concat([quiet, made(4, days=1, first=98)])), 0, "--baseline-weeks", "6")
    assert said.startswith("No judged rows came in 4 of the 8 weeks since 12 February 2024.")


def test_files_and_ids_that_repeat_are_said(desk: Desk) -> None:
    folder = desk.folder / "twice"
    folder.mkdir()
    frame = made(1, days=84)
    for name in ("a", "b"):
        frame.write_parquet(folder / f"{name}.parquet")
    _, said = looked(folder, 0)
    assert "b.parquet holds the same bytes as another file" in said
    assert "at most one false alarm" not in said
    known = frame.with_row_index("id")
    _, said = looked(desk.frame(pl.concat([known, known.head(50)])), 0)
    assert "50 rows repeat an id and are counted again." in said
    assert "at most one false alarm" not in said


def test_exports_that_overlap_are_said_without_ids(desk: Desk) -> None:
    folder = desk.folder / "overlapping"
    folder.mkdir()
    frame = made(1, days=84)
    for name, until, since in (("a", 60, 0), ("b", 84, 50)):
        day = (pl.col("scored_at") - frame["scored_at"].min()).dt.total_days()
        frame.filter((day < until) & (day >= since)).write_parquet(folder / f"{name}.parquet")
    day = (frame["scored_at"] - frame["scored_at"].min()).dt.total_days()  # type: ignore[operator]
    both = pl.concat([frame.filter(day < 60).with_columns(file=1), frame.filter(day >= 50).with_columns(file=2)])
    groups = both.group_by(frame.columns).agg(n=pl.len(), files=pl.col("file").n_unique()).filter(pl.col("files") > 1)
    again = int((groups["n"] - 1).sum())
    _, said = looked(folder, 0)
    assert f"{again:,} rows are the same in every column as one before and are counted again" in said and again > 0
    assert "at most one false alarm" not in said


def test_late_labels_without_a_time_raise_no_alarm(desk: Desk) -> None:
    # Labels of missed positives come weeks later: recall looks better the newer the rows are.
    frame, rng = made(5, days=140, right=0.8), np.random.default_rng(5)
    is_missed = (frame["label"] == 1) & (frame["score"] < 0.5)
    age = (frame["scored_at"].max() - frame["scored_at"]).dt.total_days().to_numpy()  # type: ignore[operator]
    waits = is_missed.to_numpy() & (rng.exponential(25, frame.height) > age)
    late = frame.with_columns(label=pl.when(pl.Series(~waits)).then("label"))
    answer, said = looked(desk.frame(late), 0, "--metric", "recall")
    assert said.startswith("Recall looks changed, but whether it is cannot be told without a label time.")
    assert "at most one false alarm" not in said
    assert answer["streams"][0]["not_to_be_told"]


def test_what_is_usual_is_not_known_where_it_shifted_itself(desk: Desk) -> None:
    """Four weeks at 10 % and four at 25 %: nothing that comes is held against the mean of both in silence."""
    before = made(1, days=28)
    frame = before.vstack(made(2, days=112, right=0.7, first=28))
    answer, said = looked(desk.frame(frame), 4)
    assert said.startswith(
        "What is usual is not known: the error rate shifted on 29 January 2024, within the baseline. "
    )
    assert answer["shifted_within_baseline"] == "2024-01-29" and "false alarm in five years" not in said
    place = desk.frame(frame.with_columns(kept=pl.col("scored_at").dt.month() <= 2))
    named, said = looked(place, 4, "--reference", "kept=true")
    assert "within the reference. Name other rows for it." in said and named["shifted_within_baseline"]
