"""When a label was known: which column is taken for it, how it is stored, and that other logs stay as they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics.errors import InputError
from analytics.log import positives
from analytics.log.judge import judge
from analytics.log.mapping import Mapping, mapping_from_dict
from analytics.query.engine import Engine
from tests.ingested import Desk

START = datetime(2024, 1, 1, 12)


def rows(**more: list[object]) -> pl.DataFrame:
    n = 40
    frame = {
        "score": [place / n for place in range(n)],
        "label": [place % 2 for place in range(n)],
        "scored_at": [START + timedelta(hours=place) for place in range(n)],
    }
    return pl.DataFrame({**frame, **more})


def later(days: int, n_before: int = 0) -> list[object]:
    return [START + timedelta(hours=at, days=-3 if at < n_before else days) for at in range(40)]


def test_the_guess_takes_a_time_that_is_called_so_and_does_not_come_before_the_row(desk: Desk) -> None:
    for name in ("label_available_at", "outcome_at", "resolved_at", "chargeback_date", "feedback_at"):
        upload = desk.stage(rows(**{name: later(5)}))
        assert upload.mapping.label_time == name
        assert upload.mapping.time == "scored_at"
        assert upload.reasons[name] == "its name, and it lies never on a day before 'scored_at'"


def test_a_date_of_the_same_day_is_not_before_its_row(desk: Desk) -> None:
    midnight = [(START + timedelta(hours=at)).replace(hour=0) for at in range(40)]
    assert desk.stage(rows(label_date=midnight)).mapping.label_time == "label_date"


def test_a_time_before_the_row_or_called_otherwise_is_not_taken(desk: Desk) -> None:
    log = desk.log(rows(settled_at=later(5, n_before=3)))
    assert log.mapping.label_time is None
    (said,) = [found for found in log.findings if found.code == "end-before-start"]
    assert said.rows == 3 and "not taken as the time of labels" in said.message
    assert desk.stage(rows(exported_at=later(5))).mapping.label_time is None
    assert desk.stage(rows(label_time=["soon"] * 40)).mapping.label_time is None


@pytest.mark.parametrize("name", ["churned_at", "Kündigungsdatum", "fecha_impago"])
def test_the_time_of_an_event_is_asked_for_as_label_and_judged_by_whether_there_is_one(desk: Desk, name: str) -> None:
    """An end that never comes is written as a year far off."""
    ends = [
        [START + timedelta(days=30), None, datetime(9999, 12, 31), datetime(1900, 1, 1)][at % 4] for at in range(40)
    ]
    upload = desk.stage(rows(**{name: ends}).drop("label"))
    assert upload.mapping.label is None and [claim for claim, _ in upload.open["label"]] == [name]
    mapping = replace(upload.mapping, label=name, label_time=name)
    mapping = positives.with_values(mapping, upload.reading)
    preview = [row.label == "positive" for row in judge(upload.sample, upload.reading, mapping)]
    log = desk.build(upload, mapping)
    assert desk.stored(log)["label"].to_list() == [int(at % 4 == 0) for at in range(40)]
    assert sum(preview) == 10 and "may-turn" in {found.code for found in log.findings}
    later = desk.stored(desk.remap(log, replace(mapping, negative=())))
    assert later["label"].to_list() == [1 if at % 4 == 0 else None for at in range(40)]


@pytest.mark.parametrize(
    ("label", "name"), [("churned", "churn_date"), ("is_fraud", "Fraud reported on"), ("default_12m", "defaulted_at")]
)
def test_a_time_that_the_rows_of_one_class_have_is_that_of_a_label_called_alike(
    desk: Desk, label: str, name: str
) -> None:
    said = [int(at % 4 == 0) for at in range(40)]
    times = [START + timedelta(days=30 + at) if one else None for at, one in enumerate(said)]
    frame = rows(**{name: times}).rename({"label": label}).with_columns(pl.Series(label, said))
    assert desk.stage(frame).mapping.label_time == name
    of_others = [None if one else START + timedelta(days=30) for one in said[:-3]] + [None] * 3
    for column, values in ((name, of_others), ("left_on", times)):  # of neither class, or called otherwise
        assert (
            desk.stage(
                rows(**{column: values}).rename({"label": label}).with_columns(pl.Series(label, said))
            ).mapping.label_time
            is None
        )


def test_the_time_is_stored_beside_the_label(desk: Desk) -> None:
    frame = rows(label_time=later(2))
    log = desk.log(frame)
    stored = desk.stored(log)
    assert stored["arrived"].to_list() == frame["label_time"].to_list()
    assert log.mapping.role_of("label_time") == "label_time"
    engine = Engine(desk.workspace)
    plain = desk.log(frame, label_time=None)
    assert "arrived" not in engine.frame(plain).collect_schema().names()
    engine.close()


def test_a_column_that_holds_no_times_is_refused(desk: Desk) -> None:
    with pytest.raises(InputError, match="Expected dates or times in 'label'"):
        desk.log(rows(), label_time="label")


def test_a_mapping_of_before_keeps_its_digest() -> None:
    assert Mapping(score="p").digest() == mapping_from_dict({"score": "p"}).digest()
    assert Mapping(score="p").digest() != Mapping(score="p", label_time="at").digest()


def test_flights(desk: Desk, data: Path) -> None:
    frame = pl.read_parquet(data / "nycflights/inference_log.parquet").gather_every(200)
    assert desk.stage(frame).mapping.label_time == "label_available_at"
