"""Values that stand behind their names, line by line, and what Weka prints: rows and columns as if they were a table."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from analytics.reading.formats import stanzas, weka
from tests.ingested import Desk

RNG = random.Random(4)
ROWS = [(f"k{at}", round(RNG.random(), 3), RNG.randrange(2)) for at in range(60)]

BLOCKS: dict[str, Callable[[int, str, float, int], str]] = {
    "lists of PowerShell": lambda at, id_, score, label: f"CaseId : {id_}\nScore  : {score}\nLabel  : {label}\n\n",
    "rules between": lambda at, id_, score, label: f"CaseId: {id_}\nScore: {score}\nLabel: {label}\n---\n",
    "nothing between": lambda at, id_, score, label: f"CaseId={id_}\nScore={score}\nLabel={label}\n",
    "psql": lambda at, id_, score, label: f"-[ RECORD {at} ]----\nCaseId | {id_}\nScore  | {score}\nLabel  | {label}\n",
    "mysql": lambda at, id_, score, label: (
        f"*************************** {at}. row ***************************\n"
        f"CaseId: {id_}\n Score: {score}\n Label: {label}\n"
    ),
    "a note over two lines": lambda at, id_, score, label: (
        f"CaseId: {id_}\nScore: {score}\nNote: one\n  and more\nLabel: {label}\n\n"
        if at % 5 == 1
        else f"CaseId: {id_}\nScore: {score}\nNote:\nLabel: {label}\n\n"
    ),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_each_block_is_a_row(desk: Desk, name: str) -> None:
    content = "".join(BLOCKS[name](at, *row) for at, row in enumerate(ROWS))
    reading = desk.read(content)
    assert reading.rows_kept == len(ROWS)
    assert [column for column in reading.names if column != "Note"] == ["CaseId", "Score", "Label"]
    assert (reading.column("Score").type, reading.column("Label").type) == ("DOUBLE", "BIGINT")
    assert "behind its name" in " ".join(reading.repairs)


@pytest.mark.parametrize(
    "content",
    [
        "score,label\n" + "0.5,1\n" * 20,
        "note\n" + "why: because\n" * 20,
        "score: 0.5, label: 1\n" * 20,
        "10:00:01 start\n10:00:02 end\n" * 20,
        "a: 1\nb: 2\n",
        "{\n" + '"score": 0.5,\n"label": 1,\n' * 20 + "}",
    ],
)
def test_other_texts_are_no_blocks(content: str) -> None:
    assert not stanzas.is_stanzas(content)


def printed(kind: str, sep: str) -> str:
    lines = ["=== Predictions on test data ===", "", sep.join(("inst#", "actual", "predicted", "error", kind))]
    for at, (_, score, label) in enumerate(ROWS, 1):
        said = int(score >= 0.5)
        chance = max(score, round(1 - score, 3))
        both = f"{'' if said else '*'}{1 - score:.3f},{'*' if said else ''}{score:.3f}"
        cells = [str(at), ("1:no", "2:yes")[label], ("1:no", "2:yes")[said], "+" if said != label else ""]
        lines.append(sep.join([*cells, both if kind == "distribution" else f"{chance:.3f}"]))
    return "\n".join([*lines, ""])


@pytest.mark.parametrize("kind", ["prediction", "distribution"])
@pytest.mark.parametrize("sep", [",", "     "])
def test_predictions_that_weka_prints_are_judged(desk: Desk, kind: str, sep: str) -> None:
    log = desk.log(desk.file(printed(kind, sep), "out.txt"))
    stored = desk.stored(log)
    assert stored["label"].to_list() == [label for *_, label in ROWS]
    assert stored["score"].to_list() == pytest.approx([score for _, score, _ in ROWS], abs=1e-9)


def test_long_lines_cost_no_more_than_they_are_long() -> None:
    start = time.process_time()
    for line in (
        "a" + " " * 200_000 + "x",
        "a:" + " " * 200_000 + "x",
        "-" * 200_000 + "x",
        "1 1:a" + " " * 200_000 + "x",
    ):
        assert not stanzas.is_stanzas("\n".join([line] * 8))
        assert not weka.is_weka(line)
    assert time.process_time() - start < 5
