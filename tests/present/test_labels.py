"""The figures and sentences of late labels: what is drawn is the table, what is said first is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl
import pytest

from analytics.answers.labels_answer import LabelsAnswer
from analytics.measure.labels.expectation import Expectation
from analytics.measure.labels.maturing import Matured
from analytics.measure.labels.selective import selective
from analytics.present import palette
from analytics.present.figures import arrival_figure, matured_figure, trend
from analytics.present.readings import arrival_reading, expected_reading, labels_reading, matured_reading, never_reading
from tests.present.made import make_overview

BUCKETS = pl.DataFrame(
    {
        "bucket": [datetime(2024, 3, 4), datetime(2024, 3, 11), datetime(2024, 3, 18)],
        "n": [100.0, 120.0, 80.0],
        "n_labelled": [100.0, 90.0, 8.0],
        "to_come": [0.0, 30.0, 72.0],
        "naive": [0.2, 0.18, 0.1],
        "value": [0.2, 0.24, None],
        "low": [0.2, 0.21, None],
        "high": [0.2, 0.28, None],
        "bound_low": [0.2, 0.14, 0.01],
        "bound_high": [0.2, 0.39, 0.91],
        "spread": [1.0, 1.4, 2.0],
        "n_past": [52, 12, 12],
        "is_ripe": [True, False, False],
        "expected": [None, 0.22, 0.21],
    }
)
CURVE = pl.DataFrame(
    {
        "age": [0, 1, 2, 3],
        "share": [0.2, 0.5, 0.8, 0.9],
        "low": [0.18, 0.47, 0.77, 0.88],
        "high": [0.22, 0.53, 0.83, 0.92],
        "positive": [0.1, 0.3, 0.6, 1.0],
        "negative": [0.4, 0.7, 0.9, 1.0],
    }
)
SINCE = Matured(200.0, 98.0, 102.0, 0.16, 0.24, 0.2, 0.29, 0.08, 0.6, 1.4, 12)
ANSWER = LabelsAnswer(
    metric="error_rate",
    now=datetime(2024, 3, 24),
    every="1w",
    has_times=True,
    buckets=BUCKETS,
    curve=CURVE,
    unit="1d",
    ripe_age=34,
    trust=datetime(2024, 3, 10),
    weak_trust=datetime(2024, 3, 4),
    since=SINCE,
    ripe_on=datetime(2024, 4, 28),
    never=0.03,
    stopped=None,
    n_missed=0.0,
)


def test_the_figure_draws_the_table() -> None:
    figure = matured_figure(BUCKETS, "error_rate", "1w")
    lines = [trace for trace in figure.data if trace.type == "scatter" and trace.fill != "toself"]
    drawn = [pl.Series(line.y).fill_nan(None).to_list() for line in lines]
    assert drawn == [BUCKETS[name].to_list() for name in ("naive", "value", "expected")]
    lacking = BUCKETS.with_columns(value=pl.lit(None, dtype=pl.Float64))
    texts = [matured_figure(each, "error_rate", "1w").to_json() for each in (BUCKETS, lacking)]
    assert ["that will come" in text for text in texts] == [True, False]
    unknown = matured_figure(BUCKETS.with_columns(expected=pl.lit(None, dtype=pl.Float64)), "error_rate", "1w")
    assert len(unknown.data) == len(figure.data) - 1 and "dotted" not in str(unknown.layout)
    (bars,) = (trace for trace in figure.data if trace.type == "bar")
    assert list(bars.y) == pytest.approx([0.0, 0.25, 0.9])
    assert bars.marker.pattern.shape == palette.HATCH["shape"]
    bounds = next(trace for trace in figure.data if trace.type == "scatter")
    assert list(bounds.y) == [*BUCKETS["bound_high"], *BUCKETS["bound_low"].reverse()]
    assert "By all labels 24.0" in lines[0].hovertext[1]
    known = matured_figure(BUCKETS.with_columns(to_come=0.0, is_ripe=False), "error_rate", "1w")
    assert figure.layout.shapes and not known.layout.shapes, "weeks that have all their labels are not shaded"
    assert matured_figure(BUCKETS.head(0), "error_rate", "1w").layout.annotations[0].text == "No row has a time."


def test_arrival_is_drawn_by_class_and_read() -> None:
    drawn = [list(trace.y) for trace in arrival_figure(CURVE, "1d").data if trace.hoverinfo == "text"]
    assert drawn == [[*CURVE[name], CURVE[name][-1]] for name in ("share", "positive", "negative")]
    (band,) = (trace for trace in arrival_figure(CURVE, "1d").data if trace.hoverinfo == "skip")
    for age, low, high, after in zip(CURVE["age"], CURVE["low"], CURVE["high"], [*CURVE["age"][1:], None], strict=True):
        ends = {y for x, y in zip(band.x, band.y, strict=True) if age <= x and (after is None or x < after)}
        assert {low, high} <= ends  # from an age on until the next
    assert [y for x, y in zip(band.x, band.y, strict=True) if x == CURVE["age"][0]] == [
        CURVE["high"][0],
        CURVE["low"][0],
    ]
    said = arrival_reading(ANSWER)
    assert said.startswith("Half of the negative labels are there after 1 day, half of the positive ones after 2 days")


def test_the_time_line_of_the_overview_shades_what_is_not_ripe() -> None:
    table = make_overview(40, 20, 10, 30, unknown=8).trend
    assert table is not None
    last = table["bucket"].max()
    assert isinstance(last, datetime)
    assert not trend(table, "1w").layout.shapes
    assert trend(table, "1w", last).layout.shapes[0].x0 == last


def test_the_first_line_says_up_to_when_how_much_and_which_way() -> None:
    first = labels_reading(ANSWER).replace("\u202f", " ").splitlines()[0]
    assert first == (
        "Trust the error rate up to 10 March; 51.0 % of the labels since then are still to come, and it will be worse with them."
    )
    better = replace(ANSWER, metric="recall")
    assert labels_reading(better).splitlines()[0].endswith("and it will be better with them.")
    unsure = replace(ANSWER, since=replace(SINCE, low=0.15))
    assert "nothing says that they will be better or worse" in labels_reading(unsure)
    none = labels_reading(replace(ANSWER, trust=None))
    assert none.startswith("Trust the error rate of no week yet: 51.0")
    stop = labels_reading(replace(ANSWER, stopped=datetime(2024, 3, 12), n_missed=340.4))
    assert stop.startswith(
        "No label has come since 12 March, although about 340 labels should have: their feed has stopped. Trust"
    )
    few = labels_reading(replace(ANSWER, buckets=BUCKETS.with_columns(n_labelled=pl.lit(2.0))))
    assert few.startswith("On 6 labelled rows the error rate tells nothing yet")
    open_ = labels_reading(replace(ANSWER, since=replace(SINCE, n_labelled=1.0, to_come=999.0)))
    assert "nearly all of the labels since then are still to come" in open_.splitlines()[0]
    whole = labels_reading(replace(ANSWER, trust=datetime(2024, 3, 24), since=None))
    assert whole.startswith(
        "Trust the error rate up to 24 March, its last day: no label that is still to come can move it"
    )


def test_details_say_what_all_labels_will_say_and_what_is_lacking() -> None:
    details = labels_reading(ANSWER).replace("\u202f", " ").splitlines()[1]
    assert "it is 16.0 % by the labels that are there; all labels will say 24.0 % (20.0–29.0)" in details
    assert "within 8.0–60.0" in details
    assert "after 34 days; the newest week is ripe on 28 April" in details
    assert "3.0 % of the rows never get a label" in details
    few = labels_reading(replace(ANSWER, since=replace(SINCE, n_past=2)))
    assert "Only 2 ripe weeks say how far such an estimate misses" in few
    assert "2 weeks wait for labels" in matured_reading(ANSWER)
    nothing = replace(ANSWER, has_times=False, curve=None, ripe_age=None)
    assert "chosen as label time in the mapping" in labels_reading(nothing)
    assert "No slice" in never_reading(pl.DataFrame())


def test_what_scores_alone_say_comes_with_its_assumption_and_its_past_miss() -> None:
    values = BUCKETS.select("bucket", "expected").drop_nulls()
    said = expected_reading(replace(ANSWER, expectation=Expectation(values, 0.014, 12)))
    assert said == (
        "Dotted: what the scores alone say, if a score means what it meant on ripe weeks. On 12 weeks before it missed by 1.4 "
        "points on average."
    )
    assert expected_reading(ANSWER) == ""


def test_labels_that_are_changed_later_are_told_in_the_first_sentence() -> None:
    for answer in (ANSWER, replace(ANSWER, trust=datetime(2024, 3, 24), since=None)):
        plain = labels_reading(answer).splitlines()[0]
        first = labels_reading(replace(answer, share_revised=0.02)).replace("\u202f", " ").splitlines()[0]
        assert first.endswith("; 2.0 % of the labels given were changed later, so they may still.")
        assert first.startswith(plain.replace("\u202f", " ")[:-1])
        assert labels_reading(replace(answer, share_revised=0.001)) == labels_reading(answer)


def test_a_metric_that_the_labels_of_one_side_make_is_not_called_trusted() -> None:
    table = pl.DataFrame({"score_bin": [0, 1], "n": [9_000, 1_000], "n_pos": [3, 400], "n_unlabelled": [8_910, 0]})
    few = replace(ANSWER, selective=selective(table, 1), since=None)
    assert labels_reading(few).startswith("Few of the rows that are not flagged get a label")
    assert labels_reading(replace(few, metric="precision")).startswith("Trust precision")


def test_rows_that_may_still_turn_positive_are_not_called_trusted() -> None:
    whole = replace(ANSWER, trust=datetime(2024, 3, 24), since=None, faded=datetime(2024, 3, 11))
    assert labels_reading(whole).startswith(
        "Trust the error rate up to 10 March: since then ever fewer rows are positive"
    )
