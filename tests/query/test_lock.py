"""The engine's connection reads the workspace's logs and nothing else, whatever statement reached it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import narwhals.stable.v2 as nw
import pytest

from analytics.errors import QuestionError
from analytics.query.cohort import Clause, Cohort
from analytics.query.engine import Engine
from analytics.query.lock import MAX_EXECUTION_MS
from tests.ingested import Desk

SECRET = "a secret of the server"
STATEMENTS = (
    "FROM read_csv('{outside}')",
    "FROM read_csv('/etc/passwd', delim = ':')",
    "FROM '/etc/passwd'",
    "FROM read_text('/etc/passwd')",
    "FROM read_blob('{outside}')",
    "FROM read_text('{outside}')",
    "FROM read_json('{outside}')",
    "FROM read_parquet('{outside}')",
    "FROM glob('/etc/*')",
    "FROM glob('{outside_folder}/*')",
    "FROM sniff_csv('{outside}')",
    "FROM read_text('{logs}/../../outside/secret.csv')",
    "FROM read_text('{logs}/side/../../../outside/secret.csv')",
    "FROM read_text('{logs}/link.csv')",
    "FROM read_text('{logs}/linked/secret.csv')",
    "FROM read_csv('file://{outside}')",
    "ATTACH '{outside_folder}/other.duckdb' AS other",
    "ATTACH '{outside_folder}/other.duckdb' AS other (READ_ONLY)",
    "ATTACH '{logs}/../../outside/other.duckdb' AS other",
    "ATTACH 'https://example.com/x.duckdb' AS other",
    "COPY (SELECT 1) TO '{outside_folder}/written.csv'",
    "COPY (SELECT 1) TO '{logs}/../../outside/written.csv'",
    "EXPORT DATABASE '{outside_folder}/export'",
    "IMPORT DATABASE '{outside_folder}'",
    "INSTALL httpfs",
    "INSTALL httpfs FROM community",
    "LOAD httpfs",
    "LOAD '{outside_folder}/evil.duckdb_extension'",
    "FROM read_csv('https://example.com/x.csv')",
    "FROM read_parquet('s3://bucket/x.parquet')",
    "FROM read_text('http://169.254.169.254/latest/meta-data')",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "SET lock_configuration = false",
    "SET memory_limit = '100GB'",
    "SET temp_directory = '{outside_folder}'",
    "SET python_enable_replacements = true",
    "RESET enable_external_access",
    "PRAGMA enable_external_access = true",
    "PRAGMA memory_limit = '100GB'",
    "SET GLOBAL allow_community_extensions = true",
    "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
    "FROM a_python_variable",
    "SELECT * FROM a_python_list",
    "SELECT getenv('HOME')",
    "SELECT shell('id')",
    "CREATE TABLE {log}.other AS SELECT 1 AS a",
    "DELETE FROM {log}.log",
    "UPDATE {log}.log SET label = 1",
    "DROP TABLE {log}.log",
    "ALTER TABLE {log}.log ADD COLUMN x INTEGER",
    "FROM 'file:{outside}'",
    "FROM '{outside_folder}/*.csv'",
    "FROM read_text(['{outside}'])",
    "FROM read_json_objects('{outside}')",
    "FROM read_ndjson('{outside}')",
    "FROM parquet_metadata('{outside}')",
    "FROM parquet_schema('{outside}')",
    "FROM read_text('{logs}/./../../outside/secret.csv')",
    "FROM read_text('{logs}//../../outside/secret.csv')",
    "FROM read_blob('/proc/self/environ')",
    "FROM read_text('/proc/self/cwd/README.md')",
    "FROM read_text('../secret.csv')",
    "FROM read_text('~/.bashrc')",
    "FROM read_csv('/dev/stdin')",
    "COPY {log}.log TO '{outside_folder}/written.parquet'",
    "COPY {log}.log FROM '{outside}'",
    "COPY (SELECT 1) TO '/dev/stdout'",
    "ATTACH ':memory:' AS m; EXPORT DATABASE m TO '{outside_folder}/m'",
    "ATTACH 'ducklake:{outside}' AS lake",
    "ATTACH 'postgres:host=127.0.0.1' AS pg (TYPE postgres)",
    "ATTACH '{outside_folder}/other.sqlite' AS s (TYPE sqlite)",
    "INSTALL '{outside_folder}/evil.duckdb_extension'",
    "FORCE INSTALL httpfs FROM 'http://127.0.0.1:9'",
    "UPDATE EXTENSIONS",
    "SET extension_directory = '{outside_folder}'",
    "SET secret_directory = '{outside_folder}'",
    "SET home_directory = '{outside_folder}'",
    "SET allowed_paths = ['{outside}']",
    "SET log_query_path = '{outside_folder}/log'",
    "SET GLOBAL max_execution_time = 0",
    "SET threads = 1000",
    "SET allow_unsigned_extensions = true",
    "PRAGMA enable_profiling = 'json'",
    "PRAGMA profiling_output = '{outside_folder}/profile'",
    "SET profiling_output = '{outside_folder}/profile'",
    "CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET 'y')",
    "CALL enable_logging(storage = 'file', storage_config = {{'path': '{outside_folder}/log'}})",
    "USE {log}; CREATE TABLE x AS SELECT 1",
    "FROM query('FROM read_text(''{outside}'')')",
    "FROM query_table('{outside}')",
)


@pytest.fixture
def engine(desk: Desk) -> Iterator[Engine]:
    made = Engine(desk.workspace)
    yield made
    made.close()


@pytest.fixture
def places(desk: Desk, engine: Engine) -> dict[str, str]:
    """A secret outside of the workspace, and links to it from inside."""
    outside = desk.workspace.home.parent / "outside"
    outside.mkdir(exist_ok=True)
    (outside / "secret.csv").write_text(f"a\n{SECRET}\n")
    duckdb.connect(str(outside / "other.duckdb")).close()
    (desk.workspace.logs / "link.csv").symlink_to(outside / "secret.csv")
    (desk.workspace.logs / "linked").symlink_to(outside, target_is_directory=True)
    log = desk.log("score,label\n0.1,0\n0.9,1\n")
    engine.row_counts(log, Cohort((), ("tp",)), 0.5)
    return {
        "outside": str(outside / "secret.csv"),
        "outside_folder": str(outside),
        "logs": str(desk.workspace.logs),
        "log": f"log_0_{log.log_id}.main",
    }


def test_every_probe_is_refused(engine: Engine, places: dict[str, str], tmp_path: Path) -> None:
    a_python_variable = duckdb.connect().sql("SELECT 1 AS a")
    a_python_list = [1, 2]
    assert a_python_variable is not None and a_python_list
    answered = []
    for statement in STATEMENTS:
        try:
            found = engine._connection.cursor().execute(statement.format(**places)).fetchall()
        except duckdb.Error:
            continue
        answered.append((statement, found[:1]))
    assert answered == []
    assert sorted(path.name for path in Path(places["outside_folder"]).iterdir()) == ["other.duckdb", "secret.csv"]


def test_a_filter_is_a_value_whatever_it_says(desk: Desk, engine: Engine, places: dict[str, str]) -> None:
    """Every probe as what somebody types into a filter, plain and as a way out of quotes; one row holds it, and only that is found."""
    probes = [statement.format(**places) for statement in STATEMENTS]
    typed = sorted(
        {
            f"{before}{probe}{after}"
            for probe in probes
            for before, after in (("", ""), ("' OR 1=1; ", " --"), ('" ) ', ";"))
        }
    )
    log = desk.log(
        desk.csv(["score", "label", "said"], [[0.5, place % 2, text] for place, text in enumerate(typed)]),
        segments=("said",),
    )
    for text in typed:
        assert engine.row_counts(log, Cohort((Clause("said", "in", (text,)),)), 0.5)[0] == 1
        asked = Cohort.from_text(Cohort((Clause("said", "not-in", (text,)),)).to_text())
        assert engine.row_counts(log, asked, 0.5)[0] == len(typed) - 1
    for text in probes:
        assert 1 <= engine.row_counts(log, Cohort((Clause("said", "contains", (text,)),)), 0.5)[0] < len(typed)
        with pytest.raises(QuestionError):
            engine.row_counts(log, Cohort((Clause(text, "in", ("x",)),)), 0.5)
        with pytest.raises(QuestionError):
            engine.score_table(log, Cohort(), 0.5, [text])
    assert sorted(path.name for path in Path(places["outside_folder"]).iterdir()) == ["other.duckdb", "secret.csv"]


def test_there_are_more_than_the_thirty_five_probes_and_no_secrets(engine: Engine) -> None:
    assert len(set(STATEMENTS)) >= 35
    assert engine._connection.cursor().execute("SELECT * FROM duckdb_secrets()").fetchall() == []


def test_settings_are_those_of_the_design(engine: Engine, desk: Desk) -> None:
    settings = engine.settings()
    expected = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "python_enable_replacements": "false",
        "allow_persistent_secrets": "false",
        "enable_external_access": "false",
        "lock_configuration": "true",
        "TimeZone": "UTC",
        "perfect_ht_threshold": "18",
    }
    assert {name: settings[name] for name in expected} == expected
    spill = Path(settings["temp_directory"])
    assert spill.parent == desk.workspace.scratch and spill.stat().st_mode & 0o777 == 0o700
    assert str(desk.workspace.logs) in settings["allowed_directories"]
    assert int(settings["max_execution_time"]) == MAX_EXECUTION_MS


def test_what_runs_away_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.query.lock.MAX_EXECUTION_MS", 100)
    engine = Engine(desk.workspace)
    endless = engine._connection.cursor().sql("SELECT count(*) AS n FROM range(100000000) a, range(100000000) b")
    with pytest.raises(QuestionError, match="was stopped"):
        engine.collect(nw.from_native(endless))
    engine.close()
