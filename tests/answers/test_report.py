"""A view of a report: written, read back from anyone's file, asked of another export; and the change since the last pack."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from analytics.answers.brief.answer import composed
from analytics.answers.brief.finding import Finding, SliceParts
from analytics.answers.brief.registry import SOURCES
from analytics.answers.brief.size import Size
from analytics.answers.report.again import asked_again, differences, sketches
from analytics.answers.report.asking import ReportAsking
from analytics.answers.report.view import View, view_from, view_of
from analytics.errors import QuestionError
from analytics.measure.thresholds.costs import Costs
from analytics.measure.thresholds.policy import Policy
from analytics.present.report.first import change_words, first_page, headline_of
from tests.present.made import make_answer, make_overview, make_question


def asking() -> ReportAsking:
    return ReportAsking(make_question(), "recall", (("carrier",),), Policy(Costs(fp=1, fn=5)))


def test_a_view_survives_json_and_is_asked_again() -> None:
    usual = ReportAsking(asking().question, "error_rate")
    view = view_of(asking(), View(outline=("slices",), comments=(("first", "Go."),), struck=("x",)))
    read = view_from(json.loads(json.dumps(view.to_dict())))
    assert read == view
    again, said = asked_again(read, usual.question.log, usual)
    assert (again.question, again.metric, again.by, said) == (asking().question, "recall", (("carrier",),), ())
    assert again.policy == asking().policy


def test_what_another_export_lacks_is_said_and_the_rest_is_done() -> None:
    view = replace(
        view_of(asking(), View()),
        cohort="gone:in:x;carrier:in:B6",
        by=(("gone",), ("carrier",), ("score",)),
        metric="ndcg",
        policy="{",
        sides=("gone:in:a", "gone:in:b"),
    )
    usual = ReportAsking(make_question(), "error_rate")
    again, said = asked_again(view, usual.question.log, usual)
    assert again.by == (("carrier",),) and again.metric == "error_rate" and again.policy is None and again.sides is None
    assert again.question.cohort.to_text() == "carrier:in:B6"
    wanted = (
        "filter “gone is x” cannot be asked, since the column 'gone' is gone: it is left out",
        "Slices by 'gone' are left out: the column 'gone' is gone",
        "Slices by 'score' are left out: 'score' is no segment column",
        "nDCG@k",
        "costs cannot be read",
        "told apart",
    )
    assert all(any(part in line for line in said) for part in wanted), said


def test_a_side_loses_a_filter_with_the_cohort_and_keeps_its_own() -> None:
    usual = ReportAsking(make_question(), "error_rate")
    sides = ("gone:in:x;carrier:in:B6", "gone:in:x;carrier:in:AA")
    again, said = asked_again(View(cohort="gone:in:x", sides=sides, threshold=7.0), usual.question.log, usual)
    assert again.sides is not None and [side.cohort.to_text() for side in again.sides] == [
        "carrier:in:B6",
        "carrier:in:AA",
    ]
    assert len(said) == 2 and "gone is x" in said[0] and "lies below the threshold 7" in said[1]


def test_costs_by_an_amount_need_one_and_columns_are_known_again_by_their_values() -> None:
    usual = ReportAsking(make_question(), "error_rate")
    made = usual.question.log
    carrier, *others = made.columns
    columns = (replace(carrier, top=(("B6", 7), ("EV", 3))), *others)
    log = replace(made, reading=replace(made.reading, columns=columns))
    policy = Policy(Costs(fp=1, fn=5, amount_cells=("fn",))).to_text()
    asked, said = asked_again(View(policy=policy), log, usual)
    assert asked.policy is None and "no column of this log is one" in said[0]
    values = sketches(log, ["carrier", "nowhere"])
    assert list(values) == ["carrier"] and values["carrier"] == ["B6", "EV"]
    before = {
        "columns": ["airline", "score"],
        "values": {"airline": values["carrier"]},
        "mapping": {"amount": "airline"},
    }
    told = differences(log, before)
    assert told[0] == "Columns gone since the last pack: 'airline'." and "'carrier' may be 'airline'" in told[2]
    assert told[3] == "The column 'airline', which was the amount, is gone: that role is guessed anew, or empty."


@pytest.mark.parametrize(
    "data", [None, [], "x", {"by": 7, "threshold": float("nan"), "comments": [["a"], 3], "sides": [1]}]
)
def test_a_view_of_anyone_s_file_is_a_view_or_refused(data: Any) -> None:
    if not isinstance(data, dict):
        with pytest.raises(QuestionError, match="Expected the view of a report"):
            view_from(data)
    else:
        assert view_from(data) == View()


def test_the_change_since_the_last_pack_is_told_as_far_as_it_can_be() -> None:
    now = ReportAsking(make_question(), "error_rate")
    headline = headline_of(now, make_overview(400, 200, 100, 300))
    other = {"log": "another", "name": "last.csv", "from": "2023-01-01", "to": "2023-02-01"}
    better, same = {**headline, **other, "value": 0.1, "low": 0.08, "high": 0.12}, {**headline, **other}
    assert "is higher (worse) than in the last pack (last.csv)" in change_words(headline, better, now)
    assert "no more than chance" in change_words(headline, same, now)
    assert "nothing can have changed" in change_words(headline, headline, now)
    overlapping = {**better, "to": "2024-01-15"}
    assert "may share rows" in change_words(headline, overlapping, now)
    assert "another metric" in change_words(headline, {**better, "metric": "recall"}, now)
    assert "another metric" in change_words(headline, {**better, "value": "<b>"}, now)


def test_a_change_is_told_with_what_the_last_pack_asked_otherwise() -> None:
    now = ReportAsking(make_question(), "error_rate")
    headline = headline_of(now, make_overview(400, 200, 100, 300))
    other = {"log": "another", "from": "2023-01-01", "to": "2023-02-01", "cohort": "carrier:in:UA", "threshold": 0.5}
    said = change_words(headline, {**headline, **other}, now)
    assert said.endswith(
        "its cohort was “carrier is UA” and its threshold 0.50, so that the change need not be the model's."
    )
    assert "its cohort was “another one”" in change_words(headline, {**headline, **other, "cohort": "::"}, now)
    assert "otherwise" not in change_words(headline, {**headline, "log": "another"}, now)


def test_a_slice_that_is_no_finding_any_more_is_told_with_its_number() -> None:
    now = ReportAsking(make_question(), "error_rate", (("carrier",),))
    overview, slices = (
        make_overview(40, 20, 10, 30),
        (make_answer([("UA", 40, 20, 10, 30, 0, 0), ("B6", 50, 5, 5, 40, 0, 0)], by=("carrier",)),),
    )
    before = [
        [f"{source}: carrier is {value}", f"Where {value}.", "", "", ["carrier"]]
        for source, value in (("discovery", "UA"), ("slices", "gone"))
    ]
    page = first_page(
        now, overview, composed(now.brief, [SOURCES["slices"]], [], 70.0), [], [], View(), None, before, slices=slices
    )
    assert page.since[0].startswith("Not asked this time: Where UA. Now the error rate is 30.0")
    assert page.since[0].endswith("20.0\u202f% of all rows.")
    assert page.since[1] == "No longer among the findings: Where gone."
    found = Finding(
        "slices", "slices", SliceParts("carrier", "UA", "error_rate", 0.3, 0.1, 100, 0.1, 2), Size(20.0, 10.0, 30.0)
    )
    again = first_page(
        now, overview, composed(now.brief, [SOURCES["slices"]], [found], 70.0), [], [], View(), None, before
    )
    assert again.since[0].startswith("Still so: Where carrier is UA")
