"""``check``: exit status, JUnit XML, JSON and Markdown, whatever names hold."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.answers.test_gates import made
from tests.commands.test_command_line import run
from tests.ingested import Desk

HOSTILE = "</failure>]]>&<script>|`x`[a](http://b)\\u0000\\u202e\\n=cmd"


@pytest.fixture
def log(desk: Desk) -> Path:
    return desk.frame(made())


@pytest.mark.parametrize(
    ("gate", "more", "status"),
    [
        ('metric="accuracy"\nlimit=0.8', (), 0),
        ('metric="accuracy"\nlimit=0.95', (), 3),
        ('metric="accuracy"\nlimit=0.9', (), 4),
        ('metric="accuracy"\nlimit=0.9', ("--inconclusive", "pass"), 0),
        ('metric="accuracy"\nlimit=0.9', ("--inconclusive", "fail"), 3),
        ('missing="gone"\nmax=0.1', (), 2),
        ('metric="accurate"\nlimit=0.9', (), 2),
    ],
)
def test_the_exit_status_says_it(desk: Desk, log: Path, gate: str, more: tuple[str, ...], status: int) -> None:
    found = run("check", desk.file(f"[[gate]]\n{gate}\n", "gates.toml"), log, *more)
    assert found.exit_code == status, found.output
    first = {0: "It may go on", 3: "Stop", 4: "Nobody can tell yet"}.get(status, "")
    assert found.stderr.startswith(first)


def test_what_is_written_is_the_same_twice_and_harmless(desk: Desk, log: Path) -> None:
    text = (
        f'name="{HOSTILE}"\nlog="{log}"\n[[gate]]\nname="{HOSTILE}"\nmetric="accuracy"\nlimit=0.95\n[[gate]]\nmetric="accuracy"\nlimit=0.9\n'
        f'[[gate]]\nname="m"\nmissing="{HOSTILE}"\nmax=0.1\n[[gate]]\nmetric="recall"\nlimit=0.5\n'
    )
    file = desk.file(text, "gates.toml")
    written = []
    for turn in (1, 2):
        junit, verdict = desk.folder / f"{turn}.xml", desk.folder / f"{turn}.json"
        assert run("check", file, "--junit", junit, "--out", verdict).exit_code == 3
        written.append((junit.read_bytes(), verdict.read_bytes()))
    assert written[0] == written[1]
    suite = ElementTree.fromstring(written[0][0])
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    verdict = json.loads(written[0][1])
    assert verdict["outcome"] == "fail"
    assert [gate["outcome"] for gate in verdict["gates"]] == ["fail", "inconclusive", "not checked", "pass"]
    assert verdict["gates"][1]["rows_needed"] > 0
    said = run("check", file, "--format", "markdown").stdout
    rows = [line for line in said.splitlines() if line.startswith("|")]
    assert len(rows) == 6
    assert all(row.replace("\\|", "").count("|") == 4 for row in rows)
    assert not any(
        mark in said.replace("\\<", "").replace("\\`", "").replace("\\[", "")
        for mark in ("<script", "`", "[a]", "\u202e")
    )


def test_a_draft_passes_its_own_log(desk: Desk, log: Path) -> None:
    place = desk.folder / "draft.toml"
    assert run("check", log, "--draft", "--out", place).exit_code == 0
    found = run("check", place, log)
    assert found.exit_code == 0
    assert found.stderr.startswith("It may go on: all ")
