"""Labels from another file: joined by id and version, the latest wins, and every label and row is accounted for."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from analytics.errors import InputError
from analytics.log.receipt import CheckResult, LabelCounts
from analytics.log.schema import Log
from analytics.reading import api
from tests.ingested import Desk

ROWS = "id,score\n1,0.5\n2,0.25\n3,0.75\n3,0.8\n,0.1\n"


def joined(desk: Desk, labels: str, rows: str = ROWS, **options: Any) -> api.Staged:
    options.setdefault("id_column", "id")
    return desk.stage(desk.file(rows), labels=desk.file(labels, "labels.csv"), **options)


def books(upload: api.Staged) -> LabelCounts:
    counts = upload.reading.labels
    assert counts is not None
    return counts


def labels_of(upload: api.Staged) -> list[str | None]:
    place = upload.reading.column(books(upload).label_column).position
    return [row[place] for row in upload.sample]


def findings(log: Log) -> dict[str, CheckResult]:
    return {finding.code: finding for finding in log.findings}


def history(desk: Desk, log: Log) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(desk.workspace.path(log.key)), read_only=True) as connection:
        return connection.execute(
            "SELECT row_id, rank, label, time::DATE::VARCHAR, source FROM label_changes ORDER BY row_id, rank"
        ).fetchall()


def test_labels_are_joined_by_id(desk: Desk) -> None:
    upload = joined(desk, "id,label\n3,1\n1,0\n9,1\n")
    assert upload.reading.names == ("id", "score", "label")
    assert labels_of(upload) == ["0", None, "1", "1", None]
    assert upload.reading.rows_read == upload.reading.rows_kept == 5
    counts = books(upload)
    assert (counts.rows_matched, counts.rows_unmatched, counts.n_orphans) == (3, 2, 1)
    assert (counts.example_orphan, counts.example_unmatched) == ("9", "2")
    assert upload.mapping.label == "label"


def test_both_sides_without_a_partner_are_findings(desk: Desk) -> None:
    found = findings(desk.build(joined(desk, "id,label\n3,1\n1,0\n9,1\n8,0\n")))
    assert (found["labels-without-rows"].rows, found["labels-without-rows"].example) == (2, "8")
    assert (found["rows-without-labels"].rows, found["rows-without-labels"].example) == (2, "2")
    assert (
        "4 labels read from 'labels.csv' and joined by 'id', 2 of ids that no row has" in found["labels-joined"].message
    )
    whole = findings(desk.build(joined(desk, "id,label\n1,0\n2,1\n", "id,score\n1,0.5\n2,0.25\n")))
    assert set(whole) & {"labels-without-rows", "rows-without-labels", "labels-contradict", "labels-by-order"} == set()


def test_a_file_of_revisions_alone_leaves_no_row_without_a_label(desk: Desk) -> None:
    rows = "id,score,label\n1,0.5,0\n2,0.25,0\n3,0.75,1\n4,0.1,1\n"
    upload = joined(desk, "id,label\n2,1\n", rows)
    assert books(upload).rows_unmatched == 3 and "rows-without-labels" not in findings(desk.build(upload))
    open_rows = joined(desk, "id,label\n2,1\n", rows.replace("4,0.1,1", "4,0.1,"))
    assert "rows-without-labels" in findings(desk.build(open_rows))


def test_the_latest_label_by_time_wins_whatever_its_place(desk: Desk) -> None:
    labels = (
        "id,label,updated_at\n1,1,2024-03-01\n1,0,2024-01-01\n2,0,2024-01-01\n2,0,2024-02-01\n3,1,\n3,0,2024-01-05\n"
    )
    upload = joined(desk, labels)
    assert labels_of(upload) == ["1", "0", "0", "0", None]
    counts = books(upload)
    assert (counts.time_column, counts.n_repeated, counts.n_changed, counts.n_contrary) == ("updated_at", 3, 2, 0)
    log = desk.build(upload)
    assert "labels-by-order" not in findings(log)
    assert history(desk, log) == [
        (0, 0, "0", "2024-01-01", "labels.csv"),
        (0, 1, "1", "2024-03-01", "labels.csv"),
        (2, 0, "1", None, "labels.csv"),
        (2, 1, "0", "2024-01-05", "labels.csv"),
        (3, 0, "1", None, "labels.csv"),
        (3, 1, "0", "2024-01-05", "labels.csv"),
    ]
    again = desk.remap(log, upload.mapping.with_names([name for name in log.reading.names if name != "updated_at"]))
    assert history(desk, again) == history(desk, log)


def test_without_times_the_order_of_the_file_decides_and_is_said(desk: Desk) -> None:
    upload = joined(desk, "label,id\n1,1\n0,2\n0,1\n0,2\n")
    assert labels_of(upload) == ["0", "0", None, None, None]
    assert (books(upload).n_repeated, books(upload).n_changed) == (2, 1)
    found = findings(desk.build(upload))["labels-by-order"]
    assert (found.severity, found.rows) == ("warning", 1)
    assert "no column of times" in found.message


def test_labels_that_contradict_each_other_at_one_time_are_not_known_yet(desk: Desk) -> None:
    labels = "id,label,seen_at\n1,1,2024-03-01\n1,0,2024-03-01\n2,1,2024-01-01\n2,0,2024-01-01\n2,1,2024-02-01\n3,1,2024-01-01\n3,1,2024-01-01\n"
    upload = joined(desk, labels)
    assert labels_of(upload) == [None, "1", "1", "1", None]
    counts = books(upload)
    assert (counts.n_contrary, counts.rows_contrary, counts.rows_matched, counts.rows_unmatched) == (1, 1, 3, 1)
    log = desk.build(upload)
    found = findings(log)["labels-contradict"]
    assert (found.rows, found.example) == (1, "1")
    assert desk.stored(log)["label"].to_list() == [None, 1, 1, 1, None]


def test_the_model_version_joins_where_both_files_have_one(desk: Desk) -> None:
    rows = "id,score,model_version\n" + "".join(f"{i},0.{i},v{v}\n" for i in range(1, 5) for v in (1, 2))
    both = joined(desk, "id,label,version\n1,1,v1\n1,0,v2\n2,1,v2\n", rows)
    assert labels_of(both) == ["1", "0", None, "1", None, None, None, None]
    assert books(both).version_column == "model_version"
    assert both.reading.names == ("id", "score", "model_version", "label")
    alone = joined(desk, "id,label\n1,1\n2,0\n", rows)
    assert labels_of(alone) == ["1", "1", "0", "0", None, None, None, None]
    assert books(alone).version_column is None


def test_an_id_and_a_version_do_not_run_into_each_other(desk: Desk) -> None:
    rows = "id,score,model_version\na1,0.5,1\na,0.5,11\nb,0.1,1\nc,0.1,1\nd,0.2,1\n"
    assert labels_of(joined(desk, "id,label,model_version\na1,1,1\na,0,11\n", rows))[:3] == ["1", "0", None]


def test_every_label_is_in_one_class_and_the_books_close(desk: Desk) -> None:
    draw = random.Random(3)
    rows = pl.DataFrame({"id": [draw.randrange(60) for _ in range(100)], "score": [draw.random() for _ in range(100)]})
    given = pl.DataFrame(
        {
            "id": [draw.choice([None, *range(80)]) for _ in range(300)],
            "label": [draw.choice([None, 0, 1]) for _ in range(300)],
            "labelled_at": [f"2024-01-{draw.randrange(1, 29):02d}" for _ in range(300)],
        },
        strict=False,
    )
    upload = desk.stage(desk.frame(rows), labels=desk.frame(given), id_column="id")
    counts = books(upload)
    known = given.drop_nulls(["id", "label"])
    last = (
        known.filter(pl.col("labelled_at") == pl.col("labelled_at").max().over("id"))
        .group_by("id")
        .agg(pl.col("label").min().alias("low"), pl.col("label").max().alias("high"))
    )
    expected = rows.join(last, on="id", how="left", maintain_order="left").select(
        pl.when(pl.col("low") == pl.col("high")).then("low").cast(pl.String)
    )
    with duckdb.connect(str(desk.workspace.staging / upload.staged_id / "raw.duckdb"), read_only=True) as connection:
        stored = [row[0] for row in connection.execute("SELECT c2::VARCHAR FROM raw ORDER BY rowid").fetchall()]
    assert stored == expected.to_series().to_list()
    n_ids = known["id"].n_unique()
    assert counts.n_read == 300 == counts.n_without_id + counts.n_without_label + counts.n_repeated + n_ids
    assert counts.rows_matched + counts.rows_contrary + counts.rows_unmatched == 100
    assert counts.n_contrary == last.filter(pl.col("low") != pl.col("high")).height
    assert counts.n_orphans == last.join(rows, on="id", how="anti").height


def test_lines_of_the_labels_that_do_not_fit_are_said(desk: Desk) -> None:
    upload = joined(desk, "id,label\n1,1\n2,0,oops\n3,1\n" + "7,1\n" * 30)
    assert labels_of(upload) == ["1", None, "1", "1", None]
    assert (books(upload).n_read, books(upload).n_set_aside) == (33, 1)
    assert "1 set aside" in findings(desk.build(upload))["labels-joined"].message
    assert upload.reading.set_aside == ()


def test_lines_of_the_rows_that_do_not_fit_stay_theirs(desk: Desk) -> None:
    rows = "id,score\n1,0.5\n2\n3,0.75\n" + "4,0.5\n" * 30
    upload = joined(desk, "id,label\n1,1\n2,0,oops\n3,1\n" + "7,1\n" * 30, rows)
    assert upload.reading.rows_read == upload.reading.rows_kept + 1 == 33
    assert [reason.rows for reason in upload.reading.set_aside] == [1]


@pytest.mark.parametrize(
    ("rows", "labels", "options", "words"),
    [
        (
            ROWS,
            "key,label\n1,1\n2,0\n",
            {},
            "the id column 'id' and a label in 'labels.csv', found the columns 'key', 'label'",
        ),
        (ROWS, "id\n1\n2\n", {}, "the id column 'id' and a label"),
        (
            ROWS,
            "id,label\n1,1\n2,0\n",
            {"id_column": "nothing"},
            "the id column 'nothing' in the log, found the columns 'id', 'score'",
        ),
        (
            "part,score\n" + "a,0.5\n" * 9,
            "part,label\na,1\nb,0\n",
            {"id_column": None},
            "a column that identifies a row",
        ),
        (ROWS, "id,comment,remark\n" + "".join(f"{i},c{i},r{i}\n" for i in range(30)), {}, "Name it with --label"),
    ],
)
def test_labels_that_cannot_be_joined_are_refused(
    desk: Desk, rows: str, labels: str, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError) as refusal:
        joined(desk, labels, rows, **options)
    assert words in str(refusal.value)


def test_the_guessed_id_joins_where_none_is_named(desk: Desk) -> None:
    rows = "segment,case_id,score\n" + "".join(f"a,{i},0.{i}\n" for i in range(1, 9))
    upload = joined(desk, "segment,case_id,label\na,2,1\nb,3,0\n", rows, id_column=None)
    assert books(upload).id_column == "case_id"
    assert labels_of(upload)[:3] == [None, "1", "0"]


def test_the_named_column_of_labels_is_taken(desk: Desk) -> None:
    labels = "id,label,final\n1,1,0\n2,1,0\n3,0,1\n"
    upload = joined(desk, labels, label_column="final")
    assert labels_of(upload) == ["0", "0", "1", "1", None]
    assert upload.mapping.label == "final"


def test_ids_of_different_types_meet(desk: Desk) -> None:
    rows = desk.frame(pl.DataFrame({"id": [1.0, 2.0, None], "score": [0.1, 0.2, 0.3]}))
    labels = desk.frame(pl.DataFrame({"id": ["1", "2"], "label": [1, 0]}))
    assert labels_of(desk.stage(rows, labels=labels, id_column="id")) == ["1", "0", None]


def test_other_labels_make_another_log(desk: Desk) -> None:
    first, second = joined(desk, "id,label\n1,1\n2,0\n"), joined(desk, "id,label\n1,1\n2,1\n")
    assert first.staged_id[:12] != second.staged_id[:12]


# Attaching to a log of the workspace


def test_attached_labels_make_a_log_of_their_own_and_the_old_one_stays(desk: Desk) -> None:
    old = desk.log("id,score,region\n1,0.5,n\n2,0.25,s\n3,0.75,n\n")
    before = desk.stored(old)
    upload = desk.attach(old, "id,outcome\n1,1\n3,0\n")
    assert (upload.mapping.label, upload.mapping.positive, upload.mapping.segments) == (
        "outcome",
        ("1",),
        old.mapping.segments,
    )
    new = desk.build(upload)
    assert new.log_id != old.log_id
    assert {log.log_id for log in desk.workspace.receipts()} == {old.log_id, new.log_id}
    assert new.name == "log.csv + labels.csv"
    assert desk.stored(new)["label"].to_list() == [1, None, 0]
    assert desk.stored(old).equals(before)
    assert (old.n_labelled, new.n_labelled) == (0, 2)


def test_a_later_file_revises_labels_and_leaves_the_others(desk: Desk) -> None:
    first = desk.build(desk.attach(desk.log("id,score\n1,0.5\n2,0.25\n3,0.75\n4,0.1\n"), "id,label\n1,1\n2,0\n"))
    upload = desk.attach(first, "id,label\n2,1\n3,0\n")
    assert upload.reading.names == ("id", "score", "label")
    second = desk.build(upload)
    assert desk.stored(second)["label"].to_list() == [1, 1, 0, None]
    assert history(desk, second) == [(1, 0, "0", None, "labels.csv"), (1, 1, "1", None, "labels.csv")]
    column = second.column("label")
    assert (column.n_missing, dict(column.top)) == (1, {"1": 2, "0": 1})
    assert desk.stored(first)["label"].to_list() == [1, 0, None, None]


def test_rows_set_aside_stay_with_the_new_log(desk: Desk) -> None:
    old = desk.log("id,score\n1,0.5\n2\n3,0.75\n" + "".join(f"{i},0.5\n" for i in range(4, 40)))
    new = desk.build(desk.attach(old, "id,label\n1,1\n3,0\n"))
    assert new.reading.rows_read == new.reading.rows_kept + 1
    with duckdb.connect(str(desk.workspace.path(new.key)), read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM set_aside").fetchone() == (1,)


def test_the_employment_log_with_its_labels_file(desk: Desk) -> None:
    folder = Path(__file__).parents[3] / "shared" / "data" / "nannyml"
    if not folder.exists():
        pytest.skip(f"the real data are not at {folder}")
    log = desk.log(folder / "employment_MA_analysis_no_labels.parquet")
    joined_log = desk.build(desk.attach(log, folder / "employment_MA_labels_delayed.parquet"))
    assert (log.n_labelled, joined_log.n_labelled, joined_log.n_rows) == (0, 208_892, 208_892)
    year = joined_log.column("year").sql_name
    rows = (
        desk.stored(joined_log)
        .group_by(year)
        .agg(((pl.col("score") - pl.col("label")) ** 2).mean().alias("brier"), pl.col("label").mean().alias("base"))
    )
    found = {row[0]: (round(row[1], 4), round(row[2], 4)) for row in rows.rows()}
    assert found == {2016: (0.1237, 0.5010), 2017: (0.1217, 0.5032), 2018: (0.1213, 0.5051)}
