"""Each finding is made where its fault is planted, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import duckdb
import numpy as np
import polars as pl
import pytest

from analytics.answers.brief.finding import PreflightParts
from analytics.errors import InputError
from analytics.log.mapping import Mapping
from analytics.log.receipt import CheckResult
from analytics.log.schema import Log
from analytics.present.report.actions import _BY_PARTS
from analytics.reading.checks.check import Evidence
from analytics.reading.checks.ids import are_unique, is_counted_up
from analytics.reading.checks.registry import CHECKS, ORDER
from tests.ingested import Desk

N = 400


def healthy() -> pl.DataFrame:
    """A log without a fault: the score ranks well, every column varies, no value is missing."""
    draw = np.random.default_rng(1)
    score = draw.beta(2, 2, N).round(6)
    return pl.DataFrame(
        {
            "row_id": np.arange(N),
            "score": score,
            "label": (draw.random(N) < score).astype(int),
            "decision": (score >= 0.5).astype(int),
            "amount": draw.lognormal(3, 1, N).round(2),
            "region": draw.choice(["north", "south"], N),
            "model_version": draw.choice(["v1", "v2"], N),
            "scored_at": pl.datetime_range(
                pl.datetime(2024, 1, 1), interval="1h", end=pl.datetime(2024, 12, 1), eager=True
            ).head(N),
        }
    )


def first(count: int) -> pl.Expr:
    return pl.col("row_id") < count


def put(name: str, count: int, value: object) -> Callable[[pl.DataFrame], pl.DataFrame]:
    def planted(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.when(first(count)).then(pl.lit(value)).otherwise(name).alias(name))

    return planted


def as_text(name: str, count: int, value: str) -> Callable[[pl.DataFrame], str]:
    def planted(frame: pl.DataFrame) -> str:
        text = pl.when(first(count)).then(pl.lit(value)).otherwise(pl.col(name).cast(pl.String)).alias(name)
        return frame.with_columns(text).write_csv()

    return planted


def shown(log: Log) -> dict[str, CheckResult]:
    assert len({(finding.code, finding.column) for finding in log.findings}) == len(log.findings)
    return {finding.code: finding for finding in log.findings}


PLANTED: dict[str, tuple[Callable[[pl.DataFrame], pl.DataFrame | str], str, str | None, int | None, str]] = {
    "rows-set-aside": (lambda frame: frame.write_csv() + "1,2\n3\n", "warning", None, 2, "missing columns"),
    "repaired": (
        lambda frame: frame.with_columns(region=pl.lit("Málaga") + pl.col("region")).write_csv(),
        "note",
        None,
        None,
        "UTF-8",
    ),
    "no-rows": (lambda frame: frame.head(0).write_csv(), "error", None, 0, "no rows"),
    "duplicate-ids": (lambda frame: pl.concat([frame, frame.head(3)]), "warning", "row_id", 3, "'0'"),
    "rows-of-one-unit": (
        lambda frame: frame.with_columns(session_id=pl.int_range(frame.height) // 8 + 10),
        "warning",
        "session_id",
        None,
        "Choose it as unit",
    ),
    "null-score": (put("score", 5, None), "warning", "score", 5, "not judged"),
    "unparsable-score": (as_text("score", 4, "oops"), "warning", "score", 4, "no finite number"),
    "unparsable-amount": (as_text("amount", 4, "free"), "warning", "amount", 4, "no finite number"),
    "constant-score": (lambda frame: frame.with_columns(score=0.25), "error", "score", N, "0.25"),
    "score-not-probability": (lambda frame: frame.with_columns(pl.col("score") * 100), "note", "score", None, "rank"),
    "score-ranks-wrong-way": (
        lambda frame: frame.with_columns((1 - pl.col("score")).alias("score")).drop("decision"),
        "error",
        "score",
        N,
        "wrong way round",
    ),
    "decision-against-score": (put("decision", 150, 1), "warning", "decision", None, "differ from the score"),
    "threshold-moved": (
        lambda frame: frame.with_columns(
            decision=(pl.col("score") >= pl.when(first(210)).then(0.5).otherwise(0.3)).cast(pl.Int64)
        ),
        "warning",
        "decision",
        None,
        "0.5 at first, 0.3 from 2024-01-10 on",
    ),
    "null-label": (put("label", 7, None), "warning", "label", 7, "never as negative"),
    "label-other-values": (
        lambda frame: frame.with_columns(
            label=pl.when(first(6))
            .then(pl.lit("pending"))
            .when(pl.col("label") == 1)
            .then(pl.lit("yes"))
            .otherwise(pl.lit("no"))
        ),
        "warning",
        "label",
        6,
        "'pending' (6)",
    ),
    "one-class": (lambda frame: frame.with_columns(label=1), "error", "label", N, "Every label is positive"),
    "unparsable-values": (as_text("scored_at", 4, "noon"), "warning", "scored_at", 4, "'noon'"),
    "empty-column": (lambda frame: frame.with_columns(void=pl.lit(None, dtype=pl.String)), "note", "void", N, "empty"),
    "constant-column": (lambda frame: frame.with_columns(site=pl.lit("here")), "note", "site", N, "'here'"),
    "too-many-values": (
        lambda frame: pl.concat([frame] * 6).with_columns(
            pl.int_range(pl.len()).alias("row_id"), pl.format("s{}", pl.int_range(pl.len()) // 2).alias("region")
        ),
        "warning",
        "region",
        None,
        "1,200 different values",
    ),
    "score-as-read": (put("score", 5, -1.0), "warning", "score", 5, "no answer"),
    "score-is-confidence": (
        lambda frame: (
            frame.rename({"score": "confidence"}).with_columns(pl.col("confidence") / 2 + 0.5).drop("decision")
        ),
        "warning",
        "confidence",
        N,
        "no value lies below one half",
    ),
    "label-is-prediction": (
        lambda frame: frame.with_columns(label=(pl.col("score") >= 0.5).cast(pl.Int64)).drop("decision"),
        "error",
        "label",
        N,
        "likely the prediction",
    ),
    "score-tells-nothing": (
        lambda frame: frame.with_columns(score=pl.col("score").shuffle(4)).drop("decision"),
        "warning",
        "score",
        N,
        "holds one half",
    ),
    "labels-hang-on-score": (
        lambda frame: frame.with_columns(label=pl.when(pl.col("score") >= 0.6).then("label")).drop("decision"),
        "warning",
        "label",
        None,
        "of 0.6",
    ),
    "decision-other-values": (
        lambda frame: frame.drop("score").with_columns(
            decision=pl.when(first(6)).then(pl.lit("refer")).otherwise(pl.col("decision").cast(pl.String))
        ),
        "warning",
        "decision",
        6,
        "'refer' (6)",
    ),
    "decision-third-value": (
        lambda frame: frame.drop("score").with_columns(
            decision=pl.when(first(6))
            .then(pl.lit("c"))
            .when(pl.col("decision") == 1)
            .then(pl.lit("z"))
            .otherwise(pl.lit("a"))
        ),
        "warning",
        "decision",
        6,
        "found 3 that count",
    ),
    "cut-of-score": (
        lambda frame: frame.drop("decision").with_columns(invited=pl.col("score") >= 0.7),
        "warning",
        "invited",
        N,
        "it may be what was decided",
    ),
    "cut-of-decision": (
        lambda frame: frame.rename({"score": "vigour"}).with_columns(decision=pl.col("vigour") >= 0.7),
        "warning",
        "vigour",
        N,
        "it may be the score",
    ),
    "decisions-alike": (
        lambda frame: frame.with_columns(decision=pl.lit(0)),
        "warning",
        "decision",
        None,
        "none of them is positive",
    ),
    "drawn-by-class": (
        lambda frame: frame.with_columns(weight=pl.when(pl.col("label") == 1).then(1).otherwise(50)),
        "warning",
        "weight",
        N,
        "drawn by class",
    ),
    "score-too-good": (
        lambda frame: frame.drop("decision").with_columns(
            score=(0.3 + 0.4 * pl.col("label") + np.random.default_rng(2).normal(0, 0.1, N)).clip(0, 1).round(6)
        ),
        "warning",
        "score",
        N,
        "known only after it",
    ),
    "label-copied": (
        lambda frame: frame.with_columns(result=pl.when(pl.col("label") == 1).then(pl.lit("a")).otherwise(pl.lit("b"))),
        "warning",
        "result",
        N,
        "under another name",
    ),
    "constant-in-version": (
        lambda frame: frame.with_columns(
            region=pl.when(pl.col("model_version") == "v2").then(pl.lit("south")).otherwise("region")
        ),
        "warning",
        "region",
        None,
        "version 'v2'",
    ),
    "no-label": (lambda frame: frame.drop("label", "decision"), "warning", None, N, "nothing can be judged"),
    "no-score": (lambda frame: frame.drop("score"), "note", "decision", None, "decisions and no score"),
}


READ: dict[str, Log] = {}
"""The log of each planted fault: two tests look at it, and it is read once."""


def faulty(desk: Desk, code: str) -> Log:
    if code not in READ:
        READ[code] = planted_log(desk, code)
    return READ[code]


def planted_log(desk: Desk, code: str) -> Log:
    planted = PLANTED[code][0](healthy())
    if code == "repaired":
        assert isinstance(planted, str)
        return desk.log(planted.encode("cp1252"))
    if code == "no-rows":
        return desk.log(planted, Mapping(score="score"))
    return desk.log(planted, segments=("region",)) if code == "too-many-values" else desk.log(planted)


def test_a_healthy_log_has_no_findings(desk: Desk) -> None:
    assert desk.log(healthy()).findings == ()
    assert desk.log(healthy().write_csv()).findings == ()


@pytest.mark.parametrize("code", PLANTED)
def test_planted_faults_are_found(desk: Desk, code: str) -> None:
    _, severity, column, rows, words = PLANTED[code]
    found = shown(faulty(desk, code))
    assert code in found, found.keys()
    finding = found[code]
    assert (finding.severity, finding.column) == (severity, column)
    assert words in finding.message
    if rows is not None:
        assert finding.rows == rows
    severities = [ORDER[entry.severity] for entry in found.values()]
    assert severities == sorted(severities)


EXPECTED_WITH = {
    "cut-of-decision": {"no-score"},
    "constant-score": {"decision-against-score", "constant-column"},
    "unparsable-score": {"null-score"},
    "score-not-probability": {"decision-against-score"},
    "score-ranks-wrong-way": set(),
    "decision-against-score": set(),
    "threshold-moved": {"decision-against-score"},
    "one-class": {"constant-column"},
    "score-as-read": {"null-score"},
    "decision-other-values": {"no-score", "null-score"},
    "decision-third-value": {"no-score", "score-tells-nothing"},
    "score-is-confidence": {"score-ranks-wrong-way"},
    "labels-hang-on-score": {"null-label"},
    "decisions-alike": {"constant-column"},
    "drawn-by-class": {"rows-that-stand-for-many"},
}


@pytest.mark.parametrize(
    "code", [code for code in PLANTED if code not in ("no-rows", "no-label", "no-score", "label-other-values")]
)
def test_planted_faults_bring_no_others(desk: Desk, code: str) -> None:
    assert set(shown(faulty(desk, code))) - {code} <= EXPECTED_WITH.get(code, set())


def test_a_threshold_of_each_version_is_said_and_people_who_overrule_are_none(desk: Desk) -> None:
    own = pl.when(pl.col("model_version") == "v1").then(0.6).otherwise(0.4)
    found = shown(desk.log(healthy().with_columns(decision=(pl.col("score") >= own).cast(pl.Int64))))
    assert "0.6 in 'v1', 0.4 in 'v2'" in found["threshold-moved"].message
    overruled = pl.when(pl.col("row_id") % 9 == 0).then(1 - pl.col("decision")).otherwise("decision")
    assert "threshold-moved" not in shown(desk.log(healthy().with_columns(decision=overruled)))


def test_the_same_id_of_two_model_versions_is_no_duplicate(desk: Desk) -> None:
    frame = healthy()
    shadow = frame.with_columns(model_version=pl.lit("v3"))
    assert "duplicate-ids" not in shown(desk.log(pl.concat([frame, shadow])))


def test_rows_of_a_chosen_unit_and_of_another_model_version_are_not_said(desk: Desk) -> None:
    frame = healthy().with_columns(patient=pl.int_range(N) + 10)
    both = pl.concat([frame, frame.with_columns(model_version=pl.lit("v3"))])
    assert "rows-of-one-unit" not in shown(desk.log(both))
    repeated = healthy().with_columns(patient=pl.int_range(N) // 3)
    assert "rows-of-one-unit" in shown(desk.log(repeated))
    assert "rows-of-one-unit" not in shown(desk.log(repeated, unit="patient"))


def test_a_score_near_one_half_is_not_called_wrong(desk: Desk) -> None:
    draw = np.random.default_rng(2)
    frame = healthy().with_columns(score=pl.Series(draw.random(N)), decision=pl.lit(None, dtype=pl.Int64))
    assert "score-ranks-wrong-way" not in shown(desk.log(frame))


@pytest.mark.parametrize(
    ("ids", "is_up", "n_repeated"),
    [
        ([1, 2, 3], True, 0),
        ([2, 1, 3], False, 0),
        ([1, 1, 2], False, 1),
        ([1, None, 2], False, 0),
        ([2, 1, 2], False, 1),
    ],
)
def test_ids_that_count_up_are_not_grouped(ids: list[int | None], is_up: bool, n_repeated: int) -> None:
    """The fast way says what the slow one does, and is taken where each id is above the one before."""
    log = SimpleNamespace(
        mapping=SimpleNamespace(row_id="id", model_version=None), column=lambda _: SimpleNamespace(sql_name="c0")
    )
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS log_file")
        connection.execute(
            "CREATE TABLE log_file.log AS SELECT unnest(?::BIGINT[]) AS c0, 1 AS label, unnest(range(?)) AS row_id",
            [ids, len(ids)],
        )
        evidence = Evidence(connection, log)
        assert is_counted_up(evidence) == is_up
        assert CHECKS["duplicate-ids"].count(evidence).n_duplicates == n_repeated
        assert are_unique(evidence) == (n_repeated == 0)


@pytest.mark.parametrize(
    ("ids", "is_unique", "is_bare"),
    [
        (["b", "a", "c", "d"], True, True),
        (["b", "a", "b", "a"], False, True),  # once for each model version
        (["b", "b", "c", "d"], False, True),
        (["b", "a", " c", "d"], True, False),
        (["b", "a", "c\t", "d"], True, False),
        (["b", None, "c", "d"], True, True),
    ],
)
def test_what_is_known_of_ids_is_kept(desk: Desk, ids: list[str | None], is_unique: bool, is_bare: bool) -> None:
    rows = {"id": ids * 30, "model": [*["v1"] * 2, *["v2"] * 2] * 30, "score": [0.1, 0.8, 0.3, 0.9] * 30}
    frame = pl.DataFrame(rows | {"label": [0, 1, 1, 0] * 30}).with_row_index("place")
    frame = frame.with_columns(id=pl.col("id") + pl.format("{}x", pl.col("place") // 4) + pl.col("id"))
    log = desk.log(frame.drop("place"), row_id="id", model_version="model", label="label", score="score")
    assert (log.ids_are_unique, log.ids_are_bare) == (is_unique, is_bare)


def test_a_header_alone_is_refused_for_its_rows_and_not_for_a_score(desk: Desk) -> None:
    with pytest.raises(InputError, match="Expected rows below the header, found none"):
        desk.log("id,score,label\n")


def test_what_to_do_about_a_threshold_that_moved_is_no_matter_of_the_data(desk: Desk) -> None:
    parts = PreflightParts(shown(faulty(desk, "threshold-moved"))["threshold-moved"], 0)
    said, whose = _BY_PARTS[PreflightParts](parts)
    assert said.startswith("Find out who moved the threshold") and whose == "system"


@pytest.mark.parametrize("is_of_one_value", [True, False])
def test_where_decisions_against_the_score_are_of_one_value_it_is_named(desk: Desk, is_of_one_value: bool) -> None:
    rng, n = np.random.default_rng(6), 1_200
    score, channel = rng.random(n).round(4), rng.choice(["branch", "web", "app"], n, p=[0.2, 0.5, 0.3])
    is_turned = rng.random(n) < (0.6 * (channel == "branch") if is_of_one_value else 0.1)
    frame = {"score": score, "channel": channel, "label": (rng.random(n) < score).astype(int)}
    frame["decision"] = ((score >= 0.5) ^ is_turned).astype(int)
    log = desk.log(pl.DataFrame(frame), score="score", label="label", decision="decision", segments=("channel",))
    said = shown(log)["decision-against-score"].message
    assert ("nearly all where 'channel' is 'branch'" in said) is is_of_one_value
