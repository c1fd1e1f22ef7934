"""Faults of real exports: each is found where it is planted, and what only resembles it is let pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from analytics.log.mapping import Mapping
from analytics.log.receipt import CheckResult
from analytics.log.schema import Log
from tests.ingested import Desk

N = 3000
Plant = Callable[[pl.DataFrame], pl.DataFrame]


@cache
def sound() -> pl.DataFrame:
    """A year of rows without a fault, with columns on which every fault can be planted."""
    draw = np.random.default_rng(7)
    score = draw.beta(2, 2, N).round(6)
    time = (
        pl.datetime_range(datetime(2024, 1, 1), datetime(2024, 12, 30), interval="2h", eager=True)
        .sample(N, seed=1)
        .sort()
    )
    return pl.DataFrame(
        {
            "row_id": [f"r{place}" for place in range(N)],
            "score": score,
            "label": (draw.random(N) < score).astype(int),
            "decision": (score >= 0.5).astype(int),
            "scored_at": time,
            "started_at": time.dt.offset_by("-3h"),
            "ended_at": time + pl.Series(draw.integers(1, 400, N) * 60_000_000).cast(pl.Duration("us")),
            "weight": draw.lognormal(4, 0.5, N).round(2),
            "age": draw.integers(18, 80, N),
            "visits": draw.poisson(0.3, N) * draw.integers(1, 60, N),
            "reading": np.where(draw.random(N) < 0.05, np.nan, draw.normal(20, 4, N).round(3)),
            "city": draw.choice(["Berlin", "Köln", "Ulm", "Bonn", "Trier"], N),
            "partner": draw.choice(["A", "B", "C", "D"], N),
            "code": [f"{draw.integers(100, 999)}-{draw.integers(10, 99)}" for _ in range(N)],
            "returning": draw.random(N) < 0.2,
        }
    ).with_columns(pl.col("reading").fill_nan(None))


def some(share: float, seed: int = 3) -> pl.Series:
    return pl.Series(np.random.default_rng(seed).random(N) < share)


def put(name: str, where: pl.Expr | pl.Series, value: object) -> Plant:
    """Write a value, or an expression, where a condition holds."""
    written = value if isinstance(value, pl.Expr) else pl.lit(value)
    return lambda frame: frame.with_columns(pl.when(where).then(written).otherwise(pl.col(name)).alias(name))


def after(month: int) -> pl.Expr:
    return pl.col("scored_at") >= datetime(2024, month, 1)


def utc(frame: pl.DataFrame) -> pl.DataFrame:
    local = pl.col("scored_at").dt.replace_time_zone("America/New_York", non_existent="null", ambiguous="earliest")
    return frame.with_columns(logged=local.dt.convert_time_zone("UTC").dt.replace_time_zone(None).dt.truncate("1h"))


def misspelt(frame: pl.DataFrame) -> pl.DataFrame:
    cities = frame["city"].to_list()
    for place, row in enumerate(np.random.default_rng(4).permutation(N)[:70]):
        cities[row] = "berlin" if place < 40 else "Berlin " if place < 60 else "Koln"
    return frame.with_columns(city=pl.Series(cities))


PLANTED: dict[str, tuple[Plant, str, str, int | None, str]] = {
    "score-outside-range": (put("score", some(0.01), 1.7), "warning", "score", None, "1.7"),
    "one-class-after": (put("label", after(11), 1), "warning", "label", None, "From 2024-11-01 on all of"),
    "different-outcomes": (
        lambda frame: pl.concat([frame, frame.head(4).with_columns(label=1 - pl.col("label"))]),
        "warning",
        "row_id",
        8,
        "'r0'",
    ),
    "label-third-value": (
        lambda frame: put("label", some(0.02), 2)(frame).drop("decision"),
        "warning",
        "label",
        None,
        "found 3 that count",
    ),
    "labels-stopped-in": (
        put("label", (pl.col("partner") == "C") & after(9), None),
        "warning",
        "partner",
        None,
        "No row where 'partner' is 'C' has a label since 2024-09-0",
    ),
    "missing-in-segment": (
        put("weight", (pl.col("partner") == "C") & some(0.95), None),
        "warning",
        "weight",
        None,
        "'partner' is C (94%)",
    ),
    "missing-since": (
        put("weight", after(9) & some(0.3), None),
        "warning",
        "weight",
        None,
        "is missing in 0% of rows at first and in ",
    ),
    "default-spike": (
        put("age", some(0.03), 999),
        "warning",
        "age",
        None,
        "'999', and every other value lies between 18 and 79",
    ),
    "end-before-start": (
        put("ended_at", some(0.01), pl.col("started_at").dt.offset_by("-1h")),
        "warning",
        "ended_at",
        None,
        "Expected 'ended_at' after 'started_at'",
    ),
    "utc-and-local": (
        utc,
        "warning",
        "scored_at",
        None,
        "-5 h from 2024-01-01, -4 h from 2024-03-10, -5 h from 2024-11-0",
    ),
    "stray-time": (
        put("scored_at", pl.int_range(pl.len()) == 5, datetime(9999, 12, 31)),
        "warning",
        "scored_at",
        1,
        "1 row is far from all others, the first with 9999-12-31",
    ),
    "unread-time": (
        lambda frame: frame.with_columns(seen_at=pl.col("scored_at").dt.strftime("%d/%m").add("/24 or so")),
        "warning",
        "seen_at",
        None,
        "that is read as none",
    ),
    "unit-change": (put("weight", after(7), pl.col("weight") * 1000), "warning", "weight", None, "times 1000"),
    "format-change": (
        put("code", after(5), pl.col("code").str.replace("-", "/").str.replace("^", "K")),
        "warning",
        "code",
        None,
        "at first and like",
    ),
    "near-duplicates": (misspelt, "warning", "city", 70, "'berlin' from 'Berlin'"),
}

COUNTED: dict[str, Callable[[], Sequence[int]]] = {
    "default-spike": lambda: [some(0.03).sum()],
    "missing-in-segment": lambda: [((sound()["partner"] == "C") & some(0.95)).sum()],
    "one-class-after": lambda: range(sound().filter(after(11)).height, sound().filter(after(11)).height + 30),
}
"""How many rows each of these findings may count."""

FURTHER: dict[str, tuple[str, Plant, str]] = {
    "a stand-in below zero": ("default-spike", put("visits", some(0.02), -1), "visits"),
    "a zero far from the rest": ("default-spike", put("age", some(0.03), 0), "age"),
    "the mean filled in": ("default-spike", put("reading", some(0.1), 20.0), "reading"),
    "1900 as a date": ("default-spike", put("started_at", some(0.01), datetime(1900, 1, 1)), "started_at"),
    "a word for missing": ("default-spike", put("city", some(0.05), "unknown"), "city"),
    "negative labels only": ("one-class-after", put("label", after(10), 0), "label"),
    "a scale in one quarter": ("unit-change", put("weight", after(4) & ~after(7), pl.col("weight") / 100), "weight"),
    "minutes to seconds": ("unit-change", put("reading", after(9), pl.col("reading") * 60), "reading"),
    "days after times": (
        "format-change",
        put("started_at", after(6), pl.col("started_at").dt.truncate("1d")),
        "started_at",
    ),
    "missing by a flag": ("missing-in-segment", put("weight", pl.col("returning"), None), "weight"),
}

HARMLESS: dict[str, tuple[str, Plant]] = {
    "scores that are ranks": (
        "score-outside-range",
        lambda frame: frame.with_columns((pl.col("score") * 9 + 1).round().alias("score")),
    ),
    "more positives at the end": ("one-class-after", put("label", after(11) & some(0.8), 1)),
    "a few rows at the end": ("one-class-after", put("label", pl.int_range(pl.len()) >= N - 8, 1)),
    "a short run in a rare class": ("one-class-after", put("label", some(0.97), 0)),
    "labels yet to come": ("label-third-value", put("label", some(0.05), None)),
    "missing everywhere alike": ("missing-in-segment", put("weight", some(0.3), None)),
    "missing in half of the segments": (
        "missing-in-segment",
        put("weight", pl.col("partner").is_in(["A", "B"]) & some(0.6) | some(0.3), None),
    ),
    "a count with many zeros": ("default-spike", put("visits", some(0.7), 0)),
    "a round number that is frequent": ("default-spike", put("age", some(0.1), 40)),
    "one outlier": ("default-spike", put("weight", pl.int_range(pl.len()) == 5, 99_999.0)),
    "an end at its start": ("end-before-start", put("ended_at", some(0.1), pl.col("started_at"))),
    "an end on the day of its start": (
        "end-before-start",
        lambda frame: frame.with_columns(pl.col("ended_at").dt.truncate("1d")),
    ),
    "a constant lag": (
        "utc-and-local",
        lambda frame: frame.with_columns(logged=pl.col("scored_at").dt.offset_by("5h")),
    ),
    "a lag that grows once": (
        "utc-and-local",
        lambda frame: frame.with_columns(
            logged=pl.when(after(7))
            .then(pl.col("scored_at").dt.offset_by("2h"))
            .otherwise(pl.col("scored_at").dt.offset_by("1h"))
        ),
    ),
    "a gap that was always there": ("missing-since", put("weight", some(0.5), None)),
    "a gap that grows": (
        "missing-since",
        put("weight", pl.Series(np.random.default_rng(5).random(N)) < pl.int_range(pl.len()) / N, None),
    ),
    "a field of the outcome": (
        "missing-since",
        lambda frame: frame.with_columns(label=pl.when(after(9)).then(1).otherwise("label")).with_columns(
            weight=pl.when(pl.col("label") == 0).then("weight")
        ),
    ),
    "a field that comes with the label": (
        "missing-since",
        lambda frame: frame.with_columns(
            pl.when(~after(11)).then(pl.col(name)).alias(name) for name in ("label", "weight")
        ),
    ),
    "a level that rises": ("unit-change", put("weight", after(7), pl.col("weight") * 1.5)),
    "a level that drifts to ten times": (
        "unit-change",
        lambda frame: frame.with_columns(pl.col("weight") * (10 ** (pl.int_range(pl.len()) / N))),
    ),
    "ten times in random rows": ("unit-change", put("weight", some(0.5), pl.col("weight") * 10)),
    "formats side by side": ("format-change", put("code", some(0.5), pl.col("code").str.replace("-", "/"))),
    "values that differ by more": ("near-duplicates", put("city", some(0.1), "Ulm-Süd")),
    "grades": (
        "near-duplicates",
        lambda frame: frame.with_columns(
            pl.col("city").replace_strict(["Berlin", "Köln", "Ulm", "Bonn", "Trier"], ["A", "A+", "A-", "AA", "B"])
        ),
    ),
}


def shown(log: Log) -> dict[str, CheckResult]:
    assert len({(finding.code, finding.column) for finding in log.findings}) == len(log.findings)
    return {finding.code: finding for finding in log.findings}


def test_a_sound_log_has_no_findings(desk: Desk) -> None:
    assert desk.log(sound()).findings == ()
    assert [finding for finding in desk.log(sound().write_csv()).findings if finding.code in PLANTED] == []


@pytest.mark.parametrize("code", PLANTED)
def test_planted_faults_are_found_and_bring_no_others(desk: Desk, code: str) -> None:
    plant, severity, column, rows, words = PLANTED[code]
    found = shown(desk.log(plant(sound())))
    assert code in found, found.keys()
    finding = found[code]
    assert (finding.severity, finding.column) == (severity, column)
    assert words in finding.message, finding.message
    assert finding.example is not None
    assert finding.rows is not None and finding.rows > 0
    if rows is not None:
        assert finding.rows == rows
    if code in COUNTED:
        assert finding.rows in COUNTED[code]()
    with_it = {
        "different-outcomes": {"duplicate-ids"},
        "stray-time": {"default-spike"},
        "score-outside-range": {"decision-against-score", "near-duplicates", "default-spike"},
    }
    assert set(found) - {code} <= with_it.get(code, set()) | {"null-label"}


def together(plants: Sequence[Plant]) -> tuple[pl.DataFrame, list[dict[str, str]]]:
    """Plant several things in one log, and say for each in which columns: a second one of a column is planted in a copy of it."""
    frame, changed, columns = sound(), set[str](), []
    for place, plant in enumerate(plants):
        planted = plant(sound())
        assert planted.height == N
        own = [name for name in planted.columns if name not in frame or not planted[name].equals(sound()[name])]
        assert own and not changed & {"score", "label", "scored_at"} & {*own}, "one column has the role"
        columns.append({name: f"{name}_{place}" if name in changed else name for name in own})
        frame = frame.with_columns(planted[name].alias(columns[-1][name]) for name in own)
        changed |= {*own}
    return frame, columns


@pytest.mark.parametrize("names", [[*FURTHER][:5], [*FURTHER][5:]], ids=["values", "stretches"])
def test_other_forms_of_the_faults_are_found(desk: Desk, names: list[str]) -> None:
    frame, columns = together([FURTHER[name][1] for name in names])
    expected = [(FURTHER[name][0], own[FURTHER[name][2]]) for name, own in zip(names, columns, strict=True)]
    codes = {code for code, _ in expected}
    found = [(finding.code, finding.column) for finding in desk.log(frame).findings if finding.code in codes]
    assert sorted(found) == sorted(expected)


HARMLESS_TOGETHER = [
    [
        "scores that are ranks",
        "more positives at the end",
        "missing everywhere alike",
        "a count with many zeros",
        "a round number that is frequent",
        "an end at its start",
        "a constant lag",
        "formats side by side",
        "values that differ by more",
    ],
    [
        "a few rows at the end",
        "missing in half of the segments",
        "one outlier",
        "an end on the day of its start",
        "a lag that grows once",
        "grades",
    ],
    ["a short run in a rare class", "a gap that was always there", "a level that rises"],
    ["labels yet to come", "a gap that grows", "ten times in random rows", "a level that drifts to ten times"],
    ["a field of the outcome"],
    ["a field that comes with the label"],
]
"""What is planted in one log: each in a column of its own."""


@pytest.mark.parametrize("names", HARMLESS_TOGETHER, ids=lambda names: names[0])
def test_what_resembles_a_fault_is_let_pass(desk: Desk, names: list[str]) -> None:
    frame, _ = together([HARMLESS[name][1] for name in names])
    codes = {HARMLESS[name][0] for name in names}
    assert [finding for finding in desk.log(frame).findings if finding.code in codes] == []


def test_rows_that_are_there_twice_with_the_same_outcome_are_let_pass(desk: Desk) -> None:
    log = desk.log(pl.concat([sound(), sound().head(4)]))
    assert [finding for finding in log.findings if finding.code == "different-outcomes"] == []


def test_all_that_resembles_a_fault_is_asked_about() -> None:
    assert sorted(HARMLESS) == sorted(name for names in HARMLESS_TOGETHER for name in names)


def test_a_footer_is_a_finding(desk: Desk) -> None:
    text = sound().write_csv() + "\nTotal rows: 3000,,,,,,,,,,,,,,\n"
    found = shown(desk.log(text))
    assert (found["footer"].severity, found["footer"].rows) == ("note", 1)


def test_numbers_far_apart_with_many_values_are_counted_exactly(desk: Desk) -> None:
    draw = np.random.default_rng(5)
    n = 60_000
    amount = np.where(np.arange(n) % 50 == 0, 99_999.0, draw.lognormal(3, 1, n))
    frame = pl.DataFrame({"score": draw.random(n), "label": draw.integers(0, 2, n), "spent": amount})
    found = shown(desk.log(frame))["default-spike"]
    assert (found.column, found.rows, found.example) == ("spent", n // 50, "99999")


# Spellings of one value


def merged(log: Log) -> Mapping:
    from dataclasses import replace

    found = shown(log)["near-duplicates"]
    return replace(log.mapping, merges=tuple((found.column or "", old, new) for old, new in found.merges))


def test_spellings_merge_for_slicing_and_the_text_stays(desk: Desk) -> None:
    frame = PLANTED["near-duplicates"][0](sound())
    log = desk.log(frame)
    assert dict(shown(log)["near-duplicates"].merges) == {"berlin": "Berlin", "Berlin ": "Berlin", "Koln": "Köln"}
    column = log.column("city")
    again = desk.remap(log, merged(log))
    stored = desk.stored(again)
    assert (
        stored[column.sql_name].cast(pl.String).to_list()
        == frame["city"].replace(["berlin", "Berlin ", "Koln"], ["Berlin", "Berlin", "Köln"]).to_list()
    )
    assert stored[column.original_name].to_list() == frame["city"].to_list()
    assert "near-duplicates" not in shown(again)
    assert dict(again.column("city").top) == dict(stored[column.sql_name].value_counts().rows())
    assert again.column("city").n_distinct == 5


def test_merged_spellings_can_be_taken_apart_again(desk: Desk) -> None:
    log = desk.log(PLANTED["near-duplicates"][0](sound()))
    again = desk.remap(desk.remap(log, merged(log)), log.mapping)
    assert desk.stored(again).equals(desk.stored(log))
    assert again.findings == log.findings


def test_merges_survive_their_receipt(desk: Desk) -> None:
    log = desk.log(PLANTED["near-duplicates"][0](sound()))
    again = desk.remap(log, merged(log))
    assert Log.from_json(log.to_json()) == log
    assert Log.from_json(again.to_json()) == again
    assert again.mapping.with_names(["score"]).merges == ()


# Real files

DATA = Path(__file__).parents[4] / "shared" / "data"


@pytest.mark.parametrize(
    ("path", "code", "column", "words"),
    [
        ("compas/compas-scores-two-years_noPII.csv", "one-class-after", "two_year_recid", "From 2014-04-0"),
        ("aequitas-small/adult_rf_binary.csv", "score-ranks-wrong-way", "score", "AUROC 0.214"),
        ("nycflights/inference_log.parquet", "utc-and-local", "scored_at", "'time_hour'"),
        ("nycflights/inference_log.parquet", "missing-in-segment", "plane_year", "MQ (97%)"),
    ],
)
def test_the_faults_of_real_logs_are_found(desk: Desk, path: str, code: str, column: str, words: str) -> None:
    if not DATA.exists():
        pytest.skip(f"the real data are not at {DATA}")
    found = {(finding.code, finding.column): finding for finding in desk.log(DATA / path).findings}
    assert words in found[code, column].message
