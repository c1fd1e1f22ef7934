"""Labels that came in several files: what each row's label was, since when, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from analytics.log.mapping import Mapping
from analytics.log.right import Right
from analytics.log.schema import Log
from analytics.query.cohort import Cohort
from analytics.query.engine import Engine
from analytics.reading.label_keys import day_of
from tests.ingested import Desk

DAYS = ("2024-02-01", "2024-03-01", "2024-04-01")


def revisions(desk: Desk, log: Log) -> pl.DataFrame:
    with duckdb.connect(str(desk.workspace.path(log.key)), read_only=True) as connection:
        return connection.sql("SELECT * FROM revisions ORDER BY row_id, rank").pl()


def of_files(desk: Desk, rows: pl.DataFrame, *labels: pl.DataFrame, names: tuple[str, ...] = ()) -> Log:
    paths = []
    for name, frame in zip(names or [f"labels_{day}.csv" for day in DAYS], labels, strict=False):
        frame.write_csv(desk.folder / name)
        paths.append(desk.folder / name)
    return desk.build(desk.stage(rows, labels=paths, id_column="id"))


def made(seed: int, *, with_times: bool = False) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """A log, and three files of labels: some ids in none, some in one, most in several, one in ten of those changed."""
    rng = np.random.default_rng(seed)
    n = 400
    rows = pl.DataFrame(
        {"id": np.arange(n) + 1_000, "score": rng.random(n).round(3), "scored_at": [date(2024, 1, 5)] * n}
    )
    label, files = rng.random(n) < 0.4, []
    for day in DAYS:
        label = np.where(rng.random(n) < 0.1, ~label, label)
        frame = pl.DataFrame({"id": rows["id"], "outcome": label.astype(int)})
        if with_times:
            drawn = pl.Series(rng.integers(0, 28, n))
            frame = frame.with_columns(outcome_at=pl.lit(date.fromisoformat(day)) - pl.duration(days=1) * drawn)
        files.append(frame.filter(pl.Series(rng.random(n) < 0.7)).sample(fraction=1, shuffle=True, seed=seed))
    return rows, files


def by_hand(rows: pl.DataFrame, files: list[pl.DataFrame], *, with_times: bool) -> dict[int, list[tuple[int, date]]]:
    """Each row's labels from the first on, with the day on which each was first there: a plain loop over the files."""
    found: dict[int, list[tuple[int, date]]] = {}
    for place, row_id in enumerate(rows["id"]):
        said = []
        for day, file in zip(DAYS, files, strict=True):
            for row in file.filter(pl.col("id") == row_id).iter_rows(named=True):
                said.append((row["outcome_at"] if with_times else date.fromisoformat(day), row["outcome"]))
        said.sort(key=lambda pair: pair[0])
        steps: list[tuple[int, date]] = []
        for day_said, label in said:
            if not steps or steps[-1][0] != label:
                steps.append((label, day_said))
        found[place] = steps
    return found


@pytest.mark.parametrize("with_times", [False, True])
def test_history_and_labels_equal_a_plain_loop_over_the_files(desk: Desk, with_times: bool) -> None:
    rows, files = made(3, with_times=with_times)
    log = of_files(desk, rows, *files)
    expected = by_hand(rows, files, with_times=with_times)
    stored = desk.stored(log)
    assert stored["label"].to_list() == [steps[-1][0] if steps else None for steps in expected.values()]
    found = revisions(desk, log)
    told: dict[int, list[tuple[int, date]]] = {}
    for row in found.iter_rows(named=True):
        told.setdefault(row["row_id"], []).append((row["label"], row["seen"].date()))
    changed = {place: steps for place, steps in expected.items() if len(steps) > 1}
    assert told == changed and log.n_revised == len(changed) > 50
    assert log.mapping.label_time == ("outcome_at" if with_times else "label_seen_on")
    assert [moment and moment.date() for moment in stored["arrived"]] == [
        steps[0][1] if steps else None for steps in expected.values()
    ]
    ends = found.select(pl.col("until"), pl.col("seen").shift(-1).over("row_id").alias("next"))
    assert ends["until"].to_list() == ends["next"].to_list()


def test_files_that_are_named_after_days_count_in_the_order_of_these(desk: Desk) -> None:
    rows, files = made(4)
    log = of_files(desk, rows, *files)
    names = tuple(f"labels_{day}.csv" for day in (DAYS[2], DAYS[0], DAYS[1]))
    other = of_files(desk, rows, files[2], files[0], files[1], names=names)
    assert log.log_id == other.log_id
    assert desk.stored(other).equals(desk.stored(log))


def test_files_without_a_day_count_as_they_are_given(desk: Desk) -> None:
    rows, files = made(5)
    log = of_files(desk, rows, *files, names=("a.csv", "b.csv", "c.csv"))
    expected = by_hand(rows, files, with_times=False)
    assert desk.stored(log)["label"].to_list() == [steps[-1][0] if steps else None for steps in expected.values()]
    assert log.n_revised == sum(len(steps) > 1 for steps in expected.values())
    assert log.mapping.label_time is None and "label_seen_on" not in log.reading.names
    assert revisions(desk, log)["seen"].null_count() == revisions(desk, log).height


def test_one_after_the_other_is_the_same_as_together(desk: Desk) -> None:
    rows, files = made(6)
    together = of_files(desk, rows, *files)
    told, stored = revisions(desk, together), desk.stored(together)
    desk.workspace.remove(together.log_id)
    log = desk.build(desk.stage(rows))
    for day, file in zip(DAYS, files, strict=True):
        file.write_csv(desk.folder / f"labels_{day}.csv")
        log = desk.build(desk.attach(log, desk.folder / f"labels_{day}.csv", id_column="id"))
    assert log.log_id == together.log_id
    assert revisions(desk, log).equals(told)
    assert desk.stored(log).select("label", "score").equals(stored.select("label", "score"))
    counts = log.reading.labels
    assert counts is not None and [file.source for file in log.reading.labels_before] == [
        f"labels_{day}.csv" for day in DAYS[:2]
    ]
    assert (
        counts.rows_revised
        == revisions(desk, log)
        .filter((pl.col("rank") > 0) & (pl.col("seen") == datetime(2024, 4, 1)))["row_id"]
        .n_unique()
    )


def test_a_label_that_the_log_had_is_the_first_one(desk: Desk) -> None:
    rows = pl.DataFrame({"id": [1, 2, 3], "score": [0.1, 0.5, 0.9], "label": [0, 1, None]})
    log = of_files(desk, rows, pl.DataFrame({"id": [1, 2, 3], "label": [1, 1, 0]}))
    assert desk.stored(log)["label"].to_list() == [1, 1, 0]
    assert revisions(desk, log).select("row_id", "label").rows() == [(0, 0), (0, 1)]


def test_labels_that_mean_the_same_are_no_revision(desk: Desk) -> None:
    rows = pl.DataFrame({"id": [1, 2, 3], "score": [0.1, 0.5, 0.9]})
    first = pl.DataFrame({"id": [1, 2, 3], "label": ["yes", "no", "no"]})
    second = pl.DataFrame({"id": [1, 2, 3], "label": ["Yes", "yes", "no"]})
    log = of_files(desk, rows, first, second)
    remapped = desk.remap(log, replace(log.mapping, positive=("yes", "Yes"), negative=("no",)))
    assert revisions(desk, remapped).select("row_id", "rank", "label").rows() == [(1, 0, 0), (1, 1, 1)]


def test_spellings_that_a_later_file_no_longer_has_are_read_as_its_own(desk: Desk) -> None:
    rows = pl.DataFrame({"id": [1, 2, 3, 4], "score": [0.1, 0.5, 0.9, 0.3]})
    first = pl.DataFrame({"id": [1, 2, 3, 4], "label": ["Yes", "No", "No", "Yes"]})
    second = pl.DataFrame({"id": [1, 2, 3, 4], "label": ["yes", "yes", "no", "no"]})
    log = of_files(desk, rows, first, second)
    assert revisions(desk, log).select("row_id", "label").rows() == [(1, 0), (1, 1), (3, 1), (3, 0)]
    numbers = [pl.DataFrame({"id": [1, 2, 3, 4], "label": label}) for label in ([1, 0, 0, 1], [1.0, 1.0, 0.0, 1.0])]
    numbers.append(pl.DataFrame({"id": [1, 2, 3, 4], "label": [True, True, False, False]}))
    log = of_files(desk, rows, *numbers)
    assert revisions(desk, log).select("row_id", "label").rows() == [(1, 0), (1, 1), (3, 1), (3, 0)]


def test_a_code_that_changes_while_its_meaning_stays_is_known_since_the_first(desk: Desk) -> None:
    rows = pl.DataFrame({"id": range(4), "score": [0.1, 0.5, 0.9, 0.3], "scored_at": [date(2024, 1, 5)] * 4})
    first = pl.DataFrame({"id": range(4), "label": ["fraud", "ok", "ok", "fraud"]})
    second = pl.DataFrame({"id": range(4), "label": ["chargeback", "ok", "chargeback", "fraud"]})
    log = of_files(desk, rows, first, second)
    log = desk.remap(log, replace(log.mapping, positive=("fraud", "chargeback"), negative=("ok",)))
    stored = desk.stored(log)
    assert stored["arrived"].to_list() == [datetime(2024, 2, 1)] * 4
    assert revisions(desk, log).select("row_id", "label").rows() == [(2, 0), (2, 1)]
    then = Engine(desk.workspace).head(log, Cohort().known_on("2024-02-15"), 0.5, 9).sort("row_id")
    assert then["label"].to_list() == [1, 0, 0, 1]


def test_a_class_that_was_revised_may_have_been_right_before(desk: Desk) -> None:
    rows = pl.DataFrame({"id": [1, 2, 3, 4], "predicted": ["cat", "dog", "cat", "eel"]})
    first = pl.DataFrame({"id": [1, 2, 3, 4], "actual": ["cat", "cat", "dog", "eel"]})
    second = pl.DataFrame({"id": [1, 2, 3, 4], "actual": ["dog", "dog", "eel", "eel"]})
    first_guess = of_files(desk, rows, first, second)
    right = Right("classes", "actual", "predicted")
    log = desk.remap(first_guess, Mapping(right=right, row_id="id"))
    assert log.is_right_or_wrong
    assert revisions(desk, log).select("row_id", "label").rows() == [(0, 1), (0, 0), (1, 0), (1, 1), (2, 0), (2, 0)]


def test_a_file_without_a_row_changes_nothing(desk: Desk) -> None:
    rows, files = made(8)
    log = of_files(desk, rows, *files[:2])
    labels = desk.stored(log)["label"].to_list()
    desk.workspace.remove(log.log_id)
    again = of_files(desk, rows, files[0], files[1], files[1].head(0))
    assert desk.stored(again)["label"].to_list() == labels and again.n_revised == log.n_revised


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("labels_2024-03-01.csv", date(2024, 3, 1)),
        ("20240301_labels.csv", date(2024, 3, 1)),
        ("labels.2024.03.01.parquet", date(2024, 3, 1)),
        ("labels_2024-13-01.csv", None),
        ("labels_2023-02-30.csv", None),
        ("labels_v2.csv", None),
        ("0120240301123.csv", None),
    ],
)
def test_a_file_is_named_after_a_day_or_not(name: str, day: date | None) -> None:
    found = day_of(name)
    assert (found and found.date()) == day


def test_the_employment_log_in_its_files_revised_twice(desk: Desk) -> None:
    folder = Path(__file__).parents[3] / "shared" / "data" / "nannyml"
    if not folder.exists():
        pytest.skip("../shared/data/nannyml is not here")
    rows = pl.read_parquet(folder / "employment_MA_analysis_no_labels.parquet").head(20_000)
    last = pl.read_parquet(folder / "employment_MA_labels_delayed.parquet").filter(
        pl.col("id").is_in(rows["id"].implode())
    )
    rng = np.random.default_rng(17)
    second = last.with_columns(
        employed=pl.Series(np.where(rng.random(last.height) < 0.02, 1 - last["employed"], last["employed"]))
    )
    first = second.with_columns(
        employed=pl.Series(np.where(rng.random(last.height) < 0.03, 1 - second["employed"], second["employed"]))
    ).filter(pl.Series(rng.random(last.height) < 0.6))
    log = of_files(desk, rows, first, second, last)
    both = (
        rows.join(last, on="id", how="left", maintain_order="left")
        .join(second.rename({"employed": "second"}), on="id", how="left")
        .join(first.rename({"employed": "first"}), on="id", how="left", maintain_order="left")
    )
    assert desk.stored(log)["label"].to_list() == both["employed"].to_list()
    given = both.with_columns(given=pl.coalesce("first", "second"))
    changed = (pl.col("first") != pl.col("second")).fill_null(value=False) | (pl.col("second") != pl.col("employed"))
    assert log.n_revised == given.filter(changed).height
    of_rows: dict[str, Any] = {"row_id": np.arange(rows.height), "given": given["given"]}
    expected = pl.DataFrame(of_rows).filter(given.select(changed).to_series())
    assert revisions(desk, log).filter(pl.col("rank") == 0)["label"].to_list() == expected["given"].to_list()
