"""XML of records: the element that repeats with the most fields is a row, and a document type is never read."""

from __future__ import annotations

import pytest

from analytics.errors import InputError
from tests.ingested import Desk

N = 30
SCORES = [(row + 1) / (N + 2) for row in range(N)]


def rows(shape: str) -> str:
    return "".join(shape.format(id=f"a{row}", score=SCORES[row], label=row % 2) for row in range(N))


SHAPES = {
    "elements": '<?xml version="1.0" encoding="ISO-8859-1"?>\n<log>'
    + rows("<r><id>{id}</id><score>{score}</score><label>{label}</label></r>\n")
    + "</log>",
    "attributes without a declaration": "<log>" + rows('<r id="{id}" score="{score}" label="{label}"/>') + "</log>\n",
    "fields by name": "<resultset>"
    + rows(
        '<row><field name="id">{id}</field><field name="score">{score}</field><field name="label">{label}</field></row>'
    )
    + "</resultset>",
    "inside of others, with a head": '<e:x xmlns:e="urn:x"><e:head><e:n>3</e:n><e:of>now</e:of></e:head><e:body>'
    + rows("<e:case><e:who><e:id>{id}</e:id></e:who><e:score> {score} </e:score><e:label>{label}</e:label></e:case>")
    + "</e:body></e:x>",
    "groups, each with its rows": "<log>"
    + rows('<day of="1"><r id="{id}" score="{score}" label="{label}"/><r id="" score="" label=""/></day>')
    + "</log>",
    "one document after another": rows("<r><id>{id}</id><score>{score}</score><label>{label}</label></r>\n"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_records_are_rows(desk: Desk, shape: str) -> None:
    reading = desk.read(desk.file(SHAPES[shape], "log.xml"))
    assert reading.file_format == "xml" and [*reading.names] == ["id", "score", "label"]
    score = reading.column("score")
    assert (score.n_distinct, float(score.low or 0), float(score.high or 0)) == (N, SCORES[0], SCORES[-1])
    assert dict(reading.column("label").top) == {"0": N // 2, "1": N // 2}


def test_a_field_that_is_not_there_is_missing_and_one_that_repeats_is_joined(desk: Desk) -> None:
    content = "<log>" + "<r><id>1</id><tag>a</tag><tag>b</tag></r><r><id>2</id><score>0.5</score></r>" * 20 + "</log>"
    reading = desk.read(desk.file(content, "log.txt"))
    assert reading.column("score").n_missing == 20
    assert reading.column("tag").top == (("a; b", 20),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha">]><r><x><y>&a;</y></x></r>', "document type"),
        ('<?xml version="1.0"?><r>' + " " * 300_000 + "<!DOCTYPE r []><x/></r>", "line 1"),
        ('<?xml version="1.0"?><r><x><y>&a;</y><z>1</z></x></r>', "undefined entity"),
        ("<r><x><y>1</y><z>1</z></x><x><y>1</y></r>", "mismatched tag"),
        ("<r><x>1</x><x>2</x></r>", "no element repeats"),
        ("<a>" * 100 + "</a>" * 100, "deep"),
    ],
)
def test_what_is_refused(desk: Desk, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        desk.read(desk.file(content, "log.xml"))
