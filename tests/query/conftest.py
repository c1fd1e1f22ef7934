"""One session of Spark on this machine for all tests; without Java they are skipped, unless a variable requires them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from analytics.query import kept, spark_session


@pytest.fixture(autouse=True)
def asked_of_duckdb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask DuckDB whatever the size of a log: Polars, which answers about small ones, is the oracle here."""
    monkeypatch.setattr(kept, "_MAX_HELD_CELLS", 0)


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    if (shutil.which("java") is None and not os.environ.get("JAVA_HOME")) or not has_package():
        if os.environ.get("SLICEWISE_REQUIRE_SPARK"):
            pytest.fail("Expected Java and pyspark, as SLICEWISE_REQUIRE_SPARK is set, found none. Install them.")
        pytest.skip("Java or pyspark is missing")
    patch = pytest.MonkeyPatch()
    patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    patch.setenv(
        "JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    )  # small frames end before code is optimised
    patch.setenv("SLICEWISE_SPARK", "local[1]")
    found = spark_session.started()
    for setting in ("codegen.wholeStage", "adaptive.enabled"):
        found.conf.set(f"spark.sql.{setting}", "false")
    found.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
    found.conf.set("spark.sql.shuffle.partitions", "1")
    yield found
    found.stop()
    patch.undo()


def has_package() -> bool:
    try:
        import pyspark  # noqa: F401
    except ImportError:
        return False
    return True
