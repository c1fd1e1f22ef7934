"""The one door to Spark: a session, the table that a name means, and answers or one sentence why there is none."""

from __future__ import annotations

import os
import socket
import threading
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import narwhals.stable.v2 as nw
import polars as pl

from analytics.errors import StoreError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_PREFIX = "spark:"
"""What the name of a log begins with that stays where Spark reads it."""

_SETTING = "SLICEWISE_SPARK"
_DEFAULT = "local[*]"
_CONNECT_SECONDS = 5
"""Seconds in which a server has to take a connection: Spark itself tries for ten minutes. A judgement."""

_MAX_SECONDS = 600
"""Seconds after which the jobs of a question are stopped: a cluster that starts machines needs some of them. A judgement."""

_MAX_REASON = 300
"""Characters of Spark's own words that are shown. A judgement."""

_READERS = {".csv": "csv", ".json": "json", ".jsonl": "json", ".ndjson": "json", ".orc": "orc"}
"""By the end of a path how Spark reads it; anything else is Parquet."""

_Answer = TypeVar("_Answer")


def is_in_spark(name: str) -> bool:
    """Whether the name of a log means one that Spark reads.

    >>> is_in_spark("spark:/data/flights"), is_in_spark("flights.parquet")
    (True, False)
    """
    return name.startswith(_PREFIX)


def where() -> str:
    """Return the address of Spark: that of the setting, else this machine."""
    return os.environ.get(_SETTING, "").strip() or _DEFAULT


def started() -> SparkSession:
    """Return the session, begun where there is none.

    Raises
    ------
    StoreError
        If Spark is not there.
    """
    with _told():
        return _session(where())


def table(name: str) -> DataFrame:
    """Return the table or the files that a name means: a path has a slash, a table has none.

    Raises
    ------
    StoreError
        If Spark is not there, or finds no such table.
    """
    with _told():
        session, place = _session(where()), name.removeprefix(_PREFIX)
        if "/" not in place or "`" in place:
            return session.table(place)
        ending = place.rstrip("/")[place.rstrip("/").rfind(".") :].lower()
        reader = session.read
        if _READERS.get(ending) == "csv":
            return reader.option("header", True).option("inferSchema", True).csv(place)
        return reader.format(_READERS.get(ending, "parquet")).load(place)


def run(ask: Callable[[], _Answer]) -> _Answer:
    """Ask Spark, and stop its jobs where they take longer than `_MAX_SECONDS`.

    Raises
    ------
    StoreError
        If Spark is gone, refuses or was stopped.
    """
    with _told():
        session, tag = _session(where()), f"slicewise-{uuid.uuid4().hex}"
        is_late = threading.Event()

        def stop() -> None:
            is_late.set()
            session.interruptTag(tag)

        timer = threading.Timer(_MAX_SECONDS, stop)
        session.addTag(tag)
        timer.start()
        try:
            return ask()
        except Exception as error:
            if is_late.is_set():
                raise StoreError(_refused(f"its jobs took longer than {_MAX_SECONDS} seconds"), code="spark") from error
            raise
        finally:
            timer.cancel()
            session.removeTag(tag)


def collected(relation: nw.LazyFrame[Any]) -> pl.DataFrame:
    """Run a relation over rows of Spark and return its rows, with times as they are in UTC."""
    frame: pl.DataFrame = run(lambda: relation.collect("polars").to_native())
    return frame.with_columns(pl.selectors.datetime().cast(pl.Datetime("us")))


@cache
def _session(address: str) -> SparkSession:
    """Start a session on this machine, or meet the server at an address."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise StoreError(
            f"Expected the package pyspark to read a log that begins with {_PREFIX}, found none. "
            "Install it: uv sync --extra spark.",
            code="spark",
        ) from error
    require_server(address)
    builder = SparkSession.Builder()
    if address.startswith("sc://"):
        session: SparkSession = builder.remote(address).create()
    else:
        quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
        if address.startswith("local"):
            quiet["spark.sql.shuffle.partitions"] = str(os.cpu_count() or 1)
        for name, value in quiet.items():
            builder = builder.config(name, value)
        session = builder.master(address).appName("slicewise").getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
    session.conf.set("spark.sql.session.timeZone", "UTC")
    return session


def require_server(address: str) -> None:
    """Raise `StoreError` where nothing takes a connection at an address of the network."""
    parts = urlsplit(address)
    if parts.scheme not in ("sc", "spark") or parts.hostname is None:
        return
    try:
        port = parts.port or (15002 if parts.scheme == "sc" else 7077)
        socket.create_connection((parts.hostname, port), timeout=_CONNECT_SECONDS).close()
    except OSError as error:
        raise StoreError(_refused(error.strerror or str(error)), code="spark") from error


@contextmanager
def _told() -> Iterator[None]:
    """Turn what Spark raises into one sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of pandas, which Spark has and nothing here uses
            yield
    except StoreError:
        raise
    except Exception as error:
        if not _is_of_spark(error):
            raise
        _session.cache_clear()
        raise StoreError(_refused(_reason(error)), code="spark") from error


def _is_of_spark(error: Exception) -> bool:
    """Whether Spark, or the way to it, raised an error."""
    packages = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    return bool(packages & {"pyspark", "py4j", "grpc"}) or isinstance(error, ConnectionError)


def _reason(error: Any) -> str:
    """Return the first sentence of what Spark says."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:_MAX_REASON] if lines else type(error).__name__


def _refused(reason: str) -> str:
    """Say that Spark gives no answer, and why."""
    return (
        f"Expected an answer of Spark at {where()}, found none: {reason.rstrip('.')}. "
        f"Check that it runs and reads the log, or set {_SETTING} to another."
    )
