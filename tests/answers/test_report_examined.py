"""Which columns a report looks through on a wide log, and that the others are named."""

from __future__ import annotations

from dataclasses import replace

from analytics.answers.report.asking import ReportAsking
from analytics.answers.report.examined import MAX_EXAMINED, examined, unexamined
from analytics.log.column import Column
from analytics.log.schema import Log
from analytics.present.report.examined import examined_sheet, examined_words
from analytics.query.discovery.properties import properties
from tests.present.made import make_question

NAMES = tuple(f"c{place}" for place in range(MAX_EXAMINED + 5))


def wide() -> Log:
    log = make_question().log
    columns = tuple(Column(place, name, "VARCHAR", "text") for place, name in enumerate((*NAMES, "score")))
    mapping = replace(log.mapping, segments=NAMES)
    return replace(log, mapping=mapping, reading=replace(log.reading, columns=columns))


def test_the_columns_that_separate_most_and_those_that_were_named_are_looked_through() -> None:
    log, ranked = wide(), tuple(reversed(NAMES))
    found = examined(log, ranked, (("c0",), ("c1", "c2")))
    assert found == ("c0", "c1", "c2", *ranked[: MAX_EXAMINED - 3])
    asking = ReportAsking(replace(make_question(), log=log), "error_rate", examined=found)
    left_out = unexamined(log, found)
    assert set(left_out) == set(NAMES) - set(found) and len(left_out) == 5
    assert f"Of {len(NAMES)} segment columns the {MAX_EXAMINED}" in examined_words(asking)
    sheet = examined_sheet(asking)
    assert sheet is not None and sheet.frame.to_series(0).to_list() == list(left_out)
    assert {each.column for each in properties(log, None, found)} - {None} == set(found)


def test_a_narrow_log_is_looked_through_as_a_whole() -> None:
    log = make_question().log
    assert examined(log, ["carrier"]) == () and unexamined(log, ()) == ()
    asking = ReportAsking(make_question(), "error_rate")
    assert examined_words(asking) == "" and examined_sheet(asking) is None
