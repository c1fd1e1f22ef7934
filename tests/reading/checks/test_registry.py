"""Every check is one object that says everything of itself; whatever it lacks is named here."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl
import pytest

from analytics.log.mapping import Mapping
from analytics.log.receipt import CheckResult
from analytics.reading.checks import check, registry
from analytics.reading.checks.check import Evidence, LogCheck, Said
from analytics.reading.checks.registry import CHECKS
from tests import trees
from tests.ingested import Desk
from tests.reading.checks import test_contradictions, test_faults, test_findings

ROOT = Path(__file__).parents[3]
ROOM = ROOT / "analytics" / "reading" / "checks"
TABLE = "id,score,decision\n1,0.5,1\n2,0.25,0\n3,0.75,1\n4,0.125,0\n"


def with_labels(labels: str) -> Callable[[Desk], Sequence[CheckResult]]:
    """Attach labels to a log of four rows."""

    def planted(desk: Desk) -> Sequence[CheckResult]:
        return desk.build(desk.attach(desk.log(TABLE), labels, id_column="id")).findings

    return planted


def with_latest_labels(desk: Desk) -> Sequence[CheckResult]:
    log = desk.log("id,score,label,seen_at\n1,0.5,1,2024-01-01\n1,0.5,0,2024-01-02\n2,0.2,1,2024-01-02\n", row_id="id")
    return desk.remap(log, replace(log.mapping, latest_by="seen_at")).findings


def with_two_files(desk: Desk) -> Sequence[CheckResult]:
    first = desk.file(TABLE, "may.csv")
    (first.parent / "june.csv").write_text("id,score\n5,0.5\n")
    return desk.log(first.parent).findings


def under_another_name(desk: Desk) -> Sequence[CheckResult]:
    content = desk.frame(test_findings.healthy()).read_bytes()
    return desk.log(desk.file(content, "log.csv")).findings


def of_no_log(desk: Desk) -> Sequence[CheckResult]:
    return registry.find_before(desk.stage("name,city\nAda,Ulm\nBo,Bonn\n"))


def with_rankings(desk: Desk) -> Sequence[CheckResult]:
    rows = "".join(f"{query},{rank},{int(query == 2 and rank == 1)},{rank}\n" for query in (1, 2) for rank in (1, 2, 3))
    return desk.log(f"qid,rank,relevance,kind\n{rows},4,0,1\n").findings


def with_a_list(desk: Desk) -> Sequence[CheckResult]:
    rows = [(name, said, "[0.2, 0.5, 0.3]") for name, said in zip("abc" * 9, "bca" * 9, strict=True)]
    return desk.log(desk.csv(["label", "predicted_class", "p"], rows)).findings


def with_classes(said: str, true: str) -> Callable[[Desk], Sequence[CheckResult]]:
    """Build a log of predicted and true classes, a sign for each row."""

    def planted(desk: Desk) -> Sequence[CheckResult]:
        rows = [(one.strip("-"), other) for one, other in zip(said, true, strict=True)]
        return desk.log(desk.csv(["predicted", "actual"], rows)).findings

    return planted


PLANTED: dict[str, Callable[[Desk], Sequence[CheckResult]]] = {
    "nothing-relevant": with_rankings,
    "no-prediction": with_classes("abc-acbbca" * 9, "abcaabbbca" * 9),
    "several-answers": lambda desk: (
        desk.log(desk.csv(["predictions", "label"], [("a|b|c", "a"), ("b|c|a", "c")] * 9)).findings
    ),
    "nearly-equal": with_classes("1234523451" * 9, "1234534512" * 9),
    "no-query": with_rankings,
    "differs-within-query": with_rankings,
    "class-scores-order": with_a_list,
    "no-score-or-decision": of_no_log,
    "footer": lambda desk: desk.log(TABLE + "\nTotal rows: 4,,\n").findings,
    "columns-differ": with_two_files,
    "content-not-name": under_another_name,
    "latest-label": with_latest_labels,
    "rows-that-stand-for-many": lambda desk: (
        desk.log("id,score,label,sampling_fraction\n1,0.5,1,1\n2,0.2,0,0.02\n3,0.7,1,1\n").findings
    ),
    "label-of-times": lambda desk: (
        desk.log("id,score,churned_at\n1,0.5,2024-02-01\n2,0.2,\n3,0.7,9999-12-31\n", label="churned_at").findings
    ),
    "may-turn": lambda desk: (
        desk.log(
            "at,score,label,closed_on\n2024-01-01,0.5,1,2024-02-01\n2024-01-02,0.2,0,\n2024-01-03,0.7,1,2024-02-09\n",
            time="at",
            label_time="closed_on",
        ).findings
    ),
    "no-weight": lambda desk: (
        desk.log("id,score,label,w\n1,0.5,1,1\n2,0.2,0,0\n3,0.7,1,\n4,0.1,0,-2\n", weight="w").findings
    ),
    "fields-contradict": lambda desk: test_contradictions.contradictions(desk, test_contradictions.broken()),
    "labels-joined": with_labels("id,label\n1,1\n2,0\n3,1\n4,0\n"),
    "labels-contradict": with_labels("id,label,seen_at\n1,1,2024-03-01\n1,0,2024-03-01\n2,1,2024-01-01\n"),
    "labels-by-order": with_labels("id,label\n1,1\n1,0\n2,1\n"),
    "labels-without-rows": with_labels("id,label\n1,1\n2,0\n9,1\n"),
    "rows-without-labels": with_labels("id,label\n1,1\n2,0\n"),
}
"""Faults that one file cannot have, or a log cannot show; the others are planted in the modules beside this one."""


@pytest.mark.parametrize("code", PLANTED)
def test_what_is_planted_is_found(desk: Desk, code: str) -> None:
    found = {finding.code: finding for finding in PLANTED[code](desk)}
    assert code in found, list(found)
    assert found[code].severity in CHECKS[code].severities
    assert found[code].message


def test_every_check_is_planted_and_whatever_is_planted_has_a_check() -> None:
    planted = {*PLANTED, *test_faults.PLANTED, *test_findings.PLANTED}
    assert not CHECKS.keys() - planted, (
        f"no test plants a fault for {sorted(CHECKS.keys() - planted)}: add it to PLANTED"
    )
    assert not planted - CHECKS.keys(), f"no check is registered for {sorted(planted - CHECKS.keys())}"


@pytest.mark.parametrize("code", CHECKS)
def test_a_check_says_what_it_is(code: str) -> None:
    one = CHECKS[code]
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code), f"{code!r} is no code"
    assert one.meaning.strip() and one.meaning == one.meaning.strip().rstrip("."), f"{code} lacks a meaning"
    assert one.severities and set(one.severities) <= set(registry.ORDER), f"{code} lacks a severity"


def calls_in(path: Path) -> list[tuple[str, dict[str, str]]]:
    """What a module calls, with the named arguments as they are written."""
    nodes = (node for node in trees.nodes_of(path) if isinstance(node, ast.Call))
    return [
        (ast.unparse(node.func).rpartition(".")[2], {word.arg or "": ast.unparse(word.value) for word in node.keywords})
        for node in nodes
    ]


def test_every_check_that_is_written_is_registered() -> None:
    kinds = {"ReadingCheck", "LogCheck", "ColumnCheck", "CountingCheck"}
    assert kinds == {
        name for name, kind in vars(check).items() if isinstance(kind, type) and check.Check in kind.__mro__[1:]
    }
    for path in ROOM.glob("*.py"):
        written = {ast.literal_eval(words["code"]) for name, words in calls_in(path) if name in kinds}
        lacking = written - CHECKS.keys()
        assert not lacking, (
            f"{path.name} writes {sorted(lacking)}, which the registry lacks: add the module's CHECKS to it"
        )


def test_nothing_but_a_check_makes_a_result_of_one() -> None:
    written = [path for room in ("analytics", "pages") for path in (ROOT / room).rglob("*.py")]
    makers = {
        path for path in written if "CheckResult(" in path.read_text("utf-8") and "CheckResult" in dict(calls_in(path))
    }
    assert makers == {ROOM / "check.py", ROOT / "analytics" / "log" / "schema.py"}


def test_two_checks_of_one_code_are_refused() -> None:
    with pytest.raises(ValueError, match="Expected one check of the code 'no-rows', found two"):
        registry._by_code([CHECKS["no-rows"], CHECKS["no-rows"]])


def test_a_check_speaks_with_its_own_severities_only(desk: Desk) -> None:
    log = desk.log(TABLE)
    evidence = Evidence(duckdb.connect(), log)
    loud = LogCheck(
        code="loud", severities=("note",), meaning="", say=lambda _: [Said(None, None, "", severity="error")]
    )
    with pytest.raises(ValueError, match="from the check 'loud', found 'error'"):
        list(loud.find(evidence))


def test_what_checks_share_is_counted_once(desk: Desk) -> None:
    evidence = Evidence(duckdb.connect(), desk.log(TABLE))
    counted = []

    def count(_: Evidence) -> int:
        counted.append(1)
        return len(counted)

    assert [evidence.once(count), evidence.once(count)] == [1, 1]


def test_of_findings_that_are_equally_grave_the_earlier_column_comes_first(desk: Desk) -> None:
    frame = pl.read_csv(TABLE.encode()).with_columns(
        c=pl.lit("x"), d=pl.lit(None, dtype=pl.String), e=pl.lit("y"), f=pl.lit(None, dtype=pl.String)
    )
    found = desk.log(frame, Mapping(score="score")).findings
    assert [(finding.code, finding.column) for finding in found if finding.severity == "note"] == [
        ("constant-column", "c"),
        ("empty-column", "d"),
        ("constant-column", "e"),
        ("empty-column", "f"),
    ]
