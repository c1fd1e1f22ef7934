"""Several exports of the same rows are one log with the history of its labels; others stay what they are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest

from analytics.log.schema import Log
from tests.ingested import Desk

DAYS = ("2024-03-01", "2024-04-01", "2024-05-01")
LENGTHS = (300, 400, 500)


def exports(seed: int = 3, **changed: Any) -> list[pl.DataFrame]:
    """Three exports of a log that grows: a fifth of its labels come later, one in fifty is another in the next."""
    rng, n = np.random.default_rng(seed), LENGTHS[-1]
    rows = pl.DataFrame(
        {
            "request_id": [f"r{place:04d}" for place in range(n)],
            "scored_at": [datetime(2024, 1, 1) + timedelta(hours=2 * place) for place in range(n)],
            "region": rng.choice(["north", "south"], n),
            "score": rng.random(n).round(3),
        }
    ).with_columns(**changed)
    label, found = rng.random(n) < rows["score"].to_numpy(), []
    for length in LENGTHS:
        label = np.where(rng.random(n) < 0.02, ~label, label)
        there = pl.when(pl.Series(rng.random(n) < 0.8)).then(pl.Series(label.astype(int)))
        found.append(rows.with_columns(label=there).head(length))
    return found


def of_exports(desk: Desk, frames: list[pl.DataFrame], names: tuple[str, ...] = ()) -> Log:
    folder = desk.folder / f"exports{len(list(desk.folder.iterdir()))}"
    folder.mkdir()
    for name, frame in zip(names or [f"log_{day}.csv" for day in DAYS], frames, strict=True):
        frame.write_csv(folder / name)
    return desk.build(desk.stage(folder))


def revisions(desk: Desk, log: Log) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(desk.workspace.path(log.key)), read_only=True) as connection:
        return connection.execute(
            "SELECT row_id, label, seen::DATE::VARCHAR FROM revisions ORDER BY row_id, rank"
        ).fetchall()


def test_exports_of_the_same_rows_are_one_log_with_the_history_of_its_labels(desk: Desk) -> None:
    frames = exports()
    log = of_exports(desk, frames)
    stored, expected, steps = desk.stored(log), [], []
    for place in range(LENGTHS[-1]):
        said = [(frame["label"][place], day) for frame, day in zip(frames, DAYS, strict=True) if place < frame.height]
        known = [(label, day) for label, day in said if label is not None]
        kept = [pair for at, pair in enumerate(known) if not at or known[at - 1][0] != pair[0]]
        expected.append((kept[-1][0], kept[0][1]) if kept else (None, None))
        steps += [(place, *pair) for pair in kept] if len(kept) > 1 else []
    assert log.n_rows == LENGTHS[-1]
    assert stored["label"].to_list() == [label for label, _ in expected]
    assert [moment and moment.date().isoformat() for moment in stored["arrived"]] == [day for _, day in expected]
    assert revisions(desk, log) == steps and steps
    assert log.mapping.label_time == "label_seen_on"
    read, kept_rows = log.reading.rows_read, log.reading.rows_kept
    assert (read, kept_rows) == (sum(LENGTHS), LENGTHS[-1])
    assert read == kept_rows + sum(reason.rows for reason in log.reading.set_aside)
    assert "3 exports hold the same rows: 700 of theirs stand in an earlier one." in log.reading.repairs[0]


def test_what_else_changed_keeps_its_first_value_and_is_named(desk: Desk) -> None:
    frames = exports()
    frames[1] = frames[1].with_columns(region=pl.lit("west"))
    log = of_exports(desk, frames)
    assert set(desk.stored(log).head(LENGTHS[0])[log.column("region").sql_name].cast(pl.String)) == {"north", "south"}
    assert "has its first value: 'region'." in log.reading.repairs[0]


def test_the_days_in_the_names_say_the_order(desk: Desk) -> None:
    log, other = of_exports(desk, exports()), of_exports(desk, exports(), tuple(f"{day}_log.csv" for day in DAYS))
    assert revisions(desk, other) == revisions(desk, log)
    names = ("b_2024-03-01.csv", "c_2024-04-01.csv", "a_2024-05-01.csv")
    assert revisions(desk, of_exports(desk, exports(), names)) == revisions(desk, log)


@pytest.mark.parametrize("what", ["scored anew", "an id twice in a file", "other ids", "no label"])
def test_other_files_stay_what_they_are(desk: Desk, what: str) -> None:
    frames = exports()
    if what == "scored anew":
        frames = [
            frame.with_columns(score=((pl.col("score") + 0.1 * at) % 1).round(3)) for at, frame in enumerate(frames)
        ]
    elif what == "an id twice in a file":
        frames[0] = pl.concat([frames[0], frames[0].head(1)])
    elif what == "other ids":
        frames = [
            frame.with_columns(pl.format("{}x{}", "request_id", pl.lit(at)).alias("request_id"))
            for at, frame in enumerate(frames)
        ]
    else:
        frames = [frame.drop("label") for frame in frames]
    log = of_exports(desk, frames)
    assert log.n_rows == sum(frame.height for frame in frames)
    assert not log.n_revised and not log.reading.set_aside
